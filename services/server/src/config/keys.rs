//! `[keys]`: what the record is encrypted with, and where its data keys are.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ledger::{Address, is_local};

/// How the setting `kek` begins, by where the key is.
const FILE: &str = "file:";
const GIVEN: &str = "base64:";
const SECURE: &str = "https://";
const PLAIN: &str = "http://";
/// Addresses to which plain HTTP goes.
const LOOPBACK: [&str; 3] = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];

/// What the record is encrypted with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    pub(crate) kek: Hidden,
    pub(crate) store: PathBuf,
    pub(crate) postgres: Address,
    pub(crate) postgres_ca: PathBuf,
    pub(crate) vault_token: Hidden,
    pub(crate) vault_ca: PathBuf,
}

/// A text that may be a secret; `Debug` tells nothing.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(String);

impl Hidden {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden([redacted])")
    }
}

/// Where the key-encryption key is.
#[derive(Clone, Copy)]
pub(crate) enum KekAt<'a> {
    /// In a file of its owner.
    File(&'a Path),
    /// In the setting itself.
    Given(&'a str),
    /// In HashiCorp Vault, at this address.
    Transit(&'a str),
}

impl Keys {
    /// Where the key-encryption key is; `None` when nothing is encrypted.
    pub(crate) fn kek(&self) -> Option<KekAt<'_>> {
        let text = self.kek.as_str();
        if let Some(path) = text.strip_prefix(FILE) {
            return Some(KekAt::File(Path::new(path)));
        }
        if let Some(keys) = text.strip_prefix(GIVEN) {
            return Some(KekAt::Given(keys));
        }
        (text.starts_with(SECURE) || text.starts_with(PLAIN)).then_some(KekAt::Transit(text))
    }

    /// What cannot be used of it; the ledgers and views are in `data`.
    pub(super) fn faults(&self, data: &Path) -> Vec<String> {
        let mut faults = Vec::new();
        let text = self.kek.as_str();
        if text.is_empty() {
            return faults;
        }
        match self.kek() {
            None => faults.push(String::from(
                "keys.kek: file:PATH, base64:KEY or the address of a key in HashiCorp Vault; it is not shown because it may be a key",
            )),
            Some(KekAt::Transit(address)) => {
                if address.starts_with(PLAIN) && !LOOPBACK.iter().any(|local| address.starts_with(local)) {
                    faults.push(String::from("keys.kek: another machine is asked over https only"));
                }
                if self.vault_token.as_str().is_empty() {
                    faults.push(String::from(
                        "keys.vault_token: HashiCorp Vault asks for one; give it by CONCORD_KEYS__VAULT_TOKEN_FILE",
                    ));
                }
            }
            Some(KekAt::File(_) | KekAt::Given(_)) => {}
        }
        let file = !self.store.as_os_str().is_empty();
        if file != self.postgres.is_empty() {
            faults.push(String::from("keys: data keys are kept either in store or in postgres; name one"));
        }
        if file && self.store.starts_with(data) {
            faults.push(String::from(
                "keys.store: not in the data folder, whose backups would bring destroyed keys back",
            ));
        }
        if !self.postgres.is_empty() {
            match self.postgres.parse() {
                None => faults.push(String::from(
                    "keys.postgres: not an address such as postgres://user@localhost:5432/database",
                )),
                Some(database) if self.postgres_ca.as_os_str().is_empty() && !is_local(&database) => faults
                    .push(String::from(
                        "keys.postgres: another host is reached with TLS, which needs keys.postgres_ca",
                    )),
                Some(_) => {}
            }
        }
        faults
    }
}

/// The path, unless it is empty.
pub(crate) fn named(path: &Path) -> Option<&Path> {
    (!path.as_os_str().is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(kek: &str, store: &str, postgres: &str) -> Keys {
        Keys {
            kek: Hidden(kek.to_owned()),
            store: PathBuf::from(store),
            postgres: Address::from(postgres.to_owned()),
            postgres_ca: PathBuf::new(),
            vault_token: Hidden(String::new()),
            vault_ca: PathBuf::new(),
        }
    }

    fn faults(kek: &str, store: &str, postgres: &str) -> usize {
        keys(kek, store, postgres).faults(Path::new("/data")).len()
    }

    #[test]
    fn a_key_and_one_place_for_what_it_wraps() {
        assert_eq!(faults("", "", ""), 0, "nothing is encrypted");
        assert_eq!(faults("file:/etc/kek", "/keys/keys.db", ""), 0);
        assert_eq!(faults("base64:AAAA", "", "postgres://me@localhost/keys"), 0);
        assert_eq!(faults("file:/etc/kek", "", ""), 1);
        assert_eq!(faults("file:/etc/kek", "/keys/keys.db", "postgres://me@localhost/keys"), 1);
        assert_eq!(faults("/etc/kek", "/keys/keys.db", ""), 1);
    }

    #[test]
    fn data_keys_are_not_kept_with_what_they_seal() {
        assert_eq!(faults("file:/etc/kek", "/data/keys.db", ""), 1);
    }

    #[test]
    fn a_key_elsewhere_is_asked_in_secret_and_with_a_token() {
        assert_eq!(faults("http://vault:8200/v1/transit/keys/concord", "/keys/keys.db", ""), 2);
        assert_eq!(faults("http://127.0.0.1:8200/v1/transit/keys/concord", "/keys/keys.db", ""), 1);
    }

    #[test]
    fn a_key_is_not_shown() {
        assert!(!format!("{:?}", keys("base64:geheim", "", "")).contains("geheim"));
    }
}
