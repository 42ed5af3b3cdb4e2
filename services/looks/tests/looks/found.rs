//! What is on record is found: by patient, by time, page by page, and nothing else.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use concord_kernel::Instant;
use concord_looks::{Cursor, Kind, Limits, Looks, Outcome, Record, Wanted};

use crate::support::{Watched, disclosure, in_memory, keep, look, looks_of, noon, patient};

fn minute(number: u64) -> Instant {
    noon().plus(Duration::from_secs(60 * number))
}

fn wanted(about: u128) -> Wanted {
    Wanted { patient: patient(about), from: None, to: None, kind: Kind::Looks }
}

async fn all(looks: &Looks, wanted: &Wanted, limit: usize) -> Vec<Record> {
    let (mut records, mut after) = (Vec::new(), None);
    loop {
        let page = looks.log().page(wanted, after, limit).await.unwrap();
        assert!(page.records.len() <= limit);
        records.extend(page.records);
        match page.next {
            // As a caller gets it and gives it back.
            Some(next) => after = Some(next.to_string().parse::<Cursor>().unwrap()),
            None => return records,
        }
    }
}

#[tokio::test]
async fn each_patient_finds_who_looked_and_nobody_elses_looks() {
    let (ledger, clock) = in_memory();
    let looks = keep(ledger, Arc::clone(&clock) as _, Limits::default());
    for number in 0..50_u64 {
        clock.advance_to(minute(number));
        let about = [u128::from(number % 5), 100 + u128::from(number)];
        let first = Record::Look(look(minute(number), 7, about));
        let second = Record::Look(look(minute(number), 8, [99]));
        looks.record(vec![first, second]).await.unwrap();
    }
    for page in [1, 3, 50, 200] {
        let found = all(&looks, &wanted(3), page).await;
        let minutes: Vec<_> = looks_of(&found).iter().map(|look| look.at).collect();
        let expected: Vec<_> = (0..50).filter(|number| number % 5 == 3).map(minute).collect();
        assert_eq!(minutes, expected, "pages of {page}");
        assert_eq!(all(&looks, &wanted(99), page).await.len(), 50);
        assert_eq!(all(&looks, &wanted(1_000), page).await, []);
    }
    let hour = Wanted { from: Some(minute(10)), to: Some(minute(20)), ..wanted(3) };
    let minutes: Vec<_> = looks_of(&all(&looks, &hour, 1).await).iter().map(|look| look.at).collect();
    assert_eq!(minutes, [minute(13), minute(18)], "from is in it and to is not");
}

#[tokio::test]
async fn disclosures_are_accounted_for_apart_from_looks() {
    let (ledger, clock) = in_memory();
    let looks = keep(ledger, clock, Limits::default());
    let told = disclosure(minute(1), 3, [4, 9]);
    let mut refused = look(minute(0), 7, [3]);
    refused.outcome = Outcome::Refused { reason: "NOT_PERMITTED".into() };
    looks.record(vec![Record::Look(refused.clone()), Record::Disclosure(told.clone())]).await.unwrap();
    assert_eq!(all(&looks, &wanted(3), 10).await, [Record::Look(refused)]);
    let accounting = Wanted { kind: Kind::Disclosures, ..wanted(3) };
    assert_eq!(all(&looks, &accounting, 10).await, [Record::Disclosure(told)]);
}

#[tokio::test]
async fn a_list_of_more_than_one_record_holds_is_found_for_everybody_on_it() {
    let (ledger, clock) = in_memory();
    let looks = keep(ledger, clock, Limits::default());
    looks.record(vec![Record::Look(look(noon(), 7, 0..2_500))]).await.unwrap();
    looks.record(vec![Record::Disclosure(disclosure(noon(), 3, 1..=5_000))]).await.unwrap();
    for about in [0, 999, 1_000, 2_499] {
        assert_eq!(all(&looks, &wanted(about), 10).await.len(), 1, "patient {about}");
    }
    let accounting = Wanted { kind: Kind::Disclosures, ..wanted(3) };
    let position = |record| match record {
        Record::Disclosure(disclosure) => disclosure.positions,
        Record::Look(_) => panic!("a look among disclosures"),
    };
    let told: Vec<_> = all(&looks, &accounting, 10).await.into_iter().flat_map(position).collect();
    assert_eq!(told, (1..=5_000).collect::<Vec<_>>());
}

/// Looks that are each an event of their own, one patient's among them.
const MANY: u64 = 20_000;

/// Positions of the ledger that may be read for one record, those by which its place in time is found among them.
const FEW: usize = 64;

#[tokio::test]
async fn of_a_long_log_only_what_may_be_about_the_patient_is_read() {
    let (inner, clock) = in_memory();
    let ledger = Arc::new(Watched::new(inner));
    let looks = keep(Arc::clone(&ledger) as _, clock, Limits::default());
    for number in 0..MANY {
        let about = if number == 12_345 { 3 } else { 100 + u128::from(number % 50) };
        looks.record(vec![Record::Look(look(minute(number), 7, [about]))]).await.unwrap();
    }
    // Taken in once, whoever asks.
    assert_eq!(all(&looks, &wanted(1_000), 10).await, []);
    let read = |before: usize| ledger.read.load(Ordering::SeqCst) - before;
    let before = read(0);
    let found = all(&looks, &wanted(3), 10).await;
    assert_eq!(looks_of(&found).iter().map(|look| look.at).collect::<Vec<_>>(), [minute(12_345)]);
    assert!(read(before) < FEW, "{} positions were read", read(before));
    let before = read(0);
    assert_eq!(looks.log().page(&wanted(101), None, 10).await.unwrap().records.len(), 10);
    assert!(read(before) < 1_024, "{} positions were read for a page", read(before));
    // What comes later is found as well.
    looks.record(vec![Record::Look(look(minute(MANY), 7, [3]))]).await.unwrap();
    assert_eq!(all(&looks, &wanted(3), 10).await.len(), 2);
}

#[test]
fn a_cursor_that_is_not_ours_is_refused() {
    for bad in ["", "1", "0.0", "1.x", "x.1", "1.1.1", "-1.0"] {
        assert!(bad.parse::<Cursor>().is_err(), "{bad}");
    }
}
