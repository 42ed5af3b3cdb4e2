//! Signers: what they sign goes on from what was signed, whoever dies, races or alters the ledger.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use concord_audit::note::{KeyKind, SigningKey};
use concord_audit::{
    Checkpoint, CheckpointStore, Condition, Cosigned, Cosigners, FileAnchor, LogError, SignError, Signed,
    Signer, SignerOptions, StoreError, Stored, Swap, proof, read_anchored,
};
use concord_kernel::{ManualClock, SeededIds};
use concord_ledger::merkle::Hash;
use concord_ledger::{Ledger, SqliteLedger, SqliteOptions};

use crate::stores::postgres;
use crate::support::{append, fill, ledger_id, log, memory, noon, signer, signing_key, store};

#[tokio::test]
async fn the_head_is_signed_when_it_has_moved_and_only_then() {
    let (ledger, (store, _folder)) = (memory(), store());
    let mut signing = signer(&ledger, &store);
    assert_eq!(signing.turn().await, Ok(None), "of nothing there is nothing to sign");
    let mut last: Option<Signed> = None;
    for size in [1, 2, 255, 256, 257, 700] {
        fill(&*ledger, size).await;
        let signed = signing.turn().await.unwrap().unwrap();
        let checkpoint = signed.checkpoint();
        let head = ledger.head().await.unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (size, head.root));
        assert_eq!(
            signing.turn().await.unwrap().as_ref(),
            Some(&signed),
            "the same head is not signed twice"
        );
        if let Some(last) = &last {
            let old = last.checkpoint();
            let path = log(&ledger, &store).consistency(old.size, size).await.unwrap();
            assert!(proof::is_consistent(old.size, old.root, size, checkpoint.root, &path));
        }
        last = Some(signed);
    }
    assert_eq!(store.blocks(&last.unwrap().checkpoint().origin).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_proof_reads_little_of_a_long_log_that_was_taken_up_again() {
    let (ledger, (store, _folder)) = (memory(), store());
    fill(&*ledger, 600).await;
    let signed = signer(&ledger, &store).turn().await.unwrap().unwrap();
    fill(&*ledger, 700).await;
    // Another process begins with the blocks that were kept.
    let log = log(&ledger, &store);
    for position in [1, 256, 257, 512, 513, 600] {
        let path = log.inclusion(position, 600).await.unwrap();
        let page = ledger.read(position - 1, &concord_ledger::Filter::default(), 1).await.unwrap();
        let root = proof::inclusion_root(position - 1, 600, page.entries[0].leaf_hash, &path);
        assert_eq!(root, Some(signed.checkpoint().root), "{position}");
    }
    for (position, size) in [(0, 600), (601, 600), (1, 701)] {
        let refused = log.inclusion(position, size).await;
        assert!(matches!(refused, Err(LogError::OutOfRange)), "{position} of {size}");
    }
}

/// Two signers on one store, each on a ledger that goes on meanwhile.
async fn race(store: Arc<dyn CheckpointStore>) {
    let ledger = memory();
    let signers = (0..3).map(|_| {
        let mut signer = signer(&ledger, &store);
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move {
            let mut seen = Vec::new();
            while ledger.head().await.unwrap().token.position < 300 || seen.is_empty() {
                if let Some(signed) = signer.turn().await.unwrap() {
                    seen.push(signed.checkpoint().clone());
                }
                tokio::task::yield_now().await;
            }
            seen
        })
    });
    let signers: Vec<_> = signers.collect();
    for number in 0..300 {
        ledger.append(append(number, 1)).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut all: Vec<Checkpoint> = Vec::new();
    for signer in signers {
        let seen = signer.await.unwrap();
        assert!(seen.windows(2).all(|pair| pair[0].size <= pair[1].size), "what one sees never goes back");
        all.extend(seen);
    }
    all.sort_by_key(|checkpoint| checkpoint.size);
    let log = log(&ledger, &store);
    for pair in all.windows(2) {
        if pair[0].size == pair[1].size {
            assert_eq!(pair[0], pair[1], "no size has two roots");
        } else {
            let path = log.consistency(pair[0].size, pair[1].size).await.unwrap();
            let [old, new] = [&pair[0], &pair[1]];
            assert!(proof::is_consistent(old.size, old.root, new.size, new.root, &path));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signers_that_race_over_a_file_sign_one_history() {
    let (store, _folder) = store();
    race(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signers_that_race_over_a_database_sign_one_history() {
    race(postgres().await).await;
}

/// A store whose process dies when something has become durable: whoever asked never hears of it.
struct Dies {
    store: Arc<dyn CheckpointStore>,
    dead: AtomicBool,
}

fn gone() -> StoreError {
    StoreError::Unavailable("the process is gone".into())
}

#[async_trait]
impl CheckpointStore for Dies {
    async fn latest(&self, origin: &str) -> Result<Option<Stored>, StoreError> {
        if self.dead.load(Ordering::SeqCst) { Err(gone()) } else { self.store.latest(origin).await }
    }

    async fn blocks(&self, origin: &str) -> Result<Vec<Hash>, StoreError> {
        self.store.blocks(origin).await
    }

    async fn replace(
        &self,
        origin: &str,
        previous: Option<u64>,
        next: &Stored,
        first: u64,
        roots: &[Hash],
    ) -> Result<Swap, StoreError> {
        self.store.replace(origin, previous, next, first, roots).await?;
        self.dead.store(true, Ordering::SeqCst);
        Err(gone())
    }

    async fn keep_cosigned(&self, origin: &str, cosigned: &Cosigned) -> Result<(), StoreError> {
        self.store.keep_cosigned(origin, cosigned).await
    }

    async fn cosigned(&self, origin: &str) -> Result<Vec<Cosigned>, StoreError> {
        self.store.cosigned(origin).await
    }
}

#[tokio::test]
async fn what_was_durable_and_not_published_is_published_after_a_restart() {
    let (ledger, (store, folder)) = (memory(), store());
    let file = folder.path().join("kept");
    fill(&*ledger, 30).await;
    let dies: Arc<dyn CheckpointStore> =
        Arc::new(Dies { store: Arc::clone(&store), dead: AtomicBool::new(false) });
    let mut first = signer(&ledger, &dies).anchored_by(FileAnchor::at(file.clone()));
    assert_eq!(first.turn().await, Err(SignError::Unavailable));
    assert!(!file.exists(), "nothing was shown before it was known to be durable");
    let durable = log(&ledger, &store).latest().await.unwrap().expect("it is durable all the same");

    let mut second = signer(&ledger, &store).anchored_by(FileAnchor::at(file.clone()));
    assert_eq!(second.turn().await.unwrap().as_ref(), Some(&durable), "nothing else is signed for that size");
    let kept = read_anchored(&std::fs::read_to_string(&file).unwrap(), signing_key().public()).unwrap();
    assert_eq!(kept, [durable]);
}

/// A store at which two signers meet before either replaces anything.
struct Meets {
    store: Arc<dyn CheckpointStore>,
    both: tokio::sync::Barrier,
    /// Whether who is too late is told so.
    compares: bool,
}

#[async_trait]
impl CheckpointStore for Meets {
    async fn latest(&self, origin: &str) -> Result<Option<Stored>, StoreError> {
        self.store.latest(origin).await
    }

    async fn blocks(&self, origin: &str) -> Result<Vec<Hash>, StoreError> {
        self.store.blocks(origin).await
    }

    async fn replace(
        &self,
        origin: &str,
        previous: Option<u64>,
        next: &Stored,
        first: u64,
        roots: &[Hash],
    ) -> Result<Swap, StoreError> {
        self.both.wait().await;
        let swapped = self.store.replace(origin, previous, next, first, roots).await?;
        Ok(if self.compares { swapped } else { Swap::Done })
    }

    async fn keep_cosigned(&self, origin: &str, cosigned: &Cosigned) -> Result<(), StoreError> {
        self.store.keep_cosigned(origin, cosigned).await
    }

    async fn cosigned(&self, origin: &str) -> Result<Vec<Cosigned>, StoreError> {
        self.store.cosigned(origin).await
    }
}

/// What two signers publish at once that see different histories under one name, as after a promotion that nobody noticed.
async fn published_by_two(compares: bool) -> Vec<Checkpoint> {
    let (store, _folder) = store();
    let meets: Arc<dyn CheckpointStore> =
        Arc::new(Meets { store, both: tokio::sync::Barrier::new(2), compares });
    let (one, other) = (memory(), memory());
    for number in 0..10 {
        one.append(append(number, 1)).await.unwrap();
        other.append(append(number, 2)).await.unwrap();
    }
    let (mut first, mut second) = (signer(&one, &meets), signer(&other, &meets));
    let (first, second) = tokio::join!(first.turn(), second.turn());
    [first, second].into_iter().filter_map(|turn| Some(turn.ok()??.checkpoint().clone())).collect()
}

#[tokio::test]
async fn two_signers_that_see_different_histories_publish_one() {
    let published = published_by_two(true).await;
    assert!(!published.is_empty() && published.windows(2).all(|pair| pair[0] == pair[1]), "{published:?}");
}

#[tokio::test]
async fn the_suite_sees_a_store_that_replaces_without_comparing() {
    let published = published_by_two(false).await;
    assert!(published.windows(2).any(|pair| pair[0] != pair[1]), "{published:?}");
}

/// A ledger in a file, opened anew after somebody wrote to the file.
fn open(path: &std::path::Path) -> Arc<dyn Ledger> {
    let clock = Arc::new(ManualClock::starting_at(noon()));
    let options = SqliteOptions::default();
    Arc::new(SqliteLedger::open(path, ledger_id(), clock, Arc::new(SeededIds::new(1)), options).unwrap())
}

#[tokio::test]
async fn a_signer_signs_nothing_more_once_the_past_is_another() {
    let sqls = [
        (
            "UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 25",
            Some(SignError::Altered { signed: 40 }),
        ),
        // What a checkpoint says is not what the leaf hashes say: an edit of content alone is for those who read it all.
        ("UPDATE entries SET payload = cast('{}' AS BLOB) WHERE position = 25", None),
    ];
    for (sql, error) in sqls {
        let (checkpoints, folder) = store();
        let file = folder.path().join("clinical.ledger");
        let ledger = open(&file);
        fill(&*ledger, 40).await;
        assert!(signer(&ledger, &checkpoints).turn().await.unwrap().is_some());
        drop(ledger);
        let raw = rusqlite::Connection::open(&file).unwrap();
        raw.execute_batch("DROP TRIGGER entries_keep; DROP TRIGGER entries_stay").unwrap();
        raw.execute_batch(sql).unwrap();
        drop(raw);
        let ledger = open(&file);
        ledger.append(append(900, 1)).await.unwrap();
        let turned = signer(&ledger, &checkpoints).turn().await;
        assert_eq!(turned.as_ref().err(), error.as_ref(), "{sql}");
    }
}

#[tokio::test]
async fn a_ledger_that_lost_its_end_is_not_signed_for() {
    let (checkpoints, _folder) = store();
    let long = memory();
    fill(&*long, 40).await;
    assert!(signer(&long, &checkpoints).turn().await.unwrap().is_some());
    // The same history, as an older copy of it has it.
    let short = memory();
    fill(&*short, 30).await;
    assert_eq!(signer(&short, &checkpoints).turn().await, Err(SignError::Shortened { signed: 40, has: 30 }));
}

#[tokio::test]
async fn a_ledger_that_was_put_back_together_with_its_checkpoints_is_found_by_what_was_anchored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept");
    let (checkpoints, _folder) = store();
    let (long, short) = (memory(), memory());
    fill(&*long, 40).await;
    let mut first = signer(&long, &checkpoints).anchored_by(FileAnchor::at(file.clone()));
    assert!(first.turn().await.unwrap().is_some());
    // An older copy of everything but the anchor: it knows nothing of what came after.
    let (older, _folder) = store();
    fill(&*short, 30).await;
    let mut again = signer(&short, &older).anchored_by(FileAnchor::at(file.clone()));
    assert_eq!(again.turn().await, Err(SignError::Shortened { signed: 40, has: 30 }));
    for number in 30..45 {
        short.append(append(number, 4)).await.unwrap();
    }
    assert_eq!(again.turn().await, Err(SignError::Altered { signed: 40 }), "nor once it is longer");
    let mut unanchored = signer(&short, &older);
    assert!(unanchored.turn().await.is_ok(), "without an anchor nobody could tell");
}

#[tokio::test]
async fn another_key_does_not_go_on_with_a_log() {
    let (ledger, (store, _folder)) = (memory(), store());
    fill(&*ledger, 3).await;
    signer(&ledger, &store).turn().await.unwrap();
    fill(&*ledger, 4).await;
    let name = signing_key().public().name().to_owned();
    let other = SigningKey::from_seed(&name, KeyKind::Log, &[8; 32]).unwrap();
    let log = concord_audit::Log::new(Arc::clone(&ledger), Arc::clone(&store), other.public().clone());
    let clock = Arc::new(ManualClock::starting_at(noon()));
    let mut other = Signer::new(Arc::new(log), other, clock, SignerOptions::default());
    assert!(matches!(other.turn().await, Err(SignError::OtherKey(_))));
}

#[tokio::test]
async fn a_running_signer_signs_what_comes_and_the_last_of_it_when_it_stops() {
    let (ledger, (store, folder)) = (memory(), store());
    let file = folder.path().join("kept");
    let pace = SignerOptions { every: Duration::from_millis(5), ..SignerOptions::default() };
    let clock = Arc::new(ManualClock::starting_at(noon()));
    let running = Signer::new(log(&ledger, &store), signing_key(), clock, pace);
    let running = running.anchored_by(FileAnchor::at(file.clone()));
    let condition = running.watch();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(running.run(async move {
        let _ended = stopped.await;
    }));
    fill(&*ledger, 10).await;
    let seen = log(&ledger, &store);
    seen.covering(10, Duration::from_mins(1)).await.unwrap();
    fill(&*ledger, 12).await;
    stop.send(()).unwrap();
    running.await.unwrap();
    assert_eq!(*condition.borrow(), Condition::Signing);
    let kept = read_anchored(&std::fs::read_to_string(&file).unwrap(), signing_key().public()).unwrap();
    assert_eq!(kept.last().unwrap().checkpoint().size, 12, "the last is anchored before its minute is over");
    assert!(matches!(seen.covering(13, Duration::from_millis(1)).await, Err(LogError::NotYet)));
}

#[tokio::test]
async fn a_file_of_checkpoints_that_was_cut_off_while_it_was_written_is_read_up_to_there() {
    let (ledger, (store, folder)) = (memory(), store());
    let file = folder.path().join("kept");
    for size in [3, 5, 8] {
        fill(&*ledger, size).await;
        // A new one each time anchors at once.
        signer(&ledger, &store).anchored_by(FileAnchor::at(file.clone())).turn().await.unwrap();
    }
    let text = std::fs::read_to_string(&file).unwrap();
    let key = signing_key();
    let sizes = |text: &str| {
        let kept = read_anchored(text, key.public());
        kept.map(|kept| kept.iter().map(|signed| signed.checkpoint().size).collect::<Vec<_>>())
    };
    assert_eq!(sizes(&text), Ok(vec![3, 5, 8]));
    let second = text.match_indices("concord/").find(|(at, _)| text[..*at].ends_with('\n')).unwrap().0;
    for cut in second + 1..text.len() {
        if text.is_char_boundary(cut) {
            let kept = sizes(&text[..cut]).unwrap_or_else(|error| panic!("{error}: {:?}", &text[..cut]));
            assert!([vec![3], vec![3, 5], vec![3, 5, 8]].contains(&kept), "{cut}: {kept:?}");
        }
    }
    assert!(sizes(&text.replace("\n5\n", "\n6\n")).is_err(), "what was altered is not passed over");
}

#[tokio::test]
async fn only_a_true_checkpoint_with_a_known_cosignature_is_kept() {
    let (ledger, (store, _folder)) = (memory(), store());
    fill(&*ledger, 9).await;
    let signed = signer(&ledger, &store).turn().await.unwrap().unwrap();
    let log = log(&ledger, &store);
    let partner = |seed| SigningKey::from_seed("lakeside.example/w", KeyKind::Cosigner, &[seed; 32]).unwrap();
    let known = Cosigners::new(vec![partner(1).public().clone()]).unwrap();
    let cosigned = partner(1).sign(signed.note().clone(), noon()).to_string();
    let kept = known.take(&log, &cosigned).await.unwrap();
    assert_eq!(kept.iter().map(|one| one.cosigner.as_str()).collect::<Vec<_>>(), ["lakeside.example/w"]);
    assert_eq!(log.cosigned().await.unwrap()[0].note, cosigned);

    let stranger = partner(2).sign(signed.note().clone(), noon()).to_string();
    let nobody = signed.note().to_string();
    // Signed with the log's key, and not what the log has: whoever took the key cannot have it witnessed here.
    let forged = Checkpoint { root: [5; 32], ..signed.checkpoint().clone() }.sign(&signing_key(), noon());
    let forged = partner(1).sign(forged.unwrap().note().clone(), noon()).to_string();
    for refused in [stranger, nobody, forged, "no note".to_owned()] {
        assert!(known.take(&log, &refused).await.is_err(), "{refused}");
    }
    assert_eq!(log.cosigned().await.unwrap().len(), 1);
}
