//! An antipsychotic that is injected once tablets were tolerated, and a trial that is judged before a drug is changed.
//!
//! What is drawn here is drawn apart: nothing else in a client's story depends on it.

use concord_kernel::Instant;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{FindingKey, Frequency, Regimen, Route};
use uuid::Uuid;

use super::course::Story;
use super::request;
use super::writer::later;
use crate::script::Body;

/// Days of tablets before the first injection.
const TABLETS_DAYS: i64 = 30;

const PALIPERIDONE: &str = "paliperidone-lai";

/// Whoever takes risperidone is asked whether an injection a month is easier.
pub(crate) fn begin(story: &mut Story<'_>) {
    let Some(tablets) = story.orders.iter().find(|order| order.ladder.drug == "risperidone").map(|o| o.id)
    else {
        return;
    };
    let day = story.treated_on + TABLETS_DAYS;
    let (order, at) = (story.w.id_apart(), story.w.at(day, 300));
    let prescriber = story.prescriber;
    let warned = Body::AcknowledgeBoxedWarning(chart::AcknowledgeBoxedWarningRequest {
        drug: PALIPERIDONE.to_owned(),
        header: None,
    });
    story.w.step(at, prescriber, warned).needing(tablets);
    let body = prescribe(order, story.stay, at);
    story.w.step(later(at, 2), prescriber, body).needing(tablets).making(order);
    // 234 mg, a week later 156 mg, and five weeks after the first what is ordered.
    let plan = [
        (0, 234.0, chart::InjectionRegion::Deltoid),
        (7, 156.0, chart::InjectionRegion::Deltoid),
        (35, 117.0, chart::InjectionRegion::Gluteal),
    ];
    for (after, dose_mg, region) in plan {
        let at = later(story.w.at(day + after, 300), 10);
        // Every second client is away for the third and has it where they are.
        let away = after == 35 && (story.w.client() / 12) % 2 == 1;
        let body = if away { elsewhere(order, dose_mg, at) } else { give(order, dose_mg, region) };
        let nurse = &story.staff.nurse;
        story.w.step(later(at, 1), nurse, body).needing(order);
    }
}

fn prescribe(order: Uuid, stay: Uuid, at: Instant) -> Body {
    let both = ["paliperidone", "risperidone"].map(str::to_owned).to_vec();
    Body::PrescribeMedication(chart::PrescribeMedicationRequest {
        order_id: order.to_string(),
        episode: Some(request::episode(stay)),
        drug: PALIPERIDONE.to_owned(),
        regimen: Some(Regimen {
            dose_mg: 117.0,
            frequency: Frequency::EveryDays.into(),
            count: Some(28),
            route: Route::Intramuscular.into(),
        }),
        indication: "schizophrenia".to_owned(),
        reason: "Tablets help and are forgotten; wants one thing less to think of".to_owned(),
        supply: Some(chart::Supply { days: 28, refills: 5 }),
        start_on: at.day().to_string(),
        modality: chart::OrderModality::InPerson.into(),
        legal_basis: chart::LegalBasis::Unspecified.into(),
        acknowledgements: vec![chart::Acknowledgement {
            finding: Some(FindingKey { rule: "dup.antipsychotic".to_owned(), about: both }),
            reason: "Tablets end four weeks after the first injection".to_owned(),
            longer_use: None,
        }],
        header: None,
    })
}

fn give(order: Uuid, dose_mg: f64, region: chart::InjectionRegion) -> Body {
    Body::GiveInjection(chart::GiveInjectionRequest {
        order_id: order.to_string(),
        dose_mg,
        site: Some(chart::InjectionSite { region: region.into(), side: chart::BodySide::Left.into() }),
        lot: "KX-4711".to_owned(),
        observer_id: String::new(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

fn elsewhere(order: Uuid, dose_mg: f64, at: Instant) -> Body {
    let told = chart::InformationSource::Prescriber.into();
    Body::RecordInjectionGiven(chart::RecordInjectionGivenRequest {
        order_id: order.to_string(),
        dose_mg,
        given_at: Some(request::timestamp(at)),
        place: Some(chart::record_injection_given_request::Place::Elsewhere(told)),
        header: None,
    })
}

/// The trial of an order is judged before another takes its place.
pub(crate) fn trial_failed(story: &mut Story<'_>, order: Uuid, at: Instant) {
    let body = Body::AssessResponse(chart::AssessResponseRequest {
        order_id: order.to_string(),
        decision: chart::ResponseDecision::Switch.into(),
        wait_until: String::new(),
        reason: "Six weeks, taken as agreed, and no better".to_owned(),
        header: None,
    });
    let prescriber = story.prescriber;
    story.w.step(at, prescriber, body).needing(order);
}
