//! Outside medications, last doses, reconciliation.

use super::super::*;
use super::told::*;

fn end(number: u128, last_dose_at: Option<concord_kernel::Instant>) -> Command {
    Command::EndOutsideMedication {
        medication: outside_id(number),
        last_dose_at,
        reason: words("Course is over"),
    }
}

fn last_dose(medication: MedicationRef, days: i64) -> Command {
    Command::RecordLastDose { medication, at: noon().plus_days(days) }
}

fn reconcile(lines: &[(u128, ReconcileAction)]) -> Command {
    Command::Reconcile {
        entries: lines
            .iter()
            .map(|(number, action)| ReconciledEntry { medication: outside_id(*number), action: *action })
            .collect(),
        note: None,
    }
}

#[test]
fn an_outside_medication_is_taken_in_whatever_it_collides_with() {
    let given = after(on("sertraline"), []);
    let events = accepted(given, therapist().asks(outside(1, "phenelzine")));
    let Event::OutsideMedicationRecorded { ingredients, complete, .. } = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(ingredients, &finding("any", &["phenelzine"]).about);
    assert!(complete);
    assert_eq!(raised(&events), ["ddi.maoi.serotonergic"]);
}

#[test]
fn an_outside_medication_raises_each_new_finding_of_weight_once() {
    let given = after(on("lithium"), []);
    let events = accepted(given.clone(), nurse().asks(outside(1, "ibuprofen")));
    assert_eq!(raised(&events), ["ddi.lithium.nsaid"]);
    let twice = after(given, [nurse().asks(outside(1, "ibuprofen"))]);
    let again = accepted(twice, nurse().asks(outside(2, "ibuprofen")));
    assert!(raised(&again).is_empty(), "{again:?}");
}

#[test]
fn what_is_only_moderate_interrupts_nobody() {
    let events = accepted(on("sertraline"), nurse().asks(outside(1, "ibuprofen")));
    assert!(raised(&events).is_empty(), "{events:?}");
}

#[test]
fn a_medication_that_nobody_can_map_is_flagged_not_refused() {
    let events = accepted(on("sertraline"), nurse().asks(outside(1, "Grandmother's drops")));
    let Event::OutsideMedicationRecorded { ingredients, complete, .. } = &events[0] else {
        panic!("{events:?}")
    };
    assert!(ingredients.is_empty());
    assert!(!complete);
    assert_eq!(raised(&events), ["map.unrecognised"]);
}

fn never_taken(medication: MedicationRef) -> Command {
    Command::RecordNeverTaken { medication, reason: words("The box is still sealed") }
}

#[test]
fn what_was_never_taken_leaves_no_washout_behind() {
    let unknown = Command::Stop {
        order: order_id(1),
        reason: StopReason::PatientChoice,
        last_dose_at: None,
        abrupt_because: None,
    };
    let maoi = || {
        let order = NewOrder { start_on: in_days(60), ..order(2, "phenelzine") };
        psychiatrist().days_later(60).prescribes(order)
    };
    let stopped = after(
        prepared(&["sertraline", "phenelzine"]),
        [psychiatrist().prescribes(order(1, "sertraline")), psychiatrist().days_later(1).asks(unknown)],
    );
    let (rules, _) = unsafe_by(stopped.clone(), maoi());
    assert_eq!(rules[0].0, "ddi.maoi.serotonergic");
    let found = nurse().days_later(2).asks(never_taken(MedicationRef::Order(order_id(1))));
    accepted(after(stopped, [found]), maoi());

    let told = after(
        prepared(&["phenelzine"]),
        [
            nurse().asks(outside(1, "sertraline")),
            nurse().asks(Command::EndOutsideMedication {
                medication: outside_id(1),
                last_dose_at: None,
                reason: words("Not on the shelf"),
            }),
        ],
    );
    unsafe_by(told.clone(), maoi());
    let found = pharmacist().days_later(2).asks(never_taken(MedicationRef::Outside(outside_id(1))));
    accepted(after(told, [found]), maoi());
}

#[test]
fn that_something_was_never_taken_is_said_by_the_staff_of_what_has_ended_without_a_dose() {
    let of_order = || never_taken(MedicationRef::Order(order_id(1)));
    refused(on("sertraline"), therapist().asks(of_order()), Error::NotAClinician);
    refused(on("sertraline"), nurse().asks(of_order()), Error::MedicationNotEnded);
    refused(prepared(&["sertraline"]), nurse().asks(of_order()), Error::UnknownMedication);
    let taken = after(on("sertraline"), [psychiatrist().asks(stop(1))]);
    refused(taken, nurse().asks(of_order()), Error::DoseOnRecord);
    let goes_on = history([nurse().asks(outside(1, "sertraline"))]);
    let of_outside = never_taken(MedicationRef::Outside(outside_id(1)));
    refused(goes_on, nurse().asks(of_outside), Error::MedicationNotEnded);
}

#[test]
fn a_medication_identifier_is_never_used_again() {
    let given = history([nurse().asks(outside(1, "ibuprofen"))]);
    refused(given.clone(), nurse().asks(outside(1, "aspirin")), Error::MedicationIdUsed);
    let ended = after(given, [nurse().asks(end(1, Some(noon())))]);
    refused(ended, nurse().asks(outside(1, "aspirin")), Error::MedicationIdUsed);
}

#[test]
fn an_outside_medication_ends_once_with_a_dose_that_was_taken() {
    let given = history([nurse().asks(outside(1, "ibuprofen"))]);
    refused(given.clone(), nurse().asks(end(2, None)), Error::UnknownMedication);
    refused(given.clone(), nurse().asks(end(1, Some(noon().plus_days(1)))), Error::InTheFuture);
    let ended = after(given, [nurse().asks(end(1, None))]);
    refused(ended, nurse().asks(end(1, None)), Error::MedicationEnded);
}

#[test]
fn a_washout_counts_from_the_last_dose_and_an_unknown_one_counts_as_today() {
    let given = after(
        prepared(&["sertraline"]),
        [nurse().asks(outside(1, "phenelzine")), nurse().asks(end(1, None))],
    );
    let starts = |days| {
        let order = NewOrder { start_on: in_days(days), ..order(1, "sertraline") };
        psychiatrist().days_later(days).prescribes(order)
    };
    let (rules, needed) = unsafe_by(given.clone(), starts(60));
    assert_eq!(rules[0].0, "ddi.maoi.serotonergic");
    assert_eq!(needed, Answer::Wait);
    let outside = MedicationRef::Outside(outside_id(1));
    let known = after(given, [nurse().days_later(1).asks(last_dose(outside, 0))]);
    let (rules, _) = unsafe_by(known.clone(), starts(13));
    assert_eq!(rules[0].0, "ddi.maoi.serotonergic");
    accepted(known, starts(15));
}

#[test]
fn a_dose_told_of_while_an_outside_medication_was_taken_is_not_its_last() {
    let told = last_dose(MedicationRef::Outside(outside_id(1)), -30);
    let given = after(
        prepared(&["sertraline"]),
        [
            nurse().asks(outside(1, "phenelzine")),
            nurse().asks(told),
            nurse().asks(reconcile(&[(1, ReconcileAction::NoLongerTaken)])),
        ],
    );
    assert_eq!(unsafe_by(given, psychiatrist().prescribes(order(1, "sertraline"))).1, Answer::Wait);
}

#[test]
fn no_dose_of_an_outside_medication_is_older_than_its_start() {
    let mut begun = outside(1, "phenelzine");
    if let Command::RecordOutsideMedication { reported, .. } = &mut begun {
        reported.started_on = Some(in_days(-3));
    }
    let given = after(prepared(&["sertraline"]), [nurse().asks(begun)]);
    let long_ago = Some(noon().plus_days(-300));
    refused(given.clone(), nurse().asks(end(1, long_ago)), Error::DoseBeforeStart);
    let told = |days| last_dose(MedicationRef::Outside(outside_id(1)), days);
    refused(given.clone(), nurse().asks(told(-300)), Error::DoseBeforeStart);
    let ended = after(given, [nurse().asks(end(1, None))]);
    refused(ended.clone(), nurse().asks(told(-300)), Error::DoseBeforeStart);
    accepted(ended, nurse().asks(told(-2)));
}

#[test]
fn a_last_dose_is_told_of_something_on_the_chart_and_in_the_past() {
    let unknown = last_dose(MedicationRef::Order(order_id(5)), 0);
    refused(on("sertraline"), nurse().asks(unknown), Error::UnknownMedication);
    let future = last_dose(MedicationRef::Order(order_id(1)), 1);
    refused(on("sertraline"), nurse().asks(future), Error::InTheFuture);
    let told = last_dose(MedicationRef::Order(order_id(1)), 0);
    let given = after(on("sertraline"), [nurse().asks(told.clone())]);
    nothing_happens(given, nurse().asks(told));
}

#[test]
fn a_medication_that_ended_long_ago_is_forgotten_but_its_name_is_not() {
    let given = after(
        prepared(&["sertraline"]),
        [
            nurse().asks(outside(1, "phenelzine")),
            nurse().asks(outside(2, "ibuprofen")),
            nurse().asks(end(1, Some(noon().plus_days(-200)))),
            nurse().asks(end(2, Some(noon()))),
        ],
    );
    assert_eq!(folded(&given).subject(noon()).exposures.len(), 1);
    refused(given, nurse().asks(outside(1, "phenelzine")), Error::MedicationIdUsed);
}

#[test]
fn what_nobody_could_map_matters_after_its_end_too() {
    let drops = |last| {
        let given = [nurse().asks(outside(1, "Grandmother's drops")), nurse().asks(end(1, last))];
        after(prepared(&["sertraline"]), given)
    };
    let first = || psychiatrist().prescribes(order(1, "sertraline"));
    for last in [None, Some(noon().plus_days(-10))] {
        let (rules, needed) = unsafe_by(drops(last), first());
        assert_eq!((rules[0].0.as_str(), needed), ("map.unrecognised", Answer::Acknowledge));
    }
    accepted(drops(Some(noon().plus_days(-36))), first());
}

#[test]
fn a_reconciliation_has_one_line_for_each_active_outside_medication() {
    use ReconcileAction::{AskPrescriber, Continues, NoLongerTaken};
    let given = history([nurse().asks(outside(1, "ibuprofen")), nurse().asks(outside(2, "lisinopril"))]);
    for lines in [
        vec![],
        vec![(1, Continues)],
        vec![(1, Continues), (1, AskPrescriber)],
        vec![(1, Continues), (2, Continues), (3, Continues)],
    ] {
        refused(given.clone(), nurse().asks(reconcile(&lines)), Error::ReconciliationIncomplete);
    }
    let all = [(2, Continues), (1, NoLongerTaken)];
    let events = accepted(given.clone(), pharmacist().asks(reconcile(&all)));
    let [Event::MedicationsReconciled { .. }, Event::OutsideMedicationEnded { medication, .. }] =
        events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(*medication, outside_id(1));
    let rest = after(given, [pharmacist().asks(reconcile(&all))]);
    accepted(rest, nurse().asks(reconcile(&[(2, Continues)])));
}

#[test]
fn a_clinician_reconciles() {
    refused(history([]), therapist().asks(reconcile(&[])), Error::NotAClinician);
    accepted(history([]), nurse().asks(reconcile(&[])));
}
