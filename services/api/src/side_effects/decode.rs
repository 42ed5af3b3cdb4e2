//! Messages to commands of a side-effect record.

use concord_domain::Command as AnyCommand;
use concord_domain::side_effects::{Command, Decision, Grade, Outcome};
use concord_kernel::{OrderId, ReportId};
use concord_knowledge::{RedFlagId, SymptomId};
use concord_proto::concord::side_effects::v1 as pb;

use crate::Invalid;
use crate::field::{choice, id, list, name, optional_id, optional_instant, optional_name, text};

/// Most warning signs of one report.
const RED_FLAGS: usize = 32;

pub(super) fn report_side_effect(request: pb::ReportSideEffectRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReportSideEffectRequest {
        header: _,
        report_id,
        symptom,
        description,
        grade,
        red_flags,
        suspected_order_id,
        onset_at,
    } = request;
    Ok(AnyCommand::SideEffects(Command::Report {
        report: report(&report_id)?,
        symptom: optional_name("symptom", &symptom, SymptomId::parse)?,
        description: text("description", &description)?,
        grade: self::grade(grade)?,
        red_flags: list("red_flags", red_flags, RED_FLAGS, |flag| name("", &flag, RedFlagId::parse))?,
        suspected: optional_id("suspected_order_id", &suspected_order_id, OrderId::new)?,
        onset_at: optional_instant("onset_at", onset_at)?,
    }))
}

pub(super) fn triage_side_effect(request: pb::TriageSideEffectRequest) -> Result<AnyCommand, Invalid> {
    let pb::TriageSideEffectRequest { header: _, report_id, grade, note } = request;
    Ok(AnyCommand::SideEffects(Command::Triage {
        report: report(&report_id)?,
        grade: self::grade(grade)?,
        note: text("note", &note)?,
    }))
}

pub(super) fn decide_side_effect(request: pb::DecideSideEffectRequest) -> Result<AnyCommand, Invalid> {
    let pb::DecideSideEffectRequest { header: _, report_id, decision, order_id, rationale } = request;
    Ok(AnyCommand::SideEffects(Command::Decide {
        report: report(&report_id)?,
        decision: self::decision(decision, &order_id)?,
        rationale: text("rationale", &rationale)?,
    }))
}

pub(super) fn resolve_side_effect(request: pb::ResolveSideEffectRequest) -> Result<AnyCommand, Invalid> {
    let pb::ResolveSideEffectRequest { header: _, report_id, outcome } = request;
    let outcome = choice("outcome", outcome, |outcome| match outcome {
        pb::Outcome::Unspecified => None,
        pb::Outcome::Recovered => Some(Outcome::Recovered),
        pb::Outcome::RecoveredWithSequelae => Some(Outcome::RecoveredWithSequelae),
        pb::Outcome::Ongoing => Some(Outcome::Ongoing),
        pb::Outcome::NotASideEffect => Some(Outcome::NotASideEffect),
    })?;
    Ok(AnyCommand::SideEffects(Command::Resolve { report: report(&report_id)?, outcome }))
}

pub(super) fn record_breach(request: pb::RecordBreachRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordBreachRequest { header: _, report_id } = request;
    Ok(AnyCommand::SideEffects(Command::Breach { report: report(&report_id)? }))
}

fn report(report_id: &str) -> Result<ReportId, Invalid> {
    id("report_id", report_id, ReportId::new)
}

fn grade(value: i32) -> Result<Grade, Invalid> {
    choice("grade", value, |grade| match grade {
        pb::Grade::Unspecified => None,
        pb::Grade::Mild => Some(Grade::Mild),
        pb::Grade::Moderate => Some(Grade::Moderate),
        pb::Grade::Severe => Some(Grade::Severe),
        pb::Grade::LifeThreatening => Some(Grade::LifeThreatening),
        pb::Grade::Fatal => Some(Grade::Fatal),
    })
}

fn decision(value: i32, order_id: &str) -> Result<Decision, Invalid> {
    let order = || id("order_id", order_id, OrderId::new);
    let decision = choice("decision", value, |decision| match decision {
        pb::Decision::Unspecified => None,
        pb::Decision::ContinueAndMonitor if order_id.is_empty() => Some(Ok(Decision::ContinueAndMonitor)),
        pb::Decision::ContinueAndMonitor => {
            Some(Err(Invalid::new("order_id", "must be empty for this decision")))
        }
        pb::Decision::ReduceDose => Some(order().map(Decision::ReduceDose)),
        pb::Decision::ChangeTiming => Some(order().map(Decision::ChangeTiming)),
        pb::Decision::AddTreatment => Some(order().map(Decision::AddTreatment)),
        pb::Decision::Switch => Some(order().map(Decision::Switch)),
        pb::Decision::Stop => Some(order().map(Decision::Stop)),
    });
    decision?
}
