//! The folder that holds the ledgers of one process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use concord_kernel::{LedgerId, LedgerKind};

use crate::OpenError;

const LOCK_FILE: &str = "LOCK";
/// The most that is read of another process's note in the lock file.
const HOLDER_BYTES: u64 = 256;

/// A data folder that only this process uses, for as long as this value lives. The operating system gives the lock
/// back when the process ends, however it ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Takes the folder, making it when there is none.
    ///
    /// # Errors
    ///
    /// [`OpenError::InUse`] when another process has it, [`OpenError::Store`] when the file system refuses.
    pub fn lock(path: &Path) -> Result<Self, OpenError> {
        fs::create_dir_all(path).map_err(store)?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK_FILE))
            .map_err(store)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { holder: holder(&mut lock) }),
            Err(TryLockError::Error(error)) => return Err(store(error)),
        }
        sign(&mut lock).map_err(store)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a ledger: a folder for each tenant, so that the file is the tenant's boundary.
    pub fn ledger(&self, id: &LedgerId) -> PathBuf {
        Self::file(&self.path, id)
    }

    /// The file of a ledger in a data folder that this process need not have, to read it.
    pub fn file(folder: &Path, id: &LedgerId) -> PathBuf {
        let file = match id.kind {
            LedgerKind::Clinical => "clinical.ledger",
            LedgerKind::Access => "access.ledger",
        };
        folder.join(id.tenant.as_str()).join(file)
    }
}

fn sign(lock: &mut File) -> io::Result<()> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "this host".to_owned());
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "process {} on {}", std::process::id(), host.trim())?;
    lock.sync_all()
}

fn holder(lock: &mut File) -> String {
    let mut text = String::new();
    match lock.take(HOLDER_BYTES).read_to_string(&mut text) {
        Ok(_) if !text.is_empty() => text,
        Ok(_) | Err(_) => "another process".to_owned(),
    }
}

fn store(error: io::Error) -> OpenError {
    OpenError::Store(Box::new(error))
}
