//! Symptom scales.

use serde::{Deserialize, Serialize};

/// A symptom scale. The stored name is never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleKind {
    /// Patient Health Questionnaire, 9 items 0 to 3, total 0 to 27. LOINC 44249-1.
    Phq9,
    /// Generalized Anxiety Disorder scale, 7 items 0 to 3, total 0 to 21. LOINC 69737-5.
    Gad7,
    /// Columbia screener: 6 yes/no items (1/0) and, seventh, whether behaviour was within 3 months. LOINC 93373-9.
    Cssrs,
    /// Craving, one item 0 to 100 mm.
    Craving,
}
