//! What a partner is told.

use std::sync::Arc;

use bytes::Bytes;
use concord_domain::consent::Terms;
use concord_kernel::{DataClasses, Instant, StreamKind};
use uuid::Uuid;

/// The notice that goes with every disclosure. Source: 42 CFR 2.32(a)(2).
pub const NOTICE: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

/// Which version of the notice that is; another wording is another version.
pub const NOTICE_VERSION: u16 = 1;

/// A message with its number on the subscription.
#[derive(Clone, Debug)]
pub struct Message {
    /// Each is one more than the one before.
    pub sequence: u64,
    /// What it says.
    pub told: Told,
}

/// What a message says.
#[derive(Clone, Debug)]
pub enum Told {
    /// An event.
    Event(Box<Carried>),
    /// Nothing more comes about a patient.
    ConsentEnded(Ended),
}

/// An event as a partner is told it.
#[derive(Clone, Debug)]
pub struct Carried {
    /// What the partner calls it.
    pub id: Uuid,
    /// What the partner calls the patient.
    pub subject: Uuid,
    /// Of which kind its stream is.
    pub kind: StreamKind,
    /// Its stored name.
    pub event_type: Box<str>,
    /// The version of its stored shape.
    pub event_version: u16,
    /// When it was recorded, to the second: what is finer tells of others.
    pub recorded_at: Instant,
    /// What it tells.
    pub classes: DataClasses,
    /// Whether 42 CFR Part 2 protects it.
    pub part2: bool,
    /// The event as it is stored; absent where the partner takes identifiers alone.
    pub data: Option<Bytes>,
    /// What it rests on.
    pub consent: ConsentRef,
}

/// A consent as a partner is told of it.
#[derive(Clone, Debug)]
pub struct ConsentRef {
    /// What the partner calls it.
    pub reference: Uuid,
    /// Which version.
    pub version: u32,
    /// What was signed: its scope and its end are told (42 CFR 2.32(b)).
    pub terms: Arc<Terms>,
}

/// The end of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What the partner calls the patient.
    pub subject: Uuid,
    /// What the partner calls the consent that ended; absent where the end of treatment ended several.
    pub reference: Option<Uuid>,
}
