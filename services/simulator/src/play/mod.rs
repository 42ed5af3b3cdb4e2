//! Has a script happen.

mod answer;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use concord_client::Error;
use concord_kernel::{IdSource, Instant, ManualClock, SeededIds, StreamKind};
use concord_proto::concord::chart::v1::ResolveInteractionRequest;
use concord_proto::concord::common::v1::{
    CommandHeader, CommandReceipt, Finding, FindingKey, Purpose, Token,
};
use tonic::Code;
use uuid::Uuid;

use crate::body::{name_of, set_header, stream_of};
use crate::cohort::{Cohort, Staff, timestamp};
use crate::gateway::{Gateway, Refused};
use crate::script::{Body, Deed, Exactly, Person, Sees, Step};

pub use answer::Answer;
pub use tally::{Played, Surprise, Tally};

/// How far a play has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps of the script that are done.
    pub done: usize,
    /// Steps of the script.
    pub steps: usize,
    /// What the clock shows.
    pub at: Instant,
}

/// A play came to a halt: the service failed.
#[derive(Debug, thiserror::Error)]
#[error("the service failed at step {step} of the script ({command})")]
pub struct Failed {
    /// Which step.
    pub step: usize,
    /// Which call.
    pub command: &'static str,
    /// What it answered.
    #[source]
    pub cause: Box<Error>,
}

/// Has the whole script happen, one command after the other: sets `clock` before each step, and answers refusals.
///
/// # Errors
///
/// [`Failed`] when the service fails; a refusal by a rule is no failure, it is counted.
pub async fn play<G: Gateway>(
    cohort: &Cohort,
    clock: &ManualClock,
    gateway: &mut G,
    mut progress: impl FnMut(Progress),
) -> Result<Played, Failed> {
    let mut player = Player::new(&cohort.staff, cohort.seed, gateway);
    player.patients = cohort.clients.iter().map(|client| client.patient).enumerate().collect();
    player.patients.extend(cohort.mistaken.iter().copied());
    let steps = cohort.steps.len();
    for (done, step) in cohort.steps.iter().enumerate() {
        while let Some(waited) = player.waited_until(step.at) {
            clock.advance_to(waited.at);
            player.perform(&waited).await.map_err(|failed| failed.at_step(done))?;
        }
        clock.advance_to(step.at);
        player.perform(step).await.map_err(|failed| failed.at_step(done))?;
        progress(Progress { done: done + 1, steps, at: step.at });
    }
    clock.advance_to(cohort.end());
    Ok(player.played)
}

/// What the service answered, before it is known at which step.
#[derive(Debug)]
pub(crate) struct Halt {
    command: &'static str,
    cause: Box<Error>,
}

impl Halt {
    pub(crate) fn at_step(self, step: usize) -> Failed {
        Failed { step, command: self.command, cause: self.cause }
    }
}

/// One stream of one client.
type StreamOf = (usize, StreamKind);

/// Acts for everybody in a script, and remembers what they know.
#[derive(Debug)]
pub struct Player<'a, G> {
    staff: &'a Staff,
    gateway: &'a mut G,
    ids: SeededIds,
    patients: BTreeMap<usize, Uuid>,
    /// The version of each stream after its last command, and the one before.
    versions: BTreeMap<StreamOf, (u64, u64)>,
    /// What has come about and not ended.
    there: BTreeSet<Uuid>,
    /// Interactions that came up and were not dealt with.
    raised: BTreeMap<usize, Vec<FindingKey>>,
    /// Steps that wait, by when they are tried again.
    waiting: BTreeMap<(Instant, usize), Step>,
    waits: usize,
    last: Option<Token>,
    /// What became of it so far.
    pub played: Played,
}

impl<'a, G: Gateway> Player<'a, G> {
    /// Acts through `gateway`, with command identifiers that follow from `seed`.
    pub fn new(staff: &'a Staff, seed: u64, gateway: &'a mut G) -> Self {
        Self {
            staff,
            gateway,
            ids: SeededIds::new(seed),
            patients: BTreeMap::new(),
            versions: BTreeMap::new(),
            there: BTreeSet::new(),
            raised: BTreeMap::new(),
            waiting: BTreeMap::new(),
            waits: 0,
            last: None,
            played: Played::default(),
        }
    }

    /// Knows one more client.
    pub(crate) fn treating(mut self, client: usize, patient: Uuid) -> Self {
        self.patients.insert(client, patient);
        self
    }

    /// Has one command happen and tells the findings that it brought up.
    pub(crate) async fn findings_of(&mut self, step: &Step) -> Result<Vec<Finding>, Halt> {
        let Deed::Command(body) = &step.deed else { return Ok(Vec::new()) };
        let answered = self.send(step, &step.by, body.as_ref().clone(), step.sees).await?;
        Ok(answered.map(|receipt| receipt.warnings).unwrap_or_default())
    }

    /// The next step whose waiting ends before `at`.
    fn waited_until(&mut self, at: Instant) -> Option<Step> {
        let first = self.waiting.first_entry()?;
        if first.key().0 < at { Some(first.remove()) } else { None }
    }

    pub(crate) async fn perform(&mut self, step: &Step) -> Result<(), Halt> {
        if !step.needs.iter().all(|needed| self.there.contains(needed)) {
            self.played.left_undone += 1;
            return Ok(());
        }
        match &step.deed {
            Deed::Command(body) => self.carry_out(step, body).await,
            Deed::SettleRaised(resolution) => self.settle(step, resolution).await,
            Deed::Exactly(told) => self.exactly(step, told).await,
        }
    }

    /// Has a command of a story happen, and keeps in mind when it goes otherwise than the story says.
    async fn exactly(&mut self, step: &Step, told: &Exactly) -> Result<(), Halt> {
        let body = told.body.as_ref().clone();
        let command = name_of(&body);
        let answered = self.send_about(step, &step.by, body, step.sees, told.effective_at).await;
        let (came, rules) = match answered {
            Ok(Ok(_)) => (None, Vec::new()),
            Ok(Err(Refused::Rule { reason, findings })) => {
                (Some(reason), findings.into_iter().filter_map(|f| f.key).map(|key| key.rule).collect())
            }
            Ok(Err(Refused::Failed(_))) => unreachable!("`send` halts then"),
            // What the form does not take is a mistake like others.
            Err(Halt { command, cause }) => match *cause {
                Error::Call(fault) if fault.code == Code::InvalidArgument => (Some(fault.reason), Vec::new()),
                cause @ (Error::Call(_)
                | Error::Connect(_)
                | Error::Token(_)
                | Error::InTheClear
                | Error::StreamEnded
                | Error::NoReceipt) => return Err(Halt { command, cause: Box::new(cause) }),
            },
        };
        match told.refused {
            expected if expected == came.as_deref() => {
                *self.played.mistakes.entry(expected.unwrap_or_default()).or_default() +=
                    u64::from(expected.is_some());
            }
            expected => {
                let story = told.story;
                self.played.surprises.push(Surprise { story, command, expected, came, rules });
            }
        }
        Ok(())
    }

    async fn settle(&mut self, step: &Step, resolution: &str) -> Result<(), Halt> {
        for finding in self.raised.remove(&step.client).unwrap_or_default() {
            let body = Body::ResolveInteraction(ResolveInteractionRequest {
                finding: Some(finding),
                resolution: resolution.to_owned(),
                header: None,
            });
            self.carry_out(step, &body).await?;
        }
        Ok(())
    }

    /// Sends one command of a client's record; a refusal is counted and returned.
    async fn send(
        &mut self,
        step: &Step,
        by: &Person,
        body: Body,
        sees: Sees,
    ) -> Result<Result<CommandReceipt, Refused>, Halt> {
        self.send_about(step, by, body, sees, None).await
    }

    /// The same, of something that took effect at another time.
    async fn send_about(
        &mut self,
        step: &Step,
        by: &Person,
        mut body: Body,
        sees: Sees,
        effective_at: Option<Instant>,
    ) -> Result<Result<CommandReceipt, Refused>, Halt> {
        let stream = (step.client, stream_of(&body));
        let (latest, before) = self.versions.get(&stream).copied().unwrap_or_default();
        let expected_version = match sees {
            Sees::Whatever => None,
            Sees::Latest => Some(latest),
            Sees::OneBehind => Some(before),
        };
        let patient = self.patients.get(&step.client).copied().unwrap_or_default();
        // Rules, feeds and rights to sign are about the program and no patient.
        let of_program =
            matches!(stream.1, StreamKind::Ruleset | StreamKind::Feed | StreamKind::SigningRights);
        let (patient_id, purpose) = if of_program {
            (String::new(), Purpose::Operations)
        } else {
            (patient.to_string(), Purpose::Treatment)
        };
        let header = CommandHeader {
            command_id: self.ids.next().to_string(),
            patient_id,
            purpose: purpose.into(),
            expected_version,
            effective_at: effective_at.map(timestamp),
            ..CommandHeader::default()
        };
        let name = name_of(&body);
        let raises = raises(&body);
        set_header(&mut body, header);
        self.played.commands += 1;
        match self.gateway.send(by, step.at, body).await {
            Ok(receipt) => {
                self.remember(stream, &receipt, raises);
                *self.played.kinds.entry(name).or_default() += 1;
                Ok(Ok(receipt))
            }
            Err(Refused::Failed(cause)) => Err(Halt { command: name, cause }),
            Err(refused @ Refused::Rule { .. }) => Ok(Err(refused)),
        }
    }

    fn remember(&mut self, stream: StreamOf, receipt: &CommandReceipt, brings_up: bool) {
        self.played.accepted += 1;
        self.played.events += u64::from(receipt.events);
        let version = receipt.stream_version;
        let before = version.saturating_sub(u64::from(receipt.events));
        self.versions.insert(stream, (version, before));
        self.last.clone_from(&receipt.token);
        self.played.head = receipt.token.as_ref().map_or(self.played.head, |token| token.position);
        if brings_up {
            let raised = self.raised.entry(stream.0).or_default();
            for finding in receipt.warnings.iter().filter_map(|finding| finding.key.as_ref()) {
                if !raised.contains(finding) {
                    raised.push(finding.clone());
                }
            }
        }
    }
}

/// Whether what the command brings up must be dealt with by somebody afterwards.
const fn raises(body: &Body) -> bool {
    matches!(body, Body::RecordOutsideMedication(_) | Body::RecordResult(_) | Body::RecordCondition(_))
}
