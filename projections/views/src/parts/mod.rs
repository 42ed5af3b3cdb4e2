//! What rows are made of: each part folds the events of one aggregate and knows one thing.
//!
//! Views share parts, never rows. A part matches every event of its aggregate by name, so that a new event must be
//! thought about here.

mod agenda;
mod background;
mod complaints;
mod course;
mod due;
mod effects;
mod findings;
mod goals;
mod identity;
mod indications;
mod orders;
mod outside;
mod pending;
mod pharmacy;
mod plans;
mod scores;
mod stays;
mod team;
mod therapy;
mod visits;

#[cfg(test)]
mod tests;

pub use agenda::Agenda;
pub(crate) use background::concerns_chart;
pub use background::{AllergyLine, AllergyList, Background, ConditionLine, ResultLine};
pub use course::{Course, Courses};
pub use due::{Due, DueKind};
pub use effects::{Effects, OpenEffect};
pub use findings::{Findings, OpenFinding, WaitingOverride};
pub use goals::{Agreement, Goal, Goals, Support};
pub use identity::Identity;
pub use indications::{Indication, Indications, Verdict};
pub use orders::{Change, ChangeKind, EndedOrder, Order, OrderState, Orders};
pub use outside::{Outside, OutsideLine};
pub use pharmacy::{
    AtPharmacy, OpenRequest, PharmacyChange, PrescriptionLine, PrescriptionStatus, Prescriptions,
};
pub use plans::Plans;
pub use scores::{OpenRisk, Risks, Scores, Trend, TrendDirection};
pub use stays::{Stay, Stays};
pub use team::Team;
pub use therapy::{LifeChange, OpenConcern, Participation, Session, Therapy};
pub use visits::{Appointment, LastVisit, Missed, Visits};
