//! The port: leases are taken, renewed and released.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use concord_kernel::LedgerId;
use uuid::Uuid;

/// What only one process does for a ledger at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Duty {
    /// Writes the views.
    Projector,
    /// Records deadlines that pass.
    Timers,
    /// Sends prescriptions and hears pharmacies.
    Pharmacy,
    /// Fills partners' streams.
    Partners,
}

impl Duty {
    /// Its name in the store; never renamed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Projector => "projector",
            Self::Timers => "timers",
            Self::Pharmacy => "pharmacy",
            Self::Partners => "partners",
        }
    }
}

/// A duty on a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The ledger, as it is written.
    pub ledger: String,
    /// The duty.
    pub duty: Duty,
}

impl Lease {
    /// The lease for `duty` on `ledger`.
    pub fn of(ledger: &LedgerId, duty: Duty) -> Self {
        Self { ledger: ledger.to_string(), duty }
    }
}

impl fmt::Display for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.duty.as_str(), self.ledger)
    }
}

/// Numbers the holders of a lease: whoever takes it after somebody else has a higher one. A store that has seen a higher
/// one refuses what comes under a lower one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(u64);

impl Fence {
    /// Lower than every lease's: of a process that cannot have rivals.
    pub const NONE: Self = Self(0);

    /// Takes a stored number back.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a lease can neither be had nor be refused.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Whoever keeps the leases is away.
    #[error("the leases cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Keeps leases, for all processes that share a ledger. Time is the keeper's own.
#[async_trait]
pub trait Leases: Send + Sync + 'static {
    /// Takes `lease` for `holder` for `term`, if nobody holds it now; else `None`. The fence is higher than that of everybody
    /// who held it before.
    ///
    /// # Errors
    ///
    /// See [`LeaseError`]; the lease may be taken all the same.
    async fn take(&self, lease: &Lease, holder: Uuid, term: Duration) -> Result<Option<Fence>, LeaseError>;

    /// Holds `lease` for `term` from now on; `false` when somebody else has taken it since.
    ///
    /// # Errors
    ///
    /// See [`LeaseError`].
    async fn renew(
        &self,
        lease: &Lease,
        holder: Uuid,
        fence: Fence,
        term: Duration,
    ) -> Result<bool, LeaseError>;

    /// Lets the next one have `lease` at once; nothing happens when somebody else has it.
    ///
    /// # Errors
    ///
    /// See [`LeaseError`].
    async fn release(&self, lease: &Lease, holder: Uuid, fence: Fence) -> Result<(), LeaseError>;
}
