//! What kinds of patient data a view may hold.

/// A class of patient data. Source: the minimum-necessary table of the program, 45 CFR 164.502(b).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataClass {
    /// ID: identity and contact.
    Identity,
    /// MED: medications and orders, with doses.
    Medication,
    /// MED, the part that therapy needs: name, purpose, start; no doses.
    MedicationPurpose,
    /// SE: side effects.
    SideEffect,
    /// DX: diagnoses.
    Diagnosis,
    /// SUD: anything about substance use: diagnosis, drug for it, craving.
    SubstanceUse,
    /// SCALE: scores and risks.
    Scale,
    /// LAB: results.
    Lab,
    /// SCHED: appointments, stays, care team.
    Schedule,
    /// GOAL: the treatment plan: goals, concerns, education, participation, changes of life.
    Goal,
    /// Adherence status, check-ins and what keeps somebody from taking medication.
    Adherence,
}
