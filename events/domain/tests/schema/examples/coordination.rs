//! Examples of coordination.

use concord_domain::coordination::{
    ConflictResolution, Event, SharedPart, SharingBasis, UpdateKind, Urgency,
};
use concord_kernel::{ConflictId, ConsultId, OutsideUpdateId, Role};
use concord_knowledge::{FindingKey, IngredientId, RuleId};

use super::{day, episode_ref, instant, person, text, uuid};

pub(super) fn coordination() -> Vec<Event> {
    let mut all = shared();
    all.extend(asked());
    all
}

fn shared() -> Vec<Event> {
    let (recipient, update) = (person(0xF0), OutsideUpdateId::new(uuid(0x0F)));
    vec![
        Event::SharingConsentRecorded {
            recipient,
            parts: vec![SharedPart::Plan, SharedPart::Medications],
            signed_on: day("2026-03-02"),
            expires_on: day("2027-03-02"),
        },
        Event::SharingConsentRevoked { recipient },
        Event::PlanShared {
            episode: episode_ref(),
            version: 3,
            recipient,
            role: Role::PrimaryCare,
            parts: vec![SharedPart::Plan],
            basis: SharingBasis::Consent,
        },
        Event::OutsideUpdateReceived {
            update,
            kind: UpdateKind::Hospitalisation,
            from: text("Dr. Reed, Riverbend Family Practice"),
            summary: text("Two nights for dehydration; home since today"),
            by: recipient,
            role: Role::PrimaryCare,
            not_on_care_team: true,
            review_by: instant("2026-03-10T10:00:00Z"),
        },
        Event::OutsideUpdateReviewed {
            update,
            outcome: text("Level today, dose stays until then"),
            late: false,
        },
    ]
}

fn asked() -> Vec<Event> {
    let (consult, conflict) = (ConsultId::new(uuid(0xC0)), ConflictId::new(uuid(0xCF)));
    let rule = RuleId::parse("ddi.lithium.nsaid").expect("a valid name");
    let about = ["ibuprofen", "lithium"].map(|name| IngredientId::parse(name).expect("a valid name"));
    vec![
        Event::ConsultRequested {
            consult,
            of: person(0xCA),
            role: Role::OutsideProvider,
            by: person(0xA1),
            urgency: Urgency::Urgent,
            question: text("Is this QTc safe with citalopram?"),
            basis: SharingBasis::Consent,
            answer_by: instant("2026-03-10T10:00:00Z"),
        },
        Event::ConsultAnswered {
            consult,
            answer: text("At half the dose, with another ECG in two weeks"),
            by: person(0xCA),
            late: false,
        },
        Event::CareConflictRaised {
            conflict,
            finding: Some(FindingKey { rule, about: about.to_vec() }),
            description: text("Lithium here, ibuprofen for the knee there"),
            by: person(0xB0),
            role: Role::Nurse,
            resolve_by: instant("2026-03-12T10:00:00Z"),
        },
        Event::CareConflictResolved {
            conflict,
            resolution: ConflictResolution::OutsideChanges,
            responsible: person(0xF0),
            role: Role::PrimaryCare,
            what: text("Acetaminophen instead, from today"),
            late: false,
        },
        Event::ChangesAcknowledged { by: person(0xF0), up_to: instant("2026-03-09T10:00:00Z") },
    ]
}
