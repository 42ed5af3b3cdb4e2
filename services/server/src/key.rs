//! The key that signs local tokens: made once, readable by its owner only. Processes that serve the same tenants share it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use concord_access::LocalTokens;

const OWNER_ONLY: u32 = 0o600;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The file cannot be read or written.
    #[error("the token key {path} cannot be used")]
    File {
        path: String,
        #[source]
        cause: io::Error,
    },
    /// The system gives no random bytes.
    #[error("no random bytes for a token key")]
    Random,
    /// The file is damaged.
    #[error("the token key {path} is shorter than it was written; delete it to get a new one")]
    Short { path: String },
}

/// Reads the key in the file `path`, making it first when there is none.
pub(crate) fn tokens(path: &Path) -> Result<LocalTokens, KeyError> {
    let file = |cause| KeyError::File { path: path.display().to_string(), cause };
    let key = match fs::read(path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path)?,
        Err(error) => return Err(file(error)),
    };
    LocalTokens::new(&key).map_err(|_| KeyError::Short { path: path.display().to_string() })
}

fn make(path: &Path) -> Result<Vec<u8>, KeyError> {
    let file = |cause| KeyError::File { path: path.display().to_string(), cause };
    let mut key = vec![0; LocalTokens::KEY_BYTES];
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
    fn a_damaged_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.key");
        fs::write(&path, b"short").unwrap();
        assert!(matches!(tokens(&path), Err(KeyError::Short { .. })));
    }
}
