//! Doing what was asked with `concord keys shred`: every step is done again until all are done, whatever ends in between.
//!
//! First the ledger says that the record is destroyed, which ends all further commands of the patient; then the keys are
//! destroyed; then whatever has read what they sealed forgets it. So nothing that was acknowledged is lost to a key that was
//! destroyed too early, and a crash leaves an erasure that the next start goes on with.

use std::time::Duration;

use concord_domain::{Command, Relationships, audit};
use concord_executor::{ExecuteError, Executor, Request};
use concord_kernel::{Actor, CommandId, Credentials, PatientId, Purpose, Role, StreamKind};
use concord_ledger::{AtRest, Filter, Ledger, ReadError, patient_of};
use concord_projection::{Projections, State};
use concord_vault::{Shred, StoreError};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::open::LedgerKeys;

/// How often it is looked whether something was asked, or keys were destroyed elsewhere.
const LOOK: Duration = Duration::from_secs(1);
/// How long views may take to remove a patient's rows before the erasure is tried again.
const PATIENCE: Duration = Duration::from_mins(5);
/// Events that are looked at together.
const PAGE: usize = 2_000;

/// Namespace of the names of the commands that record erasures; never changes.
const ERASURES: Uuid = Uuid::from_u128(0x4c1d_9be2_07a3_5f38_8d44_f1a6_0b95_c7e2);

/// Why an erasure is not done yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShredError {
    /// It cannot be recorded.
    #[error("the erasure cannot be recorded")]
    Execute(#[from] ExecuteError),
    /// The keys cannot be destroyed.
    #[error("the keys cannot be destroyed")]
    Store(#[from] StoreError),
    /// The ledger cannot be read.
    #[error("the record cannot be read")]
    Ledger(#[from] ReadError),
    /// The views have not removed the rows.
    #[error("the views do not get on")]
    Views,
}

/// Shreds the patients of one ledger.
pub(crate) struct Shredder {
    pub(crate) keys: LedgerKeys,
    pub(crate) executor: Executor,
    pub(crate) ledger: std::sync::Arc<dyn Ledger>,
    /// Absent where this process has none.
    pub(crate) views: Option<Projections>,
    /// Whether this process does what was asked, beside forgetting what others destroy.
    pub(crate) works: bool,
}

impl Shredder {
    /// Looks again and again, for as long as it is polled.
    pub(crate) async fn run(self) {
        // A ledger that was restored may not hold the erasures that were done since.
        let mut all = true;
        loop {
            match self.turn(all).await {
                Ok(()) => all = false,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(
                        error,
                        "a record that is to be destroyed is not destroyed yet; it is tried again"
                    );
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Does what was asked and is not done; or everything that ever was asked, once more.
    pub(crate) async fn turn(&self, all: bool) -> Result<(), ShredError> {
        self.forget().await?;
        if !self.works {
            return Ok(());
        }
        let asked = if all { self.keys.shreds.all().await? } else { self.keys.shreds.unfinished().await? };
        for shred in &asked {
            self.shred(shred).await?;
        }
        Ok(())
    }

    /// Forgets what was read with keys that somebody has destroyed.
    async fn forget(&self) -> Result<(), ShredError> {
        if self.keys.vault.look().await? {
            self.executor.forget_all();
        }
        Ok(())
    }

    async fn shred(&self, shred: &Shred) -> Result<(), ShredError> {
        let recorded = self.executor.execute(request(shred)).await?;
        self.keys.shreds.destroy(shred.patient).await?;
        self.forget().await?;
        // Also where the store was sure that nothing was left: states may have been read in between.
        self.executor.forget_all();
        if shred.done {
            return Ok(());
        }
        self.views_reach(recorded.token.position).await?;
        let clear = self.clear_events(shred.patient).await?;
        if clear > 0 {
            tracing::warn!(
                events = clear,
                "a destroyed record began before it was encrypted: that part stays readable"
            );
        }
        self.keys.shreds.done(shred, clear).await?;
        tracing::info!(position = recorded.token.position, "a record was destroyed");
        Ok(())
    }

    /// Waits until the rows of the patient are gone from every view that this process knows.
    async fn views_reach(&self, position: u64) -> Result<(), ShredError> {
        let Some(views) = &self.views else { return Ok(()) };
        for status in views.statuses() {
            let Some(mut following) = views.watch(status.view.name) else { continue };
            let there = following.wait_for(|now| {
                now.token.position >= position && matches!(now.state, State::Live) && now.rebuild.is_none()
            });
            match tokio::time::timeout(PATIENCE, there).await {
                Ok(Ok(_)) => {}
                Ok(Err(_)) | Err(_) => return Err(ShredError::Views),
            }
        }
        Ok(())
    }

    /// How many events of `patient` are stored in the clear.
    async fn clear_events(&self, patient: PatientId) -> Result<u64, ShredError> {
        let head = self.ledger.watch().borrow().position;
        let (mut after, mut clear) = (0, 0);
        while after < head {
            let page = self.ledger.read(after, &Filter::default(), PAGE).await?;
            let theirs = page.entries.iter().filter(|entry| {
                entry.at_rest == AtRest::Clear
                    && !matches!(entry.stream.kind, StreamKind::Audit | StreamKind::Ruleset)
                    && patient_of(&entry.metadata) == Some(patient)
            });
            clear += theirs.count() as u64;
            if page.through <= after {
                break;
            }
            after = page.through;
        }
        Ok(clear)
    }
}

/// The command that records an erasure: the same each time, so that it takes effect once.
fn request(shred: &Shred) -> Request {
    Request {
        patient: shred.patient,
        command: Command::Audit(audit::Command::Shred {
            reason: shred.reason,
            approved_by: shred.approved_by,
        }),
        command_id: CommandId::new(Uuid::new_v5(&ERASURES, shred.id.as_bytes())),
        request_hash: Sha256::digest(shred.id.as_bytes()).into(),
        expected_version: None,
        actor: Actor { id: shred.by, role: Role::PrivacyOfficer, credentials: Credentials::default() },
        purpose: Purpose::Operations,
        effective_at: None,
        correlation: None,
        causation: None,
        permitted: Relationships::ALL,
    }
}
