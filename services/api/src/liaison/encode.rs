//! What a liaison may know to messages.

use concord_proto::concord::liaison::v1 as pb;
use concord_views::parts::{AllergyList, AtPharmacy, OpenFinding, Order, OutsideLine, PharmacyChange};
use concord_views::reconciled::{ReconciledLine, ReconciledList};

use crate::common::encode::instant;
use crate::query::words;

pub(super) fn line(line: &ReconciledLine) -> pb::LiaisonClient {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    pb::LiaisonClient {
        patient_id: line.patient.to_string(),
        name: line.identity.name().to_owned(),
        open_interactions: count(line.interactions),
        to_reconcile: line.to_reconcile,
        changed_at: line.last_change.map(|change| instant(change.recorded_at)),
        medications: count(line.medications),
    }
}

pub(super) fn list(list: &ReconciledList) -> pb::GetReconciledListResponse {
    let medications = list
        .program
        .iter()
        .map(|order| ordered(order, &list.pharmacy))
        .chain(list.outside.taken.iter().map(outside));
    pb::GetReconciledListResponse {
        patient_id: list.line.patient.to_string(),
        name: list.line.identity.name().to_owned(),
        medications: medications.collect(),
        allergies: words::allergies(&list.background.allergies),
        no_known_allergies: matches!(list.background.allergies, AllergyList::NoneKnown),
        interactions: list.findings.open.iter().map(interaction).collect(),
        reconciled_at: list.outside.reconciled_at.map(instant),
        plan: list.plan.clone(),
        as_of: None,
        changed_at: list.line.last_change.map(|change| instant(change.recorded_at)),
        pharmacy_changes: list
            .pharmacy
            .changes
            .iter()
            .map(|change| pharmacy(change, &list.program))
            .collect(),
    }
}

fn pharmacy(change: &PharmacyChange, orders: &[Order]) -> pb::ListedPharmacyChange {
    let order = orders.iter().find(|order| order.course.order == change.order);
    let answer = match change.approved {
        None => "waiting",
        Some(true) => "approved",
        Some(false) => "denied",
    };
    pb::ListedPharmacyChange {
        medication_id: change.order.to_string(),
        name: order.map_or_else(String::new, |order| words::drug(&order.course.drug)),
        kind: words::stored(&change.kind),
        proposal: change.proposal.expose().to_owned(),
        answer: answer.to_owned(),
        at: Some(instant(change.at)),
    }
}

fn ordered(order: &Order, pharmacy: &AtPharmacy) -> pb::ListedMedication {
    pb::ListedMedication {
        medication_id: order.course.order.to_string(),
        name: words::drug(&order.course.drug),
        sig: words::sig(&order.regimen),
        outside: false,
        prescriber: String::new(),
        status: words::stored(&order.state),
        started_on: order.course.start_on.to_string(),
        reconciled: String::new(),
        last_filled_on: pharmacy
            .last_filled_on(order.course.order)
            .map_or_else(String::new, |day| day.to_string()),
    }
}

fn outside(line: &OutsideLine) -> pb::ListedMedication {
    pb::ListedMedication {
        medication_id: line.medication.to_string(),
        name: line.name.expose().to_owned(),
        sig: line.regimen.as_ref().map_or_else(String::new, words::sig),
        outside: true,
        prescriber: words::text(line.prescriber.as_ref()),
        status: "active".to_owned(),
        started_on: line.started_on.map_or_else(String::new, |day| day.to_string()),
        reconciled: line.reconciled.as_ref().map_or_else(String::new, words::stored),
        last_filled_on: String::new(),
    }
}

fn interaction(open: &OpenFinding) -> pb::ListedInteraction {
    let (mechanism, advice) = words::said(&open.finding);
    pb::ListedInteraction {
        rule: open.finding.rule.as_str().to_owned(),
        about: open.finding.about.iter().map(|substance| substance.as_str().to_owned()).collect(),
        severity: words::stored(&open.severity),
        action: words::stored(&open.action),
        mechanism,
        advice,
    }
}
