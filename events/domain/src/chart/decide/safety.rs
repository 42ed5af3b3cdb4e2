//! The safety check: what it lets pass, and what it says unasked.

use concord_knowledge::safety::{Proposal, Subject};
use concord_knowledge::{Action, DrugId, Finding, FindingKey, IngredientId, Severity};

use super::super::error::Answer;
use super::super::{Acknowledgement, Answered, Chart, Error, Event, Judged};
use super::duration::Lasting;
use super::{clinician, row};
use crate::Context;

/// The most answers that one command carries; no chart gives more findings about one drug.
pub(super) const MOST_ACKNOWLEDGEMENTS: usize = 64;

impl Chart {
    /// Judges a change by the present rules.
    ///
    /// Only findings about the proposed drug count (and about medications that nobody could map: they might be
    /// anything); what stands between other medications was raised when they came to be known. `standing` are
    /// findings that the change does not bring, and that do not refuse it unless they ask for more than they did.
    pub(super) fn judge(
        &self,
        proposal: &Proposal,
        acknowledgements: &[Acknowledgement],
        standing: &[Answered],
        context: &Context,
    ) -> Result<Judged, Error> {
        self.judge_in(&self.seen(context), proposal, acknowledgements, standing, context)
    }

    /// The same on a chart that is a little different: what gives way during a switch is said there.
    pub(in super::super) fn judge_in(
        &self,
        subject: &Subject,
        proposal: &Proposal,
        acknowledgements: &[Acknowledgement],
        standing: &[Answered],
        context: &Context,
    ) -> Result<Judged, Error> {
        let lasting = &mut Lasting::default();
        self.judge_lasting(subject, proposal, acknowledgements, standing, lasting, context)
    }

    /// The same for what hands out a supply: how long in a row it makes the drug be taken is judged with the rest.
    pub(super) fn judge_lasting(
        &self,
        subject: &Subject,
        proposal: &Proposal,
        acknowledgements: &[Acknowledgement],
        standing: &[Answered],
        lasting: &mut Lasting,
        context: &Context,
    ) -> Result<Judged, Error> {
        if acknowledgements.len() > MOST_ACKNOWLEDGEMENTS {
            return Err(Error::TooManyAcknowledgements { most: MOST_ACKNOWLEDGEMENTS });
        }
        let drug = row(context, &proposal.drug)?;
        let mut answered = std::mem::take(&mut lasting.answered);
        let mut stood: Vec<_> = answered.iter().map(|answered| answered.finding.clone()).collect();
        let mut unmet = std::mem::take(&mut lasting.unmet);
        let mut answer = lasting.asks;
        for finding in context.rules.check(subject, Some(proposal), context.now) {
            if !speaks_about(&finding.key, &drug.ingredients) {
                continue;
            }
            let stands = standing.iter().any(|standing| standing.holds_for(&finding));
            match self.needed(&finding, acknowledgements, context) {
                Some(needed) if !stands => {
                    answer = answer.max(Some(needed));
                    unmet.push(finding);
                    continue;
                }
                None if finding.action >= Action::Acknowledge => {
                    answered.push(Answered { finding: finding.key.clone(), action: finding.action });
                }
                Some(_) | None => {}
            }
            stood.push(finding.key);
        }
        match answer {
            Some(answer) => Err(unsafe_by(unmet, answer, context)),
            None => Ok(Judged { ruleset: context.rules.version().clone(), findings: stood, answered }),
        }
    }

    /// What a finding still asks for.
    fn needed(
        &self,
        finding: &Finding,
        acknowledgements: &[Acknowledgement],
        context: &Context,
    ) -> Option<Answer> {
        match finding.action {
            Action::Monitor | Action::Adjust => None,
            Action::Acknowledge => {
                let answered = acknowledgements.iter().any(|given| given.finding == finding.key);
                (!answered).then_some(Answer::Acknowledge)
            }
            Action::BlockUnlessCosigned => self.override_needed(&finding.key, context.now),
            Action::Space => Some(Answer::Wait),
            Action::Block => Some(Answer::ChooseAnother),
        }
    }

    /// Raises every finding of weight that nobody knows of yet, and of those known ones that `again` names.
    pub(super) fn raise(
        &self,
        subject: &Subject,
        context: &Context,
        again: impl Fn(&FindingKey) -> bool,
    ) -> Vec<Event> {
        let findings = context.rules.check(subject, None, context.now);
        self.news(findings, context, again)
    }

    fn news(
        &self,
        findings: Vec<Finding>,
        context: &Context,
        again: impl Fn(&FindingKey) -> bool,
    ) -> Vec<Event> {
        findings
            .into_iter()
            .filter(|finding| match finding.severity {
                Severity::Moderate => false,
                Severity::Major | Severity::Contraindicated => match self.known(&finding.key) {
                    None => true,
                    Some(known) => !known.open && again(&finding.key),
                },
            })
            .map(|finding| Event::InteractionDetected {
                finding: finding.key,
                severity: finding.severity,
                action: finding.action,
                ruleset: context.rules.version().clone(),
            })
            .collect()
    }

    /// Runs the check over the chart as it is, or with a change that is being thought about. Only without one does
    /// it raise what is new: a thought is not a fact.
    pub(super) fn check_safety(
        &self,
        proposal: Option<&Proposal>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let subject = self.seen(context);
        if let Some(proposal) = proposal {
            row(context, &proposal.drug)?;
            if proposal.replaces.is_some_and(|id| subject.exposures.iter().all(|exposure| exposure.id != id))
            {
                return Err(Error::UnknownMedication);
            }
        }
        let findings = context.rules.check(&subject, proposal, context.now);
        let judged = Judged {
            ruleset: context.rules.version().clone(),
            findings: findings.iter().map(|finding| finding.key.clone()).collect(),
            answered: Vec::new(),
        };
        let mut events = vec![Event::SafetyChecked { proposed: proposal.map(|p| p.drug.clone()), judged }];
        if proposal.is_none() {
            events.extend(self.news(findings, context, |_| false));
        }
        Ok(events)
    }

    pub(super) fn acknowledge_boxed_warning(
        &self,
        drug: &DrugId,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        clinician(&context.actor)?;
        if !row(context, drug)?.boxed_warning {
            return Err(Error::NoBoxedWarning);
        }
        if self.warned.contains(drug) {
            return Ok(Vec::new());
        }
        Ok(vec![Event::BoxedWarningAcknowledged { drug: drug.clone() }])
    }
}

/// Whether a finding concerns a drug that holds `ingredients`, or a medication that nobody could map.
fn speaks_about(key: &FindingKey, ingredients: &[IngredientId]) -> bool {
    key.about.is_empty() || key.about.iter().any(|about| ingredients.contains(about))
}

/// The refusal for what stands and is not answered, with the rules that say so.
pub(super) fn unsafe_by(findings: Vec<Finding>, answer: Answer, context: &Context) -> Error {
    let (ruleset, reviewed) = (context.rules.version().clone(), context.rules.is_reviewed());
    Error::Unsafe { findings, answer, ruleset, reviewed }
}
