//! What a liaison may know to messages.

use concord_knowledge::Ruleset;
use concord_proto::concord::liaison::v1 as pb;
use concord_views::parts::{AllergyList, DueTest, OpenFinding, Order, OutsideLine};
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
    let medications = list.program.iter().map(ordered).chain(list.outside.taken.iter().map(outside));
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
        tests: tests(list),
    }
}

/// Nothing is due for somebody who is in no stay.
fn tests(list: &ReconciledList) -> Vec<pb::ListedTest> {
    if !list.stays.any_open() {
        return Vec::new();
    }
    let mut due: Vec<_> = list.monitoring.due().collect();
    due.sort_by(|one, other| (one.at, &one.test.id).cmp(&(other.at, &other.test.id)));
    due.iter().map(test).collect()
}

fn test(due: &DueTest<'_>) -> pb::ListedTest {
    let measured = due.test.labs.first().and_then(|lab| Ruleset::embedded().lab_name(lab));
    pb::ListedTest {
        name: measured.unwrap_or(due.test.id.as_str()).to_owned(),
        medication: words::drug(due.drug),
        due_at: Some(instant(due.at)),
        because: words::stored(&due.because),
        last_taken_at: due.latest.map(instant),
    }
}

fn ordered(order: &Order) -> pb::ListedMedication {
    pb::ListedMedication {
        medication_id: order.course.order.to_string(),
        name: words::drug(&order.course.drug),
        sig: words::sig(&order.regimen),
        outside: false,
        prescriber: String::new(),
        status: words::stored(&order.state),
        started_on: order.course.start_on.to_string(),
        reconciled: String::new(),
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
