//! Prescriptions, from the draft to the signature.

use concord_kernel::Role;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::prescription::v1 as rx;

use super::supplies::longer;
use super::tale::{PREFERRED, Tale, adjustment, daily};
use crate::cohort::timestamp;
use crate::script::{Body, Person};

/// A prescription as the nurse drafts it; it may be altered before it is sent.
pub(super) fn draft(id: &str, order: &str, days: u32) -> rx::DraftPrescriptionRequest {
    rx::DraftPrescriptionRequest {
        prescription_id: id.to_owned(),
        order_id: order.to_owned(),
        product: "As ordered, tablets".to_owned(),
        quantity: days,
        supply: Some(chart::Supply { days, refills: 0 }),
        pharmacy: "3612345".to_owned(),
        state: "OH".to_owned(),
        earliest_fill_on: String::new(),
        follows_id: String::new(),
        note: String::new(),
        header: None,
    }
}

pub(super) fn ready(id: &str) -> Body {
    let prescription_id = id.to_owned();
    Body::MarkPrescriptionReady(rx::MarkPrescriptionReadyRequest { prescription_id, header: None })
}

pub(super) fn cancelled(id: &str) -> Body {
    let (prescription_id, reason) = (id.to_owned(), "Another dose".to_owned());
    Body::CancelPrescription(rx::CancelPrescriptionRequest { prescription_id, reason, header: None })
}

/// Signed with so many factors that were shown so many minutes ago.
pub(super) fn sign(
    t: &Tale<'_>,
    id: &str,
    kinds: &[rx::FactorKind],
    minutes_ago: i64,
) -> rx::SignPrescriptionRequest {
    let at = concord_kernel::Instant::from_micros(t.now().micros() - minutes_ago * 60_000_000);
    let factor = |kind: &rx::FactorKind| rx::Factor {
        kind: (*kind).into(),
        verified_at: at.ok().map(timestamp),
        evidence: "sign-on of the program".to_owned(),
    };
    rx::SignPrescriptionRequest {
        prescription_id: id.to_owned(),
        factors: kinds.iter().map(factor).collect(),
        visit: None,
        header: None,
    }
}

/// What a signature under a controlled substance needs.
pub(super) const TWO_FACTORS: [rx::FactorKind; 2] = [rx::FactorKind::Knowledge, rx::FactorKind::HardToken];

pub(super) fn looked_up(t: &Tale<'_>, hours: i64) -> Body {
    Body::RecordPdmpCheck(chart::RecordPdmpCheckRequest {
        state: "OH".to_owned(),
        checked_at: t.at(hours),
        result: chart::PdmpResult::AsExpected.into(),
        note: String::new(),
        header: None,
    })
}

pub(super) fn drafted(t: &mut Tale<'_>) {
    let (nurse, psychiatrist, practitioner) = (t.nurse(), t.psychiatrist(), t.practitioner());
    t.is_ready(&["gad"]);
    let buspirone = t.takes("buspirone", 15.0, "gad");
    let (id, other) = (t.new_id(), t.new_id());
    let mut wrong = |alter: fn(&Tale<'_>, &mut rx::DraftPrescriptionRequest), reason: &'static str| {
        let mut sent = draft(&id, &buspirone, 30);
        alter(t, &mut sent);
        t.errs(&nurse, Body::DraftPrescription(sent), reason);
    };
    wrong(|t, draft| draft.order_id = t.stay_id(), "UNKNOWN_ORDER");
    wrong(|_, draft| draft.quantity = 5_000, "QUANTITY_OUT_OF_RANGE");
    wrong(|_, draft| draft.supply = Some(chart::Supply { days: 0, refills: 0 }), "FIELD_INVALID");
    wrong(|_, draft| draft.supply = Some(chart::Supply { days: 60, refills: 0 }), "SUPPLY_BEYOND_ORDER");
    wrong(|t, draft| draft.earliest_fill_on = t.day(-3), "EARLIEST_FILL_PASSED");
    wrong(|t, draft| draft.follows_id = t.stay_id(), "SERIES_NOT_ALLOWED");
    t.errs(&psychiatrist, ready(&id), "PRESCRIPTION_NOT_DRAFTED");
    t.does(&nurse, Body::DraftPrescription(draft(&id, &buspirone, 30)));
    t.errs(&nurse, Body::DraftPrescription(draft(&id, &buspirone, 30)), "PRESCRIPTION_ID_USED");
    t.errs(&psychiatrist, Body::SignPrescription(sign(t, &id, &[], 0)), "PRESCRIPTION_NOT_READY");
    t.errs(&nurse, ready(&id), "NOT_PERMITTED");
    t.does(&psychiatrist, ready(&id));
    t.errs(&psychiatrist, ready(&id), "PRESCRIPTION_READY");
    t.errs(&practitioner, Body::SignPrescription(sign(t, &id, &[], 0)), "NOT_YOUR_PRESCRIPTION");
    // The order has changed since it was read.
    t.does(&psychiatrist, adjustment(&buspirone, daily(10.0), PREFERRED));
    t.errs(&psychiatrist, Body::SignPrescription(sign(t, &id, &[], 0)), "ORDER_CHANGED");
    t.does(&psychiatrist, cancelled(&id));
    t.errs(&psychiatrist, ready(&id), "PRESCRIPTION_OVER");
    t.does(&nurse, Body::DraftPrescription(draft(&other, &buspirone, 30)));
    t.wait_days(9);
    t.errs(&psychiatrist, ready(&other), "ORDER_JUDGED_TOO_LONG_AGO");
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn visit_of(t: &Tale<'_>, visit: &str) -> Option<rx::VisitRef> {
    Some(rx::VisitRef { episode_id: t.stay_id(), visit_id: visit.to_owned() })
}

pub(super) fn signed(t: &mut Tale<'_>) {
    use rx::FactorKind::{Biometric, HardToken, Knowledge};
    let (nurse, psychiatrist) = (t.nurse(), t.psychiatrist());
    t.is_ready(&["panic-disorder"]);
    t.is_warned_of("clonazepam");
    let clonazepam = t.takes_controlled("clonazepam", daily(0.5), "panic-disorder");
    let id = t.new_id();
    t.does(&nurse, Body::DraftPrescription(draft(&id, &clonazepam, 28)));
    // Registered, and let to sign by nobody of the program.
    let schedules = psychiatrist.schedules.clone();
    let newcomer = Person { schedules, ..Tale::colleague(t.id(), Role::Psychiatrist) };
    t.joins(&newcomer);
    t.errs(&newcomer, ready(&id), "NO_SIGNING_RIGHT");
    t.does(&psychiatrist, ready(&id));
    let mut wrong = |kinds: &[rx::FactorKind], minutes_ago: i64, reason: &'static str| {
        let sent = sign(t, &id, kinds, minutes_ago);
        t.errs(&psychiatrist, Body::SignPrescription(sent), reason);
    };
    wrong(&[], 0, "FACTORS_MISSING");
    wrong(&[Knowledge, Knowledge], 0, "FACTORS_MISSING");
    wrong(&[Knowledge, HardToken, Biometric, Knowledge], 0, "TOO_MANY_FACTORS");
    wrong(&TWO_FACTORS, 20, "FACTOR_TOO_OLD");
    wrong(&TWO_FACTORS, -20, "IN_THE_FUTURE");
    wrong(&TWO_FACTORS, 0, "PDMP_MISSING");
    t.does(&nurse, looked_up(t, -24 * 120));
    let sent = sign(t, &id, &TWO_FACTORS, 0);
    t.errs(&psychiatrist, Body::SignPrescription(sent.clone()), "PDMP_TOO_OLD");
    t.does(&nurse, looked_up(t, 0));
    t.does(&psychiatrist, Body::SignPrescription(sent.clone()));
    t.errs(&psychiatrist, Body::SignPrescription(sent), "PRESCRIPTION_SIGNED");
    by_video(t, &clonazepam);
}

/// Renewed by video: the signature names a visit, one that took place, and lately.
fn by_video(t: &mut Tale<'_>, clonazepam: &str) {
    let (nurse, psychiatrist, manager) = (t.nurse(), t.psychiatrist(), t.manager());
    let (visit, unknown, id) = (t.new_id(), t.new_id(), t.new_id());
    let modality = follow_up::Modality::AudioVideo.into();
    t.does(
        &manager,
        Body::ScheduleVisit(follow_up::ScheduleVisitRequest {
            episode: t.stay(),
            visit_id: visit.clone(),
            kind: follow_up::VisitKind::Medication.into(),
            at: t.at(1),
            modality,
            with_person_id: psychiatrist.id.to_string(),
            header: None,
        }),
    );
    t.wait_minutes(60);
    t.does(
        &psychiatrist,
        Body::RecordVisit(follow_up::RecordVisitRequest {
            episode: t.stay(),
            visit_id: visit.clone(),
            modality,
            adherence_percent: None,
            summary: "By video".to_owned(),
            header: None,
        }),
    );
    t.wait_days(9);
    // Past four weeks: until when, and why.
    let flexibility = chart::LegalBasis::TelemedicineFlexibility;
    let Body::RenewMedication(renewed) = longer(t, clonazepam, 28, 28, flexibility) else {
        return;
    };
    let by_video = chart::OrderModality::AudioVideo.into();
    t.does(
        &psychiatrist,
        Body::RenewMedication(chart::RenewMedicationRequest { modality: by_video, ..renewed }),
    );
    t.does(&nurse, Body::DraftPrescription(draft(&id, clonazepam, 28)));
    t.does(&psychiatrist, ready(&id));
    for (named, reason) in [
        (None, "VISIT_REQUIRED"),
        (visit_of(t, &unknown), "VISIT_NOT_HELD"),
        (visit_of(t, &visit), "VISIT_TOO_LONG_AGO"),
    ] {
        let sent = rx::SignPrescriptionRequest { visit: named, ..sign(t, &id, &TWO_FACTORS, 0) };
        t.errs(&psychiatrist, Body::SignPrescription(sent), reason);
    }
}

pub(super) fn series(t: &mut Tale<'_>) {
    let (nurse, psychiatrist) = (t.nurse(), t.psychiatrist());
    t.is_ready(&["adhd", "gad"]);
    t.is_warned_of("methylphenidate-er");
    let mut order = t.order("methylphenidate-er", 18.0, "adhd");
    order.legal_basis = chart::LegalBasis::InPersonEvaluation.into();
    order.supply = Some(chart::Supply { days: 90, refills: 0 });
    let stimulant = order.order_id.clone();
    t.does(&psychiatrist, Body::PrescribeMedication(order));
    let buspirone = t.takes("buspirone", 15.0, "gad");
    t.does(&nurse, looked_up(t, 0));
    let (first, next, elsewhere, unknown) = (t.new_id(), t.new_id(), t.new_id(), t.new_id());
    t.does(&nurse, Body::DraftPrescription(draft(&elsewhere, &buspirone, 30)));
    t.does(&nurse, Body::DraftPrescription(draft(&first, &stimulant, 30)));
    t.does(&psychiatrist, ready(&first));
    t.does(&psychiatrist, Body::SignPrescription(sign(t, &first, &TWO_FACTORS, 0)));
    let mut follows = |follows: &str, days: u32, from: i64, reason: &'static str| {
        let mut sent = draft(&next, &stimulant, days);
        follows.clone_into(&mut sent.follows_id);
        sent.earliest_fill_on = t.day(from);
        t.errs(&nurse, Body::DraftPrescription(sent), reason);
    };
    follows(&unknown, 30, 30, "UNKNOWN_PRESCRIPTION");
    follows(&elsewhere, 30, 30, "SERIES_BROKEN");
    follows(&first, 30, 10, "SERIES_TOO_EARLY");
    follows(&first, 70, 30, "SERIES_TOO_LONG");
}
