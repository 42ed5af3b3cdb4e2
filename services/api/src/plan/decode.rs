//! Messages to commands of a treatment plan.

use concord_domain::treatment_plan::Command;
use concord_domain::{Command as AnyCommand, InEpisode};
use concord_kernel::{ConcernId, GoalId, LifeChangeId, OrderId, SessionId, SupportId};
use concord_knowledge::DrugId;
use concord_proto::concord::common::v1::EpisodeRef;
use concord_proto::concord::plan::v1 as pb;

use super::words;
use crate::Invalid;
use crate::common::decode::episode;
use crate::field::{day, id, instant, list, name, optional_day, optional_name, required, small, text};

/// Most elements of a list of a plan's request; rules set tighter bounds.
const MOST: usize = 16;

fn asks(episode: Option<EpisodeRef>, command: Command) -> Result<AnyCommand, Invalid> {
    Ok(AnyCommand::TreatmentPlan(InEpisode { episode: self::episode(episode)?, command }))
}

pub(super) fn draft_plan(request: pb::DraftPlanRequest) -> Result<AnyCommand, Invalid> {
    let pb::DraftPlanRequest { header: _, episode, summary } = request;
    asks(episode, Command::Draft { summary: text("summary", &summary)? })
}

pub(super) fn revise_plan(request: pb::RevisePlanRequest) -> Result<AnyCommand, Invalid> {
    let pb::RevisePlanRequest { header: _, episode, summary, reason } = request;
    let command = Command::Revise { summary: text("summary", &summary)?, reason: text("reason", &reason)? };
    asks(episode, command)
}

pub(super) fn agree_plan(request: pb::AgreePlanRequest) -> Result<AnyCommand, Invalid> {
    let pb::AgreePlanRequest { header: _, episode, version } = request;
    if version == 0 {
        return Err(Invalid::new("version", "must be 1 or more"));
    }
    asks(episode, Command::Agree { version })
}

pub(super) fn add_goal(request: pb::AddGoalRequest) -> Result<AnyCommand, Invalid> {
    let pb::AddGoalRequest { header: _, episode, goal_id, statement, target_on } = request;
    let command = Command::AddGoal {
        goal: goal(&goal_id)?,
        statement: text("statement", &statement)?,
        target_on: optional_day("target_on", &target_on)?,
    };
    asks(episode, command)
}

pub(super) fn meet_goal(request: pb::MeetGoalRequest) -> Result<AnyCommand, Invalid> {
    let pb::MeetGoalRequest { header: _, episode, goal_id, evidence } = request;
    asks(episode, Command::MeetGoal { goal: goal(&goal_id)?, evidence: text("evidence", &evidence)? })
}

pub(super) fn drop_goal(request: pb::DropGoalRequest) -> Result<AnyCommand, Invalid> {
    let pb::DropGoalRequest { header: _, episode, goal_id, reason } = request;
    asks(episode, Command::DropGoal { goal: goal(&goal_id)?, reason: text("reason", &reason)? })
}

pub(super) fn link_goal_to_medication(
    request: pb::LinkGoalToMedicationRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::LinkGoalToMedicationRequest { header: _, episode, goal_id, order_id, how } = request;
    let command = Command::LinkGoalToMedication {
        goal: goal(&goal_id)?,
        order: id("order_id", &order_id, OrderId::new)?,
        how: text("how", &how)?,
    };
    asks(episode, command)
}

pub(super) fn record_shared_decision(
    request: pb::RecordSharedDecisionRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordSharedDecisionRequest { header: _, episode, drug, options, preference, consent } = request;
    let command = Command::RecordSharedDecision {
        drug: name("drug", &drug, DrugId::parse)?,
        options: list("options", options, MOST, |option| text("", &option))?,
        preference: text("preference", &preference)?,
        consent: words::consent(consent)?,
    };
    asks(episode, command)
}

pub(super) fn raise_concern(request: pb::RaiseConcernRequest) -> Result<AnyCommand, Invalid> {
    let pb::RaiseConcernRequest { header: _, episode, concern_id, topic, drug, words } = request;
    let command = Command::RaiseConcern {
        concern: concern(&concern_id)?,
        topic: words::concern_topic(topic)?,
        drug: optional_name("drug", &drug, DrugId::parse)?,
        words: text("words", &words)?,
    };
    asks(episode, command)
}

pub(super) fn answer_concern(request: pb::AnswerConcernRequest) -> Result<AnyCommand, Invalid> {
    let pb::AnswerConcernRequest { header: _, episode, concern_id, answer } = request;
    let command = Command::AnswerConcern { concern: concern(&concern_id)?, answer: text("answer", &answer)? };
    asks(episode, command)
}

pub(super) fn record_education(request: pb::RecordEducationRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordEducationRequest { header: _, episode, topics, drug, method, teach_back } = request;
    let command = Command::RecordEducation {
        topics: list("topics", topics, MOST, words::education_topic)?,
        drug: optional_name("drug", &drug, DrugId::parse)?,
        method: words::education_method(method)?,
        teach_back: words::teach_back(teach_back)?,
    };
    asks(episode, command)
}

pub(super) fn record_therapy_participation(
    request: pb::RecordTherapyParticipationRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordTherapyParticipationRequest {
        header: _,
        episode,
        session_id,
        kind,
        held_at,
        attended,
        engagement,
    } = request;
    let command = Command::RecordTherapyParticipation {
        session: id("session_id", &session_id, SessionId::new)?,
        kind: words::session_kind(kind)?,
        held_at: instant("held_at", held_at)?,
        attended: required("attended", attended)?,
        engagement: engagement.map(|engagement| small("engagement", engagement)).transpose()?,
    };
    asks(episode, command)
}

pub(super) fn record_life_change(request: pb::RecordLifeChangeRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordLifeChangeRequest { header: _, episode, change_id, event, note } = request;
    let command = Command::RecordLifeChange {
        change: id("change_id", &change_id, LifeChangeId::new)?,
        event: words::life_event(event)?,
        note: text("note", &note)?,
    };
    asks(episode, command)
}

pub(super) fn review_medication(request: pb::ReviewMedicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewMedicationRequest { header: _, episode, considered_ids, outcome, reason } = request;
    let command = Command::ReviewMedication {
        considered: list("considered_ids", considered_ids, MOST, |change| {
            id("", &change, LifeChangeId::new)
        })?,
        outcome: words::review_outcome(outcome)?,
        reason: text("reason", &reason)?,
    };
    asks(episode, command)
}

pub(super) fn plan_support(request: pb::PlanSupportRequest) -> Result<AnyCommand, Invalid> {
    let pb::PlanSupportRequest { header: _, episode, support_id, goal_id, kind, what, due_on } = request;
    let command = Command::PlanSupport {
        support: support(&support_id)?,
        goal: goal(&goal_id)?,
        kind: words::support_kind(kind)?,
        what: text("what", &what)?,
        due_on: day("due_on", &due_on)?,
    };
    asks(episode, command)
}

pub(super) fn finish_support(request: pb::FinishSupportRequest) -> Result<AnyCommand, Invalid> {
    let pb::FinishSupportRequest { header: _, episode, support_id, outcome } = request;
    let command =
        Command::FinishSupport { support: support(&support_id)?, outcome: text("outcome", &outcome)? };
    asks(episode, command)
}

fn goal(goal_id: &str) -> Result<GoalId, Invalid> {
    id("goal_id", goal_id, GoalId::new)
}

fn concern(concern_id: &str) -> Result<ConcernId, Invalid> {
    id("concern_id", concern_id, ConcernId::new)
}

fn support(support_id: &str) -> Result<SupportId, Invalid> {
    id("support_id", support_id, SupportId::new)
}
