//! Where a crash of the runner is interesting; for crash tests.

/// Where a runner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashPoint {
    /// A batch is folded in memory, nothing of it is written.
    Folded,
    /// The checkpoint of one build is moved within the transaction, its rows are not written yet.
    Writing,
    /// Rows and checkpoints of a batch are committed, nobody has been told.
    Committed,
    /// The same, for a build beside the one that answers.
    CommittedAside,
    /// A build is level and does not answer yet.
    BeforeFlip,
    /// A build answers by what is stored, nobody has been told.
    AfterFlip,
}

/// Watches a runner pass; a crash test ends or stops the process here.
pub trait Faults: Send + Sync + 'static {
    /// The runner has come to `point`; it goes on when this returns.
    fn reached(&self, point: CrashPoint);
}
