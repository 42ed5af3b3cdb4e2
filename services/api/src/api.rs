//! All services together.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use concord_access::{Authenticator, Policies};
use concord_kernel::Clock;
use concord_proto::FILE_DESCRIPTOR_SET;
use concord_proto::concord::access::v1::access_service_server::AccessServiceServer;
use concord_proto::concord::access_log::v1::access_log_service_server::AccessLogServiceServer;
use concord_proto::concord::adherence::v1::adherence_service_server::AdherenceServiceServer;
use concord_proto::concord::assessment::v1::assessment_service_server::AssessmentServiceServer;
use concord_proto::concord::audit::v1::audit_service_server::AuditServiceServer;
use concord_proto::concord::care_team::v1::care_team_service_server::CareTeamServiceServer;
use concord_proto::concord::chart::v1::chart_service_server::ChartServiceServer;
use concord_proto::concord::command::v1::command_service_server::CommandServiceServer;
use concord_proto::concord::consent::v1::consent_service_server::ConsentServiceServer;
use concord_proto::concord::coordination::v1::coordination_service_server::CoordinationServiceServer;
use concord_proto::concord::episode::v1::episode_service_server::EpisodeServiceServer;
use concord_proto::concord::feed::v1::feed_service_server::FeedServiceServer;
use concord_proto::concord::follow_up::v1::follow_up_service_server::FollowUpServiceServer;
use concord_proto::concord::ledger::v1::ledger_service_server::LedgerServiceServer;
use concord_proto::concord::liaison::v1::liaison_service_server::LiaisonServiceServer;
use concord_proto::concord::outcomes::v1::outcome_service_server::OutcomeServiceServer;
use concord_proto::concord::plan::v1::plan_service_server::PlanServiceServer;
use concord_proto::concord::prescriber::v1::prescriber_service_server::PrescriberServiceServer;
use concord_proto::concord::prescription::v1::prescription_service_server::PrescriptionServiceServer;
use concord_proto::concord::program::v1::program_service_server::ProgramServiceServer;
use concord_proto::concord::recovery::v1::recovery_service_server::RecoveryServiceServer;
use concord_proto::concord::ruleset::v1::ruleset_service_server::RulesetServiceServer;
use concord_proto::concord::scales::v1::scale_service_server::ScaleServiceServer;
use concord_proto::concord::side_effects::v1::side_effect_service_server::SideEffectServiceServer;
use concord_proto::concord::therapist::v1::therapist_service_server::TherapistServiceServer;
use concord_proto::concord::timeline::v1::timeline_service_server::TimelineServiceServer;
use concord_tls::ServerTls;
use futures::{Stream, StreamExt, TryStreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::server::HealthReporter;
use tonic_web::GrpcWebLayer;
use tower::util::MapResponseLayer;

use crate::access::Accesses;
use crate::access_log::AccessLogs;
use crate::arrival::{Arrival, Arrivals};
use crate::asked::Commands;
use crate::audit::Audits;
use crate::gather::Gather;
use crate::ledger::Ledgers;
use crate::observe::Observe;
use crate::oversize::explained_answer;
use crate::query::Questions;
use crate::{Door, Limits, Tenants};

/// What a caller may send on one stream before it is read.
const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;

/// What a caller may send on one connection before it is read.
const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// What the API is made of.
pub struct ApiParts {
    /// Knows who is calling.
    pub authenticator: Authenticator,
    /// Decide who may do what.
    pub policies: Arc<Policies>,
    /// Tells when tokens end.
    pub clock: Arc<dyn Clock>,
    /// Whose records are served.
    pub tenants: Tenants,
    /// What is taken at once.
    pub limits: Limits,
}

/// The gRPC API: every service, with health, reflection and gRPC-Web.
pub struct Api {
    routes: Routes,
    door: Door,
    limits: Limits,
}

impl Api {
    /// Puts the services together; `health` says how they are.
    pub fn new(parts: ApiParts, health: HealthReporter) -> Self {
        let ApiParts { authenticator, policies, clock, tenants, limits } = parts;
        let door = Door::new(authenticator, policies, clock, tenants, limits);
        let mut routes = Routes::builder();
        add_commands(&mut routes, &Commands(door.clone()), limits.message_bytes);
        add_questions(&mut routes, &Questions(door.clone()), limits.message_bytes);
        routes.add_service(
            AccessServiceServer::new(Accesses::new(&door)).max_decoding_message_size(limits.message_bytes),
        );
        routes.add_service(
            LedgerServiceServer::new(Ledgers(door.clone())).max_decoding_message_size(limits.message_bytes),
        );
        routes.add_service(
            AuditServiceServer::new(Audits::new(door.clone()))
                .max_decoding_message_size(limits.message_bytes),
        );
        routes.add_service(
            AccessLogServiceServer::new(AccessLogs(door.clone()))
                .max_decoding_message_size(limits.message_bytes),
        );
        add_tools(&mut routes, health);
        let oversize = MapResponseLayer::new(move |answer| explained_answer(answer, limits.message_bytes));
        let routes =
            routes.routes().into_axum_router().layer(oversize).layer((Observe::new(), Arrivals)).into();
        Self { routes, door, limits }
    }

    /// The services alone, to be served beside others; [`Door::close`] ends the streams that would go on for ever.
    pub fn into_routes(self) -> (Routes, Door) {
        (self.routes, self.door)
    }

    /// Who comes in, for whoever looks after it while the API serves.
    pub fn door(&self) -> Door {
        self.door.clone()
    }

    /// Serves `listener` until `closing` is over, then finishes the calls that were begun. Streams that would go on for
    /// ever end then: watchers and followers at once, streams of commands with the answers to what they had begun.
    ///
    /// # Errors
    ///
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        closing: impl Future<Output = ()>,
    ) -> Result<(), tonic::transport::Error> {
        // Without it, an answer waits for the caller's delayed acknowledgement: 40 ms at a time under load.
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).map_ok(|connection| {
            let arrival = Arrival::plain(&connection);
            Gather::new(connection, arrival)
        });
        self.serve_connections(incoming, closing).await
    }

    /// The same over TLS, with what `tls` shows to callers at the time.
    ///
    /// # Errors
    ///
    /// When the listener fails.
    pub async fn serve_tls(
        self,
        listener: TcpListener,
        tls: Arc<ServerTls>,
        closing: impl Future<Output = ()>,
    ) -> Result<(), tonic::transport::Error> {
        let authenticator = self.door.authenticator();
        let incoming = concord_tls::accept(listener, tls).map(move |connection| {
            let arrival = Arrival::secured(&connection, &authenticator);
            Ok::<_, Infallible>(Gather::new(connection, arrival))
        });
        self.serve_connections(incoming, closing).await
    }

    async fn serve_connections<C, E>(
        self,
        incoming: impl Stream<Item = Result<Gather<C>, E>>,
        closing: impl Future<Output = ()>,
    ) -> Result<(), tonic::transport::Error>
    where
        C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Self { routes, door, limits } = self;
        let closing = async move {
            closing.await;
            door.close();
        };
        Server::builder()
            .accept_http1(true)
            .max_concurrent_streams(limits.calls_per_connection)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .layer(GrpcWebLayer::new())
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, closing)
            .await
    }
}

fn add_commands(routes: &mut tonic::service::RoutesBuilder, commands: &Commands, bytes: usize) {
    routes
        .add_service(EpisodeServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(AssessmentServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(ChartServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(SideEffectServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(ScaleServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(FollowUpServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(CareTeamServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(PlanServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(CoordinationServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(AdherenceServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(RecoveryServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(PrescriptionServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(ConsentServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(FeedServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(RulesetServiceServer::new(commands.clone()).max_decoding_message_size(bytes))
        .add_service(CommandServiceServer::new(commands.clone()).max_decoding_message_size(bytes));
}

fn add_questions(routes: &mut tonic::service::RoutesBuilder, questions: &Questions, bytes: usize) {
    routes
        .add_service(TherapistServiceServer::new(questions.clone()).max_decoding_message_size(bytes))
        .add_service(PrescriberServiceServer::new(questions.clone()).max_decoding_message_size(bytes))
        .add_service(LiaisonServiceServer::new(questions.clone()).max_decoding_message_size(bytes))
        .add_service(ProgramServiceServer::new(questions.clone()).max_decoding_message_size(bytes))
        .add_service(TimelineServiceServer::new(questions.clone()).max_decoding_message_size(bytes))
        .add_service(OutcomeServiceServer::new(questions.clone()).max_decoding_message_size(bytes));
}

fn add_tools(routes: &mut tonic::service::RoutesBuilder, health: HealthReporter) {
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let v1 = reflection().build_v1().expect("the descriptor set was written by the build");
    let v1alpha = reflection().build_v1alpha().expect("the descriptor set was written by the build");
    let health = tonic_health::pb::health_server::HealthServer::new(
        tonic_health::server::HealthService::from_health_reporter(health),
    );
    routes.add_service(v1).add_service(v1alpha).add_service(health);
}
