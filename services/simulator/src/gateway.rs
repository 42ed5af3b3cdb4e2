//! Where commands go.

use std::collections::BTreeMap;
use std::fmt;

use concord_client::{Client, Error, Fault};
use concord_kernel::{Actor, Instant, PersonId, Role};
use concord_proto::concord::common::v1::{CommandReceipt, Finding, Token};
use concord_proto::concord::prescriber::v1::GetClientRequest;
use tonic::Code;
use uuid::Uuid;

use crate::script::{Body, Person};

/// How one command went.
pub type Answered = Result<CommandReceipt, Refused>;

/// Why a command did not take effect.
#[derive(Debug)]
pub enum Refused {
    /// A rule refuses it: an answer that somebody can act on.
    Rule {
        /// The stable name of the rule, such as `UNSAFE`.
        reason: String,
        /// Findings of the safety check that stand against it.
        findings: Vec<Finding>,
    },
    /// The service failed; nobody can go on.
    Failed(Box<Error>),
}

/// Takes commands and questions of many people.
pub trait Gateway {
    /// Sends one command as `by`, whose clock shows `now`.
    fn send(&mut self, by: &Person, now: Instant, body: Body) -> impl Future<Output = Answered> + Send;

    /// Looks at the patient's chart as `by`, as it is at `token` or later.
    fn look(
        &mut self,
        by: &Person,
        now: Instant,
        patient: Uuid,
        token: Option<Token>,
    ) -> impl Future<Output = Result<(), Refused>> + Send;
}

/// Signs a token that is good for at least [`Remote::RENEW_AFTER_HOURS`] from the instant.
type Sign = Box<dyn Fn(&Actor, Instant) -> String + Send + Sync>;

/// The public gRPC API, over one connection.
pub struct Remote {
    client: Client,
    sign: Sign,
    tokens: BTreeMap<(PersonId, Role), (Instant, Client)>,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("people", &self.tokens.len()).finish_non_exhaustive()
    }
}

impl Remote {
    /// Hours after which a person gets a new token; `sign` makes tokens that last longer.
    pub const RENEW_AFTER_HOURS: u64 = 8;

    /// Sends over the connection of `client`; `sign` makes the token of each person.
    pub fn new(client: Client, sign: impl Fn(&Actor, Instant) -> String + Send + Sync + 'static) -> Self {
        Self { client, sign: Box::new(sign), tokens: BTreeMap::new() }
    }

    fn acting_as(&mut self, by: &Person, now: Instant) -> Result<Client, Refused> {
        let fresh = |(since, client): &(Instant, Client)| {
            (now.since(*since).as_secs() < Self::RENEW_AFTER_HOURS * 3_600).then(|| client.clone())
        };
        if let Some(client) = self.tokens.get(&(by.id, by.role)).and_then(fresh) {
            return Ok(client);
        }
        let token = (self.sign)(&by.actor(), now);
        let client = self.client.acting_as(&token).map_err(|bad| Refused::Failed(Box::new(bad.into())))?;
        self.tokens.insert((by.id, by.role), (now, client.clone()));
        Ok(client)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Call(fault) if is_rule(&fault) => {
                let findings = fault.refusal.map(|refusal| refusal.findings).unwrap_or_default();
                Self::Rule { reason: fault.reason, findings }
            }
            failed @ (Error::Call(_)
            | Error::Connect(_)
            | Error::Token(_)
            | Error::InTheClear
            | Error::StreamEnded
            | Error::NoReceipt) => Self::Failed(Box::new(failed)),
        }
    }
}

fn is_rule(fault: &Fault) -> bool {
    let refuses = matches!(fault.code, Code::FailedPrecondition | Code::Aborted | Code::PermissionDenied);
    refuses && !fault.reason.is_empty()
}

macro_rules! send_each {
    ($body:ident, $client:ident: $($name:ident)+) => {
        match $body { $(Body::$name(request) => $client.send(request).await,)+ }
    };
}

impl Gateway for Remote {
    async fn send(&mut self, by: &Person, now: Instant, body: Body) -> Answered {
        let client = self.acting_as(by, now)?;
        let answered = send_each!(body, client:
            ReferPatient ScreenCandidate WaitlistPatient AdmitPatient ChangePhase PauseEpisode ResumeEpisode
            DischargePatient StartAssessment RecordSection CompleteAssessment DecideIndication ReopenAssessment
            RecordCharacteristics ConfirmNoKnownAllergies RecordAllergy RefuteAllergy RecordCondition
            ResolveCondition RecordResult RecordOutsideMedication EndOutsideMedication RecordLastDose
            RecordNeverTaken ReconcileMedications CheckSafety AcknowledgeBoxedWarning OverrideInteraction CosignOverride
            ResolveInteraction PrescribeMedication AdjustDose HoldMedication ResumeMedication PlanTaper
            StopMedication RenewMedication CorrectOrder PlanTitration AdvanceTitration CancelTitration SwitchMedication ReportSideEffect TriageSideEffect DecideSideEffect
            ResolveSideEffect RecordBreach AdministerScale ResolveRisk ScheduleVisit RecordVisit MarkNoShow
            ChangeCadence AddMember RemoveMember DraftPlan RevisePlan AgreePlan AddGoal MeetGoal DropGoal
            LinkGoalToMedication RecordSharedDecision RaiseConcern AnswerConcern RecordEducation
            RecordTherapyParticipation RecordLifeChange ReviewMedication PlanSupport FinishSupport
            RecordSharingConsent RevokeSharingConsent SharePlan RecordOutsideUpdate ReviewOutsideUpdate RequestConsult
            AnswerConsult RaiseConflict ResolveConflict AcknowledgeChanges
            ScheduleReminder CancelReminder RecordReminderSent RecordCheckIn FollowUpCheckIn RecordDoseTaken
            RecordDoseMissed DecideMissedDoses MeasureAdherence RaiseBarrier RemoveBarrier PermitFamily
            WithdrawFamily EngageFamily
            StartInduction ClearFirstDose RecordObservedDose CompleteInduction AbandonInduction RecordSubstanceUse
            RecordRelapse ReviewRelapse RecordDrugScreen ReportOverdose ReviewOverdose OfferNaloxone
            RecordNaloxoneChallenge RecordOtpDose MeasureRetention ReviewResult WaiveTest
            GiveInjection RecordInjectionGiven DecideLateInjection AttestTolerability RecordInjectionOverdue
            ReviewInjection AssessResponse
            RecordPdmpCheck DraftPrescription MarkPrescriptionReady SignPrescription RecordTransmission RecordPharmacyStatus PrintPrescription CancelPrescription RecordCancelAnswer RecordFill ProposeChange AnswerChange RequestRenewal AnswerRenewal ExpirePrescription
            RecordOutreach DecideBridging
            BreakGlass ReviewBreakGlass ProposeSigningRight ConfirmSigningRight RevokeSigningRight
            ProposeRuleset SignRuleset RejectRuleset GiveConsent RevokeConsent RestrictDisclosure EndRestriction
            OpenSubscription CloseSubscription ReviewContribution);
        Ok(answered?)
    }

    async fn look(
        &mut self,
        by: &Person,
        now: Instant,
        patient: Uuid,
        token: Option<Token>,
    ) -> Result<(), Refused> {
        let client = self.acting_as(by, now)?;
        let question = GetClientRequest { patient_id: patient.to_string(), min_position: token };
        client.prescriber().get_client(question).await.map_err(Error::from)?;
        Ok(())
    }
}
