//! What is known of a patient besides their chart: substance use, drug screens, withdrawal.
//!
//! Nothing here is a rule. Use is an exposure that has ended, screens and scores are results, and the rules that ask for
//! these find them wherever they were recorded.

use concord_knowledge::safety::{Exposure, LatestResult, Subject};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{IngredientId, LabId};
use uuid::Uuid;

use super::Chart;
use crate::{Context, RecoveryFacts, ScaleFacts};

/// The results under which rules ask for what other streams record.
const COWS: &str = "cows";
const OPIOID_SCREEN: &str = "uds-opioids";
const NALOXONE_CHALLENGE: &str = "naloxone-challenge";

/// What an opioid treatment program dispenses.
const METHADONE: &str = "methadone";

/// Whether a result lets a first dose of an agonist or antagonist go ahead: whoever records it has seen the patient.
pub(super) fn opens_a_gate(lab: &LabId) -> bool {
    [COWS, OPIOID_SCREEN, NALOXONE_CHALLENGE].contains(&lab.as_str())
}

impl Chart {
    /// Everything that a rule may ask for at `now`: the chart, and what other streams say.
    pub(super) fn seen(&self, context: &Context) -> Subject {
        let mut subject = self.subject(context.now);
        if let Some(scales) = &context.facts.scales {
            add_scores(&mut subject, scales);
            subject.suicide_risk = scales.risk_open;
        }
        if let Some(recovery) = &context.facts.recovery {
            add_use(&mut subject, recovery, context);
            add_tests(&mut subject, recovery, context);
            subject.induction = recovery.induction;
        }
        subject
    }
}

fn add_scores(subject: &mut Subject, scales: &ScaleFacts) {
    if let Some(score) = scales.withdrawal.get(&ScaleKind::Cows) {
        let (value, taken_at) = (f64::from(score.total), score.taken_at);
        subject.results.push(LatestResult { lab: lab(COWS), value, taken_at });
    }
}

/// Each substance that was used acts as rules know it, from its last use on.
fn add_use(subject: &mut Subject, recovery: &RecoveryFacts, context: &Context) {
    let used = |ingredient: &IngredientId, at| Exposure {
        id: Uuid::nil(),
        ingredients: vec![ingredient.clone()],
        drug: None,
        regimen: None,
        active: false,
        last_dose_at: Some(at),
        tapering: false,
        purpose: None,
    };
    for (substance, at) in &recovery.last_use {
        let Some(row) = context.rules.substance(substance) else { continue };
        subject.exposures.extend(row.ingredient.as_ref().map(|ingredient| used(ingredient, *at)));
        if let Some((condition, hours)) = &row.condition {
            let lasts = std::time::Duration::from_hours(u64::from(*hours));
            if context.now < at.plus(lasts) {
                subject.conditions.push(condition.clone());
            }
        }
    }
    if let Some(at) = recovery.methadone_at {
        let methadone = IngredientId::parse(METHADONE).expect("a valid name");
        subject.exposures.push(used(&methadone, at));
    }
}

/// A challenge without reaction holds for a day, since the next use may follow it; a reaction speaks for as long as the
/// rule that asks for it says.
fn add_tests(subject: &mut Subject, recovery: &RecoveryFacts, context: &Context) {
    let days = i64::from(context.rules.recovery_limits().challenge_days);
    let holds = |challenge: &crate::recovery::Evidence| {
        challenge.found || challenge.at.plus_days(days) >= context.now
    };
    let tests = [(OPIOID_SCREEN, recovery.opioids), (NALOXONE_CHALLENGE, recovery.challenge.filter(holds))];
    for (name, test) in tests {
        subject.results.extend(test.map(|test| LatestResult {
            lab: lab(name),
            value: f64::from(u8::from(test.found)),
            taken_at: test.at,
        }));
    }
}

fn lab(name: &str) -> LabId {
    LabId::parse(name).expect("a valid name")
}
