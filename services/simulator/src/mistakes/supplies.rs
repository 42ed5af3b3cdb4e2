//! How much is handed out, and for how long.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::prescription::v1 as rx;

use super::orders::renewal;
use super::papers::{cancelled, draft, ready, sign};
use super::pharmacy::cancel_answer;
use super::tale::{Tale, daily, finding};
use crate::script::Body;

/// Room for prescriptions of one supply, those that were taken back among them.
const MOST_PRESCRIPTIONS: usize = 32;

/// A renewal of clonazepam that goes on past the four weeks of the rule, until the day that is so many days from today.
pub(super) fn longer(
    t: &Tale<'_>,
    clonazepam: &str,
    days: u32,
    until: i64,
    legal_basis: chart::LegalBasis,
) -> Body {
    let mut body = renewal(clonazepam, days, legal_basis);
    if let Body::RenewMedication(renewed) = &mut body {
        renewed.acknowledgements.push(chart::Acknowledgement {
            finding: Some(finding("duration.benzodiazepine", &["clonazepam"])),
            reason: "Until sertraline acts; then a taper".to_owned(),
            longer_use: Some(chart::LongerUse {
                reason: chart::LongerUseReason::UntilAnotherActs.into(),
                until: t.day(until),
            }),
        });
    }
    body
}

pub(super) fn too_long(t: &mut Tale<'_>) {
    use chart::LegalBasis::InPersonEvaluation as Seen;
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["panic-disorder"]);
    t.is_warned_of("clonazepam");
    let clonazepam = t.takes_controlled("clonazepam", daily(0.5), "panic-disorder");
    t.errs(&psychiatrist, renewal(&clonazepam, 35, Seen), "UNSAFE");
    t.errs(&psychiatrist, longer(t, &clonazepam, 35, 60, Seen), "LONGER_USE_OUT_OF_RANGE");
    t.errs(&psychiatrist, longer(t, &clonazepam, 35, 28, Seen), "SUPPLY_BEYOND_ANSWER");
    t.does(&psychiatrist, longer(t, &clonazepam, 29, 28, Seen));
}

/// Drafts a prescription of 30 days and has it ready; tells which it is.
fn is_ready_to_sign(t: &mut Tale<'_>, order: &str) -> String {
    let id = t.new_id();
    t.does(&t.nurse(), Body::DraftPrescription(draft(&id, order, 30)));
    t.does(&t.psychiatrist(), ready(&id));
    id
}

fn signed(t: &Tale<'_>, id: &str) -> Body {
    Body::SignPrescription(sign(t, id, &[rx::FactorKind::Knowledge], 0))
}

/// Cancelled, and the pharmacy has let go of it.
fn is_taken_back(t: &mut Tale<'_>, id: &str) {
    t.does(&t.psychiatrist(), cancelled(id));
    t.does(&t.timer(), cancel_answer(id, rx::CancelAnswer::Cancelled));
}

pub(super) fn twice(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad"]);
    let buspirone = t.takes("buspirone", 15.0, "gad");
    // Two colleagues have drafted the same; one is signed.
    let (first, second) = (is_ready_to_sign(t, &buspirone), is_ready_to_sign(t, &buspirone));
    t.does(&psychiatrist, signed(t, &first));
    t.errs(&psychiatrist, signed(t, &second), "SUPPLY_HANDED_OUT");
    is_taken_back(t, &first);
    for _ in 1..MOST_PRESCRIPTIONS {
        let id = is_ready_to_sign(t, &buspirone);
        t.does(&psychiatrist, signed(t, &id));
        is_taken_back(t, &id);
    }
    t.errs(&psychiatrist, signed(t, &second), "TOO_MANY_PRESCRIPTIONS");
}
