//! What a clinician does when a rule refuses.

use concord_kernel::Instant;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::chart::v1::{
    AcknowledgeBoxedWarningRequest, Acknowledgement, CosignOverrideRequest, OverrideInteractionRequest,
    OverrideReason,
};
use concord_proto::concord::common::v1::{Action, Finding};
use serde::Serialize;
use uuid::Uuid;

use super::{Halt, Player};
use crate::gateway::{Gateway, Refused};
use crate::script::{Body, Person, Sees, Step};

/// How often one step is tried again.
const MOST_TRIES: usize = 8;

/// The longest that somebody waits for a washout.
const LONGEST_WAIT_DAYS: i64 = 21;

/// What somebody does when a rule refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// States a reason for each finding, and asks again.
    Acknowledged,
    /// Overrides, has a second clinician co-sign, and asks again.
    Overridden,
    /// Chooses another drug.
    ChoseAnother,
    /// Asks a colleague who may.
    AskedColleague,
    /// Explains the boxed warning, and asks again.
    Explained,
    /// Reads the record again, and decides again.
    ReadAgain,
    /// Waits until the washout has passed.
    Waited,
    /// Lets it be.
    LetBe,
}

/// How one step is tried the next time.
struct Try {
    by: Person,
    body: Body,
    sees: Sees,
    makes: Option<Uuid>,
    instead: usize,
}

impl<G: Gateway> Player<'_, G> {
    /// Sends a command until it is accepted or nobody has an answer.
    pub(super) async fn carry_out(&mut self, step: &Step, body: &Body) -> Result<(), Halt> {
        let mut attempt =
            Try { by: step.by.clone(), body: body.clone(), sees: step.sees, makes: step.makes, instead: 0 };
        for _ in 0..MOST_TRIES {
            let answered = self.send(step, &attempt.by, attempt.body.clone(), attempt.sees).await?;
            let (reason, findings) = match answered {
                Ok(_) => {
                    self.there.extend(attempt.makes);
                    if let Some(ended) = step.ends {
                        self.there.remove(&ended);
                    }
                    return Ok(());
                }
                Err(Refused::Rule { reason, findings }) => (reason, findings),
                Err(Refused::Failed(_)) => unreachable!("`send` halts then"),
            };
            let answer = self.answer(step, &mut attempt, &reason, findings).await?;
            self.played.count(&reason, answer);
            if matches!(answer, Answer::LetBe | Answer::Waited) {
                return Ok(());
            }
        }
        self.played.left_undone += 1;
        Ok(())
    }

    async fn answer(
        &mut self,
        step: &Step,
        attempt: &mut Try,
        reason: &str,
        findings: Vec<Finding>,
    ) -> Result<Answer, Halt> {
        match reason {
            "UNSAFE" => self.weigh(step, attempt, findings).await,
            "VERSION_CONFLICT" => {
                let patient = self.patients.get(&step.client).copied().unwrap_or_default();
                let looked = self.gateway.look(&attempt.by, step.at, patient, self.last.clone()).await;
                if let Err(Refused::Failed(cause)) = looked {
                    return Err(Halt { command: "GetClient", cause });
                }
                // They have looked. Who counts along from receipts would not know it: a signature elsewhere has the chart
                // set its share aside.
                attempt.sees = Sees::Whatever;
                Ok(Answer::ReadAgain)
            }
            "BOXED_WARNING_NOT_ACKNOWLEDGED" => {
                let Body::PrescribeMedication(order) = &attempt.body else { return Ok(Answer::LetBe) };
                let explained = AcknowledgeBoxedWarningRequest { drug: order.drug.clone(), header: None };
                let body = Body::AcknowledgeBoxedWarning(explained);
                let by = attempt.by.clone();
                let done = self.send(step, &by, body, Sees::Whatever).await?;
                Ok(if done.is_ok() { Answer::Explained } else { Answer::LetBe })
            }
            "SCHEDULE_NOT_COVERED" if attempt.by != self.staff.prescribers[0] => {
                attempt.by = self.staff.prescribers[0].clone();
                Ok(Answer::AskedColleague)
            }
            _ => Ok(Answer::LetBe),
        }
    }

    /// What the safety check found: what can never be is left, what needs two is co-signed, the rest is answered.
    async fn weigh(
        &mut self,
        step: &Step,
        attempt: &mut Try,
        findings: Vec<Finding>,
    ) -> Result<Answer, Halt> {
        let any = |action: Action| findings.iter().any(|finding| finding.action() == action);
        let never = any(Action::Block) || any(Action::Space);
        if (never || any(Action::BlockUnlessCosigned))
            && let Some(other) = step.or_else.get(attempt.instead)
        {
            attempt.instead += 1;
            attempt.makes = None;
            attempt.body = other.clone();
            return Ok(Answer::ChoseAnother);
        }
        if never {
            return Ok(self.wait(step, &findings));
        }
        let mut answer = Answer::Acknowledged;
        for finding in findings {
            if finding.action() == Action::BlockUnlessCosigned {
                if !self.override_with_cosign(step, &attempt.by.clone(), &finding).await? {
                    return Ok(Answer::LetBe);
                }
                answer = Answer::Overridden;
            } else {
                acknowledge(&mut attempt.body, finding, step.at);
            }
        }
        Ok(answer)
    }

    fn wait(&mut self, step: &Step, findings: &[Finding]) -> Answer {
        let until = |finding: &Finding| {
            let until = finding.until?;
            Instant::from_micros(until.seconds.checked_mul(1_000_000)?).ok()
        };
        let blocked = findings.iter().any(|finding| finding.action() == Action::Block);
        let Some(until) = findings.iter().filter(|f| f.action() == Action::Space).map(until).max().flatten()
        else {
            return Answer::LetBe;
        };
        if blocked || until.days_since(step.at) > LONGEST_WAIT_DAYS {
            return Answer::LetBe;
        }
        self.waits += 1;
        let at = until.plus(std::time::Duration::from_hours(1));
        self.waiting.insert((at, self.waits), Step { at, ..step.clone() });
        Answer::Waited
    }

    /// Two clinicians take responsibility: the prescriber with a coded reason, the pharmacist beside.
    async fn override_with_cosign(
        &mut self,
        step: &Step,
        by: &Person,
        finding: &Finding,
    ) -> Result<bool, Halt> {
        let body = Body::OverrideInteraction(OverrideInteractionRequest {
            finding: finding.key.clone(),
            reason: OverrideReason::CrossTaper.into(),
            note: "Both only until the first one is stopped in three days; signs explained".to_owned(),
            header: None,
        });
        if self.send(step, by, body, Sees::Whatever).await?.is_err() {
            return Ok(false);
        }
        let body = Body::CosignOverride(CosignOverrideRequest { finding: finding.key.clone(), header: None });
        let pharmacist = self.staff.pharmacist.clone();
        Ok(self.send(step, &pharmacist, body, Sees::Whatever).await?.is_ok())
    }
}

/// The rules that ask until which day something short-term goes on.
const LIMITS_IN_TIME: &str = "duration.";

/// Days from a step on for which an answer to such a rule is given.
const LONGER_USE_DAYS: i64 = 28;

fn acknowledge(body: &mut Body, finding: Finding, at: Instant) {
    let limit = finding.key.as_ref().is_some_and(|key| key.rule.starts_with(LIMITS_IN_TIME));
    let given = Acknowledgement {
        finding: finding.key,
        reason: "Known to patient and team; benefit outweighs it; watched at every visit".to_owned(),
        longer_use: limit.then(|| chart::LongerUse {
            reason: chart::LongerUseReason::UntilAnotherActs.into(),
            until: at.plus_days(LONGER_USE_DAYS).day().to_string(),
        }),
    };
    let acknowledgements = if let Body::PrescribeMedication(order) = body {
        &mut order.acknowledgements
    } else if let Body::AdjustDose(change) = body {
        &mut change.acknowledgements
    } else if let Body::RenewMedication(renewal) = body {
        &mut renewal.acknowledgements
    } else if let Body::ResumeMedication(resumed) = body {
        &mut resumed.acknowledgements
    } else if let Body::PlanTitration(plan) = body {
        &mut plan.acknowledgements
    } else if let Body::AdvanceTitration(step) = body {
        &mut step.acknowledgements
    } else if let Body::SwitchMedication(chart::SwitchMedicationRequest { to: Some(order), .. }) = body {
        &mut order.acknowledgements
    } else {
        return;
    };
    acknowledgements.push(given);
}
