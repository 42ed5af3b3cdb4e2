//! What people do when the service has something come due: they reach out to somebody who takes too little, and decide
//! what happens to medication after a stay.
//!
//! What is drawn here is drawn apart: nothing else in a client's story depends on it.

use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::episode::v1 as episode;
use concord_proto::concord::recovery::v1 as recovery;
use concord_proto::concord::recovery::v1::offer_naloxone_request::Offer;

use super::course::Story;
use super::request;
use super::writer::later;
use crate::script::Body;

/// Days from the first dose that are measured for whoever leaves doses out.
const FIRST_DAYS: u32 = 7;

/// Whoever left out four of the first seven days is sought: nobody answers at first, and the next day somebody does.
pub(crate) fn sought(story: &mut Story<'_>) {
    let Some(first) = story.orders.first().map(|order| order.id) else { return };
    let (nurse, manager) = (&story.staff.nurse, &story.staff.case_manager);
    let measured_on = story.treated_on + i64::from(FIRST_DAYS);
    let body = Body::MeasureAdherence(adherence::MeasureAdherenceRequest {
        episode: Some(request::episode(story.stay)),
        days: FIRST_DAYS,
        header: None,
    });
    let measured = story.w.at(measured_on, 20);
    story.w.step(measured, nurse, body).needing(first);
    let came_of_it = |outcome: adherence::OutreachOutcome, note: &str| {
        Body::RecordOutreach(adherence::RecordOutreachRequest {
            episode: Some(request::episode(story.stay)),
            outcome: outcome.into(),
            note: note.to_owned(),
            header: None,
        })
    };
    let silent = came_of_it(adherence::OutreachOutcome::NotReached, "No answer; a message was left");
    let reached =
        came_of_it(adherence::OutreachOutcome::Reached, "Had run out; the other pharmacy delivers today");
    story.w.step(later(measured, 240), manager, silent).needing(first);
    let next = story.w.at(measured_on + 1, 60);
    story.w.step(next, manager, reached).needing(first);
}

/// The day after somebody was lost, the prescriber decides what happens to each of their medications; whoever has an
/// opioid use disorder is sent naloxone first.
pub(crate) fn decided(story: &mut Story<'_>, day: i64) {
    let (nurse, prescriber) = (&story.staff.nurse, story.prescriber);
    if story.profile.kind.diagnoses.contains(&"opioid-use-disorder") {
        let kits = recovery::NaloxoneHandedOut { kits: 2, trained: Some(false) };
        let body = Body::OfferNaloxone(recovery::OfferNaloxoneRequest {
            offer: Some(Offer::Provided(kits)),
            header: None,
        });
        let at = story.w.at(day, 340);
        story.w.step(at, nurse, body);
    }
    let open: Vec<_> = story.orders.iter().filter(|order| order.open).map(|order| order.id).collect();
    let line = |order: &uuid::Uuid| episode::BridgingLine {
        order_id: order.to_string(),
        decision: episode::BridgingDecision::TakenOver.into(),
    };
    let body = Body::DecideBridging(episode::DecideBridgingRequest {
        episode: Some(request::episode(story.stay)),
        lines: open.iter().map(line).collect(),
        note: "Primary care goes on from the supply at the pharmacy, and knows what was tried".to_owned(),
        header: None,
    });
    let at = story.w.at(day, 360);
    let step = story.w.step(at, prescriber, body);
    for order in open {
        step.needing(order);
    }
}
