//! The plan in plain words, for somebody who does not use the program's terms.

use concord_domain::chart::TaperStep;
use concord_knowledge::{Frequency, Regimen, Ruleset};

use super::Row;
use crate::parts::{Order, OrderState};

/// Says what is taken, how it goes on, and when the patient is seen; one sentence each.
pub(super) fn plan(row: &Row) -> Vec<String> {
    let rules = Ruleset::embedded();
    let mut sentences: Vec<String> = row.orders.open.iter().map(|order| medication(order, rules)).collect();
    if sentences.is_empty() && row.stays.any_open() {
        sentences.push("The program prescribes no medication at present.".to_owned());
    }
    if let Some(at) = row.next_visit_due_at {
        let days = row.cadence.days();
        sentences.push(format!("Medication visits every {days} days; the next is due on {}.", at.day()));
    }
    if row.outside.unreconciled_since.is_some() {
        sentences.push("Medications from outside have still to be compared with what is taken.".to_owned());
    }
    sentences
}

fn medication(order: &Order, rules: &Ruleset) -> String {
    let drug = rules.drug(&order.course.drug).map_or(order.course.drug.as_str(), |drug| drug.name.as_str());
    let purpose = rules.condition_name(&order.indication).unwrap_or(order.indication.as_str());
    let dose = dose(&order.regimen);
    match order.state {
        OrderState::Active => format!("{drug} {dose} for {purpose}, since {}.", order.course.start_on),
        OrderState::Held => format!("{drug} for {purpose} is interrupted for now."),
        OrderState::Tapering => match order.course.taper.first() {
            Some(step) => format!("{drug} for {purpose} is being tapered: {dose} now, {}.", next_step(step)),
            None => format!("{drug} for {purpose} is being tapered: {dose} now."),
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
