//! Typed identifiers: a patient can never be passed where an order is wanted.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is already known to name such a thing.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// Returns the UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

identifiers! {
    /// Names one look at the record for an audit or evaluation.
    AuditId,
    /// Names one thing that keeps a patient from taking medication as agreed.
    BarrierId,
    /// Names one check-in of a patient, or of somebody for them.
    CheckInId,
    /// Names one command for ever: the same id never takes effect twice.
    CommandId,
    /// Names one concern that somebody raised about treatment.
    ConcernId,
    /// Names one conflict between those who treat a patient.
    ConflictId,
    /// Names one consent of a patient to disclosures, over all its versions.
    ConsentId,
    /// Names one question to somebody who treats a patient.
    ConsultId,
    /// Names one thing that a partner contributed.
    ContributionId,
    /// Ties together everything that one clinical occurrence set off.
    CorrelationId,
    /// Names one test of urine or saliva for substances.
    DrugScreenId,
    /// Names one stay of a patient in a program.
    EpisodeId,
    /// Names one fill that a pharmacy told of.
    FillId,
    /// Names one time that somebody broke the glass before a record.
    GlassId,
    /// Names one goal of a treatment plan.
    GoalId,
    /// Names one way onto a medication for opioid use disorder.
    InductionId,
    /// Names one change in a patient's life that bears on treatment.
    LifeChangeId,
    /// Names one message to a pharmacy for ever: sent again, it is the same message.
    MessageId,
    /// Names one medication order of the program.
    OrderId,
    /// Names one medication that somebody outside the program prescribed or the patient takes.
    OutsideMedicationId,
    /// Names one thing that somebody outside the program told.
    OutsideUpdateId,
    /// Names one overdose that somebody told of.
    OverdoseId,
    /// Names one patient within a tenant; carries no meaning of its own.
    PatientId,
    /// Names one person who acts: clinician, liaison, family supporter, patient or service.
    PersonId,
    /// Names one reminder, sent once or again and again.
    ReminderId,
    /// Names one relapse that a clinician recognised.
    RelapseId,
    /// Names one request of a pharmacy: to change a prescription, or to renew it.
    PharmacyRequestId,
    /// Names one prescription.
    PrescriptionId,
    /// Names one report of a side effect.
    ReportId,
    /// Names one restriction of disclosures that the program agreed to.
    RestrictionId,
    /// Names one administration of a scale.
    ScaleId,
    /// Names one therapy session that a patient was expected at.
    SessionId,
    /// Names one right to sign controlled prescriptions.
    SigningRightId,
    /// Names one subscription of a partner.
    SubscriptionId,
    /// Names one report that a patient used a substance.
    SubstanceUseId,
    /// Names one support that somebody arranges for a goal.
    SupportId,
    /// Names one follow-up visit.
    VisitId,
}

impl PatientId {
    /// No patient: of commands and events that are about the program, such as its rules. No caller can name it as a
    /// patient.
    pub const NOBODY: Self = Self(Uuid::nil());
}
