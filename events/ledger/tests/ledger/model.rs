//! Random histories: the durable ledger does what the one in memory does.

use concord_kernel::StreamRef;
use concord_ledger::{Append, Expected, Filter, Ledger, SqliteLedger, SqliteOptions, fsck};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::{Store, append, file, given, morning, open, options, stream};

const STREAMS: u128 = 4;

pub(crate) fn any_stream() -> impl Strategy<Value = StreamRef> {
    (0..STREAMS).prop_map(stream)
}

fn any_expected() -> impl Strategy<Value = Expected> {
    prop_oneof![
        4 => Just(Expected::Any),
        2 => Just(Expected::Exists),
        1 => Just(Expected::None),
        3 => (0..8_u64).prop_map(Expected::Exact),
    ]
}

/// Few command ids, so that repeats and reuse happen.
pub(crate) fn any_append() -> impl Strategy<Value = Append> {
    let conditions = proptest::collection::vec((any_stream(), any_expected()), 0..3);
    (0..30_u128, any_stream(), any_expected(), 0..4_usize, conditions, any::<bool>()).prop_map(
        |(number, stream, expected, count, conditions, changed)| {
            let mut append = given(append(number, stream, expected, count), &conditions);
            append.request_hash[0] = u8::from(changed);
            append
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Append(Append),
    ReadStream(StreamRef, u64, usize),
    SetClock(i64),
    Reopen,
    /// The process ends without closing anything; the next one finds the files as they are.
    Crash,
}

fn any_step() -> impl Strategy<Value = Step> {
    let read = (any_stream(), 0..9_u64, 0..9_usize);
    prop_oneof![
        20 => any_append().prop_map(Step::Append),
        5 => read.prop_map(|(stream, after, limit)| Step::ReadStream(stream, after, limit)),
        2 => (-3..4_i64).prop_map(Step::SetClock),
        1 => Just(Step::Reopen),
        1 => Just(Step::Crash),
    ]
}

/// How often the ends of streams are written, how many at once, and how many of them are remembered.
fn any_ends() -> impl Strategy<Value = SqliteOptions> {
    (1..9_u64, 1..4_usize, 0..6_usize).prop_map(|(moved_ends, ends_slice, cached_streams)| SqliteOptions {
        moved_ends,
        ends_slice,
        cached_streams,
        ..options()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_does_what_memory_does(steps in proptest::collection::vec(any_step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(compare(steps, &options()));
    }

    #[test]
    fn sqlite_does_what_memory_does_however_it_writes_the_ends_of_streams(
        steps in proptest::collection::vec(any_step(), 1..90),
        options in any_ends(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(compare(steps, &options));
    }
}

/// A copy of the files as they are now. Only a checkpoint writes the first of them while the ledger is open, and none
/// is due in so short a history.
fn wreck(folder: &TempDir) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["clinical.ledger", "clinical.ledger-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    copy
}

async fn compare(steps: Vec<Step>, options: &SqliteOptions) {
    let (model, mut folder) = (Store::memory(), tempfile::tempdir().unwrap());
    let clock = crate::support::clock();
    let reopen = |folder: &TempDir| {
        let (id, ids) = (crate::support::ledger_id(), crate::support::ids());
        SqliteLedger::open(&file(folder), id, clock.clone(), ids, options.clone()).unwrap()
    };
    let mut ledger = reopen(&folder);
    for step in steps {
        match step {
            Step::Append(append) => {
                let expected = model.ledger.append(append.clone()).await;
                assert_eq!(ledger.append(append).await, expected);
            }
            Step::ReadStream(stream, after, limit) => {
                let expected = model.ledger.read_stream(stream, after, limit).await;
                assert_eq!(ledger.read_stream(stream, after, limit).await, expected);
            }
            Step::SetClock(days) => {
                clock.set(morning().plus_days(days));
                model.clock.set(morning().plus_days(days));
            }
            Step::Reopen => {
                drop(ledger);
                ledger = reopen(&folder);
            }
            Step::Crash => {
                let wreck = wreck(&folder);
                drop(ledger);
                folder = wreck;
                fsck(&file(&folder), &mut |_, _| {}).unwrap();
                ledger = reopen(&folder);
            }
        }
        assert_eq!(ledger.head().await, model.ledger.head().await);
    }
    for number in 0..STREAMS {
        let expected = model.ledger.read_stream(stream(number), 0, 100).await;
        assert_eq!(ledger.read_stream(stream(number), 0, 100).await, expected);
    }
    let (mut after, filter) = (0, Filter::default());
    loop {
        let page = ledger.read(after, &filter, 50).await.unwrap();
        assert_eq!(page, model.ledger.read(after, &filter, 50).await.unwrap());
        if page.through == after {
            break;
        }
        after = page.through;
    }
    drop(ledger);
    assert_eq!(fsck(&file(&folder), &mut |_, _| {}).unwrap().position, after);
    drop(open(&file(&folder), options.clone()));
}
