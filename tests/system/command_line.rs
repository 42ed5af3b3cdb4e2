//! What the subcommands print, for people and for programs, and what they refuse.

use std::path::Path;
use std::process::Output;

use concord_client::Client;
use concord_proto::concord::liaison::v1::ListClientsRequest;
use concord_proto::concord::program::v1::ListDueItemsRequest;
use concord_support::Intake;
use serde_json::Value;
use tonic::Code;

use crate::{CONCORD, PSYCHIATRIST, start};

/// What a subcommand printed, and whether it succeeded.
struct Said {
    succeeded: bool,
    out: String,
    err: String,
}

async fn concord(folder: &Path, arguments: &[&str]) -> Said {
    let Output { status, stdout, stderr } = concord_support::run(CONCORD, folder, arguments).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { succeeded: status.success(), out: text(stdout), err: text(stderr) }
}

impl Said {
    #[track_caller]
    fn well(self) -> String {
        assert!(self.succeeded, "{}", self.err);
        self.out
    }

    #[track_caller]
    fn json(self) -> Value {
        serde_json::from_str(&self.well()).unwrap()
    }

    /// What was said about why it is refused; nothing is on stdout then.
    #[track_caller]
    fn refused(self) -> String {
        assert!(!self.succeeded && self.out.is_empty(), "{}", self.out);
        self.err
    }
}

/// A folder with one patient's intake in it, that no process has any more. Gives the last position.
async fn filled() -> (tempfile::TempDir, u64) {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    let receipt = doctor
        .send(concord_proto::concord::chart::v1::ConfirmNoKnownAllergiesRequest { header: intake.header() });
    let last = receipt.await.unwrap().token.unwrap().position;
    server.kill().await.unwrap();
    (folder, last)
}

const VIEWS: [&str; 11] = [
    "broken_glass",
    "caseload",
    "chart",
    "course",
    "outcomes",
    "reconciled",
    "roster",
    "signing_rights",
    "timeline",
    "timers",
    "worklist",
];

#[tokio::test]
async fn each_view_says_how_far_it_is_and_can_be_built_anew() {
    let (folder, last) = filled().await;
    let status = ["projections", "status", "--tenant", "demo"];
    let table = concord(folder.path(), &status).await.well();
    for view in VIEWS {
        assert!(table.contains(view), "{view} is missing from\n{table}");
    }
    assert!(table.contains("events behind") && table.contains("seconds behind"), "{table}");

    let all = concord(folder.path(), &[&status[..], &["--json"]].concat()).await.json();
    let mut names: Vec<_> =
        all.as_array().unwrap().iter().map(|line| line["view"].as_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, VIEWS);
    for line in all.as_array().unwrap() {
        assert_eq!((&line["position"], &line["behind_events"]), (&last.into(), &0.into()), "{line}");
        assert_eq!((&line["behind_seconds"], &line["state"]), (&0.0.into(), &"live".into()), "{line}");
    }

    let rebuild = ["projections", "rebuild", "--tenant", "demo", "roster"];
    let told = concord(folder.path(), &rebuild).await.well();
    assert_eq!(told, "roster was built anew and has taken the old one's place.\n");
    let line = concord(folder.path(), &[&rebuild[..], &["--json"]].concat()).await.json();
    assert_eq!((&line["position"], &line["state"]), (&last.into(), &"live".into()), "{line}");
}

#[tokio::test]
async fn a_view_or_tenant_that_is_not_there_is_named_and_not_made() {
    let (folder, _) = filled().await;
    let unknown = concord(folder.path(), &["projections", "rebuild", "--tenant", "demo", "rooster"]).await;
    let said = unknown.refused();
    assert!(said.contains("rooster") && VIEWS.iter().all(|view| said.contains(view)), "{said}");
    for arguments in [
        &["projections", "status", "--tenant", "domo"][..],
        &["projections", "rebuild", "--tenant", "domo", "roster"],
        &["ledger", "fsck", "--tenant", "domo"],
    ] {
        let said = concord(folder.path(), arguments).await.refused();
        assert!(said.contains("no ledger domo/clinical"), "{said}");
    }
    assert!(!folder.path().join("domo").exists(), "asking must not make a tenant");
}

#[tokio::test]
async fn views_that_are_being_served_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let holder = format!("process {}", server.pid().unwrap());
    for arguments in [
        &["projections", "status", "--tenant", "demo"][..],
        &["projections", "rebuild", "--tenant", "demo", "roster"],
    ] {
        let said = concord(folder.path(), arguments).await.refused();
        assert!(said.contains(&holder), "{said}");
    }
}

#[tokio::test]
async fn a_sound_ledger_is_proved_also_while_it_is_served() {
    let (folder, last) = filled().await;
    let fsck = ["ledger", "fsck", "--tenant", "demo"];
    let told = concord(folder.path(), &fsck).await.well();
    assert!(told.ends_with("Nothing is missing, moved or altered.\n"), "{told}");
    let _server = start(folder.path()).await;
    let proved = concord(folder.path(), &[&fsck[..], &["--json"]].concat()).await.json();
    assert_eq!((&proved["position"], &proved["ledger"]), (&last.into(), &"demo/clinical".into()));
    let root = proved["root"].as_str().unwrap();
    assert!(root.len() == 64 && told.contains(root), "{root} is not in\n{told}");
    let mut keys: Vec<_> = proved.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["epoch", "ledger", "position", "receipts", "root", "streams"]);
}

#[tokio::test]
async fn a_damaged_ledger_is_named_with_the_first_wrong_position() {
    let (folder, _) = filled().await;
    let file = folder.path().join("demo/clinical.ledger");
    let ledger = rusqlite::Connection::open(file).unwrap();
    // The guards against exactly this are in the file as well: somebody who can write to it can remove them.
    ledger.execute_batch("DROP TRIGGER entries_keep").unwrap();
    let changed = ledger.execute("UPDATE entries SET payload = x'7b7d' WHERE position = 2", []).unwrap();
    assert_eq!(changed, 1);
    drop(ledger);
    let fsck = ["ledger", "fsck", "--tenant", "demo"];
    for arguments in [&fsck[..], &[&fsck[..], &["--json"]].concat()] {
        let said = concord(folder.path(), arguments).await.refused();
        assert!(said.contains("position 2"), "{said}");
    }
}

#[tokio::test]
async fn a_token_lets_in_whom_it_names_and_as_what() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let client = async |arguments: &[&str]| {
        let token = concord(folder.path(), &[&["token", "--tenant", "demo"], arguments].concat()).await;
        Client::connect(server.url.clone(), token.well().trim()).await.unwrap()
    };
    let due = async |client: Client| {
        client.program().list_due_items(ListDueItemsRequest::default()).await.map_err(|status| status.code())
    };
    assert!(due(client(&["--role", "nurse"]).await).await.is_ok());
    let denied = due(client(&["--role", "family"]).await).await;
    assert_eq!(denied.unwrap_err(), Code::PermissionDenied);
    // The same role is the same person each time, unless one is named.
    let me = "00000000-0000-0000-0000-00000000000a";
    let liaison = client(&["--role", "primary_care", "--person", me]).await;
    let mine = ListClientsRequest { liaison_id: me.to_owned(), ..Default::default() };
    assert!(liaison.liaison().list_clients(mine.clone()).await.is_ok());
    let other = client(&["--role", "primary_care"]).await.liaison().list_clients(mine).await;
    assert_eq!(other.unwrap_err().code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_token_for_nobody_or_for_ever_is_refused_with_what_may_be_said() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, wanted) in [
        (&["--role", "doctor"][..], "one of psychiatrist, pmhnp, therapist"),
        (&["--role", "nurse", "--hours", "13"], "1..=12"),
        (&["--role", "nurse", "--schedules", "VI"], "one of II, III, IV, V"),
        (&["--role", "nurse", "--person", "me"], "--person"),
    ] {
        let said = concord(folder.path(), &[&["token", "--tenant", "demo"], arguments].concat()).await;
        let said = said.refused();
        assert!(said.contains(wanted), "{said}");
    }
    assert!(!folder.path().join("token.key").exists());
}

/// Runs the benchmark as briefly as it can and gives its figures.
async fn figures(more: &[&str]) -> serde_json::Map<String, Value> {
    let folder = tempfile::tempdir().unwrap();
    let brief = ["bench", "commands", "--store", "sqlite", "--clients", "2", "--seconds", "1"];
    let arguments = [&brief[..], &["--patients", "8", "--json"], more].concat();
    let Value::Object(figures) = concord(folder.path(), &arguments).await.json() else {
        panic!("not an object")
    };
    for (name, figure) in &figures {
        assert!(figure.as_f64().is_some_and(|figure| figure > 0.0), "{name} is {figure}");
    }
    let ratio = |of: &str, to: &str, named: &str| {
        let value = |name: &str| figures[name].as_f64().unwrap();
        assert!((value(of) / value(to) - value(named)).abs() < 1e-6, "{named}");
    };
    ratio("commands_per_second", "echo_per_second", "ratio_to_echo");
    ratio("commands_per_second", "baseline_per_second", "ratio_to_baseline");
    figures
}

/// The keys that every run has.
const FIGURES: [&str; 10] = [
    "baseline_per_second",
    "client_cpu_us",
    "commands_per_second",
    "echo_per_second",
    "p50_ms",
    "p99_ms",
    "peak_rss_mb",
    "ratio_to_baseline",
    "ratio_to_echo",
    "server_cpu_us",
];

#[tokio::test]
async fn a_benchmark_of_commands_has_exactly_the_keys_that_are_documented() {
    let (unary, streamed) = (figures(&[]).await, figures(&["--stream", "--roles", "all"]).await);
    let mut keys: Vec<_> = unary.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, FIGURES);
    let mut keys: Vec<_> = streamed.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let wanted: Vec<_> = FIGURES.into_iter().chain(["view_lag_p50_ms", "view_lag_p99_ms"]).collect();
    assert_eq!(keys, wanted);
}

#[tokio::test]
async fn a_benchmark_of_the_safety_check_has_exactly_the_keys_that_are_documented() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["bench", "safety", "--medications", "30", "--seconds", "1", "--json"];
    let Value::Object(figures) = concord(folder.path(), &arguments).await.json() else {
        panic!("not an object")
    };
    let mut keys: Vec<_> = figures.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let chart = ["chart_findings", "chart_p50_us", "chart_p99_us"];
    let order = ["checks_per_second", "max_us", "medications", "p50_us", "p99_us", "ruleset"];
    assert_eq!(keys, [&chart[..], &order[..]].concat());
    assert!(figures["ruleset"].as_str().is_some_and(|name| !name.is_empty()));
    assert_eq!(figures["medications"].as_u64(), Some(30));
}

/// A whole small record.
const ANN_DOE: &[u8] = include_bytes!("../../services/intake/src/tests/ann_doe.json");

#[tokio::test]
async fn a_demonstration_admits_what_can_be_read_and_names_what_cannot() {
    let (data, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(records.path().join("cut_off.json"), &ANN_DOE[..ANN_DOE.len() / 2]).unwrap();
    std::fs::write(records.path().join("good.json"), ANN_DOE).unwrap();
    let fhir = records.path().to_string_lossy();
    let brief = ["demo", "--exit", "--clients", "1", "--days", "7", "--listen", "127.0.0.1:0"];
    let arguments = [&brief[..], &["--fhir", &*fhir]].concat();

    let shown = concord(&data.path().join("page"), &arguments).await;
    // Nothing but the damaged file is spoken of beside the page.
    assert_eq!(shown.err.lines().count(), 1, "{}", shown.err);
    assert!(shown.err.starts_with("cut_off.json: Bundle.entry["), "{}", shown.err);
    let page = shown.well();
    for title in ["Caseload of", "Worklist of", "Reconciled list of", "Course of", "Admitted from good.json"]
    {
        assert!(page.contains(title), "{title} is missing from\n{page}");
    }
    assert!(page.contains("Nobody could be admitted from\n") && page.contains("The ledger\n"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 96), "{page}");
    assert!(page.contains("unreviewed"), "whose verdicts these are must be said:\n{page}");
    assert!(!page.contains("grpcurl"), "nothing is served any more:\n{page}");

    let document = concord(&data.path().join("json"), &[&arguments[..], &["--json"]].concat()).await.json();
    assert_eq!(document["unread"][0]["file"], "cut_off.json");
    assert_eq!(document["admissions"][0]["file"], "good.json");
    assert!(document["how"].is_null());
    assert_eq!(document["ledger"]["root"].as_str().map(str::len), Some(64));
}

#[test]
fn a_reader_who_has_gone_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut program = std::process::Command::new(CONCORD);
    program.arg("--data").arg(folder.path()).args(["token", "--role", "nurse", "--tenant", "demo"]);
    let Output { status, stderr, .. } = program
        .stdout(writer)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert!(status.success() && stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
}
