//! Whoever is shown anything of a patient is on record before they see it, over every call of the contract and whatever
//! happens to the process; so is whoever is refused.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::Arc;

use concord_kernel::{LedgerId, RandomIds, SystemClock, TenantId};
use concord_ledger::{DataFolder, Filter, Ledger, SqliteLedger, SqliteOptions};
use concord_looks::{Look, Outcome, Record, read_event};
use concord_proto::concord::prescriber::v1::GetClientRequest;
use concord_support::{Concord, Intake, Person};
use prost::Message;
use serde_json::Value;
use tonic::Code;
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::every_call::methods_with_inputs;
use crate::questions::{PRIVACY_OFFICER, QUESTIONS, Scene, Tells, scene};
use crate::{CONCORD, PSYCHIATRIST, THERAPIST, start};

const NAME: &str = "Canary Alder";
/// May ask nothing of what is in the table.
const FAMILY: Person = Person::new("family", 77);

fn intake() -> Intake {
    Intake { patient: Uuid::from_u128(0xada), stay: Uuid::from_u128(0x57a1) }
}

/// Whether a message is a command's: it has a header, or is a stream of them.
fn is_command(input: &str) -> bool {
    use prost_types::FileDescriptorSet;
    let set = FileDescriptorSet::decode(concord_proto::FILE_DESCRIPTOR_SET).unwrap();
    let name = input.trim_start_matches('.');
    let message = set.file.iter().find_map(|file| {
        let local = name.strip_prefix(file.package())?.strip_prefix('.')?;
        file.message_type.iter().find(|message| message.name() == local)
    });
    let message = message.unwrap_or_else(|| panic!("{input} is in no file"));
    message.field.iter().any(|field| field.type_name().ends_with(".CommandHeader"))
        || message.name() == "ExecuteStreamRequest"
}

/// Calls of partners: what they take is on record as a disclosure, each event of it.
const OF_PARTNERS: [&str; 3] = [
    "/concord.feed.v1.FeedService/Subscribe",
    "/concord.feed.v1.FeedService/Acknowledge",
    "/concord.feed.v1.FeedService/Contribute",
];

#[test]
fn no_call_that_shows_something_is_missing_in_the_table_of_looks() {
    let listed: Vec<_> = QUESTIONS.iter().map(|question| question.path).collect();
    let calls = methods_with_inputs().into_iter().filter(|(path, _)| !OF_PARTNERS.contains(&path.as_str()));
    for (path, input) in calls {
        assert_eq!(listed.contains(&path.as_str()), !is_command(&input), "{path}");
    }
}

/// Everything in the ledger of access of the demonstration's tenant, whose process has ended.
async fn recorded(data: &Path) -> Vec<Look> {
    let id = LedgerId::access(TenantId::parse("demo").unwrap());
    let file = DataFolder::file(data, &id);
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let ledger = SqliteLedger::open(&file, id, clock, ids, SqliteOptions::default()).unwrap();
    let (mut looks, mut after) = (Vec::new(), 0);
    loop {
        let page = ledger.read(after, &Filter::default(), 1_000).await.unwrap();
        for entry in &page.entries {
            let records = read_event(&entry.event_type, &entry.payload).unwrap().into_iter();
            looks.extend(records.filter_map(|record| match record {
                Record::Look(look) => Some(look),
                Record::Disclosure(_) => None,
            }));
        }
        if page.through == after {
            return looks;
        }
        after = page.through;
    }
}

fn holds(answer: &[u8], what: &str) -> bool {
    answer.windows(what.len()).any(|part| part == what.as_bytes())
}

/// One token for each person.
async fn tokens(server: &Concord) -> HashMap<Uuid, String> {
    let mut tokens = HashMap::new();
    for person in QUESTIONS.iter().map(|question| question.by).chain([FAMILY]) {
        if let Entry::Vacant(place) = tokens.entry(person.id) {
            place.insert(server.token(person).await.unwrap());
        }
    }
    tokens
}

#[tokio::test]
async fn every_call_that_tells_of_a_patient_leaves_a_record_and_every_refusal_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let scene = scene(&server.client(PSYCHIATRIST).await.unwrap(), intake(), NAME).await;
    let patient = scene.intake.patient.to_string();
    let tokens = tokens(&server).await;
    for question in QUESTIONS {
        let path = question.path;
        let answer = question.ask(&server.url, &tokens[&question.by.id], &scene).await;
        match question.tells {
            Tells::OfThePatient => drop(answer.unwrap_or_else(|status| panic!("{path}: {status:?}"))),
            Tells::OfNobody => {
                let answer = answer.unwrap_or_default();
                assert!(!holds(&answer, NAME) && !holds(&answer, &patient), "{path} tells of the patient");
                let bytes = scene.intake.patient.as_bytes();
                assert!(!answer.windows(16).any(|part| part == bytes), "{path} names the patient");
            }
        }
        let refused = question.ask(&server.url, &tokens[&FAMILY.id], &scene).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{path}");
    }
    server.kill().await.unwrap();
    let looks = recorded(folder.path()).await;
    for question in QUESTIONS {
        let (path, call) = (question.path, question.call());
        let of = |look: &&Look, person: Person| *look.call == *call && look.who.person.uuid() == person.id;
        let shown = looks.iter().filter(|look| of(look, question.by));
        let mut shown = shown.filter(|look| {
            look.outcome == Outcome::Answered
                && look.patients.iter().any(|shown| shown.uuid() == scene.intake.patient)
        });
        let shown = shown.next();
        assert_eq!(shown.is_some(), question.tells == Tells::OfThePatient, "{path} and its record");
        assert!(shown.is_none_or(|look| look.policy.is_some()), "{path} and the policy that permits it");
        let refused = looks.iter().filter(|look| of(look, FAMILY));
        let reasons: Vec<_> = refused.map(|look| look.outcome.clone()).collect();
        assert_eq!(reasons, [Outcome::Refused { reason: "NOT_PERMITTED".into() }], "{path} and its refusal");
    }
}

async fn get_client(server: &Concord, person: Person, scene: &Scene) -> Result<(), tonic::Status> {
    let patient_id = scene.intake.patient.to_string();
    let asks = GetClientRequest { patient_id, min_position: scene.known.clone() };
    server.client(person).await.unwrap().prescriber().get_client(asks).await.map(drop)
}

#[tokio::test]
async fn who_looked_is_told_to_the_privacy_officer_and_to_the_patient_themself() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let scene = scene(&server.client(PSYCHIATRIST).await.unwrap(), intake(), NAME).await;
    get_client(&server, PSYCHIATRIST, &scene).await.unwrap();
    assert_eq!(get_client(&server, FAMILY, &scene).await.unwrap_err().code(), Code::PermissionDenied);
    let patient = scene.intake.patient.to_string();
    let own = Person { role: "patient", id: scene.intake.patient };
    let told = |person| {
        let (server, patient) = (&server, patient.clone());
        async move {
            let token = server.token(person).await.unwrap();
            let asked = ["audit", "looks", "--patient", &patient, "--json", "--url", &server.url];
            let output = server.run(&[&asked[..], &["--token", &token]].concat()).await.unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            if !output.status.success() {
                return Err(said);
            }
            Ok(serde_json::from_slice::<Value>(&output.stdout).unwrap())
        }
    };
    for person in [PRIVACY_OFFICER, own] {
        let told = told(person).await.unwrap();
        let calls: Vec<_> = told["looks"].as_array().unwrap().iter().take(2).collect();
        assert_eq!(calls[0]["person"], PSYCHIATRIST.id.to_string());
        assert_eq!(calls[0]["call"], "concord.prescriber.v1.GetClient");
        assert_eq!((&calls[0]["role"], &calls[0]["purpose"]), (&"psychiatrist".into(), &"treatment".into()));
        assert_eq!((&calls[0]["policy"], &calls[1]["policy"]), (&"psychiatrists-read".into(), &"".into()));
        assert_eq!(calls[1]["refused"], "NOT_PERMITTED");
    }
    let other = Person { role: "patient", id: Uuid::from_u128(0xbe9) };
    for person in [other, THERAPIST, PSYCHIATRIST] {
        let refused = told(person).await.unwrap_err();
        let words = ["NOT_PERMITTED", "does not permit", "NOT_FOUND"];
        assert!(words.iter().any(|word| refused.contains(word)), "{refused}");
    }
}

#[tokio::test]
async fn nothing_is_shown_while_looks_cannot_be_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let scene = scene(&server.client(PSYCHIATRIST).await.unwrap(), intake(), NAME).await;
    get_client(&server, PSYCHIATRIST, &scene).await.unwrap();
    let id = LedgerId::access(TenantId::parse("demo").unwrap());
    let other = rusqlite::Connection::open(DataFolder::file(folder.path(), &id)).unwrap();
    // What refuses to take a row, as a full disk does.
    other
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END")
        .unwrap();
    for person in [PSYCHIATRIST, FAMILY] {
        let refused = get_client(&server, person, &scene).await.unwrap_err();
        let reason = refused.get_details_error_info().map(|info| info.reason);
        assert_eq!((refused.code(), reason.as_deref()), (Code::Unavailable, Some("LOOKS_UNAVAILABLE")));
    }
    // Care goes on: what is recorded needs no look.
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    doctor.send(crate::clinic::outside(scene.intake, "valerian")).await.unwrap();
    other.execute_batch("DROP TRIGGER full").unwrap();
    get_client(&server, PSYCHIATRIST, &scene).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_under_reads_has_shown_nothing_that_is_not_on_record() {
    const READERS: u128 = 8;
    /// Rounds of kills without `CONCORD_SOAK`.
    const ROUNDS: u64 = 2;
    let soak = std::env::var_os("CONCORD_SOAK").and_then(|rounds| rounds.to_str()?.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let scene = scene(&server.client(PSYCHIATRIST).await.unwrap(), intake(), NAME).await;
    server.kill().await.unwrap();
    let mut answered: HashMap<Uuid, usize> = HashMap::new();
    for round in 0..soak.unwrap_or(ROUNDS) {
        let server = Concord::start(CONCORD, folder.path()).await.unwrap();
        let (enough, mut reached) = tokio::sync::mpsc::channel(1);
        let mut readers = Vec::new();
        for number in 0..READERS {
            let person = Person::new("nurse", 5_000 + number);
            let client = server.client(person).await.unwrap();
            let (scene, enough) = (scene.clone(), enough.clone());
            readers.push(tokio::spawn(async move {
                let asks = || GetClientRequest {
                    patient_id: scene.intake.patient.to_string(),
                    min_position: scene.known.clone(),
                };
                let mut shown = 0;
                let mut prescriber = client.prescriber();
                while prescriber.get_client(asks()).await.is_ok() {
                    shown += 1;
                    if shown == 20 + usize::try_from(round).unwrap() % 20 {
                        // Whoever is first ends it for all.
                        let _told = enough.try_send(());
                    }
                }
                (person.id, shown)
            }));
        }
        reached.recv().await.unwrap();
        server.kill().await.unwrap();
        for reader in readers {
            let (person, shown) = reader.await.unwrap();
            *answered.entry(person).or_default() += shown;
        }
        let looks = recorded(folder.path()).await;
        for (person, shown) in &answered {
            let of = looks.iter().filter(|look| look.who.person.uuid() == *person).count();
            assert!(of >= *shown, "round {round}: {shown} were shown, {of} are on record");
        }
    }
}
