//! The plan of one stay: goals, what was agreed and decided together, and what bears on it: concerns, education, how
//! the patient takes part in therapy, changes in their life, and reviews.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use state::TreatmentPlan;
pub use words::{
    ConcernTopic, Consent, EducationMethod, EducationTopic, LifeEvent, Party, ReviewCause, ReviewKind,
    ReviewOutcome, SessionKind, SupportKind, TeachBack,
};

crate::aggregate!(TreatmentPlan, "treatment_plan", crate::InEpisode<Command>, Event, Error);
