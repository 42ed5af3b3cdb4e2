//! What pharmacy, guidelines and law say, as dated data with a source on every row, and the pure functions over it.
//!
//! Data files are in `data/`. A [`Ruleset`] is what they say together; its version is named by every event that a
//! rule judged. Nothing here knows about streams, commands or storage.

mod age;
mod check;
mod duration;
mod escalation;
mod explain;
mod finding;
pub mod injection;
mod lasting;
mod load;
mod managers;
mod missed;
mod monitoring;
mod name;
pub mod policy;
pub mod program;
mod recognise;
pub mod recovery;
mod regimen;
mod review;
mod ruleset;
pub mod safety;
pub mod scale;
mod titration;
pub mod trial;
mod within;

pub use duration::{DurationLimit, InARow, Span};
pub use escalation::Escalation;
pub use finding::{Action, Finding, FindingKey, Severity};
pub use lasting::NotKept;
pub use load::rules::Limits;
pub use load::{Fault, Files, LoadError};
pub use managers::Deadlines;
pub use missed::{MissedAction, MissedDoses};
pub use monitoring::{Critical, Monitored, Test, TestDue, TestReason};
pub use name::{
    ConditionId, DrugId, IngredientId, InvalidName, LabId, PolicyId, RedFlagId, RuleId, RulesetVersion,
    ScreenClassId, SubstanceId, SymptomId,
};
pub use regimen::{Frequency, InvalidDose, Milligrams, Regimen, Route};
pub use review::Review;
pub use ruleset::{Drug, Recognition, Ruleset, Taper};
pub use titration::{Rung, TitrationSchedule};
pub use within::Within;
