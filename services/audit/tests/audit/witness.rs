//! Witnesses over HTTP: what one has seen cannot be taken back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use concord_audit::note::{KeyKind, SigningKey};
use concord_audit::{
    Anchor, CheckpointStore, Cosigners, HttpWitness, Log, Signed, WitnessError, Witnessed, proof,
};
use concord_ledger::Ledger;
use concord_ledger::merkle::Hash;
use tokio::sync::watch;

use crate::support::{append, fill, log, memory, noon, signer, signing_key, store};

const PATIENCE: Duration = Duration::from_secs(20);

fn key() -> SigningKey {
    SigningKey::from_seed("witness.example/w", KeyKind::Cosigner, &[3; 32]).unwrap()
}

fn cosigners() -> Cosigners {
    Cosigners::new(vec![key().public().clone()]).unwrap()
}

/// A witness that follows the protocol, in a thread.
struct Witness {
    address: String,
    /// The size and root that it cosigned last.
    seen: Arc<Mutex<Option<(u64, Hash)>>>,
}

impl Witness {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}/w", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(None));
        let known = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &mut known.lock().unwrap());
            }
        });
        Self { address, seen }
    }

    fn size(&self) -> Option<u64> {
        self.seen.lock().unwrap().map(|(size, _)| size)
    }
}

/// Reads one request and answers it; the connection ends with it.
fn answer(mut stream: TcpStream, seen: &mut Option<(u64, Hash)>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), "POST /w/add-checkpoint HTTP/1.1");
    let mut length = 0;
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let (status, said) = judge(&String::from_utf8(body).unwrap(), seen);
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", said.len());
    stream.write_all((head + &said).as_bytes()).unwrap();
}

/// What C2SP tlog-witness asks of a witness.
fn judge(body: &str, seen: &mut Option<(u64, Hash)>) -> (&'static str, String) {
    let (head, note) = body.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
    let path: Vec<Hash> = lines.map(|line| STANDARD.decode(line).unwrap().try_into().unwrap()).collect();
    let Ok(signed) = Signed::open(note, signing_key().public()) else {
        return ("403 Forbidden", String::new());
    };
    let new = signed.checkpoint();
    if let Some((size, root)) = *seen {
        if old != size || (size == new.size && root != new.root) {
            return ("409 Conflict", format!("{size}\n"));
        }
        if !proof::is_consistent(size, root, new.size, new.root, &path) {
            return ("422 Unprocessable Entity", String::new());
        }
    } else if old != 0 {
        return ("409 Conflict", "0\n".to_owned());
    }
    *seen = Some((new.size, new.root));
    let cosigned = key().sign(signed.note().clone(), noon());
    ("200 OK", format!("{}\n", cosigned.signatures().last().unwrap()))
}

async fn soon(watch: &mut watch::Receiver<Witnessed>, wanted: &Witnessed) {
    let seen = tokio::time::timeout(PATIENCE, watch.wait_for(|now| now == wanted)).await.is_ok();
    assert!(seen, "{wanted:?} is awaited, and it is {:?}", *watch.borrow());
}

struct Scene {
    ledger: Arc<dyn Ledger>,
    store: Arc<dyn CheckpointStore>,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn of(events: u64) -> Self {
        let (ledger, (store, folder)) = (memory(), store());
        fill(&*ledger, events).await;
        Self { ledger, store, _folder: folder }
    }

    fn log(&self) -> Arc<Log> {
        log(&self.ledger, &self.store)
    }

    async fn signed(&self) -> Signed {
        signer(&self.ledger, &self.store).turn().await.unwrap().unwrap()
    }

    fn shows(&self, witness: &Witness) -> HttpWitness {
        HttpWitness::new(self.log(), cosigners(), &witness.address, None).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_cosigns_what_goes_on_and_its_cosignature_is_kept() {
    let (witness, scene) = (Witness::start(), Scene::of(7).await);
    let shown = scene.shows(&witness);
    let mut watch = shown.watch();
    assert_eq!(*watch.borrow(), Witnessed::NotYet);
    for size in [7, 300, 301] {
        fill(&*scene.ledger, size).await;
        shown.keep(&scene.signed().await).await.unwrap();
        soon(&mut watch, &Witnessed::Through(size)).await;
        let kept = scene.log().cosigned().await.unwrap();
        assert_eq!((kept.len(), kept[0].cosigner.as_str(), kept[0].size), (1, "witness.example/w", size));
        let note = kept[0].note.parse().unwrap();
        assert_eq!(key().public().cosigned_at(&note), Ok(noon()));
        assert_eq!(witness.size(), Some(size));
    }
}

/// A process remembers nothing of a witness that another one has asked.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_a_witness_anew_learns_what_it_has_seen() {
    let (witness, scene) = (Witness::start(), Scene::of(40).await);
    let before = scene.shows(&witness);
    let earlier = scene.signed().await;
    before.keep(&earlier).await.unwrap();
    soon(&mut before.watch(), &Witnessed::Through(40)).await;
    fill(&*scene.ledger, 90).await;
    let after = scene.shows(&witness);
    after.keep(&scene.signed().await).await.unwrap();
    soon(&mut after.watch(), &Witnessed::Through(90)).await;
    // What comes late is of the same log.
    before.keep(&earlier).await.unwrap();
    soon(&mut before.watch(), &Witnessed::Through(90)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_finds_a_history_that_was_set_back() {
    let (witness, long, short) = (Witness::start(), Scene::of(40).await, Scene::of(30).await);
    let shown = long.shows(&witness);
    shown.keep(&long.signed().await).await.unwrap();
    soon(&mut shown.watch(), &Witnessed::Through(40)).await;
    let shown = short.shows(&witness);
    shown.keep(&short.signed().await).await.unwrap();
    soon(&mut shown.watch(), &Witnessed::Not(WitnessError::Ahead { seen: 40 })).await;
    assert_eq!((short.log().cosigned().await.unwrap().len(), witness.size()), (0, Some(40)));
}

/// The log, its key and every copy of its checkpoints are in the hands of whoever rewrote it.
#[tokio::test(flavor = "multi_thread")]
async fn a_witness_finds_a_history_that_was_rewritten() {
    for size in [40, 60] {
        let (witness, scene, other) = (Witness::start(), Scene::of(40).await, Scene::of(0).await);
        let shown = scene.shows(&witness);
        shown.keep(&scene.signed().await).await.unwrap();
        soon(&mut shown.watch(), &Witnessed::Through(40)).await;
        other.ledger.append(append(900, 1)).await.unwrap();
        fill(&*other.ledger, size).await;
        let shown = other.shows(&witness);
        shown.keep(&other.signed().await).await.unwrap();
        soon(&mut shown.watch(), &Witnessed::Not(WitnessError::Contradicted { seen: 40 })).await;
        assert_eq!((other.log().cosigned().await.unwrap().len(), witness.size()), (0, Some(40)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_is_away_or_unknown_is_named_and_nothing_is_kept() {
    let scene = Scene::of(3).await;
    let signed = scene.signed().await;
    // Nobody listens there any more.
    let gone = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let shown = HttpWitness::new(scene.log(), cosigners(), &format!("http://{gone}"), None).unwrap();
    shown.keep(&signed).await.unwrap();
    soon(&mut shown.watch(), &Witnessed::Not(WitnessError::Away)).await;
    // One whose key nobody has told of.
    let (witness, stranger) = (Witness::start(), SigningKey::from_seed("b/w", KeyKind::Cosigner, &[9; 32]));
    let strangers = Cosigners::new(vec![stranger.unwrap().public().clone()]).unwrap();
    let shown = HttpWitness::new(scene.log(), strangers, &witness.address, None).unwrap();
    shown.keep(&signed).await.unwrap();
    let mut watch = shown.watch();
    let unkept = watch.wait_for(|now| matches!(now, Witnessed::Not(WitnessError::Unkept(_))));
    tokio::time::timeout(PATIENCE, unkept).await.unwrap().unwrap();
    assert_eq!(scene.log().cosigned().await.unwrap().len(), 0);
    assert_eq!(
        HttpWitness::new(scene.log(), cosigners(), "witness.example", None).err(),
        Some(WitnessError::Address)
    );
}
