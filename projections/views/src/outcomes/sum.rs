//! Adds up what clients' rows say about a program and a period.

use concord_domain::recovery::Checkpoint;
use concord_kernel::{Instant, ProgramId};
use concord_knowledge::Ruleset;

use super::measure::Times;
use super::{Count, Mean, Median, Month, Period, Row, Scored, Share, Stay, Tally};

/// Baselines below this say little of whether somebody responds: they are counted apart. PHQ-9 and GAD-7 of 10: moderate.
/// Source: CMS 159 (depression remission counts a PHQ-9 above 9); Spitzer 2006 (GAD-7 of 10).
const ELEVATED: u16 = 10;

/// Until when after admission medications from outside are compared. Program rule.
const RECONCILE_DAYS: i64 = 30;

/// How many stays that began in the period still went on some days later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retained {
    /// After how many days.
    pub days: u16,
    /// Of those whose day has come.
    pub share: Share,
}

/// How symptoms went in stays that began in the period, by one scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScaleSum {
    /// Half of the baseline or less, of those that were elevated at first and scored again.
    pub response: Share,
    /// Below the remission cut-off, of the same.
    pub remission: Share,
    /// Stays that were scored again and were not elevated at first.
    pub not_elevated: u32,
    /// Stays with a first score only.
    pub without_second: u32,
    /// Stays without any.
    pub without_score: u32,
}

/// What became of side effects that were reported in the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecisionSum {
    /// Reports.
    pub reported: Count,
    /// From report to decision.
    pub to_decision: Median,
    /// Decided in time, of those that were decided or whose deadline has passed.
    pub in_time: Share,
    /// Of which the service recorded that the deadline passed without a decision.
    pub breached: Count,
    /// Without a decision, deadline to come.
    pub open: u32,
    /// Closed without a decision.
    pub closed: u32,
    /// Of which there were too many at once to follow each of them; in no number above but the reports.
    pub unfollowed: u32,
}

/// How clients of the period took what was ordered, by what was measured last in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdherenceSum {
    /// Proportion of days covered, in percent.
    pub covered: Mean,
    /// At least 0.80.
    pub adherent: Share,
    /// Clients of whom too little was told to say.
    pub unknown: u32,
    /// Clients of whom nothing was measured.
    pub unmeasured: u32,
}

/// How clients of the period took part in therapy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TherapySum {
    /// Sessions they came to, of those recorded.
    pub attended: Share,
    /// How much they took part, 0 to 4, where it was said.
    pub engagement: Mean,
}

/// How a program's clients fare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Clients with a stay that was open at any time of the period.
    pub clients: u32,
    /// Stays that began in it.
    pub admitted: Count,
    /// Clients in a stay at its end, or now if that is to come.
    pub active: Share,
    /// Who stayed.
    pub retained: [Retained; 4],
    /// By PHQ-9.
    pub phq9: ScaleSum,
    /// By GAD-7.
    pub gad7: ScaleSum,
    /// Side effects.
    pub side_effects: DecisionSum,
    /// Adherence.
    pub adherence: AdherenceSum,
    /// Therapy.
    pub therapy: TherapySum,
    /// From referral to the signed assessment, of stays that began in the period.
    pub to_evaluation: Median,
    /// Medications from outside were compared within 30 days, of stays that began in the period and whose day has come.
    pub reconciled: Share,
    /// Relapses in the period.
    pub relapses: Count,
    /// Overdoses in the period.
    pub overdoses: Count,
    /// Clients of whom something before what is kept was forgotten: of them, numbers may be too low.
    pub incomplete: u32,
}

/// Numbers on their way.
pub(super) struct Sum<'a> {
    program: &'a ProgramId,
    period: Period,
    now: Instant,
    so_far: Outcomes,
    to_decision: Times,
    to_evaluation: Times,
}

impl<'a> Sum<'a> {
    pub(super) fn new(program: &'a ProgramId, period: Period, now: Instant) -> Self {
        let so_far = Outcomes {
            clients: 0,
            admitted: Count::default(),
            active: Share::default(),
            retained: Checkpoint::ALL.map(|at| Retained { days: at.days(), share: Share::default() }),
            phq9: ScaleSum::default(),
            gad7: ScaleSum::default(),
            side_effects: DecisionSum::default(),
            adherence: AdherenceSum::default(),
            therapy: TherapySum::default(),
            to_evaluation: Median::default(),
            reconciled: Share::default(),
            relapses: Count::default(),
            overdoses: Count::default(),
            incomplete: 0,
        };
        let (to_decision, to_evaluation) = (Times::default(), Times::default());
        Self { program, period, now, so_far, to_decision, to_evaluation }
    }

    pub(super) fn finish(mut self) -> Outcomes {
        self.so_far.side_effects.to_decision = self.to_decision.median();
        self.so_far.to_evaluation = self.to_evaluation.median();
        self.so_far
    }

    /// Takes in one client, if they were there in the period.
    pub(super) fn client(&mut self, row: &Row) {
        let (begins, ends) = (self.period.begins(), self.period.ends());
        let left_before = |stay: &Stay| stay.closed_at().is_some_and(|closed| closed <= begins);
        let there = |stay: &&Stay| stay.admitted_at < ends && !left_before(stay);
        let stays: Vec<&Stay> = row.stays_in(self.program).filter(there).collect();
        if stays.is_empty() {
            return;
        }
        let end = ends.min(self.now);
        let active = stays.iter().any(|stay| stay.admitted_at <= end && stay.goes_on_at(end));
        let began: Vec<&Stay> =
            stays.iter().copied().filter(|stay| self.period.holds(stay.admitted_at)).collect();
        let so_far = &mut self.so_far;
        so_far.clients += 1;
        so_far.active.client(u32::from(active), 1);
        so_far.admitted.client(many(began.len()));
        so_far.incomplete += u32::from(row.forgot || stays.iter().any(|stay| stay.forgot));
        self.begun(&began);
        let months: Vec<&Tally> =
            stays.iter().flat_map(|stay| &stay.months).filter(|tally| self.period.has(tally.month)).collect();
        self.happened(&months);
        self.decided(row, &stays, &months);
    }

    /// What is asked of stays from their beginning.
    fn begun(&mut self, began: &[&Stay]) {
        let (now, so_far) = (self.now, &mut self.so_far);
        let come =
            |days: i64| began.iter().filter(move |stay| stay.admitted_at.plus_days(days) <= now).copied();
        for Retained { days, share } in &mut so_far.retained {
            let days = i64::from(*days);
            let stayed = come(days).filter(|stay| stay.goes_on_at(stay.admitted_at.plus_days(days)));
            share.client(many(stayed.count()), many(come(days).count()));
        }
        let compared = come(RECONCILE_DAYS).filter(|stay| {
            stay.reconciled_at.is_some_and(|at| at <= stay.admitted_at.plus_days(RECONCILE_DAYS))
        });
        so_far.reconciled.client(many(compared.count()), many(come(RECONCILE_DAYS).count()));
        so_far.phq9.client(began.iter().map(|stay| stay.phq9));
        so_far.gad7.client(began.iter().map(|stay| stay.gad7));
        let referred = began.iter().filter(|stay| stay.referred_at.is_some());
        let times = began.iter().filter_map(|stay| Some(minutes(stay.referred_at?, stay.evaluated_at?)));
        self.to_evaluation.client(times, many(referred.count()));
    }

    /// What is asked of the months of the period.
    fn happened(&mut self, months: &[&Tally]) {
        let so_far = &mut self.so_far;
        let sum = |of: fn(&Tally) -> u16| -> u32 { months.iter().map(|tally| u32::from(of(tally))).sum() };
        so_far.relapses.client(sum(|tally| tally.relapses));
        so_far.overdoses.client(sum(|tally| tally.overdoses));
        let sessions = sum(|tally| tally.sessions);
        so_far.therapy.attended.client(sum(|tally| tally.attended), sessions);
        let engaged = sum(|tally| tally.engaged);
        let attended = sum(|tally| tally.attended);
        so_far.therapy.engagement.client(u64::from(sum(|tally| tally.engagement)), engaged, attended);
        so_far.adherence.client(months.iter().filter_map(|tally| tally.adherence).max());
    }

    fn decided(&mut self, row: &Row, stays: &[&Stay], months: &[&Tally]) {
        let sum = |of: fn(&Tally) -> u16| -> u32 { months.iter().map(|tally| u32::from(of(tally))).sum() };
        let (mut open, mut overdue) = (0, 0);
        for waiting in &row.waiting {
            let day = waiting.reported_at.day();
            if self.period.has(Month::of(day)) && stays.iter().any(|stay| stay.covers(day)) {
                let passed = waiting.decide_by < self.now;
                *(if passed { &mut overdue } else { &mut open }) += 1;
            }
        }
        let (in_time, late) = (sum(|tally| tally.in_time), sum(|tally| tally.late));
        let times = months.iter().flat_map(|tally| tally.decided_after.iter().copied());
        self.to_decision.client(times, in_time + late + open + overdue);
        let side_effects = &mut self.so_far.side_effects;
        side_effects.reported.client(sum(|tally| tally.reported));
        side_effects.in_time.client(in_time, in_time + late + overdue);
        side_effects.breached.client(sum(|tally| tally.breached));
        side_effects.open += open;
        side_effects.closed += sum(|tally| tally.closed);
        side_effects.unfollowed += sum(|tally| tally.unfollowed);
    }
}

impl ScaleSum {
    /// Takes in the stays of one client, each with its latest score.
    fn client(&mut self, stays: impl Iterator<Item = Option<Scored>>) {
        let (mut compared, mut responded, mut remitted) = (0, 0, 0);
        for score in stays {
            match score {
                None => self.without_score += 1,
                Some(Scored { baseline: Some(baseline), response, remission, .. }) => {
                    if baseline < ELEVATED {
                        self.not_elevated += 1;
                        continue;
                    }
                    compared += 1;
                    responded += u32::from(response == Some(true));
                    remitted += u32::from(remission == Some(true));
                }
                Some(Scored { baseline: None, .. }) => self.without_second += 1,
            }
        }
        self.response.client(responded, compared);
        self.remission.client(remitted, compared);
    }
}

impl AdherenceSum {
    /// Takes in what was measured last of one client.
    fn client(&mut self, measured: Option<(concord_kernel::Day, Option<u8>)>) {
        match measured {
            Some((_, Some(percent))) => {
                self.covered.client(u64::from(percent), 1, 1);
                self.adherent.client(u32::from(is_good(percent)), 1);
            }
            known => {
                self.covered.client(0, 0, 1);
                *(if known.is_some() { &mut self.unknown } else { &mut self.unmeasured }) += 1;
            }
        }
    }
}

/// Whether adherence is good. Source: `limits.csv`.
fn is_good(percent: u8) -> bool {
    u16::from(percent) >= Ruleset::embedded().limits().adherence_good_percent
}

fn many(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn minutes(from: Instant, to: Instant) -> u32 {
    u32::try_from(to.since(from).as_secs() / 60).unwrap_or(u32::MAX)
}
