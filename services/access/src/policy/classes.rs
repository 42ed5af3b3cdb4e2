//! Which classes of data an act or a question is about.

use crate::{Act, Question};

/// A class of what is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DataClass {
    /// What no other class covers.
    General,
    /// Anything about a substance use disorder. Source: 42 CFR 2.11.
    Sud,
    /// What is said in therapy.
    Counselling,
}

const GENERAL: &[DataClass] = &[DataClass::General];
const SUD: &[DataClass] = &[DataClass::Sud];
const COUNSELLING: &[DataClass] = &[DataClass::General, DataClass::Counselling];
const CHART: &[DataClass] = &[DataClass::General, DataClass::Sud];
const EVERYTHING: &[DataClass] = &[DataClass::General, DataClass::Sud, DataClass::Counselling];

impl Act {
    /// What it changes.
    pub const fn classes(self) -> &'static [DataClass] {
        match self {
            Self::Induct
            | Self::WatchDoses
            | Self::Dispense
            | Self::RecogniseRelapse
            | Self::ReportUse
            | Self::MeasureRetention => SUD,
            Self::RecordParticipation => COUNSELLING,
            // An order, an assessment, a plan may be about anything that is treated here.
            Self::Refer
            | Self::Screen
            | Self::ManageEpisode
            | Self::Assess
            | Self::Indicate
            | Self::KeepChart
            | Self::Prescribe
            | Self::Cosign
            | Self::Monitor
            | Self::WritePlan
            | Self::AgreePlan
            | Self::KeepGoals
            | Self::DecideTogether
            | Self::SharePlan
            | Self::TakePart
            | Self::ReviewOutsideUpdate
            | Self::RequestConsult
            | Self::ResolveConflict
            | Self::DraftPrescription
            | Self::SignPrescription
            | Self::RecordPharmacy
            | Self::RelayPrescription
            | Self::Inject
            | Self::TellOfInjection
            | Self::Contribute
            | Self::ReviewContribution
            | Self::BreakGlass => CHART,
            Self::Audit => EVERYTHING,
            Self::ReportDose
            | Self::ReportSideEffect
            | Self::TriageSideEffect
            | Self::DecideSideEffect
            | Self::Escalate
            | Self::Score
            | Self::ResolveRisk
            | Self::Schedule
            | Self::RecordVisit
            | Self::ChangeCadence
            | Self::ManageTeam
            | Self::JoinTeam
            | Self::RaiseConcern
            | Self::Explain
            | Self::RecordLifeChange
            | Self::KeepSharingConsent
            | Self::Remind
            | Self::CheckIn
            | Self::ReportTaking
            | Self::DecideMissedDoses
            | Self::MeasureAdherence
            | Self::SpeakForPatient
            | Self::SupportAdherence
            | Self::MakeRules
            | Self::KeepConsent
            | Self::RestrictDisclosure
            | Self::ManageFeeds
            | Self::ReviewBreakGlass
            | Self::ProposeSigningRight
            | Self::ConfirmSigningRight
            | Self::RevokeSigningRight => GENERAL,
        }
    }
}

impl Question {
    /// What its answer may hold.
    pub const fn classes(self) -> &'static [DataClass] {
        match self {
            Self::Caseload | Self::Timeline | Self::Ledger => EVERYTHING,
            // That somebody is with a program that treats substance use disorders says it of them. Notes of counselling
            // leave by a consent of their own, which each event is held against.
            Self::Worklist
            | Self::Reconciled
            | Self::Course
            | Self::DueItems
            | Self::ListOfAnother
            | Self::Roster
            | Self::KnowOf
            | Self::BrokenGlass
            | Self::EveryBrokenGlass
            | Self::AccessLog
            | Self::Consents
            | Self::Inbox
            | Self::Feed => CHART,
            Self::Outcomes | Self::Rules | Self::Checkpoints | Self::Feeds | Self::SigningRights => GENERAL,
        }
    }
}
