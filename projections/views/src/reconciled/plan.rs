//! The plan in plain words, for somebody who does not use the program's terms.

use concord_domain::chart::TaperStep;
use concord_knowledge::{Frequency, Regimen, Ruleset};

use super::Row;
use crate::parts::{Goals, Measured, Order, OrderState};

/// Says what is taken, how it goes on, and when the patient is seen; one sentence each.
pub(crate) fn plan(row: &Row, whole: bool) -> Vec<String> {
    let rules = Ruleset::embedded();
    let mut sentences: Vec<String> = row.orders.open.iter().map(|order| medication(order, rules)).collect();
    if whole && sentences.is_empty() && row.stays.any_open() {
        sentences.push("The program prescribes no medication at present.".to_owned());
    }
    if let Some(at) = row.next_visit_due_at {
        let days = row.cadence.days();
        sentences.push(format!("Medication visits every {days} days; the next is due on {}.", at.day()));
    }
    sentences.extend(row.measured.as_ref().filter(|_| row.stays.any_open()).map(taken));
    sentences.extend(row.plans.iter().flat_map(|goals| agreed(goals, &row.orders.open, rules)));
    if row.outside.unreconciled_since.is_some() {
        sentences.push("Medications from outside have still to be compared with what is taken.".to_owned());
    }
    sentences
}

/// How much of what is ordered was taken; what is not known is said.
fn taken(measured: &Measured) -> String {
    let Measured { from, to, percent } = measured;
    match percent {
        Some(percent) => format!("Medication was taken on {percent} % of the days from {from} to {to}."),
        None => format!("How much was taken from {from} to {to} is not known: too few days were told of."),
    }
}

/// What patient and prescriber agreed to, and what of it the medications serve; what is not agreed is not told.
fn agreed(goals: &Goals, orders: &[Order], rules: &Ruleset) -> Vec<String> {
    let Some(agreement) = &goals.agreed else { return Vec::new() };
    let said = ended(agreement.summary.expose());
    let mut sentences = vec![format!("Agreed with the patient on {}: {said}", agreement.on)];
    if !goals.is_agreed() {
        sentences.push("The plan has changed since, and the change is not agreed yet.".to_owned());
    }
    for goal in goals.agreed_goals() {
        let serves: Vec<_> = orders
            .iter()
            .filter(|order| goal.orders.contains(&order.course.order))
            .map(|order| drug_name(order, rules))
            .collect();
        let by = goal.target_on.map_or_else(String::new, |day| format!(", by {day}"));
        let with =
            if serves.is_empty() { String::new() } else { format!(", helped by {}", serves.join(" and ")) };
        let statement = goal.statement.expose().trim_end_matches('.');
        sentences.push(format!("Goal{by}{with}: {statement}."));
    }
    sentences
}

/// The words as a sentence.
fn ended(words: &str) -> String {
    format!("{}.", words.trim_end_matches('.'))
}

fn drug_name<'a>(order: &'a Order, rules: &'a Ruleset) -> &'a str {
    rules.drug(&order.course.drug).map_or(order.course.drug.as_str(), |drug| drug.name.as_str())
}

fn medication(order: &Order, rules: &Ruleset) -> String {
    let drug = drug_name(order, rules);
    let purpose = rules.condition_name(&order.indication).unwrap_or(order.indication.as_str());
    let dose = dose(&order.regimen);
    match order.state {
        OrderState::Active => format!("{drug} {dose} for {purpose}, since {}.", order.course.start_on),
        OrderState::Held => format!("{drug} for {purpose} is interrupted for now."),
        OrderState::Tapering => match order.course.taper.first() {
            Some(step) => format!("{drug} for {purpose} is being tapered: {dose} now, {}.", next_step(step)),
            None => format!("{drug} for {purpose} is being tapered: {dose} now."),
        },
        OrderState::Titrating => match order.course.titration.first() {
            Some(step) => {
                let next = self::dose(&step.regimen);
                format!("{drug} for {purpose} is being raised: {dose} now, {next} planned from {}.", step.on)
            }
            None => format!("{drug} {dose} for {purpose}, since {}.", order.course.start_on),
        },
        OrderState::Switching => match order.course.switch {
            Some(switch) => {
                let until = switch.overlap_until;
                format!("{drug} {dose} for {purpose} gives way to another medication and ends by {until}.")
            }
            None => format!("{drug} {dose} for {purpose}, since {}.", order.course.start_on),
        },
    }
}

fn next_step(step: &TaperStep) -> String {
    if step.regimen.dose.micrograms() == 0 {
        format!("none from {}", step.on)
    } else {
        format!("{} from {}", dose(&step.regimen), step.on)
    }
}

fn dose(regimen: &Regimen) -> String {
    let often = match regimen.frequency {
        Frequency::Daily => "once a day".to_owned(),
        Frequency::AtBedtime => "at bedtime".to_owned(),
        Frequency::TwiceDaily => "twice a day".to_owned(),
        Frequency::ThreeTimesDaily => "three times a day".to_owned(),
        Frequency::FourTimesDaily => "four times a day".to_owned(),
        Frequency::EveryOtherDay => "every second day".to_owned(),
        Frequency::EveryDays(days) => format!("every {days} days"),
        Frequency::AsNeeded(times) => format!("when needed, at most {times} times a day"),
    };
    format!("{} {often}", regimen.dose)
}
