//! One task that brings keys into memory: those that are asked for at once share a transaction of the store.

use std::sync::Arc;
use std::time::Duration;

use concord_kernel::{Clock, IdSource, LedgerId};
use concord_ledger::Wanted;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::cache::KeyCache;
use crate::data_key::{DataKey, generate};
use crate::store::{Found, Owner, StoredKey};
use crate::{Kek, KeyClass, KeyError, KeyStore, StoreError};

/// Questions that may wait.
const QUEUE: usize = 1_024;
/// Questions that are answered together.
const TOGETHER: usize = 256;
/// How often a new key is wrapped again because the key-encryption key was changed meanwhile.
const ATTEMPTS: usize = 10;
/// The pause in between: whoever changes it is between two steps.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Question {
    wanted: Wanted,
    answer: oneshot::Sender<Result<(), KeyError>>,
}

/// The way to the task.
pub(crate) struct Keeper(mpsc::Sender<Question>);

/// Where keys come from, and where they go.
pub(crate) struct Sources {
    pub(crate) ledger: LedgerId,
    pub(crate) store: Arc<dyn KeyStore>,
    pub(crate) kek: Arc<dyn Kek>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) cache: Arc<KeyCache>,
}

impl Keeper {
    /// Starts the task, which ends when this is dropped.
    pub(crate) fn start(sources: Sources) -> Self {
        let (questions, mut waiting) = mpsc::channel::<Question>(QUEUE);
        tokio::spawn(async move {
            let mut together = Vec::new();
            while waiting.recv_many(&mut together, TOGETHER).await > 0 {
                sources.answer(std::mem::take(&mut together)).await;
            }
        });
        Self(questions)
    }

    pub(crate) async fn ask(&self, wanted: Wanted) -> Result<(), KeyError> {
        let gone = || KeyError::Store(StoreError::Unavailable("the task that keeps keys has ended".into()));
        let (answer, answered) = oneshot::channel();
        self.0.send(Question { wanted, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

impl Sources {
    async fn answer(&self, questions: Vec<Question>) {
        let (mut named, mut owned) = (Vec::new(), Vec::new());
        for Question { wanted, answer } in questions {
            match wanted {
                Wanted::Key(id) => named.push((id, answer)),
                Wanted::Of { patient, stream } => match KeyClass::of(patient, stream) {
                    Some((patient, class)) => {
                        let ledger = self.ledger.clone();
                        owned.push((Owner { ledger, patient, class }, answer));
                    }
                    None => drop(answer.send(Ok(()))),
                },
            }
        }
        self.answer_named(named).await;
        self.answer_owned(owned).await;
    }

    async fn answer_named(&self, asked: Vec<(Uuid, oneshot::Sender<Result<(), KeyError>>)>) {
        if asked.is_empty() {
            return;
        }
        let age = self.cache.age();
        let ids: Vec<_> = asked.iter().map(|(id, _)| *id).collect();
        match self.store.load(&ids).await {
            Ok(keys) => {
                for ((id, answer), key) in asked.into_iter().zip(keys) {
                    let _ = answer.send(if let Some(key) = key {
                        self.keep(age, key).await
                    } else {
                        tracing::error!(key = %id, "the store of keys does not hold a key of the ledger");
                        Err(KeyError::Unknown)
                    });
                }
            }
            Err(error) => {
                tell(&error);
                for (_, answer) in asked {
                    let _ = answer.send(Err(away()));
                }
            }
        }
    }

    async fn answer_owned(&self, asked: Vec<(Owner, oneshot::Sender<Result<(), KeyError>>)>) {
        if asked.is_empty() {
            return;
        }
        let age = self.cache.age();
        let owners: Vec<_> = asked.iter().map(|(owner, _)| owner.clone()).collect();
        match self.obtain(&owners).await {
            Ok(found) => {
                for ((_, answer), found) in asked.into_iter().zip(found) {
                    let _ = answer.send(match found {
                        Found::Key(key) => self.keep(age, key).await,
                        Found::Nothing => Err(KeyError::Unknown),
                        Found::Shredded => Err(KeyError::Shredded),
                    });
                }
            }
            Err(error) => {
                tell(&error);
                for (_, answer) in asked {
                    let _ = answer.send(Err(away()));
                }
            }
        }
    }

    /// Finds keys, and makes those that are missing.
    async fn obtain(&self, owners: &[Owner]) -> Result<Vec<Found>, KeyError> {
        let mut found = self.store.find(owners).await?;
        for _ in 0..ATTEMPTS {
            let missing: Vec<_> = (0..owners.len()).filter(|at| found[*at] == Found::Nothing).collect();
            if missing.is_empty() {
                return Ok(found);
            }
            let mut new = Vec::with_capacity(missing.len());
            for at in &missing {
                new.push(self.make(&owners[*at]).await?);
            }
            match self.store.add(&new, self.clock.now()).await {
                Ok(added) => missing.into_iter().zip(added).for_each(|(at, added)| found[at] = added),
                Err(StoreError::Stale) => {
                    tokio::time::sleep(PAUSE).await;
                    self.kek.look_again().await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if found.contains(&Found::Nothing) { Err(StoreError::Stale.into()) } else { Ok(found) }
    }

    async fn make(&self, owner: &Owner) -> Result<StoredKey, KeyError> {
        let (id, secret) = (self.ids.next(), generate()?);
        let wrapped = self.kek.wrap(&owner.bound(id), &secret).await?;
        Ok(StoredKey { id, owner: owner.clone(), wrapped: Some(wrapped) })
    }

    async fn keep(&self, age: u64, key: StoredKey) -> Result<(), KeyError> {
        let StoredKey { id, owner, wrapped } = key;
        let Some(wrapped) = wrapped else {
            self.cache.keep_destroyed(id);
            return Ok(());
        };
        let secret = match self.kek.unwrap(&owner.bound(id), &wrapped).await {
            Ok(secret) => secret,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a data key cannot be unwrapped");
                return Err(error.into());
            }
        };
        self.cache.keep(age, owner.patient, owner.class, Arc::new(DataKey::new(id, &secret)));
        Ok(())
    }
}

fn tell(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(error, "keys cannot be had now; what needs them waits");
}

fn away() -> KeyError {
    KeyError::Store(StoreError::Unavailable("the store of keys did not answer".into()))
}
