//! The rules of a stay.

use std::collections::BTreeSet;

use concord_kernel::{EpisodeId, Role, Text};

use super::{
    Command, CriterionAnswer, Disposition, Episode, Error, Event, Exclusion, Interruption, Phase, Stage,
    bridging,
};
use crate::{Context, InProgram, Issued};

/// Who may send somebody to the program.
const REFERRERS: [Role; 8] = [
    Role::Psychiatrist,
    Role::Pmhnp,
    Role::Therapist,
    Role::CaseManager,
    Role::Nurse,
    Role::PrimaryCare,
    Role::OutsideProvider,
    Role::Service,
];

/// Licensed evaluators: who may judge a candidate.
const EVALUATORS: [Role; 4] = [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::Nurse];

/// Who may take in, interrupt and end a stay.
const MANAGERS: [Role; 6] =
    [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::CaseManager, Role::Nurse, Role::Service];

/// Who may say that the course of treatment has moved on.
const PHASE_KEEPERS: [Role; 4] = [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::Service];

/// How long before it is recorded an admission may have taken place. A stay of intensive outpatient treatment lasts
/// months; an older one that is entered late is a slip of the pen.
const ADMITTED_AT_MOST_DAYS_AGO: i64 = 730;

impl Episode {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<InProgram<Command>>) -> Result<Vec<Event>, Error> {
        let (Issued { command: InProgram { program, command }, context }, role) =
            (issued, issued.context.actor.role);
        if !may(role, command) {
            return Err(Error::RoleNotPermitted { role });
        }
        let event = match command {
            Command::Refer { name, born_on, referred_by, reason, part2 } => {
                self.may_be_referred()?;
                if *born_on.expose() > context.now.day() {
                    return Err(Error::BornInFuture);
                }
                Event::PatientReferred {
                    program: program.clone(),
                    name: name.clone(),
                    born_on: born_on.clone(),
                    referred_by: referred_by.clone(),
                    reason: reason.clone(),
                    part2: *part2,
                }
            }
            Command::Screen { criteria, exclusions } => self.screen(criteria, exclusions)?,
            Command::Waitlist { reason } => self.waitlist(reason)?,
            Command::Admit { episode } => self.admit(*episode, context)?,
            Command::ChangePhase { to, reason } => self.change_phase(*to, reason)?,
            Command::Pause { because } => self.pause(*because)?,
            Command::Resume => self.resume()?,
            Command::Discharge { disposition, medication_plan } => {
                let closed = self.discharge(*disposition, medication_plan.as_ref(), context)?;
                let due = self.bridging_due(self.stay()?, *disposition, context)?;
                return Ok(std::iter::once(closed).chain(due).collect());
            }
            Command::DecideBridging { episode, lines, note } => {
                self.decide_bridging(&bridging::Told { episode: *episode, lines, note }, context)?
            }
            Command::BreachBridging { episode } => self.breach_bridging(*episode, context)?,
        };
        Ok(vec![event])
    }

    /// A referral begins a way into the program; a second one while the first is still under way begins none.
    fn may_be_referred(&self) -> Result<(), Error> {
        match self.stage {
            Stage::Unknown | Stage::NotACandidate | Stage::Closed => Ok(()),
            Stage::Referred | Stage::Candidate | Stage::Waitlisted => Err(Error::AlreadyReferred),
            Stage::Open(_) | Stage::Paused(_) => Err(Error::StayOpen),
        }
    }

    fn screen(&self, criteria: &[CriterionAnswer], exclusions: &[Exclusion]) -> Result<Event, Error> {
        match self.stage {
            Stage::Referred => {}
            Stage::Unknown => return Err(Error::NotReferred),
            Stage::Candidate | Stage::NotACandidate | Stage::Waitlisted => {
                return Err(Error::AlreadyScreened);
            }
            Stage::Open(_) | Stage::Paused(_) => return Err(Error::StayOpen),
            Stage::Closed => return Err(Error::StayClosed),
        }
        if criteria.is_empty() {
            return Err(Error::NoCriterionAnswered);
        }
        let mut answered = BTreeSet::new();
        if let Some(twice) = criteria.iter().find(|answer| !answered.insert(answer.criterion)) {
            return Err(Error::CriterionRepeated { criterion: twice.criterion });
        }
        let mut named = BTreeSet::new();
        if let Some(twice) = exclusions.iter().find(|exclusion| !named.insert(**exclusion)) {
            return Err(Error::ExclusionRepeated { exclusion: *twice });
        }
        Ok(Event::CandidateScreened {
            criteria: criteria.to_vec(),
            exclusions: exclusions.to_vec(),
            candidate: exclusions.is_empty() && criteria.iter().any(|answer| answer.met),
        })
    }

    fn waitlist(&self, reason: &Text) -> Result<Event, Error> {
        match self.stage {
            Stage::Candidate => Ok(Event::PatientWaitlisted { reason: reason.clone() }),
            Stage::Waitlisted => Err(Error::AlreadyWaitlisted),
            Stage::Unknown => Err(Error::NotReferred),
            Stage::Referred => Err(Error::NotScreened),
            Stage::NotACandidate => Err(Error::NotACandidate),
            Stage::Open(_) | Stage::Paused(_) => Err(Error::StayOpen),
            Stage::Closed => Err(Error::StayClosed),
        }
    }

    fn admit(&self, episode: EpisodeId, context: &Context) -> Result<Event, Error> {
        match self.stage {
            Stage::Candidate | Stage::Waitlisted => {}
            Stage::Unknown => return Err(Error::NotReferred),
            Stage::Referred => return Err(Error::NotScreened),
            Stage::NotACandidate => return Err(Error::NotACandidate),
            Stage::Open(_) | Stage::Paused(_) => return Err(Error::StayOpen),
            Stage::Closed => return Err(Error::StayClosed),
        }
        if self.has_used(episode) {
            return Err(Error::EpisodeUsed);
        }
        if context.effective_at < context.now.plus_days(-ADMITTED_AT_MOST_DAYS_AGO) {
            return Err(Error::AdmittedTooLongAgo { most_days: ADMITTED_AT_MOST_DAYS_AGO });
        }
        Ok(Event::EpisodeOpened {
            episode,
            previous: self.ended.last().copied(),
            admitted_at: context.effective_at,
        })
    }

    fn change_phase(&self, to: Phase, reason: &Text) -> Result<Event, Error> {
        let (episode, from) = self.going_on()?;
        if to == from {
            return Err(Error::SamePhase { phase: to });
        }
        if !from.leads_to(to) {
            return Err(Error::PhaseNotReachable { from, to });
        }
        Ok(Event::EpisodePhaseChanged { episode, from, to, reason: reason.clone() })
    }

    fn pause(&self, because: Interruption) -> Result<Event, Error> {
        let (episode, _) = self.going_on()?;
        Ok(Event::EpisodePaused { episode, because })
    }

    fn resume(&self) -> Result<Event, Error> {
        let episode = self.stay()?;
        if self.stage.is_active() { Err(Error::NotPaused) } else { Ok(Event::EpisodeResumed { episode }) }
    }

    /// A stay may end while it is interrupted. What must not stop abruptly needs a plan, except after death.
    fn discharge(
        &self,
        disposition: Disposition,
        medication_plan: Option<&Text>,
        context: &Context,
    ) -> Result<Event, Error> {
        let episode = self.stay()?;
        if disposition != Disposition::Deceased && medication_plan.is_none() {
            let chart = context.facts.chart.as_ref().ok_or(Error::ChartNotRead)?;
            if !chart.no_abrupt_stop.is_empty() {
                return Err(Error::MedicationPlanRequired { orders: chart.no_abrupt_stop.len() });
            }
        }
        Ok(Event::EpisodeClosed {
            episode,
            disposition,
            medication_plan: medication_plan.cloned(),
            at: Some(context.effective_at),
        })
    }

    /// The stay that has begun and not ended.
    fn stay(&self) -> Result<EpisodeId, Error> {
        match (self.stage, self.open) {
            (Stage::Open(_) | Stage::Paused(_), Some(stay)) => Ok(stay.id),
            (Stage::Closed, _) => Err(Error::StayClosed),
            (
                Stage::Unknown
                | Stage::Referred
                | Stage::Candidate
                | Stage::NotACandidate
                | Stage::Waitlisted
                | Stage::Open(_)
                | Stage::Paused(_),
                _,
            ) => Err(Error::NotAdmitted),
        }
    }

    /// The stay that is not interrupted, and its phase.
    fn going_on(&self) -> Result<(EpisodeId, Phase), Error> {
        let episode = self.stay()?;
        if let Stage::Open(phase) = self.stage { Ok((episode, phase)) } else { Err(Error::StayPaused) }
    }
}

fn may(role: Role, command: &Command) -> bool {
    match command {
        Command::Refer { .. } => REFERRERS.contains(&role),
        Command::Screen { .. } => EVALUATORS.contains(&role),
        Command::ChangePhase { .. } => PHASE_KEEPERS.contains(&role),
        Command::DecideBridging { .. } => role.prescribes(),
        // Whoever is no timer is told so by the rule.
        Command::BreachBridging { .. } => true,
        Command::Waitlist { .. }
        | Command::Admit { .. }
        | Command::Pause { .. }
        | Command::Resume
        | Command::Discharge { .. } => MANAGERS.contains(&role),
    }
}
