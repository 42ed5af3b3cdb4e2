//! The rules of a recovery record.

mod induction;
mod screens;
mod told;

use concord_kernel::{Instant, OutsideMedicationId, Role, Text};
use concord_knowledge::{Milligrams, SubstanceId};

use super::state::Review;
use super::{Checkpoint, Command, Error, Event, NaloxoneOffer, Recovery};
use crate::{ChartFacts, Context, EpisodeRef, Issued};

impl Recovery {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// What people tell is never refused for what it says: use, doses, overdoses and results are taken in whatever they
    /// mean, and what is wrong with them is said beside. Plans and clearances are decisions and are judged.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let Issued { command, context } = issued;
        let role = context.actor.role;
        if !may(role, command) {
            return Err(Error::RoleNotPermitted { role });
        }
        let event = match command {
            Command::StartInduction { induction, episode, setting, exposure, last_use_at, instructions } => {
                let planned = induction::Planned {
                    id: *induction,
                    episode,
                    setting: *setting,
                    exposure: *exposure,
                    last_use_at: *last_use_at,
                    instructions: instructions.as_ref(),
                };
                self.start(&planned, context)?
            }
            Command::ClearFirstDose { induction } => self.clear(*induction, context)?,
            Command::RecordObservedDose { order, dose, given_at } => {
                self.dose(*order, *dose, *given_at, context)?
            }
            Command::CompleteInduction { induction, daily } => self.complete(*induction, *daily)?,
            Command::AbandonInduction { induction, because, note } => {
                self.abandon(*induction, *because, note)?
            }
            Command::RecordDrugScreen { screen, collected_at, method, lines } => {
                self.tested(*screen, *collected_at, *method, lines, context)?
            }
            Command::RecordSubstanceUse { report, substance, account, used_at, source } => {
                self.used(*report, substance, account.as_ref(), (*used_at, *source), context)?
            }
            Command::RecordRelapse { relapse, substance, uses, screens, account, response } => {
                let basis = told::Basis { uses, screens, account: account.as_ref() };
                self.relapsed(*relapse, substance, &basis, response, context)?
            }
            Command::ReportOverdose { overdose, at, substances, naloxone_given, outcome, account } => {
                self.overdosed(*overdose, (*at, substances), (*naloxone_given, *outcome), account, context)?
            }
            Command::ReviewRelapse { relapse, decision } => {
                let known = self.relapses.get(relapse).ok_or(Error::NotRecorded)?;
                let late = late(known.review, context.now)?;
                Event::RelapseReviewed { relapse: *relapse, decision: decision.clone(), late }
            }
            Command::ReviewOverdose { overdose, decision } => {
                let known = self.overdoses.get(overdose).ok_or(Error::NotRecorded)?;
                let late = late(*known, context.now)?;
                Event::OverdoseReviewed { overdose: *overdose, decision: decision.clone(), late }
            }
            Command::OfferNaloxone(offer) => offered(offer, context)?,
            Command::RecordNaloxoneChallenge { at, reacted } => {
                past(*at, context)?;
                Event::NaloxoneChallenged { at: *at, reacted: *reacted }
            }
            Command::RecordOtpDose { medication, program, dose, given_at, take_home } => {
                dispensed(*medication, program, *dose, (*given_at, *take_home), context)?
            }
            Command::MeasureRetention { episode, checkpoint } => {
                self.measure(episode, *checkpoint, context)?
            }
        };
        Ok(vec![event])
    }

    /// A relapse is no end: whoever is still in the stay is retained, however often they used.
    fn measure(
        &self,
        episode: &EpisodeRef,
        checkpoint: Checkpoint,
        context: &Context,
    ) -> Result<Event, Error> {
        let stays = context.facts.episode.as_ref().ok_or(Error::FactsMissing)?;
        if !stays.knows(episode) {
            return Err(Error::UnknownStay);
        }
        if self.measured.contains(&(episode.id, checkpoint)) {
            return Err(Error::AlreadyMeasured);
        }
        let past = stays.past.iter().find(|past| past.episode == episode.id);
        let (admitted_at, ended_at) = match past {
            Some(past) => (past.admitted_at, Some(past.closed_at.ok_or(Error::EndNotKnown)?)),
            None => (stays.admitted_at.ok_or(Error::UnknownStay)?, None),
        };
        let at = admitted_at.plus_days(i64::from(checkpoint.days()));
        if context.now < at {
            return Err(Error::CheckpointToCome { on: at.day() });
        }
        let since = |relapse: &&super::state::Relapse| relapse.at >= admitted_at;
        let relapses = self.relapses.values().filter(since).count();
        Ok(Event::RetentionMeasured {
            episode: episode.clone(),
            checkpoint,
            retained: ended_at.is_none_or(|ended| ended >= at),
            on_medication: !chart(context)?.open_orders.is_empty(),
            relapses: u32::try_from(relapses).unwrap_or(u32::MAX),
        })
    }
}

/// The substance that only an opioid treatment program dispenses for opioid use disorder.
/// Source: 21 USC 823(h), 21 CFR 1306.07(a), 42 CFR 8.
const METHADONE: &str = "methadone";

fn offered(offer: &NaloxoneOffer, context: &Context) -> Result<Event, Error> {
    match offer {
        NaloxoneOffer::Provided { kits: 0, .. } => Err(Error::NoKit),
        NaloxoneOffer::Provided { kits, trained } => {
            Ok(Event::NaloxoneProvided { kits: *kits, trained: *trained, at: Some(context.effective_at) })
        }
        NaloxoneOffer::Declined { reason } => {
            let days = context.rules.recovery_limits().offer_again_days;
            let offer_again_by = context.now.plus_days(i64::from(days));
            Ok(Event::NaloxoneDeclined {
                reason: reason.clone(),
                offer_again_by,
                at: Some(context.effective_at),
            })
        }
    }
}

/// Methadone for opioid use disorder comes from an opioid treatment program; here it is an outside medication.
fn dispensed(
    medication: OutsideMedicationId,
    program: &Text,
    dose: Milligrams,
    (given_at, take_home): (Instant, u8),
    context: &Context,
) -> Result<Event, Error> {
    some(dose)?;
    past(given_at, context)?;
    let taken = chart(context)?.outside.get(&medication).ok_or(Error::UnknownMedication)?;
    if taken.iter().all(|ingredient| ingredient.as_str() != METHADONE) {
        return Err(Error::NotMethadone);
    }
    Ok(Event::OutsideMethadoneRecorded { medication, program: program.clone(), dose, given_at, take_home })
}

/// Whether a review comes after its deadline; nothing is reviewed twice.
fn late(review: Review, now: Instant) -> Result<bool, Error> {
    if review.done { Err(Error::AlreadyReviewed) } else { Ok(now > review.by) }
}

fn chart(context: &Context) -> Result<&ChartFacts, Error> {
    context.facts.chart.as_ref().ok_or(Error::FactsMissing)
}

fn past(at: Instant, context: &Context) -> Result<(), Error> {
    if at > context.now { Err(Error::InTheFuture) } else { Ok(()) }
}

fn some(dose: Milligrams) -> Result<(), Error> {
    if dose == Milligrams::ZERO { Err(Error::NoDose) } else { Ok(()) }
}

/// The table has the substance.
fn known(substance: &SubstanceId, context: &Context) -> Result<(), Error> {
    context.rules.substance(substance).map(drop).ok_or(Error::UnknownRow)
}

/// Who may ask for it. Whoever knows of use or of an overdose may say so.
const fn may(role: Role, command: &Command) -> bool {
    let others = match command {
        Command::StartInduction { .. }
        | Command::CompleteInduction { .. }
        | Command::AbandonInduction { .. }
        | Command::ReviewRelapse { .. }
        | Command::ReviewOverdose { .. } => false,
        Command::ClearFirstDose { .. }
        | Command::RecordObservedDose { .. }
        | Command::RecordDrugScreen { .. }
        | Command::RecordNaloxoneChallenge { .. } => matches!(role, Role::Nurse),
        Command::OfferNaloxone(_) | Command::RecordOtpDose { .. } => {
            matches!(role, Role::Nurse | Role::Pharmacist)
        }
        Command::RecordRelapse { .. } => matches!(role, Role::Nurse | Role::Therapist),
        Command::RecordSubstanceUse { .. } | Command::ReportOverdose { .. } => {
            !matches!(role, Role::Auditor | Role::Service)
        }
        Command::MeasureRetention { .. } => matches!(role, Role::Service | Role::CaseManager),
    };
    others || role.prescribes()
}
