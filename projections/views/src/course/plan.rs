//! Entries that events of a treatment plan make.

use concord_domain::treatment_plan::Event;

use super::{Entry, ServiceEntry};

impl Entry {
    /// Whether an event makes an entry: exactly when [`Entry::of_plan`] gives one.
    pub(super) const fn is_made_of_plan(event: &Event) -> bool {
        match event {
            Event::PlanAgreed { .. }
            | Event::GoalMet { .. }
            | Event::SharedDecisionRecorded { .. }
            | Event::TherapyParticipationRecorded { .. }
            | Event::LifeCircumstanceChanged { .. }
            | Event::MedicationReviewed { .. }
            | Event::ReviewOpened { .. } => true,
            Event::PlanDrafted { .. }
            | Event::PlanRevised { .. }
            | Event::PlanAgreementGiven { .. }
            | Event::GoalAdded { .. }
            | Event::GoalDropped { .. }
            | Event::GoalLinked { .. }
            | Event::ConcernRaised { .. }
            | Event::ConcernAnswered { .. }
            | Event::EducationProvided { .. }
            | Event::SupportPlanned { .. }
            | Event::SupportFinished { .. } => false,
        }
    }

    pub(super) fn of_plan(event: &Event) -> Option<Self> {
        let entry = match event {
            Event::PlanAgreed { version, .. } => Self::PlanAgreed { version: *version },
            Event::GoalMet { evidence, .. } => Self::GoalMet { evidence: evidence.clone() },
            Event::SharedDecisionRecorded { drug, consent, preference, .. } => {
                Self::Decided { drug: drug.clone(), consent: *consent, preference: preference.clone() }
            }
            Event::TherapyParticipationRecorded { kind, engagement, .. } => {
                Self::Session { kind: *kind, engagement: *engagement }
            }
            Event::LifeCircumstanceChanged { event, note, .. } => {
                Self::LifeChanged { event: *event, note: note.clone() }
            }
            Event::ReviewOpened { because, .. } => {
                Self::Service(ServiceEntry::ReviewOpened { because: because.kind() })
            }
            Event::MedicationReviewed { outcome, reason, .. } => {
                Self::Reviewed { outcome: *outcome, why: reason.clone() }
            }
            Event::PlanDrafted { .. }
            | Event::PlanRevised { .. }
            | Event::PlanAgreementGiven { .. }
            | Event::GoalAdded { .. }
            | Event::GoalDropped { .. }
            | Event::GoalLinked { .. }
            | Event::ConcernRaised { .. }
            | Event::ConcernAnswered { .. }
            | Event::EducationProvided { .. }
            | Event::SupportPlanned { .. }
            | Event::SupportFinished { .. } => return None,
        };
        Some(entry)
    }
}
