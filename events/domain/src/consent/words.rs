//! What a consent says, element by element of 42 CFR 2.31(a).

use concord_kernel::{DataClasses, Day, OrganisationId, Purpose, Text};
use serde::{Deserialize, Serialize};

/// A consent as it was signed. It never changes: another version takes its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Which of the forms that the law tells apart.
    pub kind: Kind,
    /// The patient's name as it stands on the form. Source: 42 CFR 2.31(a)(1).
    pub patient_name: Text,
    /// Who may disclose: names, or a class of persons. Source: 2.31(a)(2).
    pub discloser: Text,
    /// What may be disclosed, in the words of the form. Source: 2.31(a)(3).
    pub what: Text,
    /// What of the record these words cover.
    pub classes: DataClasses,
    /// To whom. Source: 2.31(a)(4).
    pub recipients: Vec<Recipient>,
    /// What each use is for. Source: 2.31(a)(5).
    pub purposes: Vec<Purpose>,
    /// What the patient was told on the form.
    pub statements: Statements,
    /// When it ends. Source: 2.31(a)(7).
    pub expires: Expiry,
    /// By whom and when it was signed. Source: 2.31(a)(8), (9).
    pub signature: Signature,
}

/// Consents that may not be mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// To named recipients for named purposes.
    Named,
    /// One consent for all future treatment, payment and health care operations. Source: 2.31(a)(4)(i), (5)(ii).
    TreatmentPaymentOperations,
    /// To counselling notes; combined with nothing but another such. Source: 2.31(b).
    CounsellingNotes,
}

/// To whom something may be disclosed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// One that is named.
    Organisation(OrganisationId),
    /// Everybody who is that to the patient; only in a consent for treatment, payment and operations.
    Class(RecipientClass),
    /// An organisation that passes it on, and to whom. Source: 2.11, 2.31(a)(4)(ii).
    Intermediary {
        /// The one that passes it on.
        intermediary: OrganisationId,
        /// To whom.
        participants: Participants,
    },
}

/// What an organisation is to those whose records it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientClass {
    /// Treats patients.
    TreatingProvider,
    /// Pays for their treatment.
    Payer,
    /// Helps to run the program.
    Operations,
    /// Passes on to others.
    Intermediary,
}

/// To whom an intermediary may pass on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Participants {
    /// Those who are named.
    Named(Vec<OrganisationId>),
    /// Whoever treats the patient.
    Treating,
}

/// What the form told the patient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statements {
    /// The right to revoke in writing, its exception, and how it is done. Source: 2.31(a)(6).
    pub right_to_revoke: Text,
    /// That recipients may redisclose under HIPAA, but not in proceedings against the patient. Source: 2.31(a)(10)(i).
    pub redisclosure: bool,
    /// What follows from refusing to sign. Source: 2.31(a)(10)(ii).
    pub refusal: bool,
}

/// When a consent ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// After that day, UTC.
    On(Day),
    /// When a stay of the patient ends after it was given.
    EndOfTreatment,
    /// Not before it is revoked; only in a consent for treatment, payment and operations.
    None,
}

/// Who signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// The patient.
    Patient,
    /// Whoever is authorised to act for them. Source: 2.14, 2.15.
    Representative,
}

/// How it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// By hand, on paper.
    Paper,
    /// Electronically.
    Electronic,
}

/// A signature on a consent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// Who they are to the patient.
    pub by: Signer,
    /// Their name.
    pub name: Text,
    /// How.
    pub form: Form,
    /// The day on which it was signed.
    pub on: Day,
}

/// What the program agreed not to disclose. Source: 42 CFR 2.26, 45 CFR 164.522(a).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restriction {
    /// What of the record.
    pub classes: DataClasses,
    /// To whom; empty: to nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<OrganisationId>,
    /// What for; empty: for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// Whether the law does not leave the program a choice: a health plan is not told of what was paid out of pocket.
    pub required: bool,
    /// What the patient asked for.
    pub reason: Text,
}
