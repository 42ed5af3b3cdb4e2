//! Several processes, one record: the topology of more than one machine, with parts of it killed under load.
//!
//! The witness is this process: it survives, and knows what was acknowledged to whom.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use concord_client::consumer::async_nats;
use concord_client::{Client, Retry};
use concord_cluster::Cluster;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::ledger::v1::{ReadRangeRequest, StoredEvent};
use concord_proto::concord::program::v1 as program;
use concord_support::{Intake, Person, fresh, now};
use prost::Message;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::{AUDITOR, CONCORD, PSYCHIATRIST};

/// The processes that answer calls.
const APIS: [&str; 2] = ["api-0", "api-1"];
/// Who reads the log for others.
const SERVICE: Person = Person::new("service", 5);
/// Where the relay publishes.
const STREAM: &str = "CONCORD-demo";
/// Callers of each of them.
const CALLERS: usize = 4;
/// Commands that each caller has acknowledged before something is killed, and after.
const COMMANDS: usize = 12;
/// How long anything may take that ends by itself.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(50);

/// Acknowledged commands: how many events each recorded, and up to which position.
#[derive(Default)]
struct Witness(Mutex<HashMap<String, (u32, u64)>>);

impl Witness {
    fn heard(&self, command: String, events: u32, token: Option<&Token>) {
        self.0.lock().unwrap().insert(command, (events, token.unwrap().position));
    }

    fn last(&self) -> u64 {
        self.0.lock().unwrap().values().map(|(_, position)| *position).max().unwrap_or_default()
    }
}

/// What a process says that is recorded: each position with its command.
type Record = Vec<(u64, String)>;

/// What contradicts that everything acknowledged is in `record` once, where its receipt said, and that nothing is missing.
fn contradiction(witness: &HashMap<String, (u32, u64)>, record: &Record) -> Option<String> {
    for ((position, _), wanted) in record.iter().zip(1..) {
        if *position != wanted {
            return Some(format!("position {position} stands where {wanted} belongs"));
        }
    }
    let mut places: HashMap<&str, Vec<u64>> = HashMap::new();
    for (position, command) in record {
        places.entry(command).or_default().push(*position);
    }
    witness.iter().find_map(|(command, (events, last))| match places.get(command.as_str()) {
        None => Some(format!("{command} is lost")),
        Some(places) if places.len() != *events as usize => Some(format!("{command} is at {places:?}")),
        Some(places) if places.last() != Some(last) => Some(format!("{command} is not at {last}")),
        Some(_) => None,
    })
}

fn result(intake: Intake) -> chart::RecordResultRequest {
    chart::RecordResultRequest {
        header: intake.header(),
        lab: "sodium".to_owned(),
        value: Some(139.0),
        unit: "mmol/L".to_owned(),
        taken_at: Some(now()),
        last_dose_at: None,
    }
}

/// Sends results of `patients` in turn until `COMMANDS` are acknowledged. Whoever breaks off is asked no more; the same command goes
/// to the next of `clients`.
async fn load(clients: Vec<Client>, patients: Vec<Intake>, witness: Arc<Witness>) {
    let mut turn = 0;
    for number in 0..COMMANDS {
        let asked = result(patients[number % patients.len()]);
        let command = asked.header.as_ref().unwrap().command_id.clone();
        let receipt = loop {
            match clients[turn % clients.len()].send(asked.clone()).await {
                Ok(receipt) => break receipt,
                // Killed, or cut off from a database that was killed: the outcome is not known, so the same is sent again.
                Err(_) => turn += 1,
            }
            tokio::time::sleep(PAUSE).await;
        };
        witness.heard(command, receipt.events, receipt.token.as_ref());
    }
}

/// Load at every process of `APIS`, half of it on patients that both write to.
fn loads(clients: &[Client], shared: &[Intake], witness: &Arc<Witness>) -> Vec<tokio::task::JoinHandle<()>> {
    let callers = (0..clients.len() * CALLERS).map(|caller| {
        let mut clients: Vec<_> = clients.to_vec();
        let first = caller % clients.len();
        clients.rotate_left(first);
        tokio::spawn(load(clients, shared.to_vec(), Arc::clone(witness)))
    });
    callers.collect()
}

async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("{what} takes too long"))
}

/// What the process that `auditor` asks has recorded, once it knows of `position`.
async fn record(auditor: &Client, position: u64) -> Record {
    loop {
        let asked = ReadRangeRequest::default();
        let mut batches = auditor.ledger().read_range(asked).await.unwrap().into_inner();
        let mut found = Vec::new();
        while let Some(batch) = batches.message().await.unwrap() {
            for event in batch.events {
                let metadata: Value = serde_json::from_slice(&event.metadata).unwrap();
                found.push((event.position, metadata["command"].as_str().unwrap().to_owned()));
            }
        }
        if found.len() as u64 >= position {
            return found;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Who is with the program, as the process that `client` asks shows it once it knows of `token`.
async fn roster(client: &Client, token: Token) -> BTreeMap<String, String> {
    let asks = program::ListEpisodesRequest {
        min_position: Some(token),
        page: None,
        program: "iop-adult".to_owned(),
    };
    let lines = client.program().list_episodes(asks).await.unwrap().into_inner().episodes;
    lines.into_iter().map(|line| (line.patient_id.clone(), format!("{line:?}"))).collect()
}

async fn clients(cluster: &Cluster) -> Vec<Client> {
    let mut clients = Vec::new();
    for api in APIS {
        let client = cluster.client(api, PSYCHIATRIST).await.unwrap();
        clients.push(client.retrying(Retry { attempts: 1, ..Retry::default() }));
    }
    clients
}

/// Every process that answers has the same record, everything acknowledged is in it once, the views show the same, and all of it
/// is published.
async fn agree(cluster: &Cluster, witness: &Witness, patients: &[Intake]) {
    let last = witness.last();
    let acknowledged = witness.0.lock().unwrap().clone();
    let doctor = cluster.client(APIS[0], PSYCHIATRIST).await.unwrap();
    let receipt = doctor.send(result(patients[0])).await.unwrap();
    let token = receipt.token.unwrap();
    assert!(token.position > last, "what follows comes after");
    let (mut records, mut rosters) = (Vec::new(), Vec::new());
    for api in APIS {
        let auditor = cluster.client(api, AUDITOR).await.unwrap();
        let record = within("reading the record", record(&auditor, token.position)).await;
        assert_eq!(contradiction(&acknowledged, &record), None, "{api}");
        records.push(record[..usize::try_from(token.position).unwrap()].to_vec());
        let client = cluster.client(api, PSYCHIATRIST).await.unwrap();
        let roster = within("reading a view", roster(&client, token.clone())).await;
        for patient in patients {
            assert!(roster.contains_key(&patient.patient.to_string()), "{api} does not show everybody");
        }
        rosters.push(roster);
    }
    assert_eq!(records[0], records[1], "there is one record");
    assert_eq!(rosters[0], rosters[1], "views show the same");
    published(cluster, token.position).await;
}

/// What is recorded up to `last` is on JetStream, once and in the order of the record. It is read from the stream itself: a
/// consumer would fill what is missing there.
async fn published(cluster: &Cluster, last: u64) {
    let client = async_nats::connect(cluster.nats().remove(0)).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let there = async {
        loop {
            if let Ok(stream) = jetstream.get_stream(STREAM).await
                && stream.cached_info().state.last_sequence >= last
            {
                return stream;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let stream = within("what the relay has to publish", there).await;
    let mut published = Vec::new();
    for sequence in 1..=last {
        let message = stream.get_raw_message(sequence).await.unwrap();
        published.push(StoredEvent::decode(message.payload).unwrap().leaf_hash);
    }
    let service = cluster.client(APIS[0], SERVICE).await.unwrap();
    let mut batches = service.ledger().read_range(ReadRangeRequest::default()).await.unwrap().into_inner();
    let mut recorded = Vec::new();
    while let Some(batch) = batches.message().await.unwrap() {
        recorded.extend(batch.events.into_iter().map(|event| event.leaf_hash));
    }
    assert_eq!(published[..], recorded[..published.len()], "the stream is the record");
}

async fn start(folder: &Path) -> (Cluster, Vec<Client>, Vec<Intake>) {
    let cluster = Cluster::start(Path::new(CONCORD), folder).await.unwrap();
    let clients = clients(&cluster).await;
    let mut patients = Vec::new();
    for client in &clients {
        patients.push(Intake::admit(client).await.unwrap());
    }
    (cluster, clients, patients)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_loses_and_doubles_nothing_when_one_process_and_then_the_database_are_killed() {
    let seed = std::process::id();
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let folder = tempfile::tempdir().unwrap();
    let (mut cluster, clients_before, patients) = start(folder.path()).await;
    let witness = Arc::new(Witness::default());

    let running = loads(&clients_before, &patients, &witness);
    let victim = APIS[random.random_range(0..APIS.len())];
    tokio::time::sleep(Duration::from_millis(random.random_range(0..400))).await;
    println!("{victim} is killed after {} answers", witness.0.lock().unwrap().len());
    cluster.kill(victim).await.unwrap();
    for caller in running {
        within("what one process takes over", caller).await.unwrap();
    }
    cluster.run(victim).await.unwrap();
    agree(&cluster, &witness, &patients).await;

    let running = loads(&clients(&cluster).await, &patients, &witness);
    tokio::time::sleep(Duration::from_millis(random.random_range(0..400))).await;
    println!("the database is killed after {} answers", witness.0.lock().unwrap().len());
    cluster.fail_over().unwrap();
    for caller in running {
        within("what goes on at the standby", caller).await.unwrap();
    }
    let acknowledged = witness.0.lock().unwrap().len();
    assert_eq!(
        acknowledged,
        2 * APIS.len() * CALLERS * COMMANDS,
        "every command was acknowledged in the end"
    );
    agree(&cluster, &witness, &patients).await;
    cluster.stop().await.unwrap();
}

#[test]
fn the_suite_sees_a_record_that_lost_or_doubled_what_was_acknowledged() {
    let (one, two) = (fresh(), fresh());
    let witness = HashMap::from([(one.clone(), (1, 1)), (two.clone(), (2, 3))]);
    let whole = vec![(1, one.clone()), (2, two.clone()), (3, two.clone())];
    assert_eq!(contradiction(&witness, &whole), None);
    let short = whole[..2].to_vec();
    let hole = vec![whole[0].clone(), whole[2].clone()];
    let twice = [&whole[..], &[(4, one.clone())]].concat();
    let elsewhere = vec![(1, two.clone()), (2, two.clone()), (3, one.clone())];
    let foreign = vec![(1, one), (2, fresh()), (3, fresh())];
    for broken in [short, hole, twice, elsewhere, foreign] {
        assert!(contradiction(&witness, &broken).is_some(), "{broken:?}");
    }
}
