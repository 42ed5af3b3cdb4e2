//! How somebody stands to a patient, with another process on the same ledger: what is remembered here may be behind it,
//! and nobody may reach a record on the strength of that.

use std::sync::Arc;

use async_trait::async_trait;
use concord_domain::{Command, Relationship, Relationships, access, care_team};
use concord_kernel::{Actor, CommandId, Credentials, GlassId, LedgerId, PersonId, Role, StreamRef, Token};
use concord_ledger::{Append, AppendError, Appended, Entry, Filter, Head, Ledger, Page, ReadError, Receipt};
use tokio::sync::watch;
use uuid::Uuid;

use super::{at_noon, clock, executor, memory, patient, refer, screen, text};
use crate::{ExecuteError, Executor, Metadata, Request};

/// Somebody who prescribes: person `n`.
fn prescriber(n: u128) -> Actor {
    let id = PersonId::new(Uuid::from_u128(n));
    Actor { id, role: Role::Psychiatrist, credentials: Credentials::default() }
}

/// Those whom the care team names, those whom it names nobody for, and those who broke the glass.
fn treating() -> Relationships {
    Relationships::those(Relationship::possible(Role::Psychiatrist), |each| each != Relationship::Colleague)
}

fn by(n: u128, request: Request) -> Request {
    Request { actor: prescriber(n), permitted: treating(), ..request }
}

fn team(id: u128, command: care_team::Command) -> Request {
    Request { command: Command::CareTeam(command), ..refer(id) }
}

fn joins(id: u128, n: u128) -> Request {
    let member = care_team::Member {
        person: prescriber(n).id,
        role: Role::Psychiatrist,
        name: text("Lee"),
        organisation: None,
    };
    team(id, care_team::Command::AddMember(member))
}

fn leaves(id: u128, n: u128) -> Request {
    team(id, care_team::Command::RemoveMember { person: prescriber(n).id, reason: text("moved") })
}

fn breaks(id: u128, n: u128) -> Request {
    let glass = GlassId::new(Uuid::from_u128(id));
    let command = access::Command::Break { glass, reason: text("found unresponsive") };
    Request { actor: prescriber(n), command: Command::Access(command), ..refer(id) }
}

/// Two processes on one ledger; persons 10 and 11 are on the care team, and both processes remember that.
async fn processes(wrap: impl FnOnce(Arc<dyn Ledger>) -> Arc<dyn Ledger>) -> (Executor, Executor) {
    let clock = clock();
    let ledger: Arc<dyn Ledger> = memory(&clock);
    let (one, other) = (executor(wrap(Arc::clone(&ledger)), &clock), executor(ledger, &clock));
    one.execute(joins(1, 10)).await.unwrap();
    one.execute(joins(2, 11)).await.unwrap();
    one.execute(by(10, refer(3))).await.unwrap();
    let standing = other.standing(&prescriber(10), patient()).await.unwrap();
    assert_eq!(standing.relationship, Relationship::CareTeam);
    (one, other)
}

fn refused(answer: &Result<crate::Receipt, ExecuteError>) -> bool {
    matches!(answer, Err(ExecuteError::NotPermitted { relationship: Relationship::Colleague }))
}

#[tokio::test]
async fn whoever_was_let_go_elsewhere_commits_nothing_here() {
    let (one, other) = processes(|ledger| ledger).await;
    other.execute(leaves(4, 10)).await.unwrap();
    let answer = one.execute(by(10, screen(5))).await;
    assert!(refused(&answer), "{answer:?}");
    let standing = one.standing(&prescriber(10), patient()).await.unwrap();
    assert_eq!(standing.relationship, Relationship::Colleague);
    one.execute(by(11, screen(6))).await.unwrap();
}

#[tokio::test]
async fn whoever_was_let_go_elsewhere_reads_nothing_here_from_that_moment_on() {
    let (one, other) = processes(|ledger| ledger).await;
    other.execute(leaves(4, 10)).await.unwrap();
    let standing = one.standing(&prescriber(10), patient()).await.unwrap();
    assert_eq!(standing.relationship, Relationship::Colleague);
}

#[tokio::test]
async fn whoever_was_taken_in_elsewhere_is_not_refused_here() {
    let (one, other) = processes(|ledger| ledger).await;
    assert!(refused(&one.execute(by(12, screen(4))).await));
    other.execute(joins(5, 12)).await.unwrap();
    one.execute(by(12, screen(6))).await.unwrap();
}

#[tokio::test]
async fn glass_that_was_broken_elsewhere_is_broken_here_for_one_person_and_said_on_what_they_record() {
    let clock = clock();
    let ledger: Arc<dyn Ledger> = memory(&clock);
    let one = executor(Arc::clone(&ledger), &clock);
    let other = executor(Arc::clone(&ledger), &clock);
    one.execute(joins(1, 10)).await.unwrap();
    one.execute(by(10, refer(2))).await.unwrap();
    assert!(refused(&one.execute(by(12, screen(3))).await));
    other.execute(breaks(4, 12)).await.unwrap();
    assert!(refused(&one.execute(by(13, screen(5))).await), "for whoever broke it alone");
    let receipt = one.execute(by(12, screen(6))).await.unwrap();
    let page = ledger.read(receipt.token.position - 1, &Filter::default(), 1).await.unwrap();
    let metadata: Metadata = serde_json::from_slice(&page.entries[0].metadata).unwrap();
    assert_eq!(metadata.glass, Some(GlassId::new(Uuid::from_u128(4))));
    clock.advance_to(at_noon().plus(std::time::Duration::from_hours(4)));
    assert!(refused(&one.execute(by(12, refer(7))).await), "the end is exclusive");
}

#[tokio::test]
async fn a_command_that_took_effect_keeps_its_receipt_after_its_issuer_was_let_go() {
    let (one, other) = processes(|ledger| ledger).await;
    let first = one.execute(by(10, screen(4))).await.unwrap();
    other.execute(leaves(5, 10)).await.unwrap();
    assert_eq!(one.execute(by(10, screen(4))).await.unwrap(), first);
}

/// A ledger that takes appends whatever their conditions say.
struct Unconditional(Arc<dyn Ledger>);

#[async_trait]
impl Ledger for Unconditional {
    fn id(&self) -> &LedgerId {
        self.0.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.0.append(Append { conditions: Vec::new(), ..append }).await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.0.receipt(command).await
    }

    async fn read_stream(&self, of: StreamRef, after: u64, limit: usize) -> Result<Vec<Entry>, ReadError> {
        self.0.read_stream(of, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        self.0.read(after, filter, limit).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.0.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.0.watch()
    }
}

#[tokio::test]
async fn the_suite_sees_commands_that_do_not_rest_on_the_care_team() {
    let (one, other) = processes(|ledger| Arc::new(Unconditional(ledger))).await;
    other.execute(leaves(4, 10)).await.unwrap();
    let answer = one.execute(by(10, screen(5))).await;
    assert!(answer.is_ok(), "without the condition somebody who was let go changes the record: {answer:?}");
}
