//! What every store must do.

use bytes::Bytes;
use concord_kernel::{StreamKind, StreamRef};
use concord_ledger::{AppendError, Appended, Expected, Filter};

use crate::support::{Store, append, command, given, limits, morning, new, stream};

macro_rules! contract {
    ($($rule:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $rule() { super::$rule(crate::support::Store::memory()).await; })+
        }
        mod sqlite {
            $(#[tokio::test] async fn $rule() { super::$rule(crate::support::Store::sqlite()).await; })+
        }
        mod behind_pgbouncer {
            $(#[tokio::test] async fn $rule() {
                super::$rule(crate::support::Store::behind_pgbouncer().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test] async fn $rule() { super::$rule(crate::support::Store::postgres().await).await; })+
        }
    };
}

contract! {
    positions_are_dense_and_versions_count_in_each_stream,
    a_stream_must_be_where_it_is_expected,
    other_streams_must_be_where_the_conditions_say,
    a_refused_append_leaves_no_hole,
    a_repeated_command_gets_its_receipt_and_no_second_effect,
    a_repeated_command_is_known_before_its_stream_is_looked_at,
    a_command_id_with_another_body_is_refused,
    a_command_without_events_is_remembered,
    a_refused_command_may_try_again,
    receipts_are_found,
    larger_appends_than_allowed_are_refused,
    pages_search_as_far_as_they_say,
    pages_hold_what_the_filter_wants,
    a_filter_that_wants_nothing_still_moves_on,
    the_watch_follows_the_head,
    time_never_runs_back,
    bytes_come_back_as_they_were,
    the_head_is_the_root_over_all_leaves,
}

async fn positions_are_dense_and_versions_count_in_each_stream(store: Store) {
    let ledger = store.ledger;
    for number in 0..12 {
        new(ledger.append(append(number, stream(number % 3), Expected::Any, 2)).await);
    }
    let page = ledger.read(0, &Filter::default(), 50).await.unwrap();
    let positions: Vec<u64> = page.entries.iter().map(|entry| entry.position).collect();
    assert_eq!(positions, (1..=24).collect::<Vec<u64>>());
    for number in 0..3 {
        let entries = ledger.read_stream(stream(number), 0, 50).await.unwrap();
        let versions: Vec<u64> = entries.iter().map(|entry| entry.version).collect();
        assert_eq!(versions, (1..=8).collect::<Vec<u64>>());
        let rest = ledger.read_stream(stream(number), 3, 2).await.unwrap();
        assert_eq!(rest, entries[3..5]);
    }
    assert_eq!(ledger.read_stream(stream(9), 0, 50).await.unwrap(), []);
}

async fn a_stream_must_be_where_it_is_expected(store: Store) {
    let ledger = store.ledger;
    let conflict = |actual| Err(AppendError::Conflict { stream: stream(1), actual });
    let cases = [
        (Expected::Exists, false, 0),
        (Expected::Exact(1), false, 0),
        (Expected::None, true, 0),
        (Expected::None, false, 1),
        (Expected::Exact(0), false, 1),
        (Expected::Exact(2), false, 1),
        (Expected::Exact(1), true, 1),
        (Expected::Exists, true, 2),
        (Expected::Any, true, 3),
    ];
    for (number, (expected, holds, actual)) in (0..).zip(cases) {
        let answer = ledger.append(append(number, stream(1), expected, 1)).await;
        if holds {
            assert_eq!(new(answer).stream_version, actual + 1);
        } else {
            assert_eq!(answer, conflict(actual), "{expected:?}");
        }
    }
    assert_eq!(new(ledger.append(append(90, stream(2), Expected::Exact(0), 1)).await).stream_version, 1);
}

async fn other_streams_must_be_where_the_conditions_say(store: Store) {
    let ledger = store.ledger;
    new(ledger.append(append(1, stream(1), Expected::None, 2)).await);
    let dependent = |number, expected| {
        given(
            append(number, stream(2), Expected::Any, 1),
            &[(stream(3), Expected::None), (stream(1), expected)],
        )
    };
    new(ledger.append(dependent(2, Expected::Exact(2))).await);
    new(ledger.append(append(3, stream(1), Expected::Exact(2), 1)).await);
    let answer = ledger.append(dependent(4, Expected::Exact(2))).await;
    assert_eq!(answer, Err(AppendError::Conflict { stream: stream(1), actual: 3 }));
    let answer = ledger.append(dependent(5, Expected::None)).await;
    assert_eq!(answer, Err(AppendError::Conflict { stream: stream(1), actual: 3 }));
    new(ledger.append(dependent(6, Expected::Exists)).await);
    assert_eq!(ledger.read_stream(stream(3), 0, 50).await.unwrap(), []);
}

async fn a_refused_append_leaves_no_hole(store: Store) {
    let ledger = store.ledger;
    new(ledger.append(append(1, stream(1), Expected::None, 1)).await);
    ledger.append(append(2, stream(1), Expected::None, 3)).await.unwrap_err();
    let receipt = new(ledger.append(append(3, stream(1), Expected::Any, 1)).await);
    assert_eq!((receipt.token.position, receipt.stream_version), (2, 2));
}

async fn a_repeated_command_gets_its_receipt_and_no_second_effect(store: Store) {
    let ledger = store.ledger;
    let first = new(ledger.append(append(1, stream(1), Expected::Any, 2)).await);
    assert_eq!((first.count, first.token.position, first.reply.as_ref()), (2, 2, b"reply 1".as_slice()));
    for _ in 0..2 {
        let again = ledger.append(append(1, stream(1), Expected::Any, 2)).await.unwrap();
        assert_eq!(again, Appended::Repeated(first.clone()));
    }
    assert_eq!(ledger.head().await.unwrap().token, first.token);
}

async fn a_repeated_command_is_known_before_its_stream_is_looked_at(store: Store) {
    let ledger = store.ledger;
    let first = new(ledger.append(append(1, stream(1), Expected::None, 1)).await);
    new(ledger.append(append(2, stream(1), Expected::Exact(1), 1)).await);
    let again = ledger.append(append(1, stream(1), Expected::None, 1)).await.unwrap();
    assert_eq!(again, Appended::Repeated(first));
}

async fn a_command_id_with_another_body_is_refused(store: Store) {
    let ledger = store.ledger;
    new(ledger.append(append(1, stream(1), Expected::Any, 1)).await);
    let mut changed = append(1, stream(2), Expected::Any, 1);
    changed.request_hash = [255; 32];
    assert_eq!(ledger.append(changed).await, Err(AppendError::CommandReused));
    assert_eq!(ledger.head().await.unwrap().token.position, 1);
}

async fn a_command_without_events_is_remembered(store: Store) {
    let ledger = store.ledger;
    let empty = new(ledger.append(append(1, stream(1), Expected::None, 0)).await);
    assert_eq!((empty.count, empty.token.position, empty.stream_version), (0, 0, 0));
    new(ledger.append(append(2, stream(1), Expected::None, 1)).await);
    let again = ledger.append(append(1, stream(1), Expected::None, 0)).await.unwrap();
    assert_eq!(again, Appended::Repeated(empty));
    let later = new(ledger.append(append(3, stream(1), Expected::Exact(1), 0)).await);
    assert_eq!((later.count, later.token.position, later.stream_version), (0, 1, 1));
    assert_eq!(ledger.head().await.unwrap().token.position, 1);
}

async fn a_refused_command_may_try_again(store: Store) {
    let ledger = store.ledger;
    ledger.append(append(1, stream(1), Expected::Exists, 1)).await.unwrap_err();
    new(ledger.append(append(2, stream(1), Expected::None, 1)).await);
    new(ledger.append(append(1, stream(1), Expected::Exists, 1)).await);
}

async fn receipts_are_found(store: Store) {
    let ledger = store.ledger;
    let receipt = new(ledger.append(append(1, stream(1), Expected::Any, 3)).await);
    assert_eq!(ledger.receipt(command(1)).await.unwrap(), Some(([1; 32], receipt)));
    assert_eq!(ledger.receipt(command(2)).await.unwrap(), None);
}

async fn larger_appends_than_allowed_are_refused(store: Store) {
    let (ledger, limits) = (store.ledger, limits());
    new(ledger.append(append(1, stream(1), Expected::Any, limits.events_per_append)).await);
    let many = append(2, stream(1), Expected::Any, limits.events_per_append + 1);
    let mut long = append(3, stream(1), Expected::Any, 1);
    long.events[0].payload = Bytes::from(vec![b' '; limits.bytes_per_event + 1]);
    let mut wordy = append(4, stream(1), Expected::Any, 1);
    wordy.metadata = Bytes::from(vec![b' '; limits.metadata_bytes + 1]);
    let mut chatty = append(5, stream(1), Expected::Any, 0);
    chatty.reply = Bytes::from(vec![b' '; limits.reply_bytes + 1]);
    let dependent = given(
        append(6, stream(1), Expected::Any, 1),
        &vec![(stream(2), Expected::Any); limits.conditions + 1],
    );
    for large in [many, long, wordy, chatty, dependent] {
        assert_eq!(ledger.append(large).await, Err(AppendError::TooLarge));
    }
    assert_eq!(ledger.head().await.unwrap().token.position, 8);
}

async fn pages_search_as_far_as_they_say(store: Store) {
    let ledger = store.ledger;
    for number in 0..5 {
        new(ledger.append(append(number, stream(number), Expected::Any, 2)).await);
    }
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = ledger.read(after, &Filter::default(), 3).await.unwrap();
        if page.through == after {
            break;
        }
        assert!(page.entries.len() <= 3);
        after = page.through;
        seen.extend(page.entries.into_iter().map(|entry| entry.position));
    }
    assert_eq!(seen, (1..=10).collect::<Vec<u64>>());
    for beyond in [10, 11, u64::MAX] {
        let page = ledger.read(beyond, &Filter::default(), 3).await.unwrap();
        assert_eq!((page.entries.len(), page.through), (0, beyond));
    }
}

async fn pages_hold_what_the_filter_wants(store: Store) {
    let ledger = store.ledger;
    let chart = StreamRef { kind: StreamKind::MedicationChart, ..stream(1) };
    for number in 0..6 {
        let mut append = append(number, if number % 2 == 0 { chart } else { stream(1) }, Expected::Any, 1);
        append.events[0].event_type = if number < 3 { "Early" } else { "Late" };
        new(ledger.append(append).await);
    }
    let positions = async |kinds: &[StreamKind], types: &[&str]| {
        let event_types = types.iter().map(|name| (*name).to_owned()).collect();
        let filter = Filter { kinds: kinds.to_vec(), event_types };
        let page = ledger.read(0, &filter, 50).await.unwrap();
        assert_eq!(page.through, 6);
        page.entries.iter().map(|entry| entry.position).collect::<Vec<u64>>()
    };
    assert_eq!(positions(&[StreamKind::MedicationChart], &[]).await, [1, 3, 5]);
    assert_eq!(positions(&[], &["Late"]).await, [4, 5, 6]);
    assert_eq!(positions(&[StreamKind::Scales], &["Late", "Other"]).await, [4, 6]);
    assert_eq!(positions(&[StreamKind::CareTeam], &["Late"]).await, [0_u64; 0]);
}

async fn a_filter_that_wants_nothing_still_moves_on(store: Store) {
    let ledger = store.ledger;
    for number in 0..20 {
        new(ledger.append(append(number, stream(1), Expected::Any, 1)).await);
    }
    let filter = Filter { kinds: vec![StreamKind::CareTeam], event_types: Vec::new() };
    let page = ledger.read(0, &filter, 15).await.unwrap();
    assert_eq!((page.entries.len(), page.through), (0, 15));
    let page = ledger.read(page.through, &filter, 15).await.unwrap();
    assert_eq!((page.entries.len(), page.through), (0, 20));
}

async fn the_watch_follows_the_head(store: Store) {
    let ledger = store.ledger;
    let mut watch = ledger.watch();
    assert_eq!(*watch.borrow_and_update(), ledger.head().await.unwrap().token);
    let receipt = new(ledger.append(append(1, stream(1), Expected::Any, 2)).await);
    assert!(watch.has_changed().unwrap());
    assert_eq!(*watch.borrow_and_update(), receipt.token);
    ledger.append(append(2, stream(1), Expected::None, 2)).await.unwrap_err();
    assert!(!watch.has_changed().unwrap());
}

async fn time_never_runs_back(store: Store) {
    let (ledger, clock) = (store.ledger, store.clock);
    for number in 0..9 {
        clock.set(morning().plus_days(if number < 3 { 5 } else { -5 }));
        let receipt = new(ledger.append(append(number, stream(number), Expected::Any, 2)).await);
        assert_eq!(receipt.recorded_at, ledger.head().await.unwrap().recorded_at);
    }
    let entries = ledger.read(0, &Filter::default(), 50).await.unwrap().entries;
    assert_eq!(entries[0].recorded_at, morning().plus_days(5));
    assert!(entries.windows(2).all(|pair| pair[0].recorded_at < pair[1].recorded_at));
    clock.set(morning().plus_days(9));
    let receipt = new(ledger.append(append(90, stream(1), Expected::Any, 1)).await);
    assert_eq!(receipt.recorded_at, morning().plus_days(9));
}

async fn bytes_come_back_as_they_were(store: Store) {
    let ledger = store.ledger;
    let odd = [r#"{"text":"\u0000"}"#, "{\"é\":1,\"é\":2, \"n\":1.10}", " {\t}\n", "\"sealed\"", "1e400"];
    for (number, json) in (0..).zip(odd) {
        let mut append = append(number, stream(1), Expected::Any, 1);
        append.events[0].payload = Bytes::from_static(json.as_bytes());
        append.metadata = Bytes::from_static(json.as_bytes());
        append.reply = Bytes::from_static(b"\0\xff");
        assert_eq!(new(ledger.append(append).await).reply, b"\0\xff".as_slice());
    }
    let entries = ledger.read_stream(stream(1), 0, 50).await.unwrap();
    for (entry, json) in entries.iter().zip(odd) {
        assert_eq!((entry.payload.as_ref(), entry.metadata.as_ref()), (json.as_bytes(), json.as_bytes()));
    }
    assert_eq!(entries.len(), odd.len());
}

async fn the_head_is_the_root_over_all_leaves(store: Store) {
    let ledger = store.ledger;
    for number in 0..7 {
        new(ledger.append(append(number, stream(number % 2), Expected::Any, 1)).await);
        let entries = ledger.read(0, &Filter::default(), 50).await.unwrap().entries;
        let leaves: Vec<_> = entries.iter().map(|entry| entry.leaf_hash).collect();
        assert_eq!(ledger.head().await.unwrap().root, concord_ledger::merkle::root(&leaves));
    }
}
