//! Commands in the words of the API.

use concord_kernel::Instant;
use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{EpisodeRef, Frequency, Regimen, Route};
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::scales::v1 as scales;
use prost_types::Timestamp;
use uuid::Uuid;

use super::PROGRAM;
use super::ladder::Ladder;
use super::profile::{Outside, Plan};
use crate::script::Body;

/// An instant as the API writes it.
pub(crate) fn timestamp(at: Instant) -> Timestamp {
    let micros = at.micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).expect("below a second");
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

pub(crate) fn episode(id: Uuid) -> EpisodeRef {
    EpisodeRef { program: PROGRAM.to_owned(), episode_id: id.to_string() }
}

/// Fills after the first that an order hands out.
pub(crate) const fn refills(ladder: &Ladder) -> u32 {
    if ladder.controlled { 0 } else { 2 }
}

pub(crate) fn prescribe(plan: &Plan, ladder: &Ladder, order: Uuid, stay: Uuid, at: Instant) -> Body {
    let refills = refills(ladder);
    Body::PrescribeMedication(chart::PrescribeMedicationRequest {
        order_id: order.to_string(),
        episode: Some(episode(stay)),
        drug: ladder.drug.to_owned(),
        regimen: Some(ladder.regimen(0)),
        indication: plan.indication.to_owned(),
        reason: ladder.reason.to_owned(),
        supply: Some(chart::Supply { days: ladder.supply_days, refills }),
        start_on: at.day().to_string(),
        modality: chart::OrderModality::InPerson.into(),
        legal_basis: legal_basis(ladder).into(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

/// The new order in the old one's place; both are taken until that day.
pub(crate) fn switch(from: Uuid, plan: &Plan, order: Uuid, stay: Uuid, at: Instant, until: Instant) -> Body {
    let ladder = plan.ladder;
    Body::SwitchMedication(chart::SwitchMedicationRequest {
        from_order_id: from.to_string(),
        to: Some(chart::SwitchTarget {
            order_id: order.to_string(),
            episode: Some(episode(stay)),
            drug: ladder.drug.to_owned(),
            regimen: Some(ladder.regimen(0)),
            indication: plan.indication.to_owned(),
            reason: ladder.reason.to_owned(),
            supply: Some(chart::Supply { days: ladder.supply_days, refills: 2 }),
            start_on: at.day().to_string(),
            modality: chart::OrderModality::InPerson.into(),
            legal_basis: legal_basis(ladder).into(),
            acknowledgements: Vec::new(),
        }),
        overlap_until: until.day().to_string(),
        taper: Vec::new(),
        reason: "Six weeks at a dose that should work, and no response".to_owned(),
        header: None,
    })
}

/// Every rung of a ladder, each on the first day on which it may come.
pub(crate) fn titration(ladder: &Ladder, order: Uuid, start: Instant) -> Body {
    let mut days = 0;
    let steps = (0..ladder.top()).map(|rung| {
        days += ladder.wait(rung);
        let begins_on = start.plus_days(days).day().to_string();
        chart::TitrationStep { begins_on, regimen: Some(ladder.regimen(rung + 1)) }
    });
    Body::PlanTitration(chart::PlanTitrationRequest {
        order_id: order.to_string(),
        steps: steps.collect(),
        reason: "By the schedule of the label; every step only without rash".to_owned(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

pub(crate) fn step_up(order: Uuid, basis: chart::titration_basis::Basis, note: &str) -> Body {
    Body::AdvanceTitration(chart::AdvanceTitrationRequest {
        order_id: order.to_string(),
        rests_on: Some(chart::TitrationBasis { basis: Some(basis) }),
        note: note.to_owned(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

pub(crate) fn renew(ladder: &Ladder, order: Uuid) -> Body {
    Body::RenewMedication(chart::RenewMedicationRequest {
        order_id: order.to_string(),
        supply: Some(chart::Supply { days: ladder.supply_days, refills: 0 }),
        modality: chart::OrderModality::InPerson.into(),
        legal_basis: legal_basis(ladder).into(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

const fn legal_basis(ladder: &Ladder) -> chart::LegalBasis {
    if ladder.controlled { chart::LegalBasis::InPersonEvaluation } else { chart::LegalBasis::Unspecified }
}

pub(crate) fn adjust(order: Uuid, regimen: Regimen, basis: chart::cause::Basis, note: &str) -> Body {
    Body::AdjustDose(chart::AdjustDoseRequest {
        order_id: order.to_string(),
        regimen: Some(regimen),
        cause: Some(chart::Cause { basis: Some(basis) }),
        rests_on: None,
        note: note.to_owned(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

pub(crate) fn stop(order: Uuid, reason: chart::StopReason, last_dose: Instant) -> Body {
    Body::StopMedication(chart::StopMedicationRequest {
        order_id: order.to_string(),
        reason: reason.into(),
        last_dose_at: Some(timestamp(last_dose)),
        abrupt_because: String::new(),
        header: None,
    })
}

pub(crate) fn result(lab: &str, value: f64, unit: &str, taken_at: Instant) -> Body {
    Body::RecordResult(chart::RecordResultRequest {
        lab: lab.to_owned(),
        value: Some(value),
        unit: unit.to_owned(),
        taken_at: Some(timestamp(taken_at)),
        last_dose_at: None,
        header: None,
    })
}

/// A level, drawn twelve hours after the evening's dose.
pub(crate) fn level(lab: &str, value: f64, unit: &str, taken_at: Instant) -> Body {
    let dose = Instant::from_micros(taken_at.micros() - 12 * 3_600_000_000).unwrap_or(taken_at);
    Body::RecordResult(chart::RecordResultRequest {
        lab: lab.to_owned(),
        value: Some(value),
        unit: unit.to_owned(),
        taken_at: Some(timestamp(taken_at)),
        last_dose_at: Some(timestamp(dose)),
        header: None,
    })
}

pub(crate) fn outside(entry: &Outside, id: Uuid, started: Instant, prescriber: &str) -> Body {
    let (frequency, count) = match entry.times {
        0 => (Frequency::AsNeeded, Some(3)),
        1 => (Frequency::Daily, None),
        2 => (Frequency::TwiceDaily, None),
        _ => (Frequency::ThreeTimesDaily, None),
    };
    Body::RecordOutsideMedication(chart::RecordOutsideMedicationRequest {
        medication_id: id.to_string(),
        reported: Some(chart::Reported {
            name: entry.name.to_owned(),
            codings: Vec::new(),
            regimen: Some(Regimen {
                dose_mg: entry.dose_mg,
                frequency: frequency.into(),
                count,
                route: Route::Oral.into(),
            }),
            prescriber: prescriber.to_owned(),
            started_on: started.day().to_string(),
            source: chart::InformationSource::Prescriber.into(),
        }),
        header: None,
    })
}

pub(crate) fn section(stay: Uuid, section: assessment::Section, finding: &str) -> Body {
    Body::RecordSection(assessment::RecordSectionRequest {
        episode: Some(episode(stay)),
        section: section.into(),
        finding: finding.to_owned(),
        header: None,
    })
}

pub(crate) fn scale(
    id: Uuid,
    kind: scales::ScaleKind,
    items: &[u8],
    taken_at: Instant,
    substance: &str,
) -> Body {
    let mode = if kind == scales::ScaleKind::Cssrs {
        scales::AdministrationMode::Clinician
    } else {
        scales::AdministrationMode::SelfReport
    };
    let items = items.iter().map(|answer| scales::ScaleItem { answer: Some(u32::from(*answer)) }).collect();
    Body::AdministerScale(scales::AdministerScaleRequest {
        scale_id: id.to_string(),
        scale: kind.into(),
        items,
        stated_total: None,
        mode: mode.into(),
        language: "en-US".to_owned(),
        taken_at: Some(timestamp(taken_at)),
        substance: substance.to_owned(),
        header: None,
    })
}

pub(crate) fn resolve_risk(id: Uuid, resolution: &str) -> Body {
    Body::ResolveRisk(scales::ResolveRiskRequest {
        scale_id: id.to_string(),
        resolution: resolution.to_owned(),
        header: None,
    })
}

pub(crate) fn schedule(
    stay: Uuid,
    visit: Uuid,
    kind: follow_up::VisitKind,
    at: Instant,
    modality: follow_up::Modality,
    with: Uuid,
) -> Body {
    Body::ScheduleVisit(follow_up::ScheduleVisitRequest {
        episode: Some(episode(stay)),
        visit_id: visit.to_string(),
        kind: kind.into(),
        at: Some(timestamp(at)),
        modality: modality.into(),
        with_person_id: with.to_string(),
        header: None,
    })
}
