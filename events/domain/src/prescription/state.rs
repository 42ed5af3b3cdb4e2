//! The state of a prescription: a machine whose stages hold what is true in them and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Day, FillId, Instant, MessageId, OrderId, PersonId, PharmacyRequestId, PrescriptionId};
use serde::{Deserialize, Serialize};

use super::{Answer, Command, Contents, FillStatus};
use crate::PrescriptionFacts;
use crate::share::total_days;

/// What the events of a prescription say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prescription {
    pub(super) stage: Stage,
}

/// Where a prescription stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Nobody has written it.
    #[default]
    Absent,
    /// It is written.
    Draft(Box<Drafted>),
    /// Its prescriber has read it and is the only one who signs it.
    Ready(Box<Drafted>, PersonId),
    /// It was taken back before it was signed.
    Withdrawn(Box<Drafted>),
    /// It is signed.
    Issued(Box<Issued>),
}

/// What it says, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Drafted {
    pub(super) prescription: PrescriptionId,
    pub(super) contents: Contents,
    pub(super) on: Day,
}

/// A signed prescription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Issued {
    pub(super) drafted: Drafted,
    pub(super) expires_on: Day,
    pub(super) message: MessageId,
    pub(super) leg: Leg,
    /// Whether the pharmacy is asked to cancel it and has not answered.
    pub(super) cancelling: bool,
    /// How often that was asked.
    pub(super) cancellations: u8,
    pub(super) fills: BTreeSet<FillId>,
    /// Fills that count: handed out in full.
    pub(super) dispensed: u8,
    /// Fills of which anything was handed out.
    pub(super) begun: u8,
    pub(super) requests: BTreeMap<PharmacyRequestId, Request>,
    /// Answers that are on their way.
    pub(super) answering: BTreeSet<MessageId>,
}

/// How far a signed prescription has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Leg {
    Signed,
    Transmitted,
    Accepted,
    Failed,
    Printed,
    /// Every fill was handed out.
    Completed,
    Cancelled,
    Expired,
}

impl Leg {
    /// Whether nothing may be handed out on it any more.
    pub(super) const fn is_over(self) -> bool {
        match self {
            Self::Completed | Self::Cancelled | Self::Expired => true,
            Self::Signed | Self::Transmitted | Self::Accepted | Self::Failed | Self::Printed => false,
        }
    }
}

/// A request of the pharmacy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) of: Asked,
    pub(super) answered: bool,
}

/// What a pharmacy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    Change,
    Renewal,
}

impl Drafted {
    /// The first day on which it may be filled.
    pub(super) fn from(&self) -> Day {
        self.contents.earliest_fill_on.unwrap_or(self.on)
    }

    /// Days that all its fills last together.
    pub(super) fn days(&self) -> u16 {
        total_days(self.contents.supply)
    }
}

impl Issued {
    /// Whether a fill on `day` is not what was prescribed.
    pub(super) fn is_unexpected(&self, status: FillStatus, day: Day) -> bool {
        let too_often = self.dispensed > self.drafted.contents.supply.refills;
        let early = day < self.drafted.from();
        let void = matches!(self.leg, Leg::Cancelled | Leg::Expired) || day > self.expires_on;
        status != FillStatus::NotDispensed && (too_often || early || void)
    }
}

impl Issued {
    /// Whether the pharmacy asks for another in its place and waits for the answer.
    fn is_in_question(&self) -> bool {
        self.requests.values().any(|request| request.of == Asked::Change && !request.answered)
    }
}

impl Prescription {
    pub(super) fn drafted(&self) -> Option<&Drafted> {
        match &self.stage {
            Stage::Absent => None,
            Stage::Draft(drafted) | Stage::Ready(drafted, _) | Stage::Withdrawn(drafted) => Some(drafted),
            Stage::Issued(issued) => Some(&issued.drafted),
        }
    }

    /// What other streams may know of it; nothing when there is no such prescription.
    pub(crate) fn facts(&self) -> Option<PrescriptionFacts> {
        let drafted = self.drafted()?;
        let mut facts = PrescriptionFacts {
            order: drafted.contents.order,
            ready: matches!(self.stage, Stage::Ready(..)),
            signed: false,
            void: false,
            in_question: false,
            supply: drafted.contents.supply,
            from: drafted.from(),
            days: drafted.days(),
            series_days: drafted.contents.series_days,
            handed_out_days: 0,
        };
        match &self.stage {
            Stage::Absent | Stage::Draft(_) | Stage::Ready(..) => {}
            Stage::Withdrawn(_) => facts.void = true,
            Stage::Issued(issued) => {
                facts.signed = true;
                facts.void = matches!(issued.leg, Leg::Cancelled | Leg::Expired);
                facts.in_question = issued.is_in_question();
                facts.handed_out_days = facts.supply.days.saturating_mul(u16::from(issued.begun));
            }
        }
        Some(facts)
    }

    /// Its identifier, once it is written.
    pub(crate) fn id(&self) -> Option<PrescriptionId> {
        self.drafted().map(|drafted| drafted.prescription)
    }

    /// The order whose supply bears on a command, if any does.
    pub(crate) fn order_that_bears_on(&self, command: &Command) -> Option<OrderId> {
        match command {
            Command::Draft(new) => Some(new.order),
            Command::MarkReady
            | Command::Sign { .. }
            | Command::AnswerChange { answer: Answer::Denied { .. }, .. } => {
                self.drafted().map(|drafted| drafted.contents.order)
            }
            Command::AnswerChange { answer: Answer::Approved { .. }, .. }
            | Command::Transmit
            | Command::RecordStatus { .. }
            | Command::Print
            | Command::Cancel { .. }
            | Command::RecordCancelAnswer { .. }
            | Command::RecordFill { .. }
            | Command::ProposeChange { .. }
            | Command::RequestRenewal { .. }
            | Command::AnswerRenewal { .. }
            | Command::Expire => None,
        }
    }
}

/// The day so many days after another.
pub(super) fn days_after(day: Day, days: i64) -> Day {
    Instant::start_of(day).plus_days(days).day()
}
