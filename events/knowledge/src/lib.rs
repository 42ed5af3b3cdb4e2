//! What pharmacy, guidelines and law say, as dated data with a source on every row, and the pure functions over it.
//!
//! Data files are in `data/`. A [`Ruleset`] is what they say together; its version is named by every event that a
//! rule judged. Nothing here knows about streams, commands or storage.

mod finding;
mod name;
mod regimen;
mod ruleset;
pub mod safety;
pub mod scale;

pub use finding::{Action, Finding, FindingKey, Severity};
pub use name::{
    ConditionId, DrugId, IngredientId, InvalidName, LabId, RedFlagId, RuleId, RulesetVersion, SymptomId,
};
pub use regimen::{Frequency, InvalidDose, Milligrams, Regimen, Route};
pub use ruleset::{Drug, Recognition, Ruleset, Taper};
