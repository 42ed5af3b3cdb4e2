//! The safety check on demand, boxed warnings, overrides by two clinicians, open interactions.

use concord_knowledge::Action;
use concord_knowledge::safety::Proposal;

use super::super::*;
use super::told::*;

/// Bupropion for somebody with seizures: two clinicians must agree.
fn risky() -> Vec<Event> {
    after(prepared(&["bupropion-xl"]), [nurse().asks(has_condition("seizure disorder"))])
}

fn seizures() -> concord_knowledge::FindingKey {
    finding("dc.bupropion.seizure", &["bupropion"])
}

fn resolve(finding: concord_knowledge::FindingKey) -> Command {
    Command::ResolveInteraction { finding, resolution: words("Ibuprofen replaced by acetaminophen") }
}

#[test]
fn two_clinicians_together_override_what_asks_for_them() {
    let order = || psychiatrist().prescribes(order(1, "bupropion-xl"));
    assert_eq!(unsafe_by(risky(), order()).1, Answer::Override);
    let one = after(risky(), [psychiatrist().asks(over(seizures()))]);
    assert_eq!(unsafe_by(one.clone(), order()).1, Answer::Cosign);
    let two = after(one, [pharmacist().hours_later(23).asks(cosign(seizures()))]);
    let events = accepted(two, order());
    let Event::MedicationPrescribed { judged, .. } = &events[0] else { panic!("{events:?}") };
    assert!(judged.findings.contains(&seizures()));
}

#[test]
fn an_override_is_relied_on_for_a_week() {
    let two = after(risky(), [psychiatrist().asks(over(seizures())), pharmacist().asks(cosign(seizures()))]);
    let order = |days| {
        let order = NewOrder { start_on: in_days(days), ..order(1, "bupropion-xl") };
        psychiatrist().days_later(days).prescribes(order)
    };
    accepted(two.clone(), order(7));
    assert_eq!(unsafe_by(two.clone(), order(8)).1, Answer::Override);
    accepted(two, psychiatrist().days_later(8).asks(over(seizures())));
}

#[test]
fn an_override_of_a_dose_is_relied_on_for_a_day() {
    let much = |days| {
        let order = NewOrder { start_on: in_days(days), regimen: daily(250.0), ..order(1, "sertraline") };
        let order = acknowledged(order, "dose.start", &["sertraline"]);
        psychiatrist().days_later(days).prescribes(order)
    };
    let key = || finding("dose.hard-maximum", &["sertraline"]);
    let two = after(
        prepared(&["sertraline"]),
        [psychiatrist().asks(over(key())), pharmacist().asks(cosign(key()))],
    );
    accepted(two.clone(), much(1));
    assert_eq!(unsafe_by(two, much(2)).1, Answer::Override);
}

#[test]
fn only_a_prescriber_overrides() {
    refused(risky(), pharmacist().asks(over(seizures())), Error::NotAPrescriber);
}

#[test]
fn another_prescriber_or_a_pharmacist_cosigns_and_nobody_else() {
    let one = || after(risky(), [psychiatrist().asks(over(seizures()))]);
    refused(one(), nurse().asks(cosign(seizures())), Error::NotACosigner);
    refused(one(), psychiatrist().asks(cosign(seizures())), Error::OwnOverride);
    accepted(one(), nurse_practitioner().asks(cosign(seizures())));
    accepted(one(), pharmacist().asks(cosign(seizures())));
    refused(risky(), pharmacist().asks(cosign(seizures())), Error::NoOverride);
}

#[test]
fn a_second_clinician_has_a_day() {
    let one = after(risky(), [psychiatrist().asks(over(seizures()))]);
    accepted(one.clone(), pharmacist().hours_later(24).asks(cosign(seizures())));
    let late = Error::CosignTooLate { until: noon().plus_days(1) };
    refused(one.clone(), pharmacist().hours_later(25).asks(cosign(seizures())), late);
    accepted(one, psychiatrist().hours_later(25).asks(over(seizures())));
}

#[test]
fn an_override_is_given_and_signed_once() {
    let one = after(risky(), [psychiatrist().asks(over(seizures()))]);
    refused(one.clone(), nurse_practitioner().asks(over(seizures())), Error::AlreadyOverridden);
    let two = after(one, [pharmacist().asks(cosign(seizures()))]);
    refused(two, nurse_practitioner().asks(cosign(seizures())), Error::AlreadyCosigned);
}

#[test]
fn a_finding_that_stands_is_overridden_only_when_its_action_says_so() {
    let given = after(on("lithium"), [nurse().asks(outside(1, "ibuprofen"))]);
    let key = finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    let why = Error::NotOverridable { action: Action::Acknowledge };
    refused(given, psychiatrist().asks(over(key)), why);
    let washout = after(on("sertraline"), [nurse().asks(outside(1, "phenelzine"))]);
    let key = finding("ddi.maoi.serotonergic", &["phenelzine", "sertraline"]);
    refused(washout, psychiatrist().asks(over(key)), Error::NotOverridable { action: Action::Space });
}

#[test]
fn a_finding_that_no_order_could_bring_is_not_overridden() {
    for key in [
        finding("ddi.ssri.pimozide", &[]),
        finding("ddi.ssri.pimozide", &["pimozide", "snake-oil"]),
        finding("ddi.ssri.pimozide", &["pimozide", "sertraline"]),
    ] {
        refused(prepared(&[]), psychiatrist().asks(over(key)), Error::FindingDoesNotStand);
    }
    let mut unsorted = finding("ddi.ssri.pimozide", &["pimozide", "sertraline"]);
    unsorted.about.reverse();
    refused(on("sertraline"), psychiatrist().asks(over(unsorted)), Error::FindingDoesNotStand);
}

#[test]
fn an_interaction_is_resolved_while_it_is_open_by_a_clinician() {
    let given = after(on("lithium"), [nurse().asks(outside(1, "ibuprofen"))]);
    let key = || finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    refused(given.clone(), therapist().asks(resolve(key())), Error::NotAClinician);
    refused(on("lithium"), pharmacist().asks(resolve(key())), Error::InteractionNotOpen);
    let resolved = after(given, [pharmacist().asks(resolve(key()))]);
    refused(resolved, pharmacist().asks(resolve(key())), Error::InteractionNotOpen);
}

#[test]
fn a_settled_interaction_is_news_again_only_after_a_medication_of_it_has_ended() {
    let key = finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    let settled =
        after(on("lithium"), [nurse().asks(outside(1, "ibuprofen")), pharmacist().asks(resolve(key))]);
    let other = accepted(settled.clone(), nurse().asks(has_condition("asthma")));
    assert!(raised(&other).is_empty(), "{other:?}");
    let end = Command::EndOutsideMedication {
        medication: outside_id(1),
        last_dose_at: Some(noon()),
        reason: words("Pain is gone"),
    };
    let ended = after(settled, [nurse().asks(end)]);
    let back = accepted(ended, nurse().days_later(30).asks(outside(2, "ibuprofen")));
    assert_eq!(raised(&back), ["ddi.lithium.nsaid"]);
}

#[test]
fn what_a_prescriber_acknowledged_is_not_raised_by_the_next_fact() {
    let given = after(prepared(&["lithium"]), [nurse().asks(outside(1, "ibuprofen"))]);
    let answered = acknowledged(order(1, "lithium"), "ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    let given = after(given, [psychiatrist().prescribes(answered)]);
    let next = accepted(given, nurse().asks(has_condition("asthma")));
    assert!(raised(&next).is_empty(), "{next:?}");
}

#[test]
fn a_check_says_everything_and_raises_what_is_new_only_without_a_proposal() {
    let Command::RecordOutsideMedication { medication, reported } = outside(1, "ibuprofen") else {
        panic!("an outside medication");
    };
    let mut given = on("lithium");
    given.push(Event::OutsideMedicationRecorded {
        medication,
        reported,
        ingredients: finding("any", &["ibuprofen"]).about,
        complete: true,
        depot_days: None,
    });
    let plain = accepted(given.clone(), nurse().asks(Command::CheckSafety { proposal: None }));
    let Event::SafetyChecked { proposed: None, judged } = &plain[0] else { panic!("{plain:?}") };
    assert!(judged.findings.contains(&finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"])));
    assert_eq!(raised(&plain), ["ddi.lithium.nsaid"]);

    let proposal = Proposal { drug: drug("sertraline"), regimen: daily(50.0), replaces: None, purpose: None };
    let thought =
        accepted(given.clone(), nurse().asks(Command::CheckSafety { proposal: Some(proposal.clone()) }));
    let [Event::SafetyChecked { proposed: Some(proposed), .. }] = thought.as_slice() else {
        panic!("{thought:?}");
    };
    assert_eq!(*proposed, drug("sertraline"));

    let unknown = Proposal { drug: drug("snake-oil"), ..proposal.clone() };
    let when = nurse().asks(Command::CheckSafety { proposal: Some(unknown) });
    refused(given.clone(), when, Error::UnknownDrug);
    let nothing = Proposal { replaces: Some(order_id(77).uuid()), ..proposal };
    let when = nurse().asks(Command::CheckSafety { proposal: Some(nothing) });
    refused(given, when, Error::UnknownMedication);
}

#[test]
fn a_boxed_warning_is_acknowledged_by_a_clinician_where_there_is_one() {
    let warn = |name| Command::AcknowledgeBoxedWarning { drug: drug(name) };
    refused(Vec::new(), therapist().asks(warn("sertraline")), Error::NotAClinician);
    refused(Vec::new(), nurse().asks(warn("ramelteon")), Error::NoBoxedWarning);
    refused(Vec::new(), nurse().asks(warn("snake-oil")), Error::UnknownDrug);
    accepted(Vec::new(), nurse().asks(warn("sertraline")));
    nothing_happens(history([warned("sertraline")]), nurse().asks(warn("sertraline")));
}
