//! The folded state of any stream.

use concord_kernel::StreamKind;
use serde::{Deserialize, Serialize};

use crate::assessment::Assessment;
use crate::care_team::CareTeam;
use crate::chart::Chart;
use crate::episode::Episode;
use crate::follow_up::FollowUp;
use crate::prescription::Prescription;
use crate::scales::Scales;
use crate::side_effects::SideEffects;
use crate::treatment_plan::TreatmentPlan;
use crate::{Command, Context, DomainEvent, Issued, Refusal};

/// What a stream's events say now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum State {
    /// Stays in a program.
    Episode(Episode),
    /// An assessment.
    Assessment(Assessment),
    /// A medication chart.
    Chart(Box<Chart>),
    /// A side-effect record.
    SideEffects(SideEffects),
    /// Scores and risks.
    Scales(Scales),
    /// A follow-up plan.
    FollowUp(FollowUp),
    /// A care team.
    CareTeam(CareTeam),
    /// A treatment plan.
    TreatmentPlan(Box<TreatmentPlan>),
    /// A prescription.
    Prescription(Prescription),
}

impl State {
    /// The state before the first event of a stream of this kind.
    pub fn empty(kind: StreamKind) -> Self {
        match kind {
            StreamKind::Episode => Self::Episode(Episode::default()),
            StreamKind::Assessment => Self::Assessment(Assessment::default()),
            StreamKind::MedicationChart => Self::Chart(Box::default()),
            StreamKind::SideEffects => Self::SideEffects(SideEffects::default()),
            StreamKind::Scales => Self::Scales(Scales::default()),
            StreamKind::FollowUp => Self::FollowUp(FollowUp::default()),
            StreamKind::CareTeam => Self::CareTeam(CareTeam::default()),
            StreamKind::TreatmentPlan => Self::TreatmentPlan(Box::default()),
            StreamKind::Prescription => Self::Prescription(Prescription::default()),
        }
    }

    /// Takes in one more event. An event of another kind of stream changes nothing: the ledger keeps kinds apart.
    pub fn apply(&mut self, event: DomainEvent) {
        match (self, event) {
            (Self::Episode(state), DomainEvent::Episode(event)) => state.fold(event),
            (Self::Assessment(state), DomainEvent::Assessment(event)) => state.fold(event),
            (Self::Chart(state), DomainEvent::Chart(event)) => state.fold(event),
            (Self::SideEffects(state), DomainEvent::SideEffects(event)) => state.fold(event),
            (Self::Scales(state), DomainEvent::Scales(event)) => state.fold(event),
            (Self::FollowUp(state), DomainEvent::FollowUp(event)) => state.fold(event),
            (Self::CareTeam(state), DomainEvent::CareTeam(event)) => state.fold(event),
            (Self::TreatmentPlan(state), DomainEvent::TreatmentPlan(event)) => state.fold(event),
            (Self::Prescription(state), DomainEvent::Prescription(event)) => state.fold(event),
            (
                Self::Episode(_)
                | Self::Assessment(_)
                | Self::Chart(_)
                | Self::SideEffects(_)
                | Self::Scales(_)
                | Self::FollowUp(_)
                | Self::CareTeam(_)
                | Self::TreatmentPlan(_)
                | Self::Prescription(_),
                _,
            ) => debug_assert!(false, "an event of another kind of stream"),
        }
    }

    /// Decides `command` on this state. The command's own aggregate must be this state's; see [`Command::target`].
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub fn decide(&self, command: Command, context: Context) -> Result<Vec<DomainEvent>, Refusal> {
        fn wrap<E>(events: Vec<E>, event: fn(E) -> DomainEvent) -> Vec<DomainEvent> {
            events.into_iter().map(event).collect()
        }
        match (self, command) {
            (Self::Episode(state), Command::Episode(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::Episode))
            }
            (Self::Assessment(state), Command::Assessment(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::Assessment))
            }
            (Self::Chart(state), Command::Chart(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::Chart))
            }
            (Self::SideEffects(state), Command::SideEffects(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::SideEffects))
            }
            (Self::Scales(state), Command::Scales(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::Scales))
            }
            (Self::FollowUp(state), Command::FollowUp(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::FollowUp))
            }
            (Self::CareTeam(state), Command::CareTeam(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::CareTeam))
            }
            (Self::TreatmentPlan(state), Command::TreatmentPlan(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::TreatmentPlan))
            }
            (Self::Prescription(state), Command::Prescription(command)) => {
                Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::Prescription))
            }
            (
                Self::Episode(_)
                | Self::Assessment(_)
                | Self::Chart(_)
                | Self::SideEffects(_)
                | Self::Scales(_)
                | Self::FollowUp(_)
                | Self::CareTeam(_)
                | Self::TreatmentPlan(_)
                | Self::Prescription(_),
                _,
            ) => unreachable!("the executor loads the state that Command::target names"),
        }
    }
}
