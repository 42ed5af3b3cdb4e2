//! Reaching out to somebody who stays away, or takes so little that it cannot wait.

use concord_kernel::{EpisodeId, Role, Text, VisitId};

use super::super::state::Outreach;
use super::super::{Adherence, Error, Event, OutreachCause, OutreachOutcome};
use crate::{Context, MissedVisits, OrderFacts};

impl Adherence {
    /// Begins when medication visits were missed in a row, once for each run of them.
    pub(super) fn open_outreach(
        &self,
        visit: VisitId,
        episode: EpisodeId,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if context.actor.role != Role::Service {
            return Err(Error::NotATimer);
        }
        let run = missed(context)?.filter(|run| run.last == visit);
        let enough = |run: &MissedVisits| run.in_a_row >= context.rules.deadlines().missed_visits;
        let run = run.filter(enough).ok_or(Error::OutreachNotCalledFor)?;
        if self.outreach_of(OutreachCause::MissedVisits).is_some_and(|open| open.run == Some(run.first)) {
            return Err(Error::OutreachAlreadyDue);
        }
        let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
        let drug = |order: &OrderFacts| Some((context.rules.drug(&order.drug)?, order.regimen.route));
        let taken: Vec<_> = chart.orders.values().filter_map(drug).collect();
        let (rule, act_by) = context.rules.outreach(&taken, context.now);
        Ok(vec![Event::OutreachDue {
            episode,
            first: run.first,
            visit,
            in_a_row: run.in_a_row,
            rule: rule.clone(),
            act_by,
            ruleset: context.rules.version().clone(),
        }])
    }

    /// One talk answers everything that it was due for. Somebody who was not reached stays to be reached.
    pub(super) fn record_outreach(
        &self,
        outcome: OutreachOutcome,
        note: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if self.outreach.is_empty() {
            return Err(Error::OutreachNotDue);
        }
        let late = self.outreach.values().any(|open| context.now > open.act_by);
        Ok(vec![Event::OutreachRecorded { outcome, note: note.clone(), late }])
    }

    /// The service says once that nobody was reached in time.
    pub(super) fn breach_outreach(
        &self,
        because: OutreachCause,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if context.actor.role != Role::Service {
            return Err(Error::NotATimer);
        }
        let open = self.outreach_of(because).ok_or(Error::OutreachNotDue)?;
        // Who came after all was reached.
        if open.run.is_some() && missed(context)?.map(|run| run.first) != open.run {
            return Err(Error::OutreachNotDue);
        }
        if open.breached {
            return Err(Error::AlreadyBreached);
        }
        if context.now <= open.act_by {
            return Err(Error::DeadlineNotPassed);
        }
        Ok(vec![Event::OutreachBreached { because, act_by: open.act_by }])
    }

    fn outreach_of(&self, because: OutreachCause) -> Option<&Outreach> {
        self.outreach.get(&because)
    }
}

fn missed(context: &Context) -> Result<Option<MissedVisits>, Error> {
    Ok(context.facts.visits.as_ref().ok_or(Error::FactsMissing)?.missed)
}
