//! What partners are told, as messages.

use concord_domain::consent::Expiry;
use concord_domain::feed::{Delivery, PayloadChoice, Subscription};
use concord_domain::inbox::Topic;
use concord_feed::{Carried, ConsentRef, Ended, Message, NOTICE, NOTICE_VERSION, Offered, Told, Waiting};
use concord_kernel::{Day, Instant, SubscriptionId, TenantId};
use concord_proto::concord::feed::v1 as pb;
use concord_proto::concord::feed::v1::subscribe_response;

use crate::common::encode::instant;
use crate::consent::{class_of, encode_recipient_class, purpose};

/// Version of CloudEvents whose attributes these are.
const SPEC_VERSION: &str = "1.0";

const JSON: &str = "application/json";

pub(super) const fn said(message: subscribe_response::Message) -> pb::SubscribeResponse {
    pb::SubscribeResponse { message: Some(message) }
}

/// What a partner is told, as a message.
pub fn message(tenant: &TenantId, message: Message) -> pb::SubscribeResponse {
    let Message { sequence, told } = message;
    said(match told {
        Told::Event(event) => subscribe_response::Message::Event(carried(tenant, *event, sequence)),
        Told::ConsentEnded(Ended { subject, reference }) => {
            subscribe_response::Message::ConsentEnded(pb::ConsentEnded {
                subject: subject.to_string(),
                sequence,
                reference: reference.map_or_else(String::new, |reference| reference.to_string()),
            })
        }
    })
}

fn carried(tenant: &TenantId, event: Carried, sequence: u64) -> pb::Event {
    let Carried { id, subject, kind, event_type, event_version, recorded_at, classes, part2, data, consent } =
        event;
    let ConsentRef { reference, version, terms } = consent;
    pb::Event {
        id: id.to_string(),
        source: format!("/concord/{tenant}"),
        spec_version: SPEC_VERSION.to_owned(),
        r#type: format!("concord.{}.{event_type}.v{event_version}", kind.as_str()),
        subject: subject.to_string(),
        time: Some(instant(recorded_at)),
        data_content_type: data.as_ref().map_or_else(String::new, |_| JSON.to_owned()),
        data: data.unwrap_or_default(),
        sequence,
        partition_key: subject.to_string(),
        classes: class_of(classes),
        part2,
        notice: NOTICE.to_owned(),
        notice_version: NOTICE_VERSION.into(),
        consent: Some(pb::ConsentReference {
            reference: reference.to_string(),
            version,
            scope: terms.what.expose().to_owned(),
            purposes: terms.purposes.iter().map(|named| purpose(*named).into()).collect(),
            expires_at: match terms.expires {
                Expiry::On(day) => Some(instant(end_of(day))),
                Expiry::EndOfTreatment | Expiry::None => None,
            },
        }),
    }
}

fn end_of(day: Day) -> Instant {
    Instant::start_of(day).plus_days(1)
}

pub(super) fn listed(subscription: SubscriptionId, offered: &Offered) -> pb::ListedSubscription {
    pb::ListedSubscription {
        subscription_id: subscription.to_string(),
        terms: Some(terms(&offered.terms)),
        closed: offered.closed,
    }
}

fn terms(terms: &Subscription) -> pb::SubscriptionTerms {
    pb::SubscriptionTerms {
        organisation: terms.organisation.to_string(),
        recipient: terms.recipient.expose().to_owned(),
        class: encode_recipient_class(terms.class).into(),
        purpose: purpose(terms.purpose).into(),
        classes: class_of(terms.classes),
        event_types: terms.event_types.clone(),
        payload: match terms.payload {
            PayloadChoice::IdOnly => pb::Payload::IdOnly,
            PayloadChoice::Full => pb::Payload::Full,
        }
        .into(),
        delivery: match terms.delivery {
            Delivery::Call => pb::Delivery::Subscribe,
            Delivery::Jetstream => pb::Delivery::Jetstream,
        }
        .into(),
    }
}

pub(super) fn waiting(waiting: &Waiting) -> pb::WaitingContribution {
    let told = &waiting.told;
    pb::WaitingContribution {
        contribution_id: waiting.contribution.to_string(),
        patient_id: waiting.patient.to_string(),
        organisation: told.organisation.to_string(),
        topic: match told.topic {
            Topic::OutsideMedication => pb::Topic::OutsideMedication,
            Topic::Update => pb::Topic::Update,
        }
        .into(),
        medication: told.medication.as_ref().map_or_else(String::new, |named| named.expose().to_owned()),
        summary: told.summary.expose().to_owned(),
        received_at: Some(instant(waiting.received_at)),
    }
}
