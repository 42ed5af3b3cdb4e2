//! What may be asked of a prescription.

use concord_kernel::{
    Day, EpisodeId, FillId, MessageId, OrderId, PharmacyRequestId, PrescriptionId, Text, VisitId,
};

use super::{Answer, CancelRefusal, ChangeKind, Factor, FillStatus, PharmacyId, PharmacyStatus};
use crate::UsState;
use crate::chart::Supply;

/// A prescription to be drafted. What is taken, how much and what for comes from the order.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPrescription {
    /// The order that it hands out; must be taken.
    pub order: OrderId,
    /// Strength and form, such as `50 mg tablet`.
    pub product: Text,
    /// How many of them one fill holds, 1 to 1,000.
    pub quantity: u16,
    /// How long one fill lasts, and how often it may be filled again; no more than the order allows.
    pub supply: Supply,
    /// Where it goes.
    pub pharmacy: PharmacyId,
    /// Where the patient is.
    pub state: UsState,
    /// The day before which it must not be filled, if there is one.
    pub earliest_fill_on: Option<Day>,
    /// The one before it in a series of schedule II prescriptions.
    pub follows: Option<PrescriptionId>,
    /// Words to the pharmacist.
    pub note: Option<Text>,
}

/// Names a visit with the stay it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitRef {
    /// The stay.
    pub episode: EpisodeId,
    /// The visit.
    pub visit: VisitId,
}

/// A request to a prescription.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Write it; anybody who prepares prescriptions may.
    Draft(Box<NewPrescription>),
    /// Say that it may be signed: the prescriber has read it.
    MarkReady,
    /// Sign it. For a controlled substance: two factors, a fresh look into the monitoring program, a legal basis.
    Sign {
        /// How the prescriber showed who they are; at least two kinds for a controlled substance.
        factors: Vec<Factor>,
        /// The visit that it rests on. Absent: what the order says, which must then be an evaluation in person.
        visit: Option<VisitRef>,
    },
    /// Say that it was handed to the network.
    Transmit,
    /// Record how the pharmacy took a message of this prescription.
    RecordStatus {
        /// Which message; absent: the prescription itself.
        message: Option<MessageId>,
        /// How.
        status: PharmacyStatus,
    },
    /// Say that it was printed because it could not be sent.
    Print,
    /// Take it back. Once it is signed, the pharmacy is asked.
    Cancel {
        /// Why.
        reason: Text,
    },
    /// Record how the pharmacy answered.
    RecordCancelAnswer {
        /// Absent: it has cancelled.
        refused: Option<CancelRefusal>,
    },
    /// Record what the pharmacy did.
    RecordFill {
        /// The fill; recorded once.
        fill: FillId,
        /// What was done.
        status: FillStatus,
        /// How many units were handed out.
        quantity: u16,
        /// The day.
        on: Day,
    },
    /// Record that the pharmacy proposes a change.
    ProposeChange {
        /// The request; recorded once.
        request: PharmacyRequestId,
        /// What kind.
        kind: ChangeKind,
        /// What is proposed, in the pharmacy's words.
        proposal: Text,
    },
    /// Answer it.
    AnswerChange {
        /// Which.
        request: PharmacyRequestId,
        /// The answer.
        answer: Answer,
    },
    /// Record that the pharmacy asks for more.
    RequestRenewal {
        /// The request; recorded once.
        request: PharmacyRequestId,
        /// What the pharmacy says.
        note: Option<Text>,
    },
    /// Answer it.
    AnswerRenewal {
        /// Which.
        request: PharmacyRequestId,
        /// The answer.
        answer: Answer,
    },
    /// Say that its last day has passed.
    Expire,
}

impl Command {
    /// Whether it rests on the order, which the chart must know.
    pub const fn needs_the_order(&self) -> bool {
        matches!(self, Self::Draft(_) | Self::MarkReady | Self::Sign { .. })
    }

    /// Whether it takes the right to sign, where the drug is controlled.
    pub const fn is_for_prescribers_with_a_right(&self) -> bool {
        matches!(self, Self::MarkReady | Self::Sign { .. })
    }

    /// Whether it says that a prescription stands which another may have been signed in place of.
    pub const fn lets_it_stand(&self) -> bool {
        matches!(self, Self::AnswerChange { answer: Answer::Denied { .. }, .. })
    }

    /// The visit that it rests on.
    pub const fn cites_a_visit(&self) -> Option<VisitRef> {
        if let Self::Sign { visit, .. } = self { *visit } else { None }
    }

    /// Another prescription that it names.
    pub fn cites_another(&self) -> Option<PrescriptionId> {
        match self {
            Self::Draft(new) => new.follows,
            Self::AnswerChange { answer: Answer::Approved { replacement }, .. }
            | Self::AnswerRenewal { answer: Answer::Approved { replacement }, .. } => Some(*replacement),
            Self::MarkReady
            | Self::Sign { .. }
            | Self::Transmit
            | Self::RecordStatus { .. }
            | Self::Print
            | Self::Cancel { .. }
            | Self::RecordCancelAnswer { .. }
            | Self::RecordFill { .. }
            | Self::ProposeChange { .. }
            | Self::AnswerChange { .. }
            | Self::RequestRenewal { .. }
            | Self::AnswerRenewal { .. }
            | Self::Expire => None,
        }
    }
}
