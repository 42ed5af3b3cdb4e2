//! Hold, resume, stop, renew, correct.

use concord_kernel::Schedule;
use concord_knowledge::{Action, Ruleset};

use super::super::decide::MOST_DAYS_AHEAD;
use super::super::*;
use super::told::*;

fn renew(supply: Supply, legal_basis: Option<LegalBasis>) -> Command {
    Command::Renew {
        order: order_id(1),
        supply,
        modality: OrderModality::InPerson,
        legal_basis,
        acknowledgements: Vec::new(),
    }
}

fn correct(correction: Correction) -> Command {
    Command::Correct { order: order_id(1), correction, reason: words("Mistyped") }
}

fn month() -> Supply {
    Supply { days: 30, refills: 0 }
}

#[test]
fn only_a_prescriber_changes_the_course_of_an_order() {
    let held = || after(on("sertraline"), [psychiatrist().asks(hold(1))]);
    refused(on("sertraline"), nurse().asks(hold(1)), Error::NotAPrescriber);
    refused(held(), nurse().asks(resume(1)), Error::NotAPrescriber);
    refused(on("sertraline"), pharmacist().asks(stop(1)), Error::NotAPrescriber);
    refused(on("sertraline"), therapist().asks(renew(month(), None)), Error::NotAPrescriber);
    let correction = correct(Correction::Reason(words("Anxiety too")));
    refused(on("sertraline"), pharmacist().asks(correction), Error::NotAPrescriber);
}

#[test]
fn an_order_is_held_once_and_resumed_once() {
    let held = after(on("sertraline"), [psychiatrist().asks(hold(1))]);
    refused(held.clone(), psychiatrist().asks(hold(1)), Error::OrderHeld);
    let resumed = after(held, [psychiatrist().days_later(2).asks(resume(1))]);
    assert!(matches!(resumed.last(), Some(Event::MedicationResumed { .. })));
    refused(resumed, psychiatrist().days_later(2).asks(resume(1)), Error::OrderNotHeld);
    refused(prepared(&["sertraline"]), psychiatrist().asks(hold(1)), Error::UnknownOrder);
}

#[test]
fn a_resumption_does_not_take_effect_before_its_hold() {
    let held = after(on("sertraline"), [psychiatrist().days_later(2).asks(hold(1))]);
    let early = psychiatrist().days_later(3).effective(noon().plus_days(1)).asks(resume(1));
    refused(held, early, Error::BeforeLastChange);
}

#[test]
fn a_resumption_is_checked_against_what_came_meanwhile() {
    let held = after(on("lithium"), [psychiatrist().asks(hold(1)), nurse().asks(outside(1, "ibuprofen"))]);
    let (rules, _) = unsafe_by(held.clone(), psychiatrist().days_later(2).asks(resume(1)));
    assert_eq!(rules, [("ddi.lithium.nsaid".to_owned(), Action::Acknowledge)]);
    let answered = Command::Resume {
        order: order_id(1),
        acknowledgements: vec![answer("ddi.lithium.nsaid", &["ibuprofen", "lithium"])],
    };
    let events = accepted(held, psychiatrist().days_later(2).asks(answered));
    let [Event::MedicationResumed { acknowledgements, judged, .. }] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(acknowledgements.len(), 1);
    assert!(judged.findings.contains(&finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"])));
}

#[test]
fn a_drug_whose_tolerance_is_lost_starts_again_after_a_long_hold() {
    for (name, mg, hours) in [("lamotrigine", 50.0, 120), ("clozapine", 25.0, 48)] {
        let mut higher = order(1, name);
        higher.regimen = daily(mg);
        if name == "clozapine" {
            higher = acknowledged(higher, "missing.anc.clozapine", &["clozapine"]);
        }
        let given = after(prepared(&[name]), [psychiatrist().prescribes(higher)]);
        let held = after(given, [psychiatrist().asks(hold(1))]);
        let ask = |hours| {
            let acknowledgements = vec![answer("missing.anc.clozapine", &["clozapine"])];
            let command = Command::Resume { order: order_id(1), acknowledgements };
            psychiatrist().hours_later(hours).asks(command)
        };
        accepted(held.clone(), ask(hours));
        let lost = Error::RestartNeeded { hours: u16::try_from(hours).unwrap() };
        refused(held, ask(hours + 1), lost);
    }
    let low = after(on("lamotrigine"), [psychiatrist().asks(hold(1))]);
    accepted(low, psychiatrist().days_later(30).asks(resume(1)));
}

#[test]
fn a_held_order_washes_out_from_the_hold() {
    let held = after(after(on("sertraline"), [warned("phenelzine")]), [psychiatrist().asks(hold(1))]);
    let maoi = |days| {
        let order = NewOrder { start_on: in_days(days), ..order(2, "phenelzine") };
        psychiatrist().days_later(days).prescribes(order)
    };
    let (rules, _) = unsafe_by(held.clone(), maoi(10));
    assert_eq!(rules[0], ("ddi.maoi.serotonergic".to_owned(), Action::Space));
    let both = after(held, [maoi(15)]);
    let (rules, _) = unsafe_by(both, psychiatrist().days_later(16).asks(resume(1)));
    assert_eq!(rules[0], ("ddi.maoi.serotonergic".to_owned(), Action::Space));
}

#[test]
fn a_stopped_order_never_changes_again() {
    let given = || after(on("sertraline"), [psychiatrist().asks(stop(1))]);
    for command in [
        stop(1),
        hold(1),
        resume(1),
        renew(month(), None),
        correct(Correction::Reason(words("Anxiety too"))),
        adjust(1, daily(25.0), Cause::PatientPreference),
        Command::PlanTaper { order: order_id(1), steps: Vec::new(), reason: words("Late") },
    ] {
        refused(given(), psychiatrist().days_later(1).asks(command), Error::OrderStopped);
    }
}

#[test]
fn a_drug_that_must_not_stop_at_once_needs_a_taper_or_a_reason() {
    for name in ["clonazepam", "divalproex", "clonidine", "buprenorphine-naloxone-sl"] {
        let given = on(name);
        refused(given.clone(), psychiatrist().asks(stop(1)), Error::TaperFirst);
        let abrupt = Command::Stop {
            order: order_id(1),
            reason: StopReason::SideEffect,
            last_dose_at: Some(noon()),
            abrupt_because: Some(words("Rash with fever")),
        };
        accepted(given, psychiatrist().asks(abrupt));
    }
    accepted(on("sertraline"), psychiatrist().asks(stop(1)));
}

#[test]
fn an_order_that_was_never_taken_ends_at_once_and_leaves_nothing_behind() {
    let later = NewOrder { start_on: in_days(5), ..order(1, "clonazepam") };
    let given = after(prepared(&["clonazepam"]), [psychiatrist().prescribes(later)]);
    let never = Command::Stop {
        order: order_id(1),
        reason: StopReason::EnteredInError,
        last_dose_at: None,
        abrupt_because: None,
    };
    let ended = after(given, [psychiatrist().asks(never)]);
    assert!(folded(&ended).subject(noon()).exposures.is_empty());
}

#[test]
fn a_stop_or_hold_does_not_take_effect_before_the_order_or_its_last_change() {
    let told = Command::Stop {
        order: order_id(1),
        reason: StopReason::PatientChoice,
        last_dose_at: None,
        abrupt_because: None,
    };
    let before = || psychiatrist().days_later(20).effective(noon().plus_days(-1));
    refused(on("clonazepam"), before().asks(told.clone()), Error::BeforeLastChange);
    refused(on("sertraline"), before().asks(told), Error::BeforeLastChange);
    refused(on("sertraline"), before().asks(hold(1)), Error::BeforeLastChange);
    let more = adjust(1, daily(100.0), Cause::PatientPreference);
    let changed = after(on("sertraline"), [psychiatrist().days_later(10).asks(more)]);
    let between = || psychiatrist().days_later(20).effective(noon().plus_days(5));
    refused(changed.clone(), between().asks(stop(1)), Error::BeforeLastChange);
    accepted(changed, psychiatrist().days_later(20).effective(noon().plus_days(10)).asks(stop(1)));
}

#[test]
fn a_dose_does_not_change_before_the_order_began() {
    let later = NewOrder { start_on: in_days(5), ..order(1, "sertraline") };
    let given = after(prepared(&["sertraline"]), [psychiatrist().prescribes(later)]);
    let early = psychiatrist().days_later(6).effective(noon().plus_days(2));
    refused(given, early.asks(adjust(1, daily(200.0), Cause::PatientPreference)), Error::BeforeLastChange);
}

#[test]
fn a_hold_is_not_backdated_by_more_than_a_day() {
    let ago = |days: i64| psychiatrist().days_later(20).effective(noon().plus_days(20 - days)).asks(hold(1));
    accepted(on("sertraline"), ago(1));
    refused(on("sertraline"), ago(2), Error::HoldTooLongAgo);
}

#[test]
fn a_dose_told_of_while_it_was_taken_is_not_the_last_one_once_it_ends() {
    let told = |days: i64, at: i64| {
        let at = noon().plus_days(at);
        let medication = MedicationRef::Order(order_id(1));
        nurse().days_later(days).asks(Command::RecordLastDose { medication, at })
    };
    let unknown = Command::Stop {
        order: order_id(1),
        reason: StopReason::PatientChoice,
        last_dose_at: None,
        abrupt_because: None,
    };
    let given = after(
        after(on("sertraline"), [warned("phenelzine")]),
        [told(1, 1), psychiatrist().days_later(30).asks(unknown)],
    );
    let maoi = || {
        let order = NewOrder { start_on: in_days(31), ..order(2, "phenelzine") };
        psychiatrist().days_later(31).prescribes(order)
    };
    assert_eq!(unsafe_by(given.clone(), maoi()).1, Answer::Wait);
    accepted(after(given, [told(31, 2)]), maoi());
}

#[test]
fn a_last_dose_has_been_taken() {
    let stop = Command::Stop {
        order: order_id(1),
        reason: StopReason::Completed,
        last_dose_at: Some(noon().plus_days(1)),
        abrupt_because: None,
    };
    refused(on("sertraline"), psychiatrist().asks(stop), Error::InTheFuture);
}

#[test]
fn no_dose_of_an_order_is_older_than_the_order() {
    let stopped = |last_dose_at| Command::Stop {
        order: order_id(1),
        reason: StopReason::PatientChoice,
        last_dose_at,
        abrupt_because: None,
    };
    let long_ago = Some(noon().plus_days(-400));
    let given = after(on("phenelzine"), [warned("sertraline")]);
    refused(given.clone(), psychiatrist().asks(stopped(long_ago)), Error::DoseBeforeStart);
    let told = |days: i64| Command::RecordLastDose {
        medication: MedicationRef::Order(order_id(1)),
        at: noon().plus_days(days),
    };
    refused(given.clone(), nurse().asks(told(-400)), Error::DoseBeforeStart);
    let ended = after(given, [psychiatrist().asks(stopped(None))]);
    refused(ended.clone(), nurse().days_later(1).asks(told(-400)), Error::DoseBeforeStart);
    assert_eq!(unsafe_by(ended, psychiatrist().prescribes(order(2, "sertraline"))).1, Answer::Wait);
}

#[test]
fn an_order_that_has_begun_is_not_put_off() {
    let ask = |now: i64, start: i64| {
        psychiatrist().days_later(now).asks(correct(Correction::StartOn(in_days(start))))
    };
    refused(on("phenelzine"), ask(10, 60), Error::HasBegun);
    refused(on("phenelzine"), ask(0, 60), Error::HasBegun);
    let later = NewOrder { start_on: in_days(5), ..order(1, "phenelzine") };
    let waiting = after(prepared(&["phenelzine"]), [psychiatrist().prescribes(later)]);
    accepted(waiting.clone(), ask(4, 60));
    accepted(waiting.clone(), ask(10, 3));
    refused(waiting, ask(5, 60), Error::HasBegun);
}

#[test]
fn an_open_order_is_renewed_within_its_supply_limits() {
    accepted(on("sertraline"), psychiatrist().days_later(25).asks(renew(month(), None)));
    let none = Supply { days: 0, refills: 0 };
    refused(on("sertraline"), psychiatrist().asks(renew(none, None)), Error::SupplyOutOfRange);
    let held = after(on("sertraline"), [psychiatrist().asks(hold(1))]);
    refused(held, psychiatrist().asks(renew(month(), None)), Error::OrderHeld);
    refused(prepared(&[]), psychiatrist().asks(renew(month(), None)), Error::UnknownOrder);
}

#[test]
fn a_renewal_does_not_take_effect_before_the_order() {
    let early = psychiatrist().days_later(25).effective(noon().plus_days(-1)).asks(renew(month(), None));
    refused(on("sertraline"), early, Error::BeforeLastChange);
}

#[test]
fn a_renewal_is_checked_against_what_came_meanwhile() {
    let given = after(on("lithium"), [nurse().asks(outside(1, "ibuprofen"))]);
    let ask = |acknowledgements: &[Acknowledgement]| {
        let mut command = renew(month(), None);
        if let Command::Renew { acknowledgements: answers, .. } = &mut command {
            answers.extend_from_slice(acknowledgements);
        }
        psychiatrist().days_later(25).asks(command)
    };
    let (rules, needed) = unsafe_by(given.clone(), ask(&[]));
    assert_eq!(rules, [("ddi.lithium.nsaid".to_owned(), Action::Acknowledge)]);
    assert_eq!(needed, Answer::Acknowledge);
    let weighed = answer("ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    let renewed = after(given, [ask(&[weighed])]);
    accepted(renewed, ask(&[]));

    let washout = after(on("sertraline"), [nurse().asks(outside(1, "phenelzine"))]);
    assert_eq!(unsafe_by(washout, ask(&[])).1, Answer::Wait);
}

#[test]
fn what_was_answered_when_it_was_ordered_is_not_asked_again_at_a_renewal() {
    let given = after(prepared(&["lithium"]), [nurse().asks(outside(1, "ibuprofen"))]);
    let answered = acknowledged(order(1, "lithium"), "ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    let given = after(given, [psychiatrist().prescribes(answered)]);
    accepted(given, psychiatrist().days_later(25).asks(renew(month(), None)));
}

#[test]
fn a_renewal_of_a_controlled_substance_obeys_the_law_of_the_day() {
    let basis = Some(LegalBasis::InPersonEvaluation);
    let given = || on("suvorexant");
    accepted(given(), psychiatrist().days_later(25).asks(renew(month(), basis)));
    refused(given(), psychiatrist().asks(renew(month(), None)), Error::LegalBasisMissing);
    let many = Supply { days: 30, refills: 6 };
    refused(given(), psychiatrist().asks(renew(many, basis)), Error::SupplyBeyondSchedule);
    let without = Error::ScheduleNotCovered { schedule: Schedule::IV };
    refused(given(), nurse_practitioner().asks(renew(month(), basis)), without);
    let flexible = Some(LegalBasis::TelemedicineFlexibility);
    refused(given(), psychiatrist().asks(renew(month(), flexible)), Error::LegalBasisNotInForce);
}

#[test]
fn a_correction_changes_something_and_keeps_the_bounds() {
    let ask = |correction| psychiatrist().days_later(1).asks(correct(correction));
    let events = accepted(on("sertraline"), ask(Correction::Supply(Supply { days: 90, refills: 1 })));
    assert!(matches!(events.as_slice(), [Event::OrderCorrected { .. }]));
    refused(on("sertraline"), ask(Correction::Supply(month())), Error::Unchanged);
    refused(on("sertraline"), ask(Correction::Reason(order(1, "sertraline").reason)), Error::Unchanged);
    refused(on("sertraline"), ask(Correction::StartOn(today())), Error::Unchanged);
    let none = Correction::Supply(Supply { days: 0, refills: 0 });
    refused(on("sertraline"), ask(none), Error::SupplyOutOfRange);
    refused(on("sertraline"), ask(Correction::StartOn(in_days(-3))), Error::StartsInThePast);
    let late = Error::StartsTooLate { most_days: MOST_DAYS_AHEAD };
    refused(on("sertraline"), ask(Correction::StartOn(in_days(91))), late);
}

#[test]
fn a_corrected_supply_of_a_controlled_substance_obeys_the_law_of_the_day() {
    let by_video = NewOrder {
        modality: OrderModality::AudioVideo,
        legal_basis: Some(LegalBasis::TelemedicineFlexibility),
        ..order(1, "suvorexant")
    };
    let given = after(prepared(&["suvorexant"]), [psychiatrist().prescribes(by_video)]);
    let more = || correct(Correction::Supply(Supply { days: 30, refills: 2 }));
    accepted(given.clone(), psychiatrist().days_later(1).asks(more()));
    refused(given, psychiatrist().days_later(60).asks(more()), Error::LegalBasisNotInForce);
}

#[test]
fn others_learn_which_orders_are_open_and_which_must_not_stop_at_once() {
    let given = after(
        prepared(&["clonazepam", "sertraline"]),
        [
            psychiatrist().prescribes(order(1, "clonazepam")),
            psychiatrist().prescribes(order(2, "sertraline")),
            psychiatrist().days_later(3).asks(stop(2)),
        ],
    );
    let facts = folded(&given).facts(Ruleset::embedded());
    assert_eq!(facts.open_orders, [order_id(1)]);
    assert_eq!(facts.known_orders, [order_id(1), order_id(2)]);
    assert_eq!(facts.no_abrupt_stop, [order_id(1)]);
    assert_eq!(facts.last_dose_change_at, Some(noon().plus_days(3)));
}

#[test]
fn a_drug_that_was_missed_for_too_long_does_not_simply_go_on() {
    let mut higher = order(1, "lamotrigine");
    higher.regimen = daily(50.0);
    let given = after(prepared(&["lamotrigine"]), [psychiatrist().prescribes(higher)]);
    let found = |asking: Asking| {
        asking.knowing(|facts| {
            let missed = facts.adherence.as_mut().unwrap();
            missed.restart_needed_since.insert(order_id(1), noon().plus_days(20));
        })
    };
    let refusal = || Error::RestartNeeded { hours: 120 };
    let later = || psychiatrist().days_later(21);
    let to = |mg| Command::AdjustDose {
        order: order_id(1),
        regimen: daily(mg),
        cause: Cause::PatientPreference,
        rests_on: None,
        note: words("as agreed"),
        acknowledgements: Vec::new(),
    };
    refused(given.clone(), found(later()).asks(renew(month(), None)), refusal());
    refused(given.clone(), found(later()).asks(to(75.0)), refusal());
    refused(given.clone(), found(later()).asks(to(37.5)), refusal());
    // Nobody is asked about another order, and a fact that was not read is no permission.
    accepted(given.clone(), later().asks(renew(month(), None)));
    let unread = later().knowing(|facts| facts.adherence = None);
    refused(given.clone(), unread.asks(renew(month(), None)), Error::FactsMissing);
    // At its first dose it is begun again, and rises from there as any other.
    let begun = after(given, [found(later()).asks(to(25.0))]);
    accepted(begun.clone(), found(later()).asks(renew(month(), None)));
    accepted(begun, found(psychiatrist().days_later(36)).asks(to(50.0)));
}
