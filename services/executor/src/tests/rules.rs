//! Decisions are judged by what the log published before them.

use std::collections::BTreeMap;
use std::sync::Arc;

use concord_domain::ruleset::{self, Event};
use concord_domain::{Command, DomainEvent, chart};
use concord_kernel::{Clock, CommandId, ManualClock, PatientId, PersonId, Role, StreamRef};
use concord_knowledge::{Ruleset, RulesetVersion};
use concord_ledger::{Filter, Ledger, MemoryLedger};
use uuid::Uuid;

use super::{at_noon, clock, executor, memory, refer, text};
use crate::{ExecuteError, Executor, Receipt, Request};

const LIMITS: &str = "id,value,unit,source,reviewed_by,reviewed_on\n";

fn about_rules(id: u128, person: u128, role: Role, command: ruleset::Command) -> Request {
    let mut request = refer(id);
    request.patient = PatientId::NOBODY;
    request.command = Command::Ruleset(command);
    request.request_hash = [u8::try_from(id % 200).unwrap(); 32];
    (request.actor.id, request.actor.role) = (PersonId::new(Uuid::from_u128(person)), role);
    request
}

fn propose(id: u128, days: u16, valid_from: Option<concord_kernel::Day>) -> Request {
    let row = format!("bridge-days,{days},d,Program rule,,\n");
    let tables = BTreeMap::from([("limits.csv".to_owned(), format!("{LIMITS}{row}"))]);
    let command = ruleset::Command::Propose { tables, valid_from, reason: text("shorter") };
    about_rules(id, 1, Role::Pharmacist, command)
}

fn sign(id: u128, role: Role, ruleset: &RulesetVersion) -> Request {
    let command = ruleset::Command::Sign { ruleset: ruleset.clone(), name: text("J. Roe") };
    about_rules(id, if role == Role::Pharmacist { 1 } else { 2 }, role, command)
}

/// Looks at the chart of a patient: the event names the rules that judged.
fn look(id: u128, patient: u128) -> Request {
    let mut request = refer(id);
    request.patient = PatientId::new(Uuid::from_u128(patient));
    request.command = Command::Chart(chart::Command::CheckSafety { proposal: None });
    request.request_hash = [u8::try_from(id % 200).unwrap(); 32];
    request
}

async fn proposed(executor: &Executor) -> RulesetVersion {
    executor.rulesets().await.unwrap().editions().last().unwrap().ruleset.clone()
}

/// Proposes and signs twice; `id` and the next two are the commands.
async fn publish(
    executor: &Executor,
    id: u128,
    days: u16,
    valid_from: Option<concord_kernel::Day>,
) -> RulesetVersion {
    executor.execute(propose(id, days, valid_from)).await.unwrap();
    let ruleset = proposed(executor).await;
    executor.execute(sign(id + 1, Role::Pharmacist, &ruleset)).await.unwrap();
    executor.execute(sign(id + 2, Role::Psychiatrist, &ruleset)).await.unwrap();
    ruleset
}

/// Which rules judged each look, by position.
async fn judged(ledger: &MemoryLedger) -> Vec<(u64, RulesetVersion)> {
    let page = ledger.read(0, &Filter::default(), 10_000).await.unwrap();
    let judged = |entry: concord_ledger::Entry| {
        let event = DomainEvent::decode(entry.stream.kind, &entry.payload).unwrap();
        if let DomainEvent::Chart(chart::Event::SafetyChecked { judged, .. }) = event {
            return Some((entry.position, judged.ruleset));
        }
        None
    };
    page.entries.into_iter().filter_map(judged).collect()
}

async fn judged_by(executor: &Executor, ledger: &MemoryLedger, id: u128) -> RulesetVersion {
    executor.execute(look(id, 100)).await.unwrap();
    judged(ledger).await.pop().unwrap().1
}

#[tokio::test]
async fn the_second_signature_changes_what_judges_and_the_first_does_not() {
    let (clock, ledger) = (clock(), memory(&clock()));
    let executor = executor(ledger.clone(), &clock);
    let own = Ruleset::embedded().version().clone();
    executor.execute(propose(1, 14, None)).await.unwrap();
    let ruleset = proposed(&executor).await;
    executor.execute(sign(2, Role::Pharmacist, &ruleset)).await.unwrap();
    assert_eq!(judged_by(&executor, &ledger, 3).await, own);
    executor.execute(sign(4, Role::Psychiatrist, &ruleset)).await.unwrap();
    assert_eq!(judged_by(&executor, &ledger, 5).await, ruleset);
    assert_eq!(executor.rules().await.unwrap().limits().bridge_days, 14);
}

#[tokio::test]
async fn after_a_restart_the_published_rules_judge() {
    let (clock, ledger) = (clock(), memory(&clock()));
    let ruleset = publish(&executor(ledger.clone(), &clock), 1, 14, None).await;
    let restarted = executor(ledger.clone(), &clock);
    assert_eq!(judged_by(&restarted, &ledger, 9).await, ruleset);
}

#[tokio::test]
async fn rules_that_name_a_day_judge_from_that_day() {
    let (clock, ledger) = (clock(), memory(&clock()));
    let executor = executor(ledger.clone(), &clock);
    let day = at_noon().plus_days(7).day();
    let now = publish(&executor, 1, 21, None).await;
    let later = publish(&executor, 11, 14, Some(day)).await;
    assert_eq!(judged_by(&executor, &ledger, 21).await, now);
    clock.advance_to(concord_kernel::Instant::start_of(day));
    assert_eq!(judged_by(&executor, &ledger, 22).await, later);
}

#[tokio::test]
async fn the_same_signature_sent_twice_signs_once() {
    let (clock, ledger) = (clock(), memory(&clock()));
    let executor = executor(ledger.clone(), &clock);
    executor.execute(propose(1, 14, None)).await.unwrap();
    let ruleset = proposed(&executor).await;
    let first = executor.execute(sign(2, Role::Pharmacist, &ruleset)).await.unwrap();
    assert_eq!(executor.execute(sign(2, Role::Pharmacist, &ruleset)).await.unwrap(), first);
    let events = ledger.read_stream(StreamRef::ruleset(), 0, 100).await.unwrap();
    assert_eq!(events.len(), 3, "proposal, rows, signature");
}

/// Puts an event into the stream of rules that no command would.
async fn smuggle(ledger: &MemoryLedger, event: Event) {
    let event = DomainEvent::Ruleset(event);
    let version = ledger.read_stream(StreamRef::ruleset(), 0, 1_000).await.unwrap().len();
    let append = concord_ledger::Append {
        command: CommandId::new(Uuid::from_u128(0xBAD)),
        request_hash: [9; 32],
        stream: StreamRef::ruleset(),
        expected: concord_ledger::Expected::Exact(u64::try_from(version).unwrap()),
        conditions: Vec::new(),
        events: vec![concord_ledger::NewEvent {
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: event.encode().into(),
        }],
        metadata: "{}".into(),
        reply: bytes::Bytes::new(),
    };
    ledger.append(append).await.unwrap();
}

#[tokio::test]
async fn nothing_is_decided_while_published_rules_cannot_be_used_but_rules_can_be_made() {
    let (clock, ledger) = (clock(), memory(&clock()));
    let ruleset = publish(&executor(ledger.clone(), &clock), 1, 14, None).await;
    let table = "labs.csv".to_owned();
    smuggle(&ledger, Event::RulesetTablePublished { ruleset, table, text: "torn".to_owned() }).await;
    let executor = executor(ledger.clone(), &clock);
    let refused = executor.execute(look(11, 100)).await;
    assert!(matches!(refused, Err(ExecuteError::RulesUnusable(_))), "{refused:?}");
    assert!(executor.rules().await.is_err());
    let ruleset = publish(&executor, 21, 7, None).await;
    assert_eq!(judged_by(&executor, &ledger, 31).await, ruleset);
}

async fn look_again_and_again(executor: Executor, patient: u128) -> Vec<Receipt> {
    let mut receipts = Vec::new();
    for turn in 0..40 {
        let id = patient * 1_000 + turn;
        receipts.push(executor.execute(look(id, patient)).await.unwrap());
        tokio::task::yield_now().await;
    }
    receipts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_after_a_publication_in_the_log_was_judged_by_it_and_nothing_before() {
    let (clock, ledger): (Arc<ManualClock>, _) = (clock(), memory(&clock()));
    let shaky = super::shaky::Shaky::over(ledger.clone(), Arc::clone(&clock), 7);
    let executor = executor(shaky, &clock);
    let looking: Vec<_> =
        (100..108).map(|patient| tokio::spawn(look_again_and_again(executor.clone(), patient))).collect();
    let mut published = vec![Ruleset::embedded().version().clone()];
    for (turn, days) in (0..4).zip([28, 21, 14, 7]) {
        tokio::task::yield_now().await;
        published.push(publish(&executor, 10 + turn * 10, days, None).await);
    }
    for looking in looking {
        looking.await.unwrap();
    }
    let page = ledger.read(0, &Filter::default(), 10_000).await.unwrap();
    let mut in_force = published[0].clone();
    let mut looks = 0;
    for entry in page.entries {
        let event = DomainEvent::decode(entry.stream.kind, &entry.payload).unwrap();
        if let DomainEvent::Ruleset(Event::RulesetPublished { ruleset, .. }) = event {
            in_force = ruleset;
        } else if let DomainEvent::Chart(chart::Event::SafetyChecked { judged, .. }) = event {
            looks += 1;
            assert_eq!(judged.ruleset, in_force, "at position {}", entry.position);
        }
    }
    assert_eq!((looks, in_force), (320, published[4].clone()));
    assert!(clock.now() == at_noon());
}
