//! The refusals of a prescription.

use concord_kernel::{Day, OrderId, Role, Schedule};

use super::NotShown;
use crate::law::Unlawful;

/// Why a prescription refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this to a prescription.
    #[error("a {role} may not do this to a prescription")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The identifier has named a prescription before.
    #[error("the prescription identifier has been used")]
    PrescriptionIdUsed,
    /// There is no such prescription.
    #[error("there is no such prescription")]
    NotDrafted,
    /// Its prescriber has said that it may be signed.
    #[error("the prescription is ready to be signed")]
    AlreadyReady,
    /// Nobody has said that it may be signed.
    #[error("the prescription is not ready to be signed")]
    NotReady,
    /// It is signed; nothing of it alters.
    #[error("the prescription is signed")]
    AlreadySigned,
    /// It is not signed.
    #[error("the prescription is not signed")]
    NotSigned,
    /// It was withdrawn, cancelled, has expired or was handed out.
    #[error("the prescription is over")]
    Over,
    /// Somebody else has said that they sign it.
    #[error("another prescriber has read this prescription ready")]
    NotYours,
    /// No such order was ever written.
    #[error("there is no such order on the chart")]
    UnknownOrder,
    /// The order has ended.
    #[error("the order has been stopped")]
    OrderStopped,
    /// The order is interrupted.
    #[error("the order is on hold")]
    OrderHeld,
    /// The order is no longer what was drafted.
    #[error("the order has changed since the prescription was drafted")]
    OrderChanged,
    /// The safety check judged the order too long ago.
    #[error("the order was last judged more than {most_days} days ago")]
    OrderJudgedTooLongAgo {
        /// The most days.
        most_days: u16,
    },
    /// The formulary has no such drug any more.
    #[error("the formulary has no such drug")]
    UnknownDrug,
    /// The program may not prescribe the drug.
    #[error("the program may not prescribe the drug")]
    NotPrescribable,
    /// It is methadone for opioid use disorder.
    #[error("methadone for opioid use disorder is dispensed by opioid treatment programs only")]
    OnlyDispensed,
    /// The registration of the prescriber does not cover the drug.
    #[error("the prescriber's registration does not cover the drug's schedule")]
    ScheduleNotCovered {
        /// The schedule.
        schedule: Schedule,
    },
    /// It is no supply.
    #[error("the supply is out of range")]
    SupplyOutOfRange,
    /// It is more than the schedule or the legal basis allows.
    #[error("the supply is more than the drug's schedule allows")]
    SupplyBeyondSchedule,
    /// It is more than the order hands out.
    #[error("the supply is more than the order hands out")]
    SupplyBeyondOrder,
    /// It is no quantity.
    #[error("one fill holds 1 to {most} units")]
    QuantityOutOfRange {
        /// The most units.
        most: u16,
    },
    /// The day from which it may be filled has passed.
    #[error("the earliest day of filling has passed")]
    EarliestFillPassed,
    /// Only prescriptions of schedule II are written as a series.
    #[error("only schedule II prescriptions are written as a series")]
    SeriesNotAllowed,
    /// There is no such prescription before it.
    #[error("there is no such prescription before it")]
    UnknownPrescription,
    /// The one before it hands out another order, or is void.
    #[error("the prescription before it is of another order, or void")]
    SeriesBroken,
    /// It could be filled before the one before it has run out.
    #[error("the one before it lasts until {from}")]
    SeriesTooEarly {
        /// The first day on which it may be filled.
        from: Day,
    },
    /// The series lasts too long.
    #[error("a series lasts at most {most_days} days")]
    SeriesTooLong {
        /// The most days.
        most_days: u16,
    },
    /// Two people gave the prescriber no right to sign the drug, or it has ended.
    #[error("the prescriber has no right in force to sign prescriptions of this schedule")]
    NoSigningRight {
        /// The schedule.
        schedule: Schedule,
    },
    /// The prescriber has not shown who they are.
    #[error(transparent)]
    NotShown(#[from] NotShown),
    /// Nobody has looked into the monitoring program of the patient's state.
    #[error("the monitoring program of the patient's state was not looked into")]
    PdmpMissing,
    /// That was too long ago.
    #[error("the monitoring program was looked into more than {most_hours} hours ago")]
    PdmpTooOld {
        /// The most hours.
        most_hours: u16,
    },
    /// The order was not written in person, and no visit is named.
    #[error("no visit is named, and the order was not written in person")]
    VisitRequired,
    /// No such medication visit took place in that stay.
    #[error("no such medication visit took place")]
    VisitNotHeld,
    /// The visit was too long ago.
    #[error("the visit took place more than {most_days} days ago")]
    VisitTooLongAgo {
        /// The most days.
        most_days: u16,
    },
    /// No law allows it this way today.
    #[error("no legal basis allows it this way today")]
    LegalBasisNotInForce,
    /// It lies in the future.
    #[error("it lies in the future")]
    InTheFuture,
    /// It is not to be sent: it is over, or is being cancelled.
    #[error("the prescription is not to be sent")]
    NotToBeSent,
    /// Its transmission has not failed.
    #[error("the transmission has not failed")]
    NotFailed,
    /// The pharmacy is asked already.
    #[error("the pharmacy is asked to cancel it already")]
    AlreadyCancelling,
    /// The pharmacy was asked as often as it may be.
    #[error("a pharmacy is asked to cancel at most {most} times")]
    TooManyCancellations {
        /// The most times.
        most: u8,
    },
    /// Nobody asked the pharmacy to cancel it.
    #[error("nobody asked the pharmacy to cancel it")]
    NotCancelling,
    /// No such message was sent about it.
    #[error("no such message was sent about this prescription")]
    UnknownMessage,
    /// As many fills are recorded as may be.
    #[error("a prescription has at most {most} fills")]
    TooManyFills {
        /// The most there may be.
        most: usize,
    },
    /// The identifier has named another request.
    #[error("the request identifier has been used")]
    RequestIdUsed,
    /// There is no such request.
    #[error("there is no such request")]
    UnknownRequest,
    /// The request was answered.
    #[error("the request was answered")]
    RequestAnswered,
    /// As many requests were made as may be.
    #[error("a pharmacy asks at most {most} times about one prescription")]
    TooManyRequests {
        /// The most there may be.
        most: usize,
    },
    /// What is to take its place is not signed, is void, or is the prescription itself.
    #[error("the replacement is not a signed prescription that stands")]
    ReplacementNotSigned,
    /// Its last day has not passed.
    #[error("the last day of the prescription has not passed")]
    NotExpired,
    /// The stay of the order is not known.
    #[error("the stay that the order was written in is not known")]
    EpisodeNotActive,
    /// The drug needs consent on record.
    #[error("the drug is never handed out without the patient's consent on record")]
    ConsentRequired,
    /// The patient declined the medication.
    #[error("the patient has declined this medication")]
    ConsentDeclined,
    /// The patient declined, or the stay has ended, and it reaches past the end of the taper.
    #[error("the supply has refills or lasts longer than the taper, which ends on {until}")]
    SupplyBeyondTaper {
        /// The last day of the taper.
        until: Day,
    },
    /// The stay has ended, and it is more than a bridge.
    #[error("after the stay a supply bridges {most_days} days at most, without refills")]
    BridgeTooLong {
        /// The most days.
        most_days: u16,
    },
    /// The stay has ended, and the time after it was bridged.
    #[error("the time after the stay was bridged before")]
    AlreadyBridged,
    /// Doses were missed for longer than the dose is tolerated again.
    #[error("after {hours} hours without it the drug starts at its first dose again")]
    RestartNeeded {
        /// The longest interruption.
        hours: u16,
    },
    /// Other prescriptions have taken what the order hands out.
    #[error("other prescriptions leave {left_days} days of what the order hands out")]
    SupplyHandedOut {
        /// What is left.
        left_days: u16,
    },
    /// The chart has not set aside what it hands out.
    #[error("the chart has set nothing aside for the prescription")]
    SupplyNotAllotted {
        /// Of which order it is to.
        order: OrderId,
    },
    /// What the decision rests on was not read.
    #[error("facts that the decision needs were not read")]
    FactsMissing,
}

impl From<Unlawful> for Error {
    fn from(unlawful: Unlawful) -> Self {
        match unlawful {
            Unlawful::SupplyOutOfRange => Self::SupplyOutOfRange,
            Unlawful::SupplyBeyondSchedule => Self::SupplyBeyondSchedule,
            // A signature states no basis: it is found, or there is none.
            Unlawful::LegalBasisMissing | Unlawful::LegalBasisNotInForce => Self::LegalBasisNotInForce,
        }
    }
}
