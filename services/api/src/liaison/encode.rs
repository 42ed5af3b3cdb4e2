//! What a liaison may know to messages.

use std::collections::BTreeSet;

use concord_domain::coordination::SharedPart;
use concord_kernel::PersonId;
use concord_knowledge::Ruleset;
use concord_proto::concord::liaison::v1 as pb;
use concord_views::parts::{
    AllergyList, AtPharmacy, ConflictLine, Contacts, DueTest, OpenConsult, OpenFinding, OpenUpdate, Order,
    OutsideLine, PharmacyChange, Piece,
};
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
        changed_since_seen: line.changed_since_seen,
        open_consults: count(line.consults),
    }
}

/// The list as `person` may see it; of somebody who works outside the program, `parts` says what the patient signed for them.
/// Findings are told in the words of `rules`, those in force.
pub(super) fn list(
    list: &ReconciledList,
    person: PersonId,
    parts: Option<&BTreeSet<SharedPart>>,
    rules: Option<&Ruleset>,
) -> pb::GetReconciledListResponse {
    let theirs;
    let contacts: &Contacts = if parts.is_some() {
        theirs = list.contacts.of(person);
        &theirs
    } else {
        &list.contacts
    };
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
        interactions: list.findings.open.iter().map(|open| interaction(open, rules)).collect(),
        reconciled_at: list.outside.reconciled_at.map(instant),
        plan: list.plan.clone(),
        as_of: None,
        changed_at: list.line.last_change.map(|change| instant(change.recorded_at)),
        changes: list.news.iter().map(change).collect(),
        consults: contacts.consults.iter().map(consult).collect(),
        conflicts: contacts.conflicts.iter().map(conflict).collect(),
        seen_up_to: list.line.seen_up_to.map(instant),
        plan_version: list.contacts.shared.get(&person).map_or(0, |shared| shared.version),
        tests: tests(list),
        pharmacy_changes: list
            .pharmacy
            .changes
            .iter()
            .map(|change| pharmacy(change, &list.program))
            .collect(),
        updates: contacts.updates.iter().map(update).collect(),
        shared_parts: parts.into_iter().flatten().map(words::stored).collect(),
    }
}

fn change(piece: &Piece) -> pb::ListedChange {
    pb::ListedChange { recorded_at: Some(instant(piece.recorded_at)), what: piece.what.sentence() }
}

fn consult(asked: &OpenConsult) -> pb::ListedConsult {
    pb::ListedConsult {
        consult_id: asked.consult.to_string(),
        of_person_id: asked.of.to_string(),
        urgency: words::stored(&asked.urgency),
        question: asked.question.expose().to_owned(),
        answer_by: Some(instant(asked.answer_by)),
    }
}

fn conflict(line: &ConflictLine) -> pb::ListedConflict {
    let settled = line.settled.as_ref();
    pb::ListedConflict {
        conflict_id: line.conflict.to_string(),
        rule: line.finding.as_ref().map_or_else(String::new, |finding| finding.rule.as_str().to_owned()),
        description: line.description.expose().to_owned(),
        resolve_by: Some(instant(line.resolve_by)),
        resolution: settled.map_or_else(String::new, |settled| words::stored(&settled.resolution)),
        responsible_id: settled.map_or_else(String::new, |settled| settled.responsible.to_string()),
        what: settled.map_or_else(String::new, |settled| settled.what.expose().to_owned()),
    }
}

fn update(told: &OpenUpdate) -> pb::ListedUpdate {
    pb::ListedUpdate {
        update_id: told.update.to_string(),
        kind: words::stored(&told.kind),
        from: told.from.expose().to_owned(),
        summary: told.summary.expose().to_owned(),
        review_by: Some(instant(told.review_by)),
        not_on_care_team: told.not_on_care_team,
    }
}

/// Nothing is due for somebody who is in no stay.
fn tests(list: &ReconciledList) -> Vec<pb::ListedTest> {
    if !list.stays.any_open() {
        return Vec::new();
    }
    // Of what is not on the list nothing is due here.
    let listed = |due: &DueTest<'_>| list.program.iter().any(|order| order.course.order == due.order);
    let mut due: Vec<_> = list.monitoring.due().filter(listed).collect();
    due.sort_by(|one, other| (one.test.at, &one.test.id).cmp(&(other.test.at, &other.test.id)));
    due.iter().map(test).collect()
}

fn test(due: &DueTest<'_>) -> pb::ListedTest {
    let measured = due.test.measured.as_ref().and_then(|lab| Ruleset::embedded().lab_name(lab));
    pb::ListedTest {
        name: measured.unwrap_or(due.test.id.as_str()).to_owned(),
        medication: words::drug(due.drug),
        due_at: Some(instant(due.test.at)),
        because: words::stored(&due.test.because),
        last_taken_at: due.test.latest.map(instant),
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

fn interaction(open: &OpenFinding, rules: Option<&Ruleset>) -> pb::ListedInteraction {
    let (mechanism, advice) = words::said(&open.finding, rules);
    pb::ListedInteraction {
        rule: open.finding.rule.as_str().to_owned(),
        about: open.finding.about.iter().map(|substance| substance.as_str().to_owned()).collect(),
        severity: words::stored(&open.severity),
        action: words::stored(&open.action),
        mechanism,
        advice,
        ruleset: open.ruleset.as_str().to_owned(),
        reviewed: words::reviewed(&open.ruleset, rules),
    }
}
