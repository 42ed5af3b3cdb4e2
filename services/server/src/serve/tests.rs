use std::time::Duration;

use concord_client::{Client, treatment};
use concord_kernel::{Actor, Credentials, Instant, ManualClock, PersonId, Role};
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::side_effects::v1::{Grade, ReportSideEffectRequest};
use uuid::Uuid;

use super::*;
use crate::config::Overrides;
use crate::key;

const SOON: Duration = Duration::from_secs(10);

fn config(folder: &std::path::Path) -> Config {
    let listen = "127.0.0.1:0".parse().ok();
    let overrides = Overrides { data: Some(folder.to_owned()), listen, ..Overrides::default() };
    Config::load(None, overrides).unwrap()
}

async fn started(folder: &std::path::Path) -> Running {
    Running::start(&config(folder), Sources::machine()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_service_records_a_deadline_that_passes() {
    let folder = tempfile::tempdir().unwrap();
    let (config, noon) = (config(folder.path()), Instant::parse("2026-03-02T12:00:00Z").unwrap());
    let clock = Arc::new(ManualClock::starting_at(noon));
    let sources = Sources { clock: Arc::clone(&clock) as _, ids: Arc::new(RandomIds) };
    let running = Running::start(&config, sources).await.unwrap();
    let tokens = key::tokens(&config.token_key()).unwrap();
    let as_a = |role, now| {
        let id = PersonId::new(Uuid::from_u128(7));
        let actor = Actor { id, role, credentials: Credentials::default() };
        tokens.sign(&config.tenants[0], &actor, now, Duration::from_hours(1))
    };
    let nurse =
        Client::connect(format!("http://{}", running.address), &as_a(Role::Nurse, noon)).await.unwrap();
    let report = ReportSideEffectRequest {
        header: Some(treatment(RandomIds.next(), Uuid::from_u128(1))),
        report_id: RandomIds.next().to_string(),
        description: String::from("a rash on both arms"),
        grade: Grade::Moderate.into(),
        ..ReportSideEffectRequest::default()
    };
    nurse.send(report).await.unwrap();
    clock.advance_to(noon.plus_days(2));

    let auditor = nurse.acting_as(&as_a(Role::Auditor, noon.plus_days(2))).unwrap();
    let recorded = async {
        loop {
            let head = auditor.ledger().get_head(GetHeadRequest::default()).await.unwrap().into_inner();
            if head.token.is_some_and(|token| token.position == 2) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(SOON, recorded).await.expect("the breach is recorded");
    running.stop(SOON).await.unwrap();
}

#[tokio::test]
async fn an_api_that_ends_by_itself_ends_the_service_with_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = started(folder.path()).await;
    // As when the listener fails: the API is done though nobody asked.
    running.closing.send_replace(true);
    let ended = tokio::time::timeout(SOON, running.until(std::future::pending())).await.unwrap();
    assert_eq!(ended.unwrap_err().to_string(), "the API ended by itself");
    running.stop(SOON).await.unwrap();

    let mut again = started(folder.path()).await;
    again.tasks.abort(Task::Api);
    let ended = tokio::time::timeout(SOON, again.until(std::future::pending())).await.unwrap();
    assert!(matches!(ended, Err(ServeError::BrokeOff(Task::Api, _))));
}

#[tokio::test]
async fn a_service_whose_health_nobody_follows_any_more_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = started(folder.path()).await;
    running.tasks.abort(Task::Health);
    let ended = tokio::time::timeout(SOON, running.until(std::future::pending())).await.unwrap();
    assert!(matches!(ended, Err(ServeError::BrokeOff(_, _))));
    running.stop(SOON).await.unwrap();
}

#[tokio::test]
async fn a_service_that_is_asked_to_stop_stops_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = started(folder.path()).await;
    running.until(std::future::ready(())).await.unwrap();
    running.stop(SOON).await.unwrap();
}

/// Rules that two have signed for tables that are no more, looser than those that are.
fn unfit() -> Vec<concord_domain::DomainEvent> {
    use concord_domain::ruleset::Event;
    use concord_kernel::Text;
    use concord_knowledge::RulesetVersion;
    let version = |name: &str| RulesetVersion::parse(name).unwrap();
    let ruleset = version("2026-01-05.0123456789ab");
    let noon = Instant::parse("2026-01-05T12:00:00Z").unwrap();
    let rows = "id,value,unit,source,reviewed_by,reviewed_on\nbridge-days,60,d,Program rule,,\n";
    let events = [
        Event::RulesetProposed {
            ruleset: ruleset.clone(),
            digest: String::new(),
            base: version("2020-01-01.0123456789ab"),
            valid_from: None,
            reason: Text::parse("longer then").unwrap(),
            by: PersonId::new(Uuid::from_u128(1)),
            role: Role::Pharmacist,
        },
        Event::RulesetRowsProposed {
            ruleset: ruleset.clone(),
            table: String::from("limits.csv"),
            text: String::from(rows),
        },
        Event::RulesetPublished { ruleset, in_force_from: noon, reviewed_on: noon.day() },
    ];
    events.map(concord_domain::DomainEvent::Ruleset).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_cannot_judge_by_its_published_rules_does_not_start() {
    use concord_kernel::{CommandId, LedgerId, StreamRef};
    use concord_ledger::{Append, Expected, NewEvent, SqliteLedger, SqliteOptions};
    let folder = tempfile::tempdir().unwrap();
    started(folder.path()).await.stop(SOON).await.unwrap();
    let config = config(folder.path());
    let id = LedgerId::clinical(config.tenants[0].clone());
    let path = DataFolder::file(folder.path(), &id);
    let Sources { clock, ids } = Sources::machine();
    let ledger = SqliteLedger::open(&path, id, clock, ids, SqliteOptions::default()).unwrap();
    let stored = |event: concord_domain::DomainEvent| NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: event.encode().into(),
    };
    let append = Append {
        command: CommandId::new(Uuid::from_u128(9)),
        request_hash: [9; 32],
        stream: StreamRef::ruleset(),
        expected: Expected::Exact(0),
        conditions: Vec::new(),
        events: unfit().into_iter().map(stored).collect(),
        metadata: "{}".into(),
        reply: "".into(),
    };
    ledger.append(append).await.unwrap();
    drop(ledger);
    let refused = Running::start(&config, Sources::machine()).await.err();
    let cause = refused.as_ref().and_then(std::error::Error::source).map(ToString::to_string);
    assert!(matches!(refused, Some(ServeError::Rules { .. })), "{refused:?}");
    let cause = cause.unwrap_or_default();
    assert!(cause.contains("limits.csv, line 2, column value: \"60\" is looser than \"30\""), "{cause}");
}
