//! A process that is killed between decision, record and send: nothing was sent that is not on record.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use concord_domain::DomainEvent;
use concord_domain::feed::Event;
use concord_feed::PartnerKeys;
use concord_kernel::{LedgerId, StreamRef};
use concord_ledger::Filter;
use concord_looks::{DISCLOSED, Record, read_event};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use crate::child::{FOLDER, MUTATION, ROUND, WITNESS, ledger};
use crate::scene::{riverside, subscription, tenant};

/// Rounds of kills without `CONCORD_SOAK`.
const KILLS: u64 = 4;
const PATIENCE: Duration = Duration::from_mins(2);

fn number(variable: &str) -> Option<u64> {
    std::env::var_os(variable).map(|text| text.to_str().unwrap().parse().expect("a number"))
}

fn started(folder: &Path, round: u64, mutation: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child::child", "--ignored", "--nocapture"]);
    command.env(FOLDER, folder).env(ROUND, round.to_string());
    if mutation {
        command.env(MUTATION, "1");
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Round, sequence number and event of everything that was sent. The last line may be half.
fn sent(folder: &Path) -> Vec<(u64, u64, Uuid)> {
    let text = std::fs::read_to_string(folder.join(WITNESS)).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let line = |line: &str| {
        let mut words = line.split(' ');
        let mut next = || words.next().unwrap();
        (next().parse().unwrap(), next().parse().unwrap(), next().parse().unwrap())
    };
    whole.lines().map(line).collect()
}

/// The child runs until it has sent this much in its round, and some moments more.
fn killed_after(folder: &Path, round: u64, mutation: bool, dice: &mut ChaCha8Rng) {
    let mut child = started(folder, round, mutation);
    let (begun, enough) = (Instant::now(), dice.random_range(1..40));
    while sent(folder).iter().filter(|(of, ..)| *of == round).count() < enough {
        assert!(begun.elapsed() < PATIENCE, "nothing is sent in round {round}");
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself in round {round}");
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_micros(dice.random_range(0..4_000)));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What is on record as decided: sequence number and event, and what is accounted for as disclosed.
async fn recorded(folder: &Path) -> (BTreeSet<(u64, Uuid)>, BTreeSet<Uuid>) {
    let (clinical, access) = (LedgerId::clinical(tenant()), LedgerId::access(tenant()));
    let (clinical, access) = (ledger(folder, clinical), ledger(folder, access));
    let key = PartnerKeys::new([7; 32]).of(&tenant(), &riverside());
    let all = clinical.read(0, &Filter::default(), usize::MAX >> 1).await.unwrap().entries;
    let called = |position: u64| {
        let entry = &all[usize::try_from(position - 1).unwrap()];
        key.event(entry.stream, entry.version)
    };
    let (mut decided, mut disclosed) = (BTreeSet::new(), BTreeSet::new());
    let stream = StreamRef::feed(subscription(1));
    for entry in access.read_stream(stream, 0, usize::MAX >> 1).await.unwrap() {
        if &*entry.event_type == DISCLOSED {
            for record in read_event(&entry.event_type, &entry.payload).unwrap() {
                let Record::Disclosure(line) = record else { continue };
                disclosed.extend(line.positions.iter().map(|position| called(*position)));
            }
            continue;
        }
        let event = DomainEvent::decode(entry.stream.kind, &entry.payload).unwrap();
        if let DomainEvent::Feed(Event::MessagesDecided { first, positions, .. }) = event {
            decided.extend(positions.iter().zip(first..).map(|(position, n)| (n, called(*position))));
        }
    }
    (decided, disclosed)
}

/// What was sent and is not on record.
async fn unrecorded(folder: &Path) -> Vec<(u64, Uuid)> {
    let (decided, disclosed) = recorded(folder).await;
    let missing = |(_, n, id): &(u64, u64, Uuid)| !decided.contains(&(*n, *id)) || !disclosed.contains(id);
    sent(folder).into_iter().filter(missing).map(|(_, n, id)| (n, id)).collect()
}

fn dice() -> ChaCha8Rng {
    let seed = number("CONCORD_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("CONCORD_SEED={seed}");
    ChaCha8Rng::seed_from_u64(seed)
}

#[tokio::test]
async fn a_process_that_is_killed_has_sent_nothing_that_is_not_on_record() {
    let (folder, mut dice) = (tempfile::tempdir().unwrap(), dice());
    for round in 0..number("CONCORD_SOAK").unwrap_or(KILLS) {
        killed_after(folder.path(), round, false, &mut dice);
        let missing = unrecorded(folder.path()).await;
        assert!(missing.is_empty(), "round {round}: sent without record: {missing:?}");
        let sent = sent(folder.path());
        let numbers: Vec<_> = sent.iter().filter(|(of, ..)| *of == round).map(|(_, n, _)| *n).collect();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "round {round}: {numbers:?}");
    }
}

#[tokio::test]
async fn the_suite_sees_what_is_sent_before_it_is_recorded() {
    let (folder, mut dice) = (tempfile::tempdir().unwrap(), dice());
    killed_after(folder.path(), 0, true, &mut dice);
    assert!(!unrecorded(folder.path()).await.is_empty());
}
