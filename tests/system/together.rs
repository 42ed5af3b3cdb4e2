//! Several processes on one database: one keeps the views, another answers from them, a third stands by. Real processes,
//! killed, stopped and woken up; afterwards every view is what a build from nothing makes of the log.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use concord_client::{Client, Retry};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_servers::Postgres;
use concord_support::{Concord, Intake, Person, now, run};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::task::JoinHandle;

use crate::{CONCORD, PSYCHIATRIST};

/// A busy machine may take long for anything.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(50);
/// Each process has a dozen connections, and the tests run at once.
const SETTINGS: &str = "-c max_connections=400";
/// Callers at once.
const CALLERS: usize = 3;
/// A lease that runs out soon, and one that does not run out within a test.
const SHORT: u64 = 3;
const LONG: u64 = 300;

/// Processes on one database, each with a folder of its own.
struct Cluster {
    server: &'static Postgres,
    database: String,
    folder: TempDir,
    config: PathBuf,
}

impl Cluster {
    fn new(lease_seconds: u64) -> Self {
        static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start_with(SETTINGS).unwrap());
        let address = SERVER.database().unwrap();
        let database = address.rsplit('=').next().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        let (config, key) = (folder.path().join("concord.toml"), folder.path().join("shared.key"));
        let text = format!(
            "[ledger]\nstore = \"postgres\"\npostgres = \"{address}\"\n[tokens]\nkey = \"{}\"\n\
             [leases]\nseconds = {lease_seconds}\n[log]\nfilter = \"error\"\n",
            key.display()
        );
        std::fs::write(&config, text).unwrap();
        Self { server: &SERVER, database, folder, config }
    }

    async fn start(&self, name: &str, roles: &str) -> Concord {
        let mut command = Command::new(CONCORD);
        command.arg("--config").arg(&self.config);
        let folder = self.folder.path().join(name);
        Concord::start_with(command, CONCORD, &folder, &["--roles", roles]).await.unwrap()
    }

    /// Runs a subcommand with the same configuration, on another folder.
    async fn run(&self, arguments: &[&str]) -> String {
        let config = self.config.display().to_string();
        let arguments = [&["--config", &config], arguments].concat();
        let output = run(CONCORD, &self.folder.path().join("operator"), &arguments).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    async fn client(&self, server: &Concord, Person { role, id }: Person) -> Client {
        let id = id.to_string();
        let token =
            ["token", "--tenant", "demo", "--role", role, "--person", &id, "--schedules", "II,III,IV,V"];
        Client::connect(server.url.clone(), &self.run(&token).await).await.unwrap()
    }

    fn sql(&self, statement: &str) -> String {
        self.server.sql(&self.database, statement).unwrap()
    }

    /// Waits until a statement gives a row that begins with `t`.
    async fn until(&self, what: &str, statement: &str) {
        let begun = Instant::now();
        while !self.sql(statement).starts_with('t') {
            assert!(begun.elapsed() < PATIENCE, "not within three minutes: {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Under which fence the views are written; 0 before anybody has.
    fn fence(&self) -> u64 {
        self.sql("SELECT coalesce(max(fence), 0) FROM views.writers").parse().unwrap()
    }

    async fn taken_over(&self, from: u64) {
        let higher = format!("SELECT coalesce(max(fence), 0) > {from} FROM views.writers");
        self.until("another process writes the views", &higher).await;
    }

    /// What is wrong with the views: nothing, or a sentence. Each is built from nothing beside the one that was kept through
    /// all that happened, and the two hold the same rows and lists.
    async fn verdict(&self) -> Result<(), String> {
        const BUILDS: &str = "SELECT
                (SELECT md5(coalesce(string_agg(encode(key, 'hex') || md5(doc), ',' ORDER BY key), ''))
                 FROM views.rows r WHERE r.ledger = c.ledger AND r.build = c.build)
             || (SELECT md5(coalesce(string_agg(md5(list) || md5(sort) || md5(key) || md5(item), ','
                        ORDER BY list, sort, key, item), ''))
                 FROM views.lists l WHERE l.ledger = c.ledger AND l.build = c.build)
             || ' at ' || position
            FROM views.checkpoints c";
        let views = self.sql("SELECT DISTINCT view FROM views.checkpoints ORDER BY view");
        for view in views.lines() {
            self.run(&["projections", "rebuild", "--tenant", "demo", view]).await;
            let answering =
                format!("SELECT count(*) FROM views.checkpoints WHERE view = '{view}' AND stage = 'active'");
            assert_eq!(self.sql(&answering), "1", "{view}");
            let newest = format!("{BUILDS} WHERE view = '{view}' ORDER BY generation DESC LIMIT 2");
            let builds = self.sql(&newest);
            let (anew, kept) = builds.split_once('\n').unwrap();
            if anew != kept {
                return Err(format!("{view} is not the fold of the log"));
            }
        }
        Ok(())
    }
}

fn signal(process: &Concord, name: &str) {
    let script = format!("kill -{name} {}", process.pid().expect("it runs"));
    assert!(std::process::Command::new("sh").args(["-c", &script]).status().unwrap().success());
}

fn result(intake: Intake, value: f64) -> chart::RecordResultRequest {
    chart::RecordResultRequest {
        header: intake.header(),
        lab: "sodium".to_owned(),
        value: Some(value),
        unit: "mmol/L".to_owned(),
        taken_at: Some(now()),
        last_dose_at: None,
    }
}

/// Records results until it is stopped; each is acknowledged.
fn load(client: &Client) -> Vec<JoinHandle<()>> {
    let one = |client: Client| async move {
        let intake = Intake::admit(&client).await.unwrap();
        for value in (130..150).cycle() {
            client.send(result(intake, f64::from(value))).await.unwrap();
        }
    };
    (0..CALLERS).map(|_| tokio::spawn(one(client.clone()))).collect()
}

/// Ends the load; it has not failed.
async fn ended(load: Vec<JoinHandle<()>>) {
    for caller in load {
        caller.abort();
        let ended = caller.await;
        assert!(ended.as_ref().is_err_and(tokio::task::JoinError::is_cancelled), "{ended:?}");
    }
}

/// Reads what was written, through views that know it; a query waits some seconds by itself.
async fn reads(client: &Client, intake: Intake, written: Option<Token>) {
    let begun = Instant::now();
    loop {
        let asks = prescriber::GetClientRequest {
            patient_id: intake.patient.to_string(),
            min_position: written.clone(),
        };
        match client.prescriber().get_client(asks).await {
            Ok(answer) => {
                let (known, least) = (answer.into_inner().as_of.unwrap().position, written.unwrap().position);
                assert!(known >= least, "{known} of {least}");
                return;
            }
            Err(refused) => {
                assert_eq!(refused.code(), tonic::Code::Unavailable, "{refused}");
                assert!(begun.elapsed() < PATIENCE, "{refused}");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn writes_and_reads(client: &Client, intake: Intake) {
    let receipt = client.send(result(intake, 139.0)).await.unwrap();
    reads(client, intake, receipt.token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_answers_from_views_that_another_keeps() {
    let cluster = Cluster::new(LONG);
    let api = cluster.start("api", "api").await;
    let client = cluster.client(&api, PSYCHIATRIST).await;
    let keeper = cluster.start("keeper", "projector,timers").await;
    let intake = Intake::admit(&client).await.unwrap();
    for _ in 0..10 {
        writes_and_reads(&client, intake).await;
    }
    // A token of one process is taken by another: they share the key.
    let client = cluster.client(&keeper, PSYCHIATRIST).await;
    writes_and_reads(&client, intake).await;
    assert_eq!(cluster.fence(), 1, "there was one writer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_drains_hands_over_at_once() {
    let cluster = Cluster::new(LONG);
    let api = cluster.start("api", "api").await;
    let client = cluster.client(&api, PSYCHIATRIST).await;
    let intake = Intake::admit(&client).await.unwrap();
    let first = cluster.start("first", "projector,timers").await;
    writes_and_reads(&client, intake).await;
    let _second = cluster.start("second", "projector,timers").await;
    signal(&first, "TERM");
    assert!(first.ended().await.unwrap().success());
    // The lease lasts longer than this test may.
    let both = "SELECT bool_and(token = 2) FROM coordination.leases WHERE name IN ('projector', 'timers')";
    cluster.until("both duties are taken over", both).await;
    writes_and_reads(&client, intake).await;
    assert_eq!(cluster.verdict().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projector_that_is_killed_under_load_is_replaced_and_no_fact_is_lost_or_doubled() {
    let cluster = Cluster::new(SHORT);
    let api = cluster.start("api", "api").await;
    let client = cluster.client(&api, PSYCHIATRIST).await;
    let mut keeper = cluster.start("keeper-0", "projector,timers").await;
    cluster.taken_over(0).await;
    let load = load(&client.clone().retrying(Retry::default()));
    for round in 1..=2 {
        let fence = cluster.fence();
        let standby = cluster.start(&format!("keeper-{round}"), "projector,timers").await;
        keeper.kill().await.unwrap();
        cluster.taken_over(fence).await;
        keeper = standby;
    }
    let intake = Intake::admit(&client).await.unwrap();
    writes_and_reads(&client, intake).await;
    ended(load).await;
    writes_and_reads(&client, intake).await;
    assert_eq!(cluster.verdict().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_goes_on_under_fire_though_the_one_who_builds_is_killed() {
    let cluster = Cluster::new(SHORT);
    let api = cluster.start("api", "api").await;
    let client = cluster.client(&api, PSYCHIATRIST).await;
    let keeper = cluster.start("keeper", "projector").await;
    let load = load(&client);
    cluster.until("there is a history", "SELECT max(position) > 300 FROM heads").await;
    let _standby = cluster.start("standby", "projector").await;
    let rebuild = ["projections", "rebuild", "--tenant", "demo", "caseload"];
    let building = "SELECT count(*) > 0 FROM views.checkpoints WHERE view = 'caseload' AND generation = 2";
    let (_, ()) = tokio::join!(cluster.run(&rebuild), async {
        cluster.until("a build has begun", building).await;
        keeper.kill().await.unwrap();
    });
    let answers = "SELECT stage = 'active' FROM views.checkpoints WHERE view = 'caseload' AND generation = 2";
    assert_eq!(cluster.sql(answers), "t");
    ended(load).await;
    let intake = Intake::admit(&client).await.unwrap();
    writes_and_reads(&client, intake).await;
    assert_eq!(cluster.verdict().await, Ok(()));
}

/// Holds what is written under a fence back while it is listed in `held`, as a slow network would, and notes what is refused.
const HELD_BACK: &str = "
    CREATE TABLE held (fence bigint); CREATE TABLE refused (fence bigint);
    CREATE FUNCTION fold_late(l text, under bigint, e uuid, n text[], v integer[], g integer[], f bigint[], t bigint[],
        a1 integer[], a2 bytea[], a3 bytea[], b1 integer[], b2 bytea[],
        c1 integer[], c2 bytea[], c3 bytea[], c4 bytea[], c5 bytea[],
        d1 integer[], d2 bytea[], d3 bytea[], d4 bytea[], d5 bytea[]) RETURNS integer LANGUAGE plpgsql AS $$
    DECLARE answer integer;
    BEGIN
        WHILE EXISTS (SELECT 1 FROM held WHERE fence = under) LOOP PERFORM pg_sleep(0.05); END LOOP;
        answer := views.fold_now(l, under, e, n, v, g, f, t, a1, a2, a3, b1, b2, c1, c2, c3, c4, c5, d1, d2, d3, d4, d5);
        IF answer <> 0 THEN INSERT INTO refused VALUES (under); END IF;
        RETURN answer;
    END $$;
    ALTER FUNCTION views.fold RENAME TO fold_now;
    ALTER FUNCTION fold_late RENAME TO fold; ALTER FUNCTION fold SET SCHEMA views;";

/// What writes whatever it is given, whoever gives it and wherever the checkpoints are.
const UNFENCED: &str = "
    DROP FUNCTION views.fold_now; CREATE FUNCTION views.fold_now(l text, under bigint, e uuid, n text[], v integer[], g integer[], f bigint[],
        t bigint[], a1 integer[], a2 bytea[], a3 bytea[], b1 integer[], b2 bytea[],
        c1 integer[], c2 bytea[], c3 bytea[], c4 bytea[], c5 bytea[],
        d1 integer[], d2 bytea[], d3 bytea[], d4 bytea[], d5 bytea[]) RETURNS integer LANGUAGE plpgsql AS $$
    DECLARE b integer[];
    BEGIN
        SELECT array_agg(c.build ORDER BY x.o) INTO b
        FROM unnest(n, v, g) WITH ORDINALITY AS x (n, v, g, o)
        JOIN views.checkpoints c ON c.ledger = l AND c.view = x.n AND c.version = x.v AND c.generation = x.g;
        UPDATE views.checkpoints c SET position = x.p FROM unnest(b, t) AS x (b, p)
        WHERE c.ledger = l AND c.build = x.b;
        INSERT INTO views.rows SELECT l, b[x.o], x.k, x.d FROM unnest(a1, a2, a3) AS x (o, k, d)
        ON CONFLICT (ledger, build, key) DO UPDATE SET doc = excluded.doc;
        DELETE FROM views.lists s USING unnest(c1, c2, c3, c4, c5) AS x (o, l1, s1, k1, i1)
        WHERE s.ledger = l AND s.build = b[x.o] AND s.list = x.l1 AND s.sort = x.s1 AND s.key = x.k1 AND s.item = x.i1;
        INSERT INTO views.lists SELECT l, b[x.o], x.l1, x.s1, x.k1, x.i1
        FROM unnest(d1, d2, d3, d4, d5) AS x (o, l1, s1, k1, i1) ON CONFLICT DO NOTHING;
        RETURN 0;
    END $$;";

/// A projector that is stopped with a write under way, past its lease; another takes over; the write arrives; the one that was
/// stopped wakes up. Afterwards it must take over from the other, as any standby does. What is wrong with the views then.
async fn zombie(mutation: Option<&str>) -> Result<(), String> {
    let cluster = Cluster::new(SHORT);
    let api = cluster.start("api", "api").await;
    let client = cluster.client(&api, PSYCHIATRIST).await;
    let intake = Intake::admit(&client).await.unwrap();
    let zombie = cluster.start("zombie", "projector").await;
    writes_and_reads(&client, intake).await;
    let first = cluster.fence();
    let standby = cluster.start("standby", "projector").await;
    cluster.sql(HELD_BACK);
    if let Some(mutation) = mutation {
        drop(cluster.sql(mutation));
    }

    cluster.sql(&format!("INSERT INTO held VALUES ({first})"));
    client.send(result(intake, 131.0)).await.unwrap();
    let sent = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    cluster.until("the write is under way", sent).await;
    signal(&zombie, "STOP");
    cluster.taken_over(first).await;
    client.send(result(intake, 132.0)).await.unwrap();
    writes_and_reads(&client, intake).await;

    cluster.sql("DELETE FROM held");
    let arrived = sent.replace("> 0", "= 0");
    cluster.until("the write has arrived", &arrived).await;
    if mutation.is_none() {
        assert_eq!(cluster.sql(&format!("SELECT count(*) FROM refused WHERE fence = {first}")), "1");
    }
    let kept = cluster.verdict().await;
    signal(&zombie, "CONT");
    // It stands by: it has not ended, and takes over when it is its turn.
    let second = cluster.fence();
    standby.kill().await.unwrap();
    cluster.taken_over(second).await;
    writes_and_reads(&client, intake).await;
    kept.and(cluster.verdict().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projector_that_wakes_up_after_its_lease_is_refused_and_stands_by() {
    assert_eq!(zombie(None).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_views_that_take_what_comes_late() {
    let found = zombie(Some(UNFENCED)).await;
    assert!(found.clone().is_err_and(|what| what.ends_with("is not the fold of the log")), "{found:?}");
}
