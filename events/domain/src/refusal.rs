//! Why a command is refused, as a clinical answer.

use concord_knowledge::{Finding, RulesetVersion};

use crate::{
    Command, OfPrescription, access, adherence, assessment, audit, care_team, chart, consent, coordination,
    episode, feed, follow_up, inbox, prescription, recovery, ruleset, scales, side_effects, signing_rights,
    treatment_plan,
};

/// What a caller needs to act on a refusal.
pub trait Explain: std::error::Error {
    /// The stable name of the reason, `SCREAMING_SNAKE_CASE`; equal to a value of `concord.common.v1.ErrorReason`.
    fn reason(&self) -> &'static str;

    /// What would make the command acceptable, in plain words and without patient data.
    fn remedy(&self) -> &'static str;

    /// Stored names of what is missing or fails, where the rule has parts; never patient data.
    fn details(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The rules that found them, and whether every row of these is signed; nothing where no rule of a table judged.
    fn judged_by(&self) -> Option<(&RulesetVersion, bool)> {
        None
    }

    /// The findings of the safety check that stand against it, if it was the safety check.
    fn findings(&self) -> &[Finding] {
        &[]
    }
}

/// A refusal by one of the aggregates. Nothing is recorded in the clinical ledger then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// By the episode.
    #[error(transparent)]
    Episode(#[from] episode::Error),
    /// By the assessment.
    #[error(transparent)]
    Assessment(#[from] assessment::Error),
    /// By the medication chart.
    #[error(transparent)]
    Chart(#[from] chart::Error),
    /// By the side-effect record.
    #[error(transparent)]
    SideEffects(#[from] side_effects::Error),
    /// By the scales.
    #[error(transparent)]
    Scales(#[from] scales::Error),
    /// By the follow-up plan.
    #[error(transparent)]
    FollowUp(#[from] follow_up::Error),
    /// By the care team.
    #[error(transparent)]
    CareTeam(#[from] care_team::Error),
    /// By the treatment plan.
    #[error(transparent)]
    TreatmentPlan(#[from] treatment_plan::Error),
    /// By the coordination.
    #[error(transparent)]
    Coordination(#[from] coordination::Error),
    /// About adherence.
    #[error(transparent)]
    Adherence(#[from] adherence::Error),
    /// By the recovery record.
    #[error(transparent)]
    Recovery(#[from] recovery::Error),
    /// By the prescription.
    #[error(transparent)]
    Prescription(#[from] prescription::Error),
    /// About the rules that decisions are judged by.
    #[error(transparent)]
    Ruleset(#[from] ruleset::Error),
    /// About what was looked at for an audit or evaluation.
    #[error(transparent)]
    Audit(#[from] audit::Error),
    /// About what a patient consented to disclose.
    #[error(transparent)]
    Consent(#[from] consent::Error),
    /// About what a partner takes.
    #[error(transparent)]
    Feed(#[from] feed::Error),
    /// About what partners told.
    #[error(transparent)]
    Inbox(#[from] inbox::Error),
    /// About emergency access.
    #[error(transparent)]
    Access(#[from] access::Error),
    /// About who may sign controlled prescriptions.
    #[error(transparent)]
    SigningRights(#[from] signing_rights::Error),
}

impl Refusal {
    /// What must be recorded elsewhere before `command` is decided again: a signature has the chart set its share of the
    /// supply aside first. One append goes to one stream, so this is one of its own.
    pub fn asks_first(&self, command: &Command) -> Option<Command> {
        match (self, command) {
            (
                Self::Prescription(prescription::Error::SupplyNotAllotted { order }),
                Command::Prescription(OfPrescription { prescription, .. }),
            ) => Some(Command::Chart(chart::Command::AllotSupply {
                order: *order,
                prescription: *prescription,
            })),
            _ => None,
        }
    }

    fn explained(&self) -> &dyn Explain {
        match self {
            Self::Episode(error) => error,
            Self::Assessment(error) => error,
            Self::Chart(error) => error,
            Self::SideEffects(error) => error,
            Self::Scales(error) => error,
            Self::FollowUp(error) => error,
            Self::CareTeam(error) => error,
            Self::TreatmentPlan(error) => error,
            Self::Coordination(error) => error,
            Self::Adherence(error) => error,
            Self::Recovery(error) => error,
            Self::Prescription(error) => error,
            Self::Ruleset(error) => error,
            Self::Audit(error) => error,
            Self::Consent(error) => error,
            Self::Feed(error) => error,
            Self::Inbox(error) => error,
            Self::Access(error) => error,
            Self::SigningRights(error) => error,
        }
    }
}

impl Explain for Refusal {
    fn reason(&self) -> &'static str {
        self.explained().reason()
    }

    fn remedy(&self) -> &'static str {
        self.explained().remedy()
    }

    fn details(&self) -> Vec<&'static str> {
        self.explained().details()
    }

    fn findings(&self) -> &[Finding] {
        self.explained().findings()
    }

    fn judged_by(&self) -> Option<(&RulesetVersion, bool)> {
        self.explained().judged_by()
    }
}
