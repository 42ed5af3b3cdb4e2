//! What a prescriber may know to messages.

mod course;
mod injections;

use concord_kernel::{Day, Instant, PatientId};
use concord_knowledge::{Regimen, Ruleset};
use concord_proto::concord::prescriber::v1 as pb;
use concord_views::chart::Row;
use concord_views::parts::{
    AllergyList, Course, EndedOrder, OpenEffect, OpenFinding, OpenRequest, Order, OutsideLine,
    PrescriptionLine, ResultLine,
};
use concord_views::worklist::WorklistItem;

use crate::common::encode::instant;
use crate::query::words;
use crate::recovery::encode as recovery;

pub(super) use course::point;
pub(crate) use course::spoken;

pub(super) fn item(item: &WorklistItem, now: Instant) -> pb::WorklistItem {
    let WorklistItem { patient, identity, due, trial } = item;
    let what = words::due(due);
    let told = trial.as_ref().map(injections::summary);
    let summary = told.map_or_else(|| what.clone(), |told| format!("{what}: {told}"));
    pb::WorklistItem {
        item_id: format!("{patient}/{}", due.item),
        patient_id: patient.to_string(),
        patient_name: identity.name().to_owned(),
        kind: due.kind.as_str().to_owned(),
        summary,
        subject_id: due.subject.map_or_else(String::new, |subject| subject.to_string()),
        due_at: Some(instant(due.at)),
        overdue: due.at < now,
    }
}

/// `rules` are those in force, whose words findings are told in.
pub(super) fn client(patient: PatientId, row: &Row, rules: Option<&Ruleset>) -> pb::GetClientResponse {
    let orders = row.orders.open.iter().map(order).chain(row.orders.ended.iter().map(ended));
    pb::GetClientResponse {
        patient_id: patient.to_string(),
        name: row.identity.name().to_owned(),
        born_on: row.identity.born_on.as_ref().map_or_else(String::new, |day| day.expose().to_string()),
        orders: orders.collect(),
        outside_medications: row.outside.taken.iter().map(outside).collect(),
        allergies: words::allergies(&row.background.allergies),
        no_known_allergies: matches!(row.background.allergies, AllergyList::NoneKnown),
        conditions: row.background.conditions.iter().map(|line| line.name.expose().to_owned()).collect(),
        interactions: row.findings.open.iter().map(|open| interaction(open, rules)).collect(),
        side_effects: row.effects.iter().map(side_effect).collect(),
        results: row.background.results.iter().map(result).collect(),
        as_of: None,
        recovery: recovery::summary(&row.recovery),
        watched_doses: row.doses.iter().map(recovery::dose).collect(),
        prescriptions: row.prescriptions.iter().map(prescription).collect(),
        injections: row.injections.iter().map(injections::next).collect(),
        trials: row.trials.iter().filter_map(injections::tried).collect(),
    }
}

fn prescription(line: &PrescriptionLine) -> pb::ChartPrescription {
    let asked = |open: &OpenRequest| pb::OpenPharmacyRequest {
        request_id: open.request.to_string(),
        kind: open.change.as_ref().map_or_else(|| "renewal".to_owned(), words::stored),
        words: words::text(open.words.as_ref()),
        at: Some(instant(open.since)),
    };
    pb::ChartPrescription {
        prescription_id: line.prescription.to_string(),
        order_id: line.order.to_string(),
        status: words::stored(&line.status),
        last_filled_on: line.last_filled_on.map_or_else(String::new, |day| day.to_string()),
        requests: line.requests.iter().map(asked).collect(),
    }
}

fn order(order: &Order) -> pb::ChartOrder {
    pb::ChartOrder {
        order_id: order.course.order.to_string(),
        drug: order.course.drug.as_str().to_owned(),
        name: words::drug(&order.course.drug),
        sig: words::sig(&order.regimen),
        daily_mg: order.regimen.daily().mg(),
        status: words::stored(&order.state),
        indication: words::condition(&order.indication),
        started_on: order.course.start_on.to_string(),
        last_change: words::text(order.changes.last().and_then(|change| change.why.as_ref())),
        planned_steps: planned_steps(&order.course),
        gives_way_to: order.course.switch.map_or_else(String::new, |switch| switch.to.to_string()),
        overlap_until: order
            .course
            .switch
            .map_or_else(String::new, |switch| switch.overlap_until.to_string()),
    }
}

fn planned_steps(course: &Course) -> Vec<pb::PlannedStep> {
    let up = course.titration.iter().map(|step| (step.on, step.regimen));
    let down = course.taper.iter().map(|step| (step.on, step.regimen));
    let step = |(on, regimen): (Day, Regimen)| pb::PlannedStep {
        begins_on: on.to_string(),
        sig: words::sig(&regimen),
        daily_mg: regimen.daily().mg(),
    };
    up.chain(down).map(step).collect()
}

fn ended(order: &EndedOrder) -> pb::ChartOrder {
    pb::ChartOrder {
        order_id: order.order.to_string(),
        drug: order.drug.as_str().to_owned(),
        name: words::drug(&order.drug),
        sig: String::new(),
        daily_mg: 0.0,
        status: if order.never_taken { "never_taken" } else { "stopped" }.to_owned(),
        indication: words::condition(&order.indication),
        started_on: order.start_on.to_string(),
        last_change: words::stored(&order.reason),
        planned_steps: Vec::new(),
        gives_way_to: String::new(),
        overlap_until: String::new(),
    }
}

fn outside(line: &OutsideLine) -> pb::OutsideMedication {
    pb::OutsideMedication {
        medication_id: line.medication.to_string(),
        name: line.name.expose().to_owned(),
        sig: line.regimen.as_ref().map_or_else(String::new, words::sig),
        prescriber: words::text(line.prescriber.as_ref()),
        reconciled: line.reconciled.as_ref().map_or_else(String::new, words::stored),
    }
}

fn interaction(open: &OpenFinding, rules: Option<&Ruleset>) -> pb::OpenInteraction {
    let (mechanism, advice) = words::said(&open.finding, rules);
    pb::OpenInteraction {
        rule: open.finding.rule.as_str().to_owned(),
        about: open.finding.about.iter().map(|substance| substance.as_str().to_owned()).collect(),
        severity: words::stored(&open.severity),
        found_at: Some(instant(open.detected_at)),
        mechanism,
        advice,
        ruleset: open.ruleset.as_str().to_owned(),
        reviewed: words::reviewed(&open.ruleset, rules),
    }
}

fn side_effect(effect: &OpenEffect) -> pb::SideEffect {
    let status = match (&effect.decision, effect.triaged) {
        (Some(_), _) => "decided",
        (None, true) => "triaged",
        (None, false) => "reported",
    };
    pb::SideEffect {
        report_id: effect.report.to_string(),
        description: words::symptom(effect.symptom.as_ref(), &effect.description),
        grade: words::stored(&effect.grade),
        status: status.to_owned(),
        reported_at: Some(instant(effect.reported_at)),
        due_at: Some(instant(effect.decide_by)),
        not_on_care_team: effect.not_on_care_team,
    }
}

fn result(line: &ResultLine) -> pb::LabResult {
    pb::LabResult {
        lab: line.lab.as_str().to_owned(),
        value: line.value,
        unit: Ruleset::embedded().lab_unit(&line.lab).unwrap_or_default().to_owned(),
        taken_at: Some(instant(line.taken_at)),
    }
}
