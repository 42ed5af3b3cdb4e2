//! Imports point one way.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::files::root;

/// Each crate with the crates of the project that it may use, tests aside.
const MAY_USE: &[(&str, &[&str])] = &[
    ("concord-kernel", &[]),
    ("concord-knowledge", &["concord-kernel"]),
    ("concord-domain", &["concord-kernel", "concord-knowledge"]),
    ("concord-postgres", &[]),
    ("concord-telemetry", &[]),
    ("concord-ledger", &["concord-kernel", "concord-postgres", "concord-telemetry"]),
    ("concord-audit", &["concord-kernel", "concord-ledger", "concord-postgres"]),
    ("concord-looks", &["concord-kernel", "concord-ledger"]),
    ("concord-vault", &["concord-kernel", "concord-ledger", "concord-postgres"]),
    ("concord-lease", &["concord-kernel", "concord-postgres", "concord-telemetry"]),
    ("concord-proto", &[]),
    ("concord-access", &["concord-kernel", "concord-domain"]),
    ("concord-oidc", &["concord-access", "concord-kernel"]),
    ("concord-tls", &["concord-access", "concord-kernel"]),
    (
        "concord-executor",
        &["concord-kernel", "concord-knowledge", "concord-domain", "concord-ledger", "concord-telemetry"],
    ),
    (
        "concord-projection",
        &[
            "concord-kernel",
            "concord-domain",
            "concord-ledger",
            "concord-lease",
            "concord-postgres",
            "concord-telemetry",
        ],
    ),
    ("concord-views", &["concord-kernel", "concord-knowledge", "concord-domain", "concord-projection"]),
    (
        "concord-api",
        &[
            "concord-kernel",
            "concord-knowledge",
            "concord-domain",
            "concord-ledger",
            "concord-executor",
            "concord-access",
            "concord-audit",
            "concord-looks",
            "concord-projection",
            "concord-views",
            "concord-proto",
            "concord-feed",
            "concord-looks",
            "concord-telemetry",
            "concord-tls",
        ],
    ),
    (
        "concord-timekeeper",
        &[
            "concord-kernel",
            "concord-domain",
            "concord-executor",
            "concord-projection",
            "concord-telemetry",
            "concord-views",
        ],
    ),
    (
        "concord-feed",
        &["concord-kernel", "concord-domain", "concord-ledger", "concord-executor", "concord-looks"],
    ),
    ("concord-client", &["concord-proto"]),
    ("concord-intake", &["concord-kernel", "concord-knowledge"]),
    (
        "concord-pharmacy",
        &["concord-kernel", "concord-domain", "concord-ledger", "concord-executor", "concord-telemetry"],
    ),
    (
        "concord-partners",
        &["concord-kernel", "concord-domain", "concord-feed", "concord-proto", "concord-relay"],
    ),
    ("concord-relay", &["concord-kernel", "concord-ledger", "concord-proto", "concord-telemetry"]),
    (
        "concord-simulator",
        &["concord-kernel", "concord-knowledge", "concord-client", "concord-proto", "concord-intake"],
    ),
    (
        "concord-bench",
        &[
            "concord-kernel",
            "concord-knowledge",
            "concord-domain",
            "concord-ledger",
            "concord-executor",
            "concord-postgres",
            "concord-projection",
            "concord-views",
            "concord-access",
            "concord-api",
            "concord-audit",
            "concord-looks",
            "concord-client",
            "concord-proto",
            "concord-feed",
            "concord-relay",
        ],
    ),
    ("concord", &["*"]),
    ("concord-servers", &[]),
    ("concord-cluster", &["concord-client", "concord-servers", "concord-support"]),
    ("concord-support", &["concord-kernel", "concord-client", "concord-proto", "concord-access"]),
    ("concord-tidy", &[]),
];

/// Libraries that only some crates may use, tests aside, with the reason.
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    (
        "async-nats",
        &["concord-relay", "concord-partners", "concord-client"],
        "who publishes and who reads know JetStream, nobody else",
    ),
    (
        "rusqlite",
        &["concord-audit", "concord-ledger", "concord-projection", "concord-vault"],
        "SQL stays where it is kept and tested",
    ),
    (
        "tokio-postgres",
        &[
            "concord-postgres",
            "concord-audit",
            "concord-ledger",
            "concord-postgres",
            "concord-lease",
            "concord-projection",
            "concord-vault",
            "concord",
        ],
        "SQL stays where it is kept and tested",
    ),
    ("tokio-postgres-rustls", &["concord-postgres"], "there is one way to a server"),
    ("postgres-es", &["concord-bench"], "it is there for a benchmark's baseline"),
    ("sqlx", &["concord-bench"], "it is there for a benchmark's baseline"),
    ("sqlite-es", &["concord-bench"], "it is there for a benchmark's baseline"),
    (
        "tonic",
        &[
            "concord-proto",
            "concord-api",
            "concord-client",
            "concord-simulator",
            "concord-bench",
            "concord",
            "concord-support",
        ],
        "the wire stays at the edge",
    ),
    ("figment", &["concord"], "configuration is read once"),
    ("tokio-rustls", &["concord-tls"], "there is one way in over TLS"),
    ("hyper-rustls", &["concord-oidc"], "nothing but an issuer's keys is fetched"),
    ("cedar-policy", &["concord-access"], "what policies say is known in one place"),
];

/// Crates that decide, and so may not wait for anything.
const PURE: [&str; 4] = ["concord-kernel", "concord-knowledge", "concord-domain", "concord-access"];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(|package| (text(&package["name"]), uses(package))).collect()
}

fn uses(package: &Value) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().unwrap();
    all.iter().filter(|one| one["kind"].is_null()).map(|one| text(&one["name"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn imports_point_one_way() {
    let allowed: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (package, used) in dependencies() {
        let Some(may) = allowed.get(package.as_str()) else {
            wrong.push(format!("{package} has no place in the layers yet"));
            continue;
        };
        for other in used.iter().filter(|name| name.starts_with("concord")) {
            if !may.contains(&other.as_str()) && !may.contains(&"*") {
                wrong.push(format!("{package} may not use {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libraries_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (package, used) in dependencies() {
        for (library, only, why) in ONLY_IN {
            if used.contains(*library) && !only.contains(&package.as_str()) {
                wrong.push(format!("{package} uses {library}: {why}"));
            }
        }
        if PURE.contains(&package.as_str()) && used.contains("tokio") {
            wrong.push(format!("{package} decides, it does not wait: no tokio"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
