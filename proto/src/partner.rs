//! How what partners take is named on NATS JetStream.
//!
//! Each partner has an account of its own, with one stream in it. A message is a CloudEvent 1.0 in binary mode whose data is a
//! [`SubscribeResponse`](crate::concord::feed::v1::SubscribeResponse), the bytes that a call of `Subscribe` is answered
//! with. Names of tenants and organisations hold no `_`, so no two partners share a name here.

/// Header: the number of the message on its subscription, or of the one before where it has none.
pub const SEQUENCE: &str = "Sequence";

/// Under which the name of an organisation's subscription is told that it begins.
pub const STARTED: &str = "started";

/// Under which it is told that a consent has ended.
pub const ENDED: &str = "ended";

/// The durable consumer of a stream. A partner has no other, and makes none.
pub const CONSUMER: &str = "partner";

/// Attributes of CloudEvents, as headers, beside those of [`cloud_event`](crate::feed::cloud_event).
pub mod cloud_event {
    /// The patient, as this partner knows them.
    pub const SUBJECT: &str = "ce-subject";
    /// The message that the data is.
    pub const SUBSCRIBE_RESPONSE: &str = "concord.feed.v1.SubscribeResponse";
}

/// The one stream of a partner, and its account.
pub fn stream(tenant: &str, organisation: &str) -> String {
    format!("PARTNER_{tenant}_{organisation}")
}

/// Every subject of a partner.
pub fn subjects(tenant: &str, organisation: &str) -> String {
    format!("partner.{tenant}.{organisation}.>")
}

/// Where a message about `about` is published: [`STARTED`], [`ENDED`], or the name that the partner has for a patient, so that
/// what is about somebody can be found and erased.
pub fn subject(tenant: &str, organisation: &str, subscription: &str, about: &str) -> String {
    format!("partner.{tenant}.{organisation}.{subscription}.{about}")
}

/// Before the name of whatever the service asks of JetStream in a partner's account; `$JS.API` there.
pub fn api(tenant: &str, organisation: &str) -> String {
    format!("partner-api.{tenant}.{organisation}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partners_whose_names_run_together_share_nothing() {
        assert_ne!(stream("a-b", "c"), stream("a", "b-c"));
        assert_ne!(subjects("a-b", "c"), subjects("a", "b-c"));
        assert_ne!(api("a-b", "c"), api("a", "b-c"));
    }
}
