//! What a consumer wants and how it works.

use std::time::Duration;

use concord_proto::concord::ledger::v1::StoredEvent;

/// How a consumer works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whose ledger.
    pub tenant: String,
    /// Name of the consumer: JetStream keeps under it what was delivered, so that a restart goes on there. Letters, digits, `-`
    /// and `_`.
    pub name: String,
    /// Which events have effects.
    pub interest: Interest,
    /// Most events in one batch of effects, and most messages that are held at once.
    pub batch: usize,
    /// How long JetStream waits for an acknowledgement before it delivers again; longer effects are told to it.
    pub acknowledge_within: Duration,
    /// After so long without a message it is looked whether the stream holds more than was seen.
    pub quiet: Duration,
    /// The server says within this time that it is still there, or the connection is made anew.
    pub heartbeat: Duration,
    /// Wait before the first attempt after a failure; doubled for each further one.
    pub first_pause: Duration,
    /// The longest wait.
    pub longest_pause: Duration,
}

impl Settings {
    /// A consumer called `name` of the ledger of `tenant`, interested in every event.
    pub fn new(tenant: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            tenant: tenant.into(),
            name: name.into(),
            interest: Interest::default(),
            batch: 256,
            acknowledge_within: Duration::from_secs(30),
            quiet: Duration::from_secs(2),
            heartbeat: Duration::from_secs(5),
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(5),
        }
    }

    /// The same with effects of these events only.
    #[must_use]
    pub fn interested_in(mut self, interest: Interest) -> Self {
        self.interest = interest;
        self
    }
}

/// Which events have effects. Empty lists mean all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Kinds of stream, such as `medication_chart`.
    pub streams: Vec<String>,
    /// Stored names of events, such as `MedicationPrescribed`.
    pub events: Vec<String>,
}

impl Interest {
    /// Every event of these kinds of stream.
    pub fn streams<S: Into<String>>(kinds: impl IntoIterator<Item = S>) -> Self {
        Self { streams: kinds.into_iter().map(Into::into).collect(), events: Vec::new() }
    }

    /// Whether `event` has effects.
    pub(super) fn wants(&self, event: &StoredEvent) -> bool {
        let among = |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
        among(&self.streams, &event.stream_type) && among(&self.events, &event.event_type)
    }
}
