//! What each kind of event tells, so that consent can be held against it before it leaves.
//!
//! The table goes by the kind of stream and the stored name of the event. What it does not name tells everything:
//! nothing that is new is disclosed before somebody has said what it tells.

use concord_kernel::{DataClass as C, DataClasses, StreamKind};

const GENERAL: DataClasses = DataClasses::of(&[C::General]);
/// A medication may be for a substance use disorder, and its name tells so.
const MEDICATION: DataClasses = DataClasses::of(&[C::Medication, C::SubstanceUse]);
const CLINICAL: DataClasses = DataClasses::of(&[C::Clinical]);
/// A condition or a result may be of substance use.
const FINDINGS: DataClasses = DataClasses::of(&[C::Clinical, C::SubstanceUse]);
const SIDE_EFFECTS: DataClasses = DataClasses::of(&[C::Clinical, C::Medication, C::SubstanceUse]);
const CARE: DataClasses = DataClasses::of(&[C::General, C::MentalHealth, C::SubstanceUse]);
const PLAN: DataClasses = DataClasses::of(&[C::General, C::Medication, C::MentalHealth, C::SubstanceUse]);
const SCORES: DataClasses = DataClasses::of(&[C::MentalHealth, C::SubstanceUse]);
const RECOVERY: DataClasses = DataClasses::of(&[C::SubstanceUse]);
const NOTES: DataClasses = DataClasses::of(&[C::CounsellingNotes]);
const ADMINISTRATION: DataClasses = DataClasses::of(&[C::Administration]);

/// What an event of this kind and stored name tells; everything, when nobody has said.
pub fn classes(kind: StreamKind, event_type: &str) -> DataClasses {
    match kind {
        StreamKind::Episode => match event_type {
            "CandidateScreened" | "EpisodeClosed" | "BridgingDue" | "BridgingDecided"
            | "BridgingBreached" => CARE,
            "PatientReferred"
            | "PatientWaitlisted"
            | "EpisodeOpened"
            | "EpisodePhaseChanged"
            | "EpisodePaused"
            | "EpisodeResumed" => GENERAL,
            _ => DataClasses::ALL,
        },
        StreamKind::Assessment => match event_type {
            "AssessmentStarted" => GENERAL,
            "AssessmentSectionRecorded"
            | "AssessmentCompleted"
            | "AssessmentReopened"
            | "MedicationIndicated"
            | "MedicationNotIndicated" => CARE,
            _ => DataClasses::ALL,
        },
        StreamKind::MedicationChart => chart(event_type),
        StreamKind::SideEffects => SIDE_EFFECTS,
        StreamKind::Scales => SCORES,
        StreamKind::FollowUp => CARE,
        StreamKind::CareTeam => GENERAL,
        StreamKind::TreatmentPlan => match event_type {
            // Who speaks with a counsellor, about what, and how it went.
            "TherapyParticipationRecorded" | "ConcernRaised" | "ConcernAnswered" => NOTES,
            "PlanDrafted"
            | "PlanRevised"
            | "PlanAgreementGiven"
            | "PlanAgreed"
            | "GoalAdded"
            | "GoalMet"
            | "GoalDropped"
            | "GoalLinked"
            | "SharedDecisionRecorded"
            | "EducationProvided"
            | "LifeCircumstanceChanged"
            | "ReviewOpened"
            | "MedicationReviewed"
            | "SupportPlanned"
            | "SupportFinished" => PLAN,
            _ => DataClasses::ALL,
        },
        StreamKind::Adherence | StreamKind::Prescription => MEDICATION,
        StreamKind::Recovery => RECOVERY,
        // It passes on what it is told, whatever that is.
        StreamKind::Coordination => DataClasses::ALL,
        StreamKind::Ruleset
        | StreamKind::SigningRights
        | StreamKind::Audit
        // Who looked, and why: nothing of it is a partner's.
        | StreamKind::Access
        | StreamKind::Consent
        | StreamKind::Feed
        | StreamKind::Inbox => ADMINISTRATION,
    }
}

fn chart(event_type: &str) -> DataClasses {
    match event_type {
        "AllergyRecorded" | "AllergyRefuted" | "NoKnownAllergiesConfirmed" | "CharacteristicsRecorded" => {
            CLINICAL
        }
        "ConditionRecorded"
        | "ConditionResolved"
        | "ResultRecorded"
        | "ResultReviewed"
        | "CriticalResultFlagged"
        | "CriticalResultBreached"
        | "MonitoringWaived"
        | "PdmpChecked" => FINDINGS,
        "MedicationPrescribed"
        | "DoseAdjusted"
        | "MedicationHeld"
        | "MedicationResumed"
        | "MedicationRenewed"
        | "MedicationStopped"
        | "MedicationSwitched"
        | "OrderCorrected"
        | "NeverTakenRecorded"
        | "OutsideMedicationRecorded"
        | "OutsideMedicationEnded"
        | "LastDoseRecorded"
        | "MedicationsReconciled"
        | "TaperPlanned"
        | "TitrationPlanned"
        | "TitrationStepTaken"
        | "TitrationCancelled"
        | "InjectionGiven"
        | "InjectionOverdue"
        | "InjectionReviewed"
        | "LateInjectionDecided"
        | "TolerabilityAttested"
        | "SupplyAllotted"
        | "UseLimited" => MEDICATION,
        "InteractionDetected"
        | "InteractionOverridden"
        | "InteractionResolved"
        | "OverrideCosigned"
        | "SafetyChecked"
        | "BoxedWarningAcknowledged"
        | "ResponseAssessed" => MEDICATION.and(CLINICAL).and(SCORES),
        _ => DataClasses::ALL,
    }
}

/// Whether 42 CFR Part 2 protects it: everything that is about a patient, unless it is known not to. Only what is about
/// nobody is.
pub const fn is_part2(kind: StreamKind) -> bool {
    !matches!(kind, StreamKind::Ruleset | StreamKind::SigningRights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_named_tells_everything() {
        for kind in [StreamKind::Episode, StreamKind::MedicationChart, StreamKind::TreatmentPlan] {
            assert_eq!(classes(kind, "WrittenTomorrow"), DataClasses::ALL);
        }
        assert_eq!(classes(StreamKind::Coordination, "PlanShared"), DataClasses::ALL);
    }

    #[test]
    fn notes_of_counselling_are_of_their_own_class_and_consents_of_none_that_is_disclosed() {
        let notes = classes(StreamKind::TreatmentPlan, "TherapyParticipationRecorded");
        assert_eq!(notes, DataClasses::of(&[C::CounsellingNotes]));
        for kind in [StreamKind::Consent, StreamKind::Feed, StreamKind::Inbox, StreamKind::Audit] {
            assert!(classes(kind, "ConsentGiven").has(C::Administration));
        }
    }

    #[test]
    fn only_what_is_about_nobody_is_not_protected() {
        let open: Vec<_> = StreamKind::ALL.into_iter().filter(|kind| !is_part2(*kind)).collect();
        assert_eq!(open, [StreamKind::Ruleset, StreamKind::SigningRights]);
    }
}
