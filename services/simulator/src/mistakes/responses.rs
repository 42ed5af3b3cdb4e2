//! Whether a medication helps.

use concord_proto::concord::chart::v1 as chart;

use super::tale::Tale;
use crate::script::Body;

fn assessed(order: &str, decision: chart::ResponseDecision, wait_until: &str) -> Body {
    Body::AssessResponse(chart::AssessResponseRequest {
        order_id: order.to_owned(),
        decision: decision.into(),
        wait_until: wait_until.to_owned(),
        reason: "No better so far".to_owned(),
        header: None,
    })
}

pub(super) fn judged(t: &mut Tale<'_>) {
    use chart::ResponseDecision::{Stop, Wait};
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad"]);
    t.is_warned_of("sertraline");
    let thiamine = t.takes("thiamine", 100.0, "gad");
    t.errs(&psychiatrist, assessed(&thiamine, Stop, ""), "NO_TRIAL");
    let sertraline = t.takes("sertraline", 50.0, "gad");
    t.errs(&psychiatrist, assessed(&sertraline, Wait, &t.day(200)), "WAIT_OUT_OF_RANGE");
    t.does(&psychiatrist, assessed(&sertraline, Wait, &t.day(42)));
    let ineffective = chart::StopMedicationRequest {
        order_id: sertraline,
        reason: chart::StopReason::Ineffective.into(),
        last_dose_at: None,
        abrupt_because: String::new(),
        header: None,
    };
    t.errs(&psychiatrist, Body::StopMedication(ineffective), "RESPONSE_NOT_ASSESSED");
}
