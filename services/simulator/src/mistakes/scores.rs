//! Forms and risks.

use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::scales::v1::{AdministrationMode, ScaleKind};

use super::tale::Tale;
use crate::script::Body;

/// A form as the nurse fills it in today; it may be altered before it is sent.
pub(super) fn form(t: &mut Tale<'_>, scale: ScaleKind, items: &[u8]) -> scales::AdministerScaleRequest {
    let seen = matches!(scale, ScaleKind::Cssrs | ScaleKind::Cows);
    let mode = if seen { AdministrationMode::Clinician } else { AdministrationMode::SelfReport };
    scales::AdministerScaleRequest {
        scale_id: t.new_id(),
        scale: scale.into(),
        items: items.iter().map(|answer| scales::ScaleItem { answer: Some(u32::from(*answer)) }).collect(),
        stated_total: None,
        mode: mode.into(),
        language: "en-US".to_owned(),
        taken_at: t.at(0),
        substance: String::new(),
        header: None,
    }
}

pub(super) fn forms(t: &mut Tale<'_>) {
    let nurse = t.nurse();
    t.is_admitted();
    let mut wrong = |alter: fn(&Tale<'_>, &mut scales::AdministerScaleRequest), reason: &'static str| {
        let mut sent = form(t, ScaleKind::Phq9, &[1; 9]);
        alter(t, &mut sent);
        t.errs(&nurse, Body::AdministerScale(sent), reason);
    };
    wrong(|_, form| form.items.truncate(8), "SCALE_ITEM_COUNT");
    wrong(|_, form| form.items[0].answer = Some(4), "SCALE_ITEM_OUT_OF_RANGE");
    wrong(|_, form| form.stated_total = Some(12), "SCALE_TOTAL_MISMATCH");
    wrong(|_, form| "the patient's own".clone_into(&mut form.language), "FIELD_INVALID");
    wrong(|t, form| form.taken_at = t.at(2), "TAKEN_IN_FUTURE");
    wrong(|t, form| form.taken_at = t.at(-24 * 40), "TAKEN_TOO_LONG_AGO");
    wrong(|_, form| "alcohol".clone_into(&mut form.substance), "SUBSTANCE_NOT_ASKED");
    let craving = form(t, ScaleKind::Craving, &[40]);
    t.errs(&nurse, Body::AdministerScale(craving), "SUBSTANCE_REQUIRED");
    let mut screener = form(t, ScaleKind::Cssrs, &[0; 7]);
    screener.items[0].answer = None;
    t.errs(&nurse, Body::AdministerScale(screener), "SCALE_UNANSWERED");
    let mut withdrawal = form(t, ScaleKind::Cows, &[1; 11]);
    withdrawal.mode = AdministrationMode::SelfReport.into();
    t.errs(&nurse, Body::AdministerScale(withdrawal), "SCALE_CLINICIAN_SCORES");
    // The form knows no 3 between 2 and 4.
    let mut withdrawal = form(t, ScaleKind::Cows, &[0; 11]);
    withdrawal.items[0].answer = Some(3);
    t.errs(&nurse, Body::AdministerScale(withdrawal), "SCALE_ANSWER_NOT_OFFERED");
    let withdrawal = form(t, ScaleKind::Cows, &[0; 11]);
    t.errs(&t.therapist(), Body::AdministerScale(withdrawal), "ROLE_NOT_PERMITTED");
    let good = form(t, ScaleKind::Phq9, &[1; 9]);
    t.does(&nurse, Body::AdministerScale(good.clone()));
    t.errs(&nurse, Body::AdministerScale(good), "SCALE_ID_USED");
}

fn closed(scale_id: &str) -> Body {
    Body::ResolveRisk(scales::ResolveRiskRequest {
        scale_id: scale_id.to_owned(),
        resolution: "Not left alone; safety plan; sister comes".to_owned(),
        header: None,
    })
}

/// Thoughts with a plan to act on them.
pub(super) const AT_RISK: [u8; 7] = [1, 1, 1, 1, 0, 0, 0];

pub(super) fn risks(t: &mut Tale<'_>) {
    let (nurse, therapist) = (t.nurse(), t.therapist());
    t.is_admitted();
    let screener = form(t, ScaleKind::Cssrs, &AT_RISK);
    let id = screener.scale_id.clone();
    t.errs(&therapist, closed(&id), "UNKNOWN_RISK");
    t.does(&nurse, Body::AdministerScale(screener));
    t.does(&therapist, closed(&id));
    t.errs(&therapist, closed(&id), "RISK_ALREADY_RESOLVED");
}
