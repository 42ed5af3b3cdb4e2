//! Words of the views and the contract, each for each.

use concord_domain::follow_up::Modality;
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::timeline::v1 as pb;
use concord_views::DataClass;
use concord_views::timeline::{CorrectionKind, Kind};

pub(super) const fn read_kind(kind: pb::TimelineKind) -> Option<Kind> {
    match kind {
        pb::TimelineKind::Unspecified => None,
        pb::TimelineKind::Stay => Some(Kind::Stay),
        pb::TimelineKind::Assessment => Some(Kind::Assessment),
        pb::TimelineKind::Dose => Some(Kind::Dose),
        pb::TimelineKind::Interaction => Some(Kind::Interaction),
        pb::TimelineKind::OutsideMedication => Some(Kind::OutsideMedication),
        pb::TimelineKind::Result => Some(Kind::Result),
        pb::TimelineKind::Score => Some(Kind::Score),
        pb::TimelineKind::SideEffect => Some(Kind::SideEffect),
        pb::TimelineKind::Visit => Some(Kind::Visit),
        pb::TimelineKind::LifeChange => Some(Kind::LifeChange),
        pb::TimelineKind::Plan => Some(Kind::Plan),
        pb::TimelineKind::Consent => Some(Kind::Consent),
        pb::TimelineKind::Therapy => Some(Kind::Therapy),
        pb::TimelineKind::Prescription => Some(Kind::Prescription),
        pb::TimelineKind::Adherence => Some(Kind::Adherence),
        pb::TimelineKind::Recovery => Some(Kind::Recovery),
        pb::TimelineKind::Coordination => Some(Kind::Coordination),
        pb::TimelineKind::Background => Some(Kind::Background),
    }
}

pub(super) const fn kind(kind: Kind) -> pb::TimelineKind {
    match kind {
        Kind::Stay => pb::TimelineKind::Stay,
        Kind::Assessment => pb::TimelineKind::Assessment,
        Kind::Dose => pb::TimelineKind::Dose,
        Kind::Interaction => pb::TimelineKind::Interaction,
        Kind::OutsideMedication => pb::TimelineKind::OutsideMedication,
        Kind::Result => pb::TimelineKind::Result,
        Kind::Score => pb::TimelineKind::Score,
        Kind::SideEffect => pb::TimelineKind::SideEffect,
        Kind::Visit => pb::TimelineKind::Visit,
        Kind::LifeChange => pb::TimelineKind::LifeChange,
        Kind::Plan => pb::TimelineKind::Plan,
        Kind::Consent => pb::TimelineKind::Consent,
        Kind::Therapy => pb::TimelineKind::Therapy,
        Kind::Prescription => pb::TimelineKind::Prescription,
        Kind::Adherence => pb::TimelineKind::Adherence,
        Kind::Recovery => pb::TimelineKind::Recovery,
        Kind::Coordination => pb::TimelineKind::Coordination,
        Kind::Background => pb::TimelineKind::Background,
    }
}

pub(super) const fn correction(kind: CorrectionKind) -> pb::CorrectionKind {
    match kind {
        CorrectionKind::Corrected => pb::CorrectionKind::Corrected,
        CorrectionKind::EnteredInError => pb::CorrectionKind::EnteredInError,
        CorrectionKind::NeverTaken => pb::CorrectionKind::NeverTaken,
        CorrectionKind::Refuted => pb::CorrectionKind::Refuted,
        CorrectionKind::NotASideEffect => pb::CorrectionKind::NotASideEffect,
    }
}

pub(super) const fn class(class: DataClass) -> pb::DataClass {
    match class {
        DataClass::Identity => pb::DataClass::Identity,
        DataClass::Medication => pb::DataClass::Medication,
        DataClass::MedicationPurpose => pb::DataClass::MedicationPurpose,
        DataClass::SideEffect => pb::DataClass::SideEffect,
        DataClass::Diagnosis => pb::DataClass::Diagnosis,
        DataClass::SubstanceUse => pb::DataClass::SubstanceUse,
        DataClass::Scale => pb::DataClass::Scale,
        DataClass::Lab => pb::DataClass::Lab,
        DataClass::Schedule => pb::DataClass::Schedule,
        DataClass::Goal => pb::DataClass::Goal,
        DataClass::Adherence => pb::DataClass::Adherence,
    }
}

pub(super) const fn modality(modality: Option<Modality>) -> follow_up::Modality {
    match modality {
        None => follow_up::Modality::Unspecified,
        Some(Modality::InPerson) => follow_up::Modality::InPerson,
        Some(Modality::AudioVideo) => follow_up::Modality::AudioVideo,
        Some(Modality::Audio) => follow_up::Modality::Audio,
    }
}
