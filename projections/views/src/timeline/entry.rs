//! One entry of a timeline.

use concord_domain::DomainEvent;
use concord_domain::chart::{Event as ChartEvent, OrderModality};
use concord_domain::coordination::Event as CoordinationEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::follow_up::{Event as VisitEvent, Modality};
use concord_domain::prescription::Event as PrescriptionEvent;
use concord_domain::recovery::Event as RecoveryEvent;
use concord_kernel::{Instant, PersonId, Role};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::{Cite, More, Subject};
use crate::course;

/// What happened, as the course says it or as only the timeline does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// In the words of the course.
    Course(course::Entry),
    /// What the course leaves out.
    More(More),
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was true.
    pub at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who recorded it.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// What happened.
    pub what: What,
    /// What it is about.
    pub subject: Option<Subject>,
    /// What it rests on or answers.
    pub cites: Vec<Cite>,
    /// How people met for it; absent where they need not meet, or it was not kept.
    pub modality: Option<Modality>,
}

impl Entry {
    /// Whether an event makes an entry: exactly when [`Entry::of`] gives one.
    pub(super) fn is_made_of(event: &DomainEvent) -> bool {
        course::Entry::is_made_of(event) || More::is_made_of(event)
    }

    pub(super) fn of(fact: &Fact) -> Option<Self> {
        let told = course::Row::of(fact).map(|row| What::Course(row.entry));
        let what = told.or_else(|| More::of(&fact.event).map(What::More))?;
        Some(Self {
            at: true_at(fact),
            recorded_at: fact.recorded_at,
            by: fact.actor.id,
            role: fact.actor.role,
            what,
            subject: Subject::of(fact),
            cites: Cite::of(&fact.event),
            modality: modality(&fact.event),
        })
    }
}

/// When it was true: as the course has it, and where the event says more than the course needs, as the event says.
#[expect(clippy::wildcard_enum_match_arm, reason = "where an event says no more, the course's time stands")]
pub(super) fn true_at(fact: &Fact) -> Instant {
    let told = match &fact.event {
        DomainEvent::Episode(EpisodeEvent::EpisodeClosed { at, .. }) => *at,
        DomainEvent::Chart(
            ChartEvent::TitrationPlanned { at, .. }
            | ChartEvent::InteractionOverridden { at, .. }
            | ChartEvent::OverrideCosigned { at, .. },
        )
        | DomainEvent::Recovery(
            RecoveryEvent::InductionStarted { at, .. } | RecoveryEvent::RelapseRecorded { at, .. },
        )
        | DomainEvent::Prescription(PrescriptionEvent::PrescriptionExpired { at, .. }) => Some(*at),
        DomainEvent::Chart(ChartEvent::PdmpChecked { check, .. }) => Some(check.checked_at),
        // A day is all that a pharmacy and a signature tell.
        DomainEvent::Prescription(PrescriptionEvent::PrescriptionFilled { fill, .. }) => {
            Some(Instant::start_of(fill.on))
        }
        DomainEvent::Coordination(CoordinationEvent::SharingConsentRecorded { signed_on, .. }) => {
            Some(Instant::start_of(*signed_on))
        }
        event => course::clinical_time(event),
    };
    told.unwrap_or(fact.effective_at)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "for these people meet; for others they need not")]
const fn modality(event: &DomainEvent) -> Option<Modality> {
    match event {
        DomainEvent::FollowUp(VisitEvent::VisitCompleted { modality, .. }) => Some(*modality),
        DomainEvent::Chart(ChartEvent::MedicationPrescribed { order, .. }) => Some(met(order.modality)),
        DomainEvent::Chart(ChartEvent::MedicationRenewed { modality, .. }) => Some(met(*modality)),
        _ => None,
    }
}

const fn met(modality: OrderModality) -> Modality {
    match modality {
        OrderModality::InPerson => Modality::InPerson,
        OrderModality::AudioVideo => Modality::AudioVideo,
        OrderModality::Audio => Modality::Audio,
    }
}
