//! What holds for every view.

mod contacts;
mod history;
pub(crate) mod injecting;
mod live;
mod pharmacy;
mod plans;
mod recoveries;
pub(crate) mod rules;
mod service;
mod taking;

use std::collections::BTreeMap;

use concord_domain::DomainEvent;
use concord_domain::chart::{Event as ChartEvent, Supply};
use concord_kernel::OrderId;
use concord_projection::{Fact, Item, Key, List, ListEntry, View};
use proptest::prelude::*;

pub(crate) use self::history::{
    Dice, Story, fact, finding, history, judged, patient, person, program, regimen, start,
};
use crate::{
    BrokenGlass, Caseload, Chart, Course, DataClass, ProgramOutcomes, Reconciled, Roster, SigningRights,
    Timeline, Timers, Worklist,
};

/// What the rows must be: the plain fold, without batches, caches or store.
pub(crate) struct Model<V: View> {
    pub(crate) rows: BTreeMap<Key, V::Row>,
}

impl<V: View> Model<V> {
    pub(crate) fn of(facts: &[Fact]) -> Self {
        let mut rows = BTreeMap::new();
        for fact in facts.iter().filter(|fact| V::KINDS.contains(&fact.stream.kind)) {
            let keys: Vec<Key> = if V::FOLLOWS_RULES && rules::publishes(fact) {
                rows.keys().copied().collect()
            } else {
                V::touches(fact)
            };
            for key in keys {
                let mut row = rows.remove(&key);
                V::apply(&mut row, &key, fact).unwrap();
                rows.extend(row.map(|row| (key, row)));
            }
        }
        Self { rows }
    }

    /// Every list with its entries in order.
    pub(crate) fn lists(&self) -> BTreeMap<List, Vec<(Key, Vec<u8>)>> {
        let mut lists: BTreeMap<List, Vec<(_, Key, _)>> = BTreeMap::new();
        for (key, row) in &self.rows {
            for ListEntry { list, sort, item } in V::lists(key, row) {
                lists.entry(list).or_default().push((sort, *key, item));
            }
        }
        let ordered = |mut entries: Vec<(_, Key, _)>| {
            entries.sort();
            entries.dedup();
            entries.into_iter().map(|(_, key, item): (_, _, Item)| (key, item.as_bytes().to_vec())).collect()
        };
        lists.into_iter().map(|(list, entries)| (list, ordered(entries))).collect()
    }
}

/// The rows after the opening of a story and what comes `then`.
pub(crate) fn after_opening<V: View>(then: Vec<DomainEvent>) -> Model<V> {
    let (mut story, mut dice) = (Story::new(0, &mut Dice(1)), Dice(1));
    let opening: Vec<_> = (0..12).map(|_| story.next(start(), &mut dice)).collect();
    let events = opening.into_iter().chain(then).zip(1..);
    let told = |(event, position)| fact(position, start(), story.patient, story.stream(&event), event);
    Model::of(&events.map(told).collect::<Vec<_>>())
}

/// What every admission asks for: a look at all medications, and a first visit. Most tests are about the rest.
pub(crate) fn follows_admission(kind: crate::parts::DueKind) -> bool {
    use crate::parts::DueKind;
    matches!(kind, DueKind::Reconciliation | DueKind::VisitToBook)
}

/// An order of sertraline, 50 mg, for 60 days.
pub(crate) fn prescribed() -> (OrderId, DomainEvent) {
    let mut story = Story::new(0, &mut Dice(1));
    let event = story.prescribe(Supply { days: 30, refills: 1 }, start(), &mut Dice(9));
    let ChartEvent::MedicationPrescribed { order, .. } = &event else { unreachable!("it prescribes") };
    (order.order, DomainEvent::Chart(event))
}

/// Says that a view folds `facts`, that its rows read back as they were written, and what `documents` look like.
fn documents<V: View>(facts: &[Fact]) -> Vec<String> {
    let model = Model::<V>::of(facts);
    let mut documents = Vec::new();
    for row in model.rows.values() {
        let document = serde_json::to_string(row).unwrap();
        let back: V::Row = serde_json::from_str(&document).unwrap();
        assert!(back == *row, "a row of {} changes on its way through the store", V::NAME);
        documents.push(document);
    }
    documents
}

#[test]
fn every_view_folds_random_histories_and_its_rows_survive_the_store() {
    for seed in 0..20 {
        let facts = history(seed, 4, 400);
        assert!(!documents::<Caseload>(&facts).is_empty());
        assert!(!documents::<Worklist>(&facts).is_empty());
        assert!(!documents::<Chart>(&facts).is_empty());
        assert!(!documents::<Reconciled>(&facts).is_empty());
        assert!(!documents::<Roster>(&facts).is_empty());
        assert!(!documents::<Course>(&facts).is_empty());
        assert!(!documents::<Timers>(&facts).is_empty());
        assert!(!documents::<Timeline>(&facts).is_empty());
        assert!(!documents::<ProgramOutcomes>(&facts).is_empty());
    }
}

/// Words and fields of a random history that belong to one class of data.
fn marks(class: DataClass) -> &'static [&'static str] {
    match class {
        DataClass::Identity => &["Ada Quill", "born_on"],
        DataClass::Medication => &["dose_mg", "regimen"],
        DataClass::MedicationPurpose => &[],
        DataClass::SideEffect => &["nausea", "sick every morning"],
        DataClass::Diagnosis => &["major-depression"],
        DataClass::SubstanceUse => &["alcohol", "a wedding", "setbacks", "induction"],
        DataClass::Scale => &["phq9", "gad7", "cssrs", "craving"],
        DataClass::Lab => &["sodium", "qtc"],
        DataClass::Schedule => &["cadence", "booked"],
        DataClass::Goal => &["walk the dog", "for ever", "night shifts", "sleep first"],
        DataClass::Adherence => &["no bus", "feels low"],
    }
}

const CLASSES: [DataClass; 11] = [
    DataClass::Identity,
    DataClass::Medication,
    DataClass::MedicationPurpose,
    DataClass::SideEffect,
    DataClass::Diagnosis,
    DataClass::SubstanceUse,
    DataClass::Scale,
    DataClass::Lab,
    DataClass::Schedule,
    DataClass::Goal,
    DataClass::Adherence,
];

fn holds_only<V: View>(declared: &[DataClass], facts: &[Fact]) {
    let documents = documents::<V>(facts);
    for class in CLASSES.into_iter().filter(|class| !declared.contains(class)) {
        for mark in marks(class) {
            let leaks = documents.iter().find(|document| document.contains(mark));
            assert_eq!(leaks, None, "{} holds {class:?} and does not declare it", V::NAME);
        }
    }
}

#[test]
fn a_view_holds_no_class_of_data_that_it_does_not_declare() {
    let facts = history(1, 6, 2_000);
    holds_only::<Caseload>(Caseload::CLASSES, &facts);
    holds_only::<Worklist>(Worklist::CLASSES, &facts);
    holds_only::<Chart>(Chart::CLASSES, &facts);
    holds_only::<Reconciled>(Reconciled::CLASSES, &facts);
    holds_only::<Roster>(Roster::CLASSES, &facts);
    holds_only::<Course>(Course::CLASSES, &facts);
    holds_only::<Timers>(Timers::CLASSES, &facts);
    holds_only::<Timeline>(Timeline::CLASSES, &facts);
    holds_only::<ProgramOutcomes>(ProgramOutcomes::CLASSES, &facts);
    holds_only::<BrokenGlass>(BrokenGlass::CLASSES, &facts);
    holds_only::<SigningRights>(SigningRights::CLASSES, &facts);
}

#[test]
fn debug_output_of_rows_shows_no_names() {
    let facts = history(1, 3, 600);
    let shown = [
        format!("{:?}", Model::<Caseload>::of(&facts).rows),
        format!("{:?}", Model::<Worklist>::of(&facts).rows),
        format!("{:?}", Model::<Chart>::of(&facts).rows),
        format!("{:?}", Model::<Reconciled>::of(&facts).rows),
        format!("{:?}", Model::<Roster>::of(&facts).rows),
        format!("{:?}", Model::<Course>::of(&facts).rows),
        format!("{:?}", Model::<Timeline>::of(&facts).rows),
        format!("{:?}", Model::<ProgramOutcomes>::of(&facts).rows),
    ];
    for shown in shown {
        for secret in ["Ada", "Quill", "sick", "Mora", "tramadol 50", "penicillin"] {
            assert!(!shown.contains(secret), "{secret}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_rebuild_gives_the_rows_of_the_live_run_however_it_was_cut(
        seed in any::<u64>(),
        patients in 1_u64..6,
        batch in 1_usize..60,
        cuts in prop::collection::vec(1_usize..120, 1..5),
    ) {
        live::check(seed, patients, batch, &cuts);
    }
}
