//! What a decision is given besides the state and the command.

use concord_kernel::{Actor, Instant, PatientId, Purpose};
use concord_knowledge::Ruleset;

use crate::Facts;

/// Everything a decision may depend on that is not in its own stream.
#[derive(Clone, Debug)]
pub struct Context {
    /// Whose record it is.
    pub patient: PatientId,
    /// Who issues the command.
    pub actor: Actor,
    /// What for.
    pub purpose: Purpose,
    /// When it is decided, UTC.
    pub now: Instant,
    /// When it took effect clinically; never after `now`.
    pub effective_at: Instant,
    /// The rules in force.
    pub rules: &'static Ruleset,
    /// What other streams say.
    pub facts: Facts,
}

/// A command with its context.
#[derive(Clone, Debug)]
pub struct Issued<C> {
    /// What is asked.
    pub command: C,
    /// What it is decided on.
    pub context: Context,
}
