//! Drafting, reading ready and signing.

use concord_kernel::{Role, Schedule};

use super::super::*;
use super::told::*;
use crate::chart::{LegalBasis, OrderModality, Supply};
use crate::follow_up::Modality;
use crate::signing_rights::InForce;
use crate::testing::{by, by_person, instant, noon};
use crate::{Facts, PrescribableFacts, UsState};

#[test]
fn an_agent_drafts_and_only_its_prescriber_signs() {
    let given = ready(&bup());
    let nurse = by(Role::Nurse).knowing(bup());
    let role = Role::Nurse;
    refused(&given, &nurse.clone().of_rx(sign()), &Error::RoleNotPermitted { role });
    refused(&drafted(&bup()), &nurse.of_rx(Command::MarkReady), &Error::RoleNotPermitted { role });
    let therapist = by(Role::Therapist).knowing(bup());
    refused(&[], &therapist.of_rx(draft(new())), &Error::RoleNotPermitted { role: Role::Therapist });
    let mut colleague = by_person(Role::Psychiatrist, 0xBEE).knowing(bup());
    colleague.0.actor.credentials.schedules = vec![Schedule::III];
    refused(&given, &colleague.of_rx(sign()), &Error::NotYours);
    let signed = after(given, [prescriber().knowing(bup()).of_rx(sign())]);
    let Some(Event::PrescriptionSigned { issued_on, expires_on, factors, resting: Some(resting), .. }) =
        signed.last()
    else {
        panic!("{signed:?}")
    };
    assert_eq!((*issued_on, *expires_on), (in_days(0), in_days(180)));
    assert_eq!(factors.len(), 2);
    assert_eq!(resting.legal_basis, LegalBasis::InPersonEvaluation);
    assert_eq!(resting.policy.as_str(), "telemedicine.in-person");
    assert_eq!((resting.pdmp, resting.pdmp_policy.as_str()), (pdmp(1), "pdmp.max-age"));
}

#[test]
fn stages_follow_each_other_and_nothing_alters_after_signing() {
    let doctor = || prescriber().knowing(bup());
    refused(&[], &doctor().of_rx(Command::MarkReady), &Error::NotDrafted);
    refused(&drafted(&bup()), &doctor().of_rx(sign()), &Error::NotReady);
    refused(&drafted(&bup()), &doctor().of_rx(draft(new())), &Error::PrescriptionIdUsed);
    refused(&ready(&bup()), &doctor().of_rx(Command::MarkReady), &Error::AlreadyReady);
    refused(&ready(&bup()), &relay().of_rx(Command::Transmit), &Error::NotSigned);
    let given = signed(&bup());
    for command in [draft(new()), Command::MarkReady, sign()] {
        let why = if matches!(command, Command::Draft(_)) {
            Error::PrescriptionIdUsed
        } else {
            Error::AlreadySigned
        };
        refused(&given, &doctor().of_rx(command), &why);
    }
    let reason = crate::testing::text("another dose");
    let cancel = Command::Cancel { reason };
    let withdrawn = after(ready(&bup()), [doctor().of_rx(cancel.clone())]);
    assert!(matches!(
        withdrawn.last(),
        Some(Event::PrescriptionCancelled { cause: CancelCause::Withdrawn, .. })
    ));
    refused(&withdrawn, &doctor().of_rx(sign()), &Error::Over);
    refused(&withdrawn, &doctor().of_rx(cancel), &Error::Over);
}

#[test]
fn a_controlled_substance_takes_two_kinds_of_factors_fresh_ones() {
    let given = ready(&bup());
    let with = |factors| prescriber().knowing(bup()).of_rx(Command::Sign { factors, visit: None });
    refused(&given, &with(Vec::new()), &Error::NotShown(NotShown::Missing { least: 2 }));
    let same = vec![factor(FactorKind::Knowledge, noon()); 2];
    refused(&given, &with(same), &Error::NotShown(NotShown::Missing { least: 2 }));
    let mut old = two_factors();
    old[0].verified_at = instant("2026-03-02T11:54:59Z");
    refused(&given, &with(old), &Error::NotShown(NotShown::TooOld { most_minutes: 5 }));
    let mut future = two_factors();
    future[1].verified_at = instant("2026-03-02T12:00:01Z");
    refused(&given, &with(future), &Error::NotShown(NotShown::InTheFuture));
    refused(
        &given,
        &with(vec![two_factors()[0].clone(); 4]),
        &Error::NotShown(NotShown::TooMany { most: 3 }),
    );
    // What is not controlled is signed by the token alone.
    let unfactored = Command::Sign { factors: Vec::new(), visit: None };
    let signed = after(ready(&plain()), [prescriber().knowing(plain()).of_rx(unfactored)]);
    assert!(matches!(signed.last(), Some(Event::PrescriptionSigned { resting: None, .. })));
}

#[test]
fn the_registration_covers_the_schedule() {
    let mut doctor = prescriber().knowing(bup());
    doctor.0.actor.credentials.schedules = vec![Schedule::IV];
    let why = Error::ScheduleNotCovered { schedule: Schedule::III };
    refused(&ready(&bup()), &doctor.of_rx(sign()), &why);
}

#[test]
fn a_controlled_substance_takes_a_right_that_two_people_gave() {
    let with = |right: Option<InForce>| {
        let signing_rights = Some(right.map(|right| (prescriber().0.actor.id, right)).into_iter().collect());
        prescriber().knowing(Facts { signing_rights, ..bup() })
    };
    let why = Error::NoSigningRight { schedule: Schedule::III };
    let narrower = InForce { schedules: vec![Schedule::II, Schedule::IV], ..right() };
    for right in [None, Some(InForce { until: in_days(-1), ..right() }), Some(narrower)] {
        refused(&drafted(&bup()), &with(right.clone()).of_rx(Command::MarkReady), &why);
        refused(&ready(&bup()), &with(right).of_rx(sign()), &why);
    }
    after(ready(&bup()), [with(Some(right())).of_rx(sign())]);
    // What is not controlled takes none.
    let facts = Facts { signing_rights: Some(std::collections::BTreeMap::new()), ..plain() };
    after(ready(&facts), [prescriber().knowing(facts).of_rx(sign())]);
    // Nor is anything signed while nobody knows.
    let unknown = prescriber().knowing(Facts { signing_rights: None, ..bup() });
    refused(&ready(&bup()), &unknown.of_rx(sign()), &Error::FactsMissing);
}

#[test]
fn the_monitoring_program_of_the_patient_s_state_was_looked_into_lately() {
    let with = |hours: Option<i64>| {
        let mut facts = bup();
        let chart = facts.chart.as_mut().unwrap();
        chart.pdmp.clear();
        chart.pdmp.extend(hours.map(|hours| (ohio(), pdmp(hours))));
        prescriber().knowing(facts).of_rx(sign())
    };
    let given = ready(&bup());
    refused(&given, &with(None), &Error::PdmpMissing);
    refused(&given, &with(Some(2_161)), &Error::PdmpTooOld { most_hours: 2_160 });
    after(given, [with(Some(2_160))]);
    // In New York a day: the state's own row.
    let york = UsState::parse("NY").unwrap();
    let facts = |hours| {
        let mut facts = bup();
        facts.chart.as_mut().unwrap().pdmp.extend([(york, pdmp(hours))]);
        facts
    };
    let there = NewPrescription { state: york, ..new() };
    let given = after(Vec::new(), [prescriber().knowing(facts(1)).of_rx(draft(there))]);
    let given = after(given, [prescriber().knowing(facts(1)).of_rx(Command::MarkReady)]);
    refused(&given, &prescriber().knowing(facts(25)).of_rx(sign()), &Error::PdmpTooOld { most_hours: 24 });
    let signed = after(given, [prescriber().knowing(facts(23)).of_rx(sign())]);
    let Some(Event::PrescriptionSigned { resting: Some(resting), .. }) = signed.last() else {
        panic!("signed")
    };
    assert_eq!(resting.pdmp_policy.as_str(), "pdmp.max-age.ny");
}

/// An order of a stimulant that was written by video.
fn by_video() -> Facts {
    charted(PrescribableFacts {
        modality: OrderModality::AudioVideo,
        legal_basis: Some(LegalBasis::TelemedicineFlexibility),
        ..ordered("lisdexamfetamine", "adhd")
    })
}

fn at_visit(facts: Facts) -> Asked {
    prescriber().knowing(facts).of_rx(Command::Sign { factors: two_factors(), visit: Some(visit()) })
}

#[test]
fn a_controlled_prescription_names_the_visit_and_the_law_it_rests_on() {
    let given = ready(&by_video());
    refused(&given, &prescriber().knowing(by_video()).of_rx(sign()), &Error::VisitRequired);
    refused(
        &given,
        &at_visit(Facts { visits: Some(crate::VisitFacts::default()), ..by_video() }),
        &Error::VisitNotHeld,
    );
    refused(&given, &at_visit(by_video()), &Error::FactsMissing);
    let mut old = visited(by_video(), Modality::AudioVideo, false);
    old.visits
        .as_mut()
        .unwrap()
        .medication
        .insert(visit().visit, (noon().plus_days(-8), Modality::AudioVideo));
    refused(&given, &at_visit(old), &Error::VisitTooLongAgo { most_days: 7 });

    let rests = |facts| {
        let signed = after(given.clone(), [at_visit(facts)]);
        let Some(Event::PrescriptionSigned { resting: Some(resting), .. }) = signed.last() else {
            panic!("signed")
        };
        (resting.modality, resting.visit, resting.policy.as_str().to_owned())
    };
    let id = Some(visit().visit);
    let flexible = "telemedicine.flexibility.audio-video.2020".to_owned();
    let in_person = "telemedicine.in-person".to_owned();
    let video = OrderModality::AudioVideo;
    assert_eq!(rests(visited(by_video(), Modality::AudioVideo, false)), (video, id, flexible));
    assert_eq!(rests(visited(by_video(), Modality::AudioVideo, true)), (video, id, in_person));
    refused(&given, &at_visit(visited(by_video(), Modality::Audio, false)), &Error::LegalBasisNotInForce);
}

#[test]
fn after_its_last_day_the_flexibility_carries_nothing_and_buprenorphine_six_months() {
    let later = instant("2027-01-04T12:00:00Z");
    let sign_later = |drug: &str, indication: &str, refills| {
        let order = PrescribableFacts {
            modality: OrderModality::AudioVideo,
            legal_basis: Some(LegalBasis::TelemedicineFlexibility),
            supplied_at: later,
            supply: Supply { days: 30, refills: 5 },
            ..ordered(drug, indication)
        };
        let mut facts = charted(order);
        facts.chart.as_mut().unwrap().pdmp.get_mut(&ohio()).unwrap().checked_at = later;
        let mut facts = visited(facts, Modality::AudioVideo, false);
        facts.visits.as_mut().unwrap().medication.insert(visit().visit, (later, Modality::AudioVideo));
        let asks = |command| prescriber().at(later).knowing(facts.clone()).of_rx(command);
        let supply = Supply { days: 30, refills };
        let given =
            after(Vec::new(), [asks(draft(NewPrescription { supply, ..new() })), asks(Command::MarkReady)]);
        let factors =
            two_factors().into_iter().map(|factor| Factor { verified_at: later, ..factor }).collect();
        folded(&given).decide(&asks(Command::Sign { factors, visit: Some(visit()) }))
    };
    assert_eq!(sign_later("clonazepam", "panic-disorder", 0), Err(Error::LegalBasisNotInForce));
    let bup = sign_later("buprenorphine-naloxone-sl", "opioid-use-disorder", 5).unwrap();
    let Event::PrescriptionSigned { resting: Some(resting), .. } = &bup[0] else { panic!("{bup:?}") };
    assert_eq!(resting.legal_basis, LegalBasis::BuprenorphineTelemedicine);
    assert_eq!(resting.policy.as_str(), "telemedicine.buprenorphine-oud");
}

#[test]
fn what_is_signed_is_the_order_as_it_is_and_as_it_was_judged_lately() {
    let doctor = |facts: Facts| prescriber().knowing(facts);
    let given = ready(&bup());
    let with = |change: fn(&mut PrescribableFacts)| {
        let mut facts = bup();
        change(facts.chart.as_mut().unwrap().prescribable.get_mut(&order()).unwrap());
        doctor(facts).of_rx(sign())
    };
    refused(&given, &with(|order| order.held = true), &Error::OrderHeld);
    let other =
        |order: &mut PrescribableFacts| order.regimen.frequency = concord_knowledge::Frequency::TwiceDaily;
    refused(&given, &with(other), &Error::OrderChanged);
    let long_ago = |order: &mut PrescribableFacts| order.supplied_at = noon().plus_days(-8);
    refused(&given, &with(long_ago), &Error::OrderJudgedTooLongAgo { most_days: 7 });
    let less = |order: &mut PrescribableFacts| order.supply = Supply { days: 1, refills: 0 };
    refused(&given, &with(less), &Error::SupplyBeyondOrder);
    let mut stopped = bup();
    stopped.chart.as_mut().unwrap().prescribable.clear();
    refused(&given, &doctor(stopped.clone()).of_rx(sign()), &Error::OrderStopped);
    stopped.chart.as_mut().unwrap().known_orders.clear();
    refused(&[], &doctor(stopped).of_rx(draft(new())), &Error::UnknownOrder);
    refused(&given, &doctor(Facts::default()).of_rx(sign()), &Error::FactsMissing);
}

#[test]
fn a_draft_hands_out_what_schedule_and_order_allow() {
    let with = |facts: &Facts, new| prescriber().knowing(facts.clone()).of_rx(draft(new));
    let supply = |days, refills| NewPrescription { supply: Supply { days, refills }, ..new() };
    let stimulant = charted(ordered("lisdexamfetamine", "adhd"));
    refused(&[], &with(&stimulant, supply(30, 1)), &Error::SupplyBeyondSchedule);
    refused(&[], &with(&bup(), supply(30, 6)), &Error::SupplyBeyondSchedule);
    refused(&[], &with(&bup(), supply(0, 0)), &Error::SupplyOutOfRange);
    refused(&[], &with(&bup(), supply(91, 0)), &Error::SupplyBeyondOrder);
    after(Vec::new(), [with(&bup(), supply(30, 2))]);
    let none = NewPrescription { quantity: 0, ..new() };
    refused(&[], &with(&bup(), none), &Error::QuantityOutOfRange { most: 1_000 });
    let passed = NewPrescription { earliest_fill_on: Some(in_days(-1)), ..new() };
    refused(&[], &with(&bup(), passed), &Error::EarliestFillPassed);
}

#[test]
fn methadone_for_opioid_use_disorder_is_never_prescribed() {
    let methadone = charted(ordered("methadone", "opioid-use-disorder"));
    refused(&[], &prescriber().knowing(methadone).of_rx(draft(new())), &Error::OnlyDispensed);
    let for_pain = charted(ordered("methadone", "chronic-pain"));
    refused(&[], &prescriber().knowing(for_pain).of_rx(draft(new())), &Error::NotPrescribable);
    let unknown = charted(ordered("no-such-drug", "adhd"));
    refused(&[], &prescriber().knowing(unknown).of_rx(draft(new())), &Error::UnknownDrug);
}

#[test]
fn a_series_of_schedule_two_is_filled_one_after_the_other_and_lasts_ninety_days() {
    let stimulant = |before: Option<_>| beside(charted(ordered("lisdexamfetamine", "adhd")), before);
    let next = |earliest, days| NewPrescription {
        follows: Some(other()),
        earliest_fill_on: earliest,
        supply: Supply { days, refills: 0 },
        ..new()
    };
    let asks = |facts, new| prescriber().knowing(facts).of_rx(draft(new));
    let first = stimulant(Some(another(true, false)));
    let given = after(Vec::new(), [asks(first.clone(), next(Some(in_days(30)), 60))]);
    let Event::PrescriptionDrafted { contents, .. } = &given[0] else { panic!("{given:?}") };
    assert_eq!(contents.series_days, 90);
    // The order must hand out as much, whatever the law allows.
    let mut less = first.clone();
    less.chart.as_mut().unwrap().prescribable.get_mut(&order()).unwrap().supply.days = 89;
    refused(&[], &asks(less, next(Some(in_days(30)), 60)), &Error::SupplyBeyondOrder);
    refused(&[], &asks(first.clone(), next(Some(in_days(30)), 61)), &Error::SeriesTooLong { most_days: 90 });
    let early = Error::SeriesTooEarly { from: in_days(30) };
    refused(&[], &asks(first.clone(), next(Some(in_days(29)), 30)), &early);
    refused(&[], &asks(first, next(None, 30)), &early);
    refused(&[], &asks(stimulant(None), next(Some(in_days(30)), 30)), &Error::UnknownPrescription);
    let void = stimulant(Some(another(true, true)));
    refused(&[], &asks(void, next(Some(in_days(30)), 30)), &Error::SeriesBroken);
    let opioid = beside(bup(), another(true, false));
    refused(&[], &asks(opioid, next(Some(in_days(30)), 30)), &Error::SeriesNotAllowed);
}
