//! Prescriptions: drafted by the nurse, signed by whoever ordered, carried to the pharmacy and filled.
//!
//! What is drawn here is drawn apart: nothing else in a client's story depends on it.

use concord_kernel::Instant;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::prescription::v1 as rx;
use uuid::Uuid;

use super::course::Story;
use super::ladder::Ladder;
use super::request::timestamp;
use super::writer::later;
use crate::script::Body;

/// The state that the program is in.
const STATE: &str = "OH";

/// What the pharmacies of this town do; clients differ by their number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Luck {
    /// It arrives and is filled.
    Plain,
    /// The first message is lost and sent again.
    Lost,
    /// It is turned away and printed.
    Refused,
    /// The pharmacy proposes another product, which the prescriber does not want.
    Changed,
    /// The pharmacy asks for more before it runs out, and nobody has answered yet.
    Renewal,
}

impl Luck {
    const fn of(client: usize) -> Self {
        match client % 6 {
            1 => Self::Lost,
            2 => Self::Changed,
            3 => Self::Refused,
            4 => Self::Renewal,
            _ => Self::Plain,
        }
    }
}

/// Writes a prescription for an order at `at`; `judged` came about when it was written, or renewed.
pub(crate) fn prescribe(
    story: &mut Story<'_>,
    ladder: &'static Ladder,
    (order, judged): (Uuid, Uuid),
    refills: u32,
    at: Instant,
) {
    let (nurse, keeper) = (&story.staff.nurse, story.keeper(ladder).clone());
    let prescription = story.w.id_apart();
    let id = || prescription.to_string();
    if ladder.controlled {
        let check = Body::RecordPdmpCheck(chart::RecordPdmpCheckRequest {
            state: STATE.to_owned(),
            checked_at: Some(timestamp(at)),
            result: chart::PdmpResult::AsExpected.into(),
            note: String::new(),
            header: None,
        });
        story.w.step(later(at, 1), nurse, check).needing(order).needing(judged);
    }
    let draft = Body::DraftPrescription(rx::DraftPrescriptionRequest {
        prescription_id: id(),
        order_id: order.to_string(),
        product: "As ordered, tablets".to_owned(),
        quantity: ladder.supply_days,
        supply: Some(chart::Supply { days: ladder.supply_days, refills }),
        pharmacy: "3612345".to_owned(),
        state: STATE.to_owned(),
        earliest_fill_on: String::new(),
        follows_id: String::new(),
        note: String::new(),
        header: None,
    });
    story.w.step(later(at, 2), nurse, draft).needing(order).needing(judged).making(prescription);
    let ready =
        Body::MarkPrescriptionReady(rx::MarkPrescriptionReadyRequest { prescription_id: id(), header: None });
    story.w.step(later(at, 3), &keeper, ready).needing(prescription);
    let signed_at = later(at, 4);
    let factor = |kind: rx::FactorKind| rx::Factor {
        kind: kind.into(),
        verified_at: Some(timestamp(signed_at)),
        evidence: "sign-on of the program".to_owned(),
    };
    let factors = [rx::FactorKind::Knowledge, rx::FactorKind::HardToken];
    let sign = Body::SignPrescription(rx::SignPrescriptionRequest {
        prescription_id: id(),
        factors: factors.into_iter().filter(|_| ladder.controlled).map(factor).collect(),
        visit: None,
        header: None,
    });
    story.w.step(signed_at, &keeper, sign).needing(prescription);
    carried(story, ladder, prescription, later(at, 5));
}

/// On its way, and at the counter the next day.
fn carried(story: &mut Story<'_>, ladder: &'static Ladder, prescription: Uuid, at: Instant) {
    let (luck, keeper) = (Luck::of(story.w.client()), story.keeper(ladder).clone());
    let relay = &story.staff.timer;
    let id = || prescription.to_string();
    let sent =
        || Body::RecordTransmission(rx::RecordTransmissionRequest { prescription_id: id(), header: None });
    let taken = |status: rx::PharmacyStatus| {
        Body::RecordPharmacyStatus(rx::RecordPharmacyStatusRequest {
            prescription_id: id(),
            message_id: String::new(),
            status: status.into(),
            header: None,
        })
    };
    story.w.step(at, relay, sent()).needing(prescription);
    let arrived = if luck == Luck::Lost {
        // Nobody answers: the same message again.
        story.w.step(later(at, 5), relay, sent()).needing(prescription);
        later(at, 6)
    } else {
        later(at, 1)
    };
    if luck == Luck::Refused {
        story.w.step(arrived, relay, taken(rx::PharmacyStatus::NotSupported)).needing(prescription);
        let print =
            Body::PrintPrescription(rx::PrintPrescriptionRequest { prescription_id: id(), header: None });
        story.w.step(later(arrived, 20), &keeper, print).needing(prescription);
    } else {
        story.w.step(arrived, relay, taken(rx::PharmacyStatus::Accepted)).needing(prescription);
    }
    let request = story.w.id_apart();
    if luck == Luck::Changed {
        changed(story, prescription, request, later(arrived, 60), &keeper);
    }
    let counter = at.plus_days(1);
    let fill = Body::RecordFill(rx::RecordFillRequest {
        prescription_id: id(),
        fill_id: story.w.id_apart().to_string(),
        status: rx::FillStatus::Dispensed.into(),
        quantity: ladder.supply_days,
        on: counter.day().to_string(),
        header: None,
    });
    let relay = &story.staff.timer;
    story.w.step(counter, relay, fill).needing(prescription);
    if luck == Luck::Renewal {
        let more = Body::RequestRenewal(rx::RequestRenewalRequest {
            prescription_id: id(),
            request_id: request.to_string(),
            note: "The patient asked at the counter".to_owned(),
            header: None,
        });
        let soon = counter.plus_days(i64::from(ladder.supply_days) - 5);
        story.w.step(soon, relay, more).needing(prescription);
    }
}

fn changed(
    story: &mut Story<'_>,
    prescription: Uuid,
    request: Uuid,
    at: Instant,
    keeper: &crate::script::Person,
) {
    let id = || prescription.to_string();
    let propose = Body::ProposeChange(rx::ProposeChangeRequest {
        prescription_id: id(),
        request_id: request.to_string(),
        kind: rx::ChangeKind::TherapeuticInterchange.into(),
        proposal: "Another of its class is on the plan's list".to_owned(),
        header: None,
    });
    let relay = &story.staff.timer;
    story.w.step(at, relay, propose).needing(prescription).making(request);
    let decision = rx::answer::Decision::DeniedBecause("Others of its class did not help before".to_owned());
    let answer = Body::AnswerChange(rx::AnswerChangeRequest {
        prescription_id: id(),
        request_id: request.to_string(),
        answer: Some(rx::Answer { decision: Some(decision) }),
        header: None,
    });
    story.w.step(later(at, 90), keeper, answer).needing(request).ending(request);
}
