//! What is stored beside every event: who, what for, on whose record.

use concord_kernel::{
    CommandId, CorrelationId, DataClasses, GlassId, Instant, PatientId, PersonId, Purpose, Role,
};
use concord_telemetry::TraceParent;
use serde::{Deserialize, Serialize};

/// The metadata of an event, stored as JSON. Never holds clinical content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The command that recorded it.
    pub command: CommandId,
    /// Whose record it is.
    pub patient: PatientId,
    /// Who issued the command.
    pub actor: By,
    /// What for.
    pub purpose: Purpose,
    /// When it took effect clinically, where that is not when it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Instant>,
    /// What occurrence it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<CorrelationId>,
    /// Which command set it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<CommandId>,
    /// The broken glass through which whoever issued it reached the record, where it was that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glass: Option<GlassId>,
    /// In which trace it was recorded, where that trace is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<TraceParent>,
    /// Whether 42 CFR Part 2 protects it; true unless it is known not to.
    pub part2: bool,
    /// What the events of the command tell, together; everything, where nobody has said.
    #[serde(default = "everything", skip_serializing_if = "is_everything")]
    pub classes: DataClasses,
}

const fn everything() -> DataClasses {
    DataClasses::ALL
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "in the form in which serde asks")]
fn is_everything(classes: &DataClasses) -> bool {
    *classes == DataClasses::ALL
}

/// Who, and in which role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The person.
    pub id: PersonId,
    /// The role they acted in.
    pub role: Role,
}
