//! What is measured of a running service, and its probes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use concord_proto::concord::prescriber::v1::ListWorklistRequest;
use concord_support::Intake;
use concord_telemetry::{Kind, metric};

use super::{ask, talkative, talkative_with};
use crate::{AUDITOR, PSYCHIATRIST};

/// Metrics that need what this test does not set up: a network to pharmacies.
const ELSEWHERE: [&str; 3] =
    ["concord_pharmacy_waiting", "concord_pharmacy_messages_total", "concord_pharmacy_failures_total"];

/// Metrics whose series begin with what seldom happens.
const SELDOM: [&str; 4] = [
    "concord_certificate_end_seconds",
    "concord_signing_keys_fetched_seconds",
    "concord_stream_commands_total",
    "concord_timers_rung_total",
];

/// Commands that are accepted of an intake and its preparation.
const COMMANDS: f64 = 6.0;

/// How long a probe may take to say that everything is well.
const PATIENCE: Duration = Duration::from_mins(1);

/// Every series: name and labels, with its value.
fn series(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(of, value)| (of.to_owned(), value.parse().unwrap()))
        .collect()
}

fn label_names(of: &str) -> BTreeSet<String> {
    let inner = of.split_once('{').map_or("", |(_, rest)| rest.trim_end_matches('}'));
    let pairs = inner.split("\",").filter_map(|pair| pair.split_once("=\""));
    pairs.map(|(name, _)| name.trim().to_owned()).filter(|name| name != "le").collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_measured_is_what_is_explained_and_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody listens there: everything that is recorded waits to be published.
    let away = ("CONCORD_NATS__SERVERS", "[\"nats://127.0.0.1:1\"]");
    let server = talkative_with(folder.path(), [away]).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    let receipt = intake.prepare(&doctor, "sertraline").await.unwrap();
    let asks = ListWorklistRequest { min_position: receipt.token.clone(), ..Default::default() };
    doctor.prescriber().list_worklist(asks).await.unwrap();
    let auditor = server.client(AUDITOR).await.unwrap();
    auditor.send(intake.referral()).await.expect_err("an auditor refers nobody");

    let (code, text) = ask(&server, "/metrics").await;
    assert_eq!(code, 200);
    let found = series(&text);
    let value = |of: &str| *found.get(of).unwrap_or_else(|| panic!("{of} is not in\n{text}"));
    let refer = "rpc=\"concord.episode.v1.EpisodeService/ReferPatient\"";
    assert!((value(&format!("concord_calls_total{{{refer},outcome=\"OK\"}}")) - 1.0).abs() < f64::EPSILON);
    let denied = format!("concord_calls_total{{{refer},outcome=\"NOT_PERMITTED\"}}");
    assert!((value(&denied) - 1.0).abs() < f64::EPSILON);
    let position = receipt.token.unwrap().position;
    let at = value("concord_ledger_position{tenant=\"demo\"}");
    assert!((at - f64::from(u32::try_from(position).unwrap())).abs() < f64::EPSILON, "{at} of {position}");
    let appends = value("concord_ledger_appends_total{tenant=\"demo\",result=\"new\"}");
    assert!((appends - COMMANDS).abs() < f64::EPSILON, "{appends} appends");
    assert!(
        value("concord_failures_total{outcome=\"DATA_LOSS\"}").abs() < f64::EPSILON,
        "it is there before it happens"
    );
    assert!(value("concord_ledger_commit_seconds_count{tenant=\"demo\"}") >= 1.0);
    assert!(value("concord_view_state{tenant=\"demo\",view=\"worklist\",state=\"live\"}") > 0.5);
    assert!(value("concord_state_cache_streams{tenant=\"demo\"}") >= 1.0);
    let shown = value("concord_view_position{tenant=\"demo\",view=\"worklist\"}");
    assert!((shown - at).abs() < f64::EPSILON, "the answer was of {at}, the view says {shown}");
    assert!(value("concord_view_write_seconds_count{tenant=\"demo\"}") >= 1.0);
    assert!(value("concord_view_batch_events_sum{tenant=\"demo\"}") >= at);
    assert!(value("concord_state_loads_total{tenant=\"demo\"}") >= 1.0);
    assert!(value("concord_store_bytes{tenant=\"demo\",file=\"ledger_wal\"}") >= 1.0);
    let waits = value("concord_relay_lag_events{tenant=\"demo\"}");
    assert!((waits - at).abs() < f64::EPSILON, "{waits} of {at} events wait");
    assert!(value("concord_lease_held{tenant=\"demo\",duty=\"timers\"}") > 0.5, "nobody else could");
    assert!(value("process_open_fds") >= 1.0 && value("process_resident_memory_bytes") >= 1.0);

    let mut seen = BTreeSet::new();
    for of in found.keys().filter(|of| of.starts_with("concord_")) {
        let name = of.split('{').next().unwrap();
        let about = metric::ALL.iter().find(|about| {
            let histogram = matches!(about.kind, Kind::Histogram(_));
            let of_it = |ending| name.strip_suffix(ending) == Some(about.name);
            name == about.name || histogram && ["_bucket", "_sum", "_count"].into_iter().any(of_it)
        });
        let about = about.unwrap_or_else(|| panic!("{of} is explained nowhere"));
        let labels: BTreeSet<String> = about.labels.iter().map(|&label| label.to_owned()).collect();
        assert_eq!(label_names(of), labels, "{of}");
        seen.insert(about.name);
    }
    let unseen: Vec<_> = metric::ALL
        .iter()
        .map(|about| about.name)
        .filter(|name| !seen.contains(name) && !ELSEWHERE.contains(name) && !SELDOM.contains(name))
        .filter(|name| !name.starts_with("concord_stream_command_seconds"))
        .collect();
    assert!(unseen.is_empty(), "explained, and measured nowhere: {unseen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_well_lives_and_becomes_ready() {
    let folder = tempfile::tempdir().unwrap();
    let server = talkative(folder.path(), None).await;
    let (code, says) = ask(&server, "/livez").await;
    let lives = "+ ledger/demo: has its writer\n+ looks/demo: has its writer\n";
    assert_eq!((code, says.as_str()), (200, lives));
    let ready = async {
        loop {
            let (code, says) = ask(&server, "/readyz").await;
            if code == 200 {
                return says;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let says = tokio::time::timeout(PATIENCE, ready).await.expect("it becomes ready");
    assert!(says.contains("+ process: serving\n+ ledger/demo: can be read and written\n"), "{says}");
    assert!(says.contains("+ view/demo/caseload: live"), "{says}");
    assert_eq!(ask(&server, "/anything").await.0, 404);
}
