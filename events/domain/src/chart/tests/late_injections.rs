//! Injections that are late: named, decided, begun anew; and the service that says so.

use concord_kernel::{Actor, Credentials, PersonId, Role};
use concord_knowledge::injection::SiteRegion;
use uuid::Uuid;

use super::super::*;
use super::injections::*;
use super::told::*;

fn decides(decision: LateDecision) -> Command {
    Command::DecideLateInjection {
        order: order_id(1),
        decision,
        reason: words("Moved house; no relapse, no use since"),
    }
}

fn inject(mg: f64, region: SiteRegion, days: i64) -> Asked {
    nurse().days_later(days).asks(injects(mg, region))
}

/// The rule about late injections that refuses it.
fn late_by(given: &[Event], when: &Asked) -> Option<String> {
    let Err(Error::Injection(InjectionError::Late { findings })) = folded(given).decide(when) else {
        return None;
    };
    findings.first().map(|finding| finding.key.rule.as_str().to_owned())
}

fn injected_once() -> Vec<Event> {
    after(on_aripiprazole(), [inject(400.0, SiteRegion::Deltoid, 0)])
}

#[test]
fn a_late_injection_waits_for_a_prescriber_and_its_rule_is_named() {
    let shot = |days| inject(400.0, SiteRegion::Deltoid, days);
    assert_eq!(late_by(&injected_once(), &shot(35)), None);
    assert_eq!(late_by(&injected_once(), &shot(36)).as_deref(), Some("late.aripiprazole.early"));
    let as_ordered =
        after(injected_once(), [psychiatrist().days_later(36).asks(decides(LateDecision::AsOrdered))]);
    let events = accepted(as_ordered, shot(36));
    assert_eq!((given(&events).given, given(&events).next.on), (2, in_days(64)));
}

#[test]
fn as_the_rule_says_the_drug_is_taken_by_mouth_beside_it_again() {
    let ruled =
        |history| after(history, [psychiatrist().days_later(40).asks(decides(LateDecision::AsRuled))]);
    accepted(ruled(injected_once()), inject(400.0, SiteRegion::Deltoid, 40));
    let no_tablets = after(injected_once(), [psychiatrist().days_later(14).asks(stop(2))]);
    let missing = InjectionError::OverlapMissing.into();
    refused(ruled(no_tablets), inject(400.0, SiteRegion::Deltoid, 40), missing);
}

#[test]
fn a_decision_is_a_prescribers_needs_something_late_and_holds_for_its_rule_alone() {
    let by = |asking: Asking, days| asking.days_later(days).asks(decides(LateDecision::AsOrdered));
    refused(injected_once(), by(nurse(), 40), Error::NotAPrescriber);
    refused(injected_once(), by(psychiatrist(), 35), InjectionError::NotLate.into());
    refused(on_aripiprazole(), by(psychiatrist(), 40), InjectionError::NotLate.into());
    let told = |days: i64| nurse().asks(told_of(117.0, noon().plus_days(days), elsewhere()));
    // Three injections elsewhere; the last one fifty days ago.
    let moved = after(on_paliperidone(117.0), [told(-106), told(-78), told(-50)]);
    let decided = after(moved.clone(), [by(psychiatrist(), 0)]);
    accepted(decided.clone(), inject(117.0, SiteRegion::Gluteal, 0));
    let other = inject(117.0, SiteRegion::Gluteal, 133);
    assert_eq!(
        late_by(&decided, &other).as_deref(),
        Some("late.paliperidone.6-months"),
        "decided is decided again"
    );
}

#[test]
fn what_is_reloaded_or_begun_anew_follows_its_plan() {
    let told = |mg, days: i64| nurse().asks(told_of(mg, noon().plus_days(days), elsewhere()));
    let ruled = |days| psychiatrist().days_later(days).asks(decides(LateDecision::AsRuled));
    let moved = || after(on_paliperidone(234.0), [told(117.0, -78), told(117.0, -50)]);
    let dose = || InjectionError::DoseNotOrdered.into();
    let reloaded = after(moved(), [ruled(0)]);
    refused(reloaded.clone(), inject(234.0, SiteRegion::Deltoid, 0), dose());
    refused(reloaded.clone(), inject(156.0, SiteRegion::Gluteal, 0), InjectionError::SiteNotOffered.into());
    let first = after(reloaded, [inject(156.0, SiteRegion::Deltoid, 0)]);
    let second = after(first, [inject(156.0, SiteRegion::Deltoid, 7)]);
    let third = accepted(second, inject(234.0, SiteRegion::Gluteal, 35));
    assert_eq!(given(&third).given, 5);

    let anew = after(moved(), [ruled(133)]);
    let begun = accepted(anew, inject(234.0, SiteRegion::Deltoid, 133));
    assert_eq!(given(&begun).given, 1, "the course begins anew");
}

#[test]
fn who_was_treated_elsewhere_is_past_the_beginning_and_goes_on_from_there() {
    let told = |mg, days: i64| nurse().asks(told_of(mg, noon().plus_days(days), elsewhere()));
    let moved = accepted(on_paliperidone(117.0), told(117.0, -20));
    assert_eq!((given(&moved).next.on, given(&moved).next.plan.clone()), (in_days(8), None));
    assert_eq!((&given(&moved).against[..], given(&moved).review_by), (&[][..], None));
    // One that was begun elsewhere is in the plan.
    let begun = accepted(on_paliperidone(117.0), told(234.0, -5));
    assert_eq!((given(&begun).next.on, given(&begun).next.plan.is_some()), (in_days(2), true));
    let other = accepted(on_paliperidone(117.0), told(78.0, -20));
    assert_eq!(given(&other).against, [Objection::DoseNotOrdered]);
}

#[test]
fn a_second_injection_that_is_a_little_late_is_simply_given() {
    let first = after(on_paliperidone(117.0), [inject(234.0, SiteRegion::Deltoid, 0)]);
    let second = accepted(first.clone(), inject(156.0, SiteRegion::Deltoid, 20));
    assert_eq!(given(&second).next.on, in_days(35), "five weeks after the first, whenever the second came");
    let four_weeks = inject(156.0, SiteRegion::Deltoid, 28);
    assert_eq!(late_by(&first, &four_weeks).as_deref(), Some("late.paliperidone.second-4-weeks"));
}

fn service(days: i64) -> Asked {
    let mut asked = nurse().days_later(days).asks(Command::RecordInjectionOverdue { order: order_id(1) });
    asked.context.actor = Actor {
        id: PersonId::new(Uuid::from_u128(99)),
        role: Role::Service,
        credentials: Credentials::default(),
    };
    asked
}

#[test]
fn the_service_says_once_that_the_last_day_has_passed() {
    let until = in_days(35);
    refused(injected_once(), service(35), InjectionError::NotOverdue { until }.into());
    let events = accepted(injected_once(), service(37));
    let due_on = in_days(28);
    assert_eq!(
        events,
        [Event::InjectionOverdue { order: order_id(1), drug: drug("aripiprazole-lai"), due_on, until }]
    );
    nothing_happens(after(injected_once(), [service(37)]), service(38));
    // A first injection has a last day as well, and a hold asks for none.
    accepted(on_aripiprazole(), service(9));
    let held = after(injected_once(), [psychiatrist().days_later(1).asks(hold(1))]);
    refused(held, service(60), Error::OrderHeld);
    let nobody = nurse().days_later(60).asks(Command::RecordInjectionOverdue { order: order_id(1) });
    refused(injected_once(), nobody, Error::NotATimer);
    refused(on("sertraline"), service(60), InjectionError::NotInjected.into());
}
