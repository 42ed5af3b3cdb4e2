//! The script: deterministic and clinically coherent.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test of some commands passes over the others")]

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::Instant;
use uuid::Uuid;

use crate::body::name_of;
use crate::script::{Body, Deed, Step};
use crate::{Cohort, Course};

/// The order that a command is about.
fn order_of(body: &Body) -> Option<Uuid> {
    let order = match body {
        Body::PrescribeMedication(request) => &request.order_id,
        Body::AdjustDose(request) => &request.order_id,
        Body::HoldMedication(request) => &request.order_id,
        Body::ResumeMedication(request) => &request.order_id,
        Body::PlanTaper(request) => &request.order_id,
        Body::PlanTitration(request) => &request.order_id,
        Body::AdvanceTitration(request) => &request.order_id,
        Body::SwitchMedication(request) => &request.to.as_ref()?.order_id,
        Body::StopMedication(request) => &request.order_id,
        Body::RenewMedication(request) => &request.order_id,
        _ => return None,
    };
    order.parse().ok()
}

fn commands(cohort: &Cohort) -> impl Iterator<Item = (&Step, &Body)> {
    cohort.steps.iter().filter_map(|step| match &step.deed {
        Deed::Command(body) => Some((step, body.as_ref())),
        Deed::SettleRaised(_) | Deed::Exactly(_) => None,
    })
}

#[test]
fn the_same_seed_writes_the_same_script_and_another_seed_another() {
    let cohort = Cohort::generate(7, 14, 60);
    assert_eq!(cohort, Cohort::generate(7, 14, 60));
    assert_ne!(cohort.steps, Cohort::generate(8, 14, 60).steps);
}

#[test]
fn steps_are_in_order_and_within_the_days() {
    let cohort = Cohort::generate(1, 24, 90);
    assert!(cohort.steps.is_sorted_by_key(|step| step.at));
    assert!(cohort.steps.iter().all(|step| step.at >= cohort.start && step.at < cohort.end()));
}

#[test]
fn nobody_touches_an_order_before_it_is_written_or_after_it_is_stopped() {
    for seed in 0..20 {
        let cohort = Cohort::generate(seed, 24, 120);
        let mut written: BTreeMap<Uuid, Instant> = BTreeMap::new();
        let mut stopped: BTreeSet<Uuid> = BTreeSet::new();
        for (step, body) in commands(&cohort) {
            let Some(order) = order_of(body) else { continue };
            let what = format!("seed {seed}, client {}, {} at {}", step.client, name_of(body), step.at);
            assert!(!stopped.contains(&order), "after the stop: {what}");
            match body {
                Body::PrescribeMedication(_) | Body::SwitchMedication(_) => {
                    assert!(written.insert(order, step.at).is_none(), "twice: {what}");
                }
                Body::StopMedication(_) => assert!(stopped.insert(order), "twice: {what}"),
                _ => assert!(written.contains_key(&order), "before it is written: {what}"),
            }
        }
        assert!(!stopped.is_empty() && written.len() > 20, "seed {seed}");
    }
}

#[test]
fn what_a_step_needs_is_made_before() {
    for seed in 0..20 {
        let cohort = Cohort::generate(seed, 24, 120);
        let mut made = BTreeSet::new();
        for step in &cohort.steps {
            assert!(step.needs.iter().all(|needed| made.contains(needed)), "seed {seed}: {step:?}");
            made.extend(step.makes);
        }
    }
}

#[test]
fn a_hold_is_followed_by_no_dose_until_it_is_resumed() {
    let cohort = Cohort::generate(3, 24, 90);
    let (mut held, mut holds) = (BTreeSet::new(), 0);
    for (step, body) in commands(&cohort) {
        let Some(order) = order_of(body) else { continue };
        match body {
            Body::HoldMedication(_) => {
                holds += 1;
                held.insert(order);
            }
            Body::ResumeMedication(_) => assert!(held.remove(&order)),
            Body::AdjustDose(_) | Body::AdvanceTitration(_) | Body::RenewMedication(_) => {
                assert!(!held.contains(&order), "{}", step.at);
            }
            _ => {}
        }
    }
    assert!(holds > 0);
}

#[test]
fn somebody_who_is_not_treated_gets_no_order_and_no_visit_of_a_prescriber() {
    let cohort = Cohort::generate(5, 24, 90);
    for (step, body) in commands(&cohort) {
        let course = cohort.clients[step.client].course;
        if matches!(course, Course::TherapyAlone | Course::ReferredUp) {
            assert!(order_of(body).is_none(), "{course:?}");
        }
        if course == Course::ReferredUp {
            assert!(matches!(body, Body::ReferPatient(_) | Body::ScreenCandidate(_)), "{}", name_of(body));
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list: one line a kind of call")]
fn a_cohort_of_twelve_shows_every_kind_of_course_and_call() {
    let cohort = Cohort::generate(42, 12, 90);
    let calls: BTreeSet<&str> = commands(&cohort).map(|(_, body)| name_of(body)).collect();
    for call in [
        "PlanTaper",
        "PlanTitration",
        "AdvanceTitration",
        "SwitchMedication",
        "StopMedication",
        "HoldMedication",
        "ResumeMedication",
        "AdjustDose",
        "RenewMedication",
        "RecordOutsideMedication",
        "EndOutsideMedication",
        "ReconcileMedications",
        "ReportSideEffect",
        "RecordBreach",
        "MarkNoShow",
        "ChangeCadence",
        "PauseEpisode",
        "DischargePatient",
        "ResolveRisk",
        "DraftPlan",
        "RevisePlan",
        "AgreePlan",
        "AddGoal",
        "MeetGoal",
        "DropGoal",
        "LinkGoalToMedication",
        "RecordSharedDecision",
        "RaiseConcern",
        "AnswerConcern",
        "RecordEducation",
        "RecordTherapyParticipation",
        "RecordLifeChange",
        "ReviewMedication",
        "PlanSupport",
        "FinishSupport",
        "RecordSharingConsent",
        "SharePlan",
        "RequestConsult",
        "AnswerConsult",
        "RecordOutsideUpdate",
        "ReviewOutsideUpdate",
        "RaiseConflict",
        "ResolveConflict",
        "AcknowledgeChanges",
        "ScheduleReminder",
        "CancelReminder",
        "RecordReminderSent",
        "RecordCheckIn",
        "FollowUpCheckIn",
        "RecordDoseTaken",
        "RecordDoseMissed",
        "DecideMissedDoses",
        "MeasureAdherence",
        "RaiseBarrier",
        "RemoveBarrier",
        "PermitFamily",
        "WithdrawFamily",
        "EngageFamily",
        "StartInduction",
        "ClearFirstDose",
        "RecordObservedDose",
        "CompleteInduction",
        "RecordSubstanceUse",
        "RecordRelapse",
        "ReviewRelapse",
        "RecordDrugScreen",
        "ReportOverdose",
        "ReviewOverdose",
        "OfferNaloxone",
        "RecordNaloxoneChallenge",
        "MeasureRetention",
        "ReviewResult",
        "WaiveTest",
        "GiveInjection",
        "AssessResponse",
        "RecordPdmpCheck",
        "DraftPrescription",
        "MarkPrescriptionReady",
        "SignPrescription",
        "RecordTransmission",
        "RecordPharmacyStatus",
        "PrintPrescription",
        "RecordFill",
        "ProposeChange",
        "AnswerChange",
        "RequestRenewal",
        "RecordOutreach",
        "DecideBridging",
    ] {
        assert!(calls.contains(call), "{call} never happens");
    }
    let diagnoses: BTreeSet<&str> = cohort.clients.iter().flat_map(|c| c.diagnoses.iter().copied()).collect();
    assert!(diagnoses.len() >= 8, "{diagnoses:?}");
}
