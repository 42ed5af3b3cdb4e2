//! The decision, rule by rule.

use concord_domain::consent::{Form, Signature, Signer, Statements};
use concord_kernel::Text;
use uuid::Uuid;

use super::*;

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

pub(crate) fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

fn riverside() -> OrganisationId {
    OrganisationId::parse("riverside").unwrap()
}

pub(crate) fn ada() -> PatientId {
    PatientId::new(Uuid::from_u128(0xADA))
}

fn id(n: u128) -> ConsentId {
    ConsentId::new(Uuid::from_u128(n))
}

const MEDICATION: DataClasses = DataClasses::of(&[DataClass::Medication]);
const NOTES: DataClasses = DataClasses::of(&[DataClass::CounsellingNotes]);

pub(crate) fn terms() -> Terms {
    Terms {
        kind: Kind::Named,
        patient_name: text("Ada Example"),
        discloser: text("Riverbend IOP"),
        what: text("my medications"),
        classes: DataClasses::of(&[DataClass::Medication, DataClass::SubstanceUse]),
        recipients: vec![Recipient::Organisation(riverside())],
        purposes: vec![Purpose::Treatment],
        statements: Statements { right_to_revoke: text("in writing"), redisclosure: true, refusal: true },
        expires: Expiry::On(noon().plus_days(30).day()),
        signature: Signature { by: Signer::Patient, name: text("Ada"), form: Form::Paper, on: noon().day() },
    }
}

pub(crate) fn given(terms: Terms) -> Consents {
    let mut consents = Consents::default();
    consents.apply(ada(), Event::ConsentGiven { consent: id(1), version: 1, terms: Box::new(terms) });
    consents
}

pub(crate) fn taker() -> Taker {
    Taker { organisation: riverside(), class: RecipientClass::TreatingProvider, purpose: Purpose::Treatment }
}

fn allows(consents: &Consents, classes: DataClasses, taker: &Taker) -> bool {
    consents.decide(ada(), classes, taker, noon()).is_some()
}

#[test]
fn what_was_consented_to_is_allowed_and_names_its_consent() {
    let grant = given(terms()).decide(ada(), MEDICATION, &taker(), noon()).unwrap();
    assert_eq!((grant.consent, grant.version), (id(1), 1));
}

#[test]
fn every_element_of_the_consent_is_held_against_it() {
    let consents = given(terms());
    let lakeside = OrganisationId::parse("lakeside").unwrap();
    assert!(
        !allows(&consents, MEDICATION, &Taker { organisation: lakeside, ..taker() }),
        "another recipient"
    );
    assert!(
        !allows(&consents, MEDICATION, &Taker { purpose: Purpose::Payment, ..taker() }),
        "another purpose"
    );
    assert!(!allows(&consents, MEDICATION.and(NOTES), &taker()), "more than was consented to");
    assert!(!allows(&consents, DataClasses::ALL, &taker()), "what nobody has said what it tells");
    assert!(!allows(&consents, DataClasses::NONE, &taker()), "what tells nothing that is known");
    let ben = PatientId::new(Uuid::from_u128(0xBE));
    assert!(consents.decide(ben, MEDICATION, &taker(), noon()).is_none(), "another patient");
}

#[test]
fn a_consent_holds_on_its_last_day_and_no_longer() {
    let consents = given(terms());
    let decide = |days| consents.decide(ada(), MEDICATION, &taker(), noon().plus_days(days)).is_some();
    assert_eq!([decide(0), decide(30), decide(31)], [true, true, false]);
}

#[test]
fn a_revocation_ends_it_and_the_next_version_takes_its_place() {
    let mut consents = given(terms());
    let narrower = Terms { recipients: vec![Recipient::Class(RecipientClass::Payer)], ..terms() };
    consents.apply(ada(), Event::ConsentGiven { consent: id(1), version: 2, terms: Box::new(narrower) });
    assert!(!allows(&consents, MEDICATION, &taker()), "the version before counts no more");
    consents.apply(ada(), Event::ConsentGiven { consent: id(1), version: 3, terms: Box::new(terms()) });
    assert!(allows(&consents, MEDICATION, &taker()));
    consents.apply(ada(), Event::ConsentRevoked { consent: id(1), how: text("told") });
    assert!(!allows(&consents, MEDICATION, &taker()));
    assert!(!consents.covers(ada(), &taker(), noon()));
}

#[test]
fn the_end_of_treatment_ends_what_was_for_it() {
    let mut consents = given(Terms { expires: Expiry::EndOfTreatment, ..terms() });
    assert!(allows(&consents, MEDICATION, &taker()));
    consents.stay_ended(ada());
    assert!(!allows(&consents, MEDICATION, &taker()));
    let mut dated = given(terms());
    dated.stay_ended(ada());
    assert!(allows(&dated, MEDICATION, &taker()));
}

#[test]
fn a_class_of_recipients_is_told_by_a_consent_for_operations_alone() {
    let general = Terms {
        kind: Kind::TreatmentPaymentOperations,
        recipients: vec![Recipient::Class(RecipientClass::TreatingProvider)],
        ..terms()
    };
    assert!(allows(&given(general.clone()), MEDICATION, &taker()));
    let payer = Taker { class: RecipientClass::Payer, ..taker() };
    assert!(!allows(&given(general.clone()), MEDICATION, &payer));
    assert!(!allows(&given(Terms { kind: Kind::Named, ..general }), MEDICATION, &taker()));
}

#[test]
fn an_intermediary_is_named_as_one() {
    let exchange = Taker { class: RecipientClass::Intermediary, ..taker() };
    assert!(!allows(&given(terms()), MEDICATION, &exchange), "named as a recipient that keeps it");
    let named = |participants| {
        let recipients = vec![Recipient::Intermediary { intermediary: riverside(), participants }];
        given(Terms { recipients, ..terms() })
    };
    assert!(allows(&named(Participants::Treating), MEDICATION, &exchange));
    assert!(!allows(&named(Participants::Named(vec![])), MEDICATION, &exchange));
    assert!(!allows(&named(Participants::Treating), MEDICATION, &taker()), "and keeps nothing for itself");
}

#[test]
fn a_restriction_stands_above_every_consent() {
    let restriction = RestrictionId::new(Uuid::from_u128(9));
    let terms_of = |recipients, purposes| {
        let reason = text("my sister works there");
        Box::new(Restriction { classes: MEDICATION, recipients, purposes, required: false, reason })
    };
    for (recipients, purposes, allowed) in [
        (vec![], vec![], false),
        (vec![riverside()], vec![], false),
        (vec![OrganisationId::parse("lakeside").unwrap()], vec![], true),
        (vec![], vec![Purpose::Payment], true),
    ] {
        let mut consents = given(terms());
        let terms = terms_of(recipients, purposes);
        consents.apply(ada(), Event::DisclosureRestricted { restriction, terms });
        assert_eq!(allows(&consents, MEDICATION, &taker()), allowed);
        consents.apply(ada(), Event::DisclosureRestrictionEnded { restriction, reason: text("she moved") });
        assert!(allows(&consents, MEDICATION, &taker()));
    }
}

#[test]
fn notes_of_counselling_need_a_consent_to_them() {
    let apart = Terms { kind: Kind::CounsellingNotes, classes: NOTES, ..terms() };
    assert!(!allows(&given(terms()), NOTES, &taker()));
    assert!(allows(&given(apart), NOTES, &taker()));
}
