//! Which of a patient's keys seals what.

use concord_kernel::{PatientId, StreamKind, StreamRef};

/// A class of data that has a key of its own, so that it can be withheld or destroyed apart from the rest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::EnumString, strum::EnumIter,
)]
#[strum(serialize_all = "snake_case")]
pub enum KeyClass {
    /// Medication, side effects, scores, visits and everything that is in no other class.
    General,
    /// What is written in counselling and planning. Source: 42 CFR 2.11, SUD counselling notes; 45 CFR 164.501.
    Counselling,
    /// What tells of a substance use disorder. Source: 42 CFR 2.11.
    Sud,
    /// What is on record about looking after records: who looked, and whose keys were destroyed. It must be read after the
    /// patient's keys are gone, so it is nobody's.
    Record,
}

impl KeyClass {
    /// Whose key, and which, seals what is recorded of `patient` in `stream`; `None` for what is stored in the clear.
    ///
    /// It is chosen by the kind of stream: a key must be found without looking into what it seals.
    pub fn of(patient: PatientId, stream: StreamRef) -> Option<(PatientId, Self)> {
        let class = match stream.kind {
            // What a partner may take, and who may sign, is about no patient.
            StreamKind::Ruleset | StreamKind::Feed | StreamKind::SigningRights => return None,
            StreamKind::Audit => return Some((PatientId::NOBODY, Self::Record)),
            StreamKind::Recovery => Self::Sud,
            StreamKind::Assessment | StreamKind::TreatmentPlan => Self::Counselling,
            StreamKind::Episode
            | StreamKind::MedicationChart
            | StreamKind::SideEffects
            | StreamKind::Scales
            | StreamKind::FollowUp
            | StreamKind::CareTeam
            | StreamKind::Coordination
            | StreamKind::Adherence
            | StreamKind::Prescription
            | StreamKind::Consent
            | StreamKind::Inbox
            | StreamKind::Access => Self::General,
        };
        Some((patient, class))
    }

    /// The stored name; never renamed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
