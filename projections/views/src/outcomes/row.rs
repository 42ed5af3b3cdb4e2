//! What is kept of one client.

use concord_domain::DomainEvent;
use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::assessment;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::recovery::Event as RecoveryEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::side_effects::Event as EffectEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::{Day, Instant, ProgramId, ReportId, StreamRef};
use concord_knowledge::scale::ScaleKind;
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::tally::add;
use super::{Scored, Stay, Tally};

/// Stays that a row keeps, the latest ones.
const STAYS_KEPT: usize = 16;

/// Side effects without a decision that a row follows at once, the latest ones.
const FOLLOWED: usize = 32;

/// A referral that has led to no stay yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Referral {
    /// The stream of the client's stays in that program.
    stream: Uuid,
    program: ProgramId,
    /// Absent once it has led to a stay.
    at: Option<Instant>,
}

/// A side effect without a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    report: ReportId,
    pub(super) reported_at: Instant,
    pub(super) decide_by: Instant,
}

/// One client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// One for each program that they were referred to.
    referrals: Vec<Referral>,
    /// Their stays, in the order in which they were opened.
    pub stays: Vec<Stay>,
    /// Whether stays before those were forgotten.
    pub forgot: bool,
    pub(super) waiting: Vec<Waiting>,
}

impl Row {
    /// The programs in which they have or had a stay, each with when the last one ended; absent while one is open.
    pub(super) fn programs(&self) -> impl Iterator<Item = (&ProgramId, Option<Instant>)> {
        self.referrals.iter().filter_map(|Referral { program, .. }| {
            let stays = || self.stays.iter().filter(|stay| stay.program == *program);
            let open = stays().any(|stay| stay.closed.is_none());
            let last = stays().map(Stay::closed_at).max()?;
            Some((program, last.filter(|_| !open)))
        })
    }

    /// Their stays in a program.
    pub(super) fn stays_in<'a>(&'a self, program: &'a ProgramId) -> impl Iterator<Item = &'a Stay> {
        self.stays.iter().filter(move |stay| stay.program == *program)
    }

    pub(super) fn fold(&mut self, fact: &Fact) -> Result<(), ViewError> {
        match &fact.event {
            DomainEvent::Episode(event) => self.stays_change(fact, event)?,
            DomainEvent::Assessment(event) => {
                let signed = matches!(event, assessment::Event::AssessmentCompleted);
                let of = |stay: &Stay| StreamRef::assessment(fact.patient, stay.episode);
                if signed && let Some(stay) = self.stays.iter_mut().find(|stay| of(stay) == fact.stream) {
                    stay.evaluated_at.get_or_insert(fact.effective_at);
                }
            }
            DomainEvent::Chart(event) => {
                if matches!(event, ChartEvent::MedicationsReconciled { .. }) {
                    let at = fact.effective_at;
                    self.on(at.day(), |stay| {
                        stay.reconciled_at.get_or_insert(at);
                    });
                }
            }
            DomainEvent::SideEffects(event) => self.side_effect(fact.recorded_at, event),
            DomainEvent::Scales(event) => self.score(event),
            DomainEvent::TreatmentPlan(event) => self.session(fact, event),
            DomainEvent::Adherence(event) => {
                if let AdherenceEvent::AdherenceMeasured { to, percent, .. } = event {
                    self.tally(*to, |tally| tally.measured(*to, *percent));
                }
            }
            DomainEvent::Recovery(event) => self.setback(event),
            DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Prescription(_) => {}
        }
        Ok(())
    }

    /// Every stay that was open on that day.
    fn on(&mut self, day: Day, change: impl FnMut(&mut Stay)) {
        self.stays.iter_mut().filter(|stay| stay.covers(day)).for_each(change);
    }

    /// That month of every stay that was open on that day.
    fn tally(&mut self, day: Day, mut change: impl FnMut(&mut Tally)) {
        self.on(day, |stay| {
            if let Some(tally) = stay.month(day) {
                change(tally);
            }
        });
    }

    fn stays_change(&mut self, fact: &Fact, event: &EpisodeEvent) -> Result<(), ViewError> {
        let stream = fact.stream.id;
        match event {
            EpisodeEvent::PatientReferred { program, .. } => {
                self.referrals.retain(|known| known.stream != stream);
                let at = Some(fact.effective_at);
                self.referrals.push(Referral { stream, program: program.clone(), at });
            }
            EpisodeEvent::EpisodeOpened { episode, admitted_at, .. } => {
                let referral = self.referrals.iter_mut().find(|known| known.stream == stream);
                let referral = referral.ok_or(ViewError::Unknown("referral"))?;
                let (program, referred_at) = (referral.program.clone(), referral.at.take());
                self.stays.push(Stay::began(*episode, program, referred_at, *admitted_at));
                if self.stays.len() > STAYS_KEPT {
                    self.stays.remove(0);
                    self.forgot = true;
                }
            }
            EpisodeEvent::EpisodeClosed { episode, disposition, at, .. } => {
                if let Some(stay) = self.stays.iter_mut().find(|stay| stay.episode == *episode) {
                    stay.closed = Some((at.unwrap_or(fact.effective_at), *disposition));
                }
            }
            EpisodeEvent::CandidateScreened { .. }
            | EpisodeEvent::PatientWaitlisted { .. }
            | EpisodeEvent::EpisodePhaseChanged { .. }
            | EpisodeEvent::EpisodePaused { .. }
            | EpisodeEvent::EpisodeResumed { .. }
            | EpisodeEvent::BridgingDue { .. }
            | EpisodeEvent::BridgingDecided { .. }
            | EpisodeEvent::BridgingBreached { .. } => {}
        }
        Ok(())
    }

    /// Everything about a report counts in the month in which it was made.
    fn side_effect(&mut self, now: Instant, event: &EffectEvent) {
        match event {
            EffectEvent::SideEffectReported { report, decide_by, .. } => {
                self.waiting.push(Waiting { report: *report, reported_at: now, decide_by: *decide_by });
                self.tally(now.day(), |tally| add(&mut tally.reported));
                if self.waiting.len() > FOLLOWED {
                    let oldest = self.waiting.remove(0);
                    self.tally(oldest.reported_at.day(), |tally| add(&mut tally.unfollowed));
                }
            }
            EffectEvent::SideEffectTriaged { report, decide_by, .. } => {
                if let Some(waiting) = self.waiting.iter_mut().find(|known| known.report == *report) {
                    waiting.decide_by = *decide_by;
                }
            }
            EffectEvent::SideEffectActionDecided { report, late, .. } => {
                if let Some(waiting) = self.no_longer(*report) {
                    let minutes = now.since(waiting.reported_at).as_secs() / 60;
                    let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
                    self.tally(waiting.reported_at.day(), |tally| tally.decided(minutes, *late));
                }
            }
            EffectEvent::SideEffectResolved { report, .. } => {
                if let Some(waiting) = self.no_longer(*report) {
                    self.tally(waiting.reported_at.day(), |tally| add(&mut tally.closed));
                }
            }
            EffectEvent::EscalationBreached { report, .. } => {
                let known = self.waiting.iter().find(|known| known.report == *report).copied();
                if let Some(waiting) = known {
                    self.tally(waiting.reported_at.day(), |tally| add(&mut tally.breached));
                }
            }
        }
    }

    fn no_longer(&mut self, report: ReportId) -> Option<Waiting> {
        let at = self.waiting.iter().position(|known| known.report == report)?;
        Some(self.waiting.remove(at))
    }

    fn score(&mut self, event: &ScaleEvent) {
        let ScaleEvent::ScaleScored {
            scale, total: Some(_), baseline, response, remission, taken_at, ..
        } = event
        else {
            return;
        };
        let score =
            Scored { taken_at: *taken_at, baseline: *baseline, response: *response, remission: *remission };
        self.on(taken_at.day(), |stay| match scale {
            ScaleKind::Phq9 => Stay::scored(&mut stay.phq9, score),
            ScaleKind::Gad7 => Stay::scored(&mut stay.gad7, score),
            ScaleKind::Cssrs
            | ScaleKind::Craving
            | ScaleKind::Cows
            | ScaleKind::CiwaAr
            | ScaleKind::Sows
            | ScaleKind::Pcl5
            | ScaleKind::AuditC
            | ScaleKind::Dast10
            | ScaleKind::Ymrs
            | ScaleKind::Aims
            | ScaleKind::Mars5
            | ScaleKind::Naranjo => {}
        });
    }

    /// A session belongs to the stay of its plan.
    fn session(&mut self, fact: &Fact, event: &PlanEvent) {
        let PlanEvent::TherapyParticipationRecorded { held_at, attended, engagement, .. } = event else {
            return;
        };
        let of = |stay: &Stay| StreamRef::treatment_plan(fact.patient, stay.episode) == fact.stream;
        let stay = self.stays.iter_mut().find(|stay| of(stay));
        if let Some(tally) = stay.and_then(|stay| stay.month(held_at.day())) {
            tally.session(*attended, *engagement);
        }
    }

    fn setback(&mut self, event: &RecoveryEvent) {
        if let RecoveryEvent::RelapseRecorded { at, .. } = event {
            self.tally(at.day(), |tally| add(&mut tally.relapses));
        }
        if let RecoveryEvent::OverdoseReported { at, .. } = event {
            self.tally(at.day(), |tally| add(&mut tally.overdoses));
        }
    }
}
