//! Messages to commands about consents.

use concord_domain::Command as AnyCommand;
use concord_domain::consent::{
    Command, Expiry, Form, Kind, Participants, Recipient, RecipientClass, Restriction, Signature, Signer,
    Statements, Terms,
};
use concord_kernel::{ConsentId, DataClass, DataClasses, OrganisationId, Purpose, RestrictionId};
use concord_proto::concord::consent::v1 as pb;

use crate::Invalid;
use crate::common::decode::read_purpose;
use crate::field::{choice, day, id, list, name, required, text};

/// Most recipients, participants or organisations that one form names.
const NAMED: usize = 64;

/// Most purposes that one form names.
const PURPOSES: usize = 8;

const fn asks(command: Command) -> AnyCommand {
    AnyCommand::Consent(command)
}

pub(super) fn give_consent(request: pb::GiveConsentRequest) -> Result<AnyCommand, Invalid> {
    let pb::GiveConsentRequest { header: _, consent_id, terms } = request;
    let consent = id("consent_id", &consent_id, ConsentId::new)?;
    let terms = self::terms(required("terms", terms)?).map_err(|invalid| invalid.within("terms"))?;
    Ok(asks(Command::Give { consent, terms: Box::new(terms) }))
}

pub(super) fn revoke_consent(request: pb::RevokeConsentRequest) -> Result<AnyCommand, Invalid> {
    let pb::RevokeConsentRequest { header: _, consent_id, how } = request;
    let consent = id("consent_id", &consent_id, ConsentId::new)?;
    Ok(asks(Command::Revoke { consent, how: text("how", &how)? }))
}

pub(super) fn restrict_disclosure(request: pb::RestrictDisclosureRequest) -> Result<AnyCommand, Invalid> {
    let pb::RestrictDisclosureRequest { header: _, restriction_id, terms } = request;
    let restriction = id("restriction_id", &restriction_id, RestrictionId::new)?;
    let terms = self::restriction(required("terms", terms)?).map_err(|invalid| invalid.within("terms"))?;
    Ok(asks(Command::Restrict { restriction, terms: Box::new(terms) }))
}

pub(super) fn end_restriction(request: pb::EndRestrictionRequest) -> Result<AnyCommand, Invalid> {
    let pb::EndRestrictionRequest { header: _, restriction_id, reason } = request;
    let restriction = id("restriction_id", &restriction_id, RestrictionId::new)?;
    Ok(asks(Command::EndRestriction { restriction, reason: text("reason", &reason)? }))
}

fn terms(terms: pb::ConsentTerms) -> Result<Terms, Invalid> {
    let pb::ConsentTerms {
        kind,
        patient_name,
        discloser,
        what,
        classes,
        recipients,
        purposes,
        right_to_revoke,
        redisclosure_stated,
        refusal_stated,
        expires,
        signer,
        signer_name,
        form,
        signed_on,
    } = terms;
    Ok(Terms {
        kind: choice("kind", kind, |kind| match kind {
            pb::ConsentKind::Unspecified => None,
            pb::ConsentKind::Named => Some(Kind::Named),
            pb::ConsentKind::TreatmentPaymentOperations => Some(Kind::TreatmentPaymentOperations),
            pb::ConsentKind::CounsellingNotes => Some(Kind::CounsellingNotes),
        })?,
        patient_name: text("patient_name", &patient_name)?,
        discloser: text("discloser", &discloser)?,
        what: text("what", &what)?,
        classes: self::classes("classes", classes)?,
        recipients: list("recipients", recipients, NAMED, recipient)?,
        purposes: self::purposes("purposes", purposes)?,
        statements: Statements {
            right_to_revoke: text("right_to_revoke", &right_to_revoke)?,
            redisclosure: redisclosure_stated,
            refusal: refusal_stated,
        },
        expires: expiry(expires)?,
        signature: Signature {
            by: choice("signer", signer, |signer| match signer {
                pb::Signer::Unspecified => None,
                pb::Signer::Patient => Some(Signer::Patient),
                pb::Signer::Representative => Some(Signer::Representative),
            })?,
            name: text("signer_name", &signer_name)?,
            form: choice("form", form, |form| match form {
                pb::SignatureForm::Unspecified => None,
                pb::SignatureForm::Paper => Some(Form::Paper),
                pb::SignatureForm::Electronic => Some(Form::Electronic),
            })?,
            on: day("signed_on", &signed_on)?,
        },
    })
}

fn recipient(recipient: pb::Recipient) -> Result<Recipient, Invalid> {
    use pb::recipient::Who;
    match required("who", recipient.who)? {
        Who::Organisation(named) => Ok(Recipient::Organisation(organisation("organisation", &named)?)),
        Who::Class(class) => Ok(Recipient::Class(recipient_class("class", class)?)),
        Who::Intermediary(pb::Intermediary { organisation: named, participants, treating }) => {
            let each = |participant: String| organisation("", &participant);
            let fields = || {
                let intermediary = organisation("organisation", &named)?;
                let participants = if treating {
                    Participants::Treating
                } else {
                    Participants::Named(list("participants", participants, NAMED, each)?)
                };
                Ok(Recipient::Intermediary { intermediary, participants })
            };
            fields().map_err(|invalid: Invalid| invalid.within("intermediary"))
        }
    }
}

fn expiry(expires: Option<pb::Expiry>) -> Result<Expiry, Invalid> {
    use pb::expiry::When;
    let when = required("expires", expires)?.when;
    match required("when", when).map_err(|invalid| invalid.within("expires"))? {
        When::On(on) => Ok(Expiry::On(day("on", &on).map_err(|invalid| invalid.within("expires"))?)),
        When::EndOfTreatment(pb::EndOfTreatment {}) => Ok(Expiry::EndOfTreatment),
        When::None(pb::NoExpiry {}) => Ok(Expiry::None),
    }
}

fn restriction(terms: pb::RestrictionTerms) -> Result<Restriction, Invalid> {
    let pb::RestrictionTerms { classes, organisations, purposes, required, reason } = terms;
    Ok(Restriction {
        classes: self::classes("classes", classes)?,
        recipients: list("organisations", organisations, NAMED, |named| organisation("", &named))?,
        purposes: self::purposes("purposes", purposes)?,
        required,
        reason: text("reason", &reason)?,
    })
}

fn purposes(field: &str, purposes: Vec<i32>) -> Result<Vec<Purpose>, Invalid> {
    list(field, purposes, PURPOSES, |purpose| choice("", purpose, read_purpose))
}

/// Reads the name of an organisation.
pub(crate) fn organisation(field: &str, named: &str) -> Result<OrganisationId, Invalid> {
    name(field, named, OrganisationId::parse)
}

/// Reads what an organisation is to patients.
pub(crate) fn recipient_class(field: &str, class: i32) -> Result<RecipientClass, Invalid> {
    choice(field, class, |class| match class {
        pb::RecipientClass::Unspecified => None,
        pb::RecipientClass::TreatingProvider => Some(RecipientClass::TreatingProvider),
        pb::RecipientClass::Payer => Some(RecipientClass::Payer),
        pb::RecipientClass::Operations => Some(RecipientClass::Operations),
        pb::RecipientClass::Intermediary => Some(RecipientClass::Intermediary),
    })
}

/// Reads a set of data classes.
pub(crate) fn classes(field: &str, classes: Vec<i32>) -> Result<DataClasses, Invalid> {
    let class = |class| {
        choice("", class, |class| match class {
            pb::DataClass::Unspecified => None,
            pb::DataClass::General => Some(DataClass::General),
            pb::DataClass::Medication => Some(DataClass::Medication),
            pb::DataClass::Clinical => Some(DataClass::Clinical),
            pb::DataClass::MentalHealth => Some(DataClass::MentalHealth),
            pb::DataClass::SubstanceUse => Some(DataClass::SubstanceUse),
            pb::DataClass::CounsellingNotes => Some(DataClass::CounsellingNotes),
            pb::DataClass::Administration => Some(DataClass::Administration),
        })
    };
    Ok(list(field, classes, DataClass::ALL.len(), class)?.into_iter().collect())
}
