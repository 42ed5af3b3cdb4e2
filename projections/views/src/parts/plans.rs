//! What a row keeps of a patient's plans: one for each stay that is open.

use concord_domain::DomainEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::treatment_plan::Event;
use concord_kernel::StreamRef;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Stays;

/// A part of a row that folds the events of one plan.
pub(crate) trait PlanPart: Default {
    /// Takes in one more event.
    fn fold(&mut self, fact: &Fact, event: &Event);
}

/// The same part of each plan, in the order of their first events. What belongs to a stay goes with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plans<T>(Vec<(Uuid, T)>);

impl<T> Default for Plans<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Plans<T> {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, plan)| plan)
    }

    /// Each of them with what names it.
    pub(crate) fn named(&self) -> impl Iterator<Item = (Uuid, &T)> {
        self.0.iter().map(|(id, plan)| (*id, plan))
    }

    /// Takes in one more event of a stay or of a plan; others change nothing. What is written down about a stay that
    /// has ended is in the log, and in no row.
    pub(crate) fn fold(&mut self, stays: &Stays, fact: &Fact)
    where
        T: PlanPart,
    {
        match &fact.event {
            DomainEvent::TreatmentPlan(event) if is_of_an_open_stay(stays, fact) => {
                self.of(fact.stream.id).fold(fact, event);
            }
            DomainEvent::Episode(EpisodeEvent::EpisodeClosed { episode, .. }) => {
                let ended = StreamRef::treatment_plan(fact.patient, *episode).id;
                self.0.retain(|(id, _)| *id != ended);
            }
            DomainEvent::TreatmentPlan(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::Chart(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_) => {}
        }
    }

    fn of(&mut self, stream: Uuid) -> &mut T
    where
        T: Default,
    {
        let known = self.0.iter().position(|(id, _)| *id == stream);
        let at = known.unwrap_or_else(|| {
            self.0.push((stream, T::default()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }
}

fn is_of_an_open_stay(stays: &Stays, fact: &Fact) -> bool {
    let open = stays.iter().filter(|stay| stay.is_open()).filter_map(|stay| stay.episode);
    open.into_iter().any(|episode| StreamRef::treatment_plan(fact.patient, episode) == fact.stream)
}
