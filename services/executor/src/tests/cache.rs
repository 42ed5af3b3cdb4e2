//! Whatever happens to commands and callers: what is cached of a stream is the fold of all of it, and every answer is
//! the one that an executor gives which remembers nothing.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use concord_domain::{Command, chart};
use concord_kernel::{Actor, Clock, CommandId, Credentials, ManualClock, PersonId, Purpose, Role, StreamRef};
use concord_knowledge::{LabId, Ruleset};
use concord_ledger::{AppendError, Ledger, MemoryLedger};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::asked::{Asked, PATIENTS, any_asked, any_rival, opening, patient, streams};
use super::shaky::{Shaky, Trouble};
use super::{at_noon, clock, executor, memory};
use crate::load::{PAGE, load};
use crate::{ExecuteError, Executor, ExecutorOptions, Receipt, Request};

type Answer = Result<Receipt, ExecuteError>;

/// Histories without `CONCORD_SOAK`.
const HISTORIES: u32 = 96;
/// Steps of one at most.
const STEPS: usize = 40;

/// What goes wrong with a command.
#[derive(Clone, Debug)]
enum Luck {
    /// Nothing.
    Good,
    /// Another process is faster, with one of these that touches what the command rests on.
    LostRace(Vec<Asked>),
    /// The append fails.
    NotTaken(AppendError),
    /// The append's answer gets lost.
    AnswerLost,
    /// A read fails.
    ReadFails(u64),
    /// The caller gives up after so many turns.
    GivenUp(usize),
}

#[derive(Clone, Debug)]
enum Step {
    /// A new command.
    Ask(Asked, Luck),
    /// An earlier command again, counted from the latest, perhaps with another body.
    Repeat { back: usize, changed: bool },
    /// Several commands at once, on one record.
    Together(Vec<Asked>),
    /// Time passes.
    Later(u32),
}

fn any_luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        6 => Just(Luck::Good),
        5 => prop::collection::vec(any_rival(), 8).prop_map(Luck::LostRace),
        1 => select(vec![AppendError::Unavailable, AppendError::Overloaded]).prop_map(Luck::NotTaken),
        2 => Just(Luck::AnswerLost),
        1 => (0_u64..3).prop_map(Luck::ReadFails),
        8 => (1_usize..12).prop_map(Luck::GivenUp),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (any_asked(), any_luck()).prop_map(|(asked, luck)| Step::Ask(asked, luck)),
        2 => (0_usize..6, any::<bool>()).prop_map(|(back, changed)| Step::Repeat { back, changed }),
        4 => prop::collection::vec(any_asked(), 2..6).prop_map(Step::Together),
        1 => (1_u32..200).prop_map(Step::Later),
    ]
}

/// Room for nothing, for a state or two, for some, for all.
fn any_room() -> impl Strategy<Value = u64> {
    select(vec![1, 1_500, 6_000, 20_000, 1 << 24])
}

/// How often what happened, so that it is known to have happened.
#[derive(Debug, Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    lost_races: u64,
    failures: u64,
    given_up: u64,
    given_up_and_recorded: u64,
    compared: u64,
}

/// An executor that remembers on a ledger where much goes wrong, and the same history where nothing does.
struct World<'a> {
    clock: Arc<ManualClock>,
    inner: Arc<MemoryLedger>,
    shaky: Arc<Shaky>,
    executor: Executor,
    twin: Arc<MemoryLedger>,
    requests: Vec<Request>,
    tally: &'a RefCell<Tally>,
}

impl<'a> World<'a> {
    async fn new(cache_bytes: u64, seed: u64, tally: &'a RefCell<Tally>) -> Self {
        let clock = clock();
        let (inner, twin) = (memory(&clock), memory(&clock));
        let shaky = Shaky::over(inner.clone(), clock.clone(), seed);
        let options = ExecutorOptions { cache_bytes, ..ExecutorOptions::default() };
        let executor = Executor::new(shaky.clone(), clock.clone(), Ruleset::embedded(), options);
        let mut world = Self { clock, inner, shaky, executor, twin, requests: Vec::new(), tally };
        for asked in (0..PATIENTS - 1).flat_map(opening) {
            let request = world.request(asked);
            let answer = world.executor.execute(request.clone()).await;
            world.same(&request, &answer).await;
        }
        world
    }

    fn request(&mut self, asked: Asked) -> Request {
        let number = self.requests.len() as u128;
        let request = Request {
            patient: asked.patient,
            command: asked.command,
            command_id: CommandId::new(Uuid::from_u128(number)),
            request_hash: [1; 32],
            expected_version: asked.expected_version,
            actor: Actor {
                id: PersonId::new(Uuid::from_u128(7)),
                role: asked.role,
                credentials: Credentials::default(),
            },
            purpose: Purpose::Treatment,
            effective_at: None,
            correlation: None,
            causation: None,
            permitted: concord_domain::Relationships::ALL,
        };
        self.requests.push(request.clone());
        request
    }

    /// What an executor answers that remembers nothing, on the history without trouble.
    async fn fresh(&self, request: &Request) -> Answer {
        executor(self.twin.clone(), &self.clock).execute(request.clone()).await
    }

    async fn same(&self, request: &Request, answer: &Answer) {
        let fresh = self.fresh(request).await;
        assert_eq!(format!("{answer:?}"), format!("{fresh:?}"), "{request:?}");
        let mut tally = self.tally.borrow_mut();
        match answer {
            Ok(_) => tally.accepted += 1,
            Err(_) => tally.refused += 1,
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Ask(asked, luck) => {
                let request = self.request(asked);
                match luck {
                    Luck::Good => self.ask(request).await,
                    Luck::LostRace(rivals) => self.lose_a_race(request, rivals).await,
                    Luck::NotTaken(error) => self.fail(request, Trouble::NotTaken(error)).await,
                    Luck::ReadFails(after) => self.fail(request, Trouble::ReadFails(after)).await,
                    Luck::AnswerLost => {
                        self.shaky.prepare(Some(Trouble::AnswerLost));
                        self.ask(request).await;
                    }
                    Luck::GivenUp(turns) => self.give_up(request, turns).await,
                }
            }
            Step::Repeat { back, changed } => {
                let at = self.requests.len().saturating_sub(back + 1);
                let earlier = self.requests[at].clone();
                let hash = if changed { [2; 32] } else { earlier.request_hash };
                self.ask(Request { request_hash: hash, ..earlier }).await;
            }
            Step::Together(several) => self.together(several).await,
            Step::Later(hours) => {
                let passed = std::time::Duration::from_hours(hours.into());
                self.clock.advance_to(self.clock.now().plus(passed));
            }
        }
        self.shaky.prepare(None);
        self.caches_nothing_else().await;
    }

    async fn ask(&self, request: Request) {
        let answer = self.executor.execute(request.clone()).await;
        self.same(&request, &answer).await;
    }

    async fn lose_a_race(&mut self, request: Request, rivals: Vec<Asked>) {
        let target = request.command.target(request.patient);
        let rivals = rivals.into_iter().map(|rival| Asked { patient: request.patient, ..rival });
        let touched = |rival: &Asked| rival.command.target(rival.patient).stream;
        // Facts of other streams first. What another process writes elsewhere is noticed when something rests on it,
        // and not before.
        let (facts, rest): (Vec<_>, Vec<_>) =
            rivals.partition(|rival| target.reads.contains(&touched(rival)));
        let own = rest.into_iter().find(|rival| touched(rival) == target.stream);
        let Some(rival) = facts.into_iter().next().or(own) else { return self.ask(request).await };
        let rival = self.request(rival);
        self.shaky.prepare(Some(Trouble::Rival(Box::new(rival.clone()))));
        let answer = self.executor.execute(request.clone()).await;
        if !self.shaky.was_spared() {
            self.tally.borrow_mut().lost_races += u64::from(self.fresh(&rival).await.is_ok());
        }
        self.same(&request, &answer).await;
    }

    /// Something fails before anything is recorded.
    async fn fail(&self, request: Request, trouble: Trouble) {
        let before = self.inner.head().await.unwrap();
        self.shaky.prepare(Some(trouble));
        let answer = self.executor.execute(request.clone()).await;
        if self.shaky.was_spared() {
            return self.same(&request, &answer).await;
        }
        assert!(matches!(answer, Err(ExecuteError::Unavailable | ExecuteError::Overloaded)), "{answer:?}");
        assert_eq!(self.inner.head().await.unwrap(), before, "nothing is recorded");
        self.tally.borrow_mut().failures += 1;
    }

    /// The call is dropped wherever it is after so many turns.
    async fn give_up(&self, request: Request, turns: usize) {
        let (mut answer, mut left) = (None, turns);
        {
            let mut call = pin!(self.executor.execute(request.clone()));
            poll_fn(|context| {
                while left > 0 {
                    left -= 1;
                    if let Poll::Ready(done) = call.as_mut().poll(context) {
                        answer = Some(done);
                        break;
                    }
                }
                Poll::Ready(())
            })
            .await;
        }
        let recorded = self.inner.receipt(request.command_id).await.unwrap();
        match answer {
            Some(answer) => self.same(&request, &answer).await,
            None if recorded.is_some() => {
                let fresh = self.fresh(&request).await.unwrap();
                assert_eq!(Some(fresh.token), recorded.map(|(_, receipt)| receipt.token));
                self.tally.borrow_mut().given_up_and_recorded += 1;
            }
            None => self.tally.borrow_mut().given_up += 1,
        }
    }

    /// Several at once: those that were accepted are the same one after the other, as they were recorded.
    async fn together(&mut self, several: Vec<Asked>) {
        let patient = several[0].patient;
        let requests: Vec<_> =
            several.into_iter().map(|asked| self.request(Asked { patient, ..asked })).collect();
        let calls = requests.iter().map(|request| {
            let (executor, request) = (self.executor.clone(), request.clone());
            tokio::task::spawn_local(async move { (executor.execute(request.clone()).await, request) })
        });
        let mut accepted = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            match call.await.unwrap() {
                (Ok(receipt), request) => accepted.push((receipt, request)),
                (Err(error), _) => assert!(
                    matches!(error, ExecuteError::Refused(_) | ExecuteError::Conflict { .. }),
                    "{error:?}"
                ),
            }
        }
        accepted.sort_by_key(|(receipt, _)| (receipt.token.position, receipt.count == 0));
        for (receipt, request) in accepted {
            self.same(&request, &Ok(receipt)).await;
        }
    }

    /// What is cached is the fold of the whole stream, and the history is the one without trouble.
    async fn caches_nothing_else(&self) {
        for stream in streams() {
            let Some(cached) = self.executor.cached(stream) else { continue };
            let folded = load(&*self.inner, stream).await.unwrap();
            assert_eq!((cached.version, &cached.state), (folded.version, &folded.state), "{stream}");
            self.tally.borrow_mut().compared += u64::from(cached.version > 0);
        }
        assert_eq!(self.inner.head().await.unwrap(), self.twin.head().await.unwrap());
    }
}

fn histories() -> u32 {
    std::env::var_os("CONCORD_SOAK")
        .map_or(HISTORIES, |text| text.to_str().unwrap().parse().expect("CONCORD_SOAK is a number of rounds"))
}

#[test]
fn what_is_cached_is_the_fold_and_no_answer_depends_on_it() {
    let tally = RefCell::new(Tally::default());
    let config = ProptestConfig { cases: histories(), ..ProptestConfig::with_source_file(file!()) };
    let history = (any_room(), any::<u64>(), prop::collection::vec(any_step(), 1..STEPS));
    TestRunner::new(config)
        .run(&history, |(room, seed, steps)| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, async {
                let mut world = World::new(room, seed, &tally).await;
                for step in steps {
                    world.take(step).await;
                }
            });
            Ok(())
        })
        .unwrap();
    // None of it may have become rare: a history in which nothing happens proves nothing.
    let tally = tally.into_inner();
    let whole = histories() >= HISTORIES;
    let often = [tally.accepted, tally.refused, tally.compared].iter().all(|count| *count > 300);
    let seldom = [tally.lost_races, tally.failures, tally.given_up].iter().all(|count| *count > 10);
    let enough = often && seldom && tally.given_up_and_recorded > 3;
    assert!(enough || !whole, "{tally:?}");
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_to_its_end_is_neither_decided_on_nor_cached() {
    let (clock, tally) = (clock(), RefCell::new(Tally::default()));
    let mut world = World::new(1 << 24, 1, &tally).await;
    let result = |value: u32| Asked {
        patient: patient(0),
        role: Role::Psychiatrist,
        command: Command::Chart(chart::Command::RecordResult {
            lab: LabId::parse("sodium").unwrap(),
            value: f64::from(value),
            unit: "mmol/L".to_owned(),
            taken_at: at_noon(),
            last_dose_at: None,
        }),
        expected_version: None,
    };
    // More than is read at once.
    for number in 0..=u32::try_from(PAGE).unwrap() {
        let request = world.request(result(130 + number % 10));
        executor(world.inner.clone(), &clock).execute(request).await.unwrap();
    }
    let request = world.request(result(140));
    let before = world.inner.head().await.unwrap();
    world.shaky.prepare(Some(Trouble::ReadFails(1)));
    let answer = world.executor.execute(request.clone()).await;
    assert!(!world.shaky.was_spared() && matches!(answer, Err(ExecuteError::Unavailable)), "{answer:?}");
    assert!(world.executor.cached(StreamRef::chart(patient(0))).is_none());
    assert_eq!(world.inner.head().await.unwrap(), before);
    assert_eq!(world.executor.execute(request).await.unwrap().stream_version, PAGE as u64 + 2);
}
