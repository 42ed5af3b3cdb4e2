//! The rules of consent, one test each.

use concord_kernel::{ConsentId, DataClass, DataClasses, OrganisationId, Purpose, RestrictionId, Role};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::testing::{by, noon, text, uuid};

fn consents(given: Vec<Event>) -> AggregateTestExecutor<Consents> {
    TestFramework::with(()).given(given)
}

fn id() -> ConsentId {
    ConsentId::new(uuid(3))
}

fn riverside() -> OrganisationId {
    OrganisationId::parse("riverside").unwrap()
}

/// A consent that has every element.
pub(crate) fn terms() -> Terms {
    Terms {
        kind: Kind::Named,
        patient_name: text("Ada Example"),
        discloser: text("Riverbend IOP"),
        what: text("my medications and the treatment of my substance use"),
        classes: DataClasses::of(&[DataClass::Medication, DataClass::SubstanceUse]),
        recipients: vec![Recipient::Organisation(riverside())],
        purposes: vec![Purpose::Treatment],
        statements: Statements {
            right_to_revoke: text("in writing to the front desk; what was relied on stays"),
            redisclosure: false,
            refusal: false,
        },
        expires: Expiry::On(noon().plus_days(90).day()),
        signature: Signature {
            by: Signer::Patient,
            name: text("Ada Example"),
            form: Form::Paper,
            on: noon().day(),
        },
    }
}

fn general() -> Terms {
    Terms {
        kind: Kind::TreatmentPaymentOperations,
        recipients: vec![Recipient::Class(RecipientClass::TreatingProvider)],
        purposes: vec![Purpose::Treatment, Purpose::Payment, Purpose::Operations],
        statements: Statements { redisclosure: true, refusal: true, ..terms().statements },
        expires: Expiry::None,
        ..terms()
    }
}

fn give(terms: Terms) -> Command {
    Command::Give { consent: id(), terms: Box::new(terms) }
}

fn given(version: u32, terms: Terms) -> Event {
    Event::ConsentGiven { consent: id(), version, terms: Box::new(terms) }
}

fn refused(terms: Terms, error: Error) {
    consents(vec![]).when(by(Role::Nurse).asks(give(terms))).then_expect_error(error);
}

#[test]
fn a_consent_that_has_every_element_is_recorded() {
    for whole in [terms(), general()] {
        let asked = by(Role::Nurse).asks(give(whole.clone()));
        consents(vec![]).when(asked).then_expect_events(vec![given(1, whole)]);
    }
}

#[test]
fn a_consent_given_again_is_another_version_and_the_first_stays_as_it_was() {
    let wider = Terms { purposes: vec![Purpose::Treatment, Purpose::Payment], ..terms() };
    consents(vec![given(1, terms())])
        .when(by(Role::Patient).asks(give(wider.clone())))
        .then_expect_events(vec![given(2, wider)]);
}

#[test]
fn whatever_element_is_missing_is_named() {
    let intermediary =
        Recipient::Intermediary { intermediary: riverside(), participants: Participants::Named(vec![]) };
    for (deficient, missing) in [
        (Terms { recipients: vec![], ..terms() }, vec!["recipients"]),
        (Terms { purposes: vec![], ..terms() }, vec!["purposes"]),
        (Terms { recipients: vec![intermediary], ..terms() }, vec!["participants"]),
        (Terms { statements: terms().statements, ..general() }, vec!["redisclosure", "refusal"]),
        (Terms { classes: DataClasses::NONE, ..terms() }, vec!["classes"]),
    ] {
        refused(deficient, Error::Deficient { missing });
    }
}

#[test]
fn counselling_notes_are_consented_to_apart() {
    let notes = DataClasses::of(&[DataClass::CounsellingNotes]);
    refused(Terms { classes: terms().classes.and(notes), ..terms() }, Error::NotCombinable);
    refused(Terms { kind: Kind::CounsellingNotes, ..terms() }, Error::NotCombinable);
    let mixed = Terms { kind: Kind::CounsellingNotes, classes: terms().classes.and(notes), ..terms() };
    refused(mixed, Error::NotCombinable);
    let apart = Terms { kind: Kind::CounsellingNotes, classes: notes, ..terms() };
    consents(vec![])
        .when(by(Role::Nurse).asks(give(apart.clone())))
        .then_expect_events(vec![given(1, apart)]);
}

#[test]
fn no_consent_covers_how_the_record_is_run() {
    refused(
        Terms { classes: DataClasses::of(&[DataClass::Administration]), ..terms() },
        Error::NotConsentable,
    );
}

#[test]
fn each_form_allows_its_own_purposes() {
    for purpose in [Purpose::Emergency, Purpose::Audit] {
        refused(Terms { purposes: vec![purpose], ..terms() }, Error::PurposeNotAllowed);
    }
    refused(Terms { purposes: vec![Purpose::PatientRequest], ..general() }, Error::PurposeNotAllowed);
}

#[test]
fn only_a_consent_for_operations_is_general() {
    refused(Terms { expires: Expiry::None, ..terms() }, Error::OnlyForOperations);
    refused(Terms { recipients: general().recipients, ..terms() }, Error::OnlyForOperations);
}

#[test]
fn a_consent_is_for_a_time_that_is_still_to_come() {
    let yesterday = noon().plus_days(-1).day();
    refused(Terms { expires: Expiry::On(yesterday), ..terms() }, Error::Ended);
    let signature = Signature { on: noon().plus_days(2).day(), ..terms().signature };
    refused(Terms { signature, ..terms() }, Error::SignedInFuture);
}

#[test]
fn what_was_revoked_stays_revoked() {
    let revoke = || Command::Revoke { consent: id(), how: text("told the nurse") };
    let revoked = Event::ConsentRevoked { consent: id(), how: text("told the nurse") };
    consents(vec![]).when(by(Role::Patient).asks(revoke())).then_expect_error(Error::Unknown);
    consents(vec![given(1, terms())])
        .when(by(Role::Patient).asks(revoke()))
        .then_expect_events(vec![revoked.clone()]);
    let history = vec![given(1, terms()), revoked];
    consents(history.clone()).when(by(Role::Patient).asks(revoke())).then_expect_error(Error::Revoked);
    consents(history).when(by(Role::Patient).asks(give(terms()))).then_expect_error(Error::Revoked);
}

fn restriction(required: bool) -> Restriction {
    Restriction {
        classes: DataClasses::of(&[DataClass::Medication]),
        recipients: vec![riverside()],
        purposes: vec![],
        required,
        reason: text("my sister works there"),
    }
}

fn restrict(terms: Restriction) -> Command {
    Command::Restrict { restriction: RestrictionId::new(uuid(7)), terms: Box::new(terms) }
}

fn restricted(required: bool) -> Event {
    let restriction_id = RestrictionId::new(uuid(7));
    Event::DisclosureRestricted { restriction: restriction_id, terms: Box::new(restriction(required)) }
}

fn end(id: u128) -> Command {
    Command::EndRestriction { restriction: RestrictionId::new(uuid(id)), reason: text("she moved") }
}

#[test]
fn a_restriction_is_agreed_to_once_and_names_something() {
    let officer = || by(Role::PrivacyOfficer);
    consents(vec![])
        .when(officer().asks(restrict(restriction(false))))
        .then_expect_events(vec![restricted(false)]);
    consents(vec![restricted(false)])
        .when(officer().asks(restrict(restriction(false))))
        .then_expect_error(Error::RestrictionUsed);
    let empty = Restriction { classes: DataClasses::NONE, ..restriction(false) };
    consents(vec![]).when(officer().asks(restrict(empty))).then_expect_error(Error::RestrictionEmpty);
}

#[test]
fn a_restriction_ends_once_and_one_that_is_required_by_the_patient_alone() {
    let ended = || Event::DisclosureRestrictionEnded {
        restriction: RestrictionId::new(uuid(7)),
        reason: text("she moved"),
    };
    let officer = || by(Role::PrivacyOfficer);
    consents(vec![restricted(false)]).when(officer().asks(end(7))).then_expect_events(vec![ended()]);
    consents(vec![restricted(true)])
        .when(officer().asks(end(7)))
        .then_expect_error(Error::RestrictionRequired);
    consents(vec![restricted(true)]).when(by(Role::Patient).asks(end(7))).then_expect_events(vec![ended()]);
    consents(vec![]).when(officer().asks(end(7))).then_expect_error(Error::RestrictionUnknown);
    consents(vec![restricted(false), ended()])
        .when(officer().asks(end(7)))
        .then_expect_error(Error::RestrictionEnded);
}

#[test]
fn a_partner_keeps_nobodys_consents() {
    for role in [Role::Partner, Role::Family, Role::OutsideProvider, Role::Service, Role::Auditor] {
        consents(vec![])
            .when(by(role).asks(give(terms())))
            .then_expect_error(Error::RoleNotPermitted { role });
    }
    let role = Role::Nurse;
    consents(vec![])
        .when(by(role).asks(restrict(restriction(false))))
        .then_expect_error(Error::RoleNotPermitted { role });
}
