//! What is asked of the command path, and what it answers.

use concord_domain::{Command, Relationships};
use concord_kernel::{Actor, CommandId, CorrelationId, Instant, PatientId, Purpose, Token};
use concord_knowledge::FindingKey;

/// A command as somebody issued it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose record.
    pub patient: PatientId,
    /// What is asked.
    pub command: Command,
    /// Names the command for ever.
    pub command_id: CommandId,
    /// SHA-256 of the command as it was asked.
    pub request_hash: [u8; 32],
    /// Where the caller saw the stream, if it wants to lose against anyone who was faster.
    pub expected_version: Option<u64>,
    /// Who issues it.
    pub actor: Actor,
    /// What for.
    pub purpose: Purpose,
    /// When it took effect clinically; absent means now.
    pub effective_at: Option<Instant>,
    /// What occurrence it belongs to.
    pub correlation: Option<CorrelationId>,
    /// Which command set it off.
    pub causation: Option<CommandId>,
    /// With which relationships to the patient it is permitted to whoever issues it.
    pub permitted: Relationships,
}

/// What a caller gets for a command that took effect; the same for the same command, for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The history up to and including it.
    pub token: Token,
    /// How many events it recorded.
    pub count: u32,
    /// The stream's version after it.
    pub stream_version: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Findings of the safety check that stood and did not prevent it.
    pub warnings: Vec<FindingKey>,
}
