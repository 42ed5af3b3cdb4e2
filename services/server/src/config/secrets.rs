//! Secrets by file: `CONCORD_LEDGER__POSTGRES_FILE=/run/secrets/ledger` sets what `CONCORD_LEDGER__POSTGRES` would, to what
//! the file holds. A variable can be read by whoever may look at the process; a file by whom its mode names.

use std::fs;
use std::path::Path;

use figment::providers::Env;
use figment::value::{Dict, Map, Uncased, Value};
use figment::{Error, Metadata, Profile, Provider};

/// Prefix of every variable that is read.
pub(super) const PREFIX: &str = "CONCORD_";

/// End of the variables that name a file.
const SUFFIX: &str = "_file";

/// Variables of the project's tests, which a service that a test starts finds in its environment.
const OF_TESTS: [&str; 6] = ["bless", "nats_server", "pgbouncer", "postgres_bin", "seed", "soak"];

/// Whether the variable holds a setting.
fn is_setting(key: &str) -> bool {
    !names_a_file(key) && !OF_TESTS.contains(&key.to_ascii_lowercase().as_str())
}

/// Whether the variable names a file that holds the value.
fn names_a_file(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with(SUFFIX)
}

/// The variables that hold values themselves.
pub(super) fn plain() -> Env {
    Env::prefixed(PREFIX).filter(|key| is_setting(key.as_str())).split("__")
}

/// The values in files that variables name.
pub(super) struct Files(Vec<(String, String)>);

impl Files {
    /// Those of the environment: each setting with the file that holds it.
    pub(super) fn of_environment() -> Self {
        let named = Env::prefixed(PREFIX).filter(|key| names_a_file(key.as_str()));
        Self(named.iter().map(|(key, path)| (setting(&key), path)).collect())
    }
}

/// `LEDGER__POSTGRES_FILE` sets `ledger.postgres`.
fn setting(key: &Uncased<'_>) -> String {
    let key = key.as_str().to_ascii_lowercase();
    key[..key.len() - SUFFIX.len()].replace("__", ".")
}

impl Provider for Files {
    fn metadata(&self) -> Metadata {
        Metadata::named("files that CONCORD_*_FILE variables name")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut values = Dict::new();
        for (setting, path) in &self.0 {
            // The path is no secret; what stands in the file is, and is in no error.
            let text = fs::read_to_string(Path::new(path)).map_err(|cause| {
                Error::from(format!("{setting}: the file {path} cannot be read: {cause}"))
            })?;
            nest(&mut values, setting, Value::from(text.trim_end_matches(['\r', '\n'])));
        }
        Ok(Profile::Default.collect(values))
    }
}

/// Puts `value` where `setting`, a path with points, says.
fn nest(values: &mut Dict, setting: &str, value: Value) {
    if let Value::Dict(_, inner) = figment::util::nest(setting, value) {
        merge(values, inner);
    }
}

fn merge(into: &mut Dict, from: Dict) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Dict(_, old)), Value::Dict(_, new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;

    use super::*;

    #[test]
    fn a_setting_is_what_the_file_holds_without_its_last_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let files = Files(vec![
            (String::from("ledger.postgres"), path("a", "postgres://me:geheim@localhost/records\n")),
            (String::from("ledger.store"), path("b", "postgres")),
        ]);
        let read = Figment::from(files);
        let found = |key: &str| read.extract_inner::<String>(key).unwrap();
        assert_eq!(found("ledger.postgres"), "postgres://me:geheim@localhost/records");
        assert_eq!(found("ledger.store"), "postgres");
    }

    #[test]
    fn a_file_that_is_not_there_is_named_with_its_setting() {
        let files = Files(vec![(String::from("ledger.postgres"), String::from("/nowhere/at/all"))]);
        let said = Figment::from(files).extract_inner::<String>("ledger.postgres").unwrap_err().to_string();
        assert!(said.contains("ledger.postgres") && said.contains("/nowhere/at/all"), "{said}");
    }

    #[test]
    fn a_variable_that_holds_a_setting_is_told_from_one_that_does_not() {
        assert!(names_a_file("LEDGER__POSTGRES_FILE") && !names_a_file("LEDGER__POSTGRES"));
        assert!(is_setting("LEDGER__POSTGRES") && is_setting("LIMITS__ATEMPTS"));
        assert!(!is_setting("POSTGRES_BIN") && !is_setting("LEDGER__POSTGRES_FILE"));
        assert_eq!(setting(&Uncased::from("LEDGER__POSTGRES_FILE")), "ledger.postgres");
    }

    #[test]
    fn what_the_tests_name_in_the_environment_is_no_setting() {
        let script = include_str!("../../../../tests/run");
        let words = script.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        let names: Vec<_> =
            words.filter_map(|word| word.strip_prefix(PREFIX)).filter(|name| !name.is_empty()).collect();
        assert!(names.contains(&"NATS_SERVER"), "{names:?}");
        let taken: Vec<_> = names.iter().filter(|name| is_setting(name)).collect();
        assert!(taken.is_empty(), "a service that a test starts takes these for settings: {taken:?}");
    }
}
