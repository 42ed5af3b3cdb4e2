//! Ordering a medication and changing its dose.

use concord_kernel::{Instant, Schedule};
use concord_knowledge::{Action, Frequency, Milligrams, Route};
use uuid::Uuid;

use super::super::decide::{MOST_DAYS_AHEAD, MOST_OPEN_ORDERS};
use super::super::*;
use super::told::*;
use crate::Explain;
use crate::treatment_plan::Consent;

#[test]
fn an_order_is_written_when_every_rule_agrees() {
    let given = prepared(&["sertraline"]);
    let events = accepted(given, psychiatrist().prescribes(order(1, "sertraline")));
    let [Event::MedicationPrescribed { order: written, judged, ingredients, at, policy: None }] =
        events.as_slice()
    else {
        panic!("one event: {events:?}");
    };
    assert_eq!(**written, order(1, "sertraline"));
    assert_eq!(judged.ruleset, *concord_knowledge::Ruleset::embedded().version());
    assert_eq!(ingredients, &finding("any", &["sertraline"]).about);
    assert_eq!(*at, noon());
}

#[test]
fn only_a_prescriber_orders() {
    for somebody in [pharmacist(), nurse(), therapist()] {
        let given = prepared(&["sertraline"]);
        refused(given, somebody.prescribes(order(1, "sertraline")), Error::NotAPrescriber);
    }
}

#[test]
fn somebody_at_risk_of_suicide_gets_a_month_of_what_may_kill_only_with_a_reason() {
    let at_risk = || {
        psychiatrist().knowing(|facts| {
            facts.scales.get_or_insert_default().risk_open = true;
        })
    };
    let given = prepared(&["bupropion-xl"]);
    let month = || order(1, "bupropion-xl");
    let (rules, answer) = unsafe_by(given.clone(), at_risk().prescribes(month()));
    assert_eq!(rules, [("supply.lethal-overdose".to_owned(), Action::Acknowledge)]);
    assert_eq!(answer, Answer::Acknowledge);
    let fortnight = NewOrder { supply: Supply { days: 14, refills: 0 }, ..month() };
    accepted(given.clone(), at_risk().prescribes(fortnight));
    let kept = acknowledged(month(), "supply.lethal-overdose", &["bupropion"]);
    accepted(given.clone(), at_risk().prescribes(kept));
    accepted(given, psychiatrist().prescribes(month()));
}

#[test]
fn an_order_identifier_is_never_used_again_not_even_after_a_stop() {
    let again = || psychiatrist().prescribes(order(1, "sertraline"));
    refused(on("sertraline"), again(), Error::OrderIdUsed);
    let stopped = after(on("sertraline"), [psychiatrist().asks(stop(1))]);
    refused(stopped, again(), Error::OrderIdUsed);
}

#[test]
fn an_order_needs_the_stay_it_names_to_be_active() {
    let order = || order(1, "sertraline");
    let elsewhere = psychiatrist().knowing(|facts| facts.episode = None);
    refused(prepared(&["sertraline"]), elsewhere.prescribes(order()), Error::EpisodeNotActive);
    let paused = psychiatrist().knowing(|facts| {
        if let Some(episode) = &mut facts.episode {
            episode.stage = crate::episode::Stage::Paused(crate::episode::Phase::Titrating);
        }
    });
    refused(prepared(&["sertraline"]), paused.prescribes(order()), Error::EpisodeNotActive);
}

#[test]
fn an_order_needs_medication_to_be_indicated_for_its_diagnosis() {
    for decision in [None, Some(false)] {
        let undecided = psychiatrist().knowing(|facts| {
            if let Some(indication) = &mut facts.indication {
                indication.indicated = decision;
            }
        });
        let when = undecided.prescribes(order(1, "sertraline"));
        refused(prepared(&["sertraline"]), when, Error::NotIndicated);
    }
    let other = NewOrder { indication: condition("bipolar"), ..order(1, "sertraline") };
    refused(prepared(&["sertraline"]), psychiatrist().prescribes(other), Error::IndicationNotDiagnosed);
}

fn having_decided(name: &str, consent: Consent) -> Asking {
    psychiatrist().knowing(|facts| {
        if let Some(plan) = &mut facts.plan {
            plan.consents.insert(drug(name), consent);
        }
    })
}

#[test]
fn nobody_is_ordered_what_they_declined() {
    let given = || prepared(&["sertraline"]);
    let declined = having_decided("sertraline", Consent::Declined);
    refused(given(), declined.prescribes(order(1, "sertraline")), Error::ConsentDeclined);
    let emergency = having_decided("sertraline", Consent::Declined).for_an_emergency();
    refused(given(), emergency.prescribes(order(1, "sertraline")), Error::ConsentDeclined);
    accepted(given(), having_decided("sertraline", Consent::Given).prescribes(order(1, "sertraline")));
    let other = having_decided("fluoxetine", Consent::Declined);
    accepted(given(), other.prescribes(order(1, "sertraline")));
}

#[test]
fn a_first_dose_waits_for_no_form_but_for_a_look_at_the_plan() {
    accepted(prepared(&["sertraline"]), psychiatrist().prescribes(order(1, "sertraline")));
    let unread = psychiatrist().knowing(|facts| facts.plan = None);
    let when = unread.prescribes(order(1, "sertraline"));
    refused(prepared(&["sertraline"]), when, Error::ConsentRequired);
}

#[test]
fn a_drug_that_is_never_given_unknowing_needs_consent_on_record() {
    let given = || prepared(&["disulfiram"]);
    refused(given(), psychiatrist().prescribes(order(1, "disulfiram")), Error::ConsentRequired);
    let agreed = having_decided("disulfiram", Consent::Given);
    let decision = Chart::default().decide(&agreed.clone().prescribes(order(1, "disulfiram")));
    assert_ne!(decision, Err(Error::ConsentRequired));
}

#[test]
fn an_order_names_a_formulary_row_that_the_program_may_prescribe() {
    let unknown = NewOrder { drug: drug("snake-oil"), ..order(1, "sertraline") };
    refused(prepared(&["sertraline"]), psychiatrist().prescribes(unknown), Error::UnknownDrug);
    let when = psychiatrist().prescribes(order(1, "methadone"));
    refused(prepared(&["methadone"]), when, Error::NotPrescribable);
}

#[test]
fn an_order_has_a_route_of_its_row_a_dose_and_a_possible_frequency() {
    let with = |change: fn(&mut NewOrder)| {
        let mut order = order(1, "sertraline");
        change(&mut order);
        psychiatrist().prescribes(order)
    };
    let given = || prepared(&["sertraline"]);
    refused(given(), with(|o| o.regimen.route = Route::Intramuscular), Error::RouteNotOffered);
    refused(given(), with(|o| o.regimen.dose = Milligrams::ZERO), Error::NoDose);
    for frequency in [Frequency::EveryDays(1), Frequency::EveryDays(91), Frequency::AsNeeded(13)] {
        let mut order = order(1, "sertraline");
        order.regimen.frequency = frequency;
        refused(given(), psychiatrist().prescribes(order), Error::FrequencyOutOfRange);
    }
    refused(given(), with(|o| o.regimen.frequency = Frequency::AsNeeded(0)), Error::NoDose);
}

#[test]
fn a_depot_is_not_given_before_the_last_one_ends() {
    for (name, days) in [
        ("paliperidone-lai", 28),
        ("naltrexone-er-im", 28),
        ("aripiprazole-lai", 26),
        ("buprenorphine-er-weekly", 7),
    ] {
        let every = |frequency| {
            let mut order = order(1, name);
            order.regimen.frequency = frequency;
            let refusal = cqrs_es::test::TestFramework::<Chart>::with(())
                .given(prepared(&[name]))
                .when(psychiatrist().prescribes(order))
                .inspect_result();
            matches!(refusal, Err(Error::FrequencyOutOfRange))
        };
        assert!(every(Frequency::Daily) && every(Frequency::EveryOtherDay), "{name}");
        assert!(every(Frequency::EveryDays(days - 1)) && !every(Frequency::EveryDays(days)), "{name}");
    }
}

#[test]
fn a_dose_taken_more_often_rises() {
    let mut every_other = order(1, "lamotrigine");
    every_other.regimen.frequency = Frequency::EveryOtherDay;
    let given = after(prepared(&["lamotrigine"]), [psychiatrist().prescribes(every_other)]);
    let more = |days| psychiatrist().days_later(days).asks(adjust(1, daily(25.0), Cause::PatientPreference));
    refused(given.clone(), more(7), Error::RiseTooSoon { earliest: in_days(14) });
    accepted(given.clone(), more(14));
    let double = adjust(1, daily(50.0), Cause::PatientPreference);
    let at_most = Milligrams::parse(25.0).unwrap();
    refused(given, psychiatrist().days_later(14).asks(double), Error::RiseTooLarge { at_most });
}

#[test]
fn a_supply_lasts_a_day_to_a_year_and_has_few_refills() {
    for (days, refills) in [(0, 0), (366, 0), (30, 12)] {
        let order = NewOrder { supply: Supply { days, refills }, ..order(1, "sertraline") };
        let when = psychiatrist().prescribes(order);
        refused(prepared(&["sertraline"]), when, Error::SupplyOutOfRange);
    }
    let year = NewOrder { supply: Supply { days: 365, refills: 0 }, ..order(1, "sertraline") };
    accepted(prepared(&["sertraline"]), psychiatrist().prescribes(year));
}

#[test]
fn a_schedule_limits_refills_and_the_time_they_reach() {
    for (name, days, refills) in [
        ("lisdexamfetamine", 30, 1),
        ("clonazepam", 30, 6),
        ("clonazepam", 60, 4),
        ("buprenorphine-naloxone-sl", 30, 6),
    ] {
        let order = NewOrder { supply: Supply { days, refills }, ..order(1, name) };
        refused(prepared(&[name]), psychiatrist().prescribes(order), Error::SupplyBeyondSchedule);
    }
    let most = NewOrder { supply: Supply { days: 30, refills: 5 }, ..order(1, "suvorexant") };
    accepted(prepared(&["suvorexant"]), psychiatrist().prescribes(most));
}

#[test]
fn an_order_starts_today_or_within_ninety_days() {
    let starting = |day| psychiatrist().prescribes(NewOrder { start_on: day, ..order(1, "sertraline") });
    refused(prepared(&["sertraline"]), starting(in_days(-1)), Error::StartsInThePast);
    accepted(prepared(&["sertraline"]), starting(in_days(MOST_DAYS_AHEAD)));
    let late = Error::StartsTooLate { most_days: MOST_DAYS_AHEAD };
    refused(prepared(&["sertraline"]), starting(in_days(MOST_DAYS_AHEAD + 1)), late);
}

#[test]
fn an_order_is_not_backdated_by_more_than_a_day() {
    let written = |days: i64| psychiatrist().effective(noon().plus_days(-days));
    let ago = |days: i64| written(days).prescribes(order(1, "sertraline"));
    accepted(prepared(&["sertraline"]), ago(1));
    refused(prepared(&["sertraline"]), ago(2), Error::OrderTooLongAgo);
}

#[test]
fn an_evening_in_the_west_is_still_today() {
    let evening = Instant::parse("2026-11-24T02:00:00Z").unwrap();
    let when = psychiatrist().at(evening).prescribes(order(1, "sertraline"));
    accepted(prepared(&["sertraline"]), when);
}

#[test]
fn a_boxed_warning_is_explained_before_the_first_order_of_a_drug() {
    let given = history([born_1990(), no_allergies()]);
    let first = || psychiatrist().prescribes(order(1, "sertraline"));
    refused(given.clone(), first(), Error::BoxedWarningNotAcknowledged);
    accepted(after(given, [warned("sertraline")]), first());
}

#[test]
fn somebody_asks_for_allergies_before_the_first_order() {
    let given = history([born_1990(), warned("sertraline")]);
    let first = || psychiatrist().prescribes(order(1, "sertraline"));
    refused(given.clone(), first(), Error::AllergiesNotAsked);
    accepted(after(given, [no_allergies()]), first());
}

#[test]
fn a_controlled_substance_needs_the_registration_of_its_prescriber() {
    let without = nurse_practitioner().prescribes(order(1, "clonazepam"));
    let why = Error::ScheduleNotCovered { schedule: Schedule::IV };
    refused(prepared(&["clonazepam"]), without, why);
    accepted(prepared(&["clonazepam"]), psychiatrist().prescribes(order(1, "clonazepam")));
}

#[test]
fn a_controlled_substance_needs_a_legal_basis() {
    let without = NewOrder { legal_basis: None, ..order(1, "clonazepam") };
    refused(prepared(&["clonazepam"]), psychiatrist().prescribes(without), Error::LegalBasisMissing);
}

#[test]
fn the_telemedicine_flexibility_ends_with_its_year() {
    let by_video = |start_on| NewOrder {
        modality: OrderModality::AudioVideo,
        legal_basis: Some(LegalBasis::TelemedicineFlexibility),
        start_on,
        ..order(1, "clonazepam")
    };
    accepted(prepared(&["clonazepam"]), psychiatrist().prescribes(by_video(today())));
    let next_year = psychiatrist().days_later(60).prescribes(by_video(in_days(60)));
    refused(prepared(&["clonazepam"]), next_year, Error::LegalBasisNotInForce);
}

#[test]
fn a_telephone_is_enough_for_buprenorphine_only() {
    let by_telephone = |name| NewOrder {
        modality: OrderModality::Audio,
        legal_basis: Some(LegalBasis::BuprenorphineTelemedicine),
        indication: condition("opioid-use-disorder"),
        ..order(1, name)
    };
    let bup = "buprenorphine-naloxone-sl";
    accepted(prepared(&[bup]), psychiatrist().days_later(0).prescribes(by_telephone(bup)));
    let when = psychiatrist().prescribes(by_telephone("clonazepam"));
    refused(prepared(&["clonazepam"]), when, Error::LegalBasisNotInForce);
}

#[test]
fn the_permanent_telemedicine_rule_carries_six_months_of_buprenorphine() {
    let bup = "buprenorphine-naloxone-sl";
    let next_year = |days, refills| {
        psychiatrist().days_later(60).prescribes(NewOrder {
            modality: OrderModality::Audio,
            legal_basis: Some(LegalBasis::BuprenorphineTelemedicine),
            indication: condition("opioid-use-disorder"),
            supply: Supply { days, refills },
            start_on: in_days(60),
            ..order(1, bup)
        })
    };
    accepted(prepared(&[bup]), next_year(30, 5));
    refused(prepared(&[bup]), next_year(60, 3), Error::SupplyBeyondSchedule);
}

#[test]
fn a_washout_that_has_not_passed_refuses_and_nothing_answers_it() {
    let given = after(
        prepared(&["sertraline", "phenelzine"]),
        [psychiatrist().prescribes(order(1, "sertraline")), psychiatrist().asks(stop(1))],
    );
    let maoi = |days| {
        let order = NewOrder { start_on: in_days(days), ..order(2, "phenelzine") };
        psychiatrist().days_later(days).prescribes(order)
    };
    let (rules, answer) = unsafe_by(given.clone(), maoi(13));
    assert_eq!(rules, [("ddi.maoi.serotonergic".to_owned(), Action::Space)]);
    assert_eq!(answer, Answer::Wait);
    accepted(given, maoi(15));
}

#[test]
fn a_rule_that_blocks_cannot_be_overridden_by_anybody() {
    let methadone = nurse().asks(outside(1, "methadone"));
    let bup = "buprenorphine-naloxone-sl";
    let given = after(prepared(&[bup]), [methadone]);
    let key = finding("ddi.buprenorphine.methadone", &["buprenorphine", "methadone"]);
    let (rules, answer) = unsafe_by(given.clone(), psychiatrist().prescribes(order(1, bup)));
    assert_eq!(rules[0], ("ddi.buprenorphine.methadone".to_owned(), Action::Block));
    assert_eq!(answer, Answer::ChooseAnother);
    let overridden = [psychiatrist().asks(over(key.clone())), pharmacist().asks(cosign(key))];
    let (_, answer) = unsafe_by(after(given, overridden), psychiatrist().prescribes(order(1, bup)));
    assert_eq!(answer, Answer::ChooseAnother);
}

#[test]
fn a_finding_that_asks_for_a_reason_is_acknowledged_in_the_order() {
    let given = after(prepared(&["lithium"]), [nurse().asks(outside(1, "ibuprofen"))]);
    let (rules, needed) = unsafe_by(given.clone(), psychiatrist().prescribes(order(1, "lithium")));
    assert_eq!(rules, [("ddi.lithium.nsaid".to_owned(), Action::Acknowledge)]);
    assert_eq!(needed, Answer::Acknowledge);
    let answered = acknowledged(order(1, "lithium"), "ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    let events = accepted(given, psychiatrist().prescribes(answered));
    let Event::MedicationPrescribed { judged, .. } = &events[0] else { panic!("{events:?}") };
    assert!(judged.findings.contains(&finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"])));
}

#[test]
fn every_finding_that_stands_against_an_order_is_named_at_once() {
    let given = after(
        prepared(&["bupropion-xl"]),
        [nurse().asks(outside(1, "tramadol")), nurse().asks(has_condition("seizure disorder"))],
    );
    let when = psychiatrist().prescribes(order(1, "bupropion-xl"));
    let (rules, needed) = unsafe_by(given.clone(), when.clone());
    let names: Vec<&str> = rules.iter().map(|(rule, _)| rule.as_str()).collect();
    assert!(names.contains(&"dc.bupropion.seizure"), "{names:?}");
    assert!(names.contains(&"ddi.bupropion.seizure-threshold"), "{names:?}");
    assert_eq!(needed, Answer::Override);
    let refusal = folded(&given).decide(&when).unwrap_err();
    assert_eq!(refusal.findings().len(), names.len());
    assert_eq!(refusal.reason(), "UNSAFE");
}

#[test]
fn a_finding_that_is_only_watched_passes_and_is_recorded() {
    let given = after(prepared(&["sertraline"]), [nurse().asks(outside(1, "ibuprofen"))]);
    let events = accepted(given, psychiatrist().prescribes(order(1, "sertraline")));
    let Event::MedicationPrescribed { judged, .. } = &events[0] else { panic!("{events:?}") };
    let watched = finding("ddi.serotonergic.bleeding", &["ibuprofen", "sertraline"]);
    assert_eq!(judged.findings, [watched]);
}

#[test]
fn an_interaction_between_others_does_not_stand_against_an_order() {
    let others = [nurse().asks(outside(1, "phenelzine")), nurse().asks(outside(2, "tramadol"))];
    let given = after(prepared(&["ramelteon"]), others);
    accepted(given, psychiatrist().prescribes(order(1, "ramelteon")));
}

#[test]
fn a_chart_holds_only_so_many_open_orders() {
    let mut given = prepared(&["ramelteon"]);
    let Event::MedicationPrescribed { order: first, judged, ingredients, at, policy } =
        on("ramelteon").pop().unwrap()
    else {
        panic!("an order");
    };
    given.extend((0..MOST_OPEN_ORDERS as u128).map(|number| Event::MedicationPrescribed {
        order: Box::new(NewOrder { order: order_id(number), ..(*first).clone() }),
        judged: judged.clone(),
        ingredients: ingredients.clone(),
        at,
        policy: policy.clone(),
    }));
    let when = psychiatrist().prescribes(order(9_999, "ramelteon"));
    refused(given, when, Error::TooManyOrders { most: MOST_OPEN_ORDERS });
}

#[test]
fn answers_are_as_many_as_findings_can_be() {
    let mut order = order(1, "sertraline");
    order.acknowledgements = vec![answer("ddi.lithium.nsaid", &["lithium"]); 65];
    let when = psychiatrist().prescribes(order);
    refused(prepared(&["sertraline"]), when, Error::TooManyAcknowledgements { most: 64 });
}

fn score() -> Cause {
    Cause::Score(scored())
}

#[test]
fn a_dose_changes_with_what_it_rests_on() {
    let when = psychiatrist().days_later(7).asks(adjust(1, daily(100.0), score()));
    let events = accepted(on("sertraline"), when);
    let [Event::DoseAdjusted { from, to, cause, at, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((from, to, cause), (&daily(50.0), &daily(100.0), &score()));
    assert_eq!(*at, noon().plus_days(7));
}

#[test]
fn only_a_prescriber_changes_a_dose() {
    let when = nurse().days_later(7).asks(adjust(1, daily(100.0), score()));
    refused(on("sertraline"), when, Error::NotAPrescriber);
}

#[test]
fn a_dose_changes_only_on_an_order_that_is_taken() {
    let change = || psychiatrist().days_later(7).asks(adjust(1, daily(100.0), score()));
    refused(prepared(&["sertraline"]), change(), Error::UnknownOrder);
    refused(after(on("sertraline"), [psychiatrist().asks(hold(1))]), change(), Error::OrderHeld);
    refused(after(on("sertraline"), [psychiatrist().asks(stop(1))]), change(), Error::OrderStopped);
}

#[test]
fn a_change_of_dose_changes_something() {
    let when = psychiatrist().days_later(7).asks(adjust(1, daily(50.0), score()));
    refused(on("sertraline"), when, Error::Unchanged);
}

#[test]
fn a_dose_never_changes_to_nothing_or_to_another_way() {
    let change = |to| psychiatrist().days_later(7).asks(adjust(1, to, score()));
    refused(on("sertraline"), change(daily(0.0)), Error::NoDose);
    let other = concord_knowledge::Regimen { route: Route::Nasal, ..daily(100.0) };
    refused(on("sertraline"), change(other), Error::RouteNotOffered);
}

#[test]
fn a_dose_of_a_controlled_substance_needs_the_registration_too() {
    let when = nurse_practitioner().days_later(7).asks(adjust(1, daily(0.25), score()));
    refused(on("clonazepam"), when, Error::ScheduleNotCovered { schedule: Schedule::IV });
}

#[test]
fn a_daily_dose_rises_by_the_usual_step_at_most() {
    let when = psychiatrist().days_later(14).asks(adjust(1, daily(150.0), score()));
    let at_most = Milligrams::parse(50.0).unwrap();
    refused(on("sertraline"), when, Error::RiseTooLarge { at_most });
}

#[test]
fn a_daily_dose_rises_again_only_after_the_usual_days() {
    let when = |days| psychiatrist().days_later(days).asks(adjust(1, daily(100.0), score()));
    refused(on("sertraline"), when(6), Error::RiseTooSoon { earliest: in_days(7) });
    accepted(on("sertraline"), when(7));
    let twice = after(on("sertraline"), [when(7)]);
    let again = psychiatrist().days_later(10).asks(adjust(1, daily(150.0), score()));
    refused(twice, again, Error::RiseTooSoon { earliest: in_days(14) });
}

#[test]
fn a_dose_that_nobody_takes_yet_is_set_like_a_first_one() {
    let to_come = NewOrder { start_on: in_days(7), ..order(1, "sertraline") };
    let given = after(prepared(&["sertraline"]), [psychiatrist().prescribes(to_come)]);
    let set = |mg| psychiatrist().days_later(1).asks(adjust(1, daily(mg), Cause::PatientPreference));
    let (rules, answer) = unsafe_by(given.clone(), set(200.0));
    assert_eq!(rules, [("dose.start".to_owned(), Action::Acknowledge)]);
    assert_eq!(answer, Answer::Acknowledge);
    for mg in [25.0, 100.0] {
        accepted(given.clone(), set(mg));
    }
    let mut answered = set(200.0);
    let Command::AdjustDose { acknowledgements, .. } = &mut answered.command else { unreachable!() };
    acknowledgements.push(self::answer("dose.start", &["sertraline"]));
    accepted(given, answered);
}

#[test]
fn a_score_or_side_effect_that_a_change_rests_on_is_on_record() {
    let lower = |cause| psychiatrist().days_later(7).asks(adjust(1, daily(25.0), cause));
    accepted(on("sertraline"), lower(score()));
    let other = Cause::Score(concord_kernel::ScaleId::new(Uuid::from_u128(89)));
    refused(on("sertraline"), lower(other), Error::CauseNotOnChart);
    let report = concord_kernel::ReportId::new(Uuid::from_u128(91));
    let sick = || Cause::SideEffect(report);
    refused(on("sertraline"), lower(sick()), Error::CauseNotOnChart);
    let known = psychiatrist().days_later(7).knowing(|facts| {
        let reports = vec![report];
        facts.side_effects = Some(crate::SideEffectFacts { reports, ..Default::default() });
    });
    accepted(on("sertraline"), known.asks(adjust(1, daily(25.0), sick())));
    let target = crate::Command::Chart(adjust(1, daily(25.0), sick()))
        .target(concord_kernel::PatientId::new(Uuid::from_u128(7)));
    assert_eq!(target.reads.last().map(|read| read.kind), Some(concord_kernel::StreamKind::SideEffects));
}

#[test]
fn a_plan_that_nobody_made_gives_no_pace_and_a_fall_needs_none() {
    let planned = psychiatrist().days_later(1).asks(adjust(1, daily(150.0), Cause::PlannedTitration));
    refused(on("sertraline"), planned, Error::NotAPlannedStep);
    let fall = psychiatrist().days_later(1).asks(adjust(1, daily(25.0), Cause::PatientPreference));
    accepted(on("sertraline"), fall);
}

#[test]
fn a_change_takes_effect_after_the_last_one() {
    let given =
        after(on("sertraline"), [psychiatrist().days_later(7).asks(adjust(1, daily(100.0), score()))]);
    let before =
        psychiatrist().days_later(8).effective(noon().plus_days(6)).asks(adjust(1, daily(75.0), score()));
    refused(given, before, Error::BeforeLastChange);
}

#[test]
fn a_result_or_interaction_that_a_change_rests_on_is_on_the_chart() {
    let level =
        || psychiatrist().days_later(7).asks(adjust(1, daily(300.0), Cause::Result(lab("lithium-level"))));
    refused(on("lithium"), level(), Error::CauseNotOnChart);
    let measured = after(on("lithium"), [nurse().asks(result("lithium-level", 1.1, "mmol/L"))]);
    accepted(measured, level());

    let key = finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    let interaction =
        || psychiatrist().days_later(7).asks(adjust(1, daily(300.0), Cause::Interaction(key.clone())));
    refused(on("lithium"), interaction(), Error::CauseNotOnChart);
    let collided = after(on("lithium"), [nurse().asks(outside(1, "ibuprofen"))]);
    accepted(collided, interaction());
}

#[test]
fn a_lower_dose_is_never_refused_for_what_already_stands() {
    let given = after(on("lithium"), [nurse().asks(outside(1, "ibuprofen"))]);
    accepted(
        given.clone(),
        psychiatrist().days_later(7).asks(adjust(1, daily(300.0), Cause::PatientPreference)),
    );
    let rise = psychiatrist().days_later(7).asks(adjust(1, daily(900.0), score()));
    let (rules, _) = unsafe_by(given, rise);
    assert_eq!(rules, [("ddi.lithium.nsaid".to_owned(), Action::Acknowledge)]);
}

#[test]
fn a_dose_above_the_label_maximum_needs_two_clinicians() {
    let rise = |day, mg| psychiatrist().days_later(day).asks(adjust(1, daily(mg), score()));
    let given = after(on("sertraline"), [rise(7, 100.0), rise(14, 150.0), rise(21, 200.0)]);
    let more = || rise(28, 250.0);
    let (rules, needed) = unsafe_by(given.clone(), more());
    assert_eq!(rules, [("dose.hard-maximum".to_owned(), Action::BlockUnlessCosigned)]);
    assert_eq!(needed, Answer::Override);
    let key = finding("dose.hard-maximum", &["sertraline"]);
    let two = [
        psychiatrist().days_later(28).asks(over(key.clone())),
        pharmacist().days_later(28).asks(cosign(key)),
    ];
    accepted(after(given, two), more());
}
