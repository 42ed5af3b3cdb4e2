//! The way onto buprenorphine: planned, cleared on a withdrawal score, given, completed.

use std::time::Duration;

use concord_kernel::{InductionId, Instant, OrderId, Text};
use concord_knowledge::Milligrams;
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::scale::ScaleKind;

use super::super::state::Induction;
use super::super::{Error, Event, InductionEnd, Recovery, Setting};
use super::{chart, past, some};
use crate::scales::Withdrawal;
use crate::{Context, EpisodeRef, ScaleFacts};

/// The substance that an induction is about.
const BUPRENORPHINE: &str = "buprenorphine";

/// An induction as it is asked for.
pub(super) struct Planned<'a> {
    pub(super) id: InductionId,
    pub(super) episode: &'a EpisodeRef,
    pub(super) setting: Setting,
    pub(super) exposure: OpioidExposure,
    pub(super) last_use_at: Option<Instant>,
    pub(super) instructions: Option<&'a Text>,
}

impl Recovery {
    pub(super) fn start(&self, planned: &Planned<'_>, context: &Context) -> Result<Event, Error> {
        let stays = context.facts.episode.as_ref().ok_or(Error::FactsMissing)?;
        if !stays.is_active(planned.episode) {
            return Err(Error::EpisodeNotActive);
        }
        if self.inductions.contains(&planned.id) {
            return Err(Error::IdUsed);
        }
        if self.open.is_some() {
            return Err(Error::InductionOpen);
        }
        if planned.setting == Setting::Home && planned.instructions.is_none() {
            return Err(Error::InstructionsRequired);
        }
        planned.last_use_at.map_or(Ok(()), |at| past(at, context))?;
        let days = context.rules.recovery_limits().induction_days;
        Ok(Event::InductionStarted {
            induction: planned.id,
            episode: planned.episode.clone(),
            setting: planned.setting,
            exposure: planned.exposure,
            last_use_at: planned.last_use_at,
            instructions: planned.instructions.cloned(),
            at: context.effective_at,
            complete_by: context.now.plus_days(i64::from(days)),
        })
    }

    pub(super) fn abandon(
        &self,
        induction: InductionId,
        because: InductionEnd,
        note: &Text,
    ) -> Result<Event, Error> {
        self.going_on(induction)?;
        Ok(Event::InductionAbandoned { induction, because, note: note.clone() })
    }

    /// The induction, which must go on.
    fn going_on(&self, induction: InductionId) -> Result<&Induction, Error> {
        match &self.open {
            Some(open) if open.id == induction => Ok(open),
            _ if self.inductions.contains(&induction) => Err(Error::InductionEnded),
            _ => Err(Error::NotRecorded),
        }
    }

    /// S3: long enough since the last opioid, and withdrawal far enough on, scored lately. The strictest opioid that
    /// anybody told of decides. Source: Buprenorphine PI 2; ASAM OUD 2020.
    pub(super) fn clear(&self, induction: InductionId, context: &Context) -> Result<Event, Error> {
        let open = self.going_on(induction)?;
        if open.setting == Setting::LowDose {
            return Err(Error::ClearanceNotNeeded);
        }
        if open.begun {
            return Err(Error::ClearanceNotNeeded);
        }
        let rules = context.rules;
        let told = self.last_use.iter().filter_map(|(id, at)| Some((rules.substance(id)?.opioid?, *at)));
        let later = told.filter(|(_, at)| *at > open.last_use_at);
        let (mut earliest, mut at_least) = (open.last_use_at, 0);
        for (exposure, used_at) in later.chain([(open.exposure, open.last_use_at)]) {
            let rule = rules.induction(exposure);
            let hours = Duration::from_hours(u64::from(rule.hours_since_use));
            earliest = earliest.max(used_at.plus(hours));
            at_least = rule.cows_minimum.max(at_least);
        }
        if context.now < earliest {
            return Err(Error::UsedTooLately { earliest });
        }
        let within_minutes = rules.limits().cows_minutes;
        let fresh = Duration::from_mins(u64::from(within_minutes));
        let scored = if at_least == 0 {
            None
        } else {
            let scores = context.facts.scales.as_ref().ok_or(Error::FactsMissing)?;
            let home = (open.setting == Setting::Home).then(|| rules.recovery_limits().sows_minimum);
            let is_fresh = |score: &Withdrawal| score.taken_at.plus(fresh) >= context.now;
            Some(far_enough(scores, at_least, home, within_minutes, is_fresh)?)
        };
        Ok(Event::FirstDoseCleared {
            induction,
            scale: scored.map(|(scale, _)| scale),
            total: scored.map(|(_, score)| score.total),
            until: scored.map_or(context.now, |(_, score)| score.taken_at).plus(fresh),
            ruleset: rules.version().clone(),
        })
    }

    /// A dose that was given is a fact. Whether a first one was cleared is said beside it, and shows on the worklist
    /// when it was not.
    pub(super) fn dose(
        &self,
        order: OrderId,
        dose: Milligrams,
        given_at: Instant,
        context: &Context,
    ) -> Result<Event, Error> {
        some(dose)?;
        past(given_at, context)?;
        let chart = chart(context)?;
        if !chart.known_orders.contains(&order) {
            return Err(Error::UnknownOrder);
        }
        let injected = chart
            .orders
            .get(&order)
            .is_some_and(|ordered| context.rules.injection(&ordered.drug, &ordered.regimen).is_some());
        if injected {
            return Err(Error::RecordedAsInjection);
        }
        let ours = chart.ingredients.get(&order);
        let ours = ours.is_some_and(|ours| ours.iter().any(|one| one.as_str() == BUPRENORPHINE));
        let open = self.open.as_ref().filter(|_| ours);
        let cleared = |open: &Induction| {
            open.setting == Setting::LowDose || open.cleared_until.is_some_and(|until| given_at <= until)
        };
        Ok(Event::DoseAdministered {
            order,
            dose,
            given_at,
            by: context.actor.id,
            induction: open.map(|open| open.id),
            cleared: open.filter(|open| !open.begun).map(cleared),
        })
    }

    /// What was given in the clinic was seen; what was taken at home is told. Naloxone is offered before the first
    /// weeks, in which overdose is most likely.
    pub(super) fn complete(&self, induction: InductionId, daily: Milligrams) -> Result<Event, Error> {
        let open = self.going_on(induction)?;
        some(daily)?;
        if !open.begun && open.setting != Setting::Home {
            return Err(Error::NoDoseObserved);
        }
        if !self.naloxone_offered {
            return Err(Error::NaloxoneNotOffered);
        }
        Ok(Event::InductionCompleted { induction, daily })
    }
}

/// The fresh score that is far enough on: of the clinical scale or, at home, of the patient's own.
fn far_enough(
    scores: &ScaleFacts,
    at_least: u16,
    home: Option<u16>,
    within_minutes: u16,
    is_fresh: impl Fn(&Withdrawal) -> bool,
) -> Result<(ScaleKind, Withdrawal), Error> {
    let fresh = |scale: ScaleKind| scores.withdrawal.get(&scale).copied().filter(|score| is_fresh(score));
    let clinical = fresh(ScaleKind::Cows).map(|score| (ScaleKind::Cows, score, at_least));
    let own = home.and_then(|least| Some((ScaleKind::Sows, fresh(ScaleKind::Sows)?, least)));
    let mut mild = None;
    for (scale, score, least) in clinical.into_iter().chain(own) {
        if score.total >= least {
            return Ok((scale, score));
        }
        mild = mild.or(Some(Error::WithdrawalTooMild { total: score.total, at_least: least }));
    }
    Err(mild.unwrap_or(Error::WithdrawalNotScored { within_minutes }))
}
