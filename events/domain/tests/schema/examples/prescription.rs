//! Examples of a prescription.

use concord_domain::UsState;
use concord_domain::chart::{LegalBasis, OrderModality, PdmpCheck, PdmpResult, Supply};
use concord_domain::prescription::{
    Answer, CancelCause, CancelRefusal, ChangeKind, Contents, Event, Factor, FactorKind, Fill, FillStatus,
    PharmacyId, Resting, TransmissionFailure,
};
use concord_kernel::{FillId, MessageId, OrderId, PharmacyRequestId, PrescriptionId, Schedule, VisitId};
use concord_knowledge::{ConditionId, DrugId, Frequency, Milligrams, PolicyId, Regimen, Route};

use super::{day, instant, person, text, uuid};

pub(super) fn prescription() -> Vec<Event> {
    let mut all = signed();
    all.extend(sent());
    all.extend(asked());
    all
}

fn order() -> OrderId {
    OrderId::new(uuid(0x0D))
}

fn message(number: u128) -> MessageId {
    MessageId::new(uuid(0x3E0 + number))
}

fn policy(name: &str) -> PolicyId {
    PolicyId::parse(name).expect("a valid name")
}

pub(super) fn pdmp() -> PdmpCheck {
    PdmpCheck {
        state: UsState::parse("OH").expect("a state"),
        checked_at: instant("2026-03-09T09:40:00Z"),
        by: person(0xA1),
        result: PdmpResult::AsExpected,
    }
}

fn contents() -> Contents {
    Contents {
        order: order(),
        drug: DrugId::parse("lisdexamfetamine").expect("a valid name"),
        schedule: Some(Schedule::II),
        regimen: Regimen {
            dose: Milligrams::parse(30.0).expect("a dose"),
            frequency: Frequency::Daily,
            route: Route::Oral,
        },
        indication: ConditionId::parse("adhd").expect("a valid name"),
        product: text("30 mg capsule"),
        quantity: 30,
        supply: Supply { days: 30, refills: 0 },
        pharmacy: PharmacyId::parse("1234567").expect("seven digits"),
        state: UsState::parse("OH").expect("a state"),
        earliest_fill_on: Some(day("2026-04-08")),
        follows: Some(PrescriptionId::new(uuid(0x16))),
        series_days: 60,
        note: Some(text("Second of three")),
    }
}

fn signed() -> Vec<Event> {
    let factor = |kind| Factor {
        kind,
        verified_at: instant("2026-03-09T09:59:00Z"),
        evidence: text("verification 4711"),
    };
    vec![
        Event::PrescriptionDrafted {
            prescription: PrescriptionId::new(uuid(0x17)),
            contents: Box::new(contents()),
            on: day("2026-03-09"),
        },
        Event::PrescriptionReady { by: person(0xA1) },
        Event::PrescriptionSigned {
            order: order(),
            by: person(0xA1),
            issued_on: day("2026-03-09"),
            expires_on: day("2027-04-08"),
            message: message(1),
            factors: vec![factor(FactorKind::Biometric), factor(FactorKind::HardToken)],
            resting: Some(Resting {
                modality: OrderModality::AudioVideo,
                visit: Some(VisitId::new(uuid(0x51))),
                legal_basis: LegalBasis::TelemedicineFlexibility,
                policy: policy("telemedicine.flexibility.audio-video.2020"),
                pdmp: pdmp(),
                pdmp_policy: policy("pdmp.max-age"),
            }),
        },
    ]
}

fn sent() -> Vec<Event> {
    let (order, message) = (order(), message(1));
    vec![
        Event::PrescriptionTransmitted { message },
        Event::PrescriptionAccepted { message },
        Event::PrescriptionFailed { order, message, because: TransmissionFailure::NotSupported },
        Event::PrescriptionPrinted { instead_of: message },
        Event::CancellationRequested { message: self::message(2), reason: text("Rash on the second day") },
        Event::PrescriptionCancelled { order, cause: CancelCause::ByPharmacy },
        Event::CancellationDenied { order, because: CancelRefusal::AlreadyDispensed },
        Event::PrescriptionFilled {
            order,
            fill: Fill {
                fill: FillId::new(uuid(0xF1)),
                status: FillStatus::PartiallyDispensed,
                quantity: 14,
                on: day("2026-04-09"),
                unexpected: false,
            },
        },
        Event::PrescriptionExpired { order, at: instant("2027-04-09T00:10:00Z") },
    ]
}

fn asked() -> Vec<Event> {
    let (order, request) = (order(), PharmacyRequestId::new(uuid(0x4E)));
    vec![
        Event::ChangeProposed {
            prescription: PrescriptionId::new(uuid(0x17)),
            order,
            request,
            kind: ChangeKind::OutOfStock,
            proposal: text("20 mg and 10 mg capsules instead"),
        },
        Event::ChangeAnswered {
            request,
            answer: Answer::Approved { replacement: PrescriptionId::new(uuid(0x18)) },
            message: message(3),
        },
        Event::RenewalRequested {
            prescription: PrescriptionId::new(uuid(0x17)),
            order,
            request,
            note: Some(text("Patient asked at the counter")),
        },
        Event::RenewalAnswered {
            request,
            answer: Answer::Denied { reason: text("Visit first") },
            message: message(4),
        },
        Event::AnswerDelivered { message: message(3) },
        Event::AnswerFailed { order, message: message(4), because: TransmissionFailure::NoAnswer },
    ]
}
