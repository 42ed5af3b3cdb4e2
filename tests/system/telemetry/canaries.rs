//! Whatever is told to operators holds no patient data, at the most talkative setting.
//!
//! The first test sends words that stand nowhere else in every text of every call of the contract. The second plays a cohort
//! and looks for what was recorded of it.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use concord_proto::FILE_DESCRIPTOR_SET;
use concord_support::Intake;
use prost::Message;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};
use tokio::process::Command;

use super::collector::Collector;
use super::{ask, talkative};
use crate::every_call::{answer, methods_with_inputs};
use crate::{CONCORD, PSYCHIATRIST, THERAPIST};

/// In every text that is sent.
const CANARY: &str = "Zyxwanary";

/// What is filled with the number one.
const NUMBERS: [Type; 6] = [Type::Enum, Type::Bool, Type::Int32, Type::Uint32, Type::Uint64, Type::Int64];

/// How deep messages within messages are filled.
const DEPTH: usize = 4;

/// How long the demonstration may take.
const PLAY: Duration = Duration::from_mins(5);

/// Shorter texts of the record are words of the program as well.
const TELLING: usize = 8;

fn varint(mut value: u64, into: &mut Vec<u8>) {
    while value >= 0x80 {
        into.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    into.push(u8::try_from(value).unwrap());
}

fn delimited(field: i32, bytes: &[u8], into: &mut Vec<u8>) {
    varint(u64::try_from(field).unwrap() << 3 | 2, into);
    varint(bytes.len() as u64, into);
    into.extend_from_slice(bytes);
}

/// Every message of the contract by its full name.
fn find<'a>(set: &'a FileDescriptorSet, name: &str) -> Option<&'a DescriptorProto> {
    let name = name.strip_prefix('.')?;
    set.file.iter().find_map(|file| {
        let rest = name.strip_prefix(file.package())?.strip_prefix('.')?;
        let mut parts = rest.split('.');
        let first = parts.next()?;
        let top = file.message_type.iter().find(|message| message.name() == first)?;
        parts.try_fold(top, |within, part| within.nested_type.iter().find(|message| message.name() == part))
    })
}

/// A message with the canary in every text, and identifiers where the contract asks for them.
fn filled(set: &FileDescriptorSet, message: &DescriptorProto, depth: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in &message.field {
        let kind = field.r#type();
        if kind == Type::String {
            let id = field.name().ends_with("_id");
            let text = if id { concord_support::fresh() } else { format!("{CANARY} of {}", field.name()) };
            delimited(field.number(), text.as_bytes(), &mut bytes);
        } else if kind == Type::Message && depth > 0 {
            if let Some(inner) = find(set, field.type_name()) {
                delimited(field.number(), &filled(set, inner, depth - 1), &mut bytes);
            }
        } else if NUMBERS.contains(&kind) {
            varint(u64::try_from(field.number()).unwrap() << 3, &mut bytes);
            varint(1, &mut bytes);
        }
    }
    bytes
}

/// The first line of `text` that holds one of `secrets`, with what it holds.
fn line_with<'a>(text: &str, secrets: &'a BTreeSet<String>) -> Option<(&'a str, String)> {
    text.lines().find_map(|line| {
        let secret = secrets.iter().find(|secret| line.contains(secret.as_str()))?;
        Some((secret.as_str(), line.chars().take(400).collect()))
    })
}

fn assert_silent(whose: &str, text: &str, secrets: &BTreeSet<String>) {
    assert!(!text.is_empty(), "{whose}: nothing was looked at");
    let told = line_with(text, secrets);
    assert!(told.is_none(), "{whose} tells {told:?}");
}

#[test]
fn the_suite_sees_a_name_in_a_line() {
    let secrets = BTreeSet::from(["Ada Example".to_owned()]);
    let log = "{\"message\":\"the view is live\"}\n{\"message\":\"no row of Ada Example\"}\n";
    assert_eq!(line_with(log, &secrets).unwrap().0, "Ada Example");
    assert_eq!(line_with("{\"message\":\"the view is live\"}", &secrets), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_of_any_call_reaches_logs_metrics_or_spans() {
    let folder = tempfile::tempdir().unwrap();
    let (collector, address) = Collector::listen().await;
    let server = talkative(folder.path(), Some(&address)).await;
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
    let (doctor, therapist) =
        (server.token(PSYCHIATRIST).await.unwrap(), server.token(THERAPIST).await.unwrap());
    let methods = methods_with_inputs();
    assert!(methods.len() > 100, "only {} calls", methods.len());
    for (path, input) in &methods {
        let body = Bytes::from(filled(&set, find(&set, input).unwrap(), DEPTH));
        for token in [&doctor, &therapist] {
            let asked = answer(&server.url, path, Some(token), body.clone());
            // Refused or not: what is told of it is looked at. A list that is watched goes on for ever.
            let _told = tokio::time::timeout(Duration::from_millis(300), asked).await;
        }
    }
    // Words that are accepted and recorded.
    let client = server.client(PSYCHIATRIST).await.unwrap();
    let intake = Intake::admit(&client).await.unwrap();
    let mut referral = Intake { patient: uuid::Uuid::from_u128(0xACE), stay: intake.stay }.referral();
    referral.name = format!("{CANARY} Example");
    referral.reason = format!("{CANARY} is low");
    client.send(referral).await.unwrap();
    collector.find("span of the last call", |span| span.name.ends_with("/ReferPatient")).await;

    let secrets: BTreeSet<String> =
        [CANARY.to_owned(), intake.patient.to_string(), doctor.clone(), "Ada Example".to_owned()].into();
    let (_, metrics) = ask(&server, "/metrics").await;
    assert_silent("the metrics", &metrics, &secrets);
    assert_silent("a span", &format!("{:#?}", collector.spans()), &secrets);
    let log = server.kill_and_tell().await.unwrap();
    assert!(
        log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "all of it is JSON"
    );
    assert_silent("the log", &log, &secrets);
}

/// Texts of a stored payload that are somebody's words or names.
fn telling(value: &serde_json::Value, into: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) if text.len() >= TELLING && text.contains(' ') => {
            into.insert(text.clone());
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| telling(value, into)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| telling(value, into)),
        serde_json::Value::String(_)
        | serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_recorded_of_a_cohort_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = Command::new(CONCORD);
    command
        .env("CONCORD_LOG__FILTER", "trace")
        .env("CONCORD_LOG__FORMAT", "json")
        .args(["--data", &data.to_string_lossy(), "demo", "--exit", "--json"])
        .args(["--clients", "3", "--days", "30", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let played = tokio::time::timeout(PLAY, command.output()).await.unwrap().unwrap();
    let log = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(played.status.success(), "{log}");

    let file = rusqlite::Connection::open(data.join("demo/clinical.ledger")).unwrap();
    let mut rows = file.prepare("SELECT payload, metadata FROM entries").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))).unwrap();
    let mut secrets: BTreeSet<String> =
        ["sertraline", "buprenorphine", "lithium", "clonazepam"].map(str::to_owned).into();
    for row in rows {
        let (payload, metadata) = row.unwrap();
        telling(&serde_json::from_slice(&payload).unwrap(), &mut secrets);
        let metadata: serde_json::Value = serde_json::from_slice(&metadata).unwrap();
        secrets.insert(metadata["patient"].as_str().unwrap().to_owned());
    }
    assert!(secrets.len() > 30, "a cohort leaves more than {secrets:?}");
    assert_silent("the log", &log, &secrets);
}
