//! Given facts, then a timeline.

use std::collections::BTreeSet;

use concord_domain::DomainEvent;
use concord_domain::chart::{
    Cause, Correction as OrderCorrection, Event as ChartEvent, InformationSource, Judged, MedicationRef,
    Reported, StopReason,
};
use concord_domain::coordination::{Event as CoordinationEvent, SharedPart};
use concord_domain::follow_up::{Event as VisitEvent, Modality, VisitKind};
use concord_domain::scales::{AdministrationMode, Event as ScaleEvent};
use concord_domain::side_effects::{Decision, Event as EffectEvent, Grade, Outcome};
use concord_kernel::{
    Instant, OrderId, OutsideMedicationId, PersonId, ReportId, Role, ScaleId, Text, VisitId,
};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{
    ConditionId, DrugId, FindingKey, IngredientId, LabId, RuleId, RulesetVersion, SymptomId,
};
use concord_projection::{Key, View};
use uuid::Uuid;

use super::about::Abouts;
use super::read::told;
use super::{About, Cite, CorrectionKind, Kind, Row, Timeline, TimelineEntry, What};
use crate::DataClass;
use crate::tests::{Model, after_opening, history, person, prescribed, regimen, start};

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn judged() -> Judged {
    Judged { ruleset: RulesetVersion::parse("1").unwrap(), findings: Vec::new(), answered: Vec::new() }
}

/// Everything as a reader sees it, in the order of time.
fn shown(model: &Model<Timeline>) -> Vec<TimelineEntry> {
    let mut abouts = Abouts::default();
    let mut entries = Vec::new();
    for (key, row) in &model.rows {
        let position = key.position().unwrap();
        match row {
            Row::About(about) => abouts.learn(position, (**about).clone()),
            Row::Entry(entry) => entries.push((position, (**entry).clone())),
        }
    }
    entries.into_iter().map(|(position, entry)| told(&abouts, position, entry)).collect()
}

/// What is shown of the events after the opening of a story.
fn after(then: Vec<DomainEvent>) -> Vec<TimelineEntry> {
    let model = after_opening::<Timeline>(then);
    shown(&model).into_iter().filter(|entry| entry.position > 12).collect()
}

fn at(entries: &[TimelineEntry], position: u64) -> &TimelineEntry {
    entries.iter().find(|entry| entry.position == position).unwrap()
}

fn scored(id: u128, total: u16, taken_at: Instant) -> DomainEvent {
    DomainEvent::Scales(ScaleEvent::ScaleScored {
        id: ScaleId::new(Uuid::from_u128(id)),
        scale: ScaleKind::Phq9,
        items: vec![Some(1); 9],
        total: Some(total),
        band: None,
        baseline: None,
        response: None,
        remission: None,
        mode: AdministrationMode::SelfReport,
        language: "en-US".to_owned(),
        taken_at,
        substance: None,
    })
}

fn reported(report: ReportId) -> DomainEvent {
    DomainEvent::SideEffects(EffectEvent::SideEffectReported {
        report,
        symptom: Some(SymptomId::parse("nausea").unwrap()),
        description: text("sick every morning"),
        grade: Grade::Moderate,
        red_flags: Vec::new(),
        suspected: None,
        onset_at: None,
        by: person(Role::Nurse, 1),
        role: Role::Nurse,
        contact_by: start().plus_days(1),
        decide_by: start().plus_days(1),
        not_on_care_team: false,
    })
}

fn adjusted(order: OrderId, cause: Cause) -> DomainEvent {
    DomainEvent::Chart(ChartEvent::DoseAdjusted {
        order,
        from: regimen(50.0),
        to: regimen(100.0),
        cause,
        note: text("half better"),
        acknowledgements: Vec::new(),
        judged: judged(),
        at: start(),
    })
}

fn result(value: f64, days: i64) -> DomainEvent {
    DomainEvent::Chart(ChartEvent::ResultRecorded {
        lab: LabId::parse("sodium").unwrap(),
        value,
        taken_at: start().plus_days(days),
        last_dose_at: None,
    })
}

#[test]
fn a_row_is_made_of_exactly_the_events_that_are_announced() {
    for fact in history(5, 4, 3_000) {
        for key in Timeline::touches(&fact) {
            let mut row = None;
            Timeline::apply(&mut row, &key, &fact).unwrap();
            let right = match &row {
                Some(Row::Entry(entry)) => key == Key::moment(fact.patient, entry.at, fact.position),
                Some(Row::About(_)) => !key.is_moment(),
                None => false,
            };
            assert!(right, "{}", fact.event.event_type());
        }
        let announced = Timeline::touches(&fact);
        let made = (super::Entry::of(&fact).is_some(), About::of(&fact).is_some());
        let said = (announced.iter().any(Key::is_moment), announced.iter().any(|key| !key.is_moment()));
        assert_eq!(said, made, "{}", fact.event.event_type());
    }
}

#[test]
fn what_is_written_down_late_stands_where_it_was_true() {
    let early = start().plus_days(-3);
    let entries = after(vec![scored(1, 17, start()), scored(2, 20, early)]);
    let order: Vec<_> = entries.iter().map(|entry| (entry.position, entry.entry.at)).collect();
    assert_eq!(order, [(14, early), (13, start())]);
    assert_eq!(entries[0].entry.recorded_at, start());
}

#[test]
fn a_change_of_dose_tells_the_score_that_it_rests_on() {
    let (order, event) = prescribed();
    let cause = Cause::Score(ScaleId::new(Uuid::from_u128(1)));
    let entries = after(vec![event, scored(1, 17, start().plus_days(-1)), adjusted(order, cause)]);
    let change = at(&entries, 15);
    let [cited] = change.cited.as_slice() else { panic!("{change:?}") };
    assert_eq!(cited.position, Some(14));
    let told = cited.told.clone().unwrap();
    assert!(matches!(told, About::Score { scale: ScaleKind::Phq9, total: Some(17), .. }), "{told:?}");
    let named = change.subject.clone().unwrap();
    assert!(matches!(&named, About::Order { drug, .. } if drug.as_str() == "sertraline"), "{named:?}");
    assert!(change.classes.contains(&DataClass::Scale), "what is cited is shown");
}

#[test]
fn a_change_of_dose_tells_the_side_effect_or_the_latest_result_that_it_rests_on() {
    let (order, event) = prescribed();
    let report = ReportId::new(Uuid::from_u128(7));
    let entries = after(vec![
        event,
        reported(report),
        adjusted(order, Cause::SideEffect(report)),
        result(131.0, -5),
        result(128.0, -1),
        result(139.0, -9),
        adjusted(order, Cause::Result(LabId::parse("sodium").unwrap())),
        result(137.0, 0),
    ]);
    let cited = |position| at(&entries, position).cited[0].clone();
    assert!(matches!(cited(15).told, Some(About::Report { grade: Grade::Moderate, .. })));
    assert_eq!(cited(15).position, Some(14));
    // Not what was measured before, though written down later, and not what came after the change.
    assert!(matches!(cited(19).told, Some(About::Result { value: 128.0, .. })), "{:?}", cited(19).told);
}

#[test]
fn what_a_change_cites_and_nobody_recorded_is_told_by_its_name_alone() {
    let (order, event) = prescribed();
    let cause = Cause::Score(ScaleId::new(Uuid::from_u128(99)));
    let entries = after(vec![event, adjusted(order, cause)]);
    let [cited] = at(&entries, 14).cited.clone().try_into().unwrap();
    assert_eq!(cited.cite, Cite::Score(ScaleId::new(Uuid::from_u128(99))));
    assert_eq!((cited.position, cited.told), (None, None));
}

#[test]
fn a_decision_tells_the_side_effect_that_it_answers() {
    let (order, event) = prescribed();
    let report = ReportId::new(Uuid::from_u128(7));
    let decided = DomainEvent::SideEffects(EffectEvent::SideEffectActionDecided {
        report,
        decision: Decision::ReduceDose(order),
        rationale: text("it comes with the rise"),
        late: true,
    });
    let entries = after(vec![event, reported(report), decided]);
    let cites: Vec<_> = at(&entries, 15).cited.iter().map(|cited| cited.cite.clone()).collect();
    assert_eq!(cites, [Cite::Report(report), Cite::Order(order)]);
    assert!(at(&entries, 15).cited.iter().all(|cited| cited.told.is_some()));
}

#[test]
fn what_was_put_right_stays_and_says_so() {
    let (order, event) = prescribed();
    let corrected = DomainEvent::Chart(ChartEvent::OrderCorrected {
        order,
        correction: OrderCorrection::Reason(text("panic decided it")),
        reason: text("said wrongly at first"),
    });
    let never = DomainEvent::Chart(ChartEvent::NeverTakenRecorded {
        medication: MedicationRef::Order(order),
        reason: text("the box was full"),
    });
    let entries = after(vec![event.clone(), corrected, never]);
    let kinds: Vec<_> = at(&entries, 13).corrections.iter().map(|(at, told)| (*at, told.kind)).collect();
    assert_eq!(kinds, [(14, CorrectionKind::Corrected), (15, CorrectionKind::NeverTaken)]);
    assert_eq!(at(&entries, 13).corrections[0].1.why, Some(text("said wrongly at first")));
    assert_eq!(entries.len(), 3, "nothing is removed, and each correction is an entry too");
    let stopped = |reason| {
        let at = start();
        let (last_dose_at, abrupt_because) = (None, None);
        DomainEvent::Chart(ChartEvent::MedicationStopped {
            order,
            reason,
            last_dose_at,
            abrupt_because,
            assessed_at: None,
            at,
        })
    };
    let mistaken = after(vec![event.clone(), stopped(StopReason::EnteredInError)]);
    assert_eq!(at(&mistaken, 13).corrections[0].1.kind, CorrectionKind::EnteredInError);
    let ended = after(vec![event, stopped(StopReason::Completed)]);
    assert_eq!(at(&ended, 13).corrections, []);
}

#[test]
fn a_refuted_allergy_and_what_was_no_side_effect_are_marked() {
    let report = ReportId::new(Uuid::from_u128(7));
    let refuted = DomainEvent::Chart(ChartEvent::AllergyRefuted {
        substance: text("Penicillin"),
        reason: text("it was glandular fever"),
    });
    let other = DomainEvent::SideEffects(EffectEvent::SideEffectResolved {
        report,
        outcome: Outcome::NotASideEffect,
    });
    let model = after_opening::<Timeline>(vec![refuted, reported(report), other]);
    let entries = shown(&model);
    let kind = |position| at(&entries, position).corrections[0].1.kind;
    assert_eq!(kind(9), CorrectionKind::Refuted, "the allergy of the opening");
    assert_eq!(kind(14), CorrectionKind::NotASideEffect);
}

#[test]
fn visits_say_how_people_met() {
    let visit = VisitId::new(Uuid::from_u128(3));
    let came = DomainEvent::FollowUp(VisitEvent::VisitCompleted {
        visit,
        kind: VisitKind::Medication,
        at: start(),
        modality: Modality::Audio,
        adherence_percent: Some(90),
        summary: text("as agreed"),
        next_due_at: None,
    });
    let missed =
        DomainEvent::FollowUp(VisitEvent::VisitMissed { visit, kind: VisitKind::Medication, in_a_row: 1 });
    let entries = after(vec![came, missed]);
    let told: Vec<_> = entries.iter().map(|entry| (entry.entry.what.kind(), entry.entry.modality)).collect();
    assert_eq!(told, [(Kind::Visit, Some(Modality::Audio)), (Kind::Visit, None)]);
}

#[test]
fn a_consent_stands_on_the_day_on_which_it_was_signed() {
    let recipient = PersonId::new(Uuid::from_u128(8));
    let signed = DomainEvent::Coordination(CoordinationEvent::SharingConsentRecorded {
        recipient,
        parts: vec![SharedPart::Medications],
        signed_on: start().plus_days(-2).day(),
        expires_on: start().plus_days(90).day(),
    });
    let revoked = DomainEvent::Coordination(CoordinationEvent::SharingConsentRevoked { recipient });
    let entries = after(vec![revoked, signed]);
    assert!(entries.iter().all(|entry| entry.entry.what.kind() == Kind::Consent));
    assert_eq!(entries[0].position, 14);
    assert_eq!(entries[0].entry.at.day(), start().plus_days(-2).day());
}

fn ordered(drug: &str, indication: &str) -> DomainEvent {
    let (_, mut event) = prescribed();
    if let DomainEvent::Chart(ChartEvent::MedicationPrescribed { order, .. }) = &mut event {
        order.drug = DrugId::parse(drug).unwrap();
        order.indication = ConditionId::parse(indication).unwrap();
    }
    event
}

#[test]
fn what_may_tell_of_substance_use_is_classed_as_telling_of_it() {
    let tells = |event: DomainEvent| after(vec![event])[0].classes.contains(&DataClass::SubstanceUse);
    assert!(!tells(ordered("sertraline", "major-depression")));
    assert!(tells(ordered("sertraline", "alcohol-use-disorder")), "by what it is for");
    assert!(tells(ordered("buprenorphine-sl", "major-depression")), "by what it is");
    assert!(tells(ordered("naltrexone-oral", "major-depression")));
    assert!(tells(ordered("sertraline", "something-unheard-of")), "what is not known is protected");
    let (order, _) = prescribed();
    let held = DomainEvent::Chart(ChartEvent::MedicationHeld { order, reason: text("ill"), at: start() });
    assert!(tells(held), "an order that nobody can name is protected");
    let outside = |name: &str, complete| {
        DomainEvent::Chart(ChartEvent::OutsideMedicationRecorded {
            medication: OutsideMedicationId::new(Uuid::from_u128(2)),
            reported: Reported {
                name: text(name),
                codings: Vec::new(),
                regimen: None,
                prescriber: None,
                started_on: None,
                source: InformationSource::Patient,
            },
            ingredients: Vec::new(),
            depot_days: None,
            complete,
        })
    };
    assert!(tells(outside("the white pill", false)) && !tells(outside("fish oil", true)));
}

#[test]
fn a_finding_tells_of_substance_use_unless_it_names_other_substances_alone() {
    let tells = |rule: &str, about: &[&str]| {
        let finding = FindingKey {
            rule: RuleId::parse(rule).unwrap(),
            about: about.iter().map(|name| IngredientId::parse(name).unwrap()).collect(),
        };
        let resolution = text("one of them ended");
        let resolved = DomainEvent::Chart(ChartEvent::InteractionResolved { finding, resolution });
        after(vec![resolved])[0].classes.contains(&DataClass::SubstanceUse)
    };
    assert!(!tells("ddi.serotonergic", &["sertraline", "tramadol"]));
    assert!(tells("ddi.opioid.benzodiazepine", &["buprenorphine", "clonazepam"]));
    assert!(tells("condition.alcohol-withdrawal", &["bupropion"]), "a rule that may name a condition");
}

/// Words that show a class of data, as they stand in rows of random histories.
const MARKS: [(DataClass, &str); 9] = [
    (DataClass::Medication, "dose_mg"),
    (DataClass::SideEffect, "sick every morning"),
    (DataClass::Diagnosis, "major-depression"),
    (DataClass::SubstanceUse, "alcohol"),
    (DataClass::SubstanceUse, "a wedding"),
    (DataClass::Scale, "phq9"),
    (DataClass::Lab, "sodium"),
    (DataClass::Goal, "night shifts"),
    (DataClass::Adherence, "no bus"),
];

#[test]
fn an_entry_names_every_class_of_data_that_it_holds() {
    let facts = history(3, 3, 4_000);
    let mut seen = BTreeSet::new();
    for entry in shown(&Model::<Timeline>::of(&facts)) {
        let document = serde_json::to_string(&entry.entry.what).unwrap();
        for (class, mark) in MARKS {
            if document.contains(mark) {
                seen.insert(mark);
                assert!(entry.classes.contains(&class), "{class:?} is not named of {document}");
            }
        }
        assert!(!entry.classes.is_empty());
    }
    assert!(seen.len() >= 7, "{seen:?}");
}

#[test]
fn a_short_history_reads_as_it_was() {
    let (order, event) = prescribed();
    let report = ReportId::new(Uuid::from_u128(7));
    let cause = Cause::Score(ScaleId::new(Uuid::from_u128(1)));
    let then = vec![event, scored(1, 17, start().plus_days(-1)), adjusted(order, cause), reported(report)];
    let model = after_opening::<Timeline>(then);
    let lines: Vec<_> = shown(&model)
        .iter()
        .map(|entry| {
            let what = match &entry.entry.what {
                What::Course(told) => serde_json::to_value(told).unwrap(),
                What::More(told) => serde_json::to_value(told).unwrap(),
            };
            let what = what.as_object().map_or_else(
                || what.as_str().unwrap().to_owned(),
                |named| named.keys().next().unwrap().clone(),
            );
            let cites = entry.cited.len();
            format!("{:>2} {} {what} {cites}", entry.position, entry.entry.at.day())
        })
        .collect();
    assert_eq!(
        lines,
        [
            "14 2026-01-04 score 0",
            " 1 2026-01-05 referred 0",
            " 2 2026-01-05 screened 0",
            " 3 2026-01-05 admitted 0",
            " 9 2026-01-05 allergy_recorded 0",
            "10 2026-01-05 condition_recorded 0",
            "11 2026-01-05 assessment_signed 0",
            "12 2026-01-05 indicated 0",
            "13 2026-01-05 started 0",
            "15 2026-01-05 adjusted 1",
            "16 2026-01-05 effect_reported 0",
        ]
    );
}
