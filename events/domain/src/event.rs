//! Any event of the clinical ledger, as it is stored.

use concord_kernel::StreamKind;
use serde_json::error::Category;

use crate::{
    access, adherence, assessment, audit, care_team, chart, consent, coordination, episode, feed, follow_up,
    inbox, prescription, recovery, ruleset, scales, side_effects, signing_rights, treatment_plan,
};

/// One thing that happened. Stored as JSON, `{"EventType": {fields}}`; shapes are kept in `events/schema`.
#[derive(Clone, Debug, PartialEq)]
pub enum DomainEvent {
    /// In a stay.
    Episode(episode::Event),
    /// In an assessment.
    Assessment(assessment::Event),
    /// On a medication chart.
    Chart(chart::Event),
    /// In a side-effect record.
    SideEffects(side_effects::Event),
    /// In the scores.
    Scales(scales::Event),
    /// In a follow-up plan.
    FollowUp(follow_up::Event),
    /// In a care team.
    CareTeam(care_team::Event),
    /// In a treatment plan.
    TreatmentPlan(treatment_plan::Event),
    /// Of those who treat a patient in different places.
    Coordination(coordination::Event),
    /// About adherence.
    Adherence(adherence::Event),
    /// In a recovery.
    Recovery(recovery::Event),
    /// Of a prescription.
    Prescription(prescription::Event),
    /// About the rules that decisions are judged by.
    Ruleset(ruleset::Event),
    /// About what was looked at for an audit or evaluation.
    Audit(audit::Event),
    /// About what a patient consented to disclose.
    Consent(consent::Event),
    /// About what a partner takes.
    Feed(feed::Event),
    /// About what partners told.
    Inbox(inbox::Event),
    /// About emergency access to a record.
    Access(access::Event),
    /// About who may sign controlled prescriptions.
    SigningRights(signing_rights::Event),
}

/// A stored event that this program cannot read: written by a newer one, or damaged. Where the decoder stopped is kept
/// and what it said is not: its words may quote what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored event of kind {kind} cannot be read ({category:?}, line {line}, column {column})")]
pub struct UnreadableEvent {
    /// Of which kind its stream is.
    pub kind: &'static str,
    /// Whether it is no JSON, ends early, or is of an unknown shape.
    pub category: Category,
    /// The line of the payload at which the decoder stopped.
    pub line: usize,
    /// The column there.
    pub column: usize,
}

impl DomainEvent {
    /// The kind of stream it belongs to.
    pub const fn kind(&self) -> StreamKind {
        match self {
            Self::Episode(_) => StreamKind::Episode,
            Self::Assessment(_) => StreamKind::Assessment,
            Self::Chart(_) => StreamKind::MedicationChart,
            Self::SideEffects(_) => StreamKind::SideEffects,
            Self::Scales(_) => StreamKind::Scales,
            Self::FollowUp(_) => StreamKind::FollowUp,
            Self::CareTeam(_) => StreamKind::CareTeam,
            Self::TreatmentPlan(_) => StreamKind::TreatmentPlan,
            Self::Coordination(_) => StreamKind::Coordination,
            Self::Adherence(_) => StreamKind::Adherence,
            Self::Recovery(_) => StreamKind::Recovery,
            Self::Prescription(_) => StreamKind::Prescription,
            Self::Ruleset(_) => StreamKind::Ruleset,
            Self::Audit(_) => StreamKind::Audit,
            Self::Consent(_) => StreamKind::Consent,
            Self::Feed(_) => StreamKind::Feed,
            Self::Inbox(_) => StreamKind::Inbox,
            Self::Access(_) => StreamKind::Access,
            Self::SigningRights(_) => StreamKind::SigningRights,
        }
    }

    /// The stored name of the event, such as `MedicationPrescribed`; never renamed.
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Episode(event) => event.name(),
            Self::Assessment(event) => event.name(),
            Self::Chart(event) => event.name(),
            Self::SideEffects(event) => event.name(),
            Self::Scales(event) => event.name(),
            Self::FollowUp(event) => event.name(),
            Self::CareTeam(event) => event.name(),
            Self::TreatmentPlan(event) => event.name(),
            Self::Coordination(event) => event.name(),
            Self::Adherence(event) => event.name(),
            Self::Recovery(event) => event.name(),
            Self::Prescription(event) => event.name(),
            Self::Ruleset(event) => event.name(),
            Self::Audit(event) => event.name(),
            Self::Consent(event) => event.name(),
            Self::Feed(event) => event.name(),
            Self::Inbox(event) => event.name(),
            Self::Access(event) => event.name(),
            Self::SigningRights(event) => event.name(),
        }
    }

    /// The version of its stored shape.
    pub const fn event_version(&self) -> u16 {
        match self {
            Self::Episode(event) => event.version(),
            Self::Assessment(event) => event.version(),
            Self::Chart(event) => event.version(),
            Self::SideEffects(event) => event.version(),
            Self::Scales(event) => event.version(),
            Self::FollowUp(event) => event.version(),
            Self::CareTeam(event) => event.version(),
            Self::TreatmentPlan(event) => event.version(),
            Self::Coordination(event) => event.version(),
            Self::Adherence(event) => event.version(),
            Self::Recovery(event) => event.version(),
            Self::Prescription(event) => event.version(),
            Self::Ruleset(event) => event.version(),
            Self::Audit(event) => event.version(),
            Self::Consent(event) => event.version(),
            Self::Feed(event) => event.version(),
            Self::Inbox(event) => event.version(),
            Self::Access(event) => event.version(),
            Self::SigningRights(event) => event.version(),
        }
    }

    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let bytes = match self {
            Self::Episode(event) => serde_json::to_vec(event),
            Self::Assessment(event) => serde_json::to_vec(event),
            Self::Chart(event) => serde_json::to_vec(event),
            Self::SideEffects(event) => serde_json::to_vec(event),
            Self::Scales(event) => serde_json::to_vec(event),
            Self::FollowUp(event) => serde_json::to_vec(event),
            Self::CareTeam(event) => serde_json::to_vec(event),
            Self::TreatmentPlan(event) => serde_json::to_vec(event),
            Self::Coordination(event) => serde_json::to_vec(event),
            Self::Adherence(event) => serde_json::to_vec(event),
            Self::Recovery(event) => serde_json::to_vec(event),
            Self::Prescription(event) => serde_json::to_vec(event),
            Self::Ruleset(event) => serde_json::to_vec(event),
            Self::Audit(event) => serde_json::to_vec(event),
            Self::Consent(event) => serde_json::to_vec(event),
            Self::Feed(event) => serde_json::to_vec(event),
            Self::Inbox(event) => serde_json::to_vec(event),
            Self::Access(event) => serde_json::to_vec(event),
            Self::SigningRights(event) => serde_json::to_vec(event),
        };
        bytes.expect("events have string keys and finite numbers only")
    }

    /// Reads stored bytes back.
    ///
    /// # Errors
    ///
    /// [`UnreadableEvent`] when they are not an event of this kind.
    pub fn decode(kind: StreamKind, payload: &[u8]) -> Result<Self, UnreadableEvent> {
        let decoded = match kind {
            StreamKind::Episode => serde_json::from_slice(payload).map(Self::Episode),
            StreamKind::Assessment => serde_json::from_slice(payload).map(Self::Assessment),
            StreamKind::MedicationChart => serde_json::from_slice(payload).map(Self::Chart),
            StreamKind::SideEffects => serde_json::from_slice(payload).map(Self::SideEffects),
            StreamKind::Scales => serde_json::from_slice(payload).map(Self::Scales),
            StreamKind::FollowUp => serde_json::from_slice(payload).map(Self::FollowUp),
            StreamKind::CareTeam => serde_json::from_slice(payload).map(Self::CareTeam),
            StreamKind::TreatmentPlan => serde_json::from_slice(payload).map(Self::TreatmentPlan),
            StreamKind::Coordination => serde_json::from_slice(payload).map(Self::Coordination),
            StreamKind::Adherence => serde_json::from_slice(payload).map(Self::Adherence),
            StreamKind::Recovery => serde_json::from_slice(payload).map(Self::Recovery),
            StreamKind::Prescription => serde_json::from_slice(payload).map(Self::Prescription),
            StreamKind::Ruleset => serde_json::from_slice(payload).map(Self::Ruleset),
            StreamKind::Audit => serde_json::from_slice(payload).map(Self::Audit),
            StreamKind::Consent => serde_json::from_slice(payload).map(Self::Consent),
            StreamKind::Feed => serde_json::from_slice(payload).map(Self::Feed),
            StreamKind::Inbox => serde_json::from_slice(payload).map(Self::Inbox),
            StreamKind::Access => serde_json::from_slice(payload).map(Self::Access),
            StreamKind::SigningRights => serde_json::from_slice(payload).map(Self::SigningRights),
        };
        decoded.map_err(|said: serde_json::Error| UnreadableEvent {
            kind: kind.as_str(),
            category: said.classify(),
            line: said.line(),
            column: said.column(),
        })
    }
}
