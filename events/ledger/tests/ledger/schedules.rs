//! Random schedules: writers that stall, are refused, rolled back or given up, and readers who look all the time.
//! Whatever happens, everybody sees a prefix of one history.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use concord_kernel::StreamRef;
use concord_ledger::{
    Append, AppendError, Appended, CrashPoint, Entry, Expected, Faults, Filter, Ledger, SqliteOptions, merkle,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::mutants::{Fault, Mutant};
use crate::support::{
    Store, append, behind_pgbouncer, clock, database, file, open, open_postgres, options, statement, stream,
};

/// Schedules of each kind without `CONCORD_SOAK`.
const IN_MEMORY: u64 = 150;
const ON_SQLITE: u64 = 30;
const ON_TWO_CONNECTIONS: u64 = 10;
const ON_POSTGRES: u64 = 8;
/// Schedules in which a fault must show itself at least once.
const FOR_A_FAULT: u64 = 60;

const WRITERS: u64 = 4;
const READERS: u64 = 3;
const APPENDS: u64 = 7;
const STREAMS: u128 = 3;
/// Events of this type are refused by the file, after others of their transaction are in.
const REFUSED: &str = "Refused";
/// The longest stall.
const STALL_MICROS: u64 = 1_500;

/// How processes reach their database.
#[derive(Clone, Copy)]
enum Way {
    Straight,
    PgBouncer,
}

/// What must hold and does not.
type Broken = String;

/// One schedule: ledgers over one history, and what was seen of it.
struct Scene {
    ledgers: Vec<Arc<dyn Ledger>>,
    /// The leaf at each position as its first reader saw it.
    seen: Mutex<Vec<merkle::Hash>>,
    /// What was acknowledged, by command: first position and count.
    acknowledged: Mutex<HashMap<u128, (u64, u32)>>,
    refused: Mutex<Vec<u128>>,
    done: AtomicBool,
    /// Whether the store refuses events of the type [`REFUSED`]; in memory it cannot.
    refuses: bool,
    /// Goes away with the scene.
    _folder: Option<TempDir>,
}

/// Holds the writer up at random.
struct Stalls(Mutex<ChaCha8Rng>);

impl Faults for Stalls {
    fn reached(&self, _: CrashPoint) {
        let stall = {
            let mut random = self.0.lock().unwrap();
            random.random_bool(0.25).then(|| random.random_range(0..STALL_MICROS))
        };
        if let Some(micros) = stall {
            std::thread::sleep(Duration::from_micros(micros));
        }
    }
}

impl Scene {
    fn over(ledgers: Vec<Arc<dyn Ledger>>, refuses: bool, folder: Option<TempDir>) -> Arc<Self> {
        Arc::new(Self {
            ledgers,
            seen: Mutex::default(),
            acknowledged: Mutex::default(),
            refused: Mutex::default(),
            done: AtomicBool::new(false),
            refuses,
            _folder: folder,
        })
    }

    fn in_memory() -> Arc<Self> {
        Self::over(vec![Store::memory().ledger], false, None)
    }

    fn on_sqlite(seed: u64, connections: u64) -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let connection = |number| {
            let stalls = Stalls(Mutex::new(ChaCha8Rng::seed_from_u64(seed ^ number << 32)));
            let faults = Some(Arc::new(stalls) as Arc<dyn Faults>);
            Arc::new(open(&path, SqliteOptions { faults, ..options() })) as Arc<dyn Ledger>
        };
        let ledgers = (0..connections).map(connection).collect();
        let other = rusqlite::Connection::open(&path).unwrap();
        let trigger = format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN NEW.event_type = '{REFUSED}'
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        );
        other.execute_batch(&trigger).unwrap();
        Self::over(ledgers, true, Some(folder))
    }

    /// So many processes on one database, as far as one process can play them: each has its own connections and memory.
    async fn on_postgres(processes: u64, way: Way) -> Arc<Self> {
        let (database, clock) = (database(), clock());
        let reached = match way {
            Way::Straight => database.clone(),
            Way::PgBouncer => behind_pgbouncer(&database),
        };
        let mut ledgers: Vec<Arc<dyn Ledger>> = Vec::new();
        for _ in 0..processes {
            ledgers.push(Arc::new(open_postgres(&reached, &clock).await));
        }
        let trigger = format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.event_type = '{REFUSED}')
                EXECUTE FUNCTION refuse()"
        );
        statement(&database, &trigger).await;
        Self::over(ledgers, true, None)
    }

    fn mutated(seed: u64, fault: Fault) -> Arc<Self> {
        Self::over(vec![Arc::new(Mutant::new(Store::memory().ledger, fault, seed))], false, None)
    }

    fn ledger(&self, number: u64) -> Arc<dyn Ledger> {
        let index = usize::try_from(number).unwrap() % self.ledgers.len();
        Arc::clone(&self.ledgers[index])
    }

    /// Takes in what a reader sees at `position`: everybody sees the same there, for ever.
    fn see(&self, position: u64, leaf: merkle::Hash) -> Result<(), Broken> {
        let mut seen = self.seen.lock().unwrap();
        let index = usize::try_from(position - 1).unwrap();
        match seen.get(index) {
            Some(before) if *before != leaf => Err(format!("position {position} has changed")),
            Some(_) => Ok(()),
            None => {
                seen.push(leaf);
                Ok(())
            }
        }
    }
}

fn random_append(number: u128, random: &mut ChaCha8Rng) -> Append {
    let expected = match random.random_range(0..10) {
        0 => Expected::None,
        1 => Expected::Exists,
        2 => Expected::Exact(random.random_range(0..6)),
        _ => Expected::Any,
    };
    let count = random.random_range(0..4);
    let mut asked = append(number, stream(random.random_range(0..STREAMS)), expected, count);
    if random.random_range(0..6) == 0
        && let Some(last) = asked.events.last_mut()
    {
        last.event_type = REFUSED;
    }
    asked
}

async fn pause(random: &mut ChaCha8Rng) {
    match random.random_range(0..4) {
        0 => tokio::time::sleep(Duration::from_micros(random.random_range(0..STALL_MICROS))).await,
        1 | 2 => tokio::task::yield_now().await,
        _ => {}
    }
}

async fn writes(scene: Arc<Scene>, writer: u64, seed: u64) -> Result<(), Broken> {
    let mut random = ChaCha8Rng::seed_from_u64(seed << 8 | writer);
    for index in 0..APPENDS {
        pause(&mut random).await;
        let ledger = scene.ledger(random.random_range(0..8));
        let number = u128::from(writer * 100 + index);
        let mut asked = random_append(number, &mut random);
        let refuses = asked.events.last().is_some_and(|event| event.event_type == REFUSED);
        if refuses && !scene.refuses {
            // Only a table can refuse what was taken; in memory it is taken.
            asked.events.iter_mut().for_each(|event| event.event_type = "ScaleTaken");
        }
        if random.random_range(0..8) == 0 {
            // Somebody who does not wait for the answer; it may take effect or not.
            let limit = Duration::from_micros(random.random_range(0..STALL_MICROS));
            let _given_up = tokio::time::timeout(limit, ledger.append(asked)).await;
            continue;
        }
        match ledger.append(asked.clone()).await {
            Ok(Appended::New(receipt)) => {
                let first = receipt.token.position + 1 - u64::from(receipt.count);
                scene.acknowledged.lock().unwrap().insert(number, (first, receipt.count));
                answered(&*scene.ledger(random.random_range(0..8)), number, first, receipt.count).await?;
            }
            Ok(Appended::Repeated(_)) => return Err(format!("command {number} was asked once")),
            Err(AppendError::Conflict { .. }) => scene.refused.lock().unwrap().push(number),
            Err(AppendError::Corrupt(_)) if refuses => scene.refused.lock().unwrap().push(number),
            Err(error) => return Err(format!("command {number}: {error}")),
        }
    }
    Ok(())
}

/// What was acknowledged can be read at once, by anybody.
async fn answered(ledger: &dyn Ledger, number: u128, first: u64, count: u32) -> Result<(), Broken> {
    if count == 0 {
        return Ok(());
    }
    let page = ledger.read(first - 1, &Filter::default(), count as usize).await.map_err(|e| e.to_string())?;
    let own = page.entries.iter().filter(|entry| of(entry).0 == number).count();
    if own == count as usize { Ok(()) } else { Err(format!("command {number} is answered and not there")) }
}

/// An event's command, its place among the command's events, and how many these are.
fn of(entry: &Entry) -> (u128, u64, u64) {
    let payload: serde_json::Value = serde_json::from_slice(&entry.payload).unwrap();
    let number = |name: &str| payload[name].as_u64().unwrap();
    (number("command").into(), number("index"), number("of"))
}

/// Somebody who reads on from where they are.
struct Reader {
    scene: Arc<Scene>,
    ledger: Arc<dyn Ledger>,
    position: u64,
    streams: HashMap<StreamRef, u64>,
    heads: Vec<(u64, merkle::Hash)>,
    random: ChaCha8Rng,
}

impl Reader {
    /// Reads one page; says whether it was the last for now.
    async fn page(&mut self, limit: usize) -> Result<bool, Broken> {
        let page = self.ledger.read(self.position, &Filter::default(), limit).await;
        let page = page.map_err(|error| error.to_string())?;
        for entry in &page.entries {
            if entry.position != self.position + 1 {
                return Err(format!("after {} comes {}: no prefix", self.position, entry.position));
            }
            self.scene.see(entry.position, entry.leaf_hash)?;
            self.position = entry.position;
        }
        if page.through != self.position {
            return Err(format!("a page ends at {} and says {}", self.position, page.through));
        }
        let last = page.entries.len() < limit;
        if let (true, Some(entry)) = (last, page.entries.last()) {
            let (command, index, count) = of(entry);
            if index + 1 != count {
                return Err(format!("half of command {command} is visible"));
            }
        }
        Ok(last)
    }

    /// What somebody was promised can be read.
    async fn reach(&mut self, promised: u64) -> Result<(), Broken> {
        while !self.page(5).await? {}
        if self.position < promised {
            return Err(format!("{promised} was promised, {} can be read", self.position));
        }
        Ok(())
    }

    async fn stream(&mut self) -> Result<(), Broken> {
        let stream = stream(self.random.random_range(0..STREAMS));
        let entries = self.ledger.read_stream(stream, 0, 500).await.map_err(|error| error.to_string())?;
        let versions = entries.iter().map(|entry| entry.version);
        if !versions.eq(1..=entries.len() as u64) {
            return Err(format!("stream {stream} has a hole"));
        }
        let before = self.streams.insert(stream, entries.len() as u64).unwrap_or(0);
        if before > entries.len() as u64 {
            return Err(format!("stream {stream} has lost something"));
        }
        // Whoever reads a stream is no further than the whole.
        self.reach(entries.last().map_or(0, |entry| entry.position)).await
    }

    async fn look(&mut self) -> Result<(), Broken> {
        match self.random.random_range(0..6) {
            0 => {
                let head = self.ledger.head().await.map_err(|error| error.to_string())?;
                self.heads.push((head.token.position, head.root));
                self.reach(head.token.position).await
            }
            1 => {
                let promised = self.ledger.watch().borrow().position;
                self.reach(promised).await
            }
            2 => self.stream().await,
            3 => {
                // Anew from somewhere: the same again.
                let back = std::mem::replace(&mut self.position, 0);
                self.position = self.random.random_range(0..=back);
                self.reach(back).await
            }
            _ => {
                let limit = self.random.random_range(1..9);
                self.page(limit).await.map(drop)
            }
        }
    }
}

async fn reads(scene: Arc<Scene>, number: u64, seed: u64) -> Result<Vec<(u64, merkle::Hash)>, Broken> {
    let mut reader = Reader {
        ledger: scene.ledger(number),
        scene: Arc::clone(&scene),
        position: 0,
        streams: HashMap::new(),
        heads: Vec::new(),
        random: ChaCha8Rng::seed_from_u64(seed << 8 | 128 | number),
    };
    while !scene.done.load(Ordering::SeqCst) {
        reader.look().await?;
        pause(&mut reader.random).await;
    }
    reader.reach(0).await?;
    Ok(reader.heads)
}

/// Runs a schedule; says what did not hold.
async fn run(scene: Arc<Scene>, seed: u64) -> Result<(), Broken> {
    let (mut writers, mut readers) = (JoinSet::new(), JoinSet::new());
    (0..WRITERS).for_each(|writer| drop(writers.spawn(writes(Arc::clone(&scene), writer, seed))));
    (0..READERS).for_each(|reader| drop(readers.spawn(reads(Arc::clone(&scene), reader, seed))));
    let written: Result<Vec<()>, Broken> = writers.join_all().await.into_iter().collect();
    scene.done.store(true, Ordering::SeqCst);
    let heads: Result<Vec<_>, Broken> = readers.join_all().await.into_iter().collect();
    written?;
    end(&scene, &heads?.concat()).await
}

/// The whole history at the end: what was seen, what was answered, and the roots on the way.
async fn end(scene: &Scene, heads: &[(u64, merkle::Hash)]) -> Result<(), Broken> {
    let entries = scene.ledgers[0].read(0, &Filter::default(), 1_000).await.unwrap().entries;
    let leaves: Vec<_> = entries.iter().map(|entry| entry.leaf_hash).collect();
    // An append that was given up may have taken effect after everybody has looked.
    if !leaves.starts_with(&scene.seen.lock().unwrap()) {
        return Err("what was seen is not what is there".to_owned());
    }
    if entries.windows(2).any(|pair| pair[0].recorded_at >= pair[1].recorded_at) {
        return Err("time has run back".to_owned());
    }
    let mut commands = HashMap::<u128, (u64, u32)>::new();
    for entry in &entries {
        let (command, index, _) = of(entry);
        let (first, count) = commands.entry(command).or_insert((entry.position, 0));
        if u64::from(*count) != index || entry.position != *first + index {
            return Err(format!("command {command} is there twice or in pieces"));
        }
        *count += 1;
    }
    for (command, answer) in scene.acknowledged.lock().unwrap().iter().filter(|(_, answer)| answer.1 > 0) {
        if commands.get(command) != Some(answer) {
            return Err(format!("command {command} was answered otherwise"));
        }
    }
    if let Some(refused) = scene.refused.lock().unwrap().iter().find(|number| commands.contains_key(number)) {
        return Err(format!("command {refused} was refused and is there"));
    }
    let wrong = heads.iter().find(|(position, root)| {
        let leaves = leaves.get(..usize::try_from(*position).unwrap());
        leaves.is_none_or(|leaves| merkle::root(leaves) != *root)
    });
    wrong.map_or(Ok(()), |(position, _)| Err(format!("the root at {position} was another")))
}

pub(crate) fn schedules(usual: u64) -> u64 {
    std::env::var_os("CONCORD_SOAK")
        .map_or(usual, |text| text.to_str().unwrap().parse().expect("CONCORD_SOAK is a number of rounds"))
}

/// Runs one schedule for each seed. The seed decides who does what; the threads decide when.
fn run_all(usual: u64, scene: impl AsyncFn(u64) -> Arc<Scene>) {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for seed in 0..schedules(usual) {
        let runtime = if seed % 4 == 0 { &alone } else { &threads };
        let found = runtime.block_on(async { tokio::spawn(run(scene(seed).await, seed)).await });
        let found = found.unwrap_or_else(|panicked| Err(panicked.to_string()));
        assert_eq!(found, Ok(()), "seed {seed}");
    }
}

#[test]
fn every_reader_sees_a_prefix_in_random_schedules_in_memory() {
    run_all(IN_MEMORY, async |_| Scene::in_memory());
}

#[test]
fn every_reader_sees_a_prefix_in_random_schedules_on_sqlite() {
    run_all(ON_SQLITE, async |seed| Scene::on_sqlite(seed, 1));
}

#[test]
fn every_reader_sees_a_prefix_in_random_schedules_of_two_connections() {
    run_all(ON_TWO_CONNECTIONS, async |seed| Scene::on_sqlite(seed, 2));
}

#[test]
fn every_reader_sees_a_prefix_in_random_schedules_on_postgres() {
    run_all(ON_POSTGRES, async |_| Scene::on_postgres(1, Way::Straight).await);
}

#[test]
fn every_reader_sees_a_prefix_in_random_schedules_of_three_processes_on_postgres() {
    run_all(ON_POSTGRES, async |_| Scene::on_postgres(3, Way::Straight).await);
}

#[test]
fn every_reader_sees_a_prefix_in_random_schedules_of_three_processes_behind_pgbouncer() {
    run_all(ON_POSTGRES, async |_| Scene::on_postgres(3, Way::PgBouncer).await);
}

/// What the schedules find in a ledger with a fault.
fn found(fault: Fault) -> Vec<Broken> {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let one = |seed| {
        threads.block_on(async { tokio::spawn(run(Scene::mutated(seed, fault), seed)).await.unwrap().err() })
    };
    (0..FOR_A_FAULT).filter_map(one).collect()
}

#[test]
fn the_suite_sees_positions_that_become_visible_out_of_order() {
    let found = found(Fault::OutOfOrder);
    assert!(found.iter().any(|what| what.contains("no prefix")), "{found:?}");
}

#[test]
fn the_suite_sees_holes_that_refused_appends_leave() {
    let found = found(Fault::Holes);
    assert!(found.iter().any(|what| what.contains("no prefix")), "{found:?}");
}

#[test]
fn the_suite_sees_half_of_an_append() {
    let found = found(Fault::Halves);
    assert!(found.iter().any(|what| what.contains("half of command")), "{found:?}");
}

#[test]
fn the_suite_sees_an_answer_before_its_events() {
    let found = found(Fault::Early);
    assert!(found.iter().any(|what| what.contains("is answered and not there")), "{found:?}");
}
