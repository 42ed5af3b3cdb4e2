//! What may have happened to a patient's adherence.

use std::collections::BTreeSet;

use concord_kernel::{
    BarrierId, CheckInId, Day, EpisodeId, Instant, OrderId, PersonId, ReminderId, Role, Text, VisitId,
};
use concord_knowledge::trial::Taken;
use concord_knowledge::{DrugId, MissedAction, RuleId, RulesetVersion};
use serde::{Deserialize, Serialize};

use super::{
    BarrierKind, Channel, Doing, MissReason, MissedDecision, OutreachCause, OutreachOutcome, Shared, Wording,
};

/// What was recorded of one order in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdherenceLine {
    /// The order.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// Days of the period on which it was ordered.
    pub days: u16,
    /// Days covered by what was taken; what one dose covers longer than a day is carried forward.
    pub covered: u16,
    /// Days on which it was missed.
    pub missed: u16,
    /// Days that nobody told of.
    pub unknown: u16,
    /// Days covered of days, in percent; absent when too many days are unknown to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

impl AdherenceLine {
    /// What was measured, up to the last day of the period.
    pub const fn taken(&self, to: Day) -> Taken {
        Taken { to, percent: self.percent }
    }
}

/// A fact about how a patient takes what is ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// A reminder was arranged.
    ReminderScheduled {
        /// The reminder.
        reminder: ReminderId,
        /// The stay in which it is sent.
        episode: EpisodeId,
        /// Who is reminded; absent: the patient.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PersonId>,
        /// What it says.
        wording: Wording,
        /// Which way it goes.
        channel: Channel,
        /// When it is sent first.
        first_at: Instant,
        /// Days from one to the next; absent: it is sent once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every_days: Option<u8>,
    },
    /// It is sent no more.
    ReminderCancelled {
        /// Which.
        reminder: ReminderId,
    },
    /// It was sent.
    ReminderSent {
        /// Which.
        reminder: ReminderId,
        /// When.
        at: Instant,
        /// When it is sent next; absent: that was the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_at: Option<Instant>,
    },
    /// Somebody said how the patient is doing.
    CheckInRecorded {
        /// The check-in.
        check_in: CheckInId,
        /// How they are doing.
        doing: Doing,
        /// Whether they want to be called.
        wants_call: bool,
        /// In their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Text>,
        /// Who said so.
        by: PersonId,
        /// As what.
        role: Role,
        /// Until when somebody calls; absent when nobody needs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call_by: Option<Instant>,
    },
    /// Somebody called after a check-in.
    CheckInFollowedUp {
        /// Which check-in.
        check_in: CheckInId,
        /// What came of it.
        outcome: Text,
    },
    /// What was due was taken.
    DoseTaken {
        /// Of which order.
        order: OrderId,
        /// When the last of it was taken.
        at: Instant,
        /// How many days it covers, that day included.
        covers_days: u16,
        /// Whether somebody of the program saw it.
        observed: bool,
        /// As what somebody told of it.
        role: Role,
    },
    /// A dose was missed.
    DoseMissed {
        /// Of which order.
        order: OrderId,
        /// When it was due.
        due_at: Instant,
        /// Why.
        reason: MissReason,
        /// As what somebody told of it.
        role: Role,
    },
    /// A drug was missed for so long that it may not simply go on.
    MissedDosesReached {
        /// Which order.
        order: OrderId,
        /// The formulary row.
        drug: DrugId,
        /// Which rule says so.
        rule: RuleId,
        /// What the rule asks for.
        action: MissedAction,
        /// Since when nothing was taken, at the latest.
        since: Instant,
        /// When the gap was found to be too long.
        at: Instant,
        /// Until when a prescriber decides.
        decide_by: Instant,
        /// By which rules.
        ruleset: RulesetVersion,
    },
    /// A prescriber decided how it goes on.
    MissedDosesDecided {
        /// Which order.
        order: OrderId,
        /// What is done.
        decision: MissedDecision,
        /// Why.
        reason: Text,
    },
    /// Adherence was worked out from what was recorded.
    AdherenceMeasured {
        /// The first day.
        from: Day,
        /// The last day.
        to: Day,
        /// Order by order.
        lines: Vec<AdherenceLine>,
        /// The lowest of them in percent; absent when one is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        percent: Option<u8>,
        /// Until when somebody reaches out, when so little was taken that it cannot wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outreach_by: Option<Instant>,
        /// By which rules.
        ruleset: RulesetVersion,
    },
    /// Something keeps the patient from taking medication as agreed.
    BarrierRaised {
        /// The barrier.
        barrier: BarrierId,
        /// What kind.
        kind: BarrierKind,
        /// In words.
        words: Text,
        /// Who said so.
        by: PersonId,
        /// As what.
        role: Role,
        /// Until when something is done about it.
        act_by: Instant,
    },
    /// It is gone.
    BarrierRemoved {
        /// Which.
        barrier: BarrierId,
        /// What removed it.
        how: Text,
    },
    /// The patient allowed somebody of their family to help.
    FamilyConsentGiven {
        /// Whom.
        person: PersonId,
        /// What, and nothing else.
        shares: BTreeSet<Shared>,
        /// The last day on which it holds; absent: until it is withdrawn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Day>,
    },
    /// They took it back.
    FamilyConsentWithdrawn {
        /// From whom.
        person: PersonId,
    },
    /// Somebody talked with family about what the patient allows.
    FamilyEngaged {
        /// With whom.
        person: PersonId,
        /// About what.
        about: Shared,
        /// What was said and agreed.
        note: Text,
    },
    /// Somebody is to reach out: medication visits were missed one after the other.
    OutreachDue {
        /// The stay.
        episode: EpisodeId,
        /// The first visit that was missed.
        first: VisitId,
        /// The last.
        visit: VisitId,
        /// How many were missed.
        in_a_row: u32,
        /// Which rule says how soon.
        rule: RuleId,
        /// Until when.
        act_by: Instant,
        /// By which rules.
        ruleset: RulesetVersion,
    },
    /// Somebody reached out.
    OutreachRecorded {
        /// What came of it.
        outcome: OutreachOutcome,
        /// What was said, agreed or tried.
        note: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// Nobody was reached in time.
    OutreachBreached {
        /// Why somebody was to reach out.
        because: OutreachCause,
        /// What the deadline was.
        act_by: Instant,
    },
}
