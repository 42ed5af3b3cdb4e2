//! Injections that act for weeks, as they are given.

use concord_kernel::Instant;
use concord_knowledge::injection::SiteRegion;
use concord_knowledge::{Frequency, Milligrams, Regimen, Route, Ruleset};

use super::super::*;
use super::told::*;
use crate::recovery::Evidence;
use crate::treatment_plan::Consent;
use crate::{Explain, RecoveryFacts};

pub(super) fn every(mg: f64, days: u8, route: Route) -> Regimen {
    Regimen { dose: Milligrams::parse(mg).unwrap(), frequency: Frequency::EveryDays(days), route }
}

pub(super) fn monthly(number: u128, name: &str, mg: f64) -> NewOrder {
    let row = Ruleset::embedded().drug(&drug(name)).expect("a row of the formulary");
    let legal_basis = row.schedule.map(|_| LegalBasis::InPersonEvaluation);
    NewOrder { regimen: every(mg, 28, row.routes[0]), legal_basis, ..order(number, name) }
}

pub(super) fn site(region: SiteRegion) -> InjectionSite {
    InjectionSite { region, side: Side::Left }
}

pub(super) fn injects(mg: f64, region: SiteRegion) -> Command {
    Command::GiveInjection(Box::new(NewInjection {
        order: order_id(1),
        dose: Milligrams::parse(mg).unwrap(),
        site: site(region),
        lot: Lot::parse("A1-2026").unwrap(),
        observer: None,
        acknowledgements: Vec::new(),
    }))
}

pub(super) fn told_of(mg: f64, given_at: Instant, place: InjectionPlace) -> Command {
    let dose = Milligrams::parse(mg).unwrap();
    Command::RecordInjection(Box::new(ToldInjection { order: order_id(1), dose, given_at, place }))
}

pub(super) fn elsewhere() -> InjectionPlace {
    InjectionPlace::Elsewhere { source: InformationSource::Prescriber }
}

pub(super) fn given(events: &[Event]) -> &GivenInjection {
    let Some(Event::InjectionGiven(given)) = events.first() else { panic!("no injection: {events:?}") };
    given
}

/// A chart with the oral drug that shows tolerability as order 2, and the injection as order 1.
pub(super) fn tolerating(oral: &str, injection: NewOrder) -> Vec<Event> {
    let names = [oral, injection.drug.as_str()].map(str::to_owned);
    let start = prepared(&[&names[0], &names[1]]);
    after(start, [psychiatrist().prescribes(order(2, oral)), psychiatrist().prescribes(injection)])
}

pub(super) fn on_aripiprazole() -> Vec<Event> {
    tolerating("aripiprazole", monthly(1, "aripiprazole-lai", 400.0))
}

/// Risperidone was taken and has ended; it shows that paliperidone is tolerated.
pub(super) fn on_paliperidone(mg: f64) -> Vec<Event> {
    let start = prepared(&["risperidone", "paliperidone-lai"]);
    let before = [psychiatrist().prescribes(order(2, "risperidone")), psychiatrist().asks(stop(2))];
    after(after(start, before), [psychiatrist().prescribes(monthly(1, "paliperidone-lai", mg))])
}

fn next(events: &[Event]) -> (concord_kernel::Day, concord_kernel::Day, concord_kernel::Day) {
    let next = &given(events).next;
    (next.on, next.from, next.until)
}

#[test]
fn a_nurse_gives_an_injection_that_nothing_stands_against() {
    let events = accepted(on_aripiprazole(), nurse().asks(injects(400.0, SiteRegion::Deltoid)));
    let injection = given(&events);
    assert_eq!((injection.given, injection.on, &injection.against[..]), (1, today(), &[][..]));
    assert_eq!(injection.review_by, None);
    assert_eq!(next(&events), (in_days(28), in_days(26), in_days(35)));
    for somebody in [pharmacist(), therapist()] {
        refused(on_aripiprazole(), somebody.asks(injects(400.0, SiteRegion::Deltoid)), Error::NotAClinician);
    }
}

#[test]
fn a_tablet_is_not_injected_and_a_dose_of_nothing_is_none() {
    refused(
        on("sertraline"),
        nurse().asks(injects(50.0, SiteRegion::Deltoid)),
        InjectionError::NotInjected.into(),
    );
    refused(on_aripiprazole(), nurse().asks(injects(0.0, SiteRegion::Deltoid)), Error::NoDose);
}

#[test]
fn nobody_is_injected_for_weeks_with_what_they_may_not_tolerate() {
    let alone = || {
        let order = monthly(1, "paliperidone-lai", 117.0);
        after(prepared(&["paliperidone-lai"]), [psychiatrist().prescribes(order)])
    };
    let inject = || nurse().asks(injects(234.0, SiteRegion::Deltoid));
    refused(alone(), inject(), InjectionError::TolerabilityUnknown.into());
    // Risperidone shows it as well as paliperidone does, here or from outside, now or before.
    accepted(on_paliperidone(117.0), inject());
    let ended = Command::EndOutsideMedication {
        medication: outside_id(1),
        last_dose_at: Some(noon()),
        reason: words("Changed to the injection"),
    };
    let told = nurse().asks(outside(1, "Risperidone 2 MG Oral Tablet"));
    accepted(after(alone(), [told, nurse().asks(ended)]), inject());
    let attest = |by: Asking| {
        by.asks(Command::AttestTolerability {
            order: order_id(1),
            basis: TolerabilityBasis::OutsideRecord,
            note: words("Discharge letter of March: risperidone for two years"),
        })
    };
    accepted(after(alone(), [attest(psychiatrist())]), inject());
    refused(alone(), attest(nurse()), Error::NotAPrescriber);
    nothing_happens(after(alone(), [attest(psychiatrist())]), attest(psychiatrist()));
    let naltrexone = after(
        prepared(&[]),
        [psychiatrist().prescribes(acknowledged(
            monthly(1, "naltrexone-er-im", 380.0),
            "missing.naltrexone-opioids",
            &["naltrexone"],
        ))],
    );
    refused(naltrexone, attest(psychiatrist()), InjectionError::TolerabilityNotAsked.into());
}

#[test]
fn an_injection_waits_until_the_one_before_has_worn_off() {
    let once = after(on_aripiprazole(), [nurse().asks(injects(400.0, SiteRegion::Deltoid))]);
    let again = |days| nurse().days_later(days).asks(injects(400.0, SiteRegion::Gluteal));
    refused(once.clone(), again(0), InjectionError::OnRecord.into());
    refused(once.clone(), again(25), InjectionError::TooEarly { earliest: in_days(26) }.into());
    let second = accepted(once, again(26));
    assert_eq!(given(&second).given, 2);
    assert_eq!(next(&second).0, in_days(54));
}

#[test]
fn another_order_of_the_same_drug_goes_on_from_the_last_injection() {
    let once = after(on_aripiprazole(), [nurse().asks(injects(400.0, SiteRegion::Deltoid))]);
    let stopped = after(once, [psychiatrist().days_later(3).asks(stop(1))]);
    let new = NewOrder { start_on: in_days(3), ..monthly(3, "aripiprazole-lai", 300.0) };
    let again = after(stopped, [psychiatrist().days_later(3).prescribes(new)]);
    let Command::GiveInjection(first) = injects(300.0, SiteRegion::Deltoid) else { unreachable!() };
    let by_the_new = Command::GiveInjection(Box::new(NewInjection { order: order_id(3), ..*first }));
    let when = nurse().days_later(10).asks(by_the_new);
    refused(again, when, InjectionError::TooEarly { earliest: in_days(26) }.into());
}

#[test]
fn the_dose_is_the_one_that_is_next_and_goes_where_the_label_says() {
    let dose = || InjectionError::DoseNotOrdered.into();
    let inject = |mg, region, days: i64| nurse().days_later(days).asks(injects(mg, region));
    refused(on_paliperidone(117.0), inject(117.0, SiteRegion::Deltoid, 0), dose());
    let gluteal = inject(234.0, SiteRegion::Gluteal, 0);
    refused(on_paliperidone(117.0), gluteal, InjectionError::SiteNotOffered.into());
    let first = after(on_paliperidone(117.0), [inject(234.0, SiteRegion::Deltoid, 0)]);
    refused(first.clone(), inject(117.0, SiteRegion::Deltoid, 7), dose());
    let second = after(first, [inject(156.0, SiteRegion::Deltoid, 7)]);
    let early = InjectionError::TooEarly { earliest: in_days(35) }.into();
    refused(second.clone(), inject(117.0, SiteRegion::Gluteal, 28), early);
    let third = accepted(second, inject(117.0, SiteRegion::Gluteal, 35));
    assert_eq!((given(&third).given, given(&third).next.plan.clone()), (3, None));
    assert_eq!(next(&third), (in_days(63), in_days(56), in_days(70)));
}

#[test]
fn a_first_injection_has_the_drug_by_mouth_beside_it_as_long_as_the_label_says() {
    let held = after(on_aripiprazole(), [psychiatrist().asks(hold(2))]);
    let inject = || nurse().asks(injects(400.0, SiteRegion::Deltoid));
    refused(held, inject(), InjectionError::OverlapMissing.into());
    let once = after(on_aripiprazole(), [inject()]);
    let ended = after(once, [psychiatrist().days_later(14).asks(stop(2))]);
    accepted(ended, nurse().days_later(28).asks(injects(400.0, SiteRegion::Deltoid)));
}

fn free_of_opioids(days: i64) -> impl FnOnce(&mut crate::Facts) {
    move |facts| {
        let opioids = Some(Evidence { found: false, at: noon().plus_days(days) });
        facts.recovery = Some(RecoveryFacts { opioids, ..RecoveryFacts::default() });
    }
}

#[test]
fn before_each_injection_of_naltrexone_opioids_are_shown_to_be_gone() {
    let order = psychiatrist().knowing(free_of_opioids(0)).prescribes(monthly(1, "naltrexone-er-im", 380.0));
    let ordered = after(prepared(&[]), [order]);
    let inject = |days: i64| nurse().days_later(days);
    let shot = || injects(380.0, SiteRegion::Gluteal);
    let missing = unsafe_by(ordered.clone(), inject(0).asks(shot())).0;
    assert_eq!(missing[0].0, "missing.naltrexone-opioids");
    let once = after(ordered, [inject(0).knowing(free_of_opioids(0)).asks(shot())]);
    // A month later it is asked again: the old test says nothing, and a nurse answers no finding.
    let old = unsafe_by(once.clone(), inject(28).knowing(free_of_opioids(0)).asks(shot())).0;
    assert_eq!(old[0].0, "missing.naltrexone-opioids");
    let answered = || {
        let Command::GiveInjection(mut new) = shot() else { unreachable!() };
        new.acknowledgements.push(answer("missing.naltrexone-opioids", &["naltrexone"]));
        Command::GiveInjection(new)
    };
    refused(once.clone(), inject(28).asks(answered()), Error::NotAPrescriber);
    accepted(once.clone(), psychiatrist().days_later(28).asks(answered()));
    accepted(once, inject(28).knowing(free_of_opioids(27)).asks(shot()));
}

#[test]
fn who_declined_whose_stay_is_over_or_to_whom_nothing_was_explained_is_not_injected() {
    let declined = nurse().knowing(|facts| {
        if let Some(plan) = &mut facts.plan {
            plan.consents.insert(drug("aripiprazole-lai"), Consent::Declined);
        }
    });
    let shot = || injects(400.0, SiteRegion::Deltoid);
    refused(on_aripiprazole(), declined.asks(shot()), Error::ConsentDeclined);
    let gone = nurse().knowing(|facts| facts.episode = None);
    refused(on_aripiprazole(), gone.asks(shot()), Error::EpisodeNotActive);
    refused(after(on_aripiprazole(), [psychiatrist().asks(hold(1))]), nurse().asks(shot()), Error::OrderHeld);
    let told: Vec<Event> = on_aripiprazole()
        .into_iter()
        .filter(|event| !matches!(event, Event::BoxedWarningAcknowledged { drug } if *drug == super::told::drug("aripiprazole-lai")))
        .collect();
    refused(told, nurse().asks(shot()), Error::BoxedWarningNotAcknowledged);
    let later = NewOrder { start_on: in_days(5), ..monthly(1, "aripiprazole-lai", 400.0) };
    refused(tolerating("aripiprazole", later), nurse().asks(shot()), Error::DoseBeforeStart);
}

#[test]
fn what_was_given_is_recorded_with_what_stood_against_it_and_somebody_looks_at_it() {
    let once = after(on_aripiprazole(), [nurse().asks(injects(400.0, SiteRegion::Deltoid))]);
    let here = InjectionPlace::Here {
        site: site(SiteRegion::Abdomen),
        lot: Lot::parse("B7").unwrap(),
        observer: None,
    };
    let at = noon().plus_days(10);
    let when = nurse().days_later(10).asks(told_of(300.0, at, here));
    let recorded = accepted(once.clone(), when.clone());
    let injection = given(&recorded);
    assert_eq!(
        injection.against,
        [Objection::TooEarly, Objection::DoseNotOrdered, Objection::SiteNotOffered]
    );
    assert_eq!(injection.review_by, Some(at.plus_days(1)));
    // Intervals count from it all the same.
    assert_eq!(injection.next.from, in_days(36));
    let review = |by: Asking, at| {
        by.asks(Command::ReviewInjection {
            order: order_id(1),
            given_at: at,
            outcome: words("Watched; next in four weeks"),
        })
    };
    let flagged = after(once.clone(), [when]);
    let reviewed = accepted(flagged.clone(), review(psychiatrist().days_later(12), at));
    assert!(matches!(&reviewed[0], Event::InjectionReviewed { late: true, .. }));
    refused(flagged.clone(), review(nurse().days_later(12), at), Error::NotAPrescriber);
    let settled = after(flagged, [review(psychiatrist().days_later(12), at)]);
    refused(settled, review(psychiatrist().days_later(12), at), InjectionError::NotToReview.into());
    refused(once, review(psychiatrist(), noon()), InjectionError::NotToReview.into());
}

#[test]
fn an_injection_is_recorded_once_of_its_day_not_from_the_future_and_not_from_long_ago() {
    let once = after(on_aripiprazole(), [nurse().asks(injects(400.0, SiteRegion::Deltoid))]);
    let told = |at| nurse().asks(told_of(400.0, at, elsewhere()));
    refused(once.clone(), told(noon()), InjectionError::OnRecord.into());
    refused(once.clone(), told(noon().plus_days(1)), Error::InTheFuture);
    let long_ago = InjectionError::TooLongAgo { most_days: 190 }.into();
    refused(once.clone(), told(noon().plus_days(-191)), long_ago);
    let therapist = therapist().asks(told_of(400.0, noon().plus_days(-30), elsewhere()));
    refused(once.clone(), therapist, Error::NotAClinician);
    let stopped = after(once, [psychiatrist().asks(stop(1))]);
    refused(stopped, told(noon().plus_days(-1)), InjectionError::AfterTheOrder.into());
    let backdated = nurse().days_later(3).effective(noon()).asks(injects(400.0, SiteRegion::Deltoid));
    refused(on_aripiprazole(), backdated, InjectionError::TooLongAgo { most_days: 1 }.into());
}

#[test]
fn one_that_is_recorded_after_a_later_one_moves_nothing() {
    let once = after(on_aripiprazole(), [nurse().asks(injects(400.0, SiteRegion::Deltoid))]);
    let told = |days: i64| nurse().asks(told_of(400.0, noon().plus_days(days), elsewhere()));
    let earlier = accepted(once.clone(), told(-28));
    assert_eq!((given(&earlier).next.on, &given(&earlier).against[..]), (in_days(28), &[][..]));
    assert_eq!(given(&accepted(once.clone(), told(-9))).against, [Objection::TooEarly]);
    let chart = folded(&after(once, [told(-28)]));
    let injections =
        chart.facts(concord_knowledge::Ruleset::embedded()).orders[&order_id(1)].injections.clone();
    assert_eq!(injections, [(in_days(-28), 28), (today(), 28)]);
}

#[test]
fn a_depot_goes_on_acting_from_its_last_injection_and_not_from_the_day_on_which_it_was_stopped() {
    let order = psychiatrist().knowing(free_of_opioids(0)).prescribes(monthly(1, "naltrexone-er-im", 380.0));
    let shot = nurse().knowing(free_of_opioids(0)).asks(injects(380.0, SiteRegion::Gluteal));
    let injected = after(prepared(&[]), [order, shot]);
    let Command::Stop { order, reason, abrupt_because, .. } = stop(1) else { unreachable!() };
    let unsaid = Command::Stop { order, reason, last_dose_at: None, abrupt_because };
    let stopped = after(injected, [psychiatrist().days_later(20).asks(unsaid)]);
    let opioid = |days: i64| {
        let order = NewOrder { start_on: in_days(days), ..order_of_buprenorphine() };
        Chart::decide(&folded(&stopped), &psychiatrist().days_later(days).prescribes(order))
    };
    let rule = "ddi.naltrexone.long-acting-opioid";
    let stands = |decided: Result<Vec<Event>, Error>| {
        decided
            .err()
            .is_some_and(|error| error.findings().iter().any(|found| found.key.rule.as_str() == rule))
    };
    assert!(stands(opioid(30)), "28 days of the depot and 3 of the washout");
    assert!(!stands(opioid(31)));
}

fn order_of_buprenorphine() -> NewOrder {
    NewOrder { indication: condition("opioid-use-disorder"), ..order(5, "buprenorphine-naloxone-sl") }
}

#[test]
fn an_outside_depot_goes_on_acting_after_its_last_dose_though_nobody_told_how_often_it_is_given() {
    let washes_out = |name: &str, days: i64| {
        let ended = |at| Command::EndOutsideMedication {
            medication: outside_id(1),
            last_dose_at: Some(at),
            reason: words("Moved away"),
        };
        let told = after(prepared(&[]), [nurse().asks(outside(1, name)), nurse().asks(ended(noon()))]);
        let order = NewOrder { start_on: in_days(days), ..order_of_buprenorphine() };
        let decided = Chart::decide(&folded(&told), &psychiatrist().days_later(days).prescribes(order));
        decided.err().is_some_and(|error| {
            error
                .findings()
                .iter()
                .any(|found| found.key.rule.as_str() == "ddi.naltrexone.long-acting-opioid")
        })
    };
    assert!(washes_out("Vivitrol", 20) && washes_out("Vivitrol", 30) && !washes_out("Vivitrol", 31));
    assert!(!washes_out("Naltrexone 50 MG Oral Tablet", 20));
}
