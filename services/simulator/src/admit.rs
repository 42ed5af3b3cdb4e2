//! Admits the patient of an intake record.

use concord_intake::{Allergies, Intake, Sex, Use};
use concord_kernel::{Instant, Text};
use uuid::Uuid;

use crate::gateway::Gateway;
use crate::play::Failed;

/// What became of an intake.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The patient.
    pub patient: Uuid,
}

/// TODO.
pub async fn admit<G: Gateway>(_gateway: &mut G, _intake: &Intake) -> Result<Admission, Failed> {
    let _ = (Allergies::Unknown, Sex::Unknown, Use::Taken, Text::MAX, Instant::parse(""));
    unimplemented!()
}
