//! What the tests say, in the words of the program.

use concord_kernel::{ConcernId, GoalId, LifeChangeId, OrderId, PersonId, Role, SessionId, SupportId};
use concord_knowledge::DrugId;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::super::*;
use crate::episode::{Phase, Stage};
use crate::testing::{By, by, going_on, noon, stay_in, text, this_stay, uuid};
use crate::{ChartFacts, Facts, InEpisode, Issued};

pub(super) fn plan(given: Vec<Event>) -> AggregateTestExecutor<TreatmentPlan> {
    TestFramework::with(()).given(given)
}

/// Somebody in a stay that goes on, with one order on the chart and one that has ended.
pub(super) fn somebody(role: Role) -> By {
    let chart = ChartFacts {
        open_orders: vec![order(1)],
        known_orders: vec![order(1), order(2)],
        ..ChartFacts::default()
    };
    by(role).knowing(Facts { chart: Some(chart), ..going_on() })
}

pub(super) fn as_(role: Role, command: Command) -> Issued<InEpisode<Command>> {
    somebody(role).asks_in_stay(command)
}

pub(super) fn doctor(command: Command) -> Issued<InEpisode<Command>> {
    as_(Role::Psychiatrist, command)
}

pub(super) fn paused() -> Facts {
    Facts {
        episode: Some(stay_in(Stage::Paused(Phase::Titrating))),
        chart: Some(ChartFacts { open_orders: vec![order(1)], ..ChartFacts::default() }),
        ..Facts::default()
    }
}

/// The stay has ended, and no other is open.
pub(super) fn ended() -> Facts {
    let mut episode = stay_in(Stage::Closed);
    episode.ended.extend(episode.open.take());
    Facts { episode: Some(episode), ..Facts::default() }
}

pub(super) fn goal(n: u128) -> GoalId {
    GoalId::new(uuid(n))
}

pub(super) fn order(n: u128) -> OrderId {
    OrderId::new(uuid(n))
}

pub(super) fn drug(name: &str) -> DrugId {
    DrugId::parse(name).unwrap()
}

pub(super) fn drafted() -> Event {
    Event::PlanDrafted { episode: this_stay(), summary: text("sleep first") }
}

pub(super) fn draft() -> Command {
    Command::Draft { summary: text("sleep first") }
}

pub(super) fn revise() -> Command {
    Command::Revise { summary: text("work by summer"), reason: text("sleeps now") }
}

pub(super) fn revised(version: u32) -> Event {
    Event::PlanRevised { version, summary: text("work by summer"), reason: text("sleeps now") }
}

pub(super) fn add(n: u128) -> Command {
    Command::AddGoal { goal: goal(n), statement: text("walk the dog"), target_on: None }
}

pub(super) fn added(n: u128, version: u32) -> Event {
    Event::GoalAdded { goal: goal(n), version, statement: text("walk the dog"), target_on: None }
}

pub(super) fn meet(n: u128) -> Command {
    Command::MeetGoal { goal: goal(n), evidence: text("every morning") }
}

pub(super) fn met(n: u128) -> Event {
    Event::GoalMet { goal: goal(n), evidence: text("every morning") }
}

pub(super) fn give_up(n: u128) -> Command {
    Command::DropGoal { goal: goal(n), reason: text("no dog") }
}

pub(super) fn given_up(n: u128, version: u32) -> Event {
    Event::GoalDropped { goal: goal(n), version, reason: text("no dog") }
}

pub(super) fn link(n: u128, to: u128) -> Command {
    Command::LinkGoalToMedication { goal: goal(n), order: order(to), how: text("gets up") }
}

pub(super) fn linked(n: u128, to: u128) -> Event {
    Event::GoalLinked { goal: goal(n), order: order(to), how: text("gets up") }
}

/// A draft with one goal: version 2.
pub(super) fn with_a_goal() -> Vec<Event> {
    vec![drafted(), added(1, 2)]
}

pub(super) fn agree(version: u32) -> Command {
    Command::Agree { version }
}

pub(super) fn given(version: u32, by: Party) -> Event {
    Event::PlanAgreementGiven { version, by }
}

pub(super) fn agreed(version: u32) -> Event {
    Event::PlanAgreed { version, review_by: noon().plus_days(60) }
}

pub(super) fn explain(name: &str, options: usize, consent: Consent) -> Command {
    Command::RecordSharedDecision {
        drug: drug(name),
        options: vec![text("without medication"); options],
        preference: text("no weight gain"),
        consent,
    }
}

pub(super) fn concern(n: u128) -> ConcernId {
    ConcernId::new(uuid(n))
}

pub(super) fn doubt(n: u128, about: Option<&str>) -> Command {
    Command::RaiseConcern {
        concern: concern(n),
        topic: ConcernTopic::Dependence,
        drug: about.map(drug),
        words: text("for ever?"),
    }
}

pub(super) fn doubted(n: u128, about: Option<&str>, role: Role) -> Event {
    Event::ConcernRaised {
        concern: concern(n),
        topic: ConcernTopic::Dependence,
        drug: about.map(drug),
        words: text("for ever?"),
        by: PersonId::new(uuid(0xA)),
        role,
        answer_by: noon().plus_days(3),
    }
}

pub(super) fn answer(n: u128) -> Command {
    Command::AnswerConcern { concern: concern(n), answer: text("no") }
}

pub(super) fn answered(n: u128) -> Event {
    Event::ConcernAnswered { concern: concern(n), answer: text("no") }
}

pub(super) fn teach(topics: &[EducationTopic], teach_back: TeachBack) -> Command {
    Command::RecordEducation {
        topics: topics.to_vec(),
        drug: Some(drug("sertraline")),
        method: EducationMethod::Spoken,
        teach_back,
    }
}

pub(super) fn session(n: u128) -> SessionId {
    SessionId::new(uuid(n))
}

pub(super) fn came(n: u128, engagement: Option<u8>) -> Command {
    session_of(n, true, engagement)
}

pub(super) fn session_of(n: u128, attended: bool, engagement: Option<u8>) -> Command {
    Command::RecordTherapyParticipation {
        session: session(n),
        kind: SessionKind::Group,
        held_at: noon(),
        attended,
        engagement,
    }
}

pub(super) fn took_part(n: u128, attended: bool, engagement: Option<u8>) -> Event {
    Event::TherapyParticipationRecorded {
        session: session(n),
        kind: SessionKind::Group,
        held_at: noon(),
        attended,
        engagement,
    }
}

pub(super) fn change(n: u128) -> LifeChangeId {
    LifeChangeId::new(uuid(n))
}

pub(super) fn tell(n: u128) -> Command {
    Command::RecordLifeChange { change: change(n), event: LifeEvent::Work, note: text("night shifts") }
}

pub(super) fn changed(n: u128) -> Event {
    Event::LifeCircumstanceChanged {
        change: change(n),
        event: LifeEvent::Work,
        note: text("night shifts"),
        review_by: noon().plus_days(7),
    }
}

pub(super) fn review(considered: &[u128]) -> Command {
    Command::ReviewMedication {
        considered: considered.iter().copied().map(change).collect(),
        outcome: ReviewOutcome::Change,
        reason: text("in the evening"),
    }
}

pub(super) fn support(n: u128) -> SupportId {
    SupportId::new(uuid(n))
}

pub(super) fn arrange(n: u128, goal_n: u128) -> Command {
    Command::PlanSupport {
        support: support(n),
        goal: goal(goal_n),
        kind: SupportKind::Transport,
        what: text("bus pass"),
        due_on: noon().day(),
    }
}

pub(super) fn arranged(n: u128, goal_n: u128) -> Event {
    Event::SupportPlanned {
        support: support(n),
        goal: goal(goal_n),
        kind: SupportKind::Transport,
        what: text("bus pass"),
        due_on: noon().day(),
    }
}

pub(super) fn finish(n: u128) -> Command {
    Command::FinishSupport { support: support(n), outcome: text("has it") }
}

pub(super) fn finished(n: u128) -> Event {
    Event::SupportFinished { support: support(n), outcome: text("has it") }
}
