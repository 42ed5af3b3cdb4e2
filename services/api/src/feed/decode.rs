//! Messages to commands about subscriptions and contributions.

use concord_domain::Command as AnyCommand;
use concord_domain::feed::{Command, Delivery, PayloadChoice, Subscription};
use concord_domain::inbox::{Command as Inbox, Outcome, Topic};
use concord_feed::Begin;
use concord_kernel::{ContributionId, SubscriptionId};
use concord_proto::concord::feed::v1 as pb;

use crate::Invalid;
use crate::common::decode::read_purpose;
use crate::consent::{classes, organisation, recipient_class};
use crate::field::{choice, id, list, required, text, token};
use crate::limits::FILTER_NAMES;

/// The longest stored name of an event.
const NAME: usize = 64;

pub(super) fn subscription(named: &str) -> Result<SubscriptionId, Invalid> {
    id("subscription_id", named, SubscriptionId::new)
}

pub(super) fn open_subscription(request: pb::OpenSubscriptionRequest) -> Result<AnyCommand, Invalid> {
    let pb::OpenSubscriptionRequest { header: _, subscription_id, terms } = request;
    let subscription = subscription(&subscription_id)?;
    let terms = self::terms(required("terms", terms)?).map_err(|invalid| invalid.within("terms"))?;
    Ok(AnyCommand::Feed(Command::Open { subscription, terms: Box::new(terms) }))
}

pub(super) fn close_subscription(request: pb::CloseSubscriptionRequest) -> Result<AnyCommand, Invalid> {
    let pb::CloseSubscriptionRequest { header: _, subscription_id, reason } = request;
    let subscription = subscription(&subscription_id)?;
    Ok(AnyCommand::Feed(Command::Close { subscription, reason: text("reason", &reason)? }))
}

fn terms(terms: pb::SubscriptionTerms) -> Result<Subscription, Invalid> {
    let pb::SubscriptionTerms {
        organisation: named,
        recipient,
        class,
        purpose,
        classes,
        event_types,
        payload,
        delivery,
    } = terms;
    Ok(Subscription {
        organisation: organisation("organisation", &named)?,
        recipient: text("recipient", &recipient)?,
        class: recipient_class("class", class)?,
        purpose: choice("purpose", purpose, read_purpose)?,
        classes: self::classes("classes", classes)?,
        event_types: list("event_types", event_types, FILTER_NAMES, |name| token("", name, NAME))?,
        payload: choice("payload", payload, |payload| match payload {
            pb::Payload::Unspecified => None,
            pb::Payload::IdOnly => Some(PayloadChoice::IdOnly),
            pb::Payload::Full => Some(PayloadChoice::Full),
        })?,
        // Whoever does not know of the choice has made it.
        delivery: choice("delivery", delivery, |delivery| match delivery {
            pb::Delivery::Unspecified | pb::Delivery::Subscribe => Some(Delivery::Call),
            pb::Delivery::Jetstream => Some(Delivery::Jetstream),
        })?,
    })
}

pub(super) fn review_contribution(request: pb::ReviewContributionRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewContributionRequest { header: _, contribution_id, outcome, note } = request;
    Ok(AnyCommand::Inbox(Inbox::Review {
        contribution: id("contribution_id", &contribution_id, ContributionId::new)?,
        outcome: choice("outcome", outcome, |outcome| match outcome {
            pb::Outcome::Unspecified => None,
            pb::Outcome::TakenOver => Some(Outcome::TakenOver),
            pb::Outcome::Noted => Some(Outcome::Noted),
            pb::Outcome::Rejected => Some(Outcome::Rejected),
        })?,
        note: text("note", &note)?,
    }))
}

pub(super) fn topic(topic: i32) -> Result<Topic, Invalid> {
    choice("topic", topic, |topic| match topic {
        pb::Topic::Unspecified => None,
        pb::Topic::OutsideMedication => Some(Topic::OutsideMedication),
        pb::Topic::Update => Some(Topic::Update),
    })
}

pub(super) const fn begin(start: Option<pb::subscribe_request::Start>) -> Begin {
    use pb::subscribe_request::Start;
    match start {
        None => Begin::Acknowledged,
        Some(Start::AfterSequence(sequence)) => Begin::After(sequence),
        Some(Start::Beginning(pb::Beginning {})) => Begin::Beginning,
    }
}
