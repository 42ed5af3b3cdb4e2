//! What is due after a stay, and when somebody stays away.

use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::episode::v1 as episode;
use concord_proto::concord::episode::v1::BridgingDecision;

use super::outside::condition;
use super::recovery::naloxone;
use super::tale::{Tale, daily, stopped};
use crate::script::Body;

/// A supply that ends soon after the stay.
const FEW_DAYS: u32 = 10;

fn decided(t: &Tale<'_>, lines: &[(&str, BridgingDecision)]) -> Body {
    let line = |(order, decision): &(&str, BridgingDecision)| episode::BridgingLine {
        order_id: (*order).to_owned(),
        decision: (*decision).into(),
    };
    Body::DecideBridging(episode::DecideBridgingRequest {
        episode: t.stay(),
        lines: lines.iter().map(line).collect(),
        note: "Primary care goes on with it, and knows what was tried".to_owned(),
        header: None,
    })
}

pub(super) fn bridged(t: &mut Tale<'_>) {
    use BridgingDecision::{Ended, NotNeeded, Supplied, TakenOver, Tapered};
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad", "panic-disorder"]);
    t.is_warned_of("clonazepam");
    let clonazepam = t.takes_controlled("clonazepam", daily(0.5), "panic-disorder");
    let mut order = t.order("buspirone", 15.0, "gad");
    order.supply = Some(chart::Supply { days: FEW_DAYS, refills: 0 });
    let buspirone = order.order_id.clone();
    t.does(&psychiatrist, Body::PrescribeMedication(order));
    let thiamine = t.takes("thiamine", 100.0, "gad");
    t.wait_days(3);
    t.does(&psychiatrist, stopped(&thiamine, None));
    t.errs(&psychiatrist, decided(t, &[(&buspirone, TakenOver)]), "BRIDGING_NOT_DUE");
    t.is_discharged("Primary care goes on with both");
    let mut wrong = |lines: &[(&str, BridgingDecision)], reason: &'static str| {
        let body = decided(t, lines);
        t.errs(&psychiatrist, body, reason);
    };
    wrong(&[(&buspirone, TakenOver)], "BRIDGING_ORDER_MISSING");
    wrong(&[(&thiamine, TakenOver)], "BRIDGING_ORDER_NOT_ASKED");
    wrong(&[(&buspirone, TakenOver), (&buspirone, NotNeeded)], "BRIDGING_ORDER_REPEATED");
    wrong(&[(&buspirone, Supplied)], "BRIDGING_SUPPLY_TOO_SHORT");
    wrong(&[(&buspirone, Ended)], "BRIDGING_ORDER_OPEN");
    wrong(&[(&clonazepam, Tapered)], "BRIDGING_NOT_TAPERED");
    wrong(&[(&clonazepam, NotNeeded)], "BRIDGING_ABRUPT_STOP");
    let both = decided(t, &[(&buspirone, TakenOver), (&clonazepam, TakenOver)]);
    t.does(&psychiatrist, both.clone());
    t.errs(&psychiatrist, both, "BRIDGING_NOT_DUE");
}

pub(super) fn without_naloxone(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_admitted();
    t.does(&t.nurse(), condition("Opioid use disorder", "opioid-use-disorder"));
    t.is_discharged("Goes on in an opioid treatment program");
    t.errs(&psychiatrist, decided(t, &[]), "BRIDGING_NALOXONE_NOT_OFFERED");
    t.does(&t.nurse(), naloxone(2));
    t.does(&psychiatrist, decided(t, &[]));
}

pub(super) fn sought(t: &mut Tale<'_>) {
    t.is_admitted();
    let outreach = adherence::RecordOutreachRequest {
        episode: t.stay(),
        outcome: adherence::OutreachOutcome::Reached.into(),
        note: "Called without need; all is well".to_owned(),
        header: None,
    };
    t.errs(&t.manager(), Body::RecordOutreach(outreach), "OUTREACH_NOT_DUE");
}
