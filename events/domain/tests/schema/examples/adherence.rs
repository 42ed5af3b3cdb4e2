//! Examples of a patient's adherence.

use concord_domain::adherence::{
    AdherenceLine, BarrierKind, Channel, Doing, Event, MissReason, MissedDecision, OutreachCause,
    OutreachOutcome, Shared, Wording,
};
use concord_kernel::{BarrierId, CheckInId, OrderId, ReminderId, Role, VisitId};
use concord_knowledge::{DrugId, MissedAction, RuleId, RulesetVersion};

use super::{day, instant, person, stay_id, text, uuid};

pub(super) fn adherence() -> Vec<Event> {
    let mut all = reached();
    all.extend(doses());
    all.extend(helped());
    all
}

fn order() -> OrderId {
    OrderId::new(uuid(0x0D))
}

fn drug() -> DrugId {
    DrugId::parse("lamotrigine").expect("a valid name")
}

fn ruleset() -> RulesetVersion {
    RulesetVersion::parse("2026-11-23.1").expect("a valid name")
}

fn reached() -> Vec<Event> {
    let (reminder, check_in) = (ReminderId::new(uuid(0xD1)), CheckInId::new(uuid(0xC1)));
    vec![
        Event::ReminderScheduled {
            reminder,
            episode: stay_id(),
            to: Some(person(0xFA)),
            wording: Wording::ItIsTime,
            channel: Channel::TextMessage,
            first_at: instant("2026-03-09T18:00:00Z"),
            every_days: Some(1),
        },
        Event::ReminderCancelled { reminder },
        Event::ReminderSent {
            reminder,
            at: instant("2026-03-09T18:00:05Z"),
            next_at: Some(instant("2026-03-10T18:00:00Z")),
        },
        Event::CheckInRecorded {
            check_in,
            doing: Doing::Struggling,
            wants_call: true,
            note: Some(text("Have not slept since Sunday")),
            by: person(0xA1),
            role: Role::Patient,
            call_by: Some(instant("2026-03-10T10:00:00Z")),
        },
        Event::CheckInFollowedUp { check_in, outcome: text("Called; comes in tomorrow") },
    ]
}

fn doses() -> Vec<Event> {
    vec![
        Event::DoseTaken {
            order: order(),
            at: instant("2026-03-08T20:00:00Z"),
            covers_days: 1,
            observed: false,
            role: Role::Patient,
        },
        Event::DoseMissed {
            order: order(),
            due_at: instant("2026-03-14T20:00:00Z"),
            reason: MissReason::RanOut,
            role: Role::Family,
        },
        Event::MissedDosesReached {
            order: order(),
            drug: drug(),
            rule: RuleId::parse("missed.lamotrigine").expect("a valid name"),
            action: MissedAction::Restart,
            since: instant("2026-03-08T20:00:00Z"),
            at: instant("2026-03-15T09:00:00Z"),
            decide_by: instant("2026-03-16T09:00:00Z"),
            ruleset: ruleset(),
        },
        Event::MissedDosesDecided {
            order: order(),
            decision: MissedDecision::Restart,
            reason: text("Six days without it; begins at 25 mg again"),
        },
        Event::AdherenceMeasured {
            from: day("2026-02-09"),
            to: day("2026-03-08"),
            lines: vec![AdherenceLine {
                order: order(),
                drug: drug(),
                days: 28,
                covered: 12,
                missed: 14,
                unknown: 2,
                percent: Some(42),
            }],
            percent: Some(42),
            outreach_by: Some(instant("2026-03-11T09:00:00Z")),
            ruleset: ruleset(),
        },
    ]
}

fn helped() -> Vec<Event> {
    let barrier = BarrierId::new(uuid(0xB1));
    vec![
        Event::BarrierRaised {
            barrier,
            kind: BarrierKind::Transport,
            words: text("No bus to the pharmacy after work"),
            by: person(0xA1),
            role: Role::Patient,
            act_by: instant("2026-03-16T10:00:00Z"),
        },
        Event::BarrierRemoved { barrier, how: text("The pharmacy delivers") },
        Event::FamilyConsentGiven {
            person: person(0xFA),
            shares: [Shared::Reminders, Shared::CheckIns].into(),
            until: Some(day("2026-09-30")),
        },
        Event::FamilyConsentWithdrawn { person: person(0xFA) },
        Event::FamilyEngaged {
            person: person(0xFA),
            about: Shared::WarningSigns,
            note: text("Knows when to call, and whom"),
        },
        Event::OutreachDue {
            episode: stay_id(),
            first: VisitId::new(uuid(0x70)),
            visit: VisitId::new(uuid(0x71)),
            in_a_row: 2,
            rule: RuleId::parse("outreach.clozapine").expect("a valid name"),
            act_by: instant("2026-03-10T10:00:00Z"),
            ruleset: ruleset(),
        },
        Event::OutreachRecorded {
            outcome: OutreachOutcome::Reached,
            note: text("Comes tomorrow; his sister drives"),
            late: false,
        },
        Event::OutreachBreached {
            because: OutreachCause::MissedVisits,
            act_by: instant("2026-03-10T10:00:00Z"),
        },
    ]
}
