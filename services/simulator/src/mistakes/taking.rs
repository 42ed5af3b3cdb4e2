//! How medication is taken: reminders, calls, doses, family.

use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{Frequency, Route};

use super::tale::{PREFERRED, Tale, adjustment, regimen, stopped};
use crate::script::Body;

/// Room for what waits or stands.
const MOST_REMINDERS: usize = 12;
const MOST_CHECK_INS: usize = 32;
const MOST_BARRIERS: usize = 16;
const MOST_FAMILY: usize = 16;

fn reminder(t: &Tale<'_>, id: &str, in_hours: i64) -> Body {
    Body::ScheduleReminder(adherence::ScheduleReminderRequest {
        episode: t.stay(),
        reminder_id: id.to_owned(),
        to_person_id: String::new(),
        wording: adherence::Wording::ItIsTime.into(),
        channel: adherence::Channel::TextMessage.into(),
        first_at: t.at(in_hours),
        every_days: Some(1),
        header: None,
    })
}

fn sent(t: &Tale<'_>, id: &str) -> Body {
    let (episode, reminder_id) = (t.stay(), id.to_owned());
    Body::RecordReminderSent(adherence::RecordReminderSentRequest { episode, reminder_id, header: None })
}

fn check_in(t: &Tale<'_>, id: &str, doing: adherence::Doing) -> Body {
    Body::RecordCheckIn(adherence::RecordCheckInRequest {
        episode: t.stay(),
        check_in_id: id.to_owned(),
        doing: doing.into(),
        wants_call: false,
        note: String::new(),
        header: None,
    })
}

fn called(t: &Tale<'_>, id: &str) -> Body {
    Body::FollowUpCheckIn(adherence::FollowUpCheckInRequest {
        episode: t.stay(),
        check_in_id: id.to_owned(),
        outcome: "Called; sleeps badly; seen tomorrow".to_owned(),
        header: None,
    })
}

fn barrier(t: &Tale<'_>, id: &str) -> Body {
    Body::RaiseBarrier(adherence::RaiseBarrierRequest {
        episode: t.stay(),
        barrier_id: id.to_owned(),
        kind: adherence::BarrierKind::Cost.into(),
        words: "Forty dollars a month".to_owned(),
        header: None,
    })
}

fn removed(t: &Tale<'_>, id: &str) -> Body {
    Body::RemoveBarrier(adherence::RemoveBarrierRequest {
        episode: t.stay(),
        barrier_id: id.to_owned(),
        how: "The plan pays for it now".to_owned(),
        header: None,
    })
}

pub(super) fn reminded(t: &mut Tale<'_>) {
    let (manager, timer, patient) = (t.manager(), t.timer(), t.patient());
    t.is_admitted();
    let id = t.new_id();
    t.errs(&timer, sent(t, &id), "UNKNOWN_REMINDER");
    t.errs(&manager, reminder(t, &id, -1), "REMINDER_OUT_OF_RANGE");
    t.does(&manager, reminder(t, &id, 5));
    t.errs(&manager, reminder(t, &id, 5), "REMINDER_ID_USED");
    t.errs(&timer, sent(t, &id), "REMINDER_NOT_DUE");
    let cancelled =
        adherence::CancelReminderRequest { episode: t.stay(), reminder_id: id.clone(), header: None };
    t.does(&patient, Body::CancelReminder(cancelled));
    t.errs(&timer, sent(t, &id), "REMINDER_ENDED");
    for _ in 0..MOST_REMINDERS {
        let id = t.new_id();
        t.does(&manager, reminder(t, &id, 5));
    }
    let id = t.new_id();
    t.errs(&manager, reminder(t, &id, 5), "TOO_MANY_REMINDERS");

    let id = t.new_id();
    t.errs(&manager, called(t, &id), "UNKNOWN_CHECK_IN");
    t.does(&patient, check_in(t, &id, adherence::Doing::Well));
    t.errs(&patient, check_in(t, &id, adherence::Doing::Well), "CHECK_IN_ID_USED");
    t.errs(&manager, called(t, &id), "CHECK_IN_NOT_WAITING");
    for _ in 0..MOST_CHECK_INS {
        let id = t.new_id();
        t.does(&patient, check_in(t, &id, adherence::Doing::Struggling));
    }
    let id = t.new_id();
    t.errs(&patient, check_in(t, &id, adherence::Doing::Struggling), "TOO_MANY_CHECK_INS");

    let id = t.new_id();
    t.errs(&manager, removed(t, &id), "UNKNOWN_BARRIER");
    t.does(&patient, barrier(t, &id));
    t.errs(&patient, barrier(t, &id), "BARRIER_ID_USED");
    t.does(&manager, removed(t, &id));
    t.errs(&manager, removed(t, &id), "BARRIER_GONE");
    for _ in 0..MOST_BARRIERS {
        let id = t.new_id();
        t.does(&patient, barrier(t, &id));
    }
    let id = t.new_id();
    t.errs(&patient, barrier(t, &id), "TOO_MANY_BARRIERS");
}

fn taken(t: &Tale<'_>, order: &str, hours: i64) -> Body {
    Body::RecordDoseTaken(adherence::RecordDoseTakenRequest {
        episode: t.stay(),
        order_id: order.to_owned(),
        at: t.at(hours),
        observed: false,
        header: None,
    })
}

fn missed(t: &Tale<'_>, order: &str, hours: i64) -> Body {
    Body::RecordDoseMissed(adherence::RecordDoseMissedRequest {
        episode: t.stay(),
        order_id: order.to_owned(),
        due_at: t.at(hours),
        reason: adherence::MissReason::RanOut.into(),
        header: None,
    })
}

fn measured(t: &Tale<'_>, days: u32) -> Body {
    Body::MeasureAdherence(adherence::MeasureAdherenceRequest { episode: t.stay(), days, header: None })
}

fn goes_on(t: &Tale<'_>, order: &str) -> Body {
    Body::DecideMissedDoses(adherence::DecideMissedDosesRequest {
        episode: t.stay(),
        order_id: order.to_owned(),
        decision: adherence::MissedDecision::Continue.into(),
        reason: "Goes on as before".to_owned(),
        header: None,
    })
}

pub(super) fn told(t: &mut Tale<'_>) {
    let (nurse, patient, psychiatrist) = (t.nurse(), t.patient(), t.psychiatrist());
    t.is_ready(&["gad", "ptsd"]);
    let unknown = t.new_id();
    t.errs(&nurse, measured(t, 3), "PERIOD_OUT_OF_RANGE");
    t.errs(&nurse, measured(t, 14), "NOTHING_TO_MEASURE");
    t.errs(&patient, taken(t, &unknown, -1), "UNKNOWN_ORDER");
    let buspirone = t.takes("buspirone", 15.0, "gad");
    let prazosin = t.takes("prazosin", 1.0, "ptsd");
    t.errs(&patient, taken(t, &buspirone, 3), "IN_THE_FUTURE");
    t.errs(&patient, taken(t, &buspirone, -24 * 4), "DOSE_BEFORE_START");
    t.errs(&psychiatrist, goes_on(t, &buspirone), "NOTHING_MISSED");
    t.wait_days(4);
    let at_bedtime = regimen(2.0, Frequency::AtBedtime, Route::Oral);
    t.does(&psychiatrist, adjustment(&prazosin, at_bedtime, PREFERRED));
    t.does(&patient, taken(t, &prazosin, -1));
    // Four days without: a full dose now would bring on a faint.
    for _ in 0..4 {
        t.wait_days(1);
        t.does(&patient, missed(t, &prazosin, -1));
    }
    t.errs(&psychiatrist, goes_on(t, &prazosin), "RESTART_NEEDED");
    t.does(&psychiatrist, held(&buspirone));
    t.errs(&patient, missed(t, &buspirone, -1), "ORDER_HELD");
    t.wait_days(32);
    t.errs(&patient, taken(t, &buspirone, -24 * 35), "DOSE_TOO_LONG_AGO");
    t.does(&psychiatrist, stopped(&buspirone, None));
    t.errs(&patient, taken(t, &buspirone, -1), "ORDER_STOPPED");
}

pub(super) fn held(order: &str) -> Body {
    Body::HoldMedication(chart::HoldMedicationRequest {
        order_id: order.to_owned(),
        reason: "Vomiting since yesterday".to_owned(),
        header: None,
    })
}

fn permitted(t: &Tale<'_>, person: &str, shares: &[adherence::Shared], until: &str) -> Body {
    Body::PermitFamily(adherence::PermitFamilyRequest {
        episode: t.stay(),
        person_id: person.to_owned(),
        shares: shares.iter().copied().map(i32::from).collect(),
        until: until.to_owned(),
        header: None,
    })
}

pub(super) fn family(t: &mut Tale<'_>) {
    let patient = t.patient();
    t.is_admitted();
    let (brother, check) = (t.id(), t.new_id());
    let brother_id = brother.to_string();
    t.errs(&Tale::relative(brother), check_in(t, &check, adherence::Doing::SoSo), "FAMILY_NOT_PERMITTED");
    t.errs(&patient, permitted(t, &brother_id, &[], ""), "NOTHING_SHARED");
    let check_ins = [adherence::Shared::CheckIns];
    t.errs(&patient, permitted(t, &brother_id, &check_ins, &t.day(-2)), "DAY_PASSED");
    t.does(&patient, permitted(t, &brother_id, &check_ins, ""));
    t.does(&Tale::relative(brother), check_in(t, &check, adherence::Doing::SoSo));
    for _ in 1..MOST_FAMILY {
        let cousin = t.new_id();
        t.does(&patient, permitted(t, &cousin, &check_ins, ""));
    }
    let one_more = t.new_id();
    t.errs(&patient, permitted(t, &one_more, &check_ins, ""), "TOO_MANY_FAMILY");
}
