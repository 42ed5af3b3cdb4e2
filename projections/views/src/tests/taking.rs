//! Random events about how a patient takes what is ordered.

use concord_domain::adherence::{
    BarrierKind, Channel, Doing, Event, MissReason, MissedDecision, Shared, Wording,
};
use concord_kernel::{BarrierId, CheckInId, Instant, ReminderId, Role};
use concord_knowledge::{DrugId, MissedAction, RuleId, RulesetVersion};

use super::history::{Dice, Story, person, text};

/// What is open of a random patient.
#[derive(Default)]
pub(crate) struct Taking {
    reminders: Vec<ReminderId>,
    calls: Vec<CheckInId>,
    barriers: Vec<BarrierId>,
}

fn ruleset() -> RulesetVersion {
    RulesetVersion::parse("2026-11-23.1").unwrap()
}

impl Story {
    /// What happens next.
    pub(super) fn takes(&mut self, now: Instant, dice: &mut Dice) -> Event {
        match dice.roll(6) {
            0 => self.reminds(now, dice),
            1 => self.checks_in(now, dice),
            2 => self.is_kept_from_it(now, dice),
            3 => Self::family(dice),
            4 => Event::AdherenceMeasured {
                from: now.plus_days(-28).day(),
                to: now.plus_days(-1).day(),
                lines: Vec::new(),
                percent: (dice.roll(3) > 0).then(|| u8::try_from(dice.roll(101)).unwrap()),
                outreach_by: (dice.roll(3) == 0).then(|| now.plus_days(2)),
                ruleset: ruleset(),
            },
            _ => self.doses(now, dice),
        }
    }

    fn reminds(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let Some(reminder) = self.taking.reminders.pop() else {
            let reminder = ReminderId::new(dice.id());
            self.taking.reminders.push(reminder);
            return Event::ReminderScheduled {
                reminder,
                episode: self.episode.id,
                to: None,
                wording: Wording::ItIsTime,
                channel: Channel::App,
                first_at: now.plus_days(1),
                every_days: Some(1),
            };
        };
        if dice.roll(2) == 0 {
            return Event::ReminderCancelled { reminder };
        }
        self.taking.reminders.push(reminder);
        Event::ReminderSent { reminder, at: now, next_at: Some(now.plus_days(1)) }
    }

    fn checks_in(&mut self, now: Instant, dice: &mut Dice) -> Event {
        if let Some(check_in) = self.taking.calls.pop() {
            return Event::CheckInFollowedUp { check_in, outcome: text("called") };
        }
        let check_in = CheckInId::new(dice.id());
        self.taking.calls.push(check_in);
        Event::CheckInRecorded {
            check_in,
            doing: Doing::Struggling,
            wants_call: true,
            note: Some(text("feels low")),
            by: person(Role::Patient, 1),
            role: Role::Patient,
            call_by: Some(now.plus_days(1)),
        }
    }

    fn is_kept_from_it(&mut self, now: Instant, dice: &mut Dice) -> Event {
        if let Some(barrier) = self.taking.barriers.pop() {
            return Event::BarrierRemoved { barrier, how: text("delivered") };
        }
        let barrier = BarrierId::new(dice.id());
        self.taking.barriers.push(barrier);
        Event::BarrierRaised {
            barrier,
            kind: BarrierKind::Transport,
            words: text("no bus"),
            by: person(Role::Patient, 1),
            role: Role::Patient,
            act_by: now.plus_days(7),
        }
    }

    fn family(dice: &mut Dice) -> Event {
        let person = person(Role::Family, dice.roll(2));
        match dice.roll(3) {
            0 => Event::FamilyConsentGiven { person, shares: [Shared::CheckIns].into(), until: None },
            1 => Event::FamilyConsentWithdrawn { person },
            _ => Event::FamilyEngaged { person, about: Shared::CheckIns, note: text("feels low at times") },
        }
    }

    fn doses(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let Some((order, _)) = self.orders.last().copied() else {
            return Self::family(dice);
        };
        match dice.roll(4) {
            0 => Event::DoseTaken { order, at: now, covers_days: 1, observed: false, role: Role::Patient },
            1 => Event::DoseMissed { order, due_at: now, reason: MissReason::Forgot, role: Role::Patient },
            2 => Event::MissedDosesReached {
                order,
                drug: DrugId::parse("sertraline").unwrap(),
                rule: RuleId::parse("missed.sertraline").unwrap(),
                action: MissedAction::Restart,
                since: now.plus_days(-6),
                at: now,
                decide_by: now.plus_days(1),
                ruleset: ruleset(),
            },
            _ => Event::MissedDosesDecided {
                order,
                decision: MissedDecision::Restart,
                reason: text("begins again"),
            },
        }
    }
}
