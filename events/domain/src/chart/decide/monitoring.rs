//! What is watched while a drug is taken: results that cannot wait, and tests that are left out.

use std::time::Duration;

use concord_kernel::{Day, Instant, OrderId, Role, Text};
use concord_knowledge::{LabId, RuleId};

use super::super::{Chart, Error, Event};
use super::prescriber;
use crate::Context;

/// The longest that a test is left out.
const MOST_WAIVED_DAYS: i64 = 365;

impl Chart {
    /// Says that a result cannot wait, once for each sample.
    pub(super) fn flagged(
        &self,
        lab: &LabId,
        value: f64,
        taken_at: Instant,
        context: &Context,
    ) -> Option<Event> {
        let rule = context.rules.critical_result(lab, value)?;
        if self.critical.iter().any(|known| known.lab == *lab && known.taken_at == taken_at) {
            return None;
        }
        let minutes = u64::from(context.rules.limits().critical_result_minutes);
        Some(Event::CriticalResultFlagged {
            lab: lab.clone(),
            value,
            taken_at,
            rule: rule.id.clone(),
            acknowledge_by: context.now.plus(Duration::from_secs(minutes * 60)),
            ruleset: context.rules.version().clone(),
        })
    }

    pub(super) fn review_result(
        &self,
        lab: &LabId,
        taken_at: Instant,
        action: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let waits = self.critical.iter().find(|known| known.lab == *lab && known.taken_at == taken_at);
        let waits = waits.ok_or(Error::NoCriticalResult)?;
        Ok(vec![Event::ResultReviewed {
            lab: lab.clone(),
            taken_at,
            action: action.clone(),
            late: context.now > waits.acknowledge_by,
        }])
    }

    /// The service says once that nobody did it in time.
    pub(super) fn breach_result(
        &self,
        lab: &LabId,
        taken_at: Instant,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if context.actor.role != Role::Service {
            return Err(Error::NotATimer);
        }
        let waits = self.critical.iter().find(|known| known.lab == *lab && known.taken_at == taken_at);
        let waits = waits.ok_or(Error::NoCriticalResult)?;
        if waits.breached {
            return Err(Error::AlreadyBreached);
        }
        if context.now <= waits.acknowledge_by {
            return Err(Error::DeadlineNotPassed);
        }
        let (lab, acknowledge_by) = (lab.clone(), waits.acknowledge_by);
        Ok(vec![Event::CriticalResultBreached { lab, taken_at, acknowledge_by }])
    }

    /// A test that the drug asks for is left out by a prescriber who says why, and for a time: it comes due again.
    pub(super) fn waive_test(
        &self,
        order: OrderId,
        test: &RuleId,
        until: Day,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let open = self.open(order)?;
        if !context.rules.tests_of(&open.drug).any(|known| known.id == *test) {
            return Err(Error::UnknownTest);
        }
        if until <= context.now.day() || until > context.now.plus_days(MOST_WAIVED_DAYS).day() {
            return Err(Error::WaiverOutOfRange { most_days: MOST_WAIVED_DAYS });
        }
        Ok(vec![Event::MonitoringWaived { order, test: test.clone(), until, reason: reason.clone() }])
    }
}
