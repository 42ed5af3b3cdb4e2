//! Random events of a treatment plan.

use concord_domain::treatment_plan::{
    ConcernTopic, Consent, EducationMethod, EducationTopic, Event, LifeEvent, Party, ReviewOutcome,
    SessionKind, SupportKind, TeachBack,
};
use concord_kernel::{ConcernId, GoalId, Instant, LifeChangeId, Role, SessionId, SupportId};
use concord_knowledge::DrugId;

use super::history::{Dice, Story, person, text};

/// What a random plan holds.
#[derive(Default)]
pub(crate) struct Planned {
    version: u32,
    goals: Vec<GoalId>,
    concerns: Vec<ConcernId>,
    changes: Vec<LifeChangeId>,
    supports: Vec<SupportId>,
}

fn sertraline() -> DrugId {
    DrugId::parse("sertraline").unwrap()
}

impl Story {
    /// What happens to the plan next.
    pub(super) fn plan(&mut self, now: Instant, dice: &mut Dice) -> Event {
        if self.planned.version == 0 {
            self.planned.version = 1;
            return Event::PlanDrafted { episode: self.episode.clone(), summary: text("sleep first") };
        }
        match dice.roll(6) {
            0 => self.agree(now, dice),
            1 | 2 => self.goal(now, dice),
            3 => self.tell(now, dice),
            4 => self.doubt(now, dice),
            _ => Self::session(now, dice),
        }
    }

    fn agree(&mut self, now: Instant, dice: &mut Dice) -> Event {
        match dice.roll(3) {
            0 => Event::PlanAgreementGiven { version: self.planned.version, by: Party::Patient },
            1 => Event::PlanAgreed { version: self.planned.version, review_by: now.plus_days(60) },
            _ => {
                self.planned.version += 1;
                Event::PlanRevised {
                    version: self.planned.version,
                    summary: text("sleep first, then work"),
                    reason: text("sleeps now"),
                }
            }
        }
    }

    fn goal(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let Some(goal) = self.planned.goals.last().copied().filter(|_| dice.roll(3) > 0) else {
            let goal = GoalId::new(dice.id());
            self.planned.goals.push(goal);
            self.planned.version += 1;
            let version = self.planned.version;
            return Event::GoalAdded { goal, version, statement: text("walk the dog"), target_on: None };
        };
        match dice.roll(5) {
            0 => {
                self.planned.goals.pop();
                Event::GoalMet { goal, evidence: text("every morning") }
            }
            1 => {
                self.planned.goals.pop();
                self.planned.version += 1;
                Event::GoalDropped { goal, version: self.planned.version, reason: text("no dog") }
            }
            2 => match (self.orders.last(), self.planned.supports.pop()) {
                (Some((order, _)), _) => Event::GoalLinked { goal, order: *order, how: text("gets up") },
                (None, Some(support)) => Event::SupportFinished { support, outcome: text("has it") },
                (None, None) => Event::GoalMet { goal, evidence: text("every morning") },
            },
            _ => {
                let support = SupportId::new(dice.id());
                self.planned.supports.push(support);
                let (kind, what, due_on) = (SupportKind::Transport, text("bus pass"), now.day());
                Event::SupportPlanned { support, goal, kind, what, due_on }
            }
        }
    }

    fn tell(&mut self, now: Instant, dice: &mut Dice) -> Event {
        if let Some(change) = self.planned.changes.pop().filter(|_| dice.roll(2) == 0) {
            return Event::MedicationReviewed {
                considered: vec![change],
                outcome: ReviewOutcome::Continue,
                reason: text("sleeps well"),
                late: false,
                next_review_by: now.plus_days(60),
            };
        }
        let change = LifeChangeId::new(dice.id());
        self.planned.changes.push(change);
        let (event, note) = (LifeEvent::Work, text("night shifts"));
        Event::LifeCircumstanceChanged { change, event, note, review_by: now.plus_days(7) }
    }

    fn doubt(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let drug = (dice.roll(2) == 0).then(sertraline);
        match dice.roll(4) {
            0 => Event::SharedDecisionRecorded {
                drug: sertraline(),
                options: vec![text("without")],
                preference: text("none"),
                consent: if dice.roll(4) == 0 { Consent::Declined } else { Consent::Given },
            },
            1 => Event::EducationProvided {
                topics: vec![EducationTopic::Purpose],
                drug,
                method: EducationMethod::Spoken,
                teach_back: TeachBack::Misunderstood,
                repeat_by: (dice.roll(2) == 0).then(|| now.plus_days(7)),
            },
            2 if !self.planned.concerns.is_empty() => {
                let concern = self.planned.concerns.remove(0);
                Event::ConcernAnswered { concern, answer: text("no") }
            }
            _ => {
                let concern = ConcernId::new(dice.id());
                self.planned.concerns.push(concern);
                Event::ConcernRaised {
                    concern,
                    topic: ConcernTopic::Dependence,
                    drug,
                    words: text("for ever?"),
                    by: person(Role::Patient, 1),
                    role: Role::Patient,
                    answer_by: now.plus_days(3),
                }
            }
        }
    }

    fn session(now: Instant, dice: &mut Dice) -> Event {
        let attended = dice.roll(4) > 0;
        Event::TherapyParticipationRecorded {
            session: SessionId::new(dice.id()),
            kind: SessionKind::Group,
            held_at: now,
            attended,
            engagement: attended.then(|| u8::try_from(dice.roll(5)).unwrap()),
        }
    }
}
