//! A patient's bundle: what is in it holds, and nothing can be changed, added or taken out of it.

use concord_audit::bundle::{Bundle, BundleError, BundleFault, Checked, Line, check};
use concord_audit::note::{KeyKind, SigningKey};
use concord_audit::{Log, Signed};
use proptest::prelude::*;

use crate::support::{fill, log, memory, noon, patient, signer, signing_key, store};

const EVENTS: u64 = 60;
/// Whose bundle it is, and how many of the events are about them.
const WHOSE: u128 = 2;
const THEIRS: u64 = EVENTS / 5;

async fn lines(log: &Log, signed: &Signed, whose: u128) -> Result<Vec<Line>, BundleError> {
    let mut bundle = Bundle::new(log, signed, patient(whose));
    while bundle.search().await?.is_some() {}
    let mut lines = vec![bundle.header(&signing_key(), noon())?];
    while let Some(line) = bundle.next().await? {
        lines.push(line);
    }
    Ok(lines)
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect()
}

async fn written() -> Vec<Line> {
    let (ledger, (store, _folder)) = (memory(), store());
    fill(&*ledger, EVENTS).await;
    let signed = signer(&ledger, &store).turn().await.unwrap().unwrap();
    // What comes later is not in it, and takes nothing from it.
    fill(&*ledger, EVENTS + 20).await;
    lines(&log(&ledger, &store), &signed, WHOSE).await.unwrap()
}

fn checked(text: &str) -> Result<Checked, BundleFault> {
    check(text.as_bytes(), signing_key().public())
}

#[tokio::test]
async fn a_bundle_has_everything_about_the_patient_and_holds() {
    let lines = written().await;
    let holds = checked(&text(&lines)).unwrap();
    assert_eq!((holds.patient, holds.events, holds.streams), (patient(WHOSE).uuid(), THEIRS, 2));
    assert_eq!(holds.checkpoint.size, EVENTS);
}

#[tokio::test]
async fn nobody_has_a_bundle_of_whom_nothing_is_known() {
    let (ledger, (store, _folder)) = (memory(), store());
    fill(&*ledger, 5).await;
    let signed = signer(&ledger, &store).turn().await.unwrap().unwrap();
    assert!(matches!(lines(&log(&ledger, &store), &signed, 99).await, Err(BundleError::Nobody)));
}

#[tokio::test]
async fn another_key_does_not_vouch_for_it() {
    let text = text(&written().await);
    let other = |name: &str| SigningKey::from_seed(name, KeyKind::Log, &[9; 32]).unwrap();
    for name in ["concord/riverbend/clinical", "concord/other/clinical"] {
        let refused = check(text.as_bytes(), other(name).public());
        assert!(matches!(refused, Err(BundleFault::Checkpoint(_))), "{refused:?}");
    }
}

/// Positions of its events.
fn positions(lines: &[Line]) -> Vec<u64> {
    let position = |line: &Line| match line {
        Line::Event { event, .. } => Some(event.position),
        Line::Header { .. } | Line::End { .. } => None,
    };
    lines.iter().filter_map(position).collect()
}

/// The bundle without its event number `index`, and with an end that agrees.
fn without(lines: &[Line], index: usize) -> Vec<Line> {
    let mut fewer = lines.to_vec();
    fewer.remove(index + 1);
    *fewer.last_mut().unwrap() = Line::End { events: THEIRS - 1 };
    fewer
}

#[tokio::test]
async fn an_event_that_is_taken_out_is_missed_wherever_it_was() {
    let lines = written().await;
    for index in 0..positions(&lines).len() {
        let fault = checked(&text(&without(&lines, index))).unwrap_err();
        // The next of the stream does not follow, or the stream ends too early.
        assert!(matches!(fault, BundleFault::Version { .. } | BundleFault::Ends { .. }), "{index}: {fault}");
    }
}

#[tokio::test]
async fn an_event_that_is_changed_is_named() {
    let lines = written().await;
    for (index, position) in positions(&lines).into_iter().enumerate() {
        let mut changed = lines.clone();
        let Line::Event { event, .. } = &mut changed[index + 1] else { panic!("an event") };
        event.payload = event.payload.replace("number", "numbre");
        let fault = checked(&text(&changed)).unwrap_err();
        assert!(matches!(fault, BundleFault::Leaf { position: found } if found == position), "{fault}");
    }
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    let fault = checked(&text(&swapped)).unwrap_err();
    assert!(matches!(fault, BundleFault::Order { .. } | BundleFault::Version { .. }), "{fault}");
}

#[tokio::test]
async fn another_patients_event_has_no_place_in_it() {
    let (ledger, (store, _folder)) = (memory(), store());
    fill(&*ledger, EVENTS).await;
    let signed = signer(&ledger, &store).turn().await.unwrap().unwrap();
    let log = log(&ledger, &store);
    let own = lines(&log, &signed, WHOSE).await.unwrap();
    let other = lines(&log, &signed, 3).await.unwrap();
    let mut mixed = own.clone();
    mixed.insert(2, other[1].clone());
    let fault = checked(&text(&mixed)).unwrap_err();
    assert!(matches!(fault, BundleFault::Stranger { .. }), "{fault}");
    // Nor do its streams become this patient's by the header of the other one.
    let mut header = own.clone();
    let Line::Header { streams: theirs, .. } = &other[0] else { panic!("a header") };
    let Line::Header { streams, .. } = &mut header[0] else { panic!("a header") };
    streams.clone_from(theirs);
    assert!(matches!(checked(&text(&header)), Err(BundleFault::Statement(_))));
}

#[tokio::test]
async fn a_file_that_was_cut_off_anywhere_is_not_whole() {
    let text = text(&written().await);
    let mut cuts: Vec<usize> = (0..text.len()).step_by(97).collect();
    cuts.extend(text.match_indices('\n').map(|(at, _)| at + 1).filter(|at| *at < text.len()));
    for cut in cuts.into_iter().filter(|cut| text.is_char_boundary(*cut)) {
        assert!(checked(&text[..cut]).is_err(), "{cut}");
    }
    assert!(checked(&(text + "{}\n")).is_err(), "nor may anything follow");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_byte_of_it_can_be_another(place in any::<prop::sample::Index>(), by in 1..128_u8) {
        static TEXT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
            tokio::runtime::Runtime::new().unwrap().block_on(async { text(&written().await) })
        });
        let mut bytes = TEXT.clone().into_bytes();
        let at = place.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(changed) = String::from_utf8(bytes)
            && let Ok(holds) = checked(&changed)
        {
            // What JSON says twice in two ways is the same: only such a change may pass.
            let same = |text: &str| {
                text.lines().map(|line| serde_json::from_str::<Line>(line).unwrap()).collect::<Vec<_>>()
            };
            prop_assert!(same(&changed) == same(&TEXT), "byte {} by {} passes: {:?}", at, by, holds);
        }
    }
}
