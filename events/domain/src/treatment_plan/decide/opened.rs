//! Reviews that the service opens, because of what happened elsewhere.

use concord_kernel::Role;

use super::super::state::LifeChange;
use super::super::{Error, Event, ReviewCause, TreatmentPlan};
use crate::Context;

impl TreatmentPlan {
    /// A review is opened once for what called for it, and not beside one that is open for the same reason.
    pub(super) fn open_review(&self, because: ReviewCause, context: &Context) -> Result<Event, Error> {
        if context.actor.role != Role::Service {
            return Err(Error::NotATimer);
        }
        let rules = context.rules.deadlines();
        let (called_for, days) = match because {
            ReviewCause::Worsening { score } => {
                let scales = context.facts.scales.as_ref().ok_or(Error::FactsMissing)?;
                (scales.worsened == Some(score), rules.worsening_review_days)
            }
            ReviewCause::MissedVisits { visit } => {
                let visits = context.facts.visits.as_ref().ok_or(Error::FactsMissing)?;
                let run = visits.missed.filter(|run| run.last == visit);
                let enough = run.is_some_and(|run| run.in_a_row >= rules.missed_visits);
                (enough, rules.missed_visits_review_days)
            }
        };
        if !called_for {
            return Err(Error::ReviewNotCalledFor);
        }
        let change = because.change();
        let same = |known: &LifeChange| !known.reviewed && known.opened == Some(because.kind());
        if self.changes.contains_key(&change) || self.changes.values().any(same) {
            return Err(Error::ReviewAlreadyOpen);
        }
        Ok(Event::ReviewOpened { change, because, review_by: context.now.plus_days(days) })
    }
}
