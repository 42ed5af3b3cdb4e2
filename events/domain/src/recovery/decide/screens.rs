//! Drug screens: evidence beside what is taken, and never a verdict.

use std::collections::BTreeSet;

use concord_kernel::{DrugScreenId, Instant};
use concord_knowledge::recovery::ScreenClass;
use concord_knowledge::{IngredientId, Ruleset, ScreenClassId};

use super::super::state::SCREENS;
use super::super::{Error, Event, Recovery, ScreenLine, ScreenMethod};
use super::{chart, past};
use crate::{ChartFacts, Context};

impl Recovery {
    pub(super) fn tested(
        &self,
        screen: DrugScreenId,
        collected_at: Instant,
        method: ScreenMethod,
        lines: &[ScreenLine],
        context: &Context,
    ) -> Result<Event, Error> {
        if self.screens.contains(&screen) {
            return Err(Error::IdUsed);
        }
        past(collected_at, context)?;
        if lines.is_empty() {
            return Err(Error::NoScreenLine);
        }
        if lines.iter().map(|line| &line.class).collect::<BTreeSet<_>>().len() < lines.len() {
            return Err(Error::ScreenClassRepeated);
        }
        let (rules, chart) = (context.rules, chart(context)?);
        let mut unexpected: Vec<ScreenClassId> = Vec::new();
        for line in lines {
            let class = rules.screen_class(&line.class).ok_or(Error::UnknownRow)?;
            let taken = explains(rules, chart, class);
            let expected = if line.detected { taken } else { !(taken && class.expected_when_taken) };
            if !expected {
                unexpected.push(line.class.clone());
            }
        }
        let limits = rules.recovery_limits();
        let doubtful = method == ScreenMethod::Presumptive && !unexpected.is_empty();
        let confirm_by = doubtful.then(|| context.now.plus_days(i64::from(limits.screen_confirm_days)));
        let stable = unexpected.is_empty() && self.were_expected_before(collected_at);
        let days = if stable { limits.screen_stable_days } else { limits.screen_early_days };
        Ok(Event::DrugScreenResulted {
            screen,
            collected_at,
            method,
            lines: lines.to_vec(),
            unexpected,
            opioids: opioids(rules, lines),
            confirm_by,
            next_by: collected_at.plus_days(i64::from(days)),
        })
    }

    /// Whether the sample before was as expected; there must have been one.
    fn were_expected_before(&self, collected_at: Instant) -> bool {
        let mut earlier = self.latest_screens.iter().rev().filter(|known| known.collected_at <= collected_at);
        earlier.by_ref().take(SCREENS - 1).filter(|known| known.expected).count() == SCREENS - 1
    }
}

/// Whether something that is taken shows as that class.
fn explains(rules: &Ruleset, chart: &ChartFacts, class: &ScreenClass) -> bool {
    let mut taken = chart.ingredients.values().chain(chart.outside.values());
    taken.any(|ingredients: &Vec<IngredientId>| rules.shows_as(class, ingredients))
}

/// Whether opioids were found, prescribed or not: naltrexone throws off any of them. That there are none is said only
/// when every opioid was looked for.
fn opioids(rules: &Ruleset, lines: &[ScreenLine]) -> Option<bool> {
    let line = |class: &ScreenClass| lines.iter().find(|line| line.class == class.id);
    let opioids: Vec<&ScreenClass> = rules.screen_classes().filter(|class| class.opioid).collect();
    if opioids.iter().any(|class| line(class).is_some_and(|line| line.detected)) {
        return Some(true);
    }
    opioids.iter().all(|class| line(class).is_some()).then_some(false)
}
