//! What may be asked about a patient's adherence.

use std::collections::BTreeSet;

use concord_kernel::{BarrierId, CheckInId, Day, Instant, OrderId, PersonId, ReminderId, Text, VisitId};

use super::{
    BarrierKind, Channel, Doing, MissReason, MissedDecision, OutreachCause, OutreachOutcome, Shared, Wording,
};

/// A request about how a patient takes what is ordered.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Have the patient, or somebody of their family, reminded.
    ScheduleReminder {
        /// The new reminder; must never have been used.
        reminder: ReminderId,
        /// Whom; absent: the patient. Anybody else needs the patient's consent.
        to: Option<PersonId>,
        /// What it says.
        wording: Wording,
        /// Which way it goes.
        channel: Channel,
        /// When it is sent first.
        first_at: Instant,
        /// Days from one to the next, 1 to 90; absent: it is sent once.
        every_days: Option<u8>,
    },
    /// Send it no more.
    CancelReminder {
        /// Which.
        reminder: ReminderId,
    },
    /// Say that a reminder was sent; when, is when the command took effect.
    RecordReminderSent {
        /// Which.
        reminder: ReminderId,
    },
    /// Record how the patient is doing, as they or somebody for them says.
    RecordCheckIn {
        /// The new check-in; must never have been used.
        check_in: CheckInId,
        /// How they are doing.
        doing: Doing,
        /// Whether they want to be called.
        wants_call: bool,
        /// In their words, if they said more.
        note: Option<Text>,
    },
    /// Say what came of calling somebody who checked in.
    FollowUpCheckIn {
        /// Which check-in.
        check_in: CheckInId,
        /// What came of it.
        outcome: Text,
    },
    /// Record that what was due was taken: all doses of one day, or one injection.
    RecordDoseTaken {
        /// Of which order; must be open.
        order: OrderId,
        /// When the last of them was taken.
        at: Instant,
        /// Whether somebody of the program saw it.
        observed: bool,
    },
    /// Record that a dose was missed.
    RecordDoseMissed {
        /// Of which order; must be open.
        order: OrderId,
        /// When it was due.
        due_at: Instant,
        /// Why.
        reason: MissReason,
    },
    /// Decide how it goes on after doses were missed for too long.
    DecideMissedDoses {
        /// Of which order.
        order: OrderId,
        /// What is done.
        decision: MissedDecision,
        /// Why.
        reason: Text,
    },
    /// Work out the proportion of days covered from what was recorded.
    MeasureAdherence {
        /// Over how many days up to yesterday, 7 to 180.
        days: u16,
    },
    /// Say what keeps the patient from taking medication as agreed.
    RaiseBarrier {
        /// The new barrier; must never have been used.
        barrier: BarrierId,
        /// What kind.
        kind: BarrierKind,
        /// In words.
        words: Text,
    },
    /// Say that a barrier is gone.
    RemoveBarrier {
        /// Which.
        barrier: BarrierId,
        /// What removed it.
        how: Text,
    },
    /// Allow somebody of the family to help; takes the place of what they were allowed before.
    PermitFamily {
        /// Whom.
        person: PersonId,
        /// What; at least one.
        shares: BTreeSet<Shared>,
        /// The last day on which it holds; absent: until it is withdrawn.
        until: Option<Day>,
    },
    /// Take that back. It holds at once.
    WithdrawFamily {
        /// From whom.
        person: PersonId,
    },
    /// Talk with somebody of the family about what the patient allows.
    EngageFamily {
        /// With whom.
        person: PersonId,
        /// About what.
        about: Shared,
        /// What was said and agreed.
        note: Text,
    },
    /// Have somebody reach out, because medication visits were missed one after the other.
    OpenOutreach {
        /// The last of them.
        visit: VisitId,
    },
    /// Say what came of reaching out.
    RecordOutreach {
        /// What.
        outcome: OutreachOutcome,
        /// What was said, agreed or tried.
        note: Text,
    },
    /// Say that nobody was reached in time.
    BreachOutreach {
        /// Why somebody was to reach out.
        because: OutreachCause,
    },
}

impl Command {
    /// Whether it is about orders, which the chart must know.
    pub const fn needs_chart(&self) -> bool {
        matches!(
            self,
            Self::RecordDoseTaken { .. }
                | Self::RecordDoseMissed { .. }
                | Self::DecideMissedDoses { .. }
                | Self::MeasureAdherence { .. }
                | Self::OpenOutreach { .. }
        )
    }

    /// Whether visits that were missed bear on it.
    pub const fn needs_visits(&self) -> bool {
        matches!(self, Self::OpenOutreach { .. } | Self::BreachOutreach { .. })
    }
}
