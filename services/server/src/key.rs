//! The keys that sign local tokens and checkpoints: made once, readable by their owner only. Processes that serve the same
//! tenants share them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use concord_access::LocalTokens;
use concord_audit::note::SigningKey;
use concord_feed::PartnerKeys;

const CHECKPOINTS_FILE: &str = "checkpoint.key";
const PARTNERS_FILE: &str = "partners.key";
const OWNER_ONLY: u32 = 0o600;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The file cannot be read or written.
    #[error("the key {path} cannot be used")]
    File {
        path: String,
        #[source]
        cause: io::Error,
    },
    /// The system gives no random bytes.
    #[error("no random bytes for a key")]
    Random,
    /// The file is damaged.
    #[error("the token key {path} is shorter than it was written; delete it to get a new one")]
    Short { path: String },
    /// What partners' names for patients follow from is gone.
    #[error(
        "the key of partners {path} is not what was written; put back a copy: with another key, partners meet strangers"
    )]
    Partners { path: String },
    /// What checkpoints were signed with is gone.
    #[error(
        "the key of checkpoints {path} is not what was written; put back a copy: another key is another log's"
    )]
    Damaged { path: String },
}

/// Reads the key in the file `path`, making it first when there is none.
pub(crate) fn tokens(path: &Path) -> Result<LocalTokens, KeyError> {
    let file = |cause| KeyError::File { path: path.display().to_string(), cause };
    let key = match fs::read(path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path, LocalTokens::KEY_BYTES)?,
        Err(error) => return Err(file(error)),
    };
    LocalTokens::new(&key).map_err(|_| KeyError::Short { path: path.display().to_string() })
}

/// Where the key that signs checkpoints is: in `named`; when that is empty, in `folder`.
pub(crate) fn checkpoints_file(folder: &Path, named: &Path) -> PathBuf {
    if named.as_os_str().is_empty() { folder.join(CHECKPOINTS_FILE) } else { named.to_owned() }
}

/// Reads the secret of the key that signs checkpoints, making it first when there is none. `named` is its file; empty: one
/// in `folder`.
pub(crate) fn checkpoints(folder: &Path, named: &Path) -> Result<[u8; SigningKey::SEED_BYTES], KeyError> {
    let path = checkpoints_file(folder, named);
    let shown = || path.display().to_string();
    let key = match fs::read(&path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path, SigningKey::SEED_BYTES)?,
        Err(cause) => return Err(KeyError::File { path: shown(), cause }),
    };
    key.try_into().map_err(|_| KeyError::Damaged { path: shown() })
}

/// Reads the key that partners' names for patients follow from, making it first when there is none. `named` is its file;
/// empty: one in `folder`. Processes that serve the same partners share it.
pub(crate) fn partners(folder: &Path, named: &Path) -> Result<[u8; PartnerKeys::BYTES], KeyError> {
    let path = if named.as_os_str().is_empty() { folder.join(PARTNERS_FILE) } else { named.to_owned() };
    let shown = || path.display().to_string();
    let key = match fs::read(&path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path, PartnerKeys::BYTES)?,
        Err(cause) => return Err(KeyError::File { path: shown(), cause }),
    };
    key.try_into().map_err(|_| KeyError::Partners { path: shown() })
}

fn make(path: &Path, bytes: usize) -> Result<Vec<u8>, KeyError> {
    let file = |cause| KeyError::File { path: path.display().to_string(), cause };
    let mut key = vec![0; bytes];
    getrandom::fill(&mut key).map_err(|_| KeyError::Random)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(file)?;
    // Written aside and then named: another process that starts at the same time never reads half of it.
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(&draft);
    written.and_then(|mut new| new.write_all(&key).and_then(|()| new.sync_all())).map_err(file)?;
    let named = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(file)?;
    match named {
        Ok(()) => Ok(key),
        // Somebody else was faster: theirs counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path).map_err(file),
        Err(error) => Err(file(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").join("token.key");
        assert!(tokens(&path).is_ok());
        let first = fs::read(&path).unwrap();
        assert!(tokens(&path).is_ok());
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, OWNER_ONLY);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn the_key_of_checkpoints_is_kept_and_never_made_anew_over_a_damaged_one() {
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().join("elsewhere");
        let first = checkpoints(folder.path(), &named).unwrap();
        assert_eq!(checkpoints(folder.path(), &named).unwrap(), first);
        assert_ne!(checkpoints(folder.path(), Path::new("")).unwrap(), first);
        fs::write(&named, b"short").unwrap();
        assert!(matches!(checkpoints(folder.path(), &named), Err(KeyError::Damaged { .. })));
        assert_eq!(fs::read(&named).unwrap(), b"short");
    }

    #[test]
    fn a_damaged_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.key");
        fs::write(&path, b"short").unwrap();
        assert!(matches!(tokens(&path), Err(KeyError::Short { .. })));
    }
}
