//! What rows are made of: each part folds the events of one aggregate and knows one thing.
//!
//! Views share parts, never rows. A part matches every event of its aggregate by name, so that a new event must be
//! thought about here.

mod adherence;
mod agenda;
mod awaited;
mod background;
mod bridging;
mod complaints;
mod contacts;
mod course;
mod due;
mod effects;
mod findings;
mod glass;
mod goals;
mod identity;
mod indications;
mod injections;
mod looks;
mod monitoring;
mod news;
mod orders;
mod outreach;
mod outside;
mod pending;
mod pharmacy;
mod plans;
mod reconcile;
mod recovery;
mod scores;
mod stays;
mod support;
mod team;
mod therapy;
mod trials;
mod visits;

#[cfg(test)]
pub(crate) mod tests;

pub use adherence::{Adherence, Helper, Measured, OpenBarrier};
pub use agenda::Agenda;
pub(crate) use background::concerns_chart;
pub use background::{AllergyLine, AllergyList, Background, ConditionLine, ResultLine};
pub use contacts::{ConflictLine, Contacts, OpenConsult, OpenUpdate, Settled, SharedPlan};
pub use course::{Course, Courses, Switching};
pub use due::{Due, DueKind};
pub use effects::{Effects, OpenEffect};
pub use findings::{Findings, OpenFinding, WaitingOverride};
pub use goals::{Agreement, Goal, Goals, Support};
pub use identity::Identity;
pub use indications::{Indication, Indications, Verdict};
pub use injections::{Injections, LastInjection, NextInjection};
pub use monitoring::{Asked, DueTest, Monitoring};
pub use news::{News, Piece, What as Told};
pub use orders::{Change, ChangeKind, EndedOrder, Order, OrderState, Orders};
pub use outreach::{OpenOutreach, Outreach};
pub use outside::{Outside, OutsideLine};
pub use pharmacy::{
    AtPharmacy, OpenRequest, PharmacyChange, PrescriptionLine, PrescriptionStatus, Prescriptions,
};
pub use plans::Plans;
pub use recovery::{Naloxone, OpenInduction, Recovery, Screen, Setback, SetbackKind, Use};
pub use scores::{OpenRisk, Risks, Scores, Trend, TrendDirection};
pub use stays::{Stay, Stays};
pub use team::Team;
pub use therapy::{LifeChange, OpenConcern, OpenReview, Participation, Session, Therapy};
pub use trials::{Trials, Tried};
pub use visits::{Appointment, LastVisit, Missed, Visits};
