//! The API on a socket, over a ledger in memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use concord_access::{Authenticator, LocalTokens};
use concord_client::{Client, Retry};
use concord_executor::{Executor, ExecutorOptions};
use concord_kernel::{
    Actor, Clock, CommandId, Credentials, Instant, LedgerId, ManualClock, PersonId, Role, SeededIds,
    StreamRef, TenantId, Token,
};
use concord_knowledge::Ruleset;
use concord_ledger::{
    Append, AppendError, Appended, Entry, Filter, Head, Ledger, MemoryLedger, Page, ReadError, Receipt,
};
use concord_projection::{Options, Setup, SqliteStore};
use concord_proto::concord::episode::v1::ReferPatientRequest;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tonic::transport::Channel;
use uuid::Uuid;

use super::samples::Sample;
use crate::{Api, ApiParts, Limits, Tenant, Tenants};

const NOON: &str = "2026-03-02T12:00:00Z";
const KEY: &[u8] = b"a key of thirty-two bytes or more";

/// A running service; it ends when this is dropped.
pub(super) struct Service {
    pub(super) clock: Arc<ManualClock>,
    pub(super) channel: Channel,
    tokens: LocalTokens,
    _closing: oneshot::Sender<()>,
    _folder: TempDir,
}

impl Service {
    pub(super) async fn start() -> Self {
        Self::start_with(Limits::default(), |ledger| ledger).await
    }

    pub(super) async fn start_with(
        limits: Limits,
        wrap: impl FnOnce(Arc<dyn Ledger>) -> Arc<dyn Ledger>,
    ) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Instant::parse(NOON).unwrap()));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let id = LedgerId::clinical(tenant());
        let ledger = wrap(Arc::new(MemoryLedger::new(id, Arc::clone(&shared), Arc::new(SeededIds::new(1)))));
        let executor = Executor::new(
            Arc::clone(&ledger),
            Arc::clone(&shared),
            Ruleset::embedded(),
            ExecutorOptions::default(),
        );
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("views.db")).unwrap();
        let setup = Setup::new(Arc::clone(&ledger), Arc::new(store), Arc::clone(&shared), Options::default());
        let views = Some(concord_views::all(setup).start().unwrap());
        let tenants = Tenants::new([(tenant(), Tenant { executor, ledger, views })]);
        let authenticator = Authenticator::new(LocalTokens::new(KEY).unwrap());
        let parts = ApiParts { authenticator, clock: shared, tenants, limits };
        let api = Api::new(parts, tonic_health::server::HealthReporter::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (closing, closed) = oneshot::channel::<()>();
        tokio::spawn(async move {
            api.serve(listener, async {
                let _ended = closed.await;
            })
            .await
        });
        let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = endpoint.connect().await.unwrap();
        Self { clock, channel, tokens: LocalTokens::new(KEY).unwrap(), _closing: closing, _folder: folder }
    }

    pub(super) fn token(&self, role: Role, tenant: &TenantId) -> String {
        let actor = Actor {
            id: PersonId::new(Uuid::from_u128(900 + role as u128)),
            role,
            credentials: Credentials::default(),
        };
        self.tokens.sign(tenant, &actor, self.clock.now(), Duration::from_hours(1))
    }

    pub(super) fn acting_as(&self, role: Role) -> Client {
        let client = Client::with_channel(self.channel.clone(), &self.token(role, &tenant())).unwrap();
        client.retrying(Retry { attempts: 1, ..Retry::default() })
    }
}

pub(super) fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

/// Refers patient number `patient` under command number `command`.
pub(super) fn referral(command: u128, patient: u128) -> ReferPatientRequest {
    let header = concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(patient));
    ReferPatientRequest { header: Some(header), ..ReferPatientRequest::sample() }
}

/// A ledger whose appends never come to an end.
pub(super) struct Stalled(pub(super) Arc<dyn Ledger>);

#[async_trait]
impl Ledger for Stalled {
    fn id(&self) -> &LedgerId {
        self.0.id()
    }

    async fn append(&self, _: Append) -> Result<Appended, AppendError> {
        std::future::pending().await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.0.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.0.read_stream(stream, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        self.0.read(after, filter, limit).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.0.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.0.watch()
    }
}
