//! The messages that are owed to pharmacies: a fold of the events of prescriptions, and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use concord_domain::prescription::{Contents, Event, PharmacyId};
use concord_kernel::{Day, Instant, MessageId, PatientId, PersonId, PrescriptionId};
use uuid::Uuid;

use crate::{Body, NewRx, Outgoing};

/// Everything that is owed, and what a later message needs of each prescription.
#[derive(Debug, Default)]
pub struct Outbox {
    owed: BTreeMap<MessageId, Owed>,
    known: BTreeMap<Uuid, Known>,
}

/// A message that nobody has answered.
#[derive(Debug)]
struct Owed {
    stream: Uuid,
    message: Outgoing,
    since: Instant,
    sent_at: Option<Instant>,
    /// Whether it is recorded that it was handed to the network.
    recorded: bool,
}

/// What is remembered of a prescription.
#[derive(Debug)]
struct Known {
    patient: PatientId,
    prescription: PrescriptionId,
    pharmacy: PharmacyId,
    /// Until it is signed.
    contents: Option<Box<Contents>>,
    /// While it may expire.
    expires_on: Option<Day>,
}

/// What a message waits for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    /// It is sent, for the first time or again.
    Send {
        /// The message.
        message: Outgoing,
        /// Whether it is still to be recorded that it was handed to the network.
        record: bool,
    },
    /// Nobody answered in time.
    GiveUp(Outgoing),
}

impl Outbox {
    /// Takes in one event of the prescription whose stream is `stream`.
    pub fn fold(&mut self, stream: Uuid, patient: PatientId, at: Instant, event: Event) {
        match event {
            Event::PrescriptionDrafted { prescription, contents, .. } => {
                let pharmacy = contents.pharmacy.clone();
                let contents = Some(contents);
                let known = Known { patient, prescription, pharmacy, contents, expires_on: None };
                self.known.insert(stream, known);
            }
            Event::PrescriptionSigned { by, issued_on, expires_on, message, .. } => {
                self.signed(stream, at, message, (by, issued_on, expires_on));
            }
            Event::PrescriptionTransmitted { message } => {
                if let Some(owed) = self.owed.get_mut(&message) {
                    owed.recorded = true;
                    owed.sent_at = owed.sent_at.max(Some(at));
                }
            }
            Event::PrescriptionAccepted { message }
            | Event::PrescriptionFailed { message, .. }
            | Event::AnswerDelivered { message }
            | Event::AnswerFailed { message, .. } => {
                self.owed.remove(&message);
            }
            Event::CancellationRequested { message, .. } => {
                // What is to be cancelled is not sent any more.
                self.settled(stream, |body| matches!(body, Body::NewRx(_)));
                self.owe(stream, at, message, Body::CancelRx);
            }
            Event::CancellationDenied { .. } => {
                self.settled(stream, |body| matches!(body, Body::CancelRx));
            }
            Event::PrescriptionCancelled { .. } | Event::PrescriptionExpired { .. } => {
                self.settled(stream, |body| matches!(body, Body::CancelRx | Body::NewRx(_)));
                self.asked_to_expire(stream);
            }
            Event::ChangeAnswered { request, answer, message } => {
                let decision = answer.into();
                self.owe(stream, at, message, Body::RxChangeResponse { request, decision });
            }
            Event::RenewalAnswered { request, answer, message } => {
                let decision = answer.into();
                self.owe(stream, at, message, Body::RxRenewalResponse { request, decision });
            }
            Event::PrescriptionReady { .. }
            | Event::PrescriptionPrinted { .. }
            | Event::PrescriptionFilled { .. }
            | Event::ChangeProposed { .. }
            | Event::RenewalRequested { .. } => {}
        }
    }

    fn signed(
        &mut self,
        stream: Uuid,
        at: Instant,
        message: MessageId,
        (prescriber, written_on, expires_on): (PersonId, Day, Day),
    ) {
        let Some(known) = self.known.get_mut(&stream) else { return };
        known.expires_on = Some(expires_on);
        let Some(contents) = known.contents.take() else { return };
        let rx = NewRx { contents: *contents, prescriber, written_on, expires_on };
        self.owe(stream, at, message, Body::NewRx(Box::new(rx)));
    }

    fn owe(&mut self, stream: Uuid, since: Instant, id: MessageId, body: Body) {
        let Some(known) = self.known.get(&stream) else { return };
        let Known { patient, prescription, pharmacy, .. } = known;
        let message =
            Outgoing { id, to: pharmacy.clone(), patient: *patient, prescription: *prescription, body };
        self.owed.insert(id, Owed { stream, message, since, sent_at: None, recorded: false });
    }

    fn settled(&mut self, stream: Uuid, which: impl Fn(&Body) -> bool) {
        self.owed.retain(|_, owed| owed.stream != stream || !which(&owed.message.body));
    }

    /// Messages that nobody has answered.
    pub(crate) fn waiting(&self) -> usize {
        self.owed.len()
    }

    /// What must be done about each message now.
    pub(crate) fn next(&self, now: Instant, retry: Duration, give_up: Duration) -> Vec<Next> {
        let due = |owed: &&Owed| owed.sent_at.is_none_or(|sent| sent.plus(retry) <= now);
        let next = |owed: &Owed| {
            let message = owed.message.clone();
            // What was never sent is sent at least once, however long nobody could.
            if owed.sent_at.is_some() && owed.since.plus(give_up) <= now {
                Next::GiveUp(message)
            } else {
                let record = !owed.recorded && matches!(message.body, Body::NewRx(_));
                Next::Send { message, record }
            }
        };
        self.owed.values().filter(due).map(next).collect()
    }

    /// Remembers that a message was handed to the network.
    pub(crate) fn sent(&mut self, message: MessageId, at: Instant) {
        if let Some(owed) = self.owed.get_mut(&message) {
            owed.sent_at = Some(at);
        }
    }

    /// Prescriptions whose last day has passed, each with its stream.
    pub(crate) fn expired(&self, today: Day) -> Vec<(Uuid, PatientId, PrescriptionId)> {
        let passed = |(_, known): &(&Uuid, &Known)| known.expires_on.is_some_and(|last| last < today);
        let told = |(stream, known): (&Uuid, &Known)| (*stream, known.patient, known.prescription);
        self.known.iter().filter(passed).map(told).collect()
    }

    /// Nobody need say again that it has expired.
    pub(crate) fn asked_to_expire(&mut self, stream: Uuid) {
        if let Some(known) = self.known.get_mut(&stream) {
            known.expires_on = None;
        }
    }
}
