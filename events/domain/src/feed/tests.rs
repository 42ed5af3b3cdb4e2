//! The rules of subscriptions, one test each.

use concord_kernel::{DataClass, DataClasses, OrganisationId, Purpose, Role, SubscriptionId};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::consent::RecipientClass;
use crate::testing::{by, text, uuid};

fn feed(given: Vec<Event>) -> AggregateTestExecutor<Feed> {
    TestFramework::with(()).given(given)
}

fn id() -> SubscriptionId {
    SubscriptionId::new(uuid(5))
}

/// What a clinic that treats patients takes.
pub(crate) fn terms() -> Subscription {
    Subscription {
        organisation: OrganisationId::parse("riverside").unwrap(),
        recipient: text("Riverside Primary Care, 1 Main Street, Dayton OH"),
        class: RecipientClass::TreatingProvider,
        purpose: Purpose::Treatment,
        classes: DataClasses::of(&[DataClass::Medication, DataClass::SubstanceUse]),
        event_types: vec![],
        payload: PayloadChoice::IdOnly,
        delivery: Delivery::Call,
    }
}

fn open(terms: Subscription) -> Command {
    Command::Open { subscription: id(), terms: Box::new(terms) }
}

fn opened() -> Event {
    Event::SubscriptionOpened { subscription: id(), terms: Box::new(terms()) }
}

fn close() -> Command {
    Command::Close { subscription: id(), reason: text("the agreement has ended") }
}

fn closed() -> Event {
    Event::SubscriptionClosed { subscription: id(), reason: text("the agreement has ended") }
}

#[test]
fn a_subscription_is_opened_once_and_closed_once() {
    let officer = || by(Role::PrivacyOfficer);
    feed(vec![]).when(officer().asks(open(terms()))).then_expect_events(vec![opened()]);
    feed(vec![opened()]).when(officer().asks(open(terms()))).then_expect_error(Error::Used);
    feed(vec![opened()]).when(officer().asks(close())).then_expect_events(vec![closed()]);
    feed(vec![]).when(officer().asks(close())).then_expect_error(Error::Unknown);
    feed(vec![opened(), closed()]).when(officer().asks(close())).then_expect_error(Error::Closed);
    feed(vec![opened(), closed()]).when(officer().asks(open(terms()))).then_expect_error(Error::Used);
}

#[test]
fn a_subscription_is_to_something_that_patients_can_consent_to() {
    for classes in [DataClasses::NONE, DataClasses::ALL] {
        feed(vec![])
            .when(by(Role::PrivacyOfficer).asks(open(Subscription { classes, ..terms() })))
            .then_expect_error(Error::NothingConsentable);
    }
    for purpose in [Purpose::Audit, Purpose::Emergency] {
        feed(vec![])
            .when(by(Role::PrivacyOfficer).asks(open(Subscription { purpose, ..terms() })))
            .then_expect_error(Error::PurposeNotAllowed);
    }
}

#[test]
fn only_the_privacy_officer_lets_partners_subscribe() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::PrivacyOfficer) {
        feed(vec![]).when(by(role).asks(open(terms()))).then_expect_error(Error::RoleNotPermitted { role });
    }
}

/// What was recorded before there was a choice says nothing of it, and goes on to be sent to whoever calls.
#[test]
fn a_subscription_that_does_not_say_how_it_is_delivered_is_called_for() {
    let stored = |terms: &Subscription| serde_json::to_value(terms).unwrap();
    assert_eq!(stored(&terms()).get("delivery"), None);
    let on_jetstream = Subscription { delivery: Delivery::Jetstream, ..terms() };
    assert_eq!(stored(&on_jetstream)["delivery"], "jetstream");
    for terms in [terms(), on_jetstream] {
        assert_eq!(serde_json::from_value::<Subscription>(stored(&terms)).unwrap(), terms);
    }
}
