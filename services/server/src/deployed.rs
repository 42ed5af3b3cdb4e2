//! What stands in `deploy` is what this program takes: every setting, every variable and every command line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::cli::Cli;
use crate::config::{Config, ConfigError, Overrides, ProcessRole};

/// The program, where it is installed.
const PROGRAM: &str = "/usr/local/bin/concord";

/// The settings of one machine, and those of every process beyond it.
const ONE_MACHINE: &str = "one-machine.toml";
const CLUSTER: &str = "cluster.toml";

/// Stands in for the address that a secret file brings.
const ADDRESS: &str = "[ledger]\npostgres = \"postgres://service@localhost:5432/concord\"";

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

/// Files below `folder` whose names end so, with what is in them. Secrets that somebody made are no part of the project.
fn files(folder: &Path, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "secrets.d" {
                found.extend(files(&path, endings));
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

/// The settings of a file, each with the line that it stands in. Entries of lists are none: the program refuses what it does
/// not know of them when it reads the file.
fn settings(text: &str) -> Vec<(String, &str)> {
    let mut section = String::new();
    let mut found = Vec::new();
    let mut in_list = false;
    for line in text.lines() {
        if line.starts_with('[') {
            in_list = line.starts_with("[[");
        }
        if in_list {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{name}.");
        } else if let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with('#')) {
            found.push((format!("{section}{key}"), line));
        }
    }
    found
}

fn known() -> BTreeSet<String> {
    let defaults = std::fs::read_to_string(deploy().join("config.default.toml")).unwrap();
    settings(&defaults).into_iter().map(|(setting, _)| setting).collect()
}

/// The settings that `text` sets by variables.
fn variables(text: &str) -> BTreeSet<String> {
    let of_name = |c: char| c.is_ascii_uppercase() || c == '_';
    let words = text.split(|c| !of_name(c)).filter_map(|word| word.strip_prefix("CONCORD_"));
    let setting = |word: &str| word.trim_end_matches("_FILE").to_ascii_lowercase().replace("__", ".");
    words.filter(|word| !word.is_empty()).map(setting).collect()
}

/// The command lines of the program in `text`, without the program's name.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("ENTRYPOINT")) {
        let words = line.split_whitespace().map(|word| word.trim_matches(|c| "[]{},\"".contains(c)));
        let words: Vec<_> = words.map(|word| word.rsplit('=').next().unwrap_or_default()).collect();
        let named = words.iter().position(|word| *word == PROGRAM);
        let alone = words.windows(2).position(|pair| {
            ["args:", "command:", "CMD"].contains(&pair[0]) && ["serve", "ledger"].contains(&pair[1])
        });
        if let Some(place) = named.or(alone) {
            found.push(words[place + 1..].join(" "));
        }
    }
    found
}

/// What the program makes of a file of `deploy/concord`, in a process with these roles.
fn loaded(settings: &str, roles: Option<Vec<ProcessRole>>) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(deploy().join("concord").join(settings)).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text.replace("[ledger]", ADDRESS)).unwrap();
    Config::load(Some(file.path()), Overrides { roles, ..Overrides::default() })
}

/// Whether the program takes the command line, by a process with these settings.
fn is_taken(command: &str, settings: &str) -> bool {
    let words = std::iter::once("concord").chain(command.split(' '));
    let Ok(cli) = Cli::try_parse_from(words) else { return false };
    let crate::cli::Command::Serve(options) = cli.command else { return true };
    loaded(settings, options.roles()).is_ok()
}

#[test]
fn every_deployed_configuration_is_one_that_the_program_takes() {
    let found = files(&deploy().join("concord"), &[".toml"]);
    assert!(found.len() >= 2, "{found:?}");
    for (path, _) in found {
        let loaded = loaded(&path.file_name().unwrap().to_string_lossy(), None);
        assert!(loaded.is_ok(), "{}: {loaded:?}", path.display());
    }
}

#[test]
fn a_process_that_other_machines_reach_is_taken_with_tls_and_not_without() {
    let text = std::fs::read_to_string(deploy().join("concord").join(CLUSTER)).unwrap();
    let tls = "[tls]\ncertificate = \"tls.crt\"\nkey = \"tls.key\"\nclient_ca = \"ca.crt\"\n";
    let loaded = |text: String| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text.replace("[ledger]", ADDRESS)).unwrap();
        let listen = "0.0.0.0:8443".parse().ok();
        Config::load(Some(file.path()), Overrides { listen, ..Overrides::default() })
    };
    assert!(loaded(format!("{text}\n{tls}")).is_ok());
    assert!(loaded(text).unwrap_err().to_string().contains("tls.certificate"));
}

#[test]
fn every_setting_that_is_deployed_is_known() {
    let known = known();
    let mut used = BTreeSet::new();
    for (_, text) in files(&deploy(), &[".yaml", ".service", "Containerfile"]) {
        used.extend(variables(&text));
    }
    assert!(used.contains("ledger.postgres"), "{used:?}");
    for (_, text) in files(&deploy().join("concord"), &[".toml"]) {
        used.extend(settings(&text).into_iter().map(|(setting, _)| setting));
    }
    let strange: Vec<_> = used.difference(&known).collect();
    assert!(strange.is_empty(), "deploy sets what nobody knows: {strange:?}");
}

#[test]
fn every_command_line_that_is_deployed_is_taken() {
    let of = |ending: &[&str], settings: &'static str| {
        let found = files(&deploy(), ending).into_iter().flat_map(|(_, text)| commands(&text));
        found.map(move |command| (command, settings)).collect::<BTreeSet<_>>()
    };
    let mut used = of(&[".service"], ONE_MACHINE);
    used.extend(of(&[".yaml", "Containerfile"], CLUSTER));
    assert!(used.len() >= 6, "{used:?}");
    assert!(used.contains(&(String::from("serve --roles timers,signer"), CLUSTER)), "{used:?}");
    let strange: Vec<_> = used.iter().filter(|(command, settings)| !is_taken(command, settings)).collect();
    assert!(strange.is_empty(), "deploy runs what the program does not take: {strange:?}");
}

#[test]
fn a_command_line_is_judged_by_the_settings_of_its_process() {
    assert!(is_taken("serve --roles timers,signer", CLUSTER));
    assert!(!is_taken("serve --roles timers,signer", ONE_MACHINE), "nobody would keep the list of deadlines");
    assert!(!is_taken("serve --rolls api", CLUSTER));
}
