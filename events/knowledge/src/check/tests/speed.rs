use std::time::{Duration, Instant as Stopwatch};

use super::*;

/// Thirty medications of one large chart.
const THIRTY: [&str; 30] = [
    "sertraline",
    "lithium",
    "quetiapine",
    "clonazepam",
    "oxycodone",
    "hydrocodone",
    "ibuprofen",
    "lisinopril",
    "hydrochlorothiazide",
    "furosemide",
    "warfarin",
    "digoxin",
    "verapamil",
    "metoprolol",
    "naproxen",
    "carbamazepine",
    "diazepam",
    "dextromethorphan",
    "doxylamine",
    "amoxicillin",
    "simvastatin",
    "amlodipine",
    "metformin",
    "albuterol",
    "loratadine",
    "prednisone",
    "omeprazole",
    "levothyroxine",
    "clopidogrel",
    "gabapentin",
];

#[test]
fn thirty_medications_are_judged_within_the_time_that_a_command_has() {
    // A debug build is some ten times slower than the 100 µs that a release build has to keep.
    const LIMIT: Duration = Duration::from_millis(5);
    let subject = patient(THIRTY.iter().map(|name| takes(&[name])).collect());
    let best = (0..20)
        .map(|_| {
            let start = Stopwatch::now();
            assert!(!chart(&subject).is_empty());
            start.elapsed()
        })
        .min();
    assert!(best < Some(LIMIT), "{best:?}");
}
