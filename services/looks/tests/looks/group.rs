//! What comes together is written together.

use concord_ledger::Filter;
use concord_looks::{Limits, LooksError, Record, read_event};
use futures::future::join_all;

use crate::support::{in_memory, keep, look, noon};

#[tokio::test]
async fn looks_that_come_together_share_an_event_and_each_is_there_once() {
    const LOOKS: u128 = 400;
    let (ledger, clock) = in_memory();
    let looks = keep(ledger.clone(), clock, Limits::default());
    let each = (0..LOOKS).map(|who| looks.record(vec![Record::Look(look(noon(), who, [who]))]));
    for recorded in join_all(each).await {
        recorded.unwrap();
    }
    let page = ledger.read(0, &Filter::default(), 10_000).await.unwrap();
    assert!(page.entries.len() < 20, "{} events for {LOOKS} looks at once", page.entries.len());
    let mut people: Vec<_> = page
        .entries
        .iter()
        .flat_map(|entry| read_event(&entry.event_type, &entry.payload).unwrap())
        .map(|record| match record {
            Record::Look(look) => look.who.person.uuid().as_u128(),
            Record::Disclosure(_) => panic!("nothing was disclosed"),
        })
        .collect();
    people.sort_unstable();
    assert_eq!(people, (0..LOOKS).collect::<Vec<_>>());
}

#[tokio::test]
async fn more_than_may_wait_is_refused_at_once() {
    let (ledger, clock) = in_memory();
    let looks = keep(ledger, clock, Limits { queue: 1, ..Limits::default() });
    let each = (0..3).map(|who| looks.record(vec![Record::Look(look(noon(), who, [who]))]));
    let refused =
        join_all(each).await.into_iter().filter(|recorded| *recorded == Err(LooksError::Overloaded));
    assert_eq!(refused.count(), 2);
}
