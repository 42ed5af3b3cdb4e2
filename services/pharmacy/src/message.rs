//! What is said to and by pharmacies, in the shape of NCPDP SCRIPT messages. Who the patient is, and where they live, is
//! for the adapter of a real network to add: here they are named by their identifier.

use concord_domain::prescription::{
    Answer, CancelRefusal, ChangeKind, Contents, FillStatus, PharmacyId, TransmissionFailure,
};
use concord_kernel::{Day, FillId, MessageId, PatientId, PersonId, PharmacyRequestId, PrescriptionId, Text};
use serde::Serialize;

/// A message to a pharmacy.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Its one id: sent again, it is the same message.
    pub id: MessageId,
    /// Whom it is for.
    pub to: PharmacyId,
    /// Whose prescription.
    pub patient: PatientId,
    /// Which.
    pub prescription: PrescriptionId,
    /// What it says.
    pub body: Body,
}

/// What a message to a pharmacy says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A new prescription.
    NewRx(Box<NewRx>),
    /// The prescription is taken back.
    CancelRx,
    /// The answer to a proposed change.
    RxChangeResponse {
        /// To which request.
        request: PharmacyRequestId,
        /// The answer.
        decision: Decision,
    },
    /// The answer to a request for more.
    RxRenewalResponse {
        /// To which request.
        request: PharmacyRequestId,
        /// The answer.
        decision: Decision,
    },
}

/// A new prescription as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRx {
    /// What it says.
    pub contents: Contents,
    /// Who signed it.
    pub prescriber: PersonId,
    /// The day of issue.
    pub written_on: Day,
    /// The last day on which it may be filled.
    pub expires_on: Day,
}

/// A prescriber's decision on a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// No.
    Denied {
        /// Why.
        reason: Text,
    },
    /// Yes: another prescription follows as a message of its own.
    NewPrescriptionFollows(PrescriptionId),
}

impl From<Answer> for Decision {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Denied { reason } => Self::Denied { reason },
            Answer::Approved { replacement } => Self::NewPrescriptionFollows(replacement),
        }
    }
}

/// A message from a pharmacy, or from the network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incoming {
    /// Its one id.
    pub id: MessageId,
    /// Whose prescription.
    pub patient: PatientId,
    /// Which.
    pub prescription: PrescriptionId,
    /// What it says.
    pub said: Said,
}

/// What a pharmacy says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Said {
    /// It has a message.
    Status {
        /// Which.
        of: MessageId,
    },
    /// It does not have a message.
    Error {
        /// Which.
        of: MessageId,
        /// Why.
        because: TransmissionFailure,
    },
    /// Whether it has cancelled.
    CancelRxResponse {
        /// Absent: it has.
        refused: Option<CancelRefusal>,
    },
    /// It proposes a change.
    RxChangeRequest {
        /// The request.
        request: PharmacyRequestId,
        /// What kind.
        kind: ChangeKind,
        /// What is proposed.
        proposal: Text,
    },
    /// It asks for more.
    RxRenewalRequest {
        /// The request.
        request: PharmacyRequestId,
        /// What it says.
        note: Option<Text>,
    },
    /// It handed it out, or put it back.
    RxFill {
        /// The fill.
        fill: FillId,
        /// What was done.
        status: FillStatus,
        /// How many units.
        quantity: u16,
        /// The day.
        on: Day,
    },
}
