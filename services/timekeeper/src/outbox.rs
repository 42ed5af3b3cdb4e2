//! A file in which notices wait for whoever delivers them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use concord_domain::adherence::Channel;
use concord_kernel::Instant;
use serde::Serialize;
use uuid::Uuid;

use crate::{Notice, Notifier, NotifyError, Recipient};

/// Writes each notice as a line of JSON at the end of a file. The file is opened anew for each, so whoever delivers may
/// move it away at any time and begin with what it holds.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
}

/// One line. `to` is an identifier: where somebody is reached is known to whoever delivers, and not here.
#[derive(Serialize)]
struct Line<'a> {
    id: Uuid,
    to: Uuid,
    channel: Channel,
    text: &'a str,
    due_at: Instant,
}

impl Outbox {
    /// Writes into the file at `path`; it is made with the first notice.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait]
impl Notifier for Outbox {
    async fn send(&self, notice: &Notice) -> Result<(), NotifyError> {
        let to = match notice.to {
            Recipient::Patient(patient) => patient.uuid(),
            Recipient::Person(person) => person.uuid(),
        };
        let (id, channel, text, due_at) = (notice.id, notice.channel, notice.text, notice.due_at);
        let mut line = serde_json::to_vec(&Line { id, to, channel, text, due_at })
            .map_err(|error| NotifyError::Unavailable(error.into()))?;
        line.push(b'\n');
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || append(&path, &line)).await;
        written.unwrap_or_else(|broke| Err(io::Error::other(broke))).map_err(NotifyError::Unavailable)
    }
}

/// One write and one sync: a line is there as a whole, or it is not counted as sent. What a power cut left of one is ended
/// first, so that it spoils no other.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if is_torn(&mut file)? {
        file.write_all(b"\n")?;
    }
    file.write_all(line)?;
    file.sync_data()
}

fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use concord_kernel::PatientId;

    use super::*;

    fn notice(id: u128) -> Notice {
        Notice {
            id: Uuid::from_u128(id),
            to: Recipient::Patient(PatientId::new(Uuid::from_u128(7))),
            channel: Channel::TextMessage,
            text: "Please call us when you can.",
            due_at: Instant::parse("2026-03-02T12:00:00Z").unwrap(),
        }
    }

    #[tokio::test]
    async fn each_notice_is_a_line_and_the_file_may_be_moved_away_at_any_time() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::at(folder.path().join("reminders.jsonl"));
        outbox.send(&notice(1)).await.unwrap();
        outbox.send(&notice(2)).await.unwrap();
        let taken = folder.path().join("taken");
        std::fs::rename(outbox.path(), &taken).unwrap();
        outbox.send(&notice(3)).await.unwrap();
        let lines = |path: &Path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<serde_json::Value>>()
        };
        assert_eq!((lines(&taken).len(), lines(outbox.path()).len()), (2, 1));
        let expected = serde_json::json!({
            "id": Uuid::from_u128(3),
            "to": Uuid::from_u128(7),
            "channel": "text_message",
            "text": "Please call us when you can.",
            "due_at": "2026-03-02T12:00:00Z",
        });
        assert_eq!(lines(outbox.path()), [expected]);
    }

    #[tokio::test]
    async fn what_a_power_cut_left_of_a_line_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::at(folder.path().join("reminders.jsonl"));
        std::fs::write(outbox.path(), "{\"id\":\"0000").unwrap();
        outbox.send(&notice(1)).await.unwrap();
        let text = std::fs::read_to_string(outbox.path()).unwrap();
        let last = text.lines().last().unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(last).is_ok(), "{text}");
        assert_eq!(text.lines().count(), 2);
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::at(folder.path().join("not there").join("reminders.jsonl"));
        assert!(outbox.send(&notice(1)).await.is_err());
    }
}
