//! Processes that stop for good, or for long, while they hold the head row: the others go on.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use concord_kernel::{Clock, Instant};
use concord_ledger::{AppendError, Expected, Ledger, PostgresLedger, PostgresOptions};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::postgres::all;
use crate::support::{append, clock, database, ids, ledger_id, morning, new, open_postgres, stream};

/// How long a process may hold the row without going on.
const PAUSE: Duration = Duration::from_secs(1);
const FOR_EVER: Duration = Duration::from_hours(1);
/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a child says when its command is recorded.
const RECORDED: &str = "recorded";

fn options(longest_pause: Duration) -> PostgresOptions {
    PostgresOptions {
        longest_pause,
        longest_answer: 3 * PAUSE,
        patience: 10 * PAUSE,
        ..PostgresOptions::default()
    }
}

async fn open(database: &Config, longest_pause: Duration) -> PostgresLedger {
    PostgresLedger::open(database, ledger_id(), clock(), ids(), options(longest_pause)).await.unwrap()
}

/// Stops its process when it is asked for the time, once: the writer asks while it holds the head row.
#[derive(Default)]
struct StoppingClock(AtomicBool);

impl Clock for StoppingClock {
    fn now(&self) -> Instant {
        if self.0.swap(false, Ordering::SeqCst) {
            let own = std::process::id().to_string();
            Command::new("kill").args(["-STOP", &own]).status().unwrap();
        }
        morning()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "another test starts it as a process of its own"]
async fn child() {
    let database = std::env::var_os("STOPPED_DATABASE").expect("another test starts this");
    let pause = std::env::var_os("STOPPED_PAUSE").unwrap().into_string().unwrap();
    let database: Config = database.to_str().unwrap().parse().unwrap();
    let clock = Arc::new(StoppingClock::default());
    let options = options(Duration::from_millis(pause.parse().unwrap()));
    let ledger = PostgresLedger::open(&database, ledger_id(), clock.clone(), ids(), options).await.unwrap();
    clock.0.store(true, Ordering::SeqCst);
    while ledger.append(append(1, stream(1), Expected::Any, 1)).await == Err(AppendError::Unavailable) {}
    println!("{RECORDED}");
}

/// Ends the child with the test.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

impl Stopped {
    /// A process that has stopped with the head row in its hands.
    fn start(database: &Config, longest_pause: Duration) -> Self {
        let Host::Unix(folder) = &database.get_hosts()[0] else { panic!("a socket") };
        let address = format!(
            "host={} port={} user=concord dbname={}",
            folder.display(),
            database.get_ports()[0],
            database.get_dbname().unwrap()
        );
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "stopped::child", "--ignored", "--nocapture"])
            .env("STOPPED_DATABASE", address)
            .env("STOPPED_PAUSE", longest_pause.as_millis().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stopped = Self(child);
        let end = std::time::Instant::now() + PATIENCE;
        while !stopped.is_stopped() {
            assert!(std::time::Instant::now() < end, "the child does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
        stopped
    }

    fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T'))
    }

    /// Lets it go on, until it has what it wanted.
    fn go_on(&mut self) {
        Command::new("kill").args(["-CONT", &self.0.id().to_string()]).status().unwrap();
        let said = BufReader::new(self.0.stdout.take().unwrap()).lines();
        assert!(said.map_while(Result::ok).any(|line| line.contains(RECORDED)));
    }
}

/// How many sessions hold a head row.
async fn holders(database: &Config) -> i64 {
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let held = "SELECT count(*) FROM pg_locks WHERE relation = 'heads'::regclass AND mode = 'RowShareLock' AND granted";
    client.query_one(held, &[]).await.unwrap().get(0)
}

async fn soon<T>(asked: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, asked).await.expect("it comes to an end")
}

#[tokio::test(flavor = "multi_thread")]
async fn others_go_on_though_a_stopped_process_holds_the_head() {
    let database = database();
    let other = open(&database, PAUSE).await;
    let mut stopped = Stopped::start(&database, PAUSE);
    for number in 2..5 {
        new(soon(other.append(append(number, stream(1), Expected::Any, 1))).await);
    }
    // Whoever wakes up finds that it has not happened, and asks again.
    stopped.go_on();
    let entries = all(&other).await;
    let commands: Vec<_> = entries.iter().map(|entry| entry.metadata.clone()).collect();
    assert_eq!(commands, [2, 3, 4, 1].map(|number| format!("{{\"command\":\"{number}\"}}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_sees_a_head_that_nobody_takes_from_a_stopped_process() {
    let database = database();
    let other = open(&database, FOR_EVER).await;
    let _stopped = Stopped::start(&database, FOR_EVER);
    assert_eq!(holders(&database).await, 1);
    let refused = soon(other.append(append(2, stream(1), Expected::Any, 1))).await;
    assert_eq!(refused, Err(AppendError::Unavailable));
}

/// A message of the protocol: its kind, its length, what it says.
fn message(kind: u8, said: &[u8]) -> Vec<u8> {
    let length = u32::try_from(said.len() + 4).unwrap();
    [&[kind], length.to_be_bytes().as_slice(), said].concat()
}

/// Somebody who takes the head row, says half of a statement and then nothing more. Nothing limits its transaction.
fn half_a_statement(database: &Config) -> UnixStream {
    let Host::Unix(folder) = &database.get_hosts()[0] else { panic!("a socket") };
    let socket = folder.join(format!(".s.PGSQL.{}", database.get_ports()[0]));
    let mut session = UnixStream::connect(socket).unwrap();
    let named = format!("user\0concord\0database\0{}\0\0", database.get_dbname().unwrap());
    let startup = [196_608_u32.to_be_bytes().as_slice(), named.as_bytes()].concat();
    // The first message has no kind.
    session.write_all(&message(0, &startup)[1..]).unwrap();
    until_ready(&mut session);
    let hold = format!("BEGIN; SELECT lock_head('{}')\0", ledger_id());
    session.write_all(&message(b'Q', hold.as_bytes())).unwrap();
    until_ready(&mut session);
    session.write_all(&message(b'P', b"\0SELECT $1::text\0\0\0")).unwrap();
    let bind = message(b'B', &[0; 4_096]);
    session.write_all(&bind[..100]).unwrap();
    session
}

/// Reads whole messages until the server waits for the next statement.
fn until_ready(session: &mut UnixStream) {
    loop {
        let mut head = [0; 5];
        session.read_exact(&mut head).unwrap();
        let length = u32::from_be_bytes(head[1..].try_into().unwrap()) - 4;
        session.read_exact(&mut vec![0; usize::try_from(length).unwrap()]).unwrap();
        if head[0] == b'Z' {
            return;
        }
    }
}

/// The server itself ends only transactions whose process has sent whole statements.
#[tokio::test(flavor = "multi_thread")]
async fn others_go_on_though_somebody_has_stopped_within_a_statement() {
    let database = database();
    let other = open(&database, PAUSE).await;
    let used = open_postgres(&database, &clock()).await;
    new(used.append(append(1, stream(1), Expected::Any, 1)).await);
    let _half = half_a_statement(&database);
    assert_eq!(holders(&database).await, 1);
    new(soon(other.append(append(2, stream(1), Expected::Any, 1))).await);
    // One that goes without the lock meets it as well, and waits no longer than the function says.
    let _half = half_a_statement(&database);
    new(soon(used.append(append(3, stream(1), Expected::Any, 1))).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_sees_a_head_that_nobody_takes_from_half_a_statement() {
    let database = database();
    let other = open(&database, FOR_EVER).await;
    let _half = half_a_statement(&database);
    let refused = soon(other.append(append(2, stream(1), Expected::Any, 1))).await;
    assert_eq!(refused, Err(AppendError::Unavailable));
}
