//! What happens to injections and trials, for random histories.

use concord_domain::chart::{
    Event, GivenInjection, InformationSource, InjectionPlace, LateDecision, NextInjection, Objection,
    ResponseAssessment, ResponseDecision, TolerabilityBasis,
};
use concord_kernel::{Instant, OrderId, Role};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::{Outcome, Trial};
use concord_knowledge::{ConditionId, DrugId, Milligrams, RuleId};

use super::history::{Dice, judged, person, text};

pub(crate) fn depot() -> DrugId {
    DrugId::parse("aripiprazole-lai").unwrap()
}

/// An injection of 400 mg with the next one 28 days later, flagged where `against` says so.
pub(crate) fn given(order: OrderId, at: Instant, against: Vec<Objection>) -> Event {
    let day = |days: i64| at.plus_days(days).day();
    let review_by = (!against.is_empty()).then(|| at.plus_days(1));
    Event::InjectionGiven(Box::new(GivenInjection {
        order,
        drug: depot(),
        dose: Milligrams::parse(400.0).unwrap(),
        at,
        on: at.day(),
        place: InjectionPlace::Elsewhere { source: InformationSource::Prescriber },
        by: person(Role::Nurse, 1),
        given: 1,
        covers_days: 28,
        next: NextInjection { on: day(28), from: day(26), until: day(35), plan: None },
        against,
        review_by,
        acknowledgements: Vec::new(),
        judged: judged(),
    }))
}

pub(crate) fn overdue(order: OrderId, due_at: Instant) -> Event {
    let until = due_at.plus_days(7).day();
    Event::InjectionOverdue { order, drug: depot(), due_on: due_at.day(), until }
}

pub(crate) fn decided(order: OrderId) -> Event {
    Event::LateInjectionDecided {
        order,
        drug: depot(),
        rule: RuleId::parse("late.aripiprazole.early").unwrap(),
        decision: LateDecision::AsOrdered,
        reason: text("was away, no relapse"),
    }
}

pub(crate) fn assessed(order: OrderId, at: Instant, days: i64) -> Event {
    let again_on = at.plus_days(days).day();
    Event::ResponseAssessed(Box::new(ResponseAssessment {
        order,
        drug: DrugId::parse("sertraline").unwrap(),
        purpose: ConditionId::parse("major-depression").unwrap(),
        trial: Trial {
            rule: RuleId::parse("trial.sertraline.depression").unwrap(),
            outcome: Outcome::NoResponse,
            scale: ScaleKind::Phq9,
            daily: Milligrams::parse(100.0).unwrap(),
            weeks: 6,
            baseline: Some(19),
            last: Some(18),
            due_on: at.day(),
            missing: Vec::new(),
        },
        decision: ResponseDecision::Wait { until: again_on },
        reason: text("started exercise"),
        again_on,
        at,
        ruleset: judged().ruleset,
    }))
}

/// One of them.
pub(super) fn happened(order: OrderId, now: Instant, dice: &mut Dice) -> Event {
    match dice.roll(6) {
        0 => given(order, now, Vec::new()),
        1 => given(order, now, vec![Objection::TooEarly]),
        2 => overdue(order, now),
        3 => decided(order),
        4 => assessed(order, now, 14),
        _ => Event::TolerabilityAttested {
            drug: depot(),
            basis: TolerabilityBasis::TestDose,
            note: text("watched for two days"),
        },
    }
}
