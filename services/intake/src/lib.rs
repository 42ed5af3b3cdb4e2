//! FHIR R4 bundles read as the intake of a patient: a pure mapping.
//!
//! [`read_bundle`] takes the bytes of one bundle and says what a chart needs to know: who the patient is, allergies,
//! conditions, medications that act or may still act, and the latest result of each kind that rules ask for.
//! What the standard says decides (FHIR R4, 4.0.1), not what one vendor writes. Whatever could not be mapped, or was
//! mapped with a doubt, is an [`Issue`] with the JSON path of the element. One bad resource never costs the others.
//! Nothing here reads files, clocks or randomness, and no input makes it panic.

mod allergy;
mod bundle;
mod concept;
mod condition;
mod date;
mod directions;
mod dosage;
mod error;
mod intake;
mod issue;
mod json;
mod medication;
mod medication_name;
mod observation;
mod patient;
mod read;
mod scan;
mod sink;
mod status;
mod unit;

#[cfg(test)]
mod tests;

pub use error::IntakeError;
pub use intake::{
    Allergies, Allergy, Coding, Condition, Intake, LeftOut, Medication, Patient, Sex, TestResult, Use,
};
pub use issue::{Issue, Problem};
pub use observation::{KnownLab, KnownLabs};
pub use read::{
    MAX_BYTES, MAX_CODINGS, MAX_DEPTH, MAX_ENTRIES, MAX_ISSUES, MAX_LISTED, PRESCRIPTION_LIFE_DAYS,
    WASHOUT_DAYS, read_bundle,
};
