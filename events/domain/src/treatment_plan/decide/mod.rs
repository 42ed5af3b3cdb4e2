//! The rules of a treatment plan.

mod goals;
mod opened;
mod told;

use concord_kernel::{Role, Text};
use concord_knowledge::DrugId;

use super::{Command, Consent, Error, Event, Party, TreatmentPlan};
use crate::{Context, InEpisode, Issued};

/// Days from an agreement or a review to the next review of the medication. Program rule; a plan of care is
/// recertified at least as often. Source: 42 CFR 424.24.
const REVIEW_DAYS: i64 = 60;

/// The most options that one decision explains.
const MOST_OPTIONS: usize = 10;

impl TreatmentPlan {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<InEpisode<Command>>) -> Result<Vec<Event>, Error> {
        let Issued { command: InEpisode { episode, command }, context } = issued;
        let role = context.actor.role;
        if !may(role, command) {
            return Err(Error::RoleNotPermitted { role });
        }
        if !may_go_on(issued) {
            return Err(Error::EpisodeNotActive);
        }
        let event = match command {
            Command::Draft { summary } if self.version == 0 => {
                Event::PlanDrafted { episode: episode.clone(), summary: summary.clone() }
            }
            Command::Draft { .. } => return Err(Error::AlreadyDrafted),
            Command::Revise { summary, reason } => Event::PlanRevised {
                version: self.drafted()?.saturating_add(1),
                summary: summary.clone(),
                reason: reason.clone(),
            },
            Command::Agree { version } => return self.agree(*version, context),
            Command::AddGoal { goal, statement, target_on } => {
                self.add_goal(*goal, statement, *target_on, context)?
            }
            Command::MeetGoal { goal, evidence } => {
                self.open_goal(*goal)?;
                Event::GoalMet { goal: *goal, evidence: evidence.clone() }
            }
            Command::DropGoal { goal, reason } => {
                self.open_goal(*goal)?;
                let version = self.drafted()?.saturating_add(1);
                Event::GoalDropped { goal: *goal, version, reason: reason.clone() }
            }
            Command::LinkGoalToMedication { goal, order, how } => self.link(*goal, *order, how, context)?,
            Command::RecordSharedDecision { drug, options, preference, consent } => {
                decided(drug, options, preference, *consent, context)?
            }
            Command::RaiseConcern { concern, topic, drug, words } => {
                self.raise(*concern, *topic, drug.as_ref(), words, context)?
            }
            Command::AnswerConcern { concern, answer } => self.answer(*concern, answer, role)?,
            Command::RecordEducation { topics, drug, method, teach_back } => {
                told::taught(topics, drug.as_ref(), *method, *teach_back, context)?
            }
            Command::RecordTherapyParticipation { session, kind, held_at, attended, engagement } => {
                self.participated(*session, *kind, (*held_at, *attended, *engagement), context.now)?
            }
            Command::RecordLifeChange { change, event, note } => {
                self.life_changed(*change, *event, note, context.now)?
            }
            Command::ReviewMedication { considered, outcome, reason } => {
                self.review(considered, *outcome, reason, context.now)?
            }
            Command::PlanSupport { support, goal, kind, what, due_on } => {
                self.plan_support(*support, *goal, (*kind, what, *due_on), context)?
            }
            Command::FinishSupport { support, outcome } => self.finish_support(*support, outcome)?,
            Command::OpenReview { because } => self.open_review(*because, context)?,
        };
        Ok(vec![event])
    }

    /// The number of the latest version, of which there must be one.
    fn drafted(&self) -> Result<u32, Error> {
        if self.version == 0 { Err(Error::NotDrafted) } else { Ok(self.version) }
    }

    /// A plan is agreed when both parties have agreed to the same version; what they agree to has a goal.
    fn agree(&self, version: u32, context: &Context) -> Result<Vec<Event>, Error> {
        let latest = self.drafted()?;
        if version != latest {
            return Err(Error::VersionPassed { latest });
        }
        if self.goals.values().all(|goal| goal.closed) {
            return Err(Error::NoGoal);
        }
        let by = if context.actor.role == Role::Patient { Party::Patient } else { Party::Prescriber };
        if self.agreed.contains(&by) {
            return Err(Error::AlreadyAgreed);
        }
        let mut events = vec![Event::PlanAgreementGiven { version, by }];
        if !self.agreed.is_empty() {
            let review_by = context.now.plus_days(REVIEW_DAYS);
            events.push(Event::PlanAgreed { version, review_by });
        }
        Ok(events)
    }
}

/// Consent is informed when at least one other way was explained.
fn decided(
    drug: &DrugId,
    options: &[Text],
    preference: &Text,
    consent: Consent,
    context: &Context,
) -> Result<Event, Error> {
    known(drug, context)?;
    if options.is_empty() {
        return Err(Error::NoOption);
    }
    if options.len() > MOST_OPTIONS {
        return Err(Error::TooManyOptions { most: MOST_OPTIONS });
    }
    Ok(Event::SharedDecisionRecorded {
        drug: drug.clone(),
        options: options.to_vec(),
        preference: preference.clone(),
        consent,
    })
}

/// The formulary has the drug.
fn known(drug: &DrugId, context: &Context) -> Result<(), Error> {
    context.rules.drug(drug).map(drop).ok_or(Error::UnknownDrug)
}

/// The plan itself changes in an active stay only. What happens to the patient does not wait until an interruption is
/// over, and a session may be written down after the stay has ended.
fn may_go_on(issued: &Issued<InEpisode<Command>>) -> bool {
    let Issued { command: InEpisode { episode, command }, context } = issued;
    let Some(stay) = context.facts.episode.as_ref() else { return false };
    match command {
        Command::Draft { .. }
        | Command::Revise { .. }
        | Command::Agree { .. }
        | Command::AddGoal { .. }
        | Command::MeetGoal { .. }
        | Command::DropGoal { .. }
        | Command::LinkGoalToMedication { .. }
        | Command::RecordSharedDecision { .. }
        | Command::PlanSupport { .. } => stay.is_active(episode),
        Command::RaiseConcern { .. }
        | Command::AnswerConcern { .. }
        | Command::RecordEducation { .. }
        | Command::RecordLifeChange { .. }
        | Command::ReviewMedication { .. }
        | Command::FinishSupport { .. }
        | Command::OpenReview { .. } => stay.is_open(episode),
        Command::RecordTherapyParticipation { .. } => stay.knows(episode),
    }
}

/// Who may ask for it.
const fn may(role: Role, command: &Command) -> bool {
    let others = match command {
        Command::Draft { .. } | Command::Revise { .. } | Command::LinkGoalToMedication { .. } => {
            matches!(role, Role::Therapist)
        }
        Command::Agree { .. } => matches!(role, Role::Patient),
        Command::AddGoal { .. }
        | Command::MeetGoal { .. }
        | Command::DropGoal { .. }
        | Command::PlanSupport { .. }
        | Command::FinishSupport { .. } => matches!(role, Role::Therapist | Role::CaseManager | Role::Nurse),
        Command::RecordSharedDecision { .. } | Command::ReviewMedication { .. } => false,
        Command::RaiseConcern { .. } => !matches!(
            role,
            Role::Auditor | Role::Service | Role::Director | Role::PrivacyOfficer | Role::Partner
        ),
        Command::AnswerConcern { .. } | Command::RecordEducation { .. } => {
            matches!(role, Role::Therapist | Role::Nurse | Role::Pharmacist)
        }
        Command::RecordTherapyParticipation { .. } => return matches!(role, Role::Therapist),
        Command::RecordLifeChange { .. } => {
            matches!(role, Role::Therapist | Role::CaseManager | Role::Nurse | Role::Patient)
        }
        // Whoever is no timer is told so by the rule.
        Command::OpenReview { .. } => return true,
    };
    others || role.prescribes()
}
