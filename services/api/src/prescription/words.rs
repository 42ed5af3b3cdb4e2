//! The choices of a prescription.

use concord_domain::prescription::{
    Answer, CancelRefusal, ChangeKind, Factor, FactorKind, FillStatus, PharmacyStatus, TransmissionFailure,
    VisitRef,
};
use concord_kernel::{EpisodeId, PrescriptionId, VisitId};
use concord_proto::concord::prescription::v1 as pb;

use crate::Invalid;
use crate::field::{choice, id, instant, required, text};

pub(crate) fn factor(factor: &pb::Factor) -> Result<Factor, Invalid> {
    let pb::Factor { kind, verified_at, evidence } = factor;
    Ok(Factor {
        kind: choice("kind", *kind, |stated| match stated {
            pb::FactorKind::Unspecified => None,
            pb::FactorKind::Knowledge => Some(FactorKind::Knowledge),
            pb::FactorKind::Biometric => Some(FactorKind::Biometric),
            pb::FactorKind::HardToken => Some(FactorKind::HardToken),
        })?,
        verified_at: instant("verified_at", *verified_at)?,
        evidence: text("evidence", evidence)?,
    })
}

pub(super) fn visit(visit: &pb::VisitRef) -> Result<VisitRef, Invalid> {
    let pb::VisitRef { episode_id, visit_id } = visit;
    let fields = || {
        Ok(VisitRef {
            episode: id("episode_id", episode_id, EpisodeId::new)?,
            visit: id("visit_id", visit_id, VisitId::new)?,
        })
    };
    fields().map_err(|invalid: Invalid| invalid.within("visit"))
}

pub(super) fn answer(answer: Option<pb::Answer>) -> Result<Answer, Invalid> {
    let pb::Answer { decision } = required("answer", answer)?;
    let read = |decision| match decision {
        pb::answer::Decision::DeniedBecause(reason) => {
            Ok(Answer::Denied { reason: text("denied_because", &reason)? })
        }
        pb::answer::Decision::ReplacementId(other) => {
            Ok(Answer::Approved { replacement: id("replacement_id", &other, PrescriptionId::new)? })
        }
    };
    required("decision", decision).and_then(read).map_err(|invalid| invalid.within("answer"))
}

pub(super) fn status(value: i32) -> Result<PharmacyStatus, Invalid> {
    let failed = |why| Some(PharmacyStatus::Failed(why));
    choice("status", value, |stated| match stated {
        pb::PharmacyStatus::Unspecified => None,
        pb::PharmacyStatus::Accepted => Some(PharmacyStatus::Accepted),
        pb::PharmacyStatus::Rejected => failed(TransmissionFailure::Rejected),
        pb::PharmacyStatus::UnknownPharmacy => failed(TransmissionFailure::UnknownPharmacy),
        pb::PharmacyStatus::NotSupported => failed(TransmissionFailure::NotSupported),
        pb::PharmacyStatus::NoAnswer => failed(TransmissionFailure::NoAnswer),
        pb::PharmacyStatus::NoNetwork => failed(TransmissionFailure::NoNetwork),
    })
}

pub(super) fn cancel_answer(value: i32) -> Result<Option<CancelRefusal>, Invalid> {
    choice("answer", value, |stated| match stated {
        pb::CancelAnswer::Unspecified => None,
        pb::CancelAnswer::Cancelled => Some(None),
        pb::CancelAnswer::AlreadyDispensed => Some(Some(CancelRefusal::AlreadyDispensed)),
        pb::CancelAnswer::UnknownPrescription => Some(Some(CancelRefusal::UnknownPrescription)),
        pb::CancelAnswer::NoAnswer => Some(Some(CancelRefusal::NoAnswer)),
        pb::CancelAnswer::Other => Some(Some(CancelRefusal::Other)),
    })
}

pub(super) fn change_kind(value: i32) -> Result<ChangeKind, Invalid> {
    choice("kind", value, |stated| match stated {
        pb::ChangeKind::Unspecified => None,
        pb::ChangeKind::GenericSubstitution => Some(ChangeKind::GenericSubstitution),
        pb::ChangeKind::TherapeuticInterchange => Some(ChangeKind::TherapeuticInterchange),
        pb::ChangeKind::PriorAuthorization => Some(ChangeKind::PriorAuthorization),
        pb::ChangeKind::DrugUseEvaluation => Some(ChangeKind::DrugUseEvaluation),
        pb::ChangeKind::Clarification => Some(ChangeKind::Clarification),
        pb::ChangeKind::OutOfStock => Some(ChangeKind::OutOfStock),
    })
}

pub(super) fn fill_status(value: i32) -> Result<FillStatus, Invalid> {
    choice("status", value, |stated| match stated {
        pb::FillStatus::Unspecified => None,
        pb::FillStatus::Dispensed => Some(FillStatus::Dispensed),
        pb::FillStatus::PartiallyDispensed => Some(FillStatus::PartiallyDispensed),
        pb::FillStatus::NotDispensed => Some(FillStatus::NotDispensed),
    })
}
