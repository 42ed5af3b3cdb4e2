//! For a process that cannot have rivals.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use crate::{Fence, Lease, LeaseError, Leases};

/// Gives every lease to whoever asks: the lock on the data folder has been taken, so nobody else is there to ask.
#[derive(Clone, Copy, Debug)]
pub struct SoleLeases;

#[async_trait]
impl Leases for SoleLeases {
    async fn take(&self, _: &Lease, _: Uuid, _: Duration) -> Result<Option<Fence>, LeaseError> {
        Ok(Some(Fence::NONE))
    }

    async fn renew(&self, _: &Lease, _: Uuid, _: Fence, _: Duration) -> Result<bool, LeaseError> {
        Ok(true)
    }

    async fn release(&self, _: &Lease, _: Uuid, _: Fence) -> Result<(), LeaseError> {
        Ok(())
    }
}
