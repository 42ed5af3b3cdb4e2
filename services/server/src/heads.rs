//! How far each ledger was served, remembered outside of its store: whoever brings back an older copy of the store does not
//! bring back this, so a history that went back is found out before anything is recorded in it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use concord_kernel::{LedgerId, Token};
use concord_ledger::{Filter, Ledger, NO_LEAF, ReadError, Seen};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config::Config;

/// What the name of a note in a tenant's folder ends with.
const FILE: &str = "served";
/// What the name of a file ends with that is being written.
const UNFINISHED: &str = "served.new";

/// The time between two looks at a ledger: so much of what was served may be missing from the note of a process that was
/// killed, and so long may a process not notice that the history went back under it.
const PACE: Duration = Duration::from_secs(1);

/// Why nothing can be remembered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeadsError {
    /// The file cannot be read or written.
    #[error("how far the ledger was served cannot be kept in {file}")]
    File {
        file: String,
        #[source]
        cause: io::Error,
    },
    /// It holds something else.
    #[error(
        "{file} does not say how far a ledger was served; bring it back, or delete it and check that nothing is missing"
    )]
    Damaged { file: String },
    /// What was noted is not there any more, though this process has not begun anew.
    #[error(
        "the history of {ledger} went back: what was served up to position {position} is not there any more"
    )]
    WentBack { ledger: LedgerId, position: u64 },
    /// The ledger cannot be asked.
    #[error("the ledger cannot be read")]
    Ledger(#[from] ReadError),
}

/// What is in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    ledger: String,
    epoch: Uuid,
    position: u64,
    /// Leaf hash of the event there, hexadecimal.
    leaf: String,
}

/// The note about one ledger.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    ledger: LedgerId,
    path: PathBuf,
}

impl Remembered {
    /// The note that `config` has about `ledger`.
    pub(crate) fn of(config: &Config, ledger: &LedgerId) -> Self {
        let path = config.heads().join(ledger.tenant.as_str()).join(ledger.kind.as_str());
        Self { ledger: ledger.clone(), path: path.with_extension(FILE) }
    }

    /// What it says; `None` when nothing was served yet.
    pub(crate) fn read(&self) -> Result<Option<Seen>, HeadsError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(self.file(cause)),
        };
        let note = serde_json::from_slice::<Note>(&text).ok();
        let note = note.filter(|note| note.ledger == self.ledger.to_string());
        let seen = note.and_then(|Note { epoch, position, leaf, .. }| {
            let mut hash = NO_LEAF;
            hex::decode_to_slice(leaf, &mut hash).ok()?;
            Some(Seen { token: Token { epoch, position }, leaf: hash })
        });
        seen.map(Some).ok_or_else(|| HeadsError::Damaged { file: self.path.display().to_string() })
    }

    /// Notes where `ledger` ends now, if what was noted before is still there; the note is on the disk when this returns.
    pub(crate) async fn note(&self, ledger: &dyn Ledger) -> Result<(), HeadsError> {
        let token = *ledger.watch().borrow();
        let before = self.read()?.filter(|seen| seen.token.epoch == token.epoch);
        if let Some(Seen { token: Token { position, .. }, leaf }) = before
            && leaf_at(ledger, position).await? != Some(leaf)
        {
            return Err(HeadsError::WentBack { ledger: self.ledger.clone(), position });
        }
        if before.is_some_and(|seen| seen.token == token) {
            return Ok(());
        }
        let leaf = leaf_at(ledger, token.position).await?;
        let leaf = leaf.ok_or(ReadError::Corrupt("the last event is not there"))?;
        let this = self.clone();
        let written = tokio::task::spawn_blocking(move || this.write(&Seen { token, leaf })).await;
        written.map_err(|gone| self.file(io::Error::other(gone)))?
    }

    /// Forgets it: somebody has said that what is there is what is meant.
    pub(crate) fn forget(&self) -> Result<(), HeadsError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.file(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Keeps the note up with `ledger` until somebody begins another epoch. What cannot be noted is noted later.
    ///
    /// # Errors
    ///
    /// [`HeadsError::WentBack`] when what was noted is not there any more.
    pub(crate) async fn follow(self, ledger: Arc<dyn Ledger>) -> Result<(), HeadsError> {
        let heads = ledger.watch();
        let epoch = heads.borrow().epoch;
        loop {
            let now = *heads.borrow();
            if now.epoch != epoch {
                tracing::error!(ledger = %self.ledger, was = %epoch, now = %now.epoch, "the ledger is in another epoch");
                return Ok(());
            }
            match self.note(&*ledger).await {
                Ok(()) => {}
                Err(error @ HeadsError::WentBack { .. }) => return Err(error),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "how far the ledger was served is not noted");
                }
            }
            tokio::time::sleep(PACE).await;
        }
    }

    fn write(&self, seen: &Seen) -> Result<(), HeadsError> {
        let Seen { token, leaf } = seen;
        let (epoch, position) = (token.epoch, token.position);
        let note = Note { ledger: self.ledger.to_string(), epoch, position, leaf: hex::encode(leaf) };
        let text = serde_json::to_vec(&note).map_err(|error| self.file(error.into()))?;
        self.put(&text).map_err(|cause| self.file(cause))
    }

    /// In place of what was there, all at once.
    fn put(&self, text: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().ok_or(ErrorKind::NotFound)?;
        fs::create_dir_all(folder)?;
        let unfinished = self.path.with_extension(UNFINISHED);
        let mut file = File::create(&unfinished)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        File::open(folder)?.sync_all()
    }

    fn file(&self, cause: io::Error) -> HeadsError {
        HeadsError::File { file: self.path.display().to_string(), cause }
    }
}

/// Leaf hash of the event at `position`; of no event for the beginning.
async fn leaf_at(ledger: &dyn Ledger, position: u64) -> Result<Option<[u8; 32]>, ReadError> {
    let Some(before) = position.checked_sub(1) else { return Ok(Some(NO_LEAF)) };
    let page = ledger.read(before, &Filter::default(), 1).await?;
    Ok(page.entries.first().map(|entry| entry.leaf_hash))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use concord_kernel::TenantId;

    use super::*;
    use crate::config::Overrides;

    fn remembered(folder: &Path) -> Remembered {
        let overrides = Overrides { data: Some(folder.to_owned()), ..Overrides::default() };
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        Remembered::of(&Config::load(None, overrides).unwrap(), &id)
    }

    #[test]
    fn what_was_noted_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = remembered(folder.path());
        assert!(remembered.read().unwrap().is_none());
        for (position, byte) in [(3, 3), (7, 7)] {
            let seen = Seen { token: Token { epoch: Uuid::from_u128(5), position }, leaf: [byte; 32] };
            remembered.write(&seen).unwrap();
            assert_eq!(remembered.read().unwrap(), Some(seen));
        }
        remembered.forget().unwrap();
        remembered.forget().unwrap();
        assert!(remembered.read().unwrap().is_none());
    }

    #[test]
    fn a_damaged_note_is_not_taken_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = remembered(folder.path());
        remembered.write(&Seen { token: Token { epoch: Uuid::nil(), position: 3 }, leaf: [1; 32] }).unwrap();
        let whole = fs::read_to_string(&remembered.path).unwrap();
        for text in [
            "",
            "{}",
            &whole[..whole.len() - 2],
            &whole.replace("demo/", "other/"),
            &whole.replace("01", "0"),
        ] {
            fs::write(&remembered.path, text).unwrap();
            assert!(matches!(remembered.read(), Err(HeadsError::Damaged { .. })), "{text}");
        }
    }

    async fn filled(seed: u64, events: u128) -> Arc<dyn Ledger> {
        use concord_kernel::{CommandId, Instant, ManualClock, SeededIds, StreamKind, StreamRef};
        use concord_ledger::{Append, Expected, MemoryLedger, NewEvent};
        let clock = Arc::new(ManualClock::starting_at(Instant::parse("2026-03-02T12:00:00Z").unwrap()));
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        let ledger = MemoryLedger::new(id, clock, Arc::new(SeededIds::new(1)));
        for number in 0..events {
            let payload = format!("{{\"of\":{seed}}}").into();
            let append = Append {
                command: CommandId::new(Uuid::from_u128(number)),
                request_hash: [0; 32],
                stream: StreamRef { kind: StreamKind::Scales, id: Uuid::from_u128(1) },
                expected: Expected::Any,
                conditions: Vec::new(),
                events: vec![NewEvent { event_type: "ScaleTaken", event_version: 1, payload }],
                metadata: "{}".into(),
                reply: "".into(),
            };
            ledger.append(append).await.unwrap();
        }
        Arc::new(ledger)
    }

    /// The same epoch each time, as a database has it that was set back under a process.
    #[tokio::test]
    async fn a_history_that_goes_back_under_a_process_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = remembered(folder.path());
        remembered.note(&*filled(1, 3).await).await.unwrap();
        remembered.note(&*filled(1, 5).await).await.unwrap();
        let noted = remembered.read().unwrap().unwrap();
        assert_eq!(noted.token.position, 5);
        for (other, events) in [(1, 4), (2, 5), (2, 9)] {
            let ended = remembered.clone().follow(filled(other, events).await).await;
            assert!(
                matches!(ended, Err(HeadsError::WentBack { position: 5, .. })),
                "{other}, {events}: {ended:?}"
            );
            assert_eq!(remembered.read().unwrap(), Some(noted), "what was noted stays");
        }
    }
}
