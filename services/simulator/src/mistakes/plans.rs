//! Plans, and what is told around them.

use concord_proto::concord::plan::v1 as plan;

use super::tale::Tale;
use crate::script::Body;

/// Room for concerns and changes of life that wait.
const MOST_CONCERNS: usize = 32;
const MOST_CHANGES: usize = 16;

pub(super) fn drafted(t: &Tale<'_>) -> Body {
    Body::DraftPlan(plan::DraftPlanRequest {
        episode: t.stay(),
        summary: "Fewer symptoms first".to_owned(),
        header: None,
    })
}

pub(super) fn agreed_to(t: &Tale<'_>, version: u32) -> Body {
    Body::AgreePlan(plan::AgreePlanRequest { episode: t.stay(), version, header: None })
}

pub(super) fn goal(t: &Tale<'_>, id: &str, in_days: i64) -> Body {
    Body::AddGoal(plan::AddGoalRequest {
        episode: t.stay(),
        goal_id: id.to_owned(),
        statement: "Out of bed by eight".to_owned(),
        target_on: t.day(in_days),
        header: None,
    })
}

pub(super) fn decision(t: &Tale<'_>, drug: &str, options: usize, consent: plan::Consent) -> Body {
    Body::RecordSharedDecision(plan::RecordSharedDecisionRequest {
        episode: t.stay(),
        drug: drug.to_owned(),
        options: (0..options).map(|number| format!("Another way, number {number}")).collect(),
        preference: "As few tablets as possible".to_owned(),
        consent: consent.into(),
        header: None,
    })
}

pub(super) fn agreed(t: &mut Tale<'_>) {
    let (therapist, psychiatrist, patient) = (t.therapist(), t.psychiatrist(), t.patient());
    t.is_admitted();
    t.errs(&patient, agreed_to(t, 1), "PLAN_NOT_DRAFTED");
    t.errs(&patient, drafted(t), "NOT_PERMITTED");
    t.does(&therapist, drafted(t));
    t.errs(&therapist, drafted(t), "PLAN_ALREADY_DRAFTED");
    t.errs(&patient, agreed_to(t, 1), "PLAN_WITHOUT_GOAL");
    let first = t.new_id();
    t.does(&therapist, goal(t, &first, 60));
    t.errs(&patient, agreed_to(t, 1), "PLAN_VERSION_PASSED");
    t.does(&psychiatrist, agreed_to(t, 2));
    t.errs(&psychiatrist, agreed_to(t, 2), "PLAN_ALREADY_AGREED");
    t.does(&patient, agreed_to(t, 2));
    t.errs(&psychiatrist, decision(t, "sertraline", 0, plan::Consent::Given), "OPTION_REQUIRED");
    t.errs(&psychiatrist, decision(t, "sertraline", 11, plan::Consent::Given), "TOO_MANY_OPTIONS");
    t.errs(&psychiatrist, decision(t, "happy-pill", 1, plan::Consent::Given), "UNKNOWN_DRUG");
}

fn concern(t: &Tale<'_>, id: &str) -> Body {
    Body::RaiseConcern(plan::RaiseConcernRequest {
        episode: t.stay(),
        concern_id: id.to_owned(),
        topic: plan::ConcernTopic::Dependence.into(),
        drug: "sertraline".to_owned(),
        words: "Will I ever get off it?".to_owned(),
        header: None,
    })
}

fn answer(t: &Tale<'_>, id: &str) -> Body {
    Body::AnswerConcern(plan::AnswerConcernRequest {
        episode: t.stay(),
        concern_id: id.to_owned(),
        answer: "It is tapered when the time comes".to_owned(),
        header: None,
    })
}

fn session(t: &Tale<'_>, id: &str, hours: i64, took_part: (bool, Option<u32>)) -> Body {
    Body::RecordTherapyParticipation(plan::RecordTherapyParticipationRequest {
        episode: t.stay(),
        session_id: id.to_owned(),
        kind: plan::SessionKind::Group.into(),
        held_at: t.at(hours),
        attended: Some(took_part.0),
        engagement: took_part.1,
        header: None,
    })
}

fn change(t: &Tale<'_>, id: &str) -> Body {
    Body::RecordLifeChange(plan::RecordLifeChangeRequest {
        episode: t.stay(),
        change_id: id.to_owned(),
        event: plan::LifeEvent::Work.into(),
        note: "Night shifts from Monday".to_owned(),
        header: None,
    })
}

fn review(t: &Tale<'_>, considered: &[&str]) -> Body {
    Body::ReviewMedication(plan::ReviewMedicationRequest {
        episode: t.stay(),
        considered_ids: considered.iter().map(|&id| id.to_owned()).collect(),
        outcome: plan::ReviewOutcome::Continue.into(),
        reason: "Taken after the shift".to_owned(),
        header: None,
    })
}

fn teaching(t: &Tale<'_>, topics: &[plan::EducationTopic]) -> Body {
    Body::RecordEducation(plan::RecordEducationRequest {
        episode: t.stay(),
        topics: topics.iter().copied().map(i32::from).collect(),
        drug: String::new(),
        method: plan::EducationMethod::Spoken.into(),
        teach_back: plan::TeachBack::Understood.into(),
        header: None,
    })
}

pub(super) fn told(t: &mut Tale<'_>) {
    let (therapist, psychiatrist, nurse) = (t.therapist(), t.psychiatrist(), t.nurse());
    t.is_admitted();
    let (id, patient) = (t.new_id(), t.patient());
    t.errs(&nurse, answer(t, &id), "UNKNOWN_CONCERN");
    t.does(&patient, concern(t, &id));
    t.errs(&patient, concern(t, &id), "CONCERN_ID_USED");
    t.errs(&therapist, answer(t, &id), "ROLE_NOT_PERMITTED");
    t.does(&nurse, answer(t, &id));
    t.errs(&nurse, answer(t, &id), "CONCERN_ALREADY_ANSWERED");

    let purpose = plan::EducationTopic::Purpose;
    t.errs(&nurse, teaching(t, &[]), "TOPIC_REQUIRED");
    t.errs(&nurse, teaching(t, &[purpose, purpose]), "TOPIC_REPEATED");

    let id = t.new_id();
    t.errs(&therapist, session(t, &id, 3, (true, Some(2))), "SESSION_IN_FUTURE");
    t.errs(&therapist, session(t, &id, -24 * 31, (true, Some(2))), "SESSION_TOO_LONG_AGO");
    t.errs(&therapist, session(t, &id, -1, (true, None)), "ENGAGEMENT_REQUIRED");
    t.errs(&therapist, session(t, &id, -1, (false, Some(0))), "ENGAGEMENT_NOT_ASKED");
    t.errs(&therapist, session(t, &id, -1, (true, Some(5))), "ENGAGEMENT_OUT_OF_RANGE");
    t.errs(&nurse, session(t, &id, -1, (true, Some(2))), "NOT_PERMITTED");
    t.does(&therapist, session(t, &id, -1, (true, Some(2))));
    t.errs(&therapist, session(t, &id, -1, (true, Some(3))), "SESSION_ALREADY_RECORDED");

    let id = t.new_id();
    t.errs(&psychiatrist, review(t, &[&id]), "UNKNOWN_LIFE_CHANGE");
    t.does(&therapist, change(t, &id));
    t.errs(&therapist, change(t, &id), "LIFE_CHANGE_ID_USED");
    t.errs(&psychiatrist, review(t, &[&id, &id]), "LIFE_CHANGE_REPEATED");
    t.does(&psychiatrist, review(t, &[&id]));
    t.errs(&psychiatrist, review(t, &[&id]), "LIFE_CHANGE_REVIEWED");
}

pub(super) fn too_much(t: &mut Tale<'_>) {
    let (patient, therapist) = (t.patient(), t.therapist());
    t.is_admitted();
    for _ in 0..MOST_CONCERNS {
        let id = t.new_id();
        t.does(&patient, concern(t, &id));
    }
    let id = t.new_id();
    t.errs(&patient, concern(t, &id), "TOO_MANY_CONCERNS");
    for _ in 0..MOST_CHANGES {
        let id = t.new_id();
        t.does(&therapist, change(t, &id));
    }
    let id = t.new_id();
    t.errs(&therapist, change(t, &id), "TOO_MANY_LIFE_CHANGES");
}
