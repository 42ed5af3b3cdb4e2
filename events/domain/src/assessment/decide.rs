//! The rules of an assessment.

use std::collections::BTreeSet;

use concord_kernel::{Role, Text};
use concord_knowledge::ConditionId;

use super::state::Standing;
use super::{Assessment, Command, Error, Event, Section};
use crate::{Context, InEpisode, Issued};

/// Licensed evaluators: who may begin and write an assessment.
const EVALUATORS: [Role; 4] = [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::Nurse];

/// The most diagnoses a decision may rest on.
const MOST_DIAGNOSES: usize = 20;

/// The most reasons a decision may give.
const MOST_REASONS: usize = 10;

impl Assessment {
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
        if !context.facts.episode.as_ref().is_some_and(|facts| facts.is_active(episode)) {
            return Err(Error::EpisodeNotActive);
        }
        let event = match command {
            Command::Start => match self.standing {
                Standing::NotStarted => Event::AssessmentStarted { episode: episode.clone() },
                Standing::Open | Standing::Completed | Standing::Decided => {
                    return Err(Error::AlreadyStarted);
                }
            },
            Command::RecordSection { section, finding } => {
                self.being_written()?;
                Event::AssessmentSectionRecorded { section: *section, finding: finding.clone() }
            }
            Command::Complete => self.complete()?,
            Command::DecideIndication { indicated, diagnoses, reasons } => {
                self.indicate(*indicated, diagnoses, reasons, context)?
            }
            Command::Reopen { reason } => match self.standing {
                Standing::Completed | Standing::Decided => {
                    Event::AssessmentReopened { reason: reason.clone() }
                }
                Standing::NotStarted => return Err(Error::NotStarted),
                Standing::Open => return Err(Error::NotCompleted),
            },
        };
        Ok(vec![event])
    }

    fn being_written(&self) -> Result<(), Error> {
        match self.standing {
            Standing::Open => Ok(()),
            Standing::NotStarted => Err(Error::NotStarted),
            Standing::Completed | Standing::Decided => Err(Error::AlreadyCompleted),
        }
    }

    fn complete(&self) -> Result<Event, Error> {
        self.being_written()?;
        let missing: Vec<Section> =
            Section::ALL.into_iter().filter(|section| !self.written.contains(section)).collect();
        if missing.is_empty() {
            Ok(Event::AssessmentCompleted)
        } else {
            Err(Error::SectionsMissing { missing })
        }
    }

    /// One decision follows each signature; another one needs the assessment to be taken up and signed again.
    fn indicate(
        &self,
        indicated: bool,
        diagnoses: &[ConditionId],
        reasons: &[Text],
        context: &Context,
    ) -> Result<Event, Error> {
        match self.standing {
            Standing::Completed => {}
            Standing::NotStarted => return Err(Error::NotStarted),
            Standing::Open => return Err(Error::NotCompleted),
            Standing::Decided => return Err(Error::AlreadyDecided),
        }
        if reasons.is_empty() {
            return Err(Error::NoReason);
        }
        if reasons.len() > MOST_REASONS {
            return Err(Error::TooManyReasons { most: MOST_REASONS });
        }
        if indicated && diagnoses.is_empty() {
            return Err(Error::NoDiagnosis);
        }
        if diagnoses.len() > MOST_DIAGNOSES {
            return Err(Error::TooManyDiagnoses { most: MOST_DIAGNOSES });
        }
        let mut named = BTreeSet::new();
        for diagnosis in diagnoses {
            if context.rules.condition_name(diagnosis).is_none() {
                return Err(Error::UnknownDiagnosis { diagnosis: diagnosis.clone() });
            }
            if !named.insert(diagnosis) {
                return Err(Error::DiagnosisRepeated { diagnosis: diagnosis.clone() });
            }
        }
        let (diagnoses, reasons) = (diagnoses.to_vec(), reasons.to_vec());
        Ok(if indicated {
            Event::MedicationIndicated { diagnoses, reasons }
        } else {
            Event::MedicationNotIndicated { diagnoses, reasons }
        })
    }
}

/// An assessment is written by licensed evaluators; whoever may prescribe signs it, decides and takes it up again.
fn may(role: Role, command: &Command) -> bool {
    match command {
        Command::Start | Command::RecordSection { .. } => EVALUATORS.contains(&role),
        Command::Complete | Command::DecideIndication { .. } | Command::Reopen { .. } => role.prescribes(),
    }
}
