//! How the medication is taken in the first weeks: doses told of, reminders, check-ins, what keeps somebody from it, and
//! family who help as long as the patient allows it.
//!
//! What is drawn here is drawn apart: nothing else in a client's story depends on it.

use concord_kernel::{Instant, PersonId, Role};
use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use uuid::Uuid;

use super::course::{Order, Story};
use super::writer::later;
use super::{aftercare, request};
use crate::script::{Body, Person};

/// Days from the first dose on which the patient tells of each dose.
const TOLD_DAYS: i64 = 14;

/// Days that are measured after that.
const MEASURED_DAYS: u32 = 14;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn stay(story: &Story<'_>) -> Option<concord_proto::concord::common::v1::EpisodeRef> {
    Some(request::episode(story.stay))
}

/// Everything of the first weeks, from the first orders on.
pub(crate) fn begin(story: &mut Story<'_>) {
    let orders = story.orders.clone();
    for order in &orders {
        told_day_by_day(story, order);
    }
    if orders.iter().any(|order| leaves_out(story, order)) {
        aftercare::sought(story);
    }
    measured(story);
    left_out(story, &orders);
    reminded(story);
    checks_in(story);
    kept_from_it(story);
    family(story);
}

/// Whether doses of an order are left out for a few days.
fn leaves_out(story: &Story<'_>, order: &Order) -> bool {
    story.w.client() % 3 == 1 || order.ladder.drug == "prazosin"
}

/// Every third client leaves out a few days in a row; one of them long enough for the rule of a drug that must start low
/// again.
fn told_day_by_day(story: &mut Story<'_>, order: &Order) {
    let patient = story.patient.clone();
    let skips = leaves_out(story, order);
    for day in 0..TOLD_DAYS {
        let on = story.treated_on + day;
        let (due, told) = (story.w.at(on, 300), story.w.at(on, 310));
        let missed = skips && (2..6).contains(&day);
        let body = if missed {
            Body::RecordDoseMissed(adherence::RecordDoseMissedRequest {
                episode: stay(story),
                order_id: order.id.to_string(),
                due_at: Some(request::timestamp(due)),
                reason: adherence::MissReason::RanOut.into(),
                header: None,
            })
        } else {
            Body::RecordDoseTaken(adherence::RecordDoseTakenRequest {
                episode: stay(story),
                order_id: order.id.to_string(),
                at: Some(request::timestamp(due)),
                observed: false,
                header: None,
            })
        };
        story.w.step(told, &patient, body).needing(order.id);
    }
    if skips && order.ladder.drug == "prazosin" {
        let at = story.w.at(story.treated_on + 6, 30);
        let decided = |decision: adherence::MissedDecision, reason: &str| {
            Body::DecideMissedDoses(adherence::DecideMissedDosesRequest {
                episode: Some(request::episode(story.stay)),
                order_id: order.id.to_string(),
                decision: decision.into(),
                reason: reason.to_owned(),
                header: None,
            })
        };
        let body =
            decided(adherence::MissedDecision::Continue, "Still at the first dose; goes on at bedtime");
        let prescriber = story.prescriber;
        story.w.step(at, prescriber, body).needing(order.id);
    }
}

/// Primary care has done the thyroid test that lithium asks for.
fn left_out(story: &mut Story<'_>, orders: &[Order]) {
    let Some(lithium) = orders.iter().find(|order| order.ladder.drug == "lithium") else { return };
    let body = Body::WaiveTest(chart::WaiveTestRequest {
        order_id: lithium.id.to_string(),
        test: "mon.lithium.thyroid".to_owned(),
        until: story.w.at(story.treated_on + 120, 0).day().to_string(),
        reason: "TSH by primary care two weeks ago, normal; their report is asked for".to_owned(),
        header: None,
    });
    let (at, prescriber) = (story.w.at(story.treated_on, 145), story.prescriber);
    story.w.step(at, prescriber, body).needing(lithium.id);
}

fn measured(story: &mut Story<'_>) {
    let (at, nurse) = (story.w.at(story.treated_on + TOLD_DAYS, 20), &story.staff.nurse);
    let body = Body::MeasureAdherence(adherence::MeasureAdherenceRequest {
        episode: stay(story),
        days: MEASURED_DAYS,
        header: None,
    });
    story.w.step(at, nurse, body);
}

/// A reminder each evening for a week; every second client has it stopped then.
fn reminded(story: &mut Story<'_>) {
    let (made, manager, timer) =
        (story.w.at(story.treated_on, 170), &story.staff.case_manager, &story.staff.timer);
    let reminder = story.w.id_apart();
    let first = story.w.at(story.treated_on, 290);
    let body = schedule(story, reminder, "", first);
    story.w.step(made, manager, body).making(reminder);
    for day in 0..7 {
        let at = story.w.at(story.treated_on + day, 291);
        let body = Body::RecordReminderSent(adherence::RecordReminderSentRequest {
            episode: stay(story),
            reminder_id: reminder.to_string(),
            header: None,
        });
        story.w.step(at, timer, body).needing(reminder);
    }
    if story.w.client().is_multiple_of(2) {
        let (at, patient) = (story.w.at(story.treated_on + 7, 200), story.patient.clone());
        let body = Body::CancelReminder(adherence::CancelReminderRequest {
            episode: stay(story),
            reminder_id: reminder.to_string(),
            header: None,
        });
        story.w.step(at, &patient, body).needing(reminder).ending(reminder);
    }
}

fn schedule(story: &Story<'_>, reminder: Uuid, to: &str, first: Instant) -> Body {
    Body::ScheduleReminder(adherence::ScheduleReminderRequest {
        episode: stay(story),
        reminder_id: reminder.to_string(),
        to_person_id: to.to_owned(),
        wording: adherence::Wording::ItIsTime.into(),
        channel: adherence::Channel::TextMessage.into(),
        first_at: Some(request::timestamp(first)),
        every_days: Some(1),
        header: None,
    })
}

fn checks_in(story: &mut Story<'_>) {
    let (at, patient, nurse) =
        (story.w.at(story.treated_on + 5, 230), story.patient.clone(), &story.staff.nurse);
    let struggles = story.w.client() % 4 == 2;
    let (doing, note) = if struggles {
        (adherence::Doing::Struggling, "Have not slept since Sunday")
    } else {
        (adherence::Doing::SoSo, "")
    };
    let check_in = story.w.id_apart();
    let body = Body::RecordCheckIn(adherence::RecordCheckInRequest {
        episode: stay(story),
        check_in_id: check_in.to_string(),
        doing: doing.into(),
        wants_call: false,
        note: note.to_owned(),
        header: None,
    });
    story.w.step(at, &patient, body).making(check_in);
    if struggles {
        let body = Body::FollowUpCheckIn(adherence::FollowUpCheckInRequest {
            episode: stay(story),
            check_in_id: check_in.to_string(),
            outcome: "Called; sleep plan gone through, comes to group".to_owned(),
            header: None,
        });
        story.w.step(later(at, 95), nurse, body).needing(check_in).ending(check_in);
    }
}

/// What keeps every third client from it; of one in nine, nobody removes it.
fn kept_from_it(story: &mut Story<'_>) {
    let draw = story.w.client();
    if draw % 3 != 1 {
        return;
    }
    let (at, patient, manager) =
        (story.w.at(story.treated_on + 3, 215), story.patient.clone(), &story.staff.case_manager);
    let barrier = story.w.id_apart();
    let body = Body::RaiseBarrier(adherence::RaiseBarrierRequest {
        episode: stay(story),
        barrier_id: barrier.to_string(),
        kind: adherence::BarrierKind::Supply.into(),
        words: "The pharmacy had none, and the next one is two buses away".to_owned(),
        header: None,
    });
    story.w.step(at, &patient, body).making(barrier);
    if draw % 9 != 7 {
        let body = Body::RemoveBarrier(adherence::RemoveBarrierRequest {
            episode: stay(story),
            barrier_id: barrier.to_string(),
            how: "The other pharmacy delivers".to_owned(),
            header: None,
        });
        let at = story.w.at(story.treated_on + 6, 240);
        story.w.step(at, manager, body).needing(barrier).ending(barrier);
    }
}

/// A father who helps. Every fourth client never allows it: whoever calls him all the same is refused. Every eighth takes
/// it back, and his reminders stop at once.
fn family(story: &mut Story<'_>) {
    let draw = story.w.client();
    let father = Person {
        id: PersonId::new(story.w.id_apart()),
        role: Role::Family,
        name: "Father".to_owned(),
        organisation: String::new(),
        schedules: Vec::new(),
    };
    let (patient, therapist, manager) = (story.patient.clone(), story.therapist, &story.staff.case_manager);
    let person_id = father.id.to_string();
    if draw % 4 != 3 {
        let body = Body::PermitFamily(adherence::PermitFamilyRequest {
            episode: stay(story),
            person_id: person_id.clone(),
            shares: [
                adherence::Shared::Reminders,
                adherence::Shared::CheckIns,
                adherence::Shared::Doses,
                adherence::Shared::WarningSigns,
            ]
            .map(i32::from)
            .to_vec(),
            until: String::new(),
            header: None,
        });
        let at = story.w.at(story.treated_on, 140);
        story.w.step(at, &patient, body);
    }
    let body = Body::EngageFamily(adherence::EngageFamilyRequest {
        episode: stay(story),
        person_id: person_id.clone(),
        about: adherence::Shared::WarningSigns.into(),
        note: "Knows what to look for, and whom to call at night".to_owned(),
        header: None,
    });
    let at = story.w.at(story.treated_on + 1, 195);
    story.w.step(at, therapist, body);
    let (reminder, first) = (story.w.id_apart(), story.w.at(story.treated_on + 1, 280));
    let body = schedule(story, reminder, &person_id, first);
    let at = story.w.at(story.treated_on + 1, 205);
    story.w.step(at, manager, body).making(reminder);
    let body = Body::RecordCheckIn(adherence::RecordCheckInRequest {
        episode: stay(story),
        check_in_id: story.w.id_apart().to_string(),
        doing: adherence::Doing::Well.into(),
        wants_call: false,
        note: "Eats with us again".to_owned(),
        header: None,
    });
    let at = story.w.at(story.treated_on + 9, 260);
    story.w.step(at, &father, body);
    if draw % 8 == 4 {
        let body = Body::WithdrawFamily(adherence::WithdrawFamilyRequest {
            episode: stay(story),
            person_id,
            header: None,
        });
        let at = story.w.at(story.treated_on + 10, 190);
        story.w.step(at, &patient, body);
    }
}
