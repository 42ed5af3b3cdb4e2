//! What may have happened to a prescription.

use concord_kernel::{
    Day, FillId, Instant, MessageId, OrderId, PersonId, PharmacyRequestId, PrescriptionId, Schedule, Text,
    VisitId,
};
use concord_knowledge::{ConditionId, DrugId, PolicyId, Regimen};
use serde::{Deserialize, Serialize};

use super::{
    Answer, CancelCause, CancelRefusal, ChangeKind, Factor, FillStatus, PharmacyId, TransmissionFailure,
};
use crate::UsState;
use crate::chart::{LegalBasis, OrderModality, PdmpCheck, Supply};

/// What a prescription says. Nothing of it alters after it was drafted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    /// The order that it hands out.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// Its schedule as the formulary had it then; absent for what is not controlled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// How it is taken.
    pub regimen: Regimen,
    /// What for.
    pub indication: ConditionId,
    /// Strength and form.
    pub product: Text,
    /// How many of them one fill holds.
    pub quantity: u16,
    /// How long one fill lasts, and how often it may be filled again.
    pub supply: Supply,
    /// Where it goes.
    pub pharmacy: PharmacyId,
    /// Where the patient is.
    pub state: UsState,
    /// The day before which it must not be filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest_fill_on: Option<Day>,
    /// The one before it in a series of schedule II prescriptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<PrescriptionId>,
    /// Days that the series lasts up to the end of this one; its own when it is in none.
    pub series_days: u16,
    /// Words to the pharmacist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// What a prescription of a controlled substance rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resting {
    /// How prescriber and patient met.
    pub modality: OrderModality,
    /// The visit; absent where the order says that they met in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// The legal basis.
    pub legal_basis: LegalBasis,
    /// The row of law that held.
    pub policy: PolicyId,
    /// The look into the monitoring program of the patient's state.
    pub pdmp: PdmpCheck,
    /// The row that says how old it may be.
    pub pdmp_policy: PolicyId,
}

/// What a pharmacy did once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The fill.
    pub fill: FillId,
    /// What was done.
    pub status: FillStatus,
    /// How many units were handed out.
    pub quantity: u16,
    /// The day.
    pub on: Day,
    /// Whether it should not have been: too early, too often, cancelled, expired.
    pub unexpected: bool,
}

/// A fact about one prescription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// It was written.
    PrescriptionDrafted {
        /// Its identifier.
        prescription: PrescriptionId,
        /// What it says.
        contents: Box<Contents>,
        /// The day on which it was written.
        on: Day,
    },
    /// The prescriber has read it and will sign.
    PrescriptionReady {
        /// Who.
        by: PersonId,
    },
    /// It was signed.
    PrescriptionSigned {
        /// The order.
        order: OrderId,
        /// By whom.
        by: PersonId,
        /// The day of issue.
        issued_on: Day,
        /// The last day on which it may be filled.
        expires_on: Day,
        /// The message that it is sent as.
        message: MessageId,
        /// How the prescriber showed who they are.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        factors: Vec<Factor>,
        /// What it rests on, for a controlled substance.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resting: Option<Resting>,
    },
    /// It was handed to the network.
    PrescriptionTransmitted {
        /// The message.
        message: MessageId,
    },
    /// The pharmacy has it.
    PrescriptionAccepted {
        /// The message.
        message: MessageId,
    },
    /// The pharmacy does not have it.
    PrescriptionFailed {
        /// The order.
        order: OrderId,
        /// The message.
        message: MessageId,
        /// Why.
        because: TransmissionFailure,
    },
    /// It was printed because it could not be sent; the print says so. Source: 21 CFR 1311.170.
    PrescriptionPrinted {
        /// The message that could not be sent.
        instead_of: MessageId,
    },
    /// The pharmacy is asked to cancel it.
    CancellationRequested {
        /// The message that asks.
        message: MessageId,
        /// Why.
        reason: Text,
    },
    /// It is cancelled.
    PrescriptionCancelled {
        /// The order.
        order: OrderId,
        /// How that came.
        cause: CancelCause,
    },
    /// The pharmacy did not cancel it.
    CancellationDenied {
        /// The order.
        order: OrderId,
        /// Why.
        because: CancelRefusal,
    },
    /// The pharmacy filled it, or put it back.
    PrescriptionFilled {
        /// The order.
        order: OrderId,
        /// What was done.
        #[serde(flatten)]
        fill: Fill,
    },
    /// The pharmacy proposed a change.
    ChangeProposed {
        /// The prescription that it is about.
        prescription: PrescriptionId,
        /// The order.
        order: OrderId,
        /// The request.
        request: PharmacyRequestId,
        /// What kind.
        kind: ChangeKind,
        /// What is proposed.
        proposal: Text,
    },
    /// It was answered.
    ChangeAnswered {
        /// Which.
        request: PharmacyRequestId,
        /// The answer.
        answer: Answer,
        /// The message that tells it.
        message: MessageId,
    },
    /// The pharmacy asked for more.
    RenewalRequested {
        /// The prescription that it is about.
        prescription: PrescriptionId,
        /// The order.
        order: OrderId,
        /// The request.
        request: PharmacyRequestId,
        /// What the pharmacy says.
        note: Option<Text>,
    },
    /// It was answered.
    RenewalAnswered {
        /// Which.
        request: PharmacyRequestId,
        /// The answer.
        answer: Answer,
        /// The message that tells it.
        message: MessageId,
    },
    /// The pharmacy has the answer to one of its requests.
    AnswerDelivered {
        /// The message.
        message: MessageId,
    },
    /// The pharmacy does not have it.
    AnswerFailed {
        /// The order.
        order: OrderId,
        /// The message.
        message: MessageId,
        /// Why.
        because: TransmissionFailure,
    },
    /// Its last day has passed.
    PrescriptionExpired {
        /// The order.
        order: OrderId,
        /// When that was said.
        at: Instant,
    },
}
