//! What operators read and watch says what the program does: metrics, alerts, the dashboard, runbooks, reasons.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use concord_telemetry::{About, metric};
use serde_json::Value;

use crate::files::root;

/// What a process tells of itself by the names that every program uses.
const PROCESS: [&str; 4] =
    ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds"];

/// Kinds of refusal by the numbers of their reasons, first and last; a number is of the first that holds it.
const GROUPS: [(u32, u32, &str); 22] = [
    (100, 199, "Every command"),
    (200, 299, "Stays"),
    (300, 399, "Assessments"),
    (400, 499, "The medication chart"),
    (500, 599, "Side effects"),
    (600, 699, "Scales"),
    (700, 799, "Visits"),
    (800, 899, "Care teams"),
    (900, 1_199, "Treatment plans"),
    (1_200, 1_299, "Recovery"),
    (1_300, 1_349, "Adherence"),
    (1_350, 1_399, "Tests and results"),
    (1_500, 1_599, "Coordination with others who treat"),
    (1_600, 1_702, "Prescriptions"),
    (1_703, 1_719, "Titrations and limits of duration"),
    (1_720, 1_739, "Injections and trials"),
    (1_740, 1_759, "Reviews, outreach and the end of a stay"),
    (1_760, 1_779, "A program's own rules"),
    (1_900, 1_929, "Audits and proofs"),
    (2_040, 2_059, "Records of looking"),
    (1_990, 2_009, "Encryption and erasure"),
    (2_010, 2_039, "Consent and partners"),
];

/// The kind of whatever has no kind of its own.
const FURTHER: &str = "Further";

/// Codes whose cause somebody other than the caller removes, or that concern who may call at all.
const OPERATED: [&str; 6] = [
    "UNAVAILABLE.",
    "DATA_LOSS.",
    "INTERNAL.",
    "DEADLINE_EXCEEDED.",
    "RESOURCE_EXHAUSTED.",
    "UNAUTHENTICATED.",
];

/// Reasons of other codes that only an operator ends.
const OPERATED_TOO: [&str; 2] = ["EPOCH_CHANGED", "RULESET_UNUSABLE"];

struct Reason {
    name: String,
    number: u32,
    says: String,
}

impl Reason {
    fn needs_an_entry(&self) -> bool {
        (1..100).contains(&self.number)
            || OPERATED.iter().any(|code| self.says.starts_with(code))
            || OPERATED_TOO.contains(&self.name.as_str())
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// The contract's reasons, with what it says of each.
fn reasons() -> Vec<Reason> {
    let mut found = Vec::new();
    let mut says = String::new();
    for line in read("proto/concord/common/v1/error_reason.proto").lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("//") {
            says.push_str(comment);
        } else if let Some((name, number)) =
            line.strip_prefix("ERROR_REASON_").and_then(|rest| rest.split_once(" = "))
        {
            let number = number.trim_end_matches(';').parse().unwrap();
            let said = std::mem::take(&mut says).trim().to_owned();
            found.push(Reason { name: name.to_owned(), number, says: said });
        } else {
            says.clear();
        }
    }
    assert!(found.len() > 300, "only {} reasons were found", found.len());
    found
}

/// Holds a document to what it must say; writes it where `CONCORD_BLESS` is set.
fn hold(path: &str, wanted: &str) {
    if std::env::var_os("CONCORD_BLESS").is_some() {
        fs::write(root().join(path), wanted).unwrap();
    }
    assert!(read(path) == wanted, "{path} is not what the code says; write it with CONCORD_BLESS=1");
}

#[test]
fn every_metric_is_explained_and_no_other() {
    let mut text = String::from(
        "# Metrics\n\n\
         What `/metrics` answers where `[metrics] listen` is set. Counters begin at 0 when the process starts. Histograms\n\
         have `_bucket`, `_sum` and `_count`. No label holds a person, a patient, a medication, an identifier or a text.\n\n\
         | name | kind | labels | what it says |\n|---|---|---|---|\n",
    );
    for About { name, kind, labels, help } in metric::ALL {
        writeln!(text, "| `{name}` | {} | {} | {help} |", kind.as_str(), labels.join(", ")).unwrap();
    }
    text.push_str("\nOf the process itself, by the names that Prometheus' own libraries use: ");
    text.push_str(&PROCESS.map(|name| format!("`{name}`")).join(", "));
    text.push_str(" and others that begin with `process_`.\n");
    hold("deploy/metrics.md", &text);
}

/// Names of metrics in a text, without what histograms add.
fn named(text: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !word(c)).filter(|word| {
        word.starts_with("process_") || word.starts_with("concord_") && word.matches('_').count() > 0
    });
    let histograms: Vec<_> = metric::ALL
        .iter()
        .filter(|about| about.kind.as_str() == "histogram")
        .map(|about| about.name)
        .collect();
    let plain = |word: &str| {
        let of = ["_bucket", "_sum", "_count"].iter().find_map(|ending| word.strip_suffix(ending));
        of.filter(|name| histograms.contains(name)).unwrap_or(word).to_owned()
    };
    words.map(plain).collect()
}

fn known() -> BTreeSet<String> {
    metric::ALL.iter().map(|about| about.name).chain(PROCESS).map(str::to_owned).collect()
}

/// Every query of a dashboard.
fn queries(value: &Value, into: &mut String) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let ("expr" | "query", Some(text)) = (name.as_str(), value.as_str()) {
                    into.push_str(text);
                    into.push('\n');
                }
                queries(value, into);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_dashboard_shows_every_metric_and_asks_for_no_other() {
    let dashboard: Value = serde_json::from_str(&read("deploy/grafana/concord.json")).unwrap();
    let mut text = String::new();
    queries(&dashboard, &mut text);
    let shown = named(&text);
    assert!(shown.is_subset(&known()), "nobody measures {:?}", shown.difference(&known()));
    let hidden: Vec<_> =
        metric::ALL.iter().map(|about| about.name).filter(|name| !shown.contains(*name)).collect();
    assert!(hidden.is_empty(), "the dashboard does not show {hidden:?}");
}

/// The alerts of the rules file.
fn alerts(rules: &str) -> BTreeSet<String> {
    let named = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    named.map(str::to_owned).collect()
}

#[test]
fn alerts_ask_only_for_what_is_measured_and_each_is_shown_to_fire() {
    let rules = read("deploy/prometheus/alerts.yml");
    let asked: String = rules.lines().filter(|line| !line.contains("name:")).collect::<Vec<_>>().join("\n");
    let asked = named(&asked);
    assert!(asked.is_subset(&known()), "nobody measures {:?}", asked.difference(&known()));
    let alerts = alerts(&rules);
    assert!(alerts.len() > 10, "only {alerts:?}");
    let shown = read("deploy/prometheus/alerts.test.yml");
    let silent: Vec<_> =
        alerts.iter().filter(|alert| !shown.contains(&format!("- name: {alert} fires\n"))).collect();
    assert!(silent.is_empty(), "no test shows that these fire: {silent:?}");
}

#[test]
fn every_alert_has_its_runbook_and_every_runbook_its_alert() {
    const PARTS: [&str; 5] = ["## What it means", "## Who acts", "## Look at", "## Do", "## Verify"];
    let rules = read("deploy/prometheus/alerts.yml");
    let alerts = alerts(&rules);
    let mut there = BTreeSet::new();
    for file in fs::read_dir(root().join("deploy/runbooks")).unwrap() {
        let name = file.unwrap().file_name().to_string_lossy().into_owned();
        let text = read(&format!("deploy/runbooks/{name}"));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(root().join("deploy/runbooks").join(link).exists(), "{name} points to {link}");
        }
        if let Some(alert) = name.strip_suffix(".md").filter(|name| name.starts_with("Concord")) {
            for part in PARTS {
                assert!(text.contains(&format!("\n{part}\n")), "{name} does not say {part}");
            }
            assert!(
                rules.contains(&format!("runbook: deploy/runbooks/{name}\n")),
                "no alert points to {name}"
            );
            there.insert(alert.to_owned());
        }
    }
    assert_eq!(alerts, there, "left: alerts, right: runbooks");
}

#[test]
fn every_reason_that_an_operator_ends_has_its_entry() {
    let text = read("deploy/runbooks/reasons.md");
    let entries: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("## ")).flat_map(|line| line.split(", ")).collect();
    let wanted: Vec<Reason> = reasons().into_iter().filter(Reason::needs_an_entry).collect();
    let missing: Vec<_> = wanted
        .iter()
        .filter(|reason| !entries.contains(reason.name.as_str()))
        .map(|reason| &reason.name)
        .collect();
    assert!(missing.is_empty(), "deploy/runbooks/reasons.md has no entry for {missing:?}");
    let unknown: Vec<_> =
        entries.iter().filter(|entry| wanted.iter().all(|reason| reason.name != **entry)).collect();
    assert!(unknown.is_empty(), "these are no reasons of that kind: {unknown:?}");
}

#[test]
fn every_refusal_by_a_rule_is_told_in_plain_words() {
    let mut text = String::from(
        "# Refusals by rules\n\n\
         Nobody need act on these: a rule did its work, and the caller was told why and, in the refusal's remedy, what would\n\
         make the command acceptable. They are here for whoever is asked what a reason means. What an operator ends is in\n\
         [reasons.md](reasons.md).\n",
    );
    let refusals: Vec<Reason> =
        reasons().into_iter().filter(|reason| reason.number > 0 && !reason.needs_an_entry()).collect();
    let group = |number: u32| {
        GROUPS.iter().position(|(first, last, _)| (*first..=*last).contains(&number)).unwrap_or(GROUPS.len())
    };
    let names = GROUPS.iter().map(|(_, _, name)| *name).chain([FURTHER]);
    for (at, name) in names.enumerate() {
        let mut of: Vec<_> = refusals.iter().filter(|reason| group(reason.number) == at).collect();
        of.sort_by_key(|reason| reason.number);
        if of.is_empty() {
            continue;
        }
        write!(text, "\n## {name}\n\n| reason | what it means |\n|---|---|\n").unwrap();
        for reason in of {
            let says = reason.says.strip_prefix("PERMISSION_DENIED. ").unwrap_or(&reason.says);
            writeln!(text, "| `{}` | {} |", reason.name, says.replace('|', "\\|")).unwrap();
        }
    }
    hold("deploy/runbooks/refusals.md", &text);
}
