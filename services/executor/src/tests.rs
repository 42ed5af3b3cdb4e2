mod asked;
mod beside;
mod cache;
mod followed;
mod further;
mod rules;
mod shaky;
mod shared;
mod standing;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use concord_domain::episode::{self, Criterion, CriterionAnswer};
use concord_domain::{Command, Explain, InProgram, care_team, side_effects};
use concord_kernel::{
    Actor, Clock, CommandId, Credentials, EpisodeId, Instant, LedgerId, ManualClock, PatientId, PersonId,
    Phi, ProgramId, Purpose, ReportId, Role, SeededIds, StreamRef, TenantId, Text, Token,
};
use concord_knowledge::Ruleset;
use concord_ledger::{
    Append, AppendError, Appended, Entry, Expected, Filter, Head, Ledger, MemoryLedger, NewEvent, Page,
    ReadError,
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::load::load;
use crate::{ExecuteError, Executor, ExecutorOptions, Metadata, Request};

const NOON: &str = "2026-03-02T12:00:00Z";

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn at_noon() -> Instant {
    Instant::parse(NOON).unwrap()
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(at_noon()))
}

fn memory(clock: &Arc<ManualClock>) -> Arc<MemoryLedger> {
    let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
    Arc::new(MemoryLedger::new(id, Arc::clone(clock) as Arc<dyn Clock>, Arc::new(SeededIds::new(1))))
}

fn executor(ledger: Arc<dyn Ledger>, clock: &Arc<ManualClock>) -> Executor {
    Executor::new(ledger, Arc::clone(clock) as _, Ruleset::embedded(), ExecutorOptions::default())
}

fn patient() -> PatientId {
    PatientId::new(Uuid::from_u128(1))
}

fn program() -> ProgramId {
    ProgramId::parse("adult").unwrap()
}

fn asked(id: u128, command: episode::Command) -> Request {
    Request {
        patient: patient(),
        command: in_program(command),
        command_id: CommandId::new(Uuid::from_u128(id)),
        request_hash: [u8::try_from(id % 200).unwrap(); 32],
        expected_version: None,
        actor: Actor {
            id: PersonId::new(Uuid::from_u128(7)),
            role: Role::Psychiatrist,
            credentials: Credentials::default(),
        },
        purpose: Purpose::Treatment,
        effective_at: None,
        correlation: None,
        causation: None,
        permitted: concord_domain::Relationships::ALL,
    }
}

fn referral() -> episode::Command {
    episode::Command::Refer {
        name: Phi::new(text("Ada Example")),
        born_on: Phi::new("1980-02-01".parse().unwrap()),
        referred_by: text("Dr. Reed"),
        reason: text("low mood"),
        part2: true,
    }
}

fn screening() -> episode::Command {
    let answer =
        CriterionAnswer { criterion: Criterion::MoodInstability, met: true, evidence: text("GAD-7 16") };
    episode::Command::Screen { criteria: vec![answer], exclusions: Vec::new() }
}

fn admission(episode: EpisodeId) -> episode::Command {
    episode::Command::Admit { episode }
}

fn in_program(command: episode::Command) -> Command {
    Command::Episode(InProgram { program: program(), command })
}

fn refer(id: u128) -> Request {
    asked(id, referral())
}

fn screen(id: u128) -> Request {
    asked(id, screening())
}

fn admit(id: u128) -> Request {
    asked(id, admission(EpisodeId::new(Uuid::from_u128(50))))
}

fn stream() -> StreamRef {
    StreamRef::episode(patient(), &program())
}

#[tokio::test]
async fn a_command_is_recorded_with_who_and_what_for() {
    let (clock, ledger) = (clock(), memory(&clock()));
    let receipt = executor(ledger.clone(), &clock).execute(refer(1)).await.unwrap();
    assert_eq!((receipt.token.position, receipt.stream_version, receipt.count), (1, 1, 1));
    let entries = ledger.read_stream(stream(), 0, 10).await.unwrap();
    let metadata: Metadata = serde_json::from_slice(&entries[0].metadata).unwrap();
    assert_eq!(metadata.patient, patient());
    assert_eq!(metadata.actor.role, Role::Psychiatrist);
    assert_eq!(metadata.purpose, Purpose::Treatment);
    assert!(metadata.part2, "what is not known not to be protected is protected");
}

#[tokio::test]
async fn the_same_command_gets_its_first_receipt_even_when_it_would_be_refused_now() {
    let clock = clock();
    let executor = executor(memory(&clock), &clock);
    let first = executor.execute(refer(1)).await.unwrap();
    executor.execute(screen(2)).await.unwrap();
    executor.execute(admit(3)).await.unwrap();
    assert_eq!(executor.execute(refer(1)).await.unwrap(), first);
    let again = Request { expected_version: Some(0), ..refer(1) };
    assert_eq!(executor.execute(again).await.unwrap(), first);
}

#[tokio::test]
async fn the_same_id_with_another_body_is_refused() {
    let clock = clock();
    let executor = executor(memory(&clock), &clock);
    executor.execute(refer(1)).await.unwrap();
    let other = Request { request_hash: [99; 32], ..refer(1) };
    assert!(matches!(executor.execute(other).await, Err(ExecuteError::CommandReused)));
    let accepted_now = Request { request_hash: [98; 32], ..screen(1) };
    assert!(matches!(executor.execute(accepted_now).await, Err(ExecuteError::CommandReused)));
}

#[tokio::test]
async fn a_refusal_names_its_reason_and_records_nothing() {
    let clock = clock();
    let ledger = memory(&clock);
    let refused = executor(ledger.clone(), &clock).execute(admit(1)).await.unwrap_err();
    let ExecuteError::Refused(refusal) = refused else { panic!("{refused:?}") };
    assert!(!refusal.reason().is_empty() && !refusal.remedy().is_empty());
    assert_eq!(ledger.head().await.unwrap().token.position, 0);
}

#[tokio::test]
async fn a_caller_may_insist_on_the_version_it_saw() {
    let clock = clock();
    let executor = executor(memory(&clock), &clock);
    executor.execute(refer(1)).await.unwrap();
    let late = Request { expected_version: Some(0), ..screen(2) };
    assert!(matches!(executor.execute(late).await, Err(ExecuteError::Conflict { actual: 1 })));
    let seen = Request { expected_version: Some(1), ..screen(2) };
    assert_eq!(executor.execute(seen).await.unwrap().stream_version, 2);
}

#[tokio::test]
async fn nothing_takes_effect_in_the_future() {
    let clock = clock();
    let tomorrow = Request { effective_at: Some(clock.now().plus_days(1)), ..refer(1) };
    let answer = executor(memory(&clock), &clock).execute(tomorrow).await;
    assert!(matches!(answer, Err(ExecuteError::EffectiveInFuture)));
}

/// A ledger on which somebody else is faster, or whose answers get lost. It remembers what was read from it.
struct Meddling {
    inner: Arc<MemoryLedger>,
    /// Recorded by another process just before the next append.
    rival: tokio::sync::Mutex<Option<Append>>,
    /// Whether the next answer gets lost after the append took effect.
    lose_answer: AtomicBool,
    /// Whether the next answer never comes although the append took effect.
    never_answer: AtomicBool,
    /// The streams that were read, in that order.
    reads: std::sync::Mutex<Vec<StreamRef>>,
}

impl Meddling {
    fn over(inner: Arc<MemoryLedger>) -> Arc<Self> {
        let (lose_answer, never_answer) = (AtomicBool::new(false), AtomicBool::new(false));
        let (rival, reads) = (tokio::sync::Mutex::new(None), std::sync::Mutex::new(Vec::new()));
        Arc::new(Self { inner, rival, lose_answer, never_answer, reads })
    }
}

#[async_trait]
impl Ledger for Meddling {
    fn id(&self) -> &LedgerId {
        self.inner.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if let Some(rival) = self.rival.lock().await.take() {
            self.inner.append(rival).await?;
        }
        let answer = self.inner.append(append).await;
        if self.never_answer.swap(false, Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.lose_answer.swap(false, Ordering::SeqCst) { Err(AppendError::Unavailable) } else { answer }
    }

    async fn receipt(
        &self,
        command: CommandId,
    ) -> Result<Option<([u8; 32], concord_ledger::Receipt)>, ReadError> {
        self.inner.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.reads.lock().unwrap().push(stream);
        self.inner.read_stream(stream, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        self.inner.read(after, filter, limit).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.inner.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.inner.watch()
    }
}

async fn recorded_elsewhere(request: Request) -> Append {
    let clock = clock();
    let elsewhere = memory(&clock);
    let executor = executor(elsewhere.clone(), &clock);
    for earlier in [refer(1), screen(2)] {
        if earlier.command_id != request.command_id {
            executor.execute(earlier).await.unwrap();
        }
    }
    let count = executor.execute(request.clone()).await.unwrap().count;
    let entries = elsewhere.read_stream(stream(), 0, 100).await.unwrap();
    let newest = &entries[entries.len() - count as usize..];
    Append {
        command: request.command_id,
        request_hash: request.request_hash,
        stream: stream(),
        expected: Expected::Any,
        conditions: Vec::new(),
        events: newest
            .iter()
            .map(|entry| NewEvent {
                event_type: "EpisodeOpened",
                event_version: 1,
                payload: entry.payload.clone(),
            })
            .collect(),
        metadata: newest[0].metadata.clone(),
        reply: Bytes::new(),
    }
}

#[tokio::test]
async fn a_lost_race_is_decided_again_on_what_the_winner_recorded() {
    let clock = clock();
    let ledger = Meddling::over(memory(&clock));
    let executor = executor(ledger.clone(), &clock);
    executor.execute(refer(1)).await.unwrap();
    executor.execute(screen(2)).await.unwrap();
    // Another process admits the patient between our decision and our append.
    *ledger.rival.lock().await = Some(recorded_elsewhere(admit(3)).await);
    let answer = executor.execute(admit(4)).await;
    assert!(matches!(answer, Err(ExecuteError::Refused(_))), "admitted twice: {answer:?}");
    assert_eq!(ledger.head().await.unwrap().token.position, 3);
}

#[tokio::test]
async fn an_answer_that_got_lost_is_looked_up() {
    let clock = clock();
    let ledger = Meddling::over(memory(&clock));
    let executor = executor(ledger.clone(), &clock);
    ledger.lose_answer.store(true, Ordering::SeqCst);
    assert_eq!(executor.execute(refer(1)).await.unwrap().stream_version, 1);
    assert_eq!(executor.execute(screen(2)).await.unwrap().stream_version, 2);
}

#[tokio::test]
async fn what_the_cache_holds_is_the_fold_of_the_stream() {
    let clock = clock();
    let ledger = memory(&clock);
    let roomy = executor(ledger.clone(), &clock);
    roomy.execute(refer(1)).await.unwrap();
    roomy.execute(screen(2)).await.unwrap();
    roomy.execute(admit(3)).await.unwrap();
    let cached = roomy.cached(stream()).expect("just used");
    let folded = load(&*ledger, stream()).await.unwrap();
    assert_eq!((cached.version, &cached.state), (folded.version, &folded.state));
}

#[tokio::test]
async fn a_cache_without_room_changes_no_answer() {
    let clock = clock();
    let options = ExecutorOptions { cache_bytes: 1, ..ExecutorOptions::default() };
    let executor = Executor::new(memory(&clock), clock.clone(), Ruleset::embedded(), options);
    executor.execute(refer(1)).await.unwrap();
    executor.execute(screen(2)).await.unwrap();
    assert_eq!(executor.execute(admit(3)).await.unwrap().stream_version, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_admit_at_once_one_succeeds() {
    let clock = clock();
    let executor = executor(memory(&clock), &clock);
    executor.execute(refer(1)).await.unwrap();
    executor.execute(screen(2)).await.unwrap();
    let tasks: Vec<_> = (10..30)
        .map(|id| {
            let executor = executor.clone();
            tokio::spawn(async move { executor.execute(admit(id)).await })
        })
        .collect();
    let mut admitted = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => admitted += 1,
            Err(error) => assert!(matches!(error, ExecuteError::Refused(_)), "{error:?}"),
        }
    }
    assert_eq!(admitted, 1);
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_no_stale_state() {
    let clock = clock();
    let ledger = Meddling::over(memory(&clock));
    let executor = executor(ledger.clone(), &clock);
    executor.execute(refer(1)).await.unwrap();
    // The append takes effect, but the caller has gone before the answer: its future is dropped half-way.
    ledger.never_answer.store(true, Ordering::SeqCst);
    let mut call = Box::pin(executor.execute(screen(2)));
    let once =
        std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context).is_pending()));
    assert!(once.await, "the call must be under way");
    drop(call);
    assert_eq!(ledger.head().await.unwrap().token.position, 2);
    assert!(executor.cached(stream()).is_none(), "a state from before the append would be decided on");
    assert_eq!(executor.execute(admit(3)).await.unwrap().stream_version, 3);
}

fn by(id: u128, role: Role, command: Command) -> Request {
    let mut request = Request { command, ..refer(id) };
    request.actor.role = role;
    request
}

/// Somebody of the family, person 7, says that the patient is mildly sick.
fn report(id: u128) -> Request {
    let command = side_effects::Command::Report {
        report: ReportId::new(Uuid::from_u128(id)),
        symptom: None,
        description: text("sick in the morning"),
        grade: side_effects::Grade::Mild,
        red_flags: Vec::new(),
        suspected: None,
        onset_at: None,
    };
    by(id, Role::Family, Command::SideEffects(command))
}

fn family() -> care_team::Member {
    let person = PersonId::new(Uuid::from_u128(7));
    care_team::Member { person, role: Role::Family, name: text("Ann"), organisation: None }
}

fn joins(id: u128) -> Request {
    by(id, Role::Nurse, Command::CareTeam(care_team::Command::AddMember(family())))
}

#[tokio::test]
async fn who_leaves_the_care_team_while_they_report_is_not_on_it_any_more() {
    let clock = clock();
    let ledger = Meddling::over(memory(&clock));
    let executor = executor(ledger.clone(), &clock);
    executor.execute(joins(1)).await.unwrap();
    executor.execute(report(2)).await.unwrap();
    let left = care_team::Event::CareTeamMemberLeft { person: family().person, reason: text("not any more") };
    // Another process lets them go between our decision and our append.
    *ledger.rival.lock().await = Some(Append {
        command: CommandId::new(Uuid::from_u128(3)),
        request_hash: [3; 32],
        stream: StreamRef::care_team(patient()),
        expected: Expected::Exact(1),
        conditions: Vec::new(),
        events: vec![NewEvent {
            event_type: "CareTeamMemberLeft",
            event_version: 1,
            payload: Bytes::from(concord_domain::DomainEvent::CareTeam(left).encode()),
        }],
        metadata: ledger.read_stream(StreamRef::care_team(patient()), 0, 1).await.unwrap()[0]
            .metadata
            .clone(),
        reply: Bytes::new(),
    });
    let answer = executor.execute(report(4)).await;
    let Err(ExecuteError::Refused(refusal)) = answer else { panic!("{answer:?}") };
    assert_eq!(refusal.reason(), "NOT_ON_CARE_TEAM");
    assert_eq!(ledger.head().await.unwrap().token.position, 3);
}

#[tokio::test]
async fn a_care_team_without_members_is_read_once_and_remembered() {
    let clock = clock();
    let ledger = Meddling::over(memory(&clock));
    let executor = executor(ledger.clone(), &clock);
    for id in 1..=3 {
        let told = Request { actor: refer(1).actor, ..report(id) };
        assert_eq!(executor.execute(told).await.unwrap().stream_version, u64::try_from(id).unwrap());
    }
    let team = StreamRef::care_team(patient());
    let reads = ledger.reads.lock().unwrap().iter().filter(|read| **read == team).count();
    assert_eq!(reads, 1);
    assert_eq!(executor.cached(team).map(|folded| folded.version), Some(0));
}

#[tokio::test]
async fn what_is_judged_is_answered_as_it_would_be_and_records_nothing() {
    let clock = clock();
    let ledger = memory(&clock);
    let executor = executor(ledger.clone(), &clock);
    executor.judge(asked(1, referral())).await.unwrap();
    executor.judge(asked(1, referral())).await.unwrap();
    assert_eq!(ledger.head().await.unwrap().token.position, 0);
    let early = executor.judge(asked(2, screening())).await.unwrap_err();
    assert!(matches!(early, ExecuteError::Refused(_)), "nobody is referred: {early}");
    executor.execute(asked(1, referral())).await.unwrap();
    let again = executor.judge(asked(1, referral())).await.unwrap_err();
    assert!(matches!(again, ExecuteError::Refused(_)), "it has taken effect: {again}");
}
