//! The folded state of any stream.

use concord_kernel::{PatientId, StreamKind, StreamRef};
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::adherence::Adherence;
use crate::assessment::Assessment;
use crate::audit::Audit;
use crate::care_team::CareTeam;
use crate::chart::Chart;
use crate::consent::Consents;
use crate::coordination::Coordination;
use crate::episode::Episode;
use crate::feed::Feed;
use crate::follow_up::FollowUp;
use crate::inbox::Inbox;
use crate::prescription::Prescription;
use crate::recovery::Recovery;
use crate::ruleset::Rulesets;
use crate::scales::Scales;
use crate::side_effects::SideEffects;
use crate::signing_rights::SigningRights;
use crate::treatment_plan::TreatmentPlan;
use crate::{Command, Context, DomainEvent, EpisodeRef, InProgram, Issued, OfPrescription, Refusal};

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
    /// How those who treat a patient in different places keep in step.
    Coordination(Box<Coordination>),
    /// How a patient takes what is ordered.
    Adherence(Box<Adherence>),
    /// A recovery record.
    Recovery(Box<Recovery>),
    /// A prescription.
    Prescription(Prescription),
    /// The rules that decisions are judged by.
    Ruleset(Box<Rulesets>),
    /// A look at the record for an audit or evaluation.
    Audit(Audit),
    /// What a patient consented to disclose.
    Consent(Consents),
    /// What a partner takes.
    Feed(Feed),
    /// What partners told.
    Inbox(Inbox),
    /// Who reached a record in an emergency.
    Access(Access),
    /// Who may sign controlled prescriptions.
    SigningRights(SigningRights),
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
            StreamKind::Coordination => Self::Coordination(Box::default()),
            StreamKind::Adherence => Self::Adherence(Box::default()),
            StreamKind::Recovery => Self::Recovery(Box::default()),
            StreamKind::Prescription => Self::Prescription(Prescription::default()),
            StreamKind::Ruleset => Self::Ruleset(Box::default()),
            StreamKind::Audit => Self::Audit(Audit::default()),
            StreamKind::Consent => Self::Consent(Consents::default()),
            StreamKind::Feed => Self::Feed(Feed::default()),
            StreamKind::Inbox => Self::Inbox(Inbox::default()),
            StreamKind::Access => Self::Access(Access::default()),
            StreamKind::SigningRights => Self::SigningRights(SigningRights::default()),
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
            (Self::Coordination(state), DomainEvent::Coordination(event)) => state.fold(event),
            (Self::Adherence(state), DomainEvent::Adherence(event)) => state.fold(event),
            (Self::Recovery(state), DomainEvent::Recovery(event)) => state.fold(event),
            (Self::Prescription(state), DomainEvent::Prescription(event)) => state.fold(event),
            (Self::Ruleset(state), DomainEvent::Ruleset(event)) => state.fold(event),
            (Self::Audit(state), DomainEvent::Audit(event)) => state.fold(event),
            (Self::Consent(state), DomainEvent::Consent(event)) => state.fold(event),
            (Self::Feed(state), DomainEvent::Feed(event)) => state.fold(event),
            (Self::Inbox(state), DomainEvent::Inbox(event)) => state.fold(event),
            (Self::Access(state), DomainEvent::Access(event)) => state.fold(event),
            (Self::SigningRights(state), DomainEvent::SigningRights(event)) => state.fold(event),
            (
                Self::Episode(_)
                | Self::Assessment(_)
                | Self::Chart(_)
                | Self::SideEffects(_)
                | Self::Scales(_)
                | Self::FollowUp(_)
                | Self::CareTeam(_)
                | Self::TreatmentPlan(_)
                | Self::Coordination(_)
                | Self::Adherence(_)
                | Self::Recovery(_)
                | Self::Prescription(_)
                | Self::Ruleset(_)
                | Self::Audit(_)
                | Self::Consent(_)
                | Self::Feed(_)
                | Self::Inbox(_)
                | Self::Access(_)
                | Self::SigningRights(_),
                _,
            ) => debug_assert!(false, "an event of another kind of stream"),
        }
    }

    /// The further streams that a decision on this state depends on, once those that [`Command::target`] names were
    /// `read`: a command names an order, and only the chart knows the stay that it was written in and which
    /// prescriptions share its supply; a discharge names a program, and only its stays know which of them is open. They are conditions of the append like the others.
    pub fn reads<'a>(
        &self,
        command: &Command,
        patient: PatientId,
        read: impl IntoIterator<Item = &'a Self>,
    ) -> Vec<StreamRef> {
        let of_stay = |stay: &EpisodeRef| {
            [StreamRef::episode(patient, &stay.program), StreamRef::treatment_plan(patient, stay.id)]
        };
        let mut reads = Vec::new();
        match (self, command) {
            (Self::Episode(episode), Command::Episode(InProgram { command, .. })) => {
                // What the stay was for decides what its end leaves to be offered.
                let assessed = episode.open_stay().filter(|_| command.ends_the_stay());
                reads.extend(assessed.map(|stay| StreamRef::assessment(patient, stay)));
            }
            (Self::Chart(chart), Command::Chart(command)) => {
                reads.extend(chart.stay_read_by(command).into_iter().flat_map(of_stay));
                let others = chart.prescriptions_read_by(command);
                reads.extend(others.map(|other| StreamRef::prescription(patient, other)));
            }
            (Self::Prescription(state), Command::Prescription(OfPrescription { prescription, command })) => {
                let chart = read.into_iter().find_map(Self::as_chart);
                let order = state.order_that_bears_on(command);
                if let Some((stay, sharing)) = chart.zip(order).and_then(|(chart, order)| chart.shared(order))
                {
                    if command.needs_the_order() {
                        reads.extend(of_stay(stay));
                    }
                    let others = sharing.iter().filter(|other| *other != prescription);
                    reads.extend(others.map(|other| StreamRef::prescription(patient, *other)));
                }
            }
            _ => {}
        }
        reads
    }

    /// The care team, where this is one.
    pub const fn as_care_team(&self) -> Option<&CareTeam> {
        if let Self::CareTeam(team) = self { Some(team) } else { None }
    }

    /// Who reached the record in an emergency, where this is that.
    pub const fn as_access(&self) -> Option<&Access> {
        if let Self::Access(access) = self { Some(access) } else { None }
    }

    /// How those who treat the patient keep in step, where this is that.
    pub const fn as_coordination(&self) -> Option<&Coordination> {
        if let Self::Coordination(coordination) = self { Some(coordination) } else { None }
    }

    fn as_chart(&self) -> Option<&Chart> {
        if let Self::Chart(chart) = self { Some(chart) } else { None }
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
        // Each aggregate decides its own commands, in the same way.
        macro_rules! decided {
            ($($kind:ident)+) => {
                match (self, command) {
                    $((Self::$kind(state), Command::$kind(command)) => {
                        Ok(wrap(state.decide(&Issued { command, context })?, DomainEvent::$kind))
                    })+
                    ($(Self::$kind(_))|+, _) => {
                        unreachable!("the executor loads the state that Command::target names")
                    }
                }
            };
        }
        decided! {
            Episode Assessment Chart SideEffects Scales FollowUp CareTeam TreatmentPlan Coordination Adherence Recovery
            Prescription Ruleset Audit Consent Feed Inbox Access SigningRights
        }
    }
}
