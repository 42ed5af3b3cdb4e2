//! The kinds of entries, by which a timeline is filtered, and the class of data that each kind shows at least.

use serde::{Deserialize, Serialize};

use super::{More, What};
use crate::DataClass;
use crate::DataClass::{
    Adherence, Diagnosis, Goal, Lab, Medication, Scale, Schedule, SideEffect, SubstanceUse,
};
use crate::course::{Entry, InjectionEntry, RecoveryEntry, ServiceEntry};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Referral, admission, phases, interruptions, discharge, retention.
    Stay,
    /// The assessment and whether medication is indicated.
    Assessment,
    /// An order: begun, changed, held, taken up, tapered, switched, stopped, renewed, put right.
    Dose,
    /// Medications collided, and what was done about it.
    Interaction,
    /// Medications from outside.
    OutsideMedication,
    /// Results: laboratory, levels, vital signs.
    Result,
    /// Scores, and the risks that they raised.
    Score,
    /// Side effects, with what was decided.
    SideEffect,
    /// Visits that took place or were missed, and how often they come.
    Visit,
    /// Changes in the patient's life.
    LifeChange,
    /// The plan: agreed, goals met, medication reviewed.
    Plan,
    /// What the patient agreed to, declined or took back.
    Consent,
    /// Sessions of therapy.
    Therapy,
    /// Prescriptions: signed, sent, filled; looks into a monitoring program.
    Prescription,
    /// Doses missed, check-ins, barriers, what was measured of adherence.
    Adherence,
    /// Use, relapse, screens, inductions, observed doses.
    Recovery,
    /// What was told to and by others who treat the patient.
    Coordination,
    /// Allergies and conditions.
    Background,
}

impl What {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.place().0
    }

    /// Its kind, and the classes of data that it shows whatever it is about.
    pub(super) fn place(&self) -> (Kind, &'static [DataClass]) {
        match self {
            Self::Course(entry) => of_course(entry),
            Self::More(more) => of_more(more),
        }
    }
}

/// What others told may be of anything that they treat.
const TOLD: &[DataClass] = &[Medication, Diagnosis, SubstanceUse];

#[expect(clippy::too_many_lines, reason = "a table: one arm a kind of entry")]
const fn of_course(entry: &Entry) -> (Kind, &'static [DataClass]) {
    match entry {
        Entry::Referred
        | Entry::Admitted
        | Entry::Phase { .. }
        | Entry::Paused
        | Entry::Resumed
        | Entry::Discharged { .. } => (Kind::Stay, &[Schedule]),
        Entry::Indicated { .. } => (Kind::Assessment, &[Diagnosis]),
        Entry::Started { .. } => (Kind::Dose, &[Medication, Diagnosis]),
        Entry::Adjusted { .. }
        | Entry::Held { .. }
        | Entry::TakenUp { .. }
        | Entry::TaperPlanned { .. }
        | Entry::TitrationPlanned { .. }
        | Entry::StepTaken { .. }
        | Entry::TitrationCancelled { .. }
        | Entry::Switched { .. }
        | Entry::Stopped { .. }
        | Entry::NeverTaken { .. }
        | Entry::Renewed { .. } => (Kind::Dose, &[Medication]),
        Entry::OutsideRecorded { .. } | Entry::OutsideEnded { .. } | Entry::Reconciled => {
            (Kind::OutsideMedication, &[Medication])
        }
        Entry::InteractionFound { .. }
        | Entry::InteractionOverridden { .. }
        | Entry::OverrideCosigned { .. }
        | Entry::InteractionResolved { .. } => (Kind::Interaction, &[Medication, Diagnosis]),
        Entry::Result { .. } | Entry::CriticalResult { .. } | Entry::ResultReviewed { .. } => {
            (Kind::Result, &[Lab])
        }
        Entry::TestWaived { .. } => (Kind::Result, &[Lab, Medication]),
        Entry::Score { .. } | Entry::RiskRaised { .. } | Entry::RiskResolved { .. } => {
            (Kind::Score, &[Scale])
        }
        Entry::EffectReported { .. }
        | Entry::EffectTriaged { .. }
        | Entry::EffectDecided { .. }
        | Entry::EffectResolved { .. }
        | Entry::EffectBreached { .. } => (Kind::SideEffect, &[SideEffect, Medication]),
        // What was found and agreed is told in words.
        Entry::Visited { .. } => (Kind::Visit, &[Schedule, Adherence, Medication]),
        Entry::Missed { .. } | Entry::Cadence { .. } => (Kind::Visit, &[Schedule]),
        Entry::LifeChanged { .. } => (Kind::LifeChange, &[Goal]),
        Entry::PlanAgreed { .. } | Entry::GoalMet { .. } => (Kind::Plan, &[Goal]),
        Entry::Reviewed { .. } => (Kind::Plan, &[Goal, Medication]),
        Entry::Decided { .. } => (Kind::Consent, &[Medication, Goal]),
        Entry::Session { .. } => (Kind::Therapy, &[Goal]),
        Entry::PrescriptionSigned { .. }
        | Entry::TransmissionFailed { .. }
        | Entry::PrescriptionCancelled { .. }
        | Entry::CancellationDenied { .. }
        | Entry::Filled { .. } => (Kind::Prescription, &[Medication]),
        // It lists what is taken for addiction, too.
        Entry::PdmpChecked { .. } => (Kind::Prescription, &[Medication, SubstanceUse]),
        Entry::PlanShared { .. } => (Kind::Coordination, &[Goal]),
        Entry::OutsideTold { .. }
        | Entry::OutsideReviewed { .. }
        | Entry::ConsultAsked { .. }
        | Entry::ConsultAnswered { .. }
        | Entry::ConflictRaised { .. }
        | Entry::ConflictResolved { .. } => (Kind::Coordination, TOLD),
        Entry::CheckedIn { .. } | Entry::BarrierRaised { .. } | Entry::BarrierRemoved { .. } => {
            (Kind::Adherence, &[Adherence])
        }
        Entry::FamilyEngaged { .. }
        | Entry::DoseMissed { .. }
        | Entry::MissedTooLong { .. }
        | Entry::MissedDecided { .. }
        | Entry::AdherenceMeasured { .. } => (Kind::Adherence, &[Adherence, Medication]),
        Entry::Recovery(entry) => of_recovery(entry),
        Entry::Service(entry) => of_service(entry),
        Entry::Injection(entry) => of_injection(entry),
    }
}

const fn of_service(entry: &ServiceEntry) -> (Kind, &'static [DataClass]) {
    match entry {
        ServiceEntry::Worsened { .. } => (Kind::Score, &[Scale]),
        ServiceEntry::ReviewOpened { .. } => (Kind::Plan, &[Goal, Medication]),
        ServiceEntry::OutreachDue { .. }
        | ServiceEntry::OutreachRecorded { .. }
        | ServiceEntry::OutreachBreached { .. } => (Kind::Adherence, &[Adherence, Schedule]),
        ServiceEntry::ResultBreached { .. } => (Kind::Result, &[Lab]),
        // What goes on after the stay is told in words, naloxone with it.
        ServiceEntry::BridgingDue { .. }
        | ServiceEntry::BridgingDecided { .. }
        | ServiceEntry::BridgingBreached => (Kind::Stay, &[Schedule, Medication, SubstanceUse]),
    }
}

const fn of_injection(entry: &InjectionEntry) -> (Kind, &'static [DataClass]) {
    match entry {
        InjectionEntry::InjectionGiven { .. }
        | InjectionEntry::InjectionOverdue { .. }
        | InjectionEntry::LateInjectionDecided { .. }
        | InjectionEntry::TolerabilityAttested { .. }
        | InjectionEntry::InjectionReviewed { .. } => (Kind::Dose, &[Medication]),
        InjectionEntry::ResponseAssessed { .. } => (Kind::Dose, &[Medication, Scale, Adherence]),
    }
}

const fn of_recovery(entry: &RecoveryEntry) -> (Kind, &'static [DataClass]) {
    match entry {
        RecoveryEntry::RetentionMeasured { .. } => (Kind::Stay, &[Schedule]),
        RecoveryEntry::InductionStarted { .. }
        | RecoveryEntry::FirstDoseCleared { .. }
        | RecoveryEntry::DoseGiven { .. }
        | RecoveryEntry::InductionCompleted { .. }
        | RecoveryEntry::InductionAbandoned { .. }
        | RecoveryEntry::Used { .. }
        | RecoveryEntry::Relapsed { .. }
        | RecoveryEntry::RelapseReviewed { .. }
        | RecoveryEntry::Screened { .. }
        | RecoveryEntry::Overdosed { .. }
        | RecoveryEntry::OverdoseReviewed { .. }
        | RecoveryEntry::NaloxoneProvided { .. }
        | RecoveryEntry::NaloxoneDeclined { .. }
        | RecoveryEntry::NaloxoneChallenged { .. }
        | RecoveryEntry::MethadoneDispensed { .. } => (Kind::Recovery, &[SubstanceUse, Medication]),
    }
}

const fn of_more(more: &More) -> (Kind, &'static [DataClass]) {
    match more {
        More::Screened { .. } | More::Waitlisted { .. } => (Kind::Stay, &[Schedule]),
        More::AssessmentSigned | More::AssessmentReopened { .. } => (Kind::Assessment, &[Diagnosis]),
        More::OrderCorrected { .. } => (Kind::Dose, &[Medication]),
        More::NoKnownAllergies | More::AllergyRecorded { .. } | More::AllergyRefuted { .. } => {
            (Kind::Background, &[Medication])
        }
        More::ConditionRecorded { .. } | More::ConditionResolved { .. } => {
            // Nobody has said that it is not about substance use.
            (Kind::Background, &[Diagnosis, SubstanceUse])
        }
        More::BoxedWarningExplained { .. } => (Kind::Consent, &[Medication]),
        More::SharingConsented { .. }
        | More::SharingRevoked { .. }
        | More::FamilyAllowed { .. }
        | More::FamilyWithdrawn { .. } => (Kind::Consent, &[Schedule]),
        More::PrescriptionSent
        | More::PrescriptionAccepted
        | More::PrescriptionPrinted
        | More::PrescriptionExpired => (Kind::Prescription, &[Medication]),
    }
}
