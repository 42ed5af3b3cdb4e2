//! What a therapist may know to messages.

mod adherence;
mod plan;

use concord_proto::concord::therapist::v1 as pb;
use concord_views::caseload::{CaseloadClient, CaseloadLine, MedicationLine};
use concord_views::parts::{OpenEffect, OpenRisk, Trend};

use crate::common::encode::instant;
use crate::query::words;
use crate::recovery::encode as recovery;

pub(super) fn line(line: &CaseloadLine) -> pb::CaseloadLine {
    let last = |trend: &Option<Trend>| trend.as_ref().map(|trend| u32::from(trend.last));
    let why = &line.instability;
    pb::CaseloadLine {
        patient_id: line.patient.to_string(),
        name: line.identity.name().to_owned(),
        program: line.program.as_ref().map_or_else(String::new, ToString::to_string),
        stage: words::stage(line.stage),
        at_risk: why.risk.is_some(),
        unstable: why.side_effect.is_some()
            || why.missed_in_a_row > 0
            || why.scales_worse > 0
            || why.poor_adherence,
        open_side_effects: u32::try_from(line.side_effects).unwrap_or(u32::MAX),
        missed_visits: why.missed_in_a_row,
        phq9: last(&line.phq9),
        phq9_baseline: line.phq9.as_ref().map(|trend| trend.baseline.into()),
        gad7: last(&line.gad7),
        craving: last(&line.craving),
        last_visit_at: line.last_visit_at.map(instant),
        adherence_percent: line.adherence_percent.map(u32::from),
        scales_worse: why.scales_worse,
        gad7_baseline: line.gad7.as_ref().map(|trend| trend.baseline.into()),
    }
}

pub(super) fn client(client: &CaseloadClient) -> pb::GetClientResponse {
    pb::GetClientResponse {
        summary: Some(line(&client.line)),
        medications: client.medications.iter().map(medication).collect(),
        scores: client.scores.iter().map(trend).collect(),
        side_effects: client.side_effects.iter().map(side_effect).collect(),
        risks: client.risks.iter().map(risk).collect(),
        as_of: None,
        plans: client.plans.iter().map(|therapy| plan::plan(therapy, &client.medications)).collect(),
        adherence: Some(adherence::adherence(&client.adherence)),
        recovery: recovery::summary(&client.recovery),
    }
}

fn medication(line: &MedicationLine) -> pb::TherapyMedication {
    let status = if line.held {
        "held"
    } else if line.tapering {
        "tapering"
    } else if line.gives_way_to.is_some() {
        "switching"
    } else if line.steps_to_come > 0 {
        "titrating"
    } else {
        "active"
    };
    pb::TherapyMedication {
        name: words::drug(&line.drug),
        purpose: words::condition(&line.indication),
        status: status.to_owned(),
        started_on: line.since.to_string(),
        changed_at: line.changed_at.map(instant),
        injection_due_on: line.injection.map_or_else(String::new, |due| due.on.to_string()),
        injection_overdue: line.injection.is_some_and(|due| due.overdue),
    }
}

fn trend(trend: &Trend) -> pb::ScoreTrend {
    pb::ScoreTrend {
        scale: words::stored(&trend.scale),
        substance: words::text(trend.substance.as_ref()),
        baseline: trend.baseline.into(),
        previous: trend.previous.map(u32::from),
        last: trend.last.into(),
        taken_at: Some(instant(trend.taken_at)),
        response: trend.response,
        remission: trend.remission,
    }
}

fn side_effect(effect: &OpenEffect) -> pb::TherapySideEffect {
    let status = match (&effect.decision, effect.triaged) {
        (Some(_), _) => "decided",
        (None, true) => "triaged",
        (None, false) => "reported",
    };
    pb::TherapySideEffect {
        report_id: effect.report.to_string(),
        description: words::symptom(effect.symptom.as_ref(), &effect.description),
        grade: words::stored(&effect.grade),
        status: status.to_owned(),
        reported_at: Some(instant(effect.reported_at)),
        not_on_care_team: effect.not_on_care_team,
    }
}

fn risk(risk: &OpenRisk) -> pb::OpenRisk {
    pb::OpenRisk {
        scale_id: risk.id.to_string(),
        scale: words::stored(&risk.scale),
        level: words::stored(&risk.level),
        raised_at: Some(instant(risk.raised_at)),
        act_by: Some(instant(risk.act_by)),
    }
}
