//! Random histories: the durable ledger does what the one in memory does.

use concord_kernel::StreamRef;
use concord_ledger::{Append, Expected, Filter, Ledger, fsck};
use proptest::prelude::*;

use crate::support::{Store, append, file, given, morning, open, options, stream};

fn any_stream() -> impl Strategy<Value = StreamRef> {
    (0..4_u128).prop_map(stream)
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
fn any_append() -> impl Strategy<Value = Append> {
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
    SetClock(i64),
    Reopen,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => any_append().prop_map(Step::Append),
        2 => (-3..4_i64).prop_map(Step::SetClock),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_does_what_memory_does(steps in proptest::collection::vec(any_step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(compare(steps));
    }
}

async fn compare(steps: Vec<Step>) {
    let (model, folder) = (Store::memory(), tempfile::tempdir().unwrap());
    let clock = crate::support::clock();
    let reopen = || {
        let (id, ids) = (crate::support::ledger_id(), crate::support::ids());
        concord_ledger::SqliteLedger::open(&file(&folder), id, clock.clone(), ids, options()).unwrap()
    };
    let mut ledger = reopen();
    for step in steps {
        match step {
            Step::Append(append) => {
                let expected = model.ledger.append(append.clone()).await;
                assert_eq!(ledger.append(append).await, expected);
            }
            Step::SetClock(days) => {
                clock.set(morning().plus_days(days));
                model.clock.set(morning().plus_days(days));
            }
            Step::Reopen => {
                drop(ledger);
                ledger = reopen();
            }
        }
        assert_eq!(ledger.head().await, model.ledger.head().await);
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
    drop(open(&file(&folder), options()));
}
