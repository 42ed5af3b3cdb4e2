//! Random events that the service starts by itself, and what comes of them.

use concord_domain::DomainEvent;
use concord_domain::adherence::{Event as AdherenceEvent, OutreachCause, OutreachOutcome};
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::{BridgingDecision, BridgingLine, Event as EpisodeEvent};
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::treatment_plan::{Event as PlanEvent, ReviewCause};
use concord_kernel::{Instant, ScaleId, VisitId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{LabId, RuleId, RulesetVersion};

use super::history::{Dice, Story, start, text};

impl Story {
    /// What the service records next, or what somebody answers.
    pub(super) fn served(&self, now: Instant, dice: &mut Dice) -> DomainEvent {
        let (episode, by) = (self.episode.id, now.plus_days(1));
        match dice.roll(9) {
            0 => DomainEvent::Scales(ScaleEvent::ScoreWorsened {
                id: ScaleId::new(dice.id()),
                scale: ScaleKind::Phq9,
                from: 7,
                to: 15,
            }),
            1 => {
                let score = ScaleId::new(dice.id());
                let because = ReviewCause::Worsening { score };
                let change = because.change();
                DomainEvent::TreatmentPlan(PlanEvent::ReviewOpened { change, because, review_by: by })
            }
            2 => DomainEvent::Adherence(AdherenceEvent::OutreachDue {
                episode,
                first: VisitId::new(dice.id()),
                visit: VisitId::new(dice.id()),
                in_a_row: 2,
                rule: RuleId::parse("outreach.other").unwrap(),
                act_by: by,
                ruleset: RulesetVersion::parse("2026-11-23.1").unwrap(),
            }),
            3 => DomainEvent::Adherence(AdherenceEvent::OutreachRecorded {
                outcome: [OutreachOutcome::NotReached, OutreachOutcome::Reached]
                    [usize::try_from(dice.roll(2)).unwrap()],
                note: text("called"),
                late: false,
            }),
            4 => {
                let because = [OutreachCause::MissedVisits, OutreachCause::LowAdherence]
                    [usize::try_from(dice.roll(2)).unwrap()];
                DomainEvent::Adherence(AdherenceEvent::OutreachBreached { because, act_by: now })
            }
            5 => DomainEvent::Episode(EpisodeEvent::BridgingDue {
                episode,
                orders: self.orders.iter().map(|(order, _)| *order).collect(),
                naloxone: false,
                decide_by: by,
            }),
            6 => DomainEvent::Episode(EpisodeEvent::BridgingDecided {
                episode,
                lines: self
                    .orders
                    .iter()
                    .map(|(order, _)| BridgingLine { order: *order, decision: BridgingDecision::Supplied })
                    .collect(),
                note: text("primary care goes on"),
                late: false,
            }),
            7 => DomainEvent::Episode(EpisodeEvent::BridgingBreached { episode, decide_by: now }),
            _ => DomainEvent::Chart(ChartEvent::CriticalResultBreached {
                lab: LabId::parse("sodium").unwrap(),
                taken_at: start(),
                acknowledge_by: now,
            }),
        }
    }
}
