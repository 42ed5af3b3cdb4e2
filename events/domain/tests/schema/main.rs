//! The stored shape of every event, kept in `events/schema` for ever.
//!
//! A file that stands is never changed: what it says is in ledgers. A new event gets its file from
//! `CONCORD_BLESS=1 cargo test -p concord-domain --test schema`.

mod examples;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Once;

use concord_domain::{
    DomainEvent, access, adherence, assessment, audit, care_team, chart, consent, coordination, episode,
    feed, follow_up, inbox, prescription, recovery, ruleset, scales, side_effects, signing_rights,
    treatment_plan,
};
use concord_kernel::StreamKind;
use serde_json::Value;
use strum::VariantNames;

fn folder(kind: StreamKind) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema")).join(kind.as_str())
}

fn file(event: &DomainEvent) -> PathBuf {
    folder(event.kind()).join(format!("{}.v{}.json", event.event_type(), event.event_version()))
}

const fn variants(kind: StreamKind) -> &'static [&'static str] {
    match kind {
        StreamKind::Episode => episode::Event::VARIANTS,
        StreamKind::Assessment => assessment::Event::VARIANTS,
        StreamKind::MedicationChart => chart::Event::VARIANTS,
        StreamKind::SideEffects => side_effects::Event::VARIANTS,
        StreamKind::Scales => scales::Event::VARIANTS,
        StreamKind::FollowUp => follow_up::Event::VARIANTS,
        StreamKind::CareTeam => care_team::Event::VARIANTS,
        StreamKind::TreatmentPlan => treatment_plan::Event::VARIANTS,
        StreamKind::Coordination => coordination::Event::VARIANTS,
        StreamKind::Adherence => adherence::Event::VARIANTS,
        StreamKind::Recovery => recovery::Event::VARIANTS,
        StreamKind::Prescription => prescription::Event::VARIANTS,
        StreamKind::Ruleset => ruleset::Event::VARIANTS,
        StreamKind::Audit => audit::Event::VARIANTS,
        StreamKind::Consent => consent::Event::VARIANTS,
        StreamKind::Feed => feed::Event::VARIANTS,
        StreamKind::Inbox => inbox::Event::VARIANTS,
        StreamKind::Access => access::Event::VARIANTS,
        StreamKind::SigningRights => signing_rights::Event::VARIANTS,
    }
}

fn pretty(event: &DomainEvent) -> String {
    let text = match event {
        DomainEvent::Episode(event) => serde_json::to_string_pretty(event),
        DomainEvent::Assessment(event) => serde_json::to_string_pretty(event),
        DomainEvent::Chart(event) => serde_json::to_string_pretty(event),
        DomainEvent::SideEffects(event) => serde_json::to_string_pretty(event),
        DomainEvent::Scales(event) => serde_json::to_string_pretty(event),
        DomainEvent::FollowUp(event) => serde_json::to_string_pretty(event),
        DomainEvent::CareTeam(event) => serde_json::to_string_pretty(event),
        DomainEvent::TreatmentPlan(event) => serde_json::to_string_pretty(event),
        DomainEvent::Coordination(event) => serde_json::to_string_pretty(event),
        DomainEvent::Adherence(event) => serde_json::to_string_pretty(event),
        DomainEvent::Recovery(event) => serde_json::to_string_pretty(event),
        DomainEvent::Prescription(event) => serde_json::to_string_pretty(event),
        DomainEvent::Ruleset(event) => serde_json::to_string_pretty(event),
        DomainEvent::Audit(event) => serde_json::to_string_pretty(event),
        DomainEvent::Consent(event) => serde_json::to_string_pretty(event),
        DomainEvent::Feed(event) => serde_json::to_string_pretty(event),
        DomainEvent::Inbox(event) => serde_json::to_string_pretty(event),
        DomainEvent::Access(event) => serde_json::to_string_pretty(event),
        DomainEvent::SigningRights(event) => serde_json::to_string_pretty(event),
    };
    text.expect("events have string keys and finite numbers only") + "\n"
}

/// Writes the files that are missing, when asked to; one that stands is left as it is.
fn bless() {
    static ONCE: Once = Once::new();
    if std::env::var_os("CONCORD_BLESS").is_some_and(|value| value == "1") {
        ONCE.call_once(|| examples::all().iter().for_each(write_if_missing));
    }
}

fn write_if_missing(event: &DomainEvent) {
    let path = file(event);
    if !path.exists() {
        fs::create_dir_all(folder(event.kind())).expect("the schema folder can be written");
        fs::write(&path, pretty(event)).expect("the schema folder can be written");
    }
}

/// What may leave is known of every event that may happen: a new one tells everything until the table names it.
#[test]
fn every_event_has_its_data_classes() {
    for event in examples::all().iter().filter(|event| event.kind() != StreamKind::Coordination) {
        let told = concord_domain::classes::classes(event.kind(), event.event_type());
        assert_ne!(told, concord_kernel::DataClasses::ALL, "{} is in no row", event.event_type());
    }
}

#[test]
fn every_event_has_one_example() {
    for kind in StreamKind::ALL {
        let mut shown: Vec<_> = examples::all()
            .iter()
            .filter(|event| event.kind() == kind)
            .map(DomainEvent::event_type)
            .collect();
        let mut named = variants(kind).to_vec();
        shown.sort_unstable();
        named.sort_unstable();
        assert_eq!(shown, named, "{}", kind.as_str());
    }
}

#[test]
fn every_example_is_what_its_file_says() {
    bless();
    for event in examples::all() {
        let path = file(&event);
        let stored = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let read = DomainEvent::decode(event.kind(), &stored);
        assert_eq!(read.ok().as_ref(), Some(&event), "{} reads as something else", path.display());
        let stored: Value = serde_json::from_slice(&stored).unwrap();
        let written: Value = serde_json::from_slice(&event.encode()).unwrap();
        assert_eq!(written, stored, "{} would be written differently", path.display());
    }
}

#[test]
fn every_file_is_of_a_known_kind_and_can_be_read() {
    bless();
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema")).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_type().unwrap().is_dir() {
            continue;
        }
        let kind: StreamKind = entry.file_name().to_str().unwrap().parse().unwrap();
        seen.insert(kind);
        for shape in fs::read_dir(entry.path()).unwrap() {
            let path = shape.unwrap().path();
            let read = DomainEvent::decode(kind, &fs::read(&path).unwrap());
            let event = read.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_name().unwrap().to_str().unwrap();
            let (event_type, rest) = name.split_once(".v").unwrap();
            assert_eq!(event_type, event.event_type(), "{name}");
            assert!(
                rest.strip_suffix(".json").is_some_and(|version| version.parse::<u16>().is_ok()),
                "{name}"
            );
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), StreamKind::ALL);
}

#[test]
fn every_event_reads_back_as_it_was_written() {
    for event in examples::all() {
        let bytes = event.encode();
        assert_eq!(DomainEvent::decode(event.kind(), &bytes).unwrap(), event);
        let name = match serde_json::from_slice(&bytes).unwrap() {
            Value::String(name) => name,
            Value::Object(fields) => fields.keys().next().unwrap().clone(),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
                panic!("an event is stored as {other}")
            }
        };
        assert_eq!(name, event.event_type());
    }
}

#[test]
fn an_event_of_another_kind_or_damaged_bytes_are_told_apart() {
    let event = examples::all().into_iter().next().unwrap();
    for (kind, bytes) in [
        (StreamKind::Scales, event.encode()),
        (event.kind(), b"{\"EpisodeForgotten\":{}}".to_vec()),
        (event.kind(), event.encode()[..20].to_vec()),
    ] {
        let error = DomainEvent::decode(kind, &bytes).unwrap_err();
        assert_eq!(error.kind, kind.as_str());
    }
}
