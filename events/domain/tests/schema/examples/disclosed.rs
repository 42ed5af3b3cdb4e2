//! One example of each event about what is disclosed to partners, and what they tell.

use concord_domain::consent::{
    Event as Consent, Expiry, Form, Kind, Participants, Recipient, RecipientClass, Restriction, Signature,
    Signer, Statements, Terms,
};
use concord_domain::feed::{Delivery, Event as Feed, PayloadChoice, Subscription};
use concord_domain::inbox::{Contribution, Event as Inbox, Outcome, Topic};
use concord_kernel::{
    ConsentId, ContributionId, DataClass, DataClasses, OrganisationId, Purpose, RestrictionId, SubscriptionId,
};

use super::{day, instant, person, text, uuid};

fn organisation(name: &str) -> OrganisationId {
    OrganisationId::parse(name).expect("a valid name")
}

fn consent_id() -> ConsentId {
    ConsentId::new(uuid(0xC0))
}

fn medications() -> DataClasses {
    DataClasses::of(&[DataClass::Medication, DataClass::SubstanceUse])
}

pub(super) fn consent() -> Vec<Consent> {
    let participants = Participants::Named(vec![organisation("lakeside")]);
    let restriction = RestrictionId::new(uuid(0xC1));
    vec![
        Consent::ConsentGiven {
            consent: consent_id(),
            version: 2,
            terms: Box::new(Terms {
                kind: Kind::TreatmentPaymentOperations,
                patient_name: text("Ada Example"),
                discloser: text("Riverbend IOP"),
                what: text("My medications."),
                classes: medications(),
                recipients: vec![
                    Recipient::Organisation(organisation("riverside")),
                    Recipient::Class(RecipientClass::TreatingProvider),
                    Recipient::Intermediary { intermediary: organisation("exchange"), participants },
                ],
                purposes: vec![Purpose::Treatment, Purpose::Payment],
                statements: Statements {
                    right_to_revoke: text("In writing to the front desk."),
                    redisclosure: true,
                    refusal: true,
                },
                expires: Expiry::On(day("2027-03-31")),
                signature: Signature {
                    by: Signer::Representative,
                    name: text("Ida Example"),
                    form: Form::Electronic,
                    on: day("2026-11-20"),
                },
            }),
        },
        Consent::ConsentRevoked { consent: consent_id(), how: text("Told the nurse.") },
        Consent::DisclosureRestricted {
            restriction,
            terms: Box::new(Restriction {
                classes: medications(),
                recipients: vec![organisation("riverside")],
                purposes: vec![Purpose::Payment],
                required: true,
                reason: text("Paid out of pocket."),
            }),
        },
        Consent::DisclosureRestrictionEnded { restriction, reason: text("She moved.") },
    ]
}

pub(super) fn feed() -> Vec<Feed> {
    let subscription = SubscriptionId::new(uuid(0xF0));
    vec![
        Feed::SubscriptionOpened {
            subscription,
            terms: Box::new(Subscription {
                organisation: organisation("riverside"),
                recipient: text("Riverside Primary Care, 1 Main Street, Dayton OH"),
                class: RecipientClass::TreatingProvider,
                purpose: Purpose::Treatment,
                classes: medications(),
                event_types: vec!["DoseAdjusted".to_owned()],
                payload: PayloadChoice::IdOnly,
                delivery: Delivery::Call,
            }),
        },
        Feed::SubscriptionClosed { subscription, reason: text("The agreement has ended.") },
        Feed::MessagesDecided {
            subscription,
            decided_at: 912,
            at: instant("2026-11-27T09:00:00Z"),
            notice: 1,
            first: 41,
            through: 910,
            positions: vec![907, 909],
            ended: Vec::new(),
        },
        Feed::DisclosuresAcknowledged { subscription, begins: false, sequence: 41, through: 910 },
    ]
}

pub(super) fn inbox() -> Vec<Inbox> {
    let contribution = ContributionId::new(uuid(0xD0));
    vec![
        Inbox::ContributionReceived {
            contribution,
            told: Box::new(Contribution {
                organisation: organisation("riverside"),
                topic: Topic::OutsideMedication,
                medication: Some(text("oxycodone 5 mg")),
                summary: text("Begun after the fracture."),
            }),
        },
        Inbox::ContributionReviewed {
            contribution,
            outcome: Outcome::TakenOver,
            note: text("On the chart."),
            by: person(4),
        },
    ]
}
