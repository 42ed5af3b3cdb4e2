//! A process that is killed: whatever it had answered for is on record.
//!
//! The test binary starts itself again as a child that records looks on a ledger in a file, and writes each number to a
//! witness file in another folder when it is told that the look is on record, as if it answered then.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use concord_kernel::SystemClock;
use concord_ledger::{Filter, fsck};
use concord_looks::{Answering, Limits, Record, read_event};
use futures::future::join_all;

use crate::support::{in_file, keep, look, noon};

/// Rounds of kills without `CONCORD_SOAK`.
const KILLS: u64 = 3;
/// Looks at once in the child.
const AT_ONCE: u128 = 16;
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
#[ignore = "the child of the tests beside it"]
fn child() {
    let setting = |name| PathBuf::from(std::env::var_os(name).expect("the parent says where"));
    let (file, witness) = (setting("LOOKS_FILE"), setting("LOOKS_WITNESS"));
    let answering = match std::env::var_os("LOOKS_MUTATION") {
        Some(_) => Answering::MutationBeforeTheRecord,
        None => Answering::AfterTheRecord,
    };
    let first: u128 = setting("LOOKS_FIRST").to_str().unwrap().parse().unwrap();
    let mut witness = OpenOptions::new().append(true).create(true).open(witness).unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let looks = keep(in_file(&file), std::sync::Arc::new(SystemClock), Limits::default());
        let looks = looks.answering(answering);
        for round in 0_u128.. {
            let numbers = (0..AT_ONCE).map(|place| first + round * AT_ONCE + place);
            let each = numbers.map(|number| {
                let looks = looks.clone();
                async move {
                    looks.record(vec![Record::Look(look(noon(), number, [number]))]).await.unwrap();
                    number
                }
            });
            let answered = join_all(each).await;
            let mut lines = Vec::new();
            for number in answered {
                writeln!(lines, "{number}").unwrap();
            }
            witness.write_all(&lines).unwrap();
        }
    });
}

fn answered(witness: &Path) -> Vec<u128> {
    let text = std::fs::read_to_string(witness).unwrap_or_default();
    // The last line may be half.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| line.parse().unwrap()).collect()
}

async fn recorded(file: &Path) -> HashSet<u128> {
    let ledger = in_file(file);
    let (mut people, mut after) = (HashSet::new(), 0);
    loop {
        let page = ledger.read(after, &Filter::default(), 1_000).await.unwrap();
        for entry in &page.entries {
            for record in read_event(&entry.event_type, &entry.payload).unwrap() {
                let Record::Look(look) = record else { panic!("nothing was disclosed") };
                people.insert(look.who.person.uuid().as_u128());
            }
        }
        if page.through == after {
            return people;
        }
        after = page.through;
    }
}

/// Kills children under load, and gives how many looks that were answered are not on record.
async fn missing(rounds: u64, mutation: bool) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let beside = tempfile::tempdir().unwrap();
    let (file, witness) = (folder.path().join("access.ledger"), beside.path().join("witness"));
    let mut missing = 0;
    for round in 0..rounds {
        let before = answered(&witness).len();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "crash::child", "--ignored", "--nocapture"])
            .env("LOOKS_FILE", &file)
            .env("LOOKS_WITNESS", &witness)
            .env("LOOKS_FIRST", (u128::from(round) << 64).to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if mutation {
            command.env("LOOKS_MUTATION", "yes");
        }
        let mut child = command.spawn().unwrap();
        let end = Instant::now() + PATIENCE;
        let wanted = before + 200 + usize::try_from(round * 37 % 400).unwrap();
        while answered(&witness).len() < wanted {
            assert!(Instant::now() < end, "the child answers nothing");
            assert_eq!(child.try_wait().unwrap(), None, "the child ended by itself");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (answered, recorded) = (answered(&witness), recorded(&file).await);
        missing = answered.iter().filter(|number| !recorded.contains(number)).count();
        fsck(&file, &mut |_, _| {}).unwrap();
    }
    missing
}

fn rounds() -> u64 {
    let soak = std::env::var_os("CONCORD_SOAK").and_then(|rounds| rounds.to_str()?.parse().ok());
    soak.unwrap_or(KILLS)
}

#[tokio::test]
async fn a_killed_process_has_answered_for_no_look_that_is_not_on_record() {
    assert_eq!(missing(rounds(), false).await, 0);
}

#[tokio::test]
async fn the_suite_sees_looks_that_a_killed_process_answered_for_before_their_record() {
    for _ in 0..20 {
        if missing(1, true).await > 0 {
            return;
        }
    }
    panic!("the mutation was never seen");
}
