//! One connection, one token.

use concord_proto::concord::access::v1::access_service_client::AccessServiceClient;
use concord_proto::concord::access_log::v1::access_log_service_client::AccessLogServiceClient;
use concord_proto::concord::adherence::v1::adherence_service_client::AdherenceServiceClient;
use concord_proto::concord::assessment::v1::assessment_service_client::AssessmentServiceClient;
use concord_proto::concord::audit::v1::audit_service_client::AuditServiceClient;
use concord_proto::concord::care_team::v1::care_team_service_client::CareTeamServiceClient;
use concord_proto::concord::chart::v1::chart_service_client::ChartServiceClient;
use concord_proto::concord::command::v1::command_service_client::CommandServiceClient;
use concord_proto::concord::common::v1::CommandReceipt;
use concord_proto::concord::consent::v1::consent_service_client::ConsentServiceClient;
use concord_proto::concord::coordination::v1::coordination_service_client::CoordinationServiceClient;
use concord_proto::concord::episode::v1::episode_service_client::EpisodeServiceClient;
use concord_proto::concord::feed::v1::feed_service_client::FeedServiceClient;
use concord_proto::concord::follow_up::v1::follow_up_service_client::FollowUpServiceClient;
use concord_proto::concord::ledger::v1::ledger_service_client::LedgerServiceClient;
use concord_proto::concord::liaison::v1::liaison_service_client::LiaisonServiceClient;
use concord_proto::concord::outcomes::v1::outcome_service_client::OutcomeServiceClient;
use concord_proto::concord::plan::v1::plan_service_client::PlanServiceClient;
use concord_proto::concord::prescriber::v1::prescriber_service_client::PrescriberServiceClient;
use concord_proto::concord::prescription::v1::prescription_service_client::PrescriptionServiceClient;
use concord_proto::concord::program::v1::program_service_client::ProgramServiceClient;
use concord_proto::concord::recovery::v1::recovery_service_client::RecoveryServiceClient;
use concord_proto::concord::ruleset::v1::ruleset_service_client::RulesetServiceClient;
use concord_proto::concord::scales::v1::scale_service_client::ScaleServiceClient;
use concord_proto::concord::side_effects::v1::side_effect_service_client::SideEffectServiceClient;
use concord_proto::concord::therapist::v1::therapist_service_client::TherapistServiceClient;
use concord_proto::concord::timeline::v1::timeline_service_client::TimelineServiceClient;
use tonic::transport::Channel;

use crate::fault::Error;
use crate::{Asks, Authorised, Bearer, CommandStream, Connect, InvalidToken, Retry};

/// A caller of the API. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
    bearer: Bearer,
    retry: Retry,
}

impl Client {
    /// Connects to `endpoint`, such as `http://127.0.0.1:7443`, with a token as `concord token` prints it; [`Connect`] says
    /// more of how.
    ///
    /// # Errors
    ///
    /// [`Error::Token`] when the token cannot be sent, and those of [`Connect::open`].
    pub async fn connect(endpoint: impl Into<String>, token: &str) -> Result<Self, Error> {
        Connect::to(endpoint).bearing(Bearer::new(token)?).open().await
    }

    pub(crate) fn over(channel: Channel, bearer: Bearer) -> Self {
        Self { channel, bearer, retry: Retry::default() }
    }

    /// Uses a connection that exists.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when the token cannot be sent.
    pub fn with_channel(channel: Channel, token: &str) -> Result<Self, InvalidToken> {
        Ok(Self { channel, bearer: Bearer::new(token)?, retry: Retry::default() })
    }

    /// The same connection for somebody else.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when the token cannot be sent.
    pub fn acting_as(&self, token: &str) -> Result<Self, InvalidToken> {
        Ok(Self { bearer: Bearer::new(token)?, ..self.clone() })
    }

    /// The same caller with other patience.
    #[must_use]
    pub const fn retrying(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sends a command, and sends it again with the same command id while that can help; see [`Retry`].
    ///
    /// # Errors
    ///
    /// [`Error::Call`] with what the server said last.
    pub async fn send<A: Asks>(&self, asked: A) -> Result<CommandReceipt, Error> {
        let header = asked.header();
        let expects_version = header.is_some_and(|header| header.expected_version.is_some());
        let spread = header.and_then(|header| header.command_id.bytes().last()).unwrap_or_default();
        let mut sent = 1;
        loop {
            let error = match asked.clone().call(self).await {
                Ok(receipt) => return receipt.ok_or(Error::NoReceipt),
                Err(status) => Error::from(status),
            };
            let Error::Call(fault) = &error else { return Err(error) };
            let Some(wait) = self.retry.wait(fault, sent, expects_version, spread) else { return Err(error) };
            tokio::time::sleep(wait).await;
            sent += 1;
        }
    }

    /// Opens a stream on which many commands are in flight at once.
    ///
    /// # Errors
    ///
    /// [`Error::Call`] when the server does not take it.
    pub async fn stream(&self) -> Result<CommandStream, Error> {
        CommandStream::open(self.commands()).await
    }

    fn authorised(&self) -> Authorised {
        Authorised::new(self.channel.clone(), self.bearer.clone())
    }
}

/// Typed clients of the services, for what [`Client::send`] does not do: questions, watches, single sends.
macro_rules! services {
    ($($(#[$doc:meta])* $name:ident: $service:ident;)+) => {
        impl Client {$(
            $(#[$doc])*
            pub fn $name(&self) -> $service<Authorised> {
                $service::new(self.authorised())
            }
        )+}
    };
}

services! {
    /// Emergency access to records.
    access: AccessServiceClient;
    /// Stays in a program.
    episodes: EpisodeServiceClient;
    /// Assessments.
    assessments: AssessmentServiceClient;
    /// Medication charts.
    charts: ChartServiceClient;
    /// Side effects.
    side_effects: SideEffectServiceClient;
    /// Scores and risks.
    scales: ScaleServiceClient;
    /// Visits and cadence.
    follow_ups: FollowUpServiceClient;
    /// Care teams.
    care_teams: CareTeamServiceClient;
    /// Plans of stays.
    plans: PlanServiceClient;
    /// How those who treat a patient in different places keep in step.
    coordination: CoordinationServiceClient;
    /// How patients take what is ordered.
    adherence: AdherenceServiceClient;
    /// Recoveries.
    recoveries: RecoveryServiceClient;
    /// Prescriptions.
    prescriptions: PrescriptionServiceClient;
    /// The rules that decisions are judged by.
    rulesets: RulesetServiceClient;
    /// What may be disclosed.
    consents: ConsentServiceClient;
    /// What partners take, and what they tell.
    feeds: FeedServiceClient;
    /// Many commands on one stream.
    commands: CommandServiceClient;
    /// The log itself.
    ledger: LedgerServiceClient;
    /// What auditors ask, and what proves the log.
    audits: AuditServiceClient;
    /// Who looked at whose record.
    access_logs: AccessLogServiceClient;
    /// A therapist's questions.
    therapist: TherapistServiceClient;
    /// A prescriber's questions.
    prescriber: PrescriberServiceClient;
    /// A primary-care liaison's questions.
    liaison: LiaisonServiceClient;
    /// The program's questions.
    program: ProgramServiceClient;
    /// One client's history on the time axis.
    timeline: TimelineServiceClient;
    /// How a program's clients fare.
    outcomes: OutcomeServiceClient;
}
