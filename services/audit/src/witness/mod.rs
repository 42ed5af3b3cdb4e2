//! Witnesses elsewhere, who cosign what goes on from all that they saw before.
//!
//! Whoever rewrites the ledger and every copy of its checkpoints cannot rewrite what a witness remembers: it refuses what
//! does not go on from there. The signer never waits for one; a witness that is away is shown a later checkpoint.
//!
//! Source: C2SP tlog-witness.

mod post;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::anchor::{Anchor, AnchorError};
use crate::note::VerifierKey;
use crate::{Cosigners, Log, LogError, Signed};
use post::{Answer, Post};

/// How soon a witness that was away is asked again, when there is nothing newer to show it.
const AGAIN: Duration = Duration::from_secs(30);
/// How often a checkpoint is shown: a witness that remembers another size than was thought says so once.
const ATTEMPTS: usize = 2;

/// Why a witness did not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// Its address or the authorities for it cannot be used.
    #[error("the address of a witness, or the authorities for it, cannot be used")]
    Address,
    /// It cannot be reached, or does not answer in time.
    #[error("the witness cannot be reached")]
    Away,
    /// It answers something that the protocol does not have, such as for a log that it does not know.
    #[error("the witness answers {0}")]
    Status(u16),
    /// It has seen more events than the log has: the log was set back.
    #[error("the witness has seen {seen} events and the log has fewer")]
    Ahead {
        /// How many it has seen.
        seen: u64,
    },
    /// What it has seen is not the beginning of the log: events were altered.
    #[error("the first {seen} events are not those that the witness has seen")]
    Contradicted {
        /// How many it has seen.
        seen: u64,
    },
    /// Its cosignature is none of a key that is known here.
    #[error("what the witness signed cannot be kept: {0}")]
    Unkept(String),
    /// The log cannot be read now.
    #[error("the log cannot be read")]
    Log,
}

/// What is known of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witnessed {
    /// Nothing was shown to it yet.
    NotYet,
    /// It has cosigned, or has seen, the first so many events.
    Through(u64),
    /// It did not cosign the last checkpoint.
    Not(WitnessError),
}

/// A witness that is reached over HTTP.
pub struct HttpWitness {
    latest: watch::Sender<Option<Signed>>,
    witnessed: watch::Receiver<Witnessed>,
}

impl HttpWitness {
    /// Shows checkpoints of `log` to the witness at `address`, such as `https://witness.example/concord`; its key is among
    /// `cosigners`. `authorities` (PEM) say who it is, where the public ones do not. Called within a runtime.
    ///
    /// # Errors
    ///
    /// [`WitnessError::Address`].
    pub fn new(
        log: Arc<Log>,
        cosigners: Cosigners,
        address: &str,
        authorities: Option<&[u8]>,
    ) -> Result<Self, WitnessError> {
        let post = Post::to(address, authorities)?;
        let (latest, shown) = watch::channel(None);
        let (told, witnessed) = watch::channel(Witnessed::NotYet);
        tokio::spawn(Following { log, cosigners, post: Arc::new(post), seen: 0, told }.run(shown));
        Ok(Self { latest, witnessed })
    }

    /// Follows what is known of it.
    pub fn watch(&self) -> watch::Receiver<Witnessed> {
        self.witnessed.clone()
    }
}

#[async_trait]
impl Anchor for HttpWitness {
    fn name(&self) -> &'static str {
        "witness"
    }

    async fn keep(&self, signed: &Signed) -> Result<(), AnchorError> {
        self.latest.send_replace(Some(signed.clone()));
        Ok(())
    }

    /// A witness does not give back what it has seen; it says so when it is shown something else.
    async fn last(&self, _: &VerifierKey) -> Result<Option<Signed>, AnchorError> {
        Ok(None)
    }
}

struct Following {
    log: Arc<Log>,
    cosigners: Cosigners,
    post: Arc<Post>,
    /// How many events the witness has seen, as far as is known.
    seen: u64,
    told: watch::Sender<Witnessed>,
}

impl Following {
    async fn run(mut self, mut shown: watch::Receiver<Option<Signed>>) {
        loop {
            let again = matches!(*self.told.borrow(), Witnessed::Not(WitnessError::Away | WitnessError::Log));
            let wait = if again { AGAIN } else { Duration::MAX };
            match tokio::time::timeout(wait, shown.changed()).await {
                Ok(Ok(())) | Err(_) => {}
                Ok(Err(_)) => return,
            }
            let Some(signed) = shown.borrow_and_update().clone() else { continue };
            let witnessed = self.show(&signed).await.map_or_else(Witnessed::Not, Witnessed::Through);
            let news = *self.told.borrow() != witnessed;
            if news && let Witnessed::Not(error) = &witnessed {
                tracing::error!(log = self.log.key().name(), %error, "a checkpoint was not witnessed");
            }
            self.told.send_replace(witnessed);
        }
    }

    /// Has the witness cosign `signed`; gives how many events it has seen then.
    async fn show(&mut self, signed: &Signed) -> Result<u64, WitnessError> {
        let size = signed.checkpoint().size;
        for _ in 0..ATTEMPTS {
            if self.seen > size {
                // Another process has shown it a later one. It must be of this log as well.
                return self.has(self.seen).await.map(|()| self.seen);
            }
            let proof = match self.seen {
                0 => Vec::new(),
                seen => self.log.consistency(seen, size).await.map_err(|_| WitnessError::Log)?,
            };
            let (post, seen, note) = (Arc::clone(&self.post), self.seen, signed.note().to_string());
            let asked = tokio::task::spawn_blocking(move || post.add_checkpoint(seen, &proof, &note));
            match asked.await.map_err(|_| WitnessError::Away)?? {
                Answer::Cosigned(lines) => {
                    let note = format!("{}{lines}", signed.note());
                    let kept = self.cosigners.take(&self.log, &note).await;
                    kept.map_err(|error| WitnessError::Unkept(error.to_string()))?;
                    self.seen = size;
                    return Ok(size);
                }
                Answer::Has(seen) if seen == self.seen => return Err(WitnessError::Contradicted { seen }),
                Answer::Has(seen) => self.seen = seen,
                Answer::NotConsistent => return Err(WitnessError::Contradicted { seen: self.seen }),
            }
        }
        Err(WitnessError::Contradicted { seen: self.seen })
    }

    async fn has(&self, seen: u64) -> Result<(), WitnessError> {
        match self.log.root(seen).await {
            Ok(_) => Ok(()),
            Err(LogError::OutOfRange) => Err(WitnessError::Ahead { seen }),
            Err(_) => Err(WitnessError::Log),
        }
    }
}
