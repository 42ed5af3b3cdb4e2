//! Commands whose callers do not know what became of them: the answer is lost after the commit, or the process ends
//! between the commit and the answer. Asked again under the same id, at once and later, in one way and another, a
//! command has one effect and one receipt.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use concord_client::{Client, Error, Retry};
use concord_kernel::{Clock, LedgerId, Role, SeededIds};
use concord_ledger::{CrashPoint, Faults, Ledger, SqliteLedger, SqliteOptions};
use concord_proto::concord::chart::v1::RecordResultRequest;
use concord_proto::concord::common::v1::CommandReceipt;
use concord_proto::concord::ledger::v1::ReadRangeRequest;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tonic::Code;
use uuid::Uuid;

use super::doctored::Doctored;
use super::samples::Sample;
use super::service::{Service, noon, signed, tenant};
use crate::Limits;

/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);
const PATIENT: u128 = 7;
/// The command that everything is about, the one before it and the one after it.
const COMMAND: u128 = 2;
const EARLIER: u128 = 1;
const LATER: u128 = 3;
const SIGNAL_ABORT: i32 = 6;

fn result(command: u128, value: f64) -> RecordResultRequest {
    let header = concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(PATIENT));
    RecordResultRequest { header: Some(header), value: Some(value), ..RecordResultRequest::sample() }
}

fn asked() -> RecordResultRequest {
    result(COMMAND, 430.0)
}

/// The same id for another command.
fn changed() -> RecordResultRequest {
    result(COMMAND, 431.0)
}

/// A connection of its own, for somebody who asks once.
async fn connected(url: &str, role: Role) -> Client {
    let client = Client::connect(url.to_owned(), &signed(role, &tenant(), noon().now())).await.unwrap();
    client.retrying(Retry { attempts: 1, ..Retry::default() })
}

async fn doctor(url: &str) -> Client {
    connected(url, Role::Psychiatrist).await
}

/// How a command is sent.
#[derive(Clone, Copy, Debug)]
enum Way {
    Alone,
    OnAStream,
}

async fn send(client: &Client, way: Way, asked: RecordResultRequest) -> Result<CommandReceipt, Error> {
    match way {
        Way::Alone => client.send(asked).await,
        Way::OnAStream => client.stream().await?.execute(asked).await,
    }
}

fn refused(answer: &Result<CommandReceipt, Error>) -> bool {
    matches!(answer, Err(Error::Call(fault)) if fault.code == Code::AlreadyExists && fault.reason == "COMMAND_REUSED")
}

/// Holds the ledger's writer at a point of its next transaction, once it is told to.
struct Held {
    point: CrashPoint,
    armed: AtomicBool,
    /// Whether the writer is there.
    there: Mutex<bool>,
    left: Condvar,
}

impl Held {
    fn at(point: CrashPoint) -> Arc<Self> {
        let (armed, there) = (AtomicBool::new(false), Mutex::new(false));
        Arc::new(Self { point, armed, there, left: Condvar::new() })
    }

    fn is_there(&self) -> bool {
        *self.there.lock().unwrap()
    }

    fn let_go(&self) {
        *self.there.lock().unwrap() = false;
        self.left.notify_all();
    }
}

impl Faults for Held {
    fn reached(&self, point: CrashPoint) {
        if point == self.point && self.armed.swap(false, Ordering::SeqCst) {
            let mut there = self.there.lock().unwrap();
            *there = true;
            drop(self.left.wait_timeout_while(there, PATIENCE, |there| *there).unwrap());
        }
    }
}

fn ledger(folder: &Path, faults: Arc<dyn Faults>) -> Arc<dyn Ledger> {
    let options = SqliteOptions { faults: Some(faults), ..SqliteOptions::default() };
    let path = folder.join("clinical.ledger");
    let id = LedgerId::clinical(tenant());
    Arc::new(SqliteLedger::open(&path, id, noon(), Arc::new(SeededIds::new(1)), options).unwrap())
}

/// A line between caller and service that can be cut: both sides lose their connection at once.
struct Line {
    url: String,
    carries: JoinHandle<()>,
}

impl Line {
    async fn to(service: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let carries = tokio::spawn(async move {
            let (mut caller, _) = listener.accept().await.unwrap();
            let mut service = TcpStream::connect(service).await.unwrap();
            // However it ends, both ends are dropped.
            let _ended = tokio::io::copy_bidirectional(&mut caller, &mut service).await;
        });
        Self { url, carries }
    }

    async fn cut(self) {
        self.carries.abort();
        let _cut = self.carries.await;
    }
}

async fn until(what: &str, mut is: impl FnMut() -> bool) {
    let waits = async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waits).await.is_ok(), "not within a minute: {what}");
}

/// The events of a command, by position.
async fn events_of(url: &str, command: u128) -> Vec<u64> {
    let auditor = connected(url, Role::Auditor).await;
    let asked = ReadRangeRequest { limit: u64::MAX, ..ReadRangeRequest::default() };
    let mut batches = auditor.ledger().read_range(asked).await.unwrap().into_inner();
    let (mut found, id) = (Vec::new(), Uuid::from_u128(command).to_string());
    while let Some(batch) = batches.message().await.unwrap() {
        for event in batch.events {
            let metadata: Value = serde_json::from_slice(&event.metadata).unwrap();
            if metadata["command"] == id.as_str() {
                found.push(event.position);
            }
        }
    }
    found
}

/// Asks again from several sides at once: twice the same, in two ways, and once with another body. `meanwhile` is
/// called when all of them are under way.
async fn at_once(url: &str, meanwhile: impl AsyncFnOnce()) -> Result<CommandReceipt, String> {
    let (first, second, third) = (doctor(url).await, doctor(url).await, doctor(url).await);
    let first = tokio::spawn(async move { send(&first, Way::Alone, asked()).await });
    let second = tokio::spawn(async move { send(&second, Way::OnAStream, asked()).await });
    let third = tokio::spawn(async move { send(&third, Way::Alone, changed()).await });
    meanwhile().await;
    let (first, second, third) = (first.await.unwrap(), second.await.unwrap(), third.await.unwrap());
    if !refused(&third) {
        return Err(format!("another body was not refused: {third:?}"));
    }
    match (first, second) {
        (Ok(first), Ok(second)) if first == second => Ok(first),
        answers => Err(format!("asked again at once, the answers differ: {answers:?}")),
    }
}

/// Moves the stream on and asks again; then the command has one effect and always had `receipt`.
async fn later(url: &str, receipt: &CommandReceipt) -> Result<(), String> {
    let client = doctor(url).await;
    let moved = client.send(result(LATER, 440.0)).await.map_err(|error| error.to_string())?;
    if moved.stream_version != receipt.stream_version + 1 {
        return Err(format!("the command after it is at version {}", moved.stream_version));
    }
    for way in [Way::Alone, Way::OnAStream] {
        let again = send(&client, way, asked()).await.map_err(|error| error.to_string())?;
        if again != *receipt {
            return Err(format!("asked again later ({way:?}), the answer is another: {again:?}"));
        }
        let other = send(&client, way, changed()).await;
        if !refused(&other) {
            return Err(format!("another body was not refused later ({way:?}): {other:?}"));
        }
    }
    let position = receipt.token.as_ref().map(|token| token.position).unwrap_or_default();
    let events = events_of(url, COMMAND).await;
    if events == [position] {
        Ok(())
    } else {
        Err(format!("its events are at {events:?}, not at {position}"))
    }
}

/// The connection breaks while the writer stands at `point`, and the command is asked again before it goes on.
async fn dropped(
    point: CrashPoint,
    way: Way,
    wrap: impl FnOnce(Arc<dyn Ledger>) -> Arc<dyn Ledger>,
) -> Result<(), String> {
    let (folder, held) = (tempfile::tempdir().unwrap(), Held::at(point));
    let ledger = wrap(ledger(folder.path(), held.clone()));
    let service = Service::start_over(Limits::default(), noon(), ledger).await;
    let url = format!("http://{}", service.address);
    doctor(&url).await.send(result(EARLIER, 420.0)).await.unwrap();

    let line = Line::to(service.address).await;
    let caller = doctor(&line.url).await;
    held.armed.store(true, Ordering::SeqCst);
    let call = tokio::spawn(async move { send(&caller, way, asked()).await });
    until("the writer has the command", || held.is_there()).await;
    line.cut().await;
    let answer = call.await.unwrap();
    if answer.is_ok() {
        return Err("a caller without a connection has an answer".to_owned());
    }
    let receipt = at_once(&url, async || {
        // Time for them to come as far as they can, which is to wait behind the first.
        tokio::time::sleep(Duration::from_millis(30)).await;
        held.let_go();
    })
    .await?;
    later(&url, &receipt).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_whose_connection_drops_around_the_commit_has_one_effect_and_one_receipt() {
    for point in [CrashPoint::BeforeCommit, CrashPoint::AfterCommit] {
        for way in [Way::Alone, Way::OnAStream] {
            let found = dropped(point, way, |ledger| ledger).await;
            assert_eq!(found, Ok(()), "{point:?}, {way:?}");
        }
    }
}

/// Does not know again what it was asked.
fn forgetful(ledger: Arc<dyn Ledger>) -> Arc<dyn Ledger> {
    let (mut doctored, next) = (Doctored::over(ledger), SeededIds::new(99));
    doctored.append = Box::new(move |mut append| {
        append.command = concord_kernel::CommandId::new(concord_kernel::IdSource::next(&next));
        append
    });
    doctored.receipt = Box::new(|_| None);
    Arc::new(doctored)
}

/// Does not look at what was asked, only at the id.
fn careless(ledger: Arc<dyn Ledger>) -> Arc<dyn Ledger> {
    let mut doctored = Doctored::over(ledger);
    doctored.append = Box::new(|append| concord_ledger::Append { request_hash: [0; 32], ..append });
    Arc::new(doctored)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_a_ledger_that_forgets_commands_or_their_bodies() {
    let found = dropped(CrashPoint::AfterCommit, Way::Alone, forgetful).await.unwrap_err();
    assert!(found.contains("was not refused") || found.contains("the answers differ"), "{found}");
    let found = dropped(CrashPoint::AfterCommit, Way::Alone, careless).await.unwrap_err();
    assert!(found.contains("another body was not refused"), "{found}");
}

/// A service in a process of its own; it does not outlive its test.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    /// Starts it on `folder`; with `point`, it ends there once [`Process::arm`] was called.
    async fn start(folder: &Path, point: &str) -> Self {
        let note = address(folder);
        let _none = std::fs::remove_file(&note);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::outcome::child", "--ignored", "--nocapture"])
            .env("OUTCOME_FOLDER", folder)
            .env("OUTCOME_CRASH", point)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until("the child listens", || note.exists()).await;
        Self { child, url: std::fs::read_to_string(note).unwrap() }
    }

    fn arm(folder: &Path) {
        std::fs::write(folder.join("armed"), "").unwrap();
    }

    /// Waits until it has crashed.
    async fn crashed(mut self, folder: &Path) {
        let mut ended = None;
        until("the child crashes", || {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        })
        .await;
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended.unwrap()), Some(SIGNAL_ABORT));
        std::fs::remove_file(folder.join("armed")).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(folder: &Path) -> PathBuf {
    folder.join("address")
}

struct Crash {
    point: String,
    armed: PathBuf,
}

impl Faults for Crash {
    fn reached(&self, point: CrashPoint) {
        if format!("{point:?}") == self.point && self.armed.exists() {
            std::process::abort();
        }
    }
}

#[test]
#[ignore = "the tests of unknown outcomes start it as a process of its own"]
fn child() {
    let setting = |name| PathBuf::from(std::env::var_os(name).expect("a test of outcomes starts this"));
    let (folder, point) = (setting("OUTCOME_FOLDER"), setting("OUTCOME_CRASH"));
    let crash = Crash { point: point.to_str().unwrap().to_owned(), armed: folder.join("armed") };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let service = Service::start_over(Limits::default(), noon(), ledger(&folder, Arc::new(crash))).await;
        let written = folder.join("address-to-be");
        std::fs::write(&written, format!("http://{}", service.address)).unwrap();
        // In one step: whoever sees the file can read all of it.
        std::fs::rename(written, address(&folder)).unwrap();
        tokio::time::sleep(PATIENCE).await;
    });
}

/// The process ends at `point` of the command's transaction; another takes the folder and is asked again.
async fn killed(point: &str, way: Way, recorded: bool) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = Process::start(folder, point).await;
    let caller = doctor(&first.url).await;
    caller.send(result(EARLIER, 420.0)).await.unwrap();
    Process::arm(folder);
    let answer = send(&caller, way, asked()).await;
    if answer.is_ok() {
        return Err("a process that has ended has answered".to_owned());
    }
    first.crashed(folder).await;
    let second = Process::start(folder, "").await;
    let before = events_of(&second.url, COMMAND).await;
    if before.len() != usize::from(recorded) {
        return Err(format!("the crash has left {before:?}"));
    }
    if !recorded {
        // Nothing is known of it: until it has been asked once more, another body would be as good.
        let caller = doctor(&second.url).await;
        send(&caller, way, asked()).await.map_err(|error| error.to_string())?;
    }
    let receipt = at_once(&second.url, async || {}).await?;
    later(&second.url, &receipt).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_whose_process_ends_around_the_commit_has_one_effect_and_one_receipt() {
    let cases = [
        ("BeforeCommit", Way::Alone, false),
        ("AfterCommit", Way::Alone, true),
        ("AfterCommit", Way::OnAStream, true),
    ];
    for (point, way, recorded) in cases {
        assert_eq!(killed(point, way, recorded).await, Ok(()), "{point}, {way:?}");
    }
}
