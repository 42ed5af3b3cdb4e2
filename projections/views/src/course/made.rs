//! Which entry an event makes.

use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::follow_up::Event as VisitEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::{DomainEvent, assessment};

use super::{Entry, RecoveryEntry, ServiceEntry};

impl Entry {
    /// Whether an event makes an entry: exactly when [`Entry::of`] gives one.
    pub(crate) fn is_made_of(event: &DomainEvent) -> bool {
        match event {
            DomainEvent::Episode(event) => !matches!(
                event,
                EpisodeEvent::CandidateScreened { .. } | EpisodeEvent::PatientWaitlisted { .. }
            ),
            DomainEvent::Assessment(event) => matches!(
                event,
                assessment::Event::MedicationIndicated { .. }
                    | assessment::Event::MedicationNotIndicated { .. }
            ),
            DomainEvent::Chart(event) => !matches!(
                event,
                ChartEvent::CharacteristicsRecorded { .. }
                    | ChartEvent::NoKnownAllergiesConfirmed
                    | ChartEvent::AllergyRecorded { .. }
                    | ChartEvent::AllergyRefuted { .. }
                    | ChartEvent::ConditionRecorded { .. }
                    | ChartEvent::ConditionResolved { .. }
                    | ChartEvent::LastDoseRecorded { .. }
                    | ChartEvent::SafetyChecked { .. }
                    | ChartEvent::SupplyAllotted { .. }
                    | ChartEvent::UseLimited { .. }
                    | ChartEvent::BoxedWarningAcknowledged { .. }
                    | ChartEvent::OrderCorrected { .. }
            ),
            DomainEvent::SideEffects(_) | DomainEvent::Scales(_) | DomainEvent::Recovery(_) => true,
            DomainEvent::FollowUp(event) => !matches!(event, VisitEvent::VisitScheduled { .. }),
            DomainEvent::TreatmentPlan(event) => Self::is_made_of_plan(event),
            DomainEvent::Coordination(event) => Self::is_made_of_coordination(event),
            DomainEvent::Adherence(event) => Self::is_made_of_adherence(event),
            DomainEvent::Prescription(event) => Self::of_prescription(event).is_some(),
            DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => false,
        }
    }

    pub(super) fn of(event: &DomainEvent) -> Option<Self> {
        match event {
            DomainEvent::Episode(event) => Self::of_stay(event),
            DomainEvent::Assessment(event) => Self::of_assessment(event),
            DomainEvent::Chart(event) => Self::of_chart(event),
            DomainEvent::SideEffects(event) => Some(Self::of_effect(event)),
            DomainEvent::Scales(event) => Some(Self::of_scale(event)),
            DomainEvent::FollowUp(event) => Self::of_visit(event),
            DomainEvent::TreatmentPlan(event) => Self::of_plan(event),
            DomainEvent::Coordination(event) => Self::of_coordination(event),
            DomainEvent::Adherence(event) => Self::of_adherence(event),
            DomainEvent::Recovery(event) => Some(Self::Recovery(RecoveryEntry::of(event))),
            DomainEvent::Prescription(event) => Self::of_prescription(event),
            DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => None,
        }
    }

    fn of_stay(event: &EpisodeEvent) -> Option<Self> {
        match event {
            EpisodeEvent::PatientReferred { .. } => Some(Self::Referred),
            EpisodeEvent::EpisodeOpened { .. } => Some(Self::Admitted),
            EpisodeEvent::EpisodePhaseChanged { from, to, .. } => Some(Self::Phase { from: *from, to: *to }),
            EpisodeEvent::EpisodePaused { .. } => Some(Self::Paused),
            EpisodeEvent::EpisodeResumed { .. } => Some(Self::Resumed),
            EpisodeEvent::EpisodeClosed { disposition, .. } => {
                Some(Self::Discharged { disposition: *disposition })
            }
            EpisodeEvent::BridgingDue { .. }
            | EpisodeEvent::BridgingDecided { .. }
            | EpisodeEvent::BridgingBreached { .. } => ServiceEntry::of_stay(event).map(Self::Service),
            EpisodeEvent::CandidateScreened { .. } | EpisodeEvent::PatientWaitlisted { .. } => None,
        }
    }

    fn of_assessment(event: &assessment::Event) -> Option<Self> {
        use assessment::Event;
        match event {
            Event::MedicationIndicated { diagnoses, .. } => {
                Some(Self::Indicated { indicated: true, diagnoses: diagnoses.clone() })
            }
            Event::MedicationNotIndicated { diagnoses, .. } => {
                Some(Self::Indicated { indicated: false, diagnoses: diagnoses.clone() })
            }
            Event::AssessmentStarted { .. }
            | Event::AssessmentSectionRecorded { .. }
            | Event::AssessmentCompleted
            | Event::AssessmentReopened { .. } => None,
        }
    }

    fn of_scale(event: &ScaleEvent) -> Self {
        match event {
            ScaleEvent::ScaleScored { id, scale, total, band, substance, .. } => Self::Score {
                id: *id,
                scale: *scale,
                total: *total,
                band: band.clone(),
                substance: substance.clone(),
            },
            ScaleEvent::ScoreWorsened { scale, from, to, .. } => {
                Self::Service(ServiceEntry::Worsened { scale: *scale, from: *from, to: *to })
            }
            ScaleEvent::RiskRaised { id, scale, level, .. } => {
                Self::RiskRaised { id: *id, scale: *scale, level: *level }
            }
            ScaleEvent::RiskResolved { id, resolution, .. } => {
                Self::RiskResolved { id: *id, resolution: resolution.clone() }
            }
        }
    }

    fn of_visit(event: &VisitEvent) -> Option<Self> {
        match event {
            VisitEvent::VisitCompleted { visit, kind, adherence_percent, summary, .. } => {
                Some(Self::Visited {
                    visit: *visit,
                    kind: *kind,
                    adherence_percent: *adherence_percent,
                    summary: summary.clone(),
                })
            }
            VisitEvent::VisitMissed { visit, kind, in_a_row, .. } => {
                Some(Self::Missed { visit: *visit, kind: *kind, in_a_row: *in_a_row })
            }
            VisitEvent::CadenceChanged { from, to, reason, .. } => {
                Some(Self::Cadence { from: *from, to: *to, why: reason.clone() })
            }
            VisitEvent::VisitScheduled { .. } => None,
        }
    }
}
