//! Examples of a treatment plan.

use concord_domain::treatment_plan::{
    ConcernTopic, Consent, EducationMethod, EducationTopic, Event, LifeEvent, Party, ReviewCause,
    ReviewOutcome, SessionKind, SupportKind, TeachBack,
};
use concord_kernel::{ConcernId, GoalId, LifeChangeId, OrderId, Role, ScaleId, SessionId, SupportId};
use concord_knowledge::DrugId;

use super::{day, episode_ref, instant, person, text, uuid};

pub(super) fn treatment_plan() -> Vec<Event> {
    let mut all = agreed();
    all.extend(told());
    all
}

fn goal() -> GoalId {
    GoalId::new(uuid(0x60))
}

fn drug() -> DrugId {
    DrugId::parse("sertraline").expect("a valid name")
}

fn agreed() -> Vec<Event> {
    let goal = goal();
    vec![
        Event::PlanDrafted { episode: episode_ref(), summary: text("Sleep first, then back to work") },
        Event::PlanRevised {
            version: 3,
            summary: text("Back to work by summer"),
            reason: text("Sleeps through since March"),
        },
        Event::PlanAgreementGiven { version: 3, by: Party::Patient },
        Event::PlanAgreed { version: 3, review_by: instant("2026-05-08T10:00:00Z") },
        Event::GoalAdded {
            goal,
            version: 2,
            statement: text("Walk the dog every morning"),
            target_on: Some(day("2026-04-30")),
        },
        Event::GoalMet { goal, evidence: text("Eleven mornings of fourteen") },
        Event::GoalDropped { goal, version: 4, reason: text("The dog lives with a friend now") },
        Event::GoalLinked {
            goal,
            order: OrderId::new(uuid(0x0D)),
            how: text("Enough drive to get up in the morning"),
        },
        Event::SharedDecisionRecorded {
            drug: drug(),
            options: vec![text("Therapy alone for four more weeks"), text("Bupropion")],
            preference: text("No weight gain"),
            consent: Consent::Given,
        },
    ]
}

fn told() -> Vec<Event> {
    let change = LifeChangeId::new(uuid(0x1C));
    let concern = ConcernId::new(uuid(0xCC));
    let (goal, support) = (goal(), SupportId::new(uuid(0x50)));
    vec![
        Event::ConcernRaised {
            concern,
            topic: ConcernTopic::Dependence,
            drug: Some(drug()),
            words: text("Will I need it for ever?"),
            by: person(0xA1),
            role: Role::Patient,
            answer_by: instant("2026-03-12T10:00:00Z"),
        },
        Event::ConcernAnswered { concern, answer: text("No; we look at it again in six months") },
        Event::EducationProvided {
            topics: vec![EducationTopic::Purpose, EducationTopic::MissedDoses],
            drug: Some(drug()),
            method: EducationMethod::Spoken,
            teach_back: TeachBack::PartlyUnderstood,
            repeat_by: Some(instant("2026-03-16T10:00:00Z")),
        },
        Event::TherapyParticipationRecorded {
            session: SessionId::new(uuid(0x5E)),
            kind: SessionKind::Group,
            held_at: instant("2026-03-09T17:00:00Z"),
            attended: true,
            engagement: Some(3),
        },
        Event::LifeCircumstanceChanged {
            change,
            event: LifeEvent::Work,
            note: text("Night shifts from Monday"),
            review_by: instant("2026-03-16T10:00:00Z"),
        },
        Event::MedicationReviewed {
            considered: vec![change],
            outcome: ReviewOutcome::Change,
            reason: text("Taken in the evening from now on"),
            late: false,
            next_review_by: instant("2026-05-11T10:00:00Z"),
        },
        Event::SupportPlanned {
            support,
            goal,
            kind: SupportKind::Transport,
            what: text("Bus pass for the morning group"),
            due_on: day("2026-03-20"),
        },
        Event::SupportFinished { support, outcome: text("Pass is there") },
        Event::ReviewOpened {
            change: LifeChangeId::new(uuid(0x72)),
            because: ReviewCause::Worsening { score: ScaleId::new(uuid(0x72)) },
            review_by: instant("2026-03-16T10:00:00Z"),
        },
    ]
}
