//! Keys in a file of their owner: one a line, the current one first. A new one is put before the others, and whoever meets a
//! key that it does not know reads the file again, so that keys are changed under services that run.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::ring::Keyring;
use super::{Kek, Wrapped};
use crate::KekError;
use crate::data_key::Secret;

const OWNER_ONLY: u32 = 0o600;
const OF_OTHERS: u32 = 0o077;

/// A file of keys.
pub struct KeyringFile {
    path: PathBuf,
    ring: RwLock<Arc<Keyring>>,
}

impl KeyringFile {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// See [`KekError`]; [`KekError::Exposed`] when others may read it.
    pub fn open(path: &Path) -> Result<Self, KekError> {
        let ring = RwLock::new(Arc::new(Keyring::parse(&read(path)?)?));
        Ok(Self { path: path.to_owned(), ring })
    }

    /// Makes a key and its file, unless there is one.
    ///
    /// # Errors
    ///
    /// See [`KekError`].
    pub fn create(path: &Path) -> Result<(), KekError> {
        let key = Keyring::generate()?;
        let made = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path);
        match made {
            Ok(mut file) => put(&mut file, &key).map_err(KekError::File),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(KekError::File(error)),
        }
    }

    fn ring(&self) -> Arc<Keyring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn read_again(&self) -> Result<(), KekError> {
        let ring = Arc::new(Keyring::parse(&read(&self.path)?)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    /// Puts other text in the file's place at once: a crash leaves the old file or the new one.
    fn replace(&self, text: &str) -> Result<(), KekError> {
        let draft = self.path.with_extension("new");
        let made = OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(&draft);
        made.and_then(|mut file| put(&mut file, text)).map_err(KekError::File)?;
        fs::rename(&draft, &self.path).map_err(KekError::File)?;
        self.read_again()
    }
}

fn put(file: &mut fs::File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn read(path: &Path) -> Result<Zeroizing<String>, KekError> {
    let mode = fs::metadata(path).map_err(KekError::File)?.permissions().mode();
    if mode & OF_OTHERS != 0 {
        return Err(KekError::Exposed);
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(KekError::File)
}

#[async_trait]
impl Kek for KeyringFile {
    async fn current(&self) -> Result<String, KekError> {
        Ok(self.ring().name().to_owned())
    }

    async fn wrap(&self, bound: &[u8], secret: &Secret) -> Result<Wrapped, KekError> {
        self.ring().wrapped(bound, secret)
    }

    async fn unwrap(&self, bound: &[u8], wrapped: &Wrapped) -> Result<Secret, KekError> {
        match self.ring().unwrapped(bound, wrapped) {
            Err(KekError::Missing(_)) => {
                self.read_again()?;
                self.ring().unwrapped(bound, wrapped)
            }
            unwrapped => unwrapped,
        }
    }

    async fn renew(&self) -> Result<(), KekError> {
        let (key, before) = (Keyring::generate()?, read(&self.path)?);
        self.replace(&Zeroizing::new(format!("{}\n{}", *key, before.trim_end())))
    }

    async fn give_up(&self) -> Result<(), KekError> {
        let keys = read(&self.path)?;
        let current = keys.lines().map(str::trim).find(|key| !key.is_empty()).ok_or(KekError::Malformed)?;
        self.replace(current)
    }

    async fn look_again(&self) -> Result<(), KekError> {
        self.read_again()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_key::generate;

    #[tokio::test]
    async fn a_new_key_wraps_and_the_old_one_unwraps_until_it_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        KeyringFile::create(&path).unwrap();
        let (mine, other) = (KeyringFile::open(&path).unwrap(), KeyringFile::open(&path).unwrap());
        let secret = generate().unwrap();
        let old = mine.wrap(b"x", &secret).await.unwrap();
        mine.renew().await.unwrap();
        let new = mine.wrap(b"x", &secret).await.unwrap();
        assert_ne!(old.kek, new.kek);
        assert_eq!(other.unwrap(b"x", &new).await.unwrap(), secret, "whoever does not know it looks again");
        assert_eq!(mine.unwrap(b"x", &old).await.unwrap(), secret);
        mine.give_up().await.unwrap();
        assert!(matches!(mine.unwrap(b"x", &old).await, Err(KekError::Missing(_))));
        assert_eq!(mine.unwrap(b"x", &new).await.unwrap(), secret);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        KeyringFile::create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyringFile::open(&path), Err(KekError::Exposed)));
    }

    #[test]
    fn a_key_that_is_there_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        KeyringFile::create(&path).unwrap();
        let first = fs::read(&path).unwrap();
        KeyringFile::create(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
    }
}
