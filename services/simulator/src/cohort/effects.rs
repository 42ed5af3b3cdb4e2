//! Side effects: felt, told, judged, decided, gone.

use concord_kernel::Instant;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::chart::v1::cause::Basis;
use concord_proto::concord::side_effects::v1 as side_effects;
use rand::Rng;
use uuid::Uuid;

use super::course::Story;
use super::ladder::Ladder;
use super::profile::Twist;
use super::request;
use super::writer::later;
use crate::script::{Body, Person};

/// A side effect that will be felt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead {
    day: i64,
    order: Uuid,
    symptom: &'static str,
    words: &'static str,
    grade: u8,
}

/// Draws what an order begun on `day` will be felt by.
pub(crate) fn expect(story: &mut Story<'_>, order: Uuid, ladder: &'static Ladder, day: i64) {
    for (index, (symptom, words, grade)) in ladder.felt.iter().enumerate() {
        let wait = 3 + 9 * i64::try_from(index).unwrap_or(0) + story.rng.random_range(0..4);
        if story.rng.random_bool(0.75) {
            story.ahead.push(Ahead { day: day + wait, order, symptom, words, grade: *grade });
        }
    }
}

/// Writes what is felt after the visit of `from` and before the one of `to`.
pub(crate) fn between(story: &mut Story<'_>, from: i64, to: i64) {
    let (now, ahead): (Vec<Ahead>, Vec<Ahead>) = story.ahead.iter().partition(|effect| effect.day < to);
    story.ahead = ahead;
    for effect in now {
        let day = effect.day.max(from + 1);
        let open = story.orders.iter().any(|order| order.id == effect.order && order.open);
        if open && story.away.is_none_or(|(gone, back)| day < gone || day > back) {
            felt(story, effect, day);
        }
    }
}

const fn wire(grade: u8) -> side_effects::Grade {
    match grade {
        1 => side_effects::Grade::Mild,
        2 => side_effects::Grade::Moderate,
        _ => side_effects::Grade::Severe,
    }
}

fn report(id: Uuid, effect: Ahead, onset: Instant, red_flags: Vec<String>) -> Body {
    Body::ReportSideEffect(side_effects::ReportSideEffectRequest {
        report_id: id.to_string(),
        symptom: effect.symptom.to_owned(),
        description: effect.words.to_owned(),
        grade: wire(effect.grade).into(),
        red_flags,
        suspected_order_id: effect.order.to_string(),
        onset_at: Some(request::timestamp(onset)),
        header: None,
    })
}

fn triage(id: Uuid, grade: u8, note: &str) -> Body {
    Body::TriageSideEffect(side_effects::TriageSideEffectRequest {
        report_id: id.to_string(),
        grade: wire(grade).into(),
        note: note.to_owned(),
        header: None,
    })
}

fn decide(id: Uuid, decision: side_effects::Decision, order: Option<Uuid>, rationale: &str) -> Body {
    Body::DecideSideEffect(side_effects::DecideSideEffectRequest {
        report_id: id.to_string(),
        decision: decision.into(),
        order_id: order.map(|order| order.to_string()).unwrap_or_default(),
        rationale: rationale.to_owned(),
        header: None,
    })
}

fn resolve(id: Uuid, outcome: side_effects::Outcome) -> Body {
    Body::ResolveSideEffect(side_effects::ResolveSideEffectRequest {
        report_id: id.to_string(),
        outcome: outcome.into(),
        header: None,
    })
}

fn felt(story: &mut Story<'_>, effect: Ahead, day: i64) {
    let (id, at) = (story.w.id(), story.w.at(day, 180));
    let by: Person = if effect.grade == 2 { story.therapist.clone() } else { story.patient.clone() };
    let onset = at.plus_days(-1);
    let (nurse, prescriber) = (&story.staff.nurse, story.prescriber);
    story.w.step(at, &by, report(id, effect, onset, Vec::new())).needing(effect.order).making(id);
    let note = "Called back; no warning signs; advice given";
    story.w.step(later(at, 25), nurse, triage(id, effect.grade, note)).needing(id);
    let late = story.is(Twist::LateDecision) && effect.grade == 2;
    if late {
        let timer = &story.staff.timer;
        let breach = side_effects::RecordBreachRequest { report_id: id.to_string(), header: None };
        story.w.step(later(at, 25 * 60), timer, Body::RecordBreach(breach)).needing(id);
    }
    let decided = match effect.grade {
        _ if late => later(at, 30 * 60),
        1 => later(at, 22 * 60),
        2 => later(at, 210),
        _ => later(at, 55),
    };
    let lower = effect.grade >= 2 && lowered(story, effect.order, id, decided, day);
    let body = if lower {
        decide(
            id,
            side_effects::Decision::ReduceDose,
            Some(effect.order),
            "Lower dose, looked at again at the next visit",
        )
    } else if effect.grade == 2 {
        decide(
            id,
            side_effects::Decision::ChangeTiming,
            Some(effect.order),
            "Taken with the evening meal from now on",
        )
    } else {
        decide(id, side_effects::Decision::ContinueAndMonitor, None, "Expected to pass within two weeks")
    };
    let step = story.w.step(later(decided, 4), prescriber, body).needing(id);
    if effect.grade >= 2 {
        step.needing(effect.order);
    }
    let gone = day + i64::from(effect.grade) * 4 + 2;
    let outcome = if story.rng.random_bool(0.85) {
        side_effects::Outcome::Recovered
    } else {
        side_effects::Outcome::Ongoing
    };
    let closed = story.w.at(gone, 230);
    story.w.step(closed, nurse, resolve(id, outcome)).needing(id).ending(id);
    if effect.grade >= 2 {
        story.disturbed_until = story.disturbed_until.max(gone);
    }
}

/// One rung down, where there is one.
fn lowered(story: &mut Story<'_>, order: Uuid, report: Uuid, at: Instant, day: i64) -> bool {
    let Some(known) = story.orders.iter_mut().find(|known| known.id == order && known.open) else {
        return false;
    };
    if known.rung == 0 || known.ladder.planned {
        return false;
    }
    known.rung -= 1;
    known.since = day;
    let (ladder, rung) = (known.ladder, known.rung);
    story.dose_changed_on = day;
    let keeper = story.keeper(ladder).clone();
    let basis = Basis::ReportId(report.to_string());
    let body =
        request::adjust(order, ladder.regimen(rung), basis, "Side effect that the patient will not bear");
    story.w.step(at, &keeper, body).needing(order).needing(report);
    true
}

/// Lithium with ibuprofen: coarse tremor and vomiting, a level of 1.7, held for three days, lower dose.
pub(crate) fn toxicity(story: &mut Story<'_>) {
    let Some(order) = story.orders.iter().find(|o| o.ladder.drug == "lithium").map(|o| o.id) else { return };
    let day = story.treated_on + 26;
    if !story.is(Twist::LithiumToxicity) || day + 4 > story.last_day {
        return;
    }
    let (id, at) = (story.w.id(), story.w.at(day, 170));
    let (nurse, prescriber, therapist) = (&story.staff.nurse, story.prescriber, story.therapist);
    let effect = Ahead {
        day,
        order,
        symptom: "tremor",
        words: "Coarse tremor, vomited twice, unsteady since this morning; takes ibuprofen",
        grade: 3,
    };
    let flags = vec!["lithium-toxicity".to_owned()];
    story.w.step(at, therapist, report(id, effect, at.plus_days(-1), flags)).needing(order).making(id);
    let note = "Sent for a level at once; no further dose";
    story.w.step(later(at, 4), nurse, triage(id, 3, note)).needing(id);
    let hold = chart::HoldMedicationRequest {
        order_id: order.to_string(),
        reason: "Signs of lithium toxicity beside an NSAID".to_owned(),
        header: None,
    };
    story.w.step(later(at, 7), prescriber, Body::HoldMedication(hold)).needing(order);
    let why = "Held today, level now; goes on with less once it is below 1.0";
    let body = decide(id, side_effects::Decision::ReduceDose, Some(order), why);
    story.w.step(later(at, 11), prescriber, body).needing(id).needing(order);
    let level = later(at, 90);
    story.w.step(level, nurse, request::result("lithium-level", 1.7, "mmol/L", level));
    let reviewed = chart::ReviewResultRequest {
        lab: "lithium-level".to_owned(),
        taken_at: Some(request::timestamp(level)),
        action: "Lithium is held; fluids; level and creatinine again in three days".to_owned(),
        header: None,
    };
    story.w.step(later(level, 6), prescriber, Body::ReviewResult(reviewed));
    let settled = "Held; ibuprofen ended by primary care; fluids; level again in three days";
    story.w.settle(later(level, 10), prescriber, settled);
    let again = story.w.at(day + 3, 62);
    story.w.step(again, nurse, request::level("lithium-level", 0.8, "mmol/L", again));
    let resume = chart::ResumeMedicationRequest {
        order_id: order.to_string(),
        acknowledgements: Vec::new(),
        header: None,
    };
    story.w.step(later(again, 80), prescriber, Body::ResumeMedication(resume)).needing(order);
    let closed = story.w.at(day + 5, 230);
    story.w.step(closed, nurse, resolve(id, side_effects::Outcome::Recovered)).needing(id).ending(id);
    story.toxic = Some((day, day + 3));
    story.disturbed_until = day + 5;
}
