//! Why a benchmark has no result.

use std::io;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The server or a folder.
    #[error("the benchmark's server or folder failed")]
    Io(#[from] io::Error),
    /// The server ended or never said where it listens.
    #[error("the server did not start; its log is above")]
    NoServer,
    /// The connection.
    #[error("the benchmark cannot reach its server")]
    Transport(#[from] tonic::transport::Error),
    /// A call failed that must not fail here.
    #[error("a call failed during the benchmark: {0}")]
    Call(#[source] Box<tonic::Status>),
    /// The store of a baseline or of the projector run.
    #[error("a store failed during the benchmark: {0}")]
    Store(String),
}

impl From<tonic::Status> for BenchError {
    fn from(status: tonic::Status) -> Self {
        Self::Call(Box::new(status))
    }
}
