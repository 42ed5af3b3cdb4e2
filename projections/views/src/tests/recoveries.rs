//! Random events of a recovery.

use concord_domain::recovery::{
    Checkpoint, Event, InductionEnd, OverdoseOutcome, ScreenLine, ScreenMethod, Setting, Source,
};
use concord_kernel::{
    DrugScreenId, InductionId, Instant, OutsideMedicationId, OverdoseId, RelapseId, Role, SubstanceUseId,
};
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::{Milligrams, RulesetVersion, ScreenClassId, SubstanceId};

use super::history::{Dice, Story, person, text};

/// What a random recovery holds.
#[derive(Default)]
pub(crate) struct Recovering {
    induction: Option<InductionId>,
    relapses: Vec<RelapseId>,
    overdoses: Vec<OverdoseId>,
}

fn alcohol() -> SubstanceId {
    SubstanceId::parse("alcohol").unwrap()
}

fn mg(mg: f64) -> Milligrams {
    Milligrams::parse(mg).unwrap()
}

impl Story {
    /// What happens in the recovery next.
    pub(super) fn recover(&mut self, now: Instant, dice: &mut Dice) -> Event {
        match dice.roll(5) {
            0 | 1 => self.induct(now, dice),
            2 => self.setback(now, dice),
            3 => Self::screen(now, dice),
            _ => self.reported(now, dice),
        }
    }

    fn induct(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let Some(induction) = self.recovering.induction else {
            let induction = InductionId::new(dice.id());
            self.recovering.induction = Some(induction);
            return Event::InductionStarted {
                induction,
                episode: self.episode.clone(),
                setting: Setting::Clinic,
                exposure: OpioidExposure::ShortActing,
                last_use_at: Some(now),
                instructions: None,
                at: now,
                complete_by: now.plus_days(7),
            };
        };
        match dice.roll(5) {
            0 => Event::FirstDoseCleared {
                induction,
                scale: None,
                total: None,
                until: now.plus_days(1),
                ruleset: RulesetVersion::parse("1").unwrap(),
            },
            1 | 2 => Event::DoseAdministered {
                order: self
                    .orders
                    .first()
                    .map_or_else(|| concord_kernel::OrderId::new(dice.id()), |(id, _)| *id),
                dose: mg(4.0),
                given_at: now,
                by: person(Role::Nurse, 1),
                induction: Some(induction),
                cleared: Some(dice.roll(2) == 0),
            },
            3 => {
                self.recovering.induction = None;
                Event::InductionCompleted { induction, daily: mg(16.0) }
            }
            _ => {
                self.recovering.induction = None;
                Event::InductionAbandoned {
                    induction,
                    because: InductionEnd::PatientChoice,
                    note: text("prefers to wait"),
                }
            }
        }
    }

    fn setback(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let review_by = now.plus_days(7);
        match dice.roll(4) {
            0 => {
                let relapse = RelapseId::new(dice.id());
                self.recovering.relapses.push(relapse);
                Event::RelapseRecorded {
                    relapse,
                    substance: alcohol(),
                    uses: Vec::new(),
                    screens: Vec::new(),
                    account: Some(text("a wedding")),
                    response: text("group every day"),
                    at: now,
                    review_by,
                }
            }
            1 => {
                let overdose = OverdoseId::new(dice.id());
                self.recovering.overdoses.push(overdose);
                Event::OverdoseReported {
                    overdose,
                    at: now,
                    substances: vec![alcohol()],
                    naloxone_given: true,
                    outcome: OverdoseOutcome::Recovered,
                    account: text("found by his brother"),
                    by: person(Role::Nurse, 1),
                    role: Role::Nurse,
                    review_by,
                    not_on_care_team: false,
                }
            }
            2 => match self.recovering.relapses.pop() {
                Some(relapse) => Event::RelapseReviewed { relapse, decision: text("goes on"), late: false },
                None => Event::NaloxoneProvided { kits: 2, trained: true, at: None },
            },
            _ => match self.recovering.overdoses.pop() {
                Some(overdose) => Event::OverdoseReviewed { overdose, decision: text("goes on"), late: true },
                None => Event::NaloxoneDeclined {
                    reason: text("has one"),
                    offer_again_by: now.plus_days(28),
                    at: None,
                },
            },
        }
    }

    fn screen(now: Instant, dice: &mut Dice) -> Event {
        let class = ScreenClassId::parse("alcohol").unwrap();
        let detected = dice.roll(2) == 0;
        Event::DrugScreenResulted {
            screen: DrugScreenId::new(dice.id()),
            collected_at: now,
            method: ScreenMethod::Presumptive,
            lines: vec![ScreenLine { class: class.clone(), detected }],
            unexpected: detected.then_some(class).into_iter().collect(),
            opioids: None,
            confirm_by: detected.then(|| now.plus_days(7)),
            next_by: now.plus_days(7),
        }
    }

    fn reported(&self, now: Instant, dice: &mut Dice) -> Event {
        match dice.roll(4) {
            0 => Event::NaloxoneChallenged { at: now, reacted: false },
            1 => Event::OutsideMethadoneRecorded {
                medication: OutsideMedicationId::new(dice.id()),
                program: text("Northside"),
                dose: mg(80.0),
                given_at: now,
                take_home: 6,
            },
            2 => Event::RetentionMeasured {
                episode: self.episode.clone(),
                checkpoint: Checkpoint::Day30,
                retained: true,
                on_medication: true,
                relapses: 1,
            },
            _ => Event::SubstanceUseReported {
                report: SubstanceUseId::new(dice.id()),
                substance: alcohol(),
                account: Some(text("a wedding")),
                used_at: now,
                source: Source::Patient,
                not_on_care_team: false,
            },
        }
    }
}
