//! Injections that act for weeks, and whether medications help.

use concord_domain::chart::ResponseDecision;
use concord_knowledge::Ruleset;
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::{Missing, Outcome, Trial};
use concord_proto::concord::prescriber::v1 as pb;
use concord_views::course::InjectionEntry;
use concord_views::parts::{NextInjection, Tried};

use crate::common::encode::instant;
use crate::query::words;

pub(super) fn next(next: &NextInjection) -> pb::ChartInjection {
    pb::ChartInjection {
        order_id: next.order.to_string(),
        name: words::drug(&next.drug),
        due_on: next.on.to_string(),
        from: next.from.to_string(),
        until: next.until.to_string(),
        overdue: next.overdue,
        last_given_at: next.last.map(|last| instant(last.at)),
        last_dose_mg: next.last.map(|last| last.dose.mg()),
        given: next.last.map_or(0, |last| u32::from(last.given)),
        beginning: Ruleset::embedded().injection_begins(&next.drug).unwrap_or_default().to_owned(),
    }
}

pub(super) fn tried(tried: &Tried) -> Option<pb::ChartTrial> {
    let trial = tried.trial.as_ref()?;
    Some(pb::ChartTrial {
        order_id: tried.order.to_string(),
        name: words::drug(&tried.drug),
        outcome: words::stored(&trial.outcome),
        summary: summary(trial),
        scale: words::stored(&trial.scale),
        daily_mg: trial.daily.mg(),
        weeks: u32::from(trial.weeks),
        baseline: trial.baseline.map(u32::from),
        last: trial.last.map(u32::from),
        due_on: trial.due_on.to_string(),
        missing: trial.missing.iter().map(words::stored).collect(),
    })
}

/// A trial in plain words, such as `no response after 6 weeks at 100 mg: PHQ-9 19 -> 18`, with what is missing.
pub(super) fn summary(trial: &Trial) -> String {
    let scale = scale(trial.scale);
    let outcome = match trial.outcome {
        Outcome::NotJudged => "cannot be judged",
        Outcome::AdherenceFirst => "no adequate trial, adherence first",
        Outcome::NoResponse => "no response",
        Outcome::PartialResponse => "partial response",
        Outcome::Responds => "response",
    };
    let figures = match (trial.baseline, trial.last) {
        (Some(first), Some(last)) => {
            format!(" after {} weeks at {}: {scale} {first} -> {last}", trial.weeks, trial.daily)
        }
        _ => format!(" at {}, {scale} due on {}", trial.daily, trial.due_on),
    };
    let missing: Vec<_> = trial.missing.iter().map(|missing| said(*missing, scale)).collect();
    let missing = if missing.is_empty() { String::new() } else { format!("; {}", missing.join(", ")) };
    format!("{outcome}{figures}{missing}")
}

fn said(missing: Missing, scale: &str) -> String {
    match missing {
        Missing::NoBaseline => format!("no {scale} from the beginning"),
        Missing::NoScoreSince => format!("no {scale} since"),
        Missing::DoseTooLow => "dose below the least that counts".to_owned(),
        Missing::AdherenceUnknown => "nobody knows how much was taken".to_owned(),
    }
}

const fn scale(scale: ScaleKind) -> &'static str {
    match scale {
        ScaleKind::Phq9 => "PHQ-9",
        ScaleKind::Gad7 => "GAD-7",
        ScaleKind::Cssrs => "C-SSRS",
        ScaleKind::Craving => "craving",
        ScaleKind::Cows => "COWS",
        ScaleKind::CiwaAr => "CIWA-Ar",
        ScaleKind::Sows => "SOWS",
        ScaleKind::Pcl5 => "PCL-5",
        ScaleKind::AuditC => "AUDIT-C",
        ScaleKind::Dast10 => "DAST-10",
        ScaleKind::Ymrs => "YMRS",
        ScaleKind::Aims => "AIMS",
        ScaleKind::Mars5 => "MARS-5",
        ScaleKind::Naranjo => "Naranjo",
    }
}

/// What an entry of the course is about, its value, and why.
pub(super) fn told(entry: &InjectionEntry) -> (String, Option<f64>, String) {
    use InjectionEntry as E;
    match entry {
        E::InjectionGiven { dose, against, .. } => {
            let against: Vec<_> = against.iter().map(words::stored).collect();
            (String::new(), Some(dose.mg()), against.join(", "))
        }
        E::InjectionOverdue { due_on, .. } => (String::new(), None, format!("due on {due_on}")),
        // What was decided is told with why, because the subject is the drug.
        E::LateInjectionDecided { rule, decision, why, .. } => (
            String::new(),
            None,
            format!("{} ({}): {}", words::stored(decision), rule.as_str(), why.expose()),
        ),
        E::TolerabilityAttested { drug, basis, note } => {
            (words::drug(drug), None, format!("{}: {}", words::stored(basis), note.expose()))
        }
        E::InjectionReviewed { outcome, .. } => (String::new(), None, words::text(Some(outcome))),
        E::ResponseAssessed { trial, decision, why, .. } => {
            let until = match decision {
                ResponseDecision::Wait { until } => format!(" until {until}"),
                ResponseDecision::Increase
                | ResponseDecision::Switch
                | ResponseDecision::Augment
                | ResponseDecision::Stop => String::new(),
            };
            let decided = format!("{}{until}: {}", words::stored(decision), why.expose());
            (String::new(), trial.last.map(f64::from), format!("{}. {decided}", summary(trial)))
        }
    }
}

#[cfg(test)]
mod tests {
    use concord_knowledge::{Milligrams, RuleId};

    use super::*;

    #[test]
    fn a_trial_is_told_with_its_figures_and_what_is_missing() {
        let trial = Trial {
            rule: RuleId::parse("trial.sertraline.depression").unwrap(),
            outcome: Outcome::NoResponse,
            scale: ScaleKind::Phq9,
            daily: Milligrams::parse(100.0).unwrap(),
            weeks: 6,
            baseline: Some(19),
            last: Some(18),
            due_on: "2026-04-13".parse().unwrap(),
            missing: Vec::new(),
        };
        assert_eq!(summary(&trial), "no response after 6 weeks at 100 mg: PHQ-9 19 -> 18");
        let unsure = Trial { missing: vec![Missing::AdherenceUnknown], ..trial.clone() };
        assert!(summary(&unsure).ends_with("19 -> 18; nobody knows how much was taken"));
        let early = Trial {
            outcome: Outcome::NotJudged,
            baseline: None,
            last: None,
            missing: vec![Missing::NoBaseline, Missing::NoScoreSince],
            ..trial
        };
        let wanted = "cannot be judged at 100 mg, PHQ-9 due on 2026-04-13; no PHQ-9 from the beginning, no PHQ-9 since";
        assert_eq!(summary(&early), wanted);
    }
}
