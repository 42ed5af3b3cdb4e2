//! Every refusal has a reason that programs match and a remedy that people read.

use concord_kernel::Role;
use concord_knowledge::ConditionId;

use crate::assessment::Section;
use crate::episode::{Criterion, Exclusion, Phase};
use crate::follow_up::Condition;
use crate::{
    Explain, Refusal, adherence, assessment, care_team, consent, coordination, episode, feed, follow_up,
    inbox, prescription, recovery, ruleset, scales, signing_rights, treatment_plan,
};

fn of_stays_and_assessments() -> Vec<Refusal> {
    use assessment::Error as A;
    use episode::Error as E;
    let role = Role::Auditor;
    let diagnosis = ConditionId::parse("ptsd").unwrap();
    let stays = [
        E::RoleNotPermitted { role },
        E::NotReferred,
        E::AlreadyReferred,
        E::BornInFuture,
        E::NotScreened,
        E::AlreadyScreened,
        E::NoCriterionAnswered,
        E::CriterionRepeated { criterion: Criterion::CoOccurring },
        E::ExclusionRepeated { exclusion: Exclusion::ImminentRisk },
        E::NotACandidate,
        E::AlreadyWaitlisted,
        E::EpisodeUsed,
        E::AdmittedTooLongAgo { most_days: 730 },
        E::StayOpen,
        E::StayClosed,
        E::NotAdmitted,
        E::StayPaused,
        E::NotPaused,
        E::SamePhase { phase: Phase::Planning },
        E::PhaseNotReachable { from: Phase::Planning, to: Phase::Assessing },
        E::MedicationPlanRequired { orders: 1 },
        E::ChartNotRead,
        E::RecoveryNotRead,
        E::BridgingNotDue,
        E::BridgingOrderNotAsked,
        E::BridgingOrderRepeated,
        E::BridgingOrderMissing { orders: 1 },
        E::BridgingSupplyTooShort { days: 14 },
        E::BridgingNotTapered,
        E::BridgingOrderOpen,
        E::BridgingAbruptStop,
        E::BridgingNaloxone,
        E::NotATimer,
        E::DeadlineNotPassed,
        E::AlreadyBreached,
    ];
    let assessments = [
        A::RoleNotPermitted { role },
        A::EpisodeNotActive,
        A::NotStarted,
        A::AlreadyStarted,
        A::NotCompleted,
        A::AlreadyCompleted,
        A::SectionsMissing { missing: vec![Section::Risk] },
        A::AlreadyDecided,
        A::NoDiagnosis,
        A::UnknownDiagnosis { diagnosis: diagnosis.clone() },
        A::DiagnosisRepeated { diagnosis },
        A::TooManyDiagnoses { most: 1 },
        A::NoReason,
        A::TooManyReasons { most: 1 },
    ];
    stays.into_iter().map(Refusal::from).chain(assessments.into_iter().map(Refusal::from)).collect()
}

fn of_scores_visits_and_teams() -> Vec<Refusal> {
    use care_team::Error as C;
    use follow_up::Error as F;
    use scales::Error as S;
    let role = Role::Auditor;
    let scores = [
        S::RoleNotPermitted { role },
        S::ScaleUsed,
        S::ItemCount { expected: 9 },
        S::ItemOutOfRange { item: 1, highest: 3 },
        S::Unanswered,
        S::TotalMismatch { computed: None },
        S::NotALanguage,
        S::TakenInFuture,
        S::TakenTooLongAgo { most_days: 30 },
        S::SubstanceRequired,
        S::SubstanceNotAsked,
        S::UnknownRisk,
        S::RiskAlreadyResolved,
    ];
    let visits = [
        F::RoleNotPermitted { role },
        F::EpisodeNotActive,
        F::VisitUsed,
        F::UnknownVisit,
        F::VisitInThePast,
        F::IntervalTooLong { most_days: 7 },
        F::RedFlag { most_days: 7 },
        F::BeforeItsTime,
        F::AlreadyRecorded,
        F::AlreadyMissed,
        F::NotYetMissed,
        F::AdherenceOutOfRange,
        F::SameCadence,
        F::OneStepAtATime,
        F::NotStable { failing: vec![Condition::NoRisk] },
        F::FactsMissing,
    ];
    let teams = [
        C::RoleNotPermitted { role },
        C::NotACareRole { role },
        C::OrganisationRequired { role },
        C::AlreadyMember,
        C::NotAMember,
        C::TeamFull { most: 50 },
    ];
    let visits = visits.into_iter().map(Refusal::from);
    scores.into_iter().map(Refusal::from).chain(visits).chain(teams.into_iter().map(Refusal::from)).collect()
}

fn of_plans() -> Vec<Refusal> {
    use treatment_plan::Error as P;
    let plans = [
        P::RoleNotPermitted { role: Role::Auditor },
        P::EpisodeNotActive,
        P::NotDrafted,
        P::AlreadyDrafted,
        P::VersionPassed { latest: 1 },
        P::NoGoal,
        P::AlreadyAgreed,
        P::GoalIdUsed,
        P::UnknownGoal,
        P::GoalClosed,
        P::TooManyGoals { most: 1 },
        P::DayPassed,
        P::UnknownOrder,
        P::OrderStopped,
        P::AlreadyLinked,
        P::TooManyLinks { most: 1 },
        P::UnknownDrug,
        P::NoOption,
        P::TooManyOptions { most: 1 },
        P::ConcernIdUsed,
        P::UnknownConcern,
        P::AlreadyAnswered,
        P::TooManyConcerns { most: 1 },
        P::NoTopic,
        P::TopicRepeated,
        P::SessionUsed,
        P::SessionInFuture,
        P::SessionTooLongAgo { most_days: 30 },
        P::EngagementRequired,
        P::EngagementNotAsked,
        P::EngagementOutOfRange { most: 4 },
        P::LifeChangeIdUsed,
        P::UnknownLifeChange,
        P::LifeChangeReviewed,
        P::LifeChangeRepeated,
        P::TooManyLifeChanges { most: 1 },
        P::SupportIdUsed,
        P::UnknownSupport,
        P::SupportAlreadyFinished,
        P::TooManySupports { most: 1 },
        P::FactsMissing,
        P::NotATimer,
        P::ReviewNotCalledFor,
        P::ReviewAlreadyOpen,
    ];
    plans.into_iter().map(Refusal::from).collect()
}

fn of_coordination() -> Vec<Refusal> {
    use coordination::Error as C;
    let all = [
        C::RoleNotPermitted { role: Role::Auditor },
        C::NotOnCareTeam,
        C::RecipientNotOnCareTeam,
        C::RecipientNotTreating { role: Role::Auditor },
        C::NoPart,
        C::PartRepeated,
        C::PlanNotAgreed,
        C::ConsentToShareRequired,
        C::ConsentToShareExpired,
        C::ConsentDoesNotCover,
        C::ConsentNotNeeded,
        C::SignedInFuture,
        C::ConsentEnded,
        C::NoConsent,
        C::UpdateIdUsed,
        C::UnknownUpdate,
        C::UpdateReviewed,
        C::TooManyUpdates { most: 1 },
        C::ConsultIdUsed,
        C::UnknownConsult,
        C::ConsultAnswered,
        C::ConsultOfOneself,
        C::ConsultOfAnother,
        C::TooManyConsults { most: 1 },
        C::ConflictIdUsed,
        C::UnknownConflict,
        C::ConflictResolved,
        C::ConflictAlreadyRaised,
        C::FindingNotOpen,
        C::ChangeRequired,
        C::CannotMakeChange { role: Role::Auditor },
        C::TooManyConflicts { most: 1 },
        C::AcknowledgedInFuture,
        C::FactsMissing,
    ];
    all.into_iter().map(Refusal::from).collect()
}

fn of_adherence() -> Vec<Refusal> {
    use adherence::Error as A;
    let all = [
        A::RoleNotPermitted { role: Role::Auditor },
        A::EpisodeNotActive,
        A::ReminderIdUsed,
        A::UnknownReminder,
        A::ReminderEnded,
        A::ReminderNotDue,
        A::ReminderOutOfRange { most_days: 90 },
        A::TooManyReminders { most: 1 },
        A::CheckInIdUsed,
        A::UnknownCheckIn,
        A::CheckInNotWaiting,
        A::TooManyCheckIns { most: 1 },
        A::UnknownOrder,
        A::OrderStopped,
        A::OrderHeld,
        A::InTheFuture,
        A::DoseBeforeStart,
        A::DoseTooLongAgo { most_days: 31 },
        A::NothingMissed,
        A::RestartNeeded { hours: 48 },
        A::PeriodOutOfRange { least: 7, most: 180 },
        A::NothingToMeasure,
        A::BarrierIdUsed,
        A::UnknownBarrier,
        A::BarrierGone,
        A::TooManyBarriers { most: 1 },
        A::NothingShared,
        A::DayPassed,
        A::TooManyFamily { most: 1 },
        A::FamilyNotPermitted,
        A::FactsMissing,
        A::NotATimer,
        A::OutreachNotCalledFor,
        A::OutreachAlreadyDue,
        A::OutreachNotDue,
        A::DeadlineNotPassed,
        A::AlreadyBreached,
    ];
    all.into_iter().map(Refusal::from).collect()
}

fn of_recoveries() -> Vec<Refusal> {
    use recovery::Error as R;
    let recoveries = [
        R::RoleNotPermitted { role: Role::Auditor },
        R::EpisodeNotActive,
        R::InTheFuture,
        R::IdUsed,
        R::InductionOpen,
        R::NotRecorded,
        R::InductionEnded,
        R::InstructionsRequired,
        R::ClearanceNotNeeded,
        R::UsedTooLately { earliest: crate::testing::noon() },
        R::WithdrawalNotScored { within_minutes: 1 },
        R::WithdrawalTooMild { total: 1, at_least: 1 },
        R::NoDoseObserved,
        R::NaloxoneNotOffered,
        R::NoDose,
        R::UnknownOrder,
        R::UnknownMedication,
        R::NotMethadone,
        R::UnknownRow,
        R::TooManyCited { most: 1 },
        R::RelapseWithoutBasis,
        R::ScreenAlone,
        R::AlreadyReviewed,
        R::NoScreenLine,
        R::ScreenClassRepeated,
        R::NoKit,
        R::UnknownStay,
        R::CheckpointToCome { on: crate::testing::noon().day() },
        R::AlreadyMeasured,
        R::EndNotKnown,
        R::FactsMissing,
    ];
    recoveries.into_iter().map(Refusal::from).collect()
}

fn of_rulesets() -> Vec<Refusal> {
    use concord_knowledge::program::{NotTaken, ProgramFault};
    use ruleset::{Error as R, Signatory};
    let not_taken = |what| {
        let file = "drugs.csv".to_owned();
        R::NotTaken(ProgramFault { file, line: 2, column: None, what: Box::new(what) })
    };
    let rulesets = [
        R::RoleNotPermitted { role: Role::Auditor },
        not_taken(NotTaken::Closed),
        not_taken(NotTaken::Empty),
        R::ProposalOpen,
        R::NotProposed,
        R::SignedAlready,
        R::RoleSigned { signatory: Signatory::Pharmacist },
        R::BaseChanged,
        R::TooLarge { most: 1 },
        R::Published,
        R::NameTooLong { most: 1 },
        R::InThePast,
    ];
    rulesets.into_iter().map(Refusal::from).collect()
}

fn of_prescriptions() -> Vec<Refusal> {
    use prescription::Error as R;
    let prescriptions = [
        R::RoleNotPermitted { role: Role::Auditor },
        R::PrescriptionIdUsed,
        R::NotDrafted,
        R::AlreadyReady,
        R::NotReady,
        R::AlreadySigned,
        R::NotSigned,
        R::Over,
        R::NotYours,
        R::UnknownOrder,
        R::OrderStopped,
        R::OrderHeld,
        R::OrderChanged,
        R::OrderJudgedTooLongAgo { most_days: 7 },
        R::UnknownDrug,
        R::NotPrescribable,
        R::OnlyDispensed,
        R::ScheduleNotCovered { schedule: concord_kernel::Schedule::II },
        R::SupplyOutOfRange,
        R::SupplyBeyondSchedule,
        R::SupplyBeyondOrder,
        R::QuantityOutOfRange { most: 1 },
        R::EarliestFillPassed,
        R::SeriesNotAllowed,
        R::UnknownPrescription,
        R::SeriesBroken,
        R::SeriesTooEarly { from: crate::testing::noon().day() },
        R::SeriesTooLong { most_days: 90 },
        R::NoSigningRight { schedule: concord_kernel::Schedule::II },
        R::NotShown(prescription::NotShown::Missing { least: 2 }),
        R::NotShown(prescription::NotShown::TooMany { most: 3 }),
        R::NotShown(prescription::NotShown::TooOld { most_minutes: 5 }),
        R::PdmpMissing,
        R::PdmpTooOld { most_hours: 24 },
        R::VisitRequired,
        R::VisitNotHeld,
        R::VisitTooLongAgo { most_days: 7 },
        R::LegalBasisNotInForce,
        R::InTheFuture,
        R::NotToBeSent,
        R::NotFailed,
        R::AlreadyCancelling,
        R::TooManyCancellations { most: 16 },
        R::NotCancelling,
        R::UnknownMessage,
        R::TooManyFills { most: 64 },
        R::RequestIdUsed,
        R::UnknownRequest,
        R::RequestAnswered,
        R::TooManyRequests { most: 32 },
        R::ReplacementNotSigned,
        R::NotExpired,
        R::EpisodeNotActive,
        R::ConsentRequired,
        R::ConsentDeclined,
        R::SupplyBeyondTaper { until: crate::testing::noon().day() },
        R::BridgeTooLong { most_days: 30 },
        R::AlreadyBridged,
        R::RestartNeeded { hours: 48 },
        R::SupplyHandedOut { left_days: 0 },
        R::SupplyNotAllotted { order: concord_kernel::OrderId::new(crate::testing::uuid(5)) },
        R::FactsMissing,
    ];
    prescriptions.into_iter().map(Refusal::from).collect()
}

fn of_signing_rights() -> Vec<Refusal> {
    use signing_rights::Error as S;
    let all = [
        S::RoleNotPermitted { role: Role::Auditor },
        S::IdUsed,
        S::Waits,
        S::Unknown,
        S::Granted,
        S::Ended,
        S::OnePerson,
        S::NotRegistered,
        S::RegistrationPassed,
        S::NotShown(prescription::NotShown::Missing { least: 2 }),
        S::NotShown(prescription::NotShown::TooMany { most: 3 }),
        S::NotShown(prescription::NotShown::TooOld { most_minutes: 5 }),
        S::NotShown(prescription::NotShown::InTheFuture),
    ];
    all.into_iter().map(Refusal::from).collect()
}

fn of_consents() -> Vec<Refusal> {
    use consent::Error as C;
    let role = Role::Auditor;
    let all = [
        C::RoleNotPermitted { role },
        C::Deficient { missing: vec!["recipients"] },
        C::NotCombinable,
        C::NotConsentable,
        C::PurposeNotAllowed,
        C::OnlyForOperations,
        C::Ended,
        C::SignedInFuture,
        C::Unknown,
        C::Revoked,
        C::RestrictionUsed,
        C::RestrictionEmpty,
        C::RestrictionUnknown,
        C::RestrictionEnded,
        C::RestrictionRequired,
    ];
    all.into_iter().map(Refusal::from).collect()
}

fn of_feeds() -> Vec<Refusal> {
    use feed::Error as F;
    let role = Role::Auditor;
    let all = [
        F::RoleNotPermitted { role },
        F::Used,
        F::NothingConsentable,
        F::PurposeNotAllowed,
        F::Unknown,
        F::Closed,
    ];
    all.into_iter().map(Refusal::from).collect()
}

fn of_inboxes() -> Vec<Refusal> {
    use inbox::Error as I;
    let role = Role::Auditor;
    let all = [
        I::RoleNotPermitted { role },
        I::Used,
        I::MedicationMissing,
        I::Full { most: 100 },
        I::Unknown,
        I::Reviewed,
    ];
    all.into_iter().map(Refusal::from).collect()
}

#[test]
fn every_reason_is_a_stable_name_and_every_remedy_a_sentence_part() {
    let all = [
        of_stays_and_assessments(),
        of_scores_visits_and_teams(),
        of_plans(),
        of_coordination(),
        of_adherence(),
        of_recoveries(),
        of_prescriptions(),
        of_rulesets(),
        of_consents(),
        of_feeds(),
        of_inboxes(),
        of_signing_rights(),
    ];
    for refusal in all.into_iter().flatten() {
        let reason = refusal.reason();
        let named = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
        assert!(reason.bytes().all(named) && !reason.starts_with('_') && !reason.ends_with('_'), "{reason}");
        let remedy = refusal.remedy();
        assert!(remedy.len() > 10 && remedy.starts_with(char::is_lowercase), "{remedy}");
        assert!(!remedy.ends_with('.'), "{remedy}");
        assert!(!refusal.to_string().is_empty());
    }
}

#[test]
fn one_reason_means_one_thing_within_an_aggregate() {
    for refusals in [
        of_stays_and_assessments(),
        of_scores_visits_and_teams(),
        of_plans(),
        of_coordination(),
        of_adherence(),
        of_recoveries(),
        of_prescriptions(),
        of_rulesets(),
        of_consents(),
        of_feeds(),
        of_inboxes(),
        of_signing_rights(),
    ] {
        let shared = ["ROLE_NOT_PERMITTED", "EPISODE_NOT_ACTIVE", "FACTS_MISSING"];
        let mut own: Vec<_> =
            refusals.iter().map(Explain::reason).filter(|reason| !shared.contains(reason)).collect();
        let count = own.len();
        own.sort_unstable();
        own.dedup();
        assert_eq!(own.len(), count);
    }
}

#[test]
fn what_a_rule_found_is_told_by_stored_names() {
    for section in Section::ALL {
        assert_eq!(serde_json::to_value(section).unwrap(), section.as_str());
    }
    for condition in [
        Condition::DoseUnchanged,
        Condition::ScoresRespond,
        Condition::NoSideEffect,
        Condition::DosesTaken,
        Condition::NoRisk,
        Condition::VisitsKept,
    ] {
        assert_eq!(serde_json::to_value(condition).unwrap(), condition.as_str());
    }
}
