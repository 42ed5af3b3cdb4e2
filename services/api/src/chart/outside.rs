//! Medications from outside the program.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::{
    Command, InformationSource, MedicationRef, ReconcileAction, ReconciledEntry, Reported,
};
use concord_kernel::{OrderId, OutsideMedicationId};
use concord_proto::concord::chart::v1 as pb;

use crate::Invalid;
use crate::common::decode::{codings, regimen};
use crate::field::{
    choice, id, instant, list, optional_day, optional_instant, optional_text, required, text,
};

/// Most lines of one reconciliation.
const ENTRIES: usize = 200;

pub(super) fn record_outside_medication(
    request: pb::RecordOutsideMedicationRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordOutsideMedicationRequest { header: _, medication_id, reported } = request;
    Ok(AnyCommand::Chart(Command::RecordOutsideMedication {
        medication: medication("medication_id", &medication_id)?,
        reported: self::reported(required("reported", reported)?)
            .map_err(|invalid| invalid.within("reported"))?,
    }))
}

fn reported(reported: pb::Reported) -> Result<Reported, Invalid> {
    let pb::Reported { name, codings, regimen, prescriber, started_on, source } = reported;
    Ok(Reported {
        name: text("name", &name)?,
        codings: self::codings(codings)?,
        regimen: regimen.map(|known| self::regimen("regimen", Some(known))).transpose()?,
        prescriber: optional_text("prescriber", &prescriber)?,
        started_on: optional_day("started_on", &started_on)?,
        source: self::source("source", source)?,
    })
}

pub(super) fn source(field: &str, source: i32) -> Result<InformationSource, Invalid> {
    choice(field, source, |source| match source {
        pb::InformationSource::Unspecified => None,
        pb::InformationSource::Patient => Some(InformationSource::Patient),
        pb::InformationSource::Family => Some(InformationSource::Family),
        pb::InformationSource::Pharmacy => Some(InformationSource::Pharmacy),
        pb::InformationSource::Prescriber => Some(InformationSource::Prescriber),
        pb::InformationSource::ImportedRecord => Some(InformationSource::ImportedRecord),
        pb::InformationSource::OpioidTreatmentProgram => Some(InformationSource::OpioidTreatmentProgram),
    })
}

pub(super) fn end_outside_medication(
    request: pb::EndOutsideMedicationRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::EndOutsideMedicationRequest { header: _, medication_id, last_dose_at, reason } = request;
    Ok(AnyCommand::Chart(Command::EndOutsideMedication {
        medication: medication("medication_id", &medication_id)?,
        last_dose_at: optional_instant("last_dose_at", last_dose_at)?,
        reason: text("reason", &reason)?,
    }))
}

pub(super) fn record_last_dose(request: pb::RecordLastDoseRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordLastDoseRequest { header: _, medication, at } = request;
    let medication = medication_ref(medication)?;
    Ok(AnyCommand::Chart(Command::RecordLastDose { medication, at: instant("at", at)? }))
}

pub(super) fn record_never_taken(request: pb::RecordNeverTakenRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordNeverTakenRequest { header: _, medication, reason } = request;
    let medication = medication_ref(medication)?;
    Ok(AnyCommand::Chart(Command::RecordNeverTaken { medication, reason: text("reason", &reason)? }))
}

fn medication_ref(medication: Option<pb::MedicationRef>) -> Result<MedicationRef, Invalid> {
    use pb::medication_ref::Medication;
    Ok(match medication.and_then(|named| named.medication) {
        Some(Medication::OrderId(order)) => {
            MedicationRef::Order(id("medication.order_id", &order, OrderId::new)?)
        }
        Some(Medication::OutsideMedicationId(outside)) => {
            MedicationRef::Outside(self::medication("medication.outside_medication_id", &outside)?)
        }
        None => return Err(Invalid::new("medication", "is required")),
    })
}

pub(super) fn reconcile_medications(request: pb::ReconcileMedicationsRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReconcileMedicationsRequest { header: _, entries, note } = request;
    Ok(AnyCommand::Chart(Command::Reconcile {
        entries: list("entries", entries, ENTRIES, entry)?,
        note: optional_text("note", &note)?,
    }))
}

fn entry(entry: pb::ReconciledEntry) -> Result<ReconciledEntry, Invalid> {
    let pb::ReconciledEntry { medication_id, action } = entry;
    Ok(ReconciledEntry {
        medication: medication("medication_id", &medication_id)?,
        action: choice("action", action, |action| match action {
            pb::ReconcileAction::Unspecified => None,
            pb::ReconcileAction::Continues => Some(ReconcileAction::Continues),
            pb::ReconcileAction::NoLongerTaken => Some(ReconcileAction::NoLongerTaken),
            pb::ReconcileAction::AskPrescriber => Some(ReconcileAction::AskPrescriber),
        })?,
    })
}

fn medication(field: &str, text: &str) -> Result<OutsideMedicationId, Invalid> {
    id(field, text, OutsideMedicationId::new)
}
