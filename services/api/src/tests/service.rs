//! The API on a socket, over a ledger in memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use concord_access::{Authenticator, LocalTokens, Policies};
use concord_client::{Client, Retry};
use concord_executor::{Executor, ExecutorOptions};
use concord_feed::{Feed, InLedger, PartnerKeys, Parts};
use concord_kernel::{
    Actor, Clock, CommandId, Credentials, IdSource, Instant, LedgerId, ManualClock, OrganisationId, PersonId,
    Role, SeededIds, StreamRef, TenantId, Token,
};
use concord_knowledge::Ruleset;
use concord_ledger::{
    Append, AppendError, Appended, Entry, Filter, Head, Ledger, MemoryLedger, Page, ReadError, Receipt,
};
use concord_looks::Looks;
use concord_projection::{Options, Projections, Setup, SqliteStore, State};
use concord_proto::concord::care_team::v1::AddMemberRequest;
use concord_proto::concord::common::v1 as pb;
use concord_proto::concord::coordination::v1::{RecordSharingConsentRequest, SharedPart};
use concord_proto::concord::episode::v1::ReferPatientRequest;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use uuid::Uuid;

use super::samples::Sample;
use crate::{Api, ApiParts, Limits, Tenant, Tenants};

const NOON: &str = "2026-03-02T12:00:00Z";
pub(super) const KEY: &[u8] = b"a key of thirty-two bytes or more";

/// A running service; it ends when this is dropped.
pub(super) struct Service {
    pub(super) clock: Arc<ManualClock>,
    pub(super) channel: Channel,
    closing: oneshot::Sender<()>,
    served: JoinHandle<Result<(), tonic::transport::Error>>,
    pub(super) address: SocketAddr,
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
        let clock = noon();
        let id = LedgerId::clinical(tenant());
        let memory = MemoryLedger::new(id, Arc::clone(&clock) as _, Arc::new(SeededIds::new(1)));
        Self::start_over(limits, clock, wrap(Arc::new(memory))).await
    }

    /// One over `ledger`, whose time is `clock`'s too.
    pub(super) async fn start_over(limits: Limits, clock: Arc<ManualClock>, ledger: Arc<dyn Ledger>) -> Self {
        Self::start_beside(limits, clock, ledger, Vec::new()).await
    }

    /// The same, which serves others beside it; they have no views.
    pub(super) async fn start_beside(
        limits: Limits,
        clock: Arc<ManualClock>,
        ledger: Arc<dyn Ledger>,
        others: Vec<(TenantId, Arc<dyn Ledger>)>,
    ) -> Self {
        let authenticator = Authenticator::new(LocalTokens::new(KEY).unwrap());
        let (folder, parts) = parts_over(limits, &clock, ledger, others, authenticator).await;
        let api = Api::new(parts, tonic_health::server::HealthReporter::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (closing, closed) = oneshot::channel::<()>();
        let served = tokio::spawn(async move {
            api.serve(listener, async {
                let _ended = closed.await;
            })
            .await
        });
        let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = endpoint.connect().await.unwrap();
        Self { clock, channel, closing, served, address, _folder: folder }
    }

    /// Asks the service to close, and waits until it has.
    pub(super) async fn close(self) {
        // The other end waits for this, or for it to be dropped.
        let _told = self.closing.send(());
        drop(self.channel);
        self.served.await.unwrap().unwrap();
    }

    pub(super) fn token(&self, role: Role, tenant: &TenantId) -> String {
        signed(role, tenant, self.clock.now())
    }

    pub(super) fn acting_as(&self, role: Role) -> Client {
        self.acting_for(role, &tenant())
    }

    pub(super) fn acting_for(&self, role: Role, tenant: &TenantId) -> Client {
        let client = Client::with_channel(self.channel.clone(), &self.token(role, tenant)).unwrap();
        client.retrying(Retry { attempts: 1, ..Retry::default() })
    }
}

/// What a service over an empty ledger is made of, and the folder of its views.
pub(super) async fn parts(
    limits: Limits,
    clock: Arc<ManualClock>,
    authenticator: Authenticator,
) -> (TempDir, ApiParts) {
    let id = LedgerId::clinical(tenant());
    let memory = MemoryLedger::new(id, Arc::clone(&clock) as _, Arc::new(SeededIds::new(1)));
    parts_over(limits, &clock, Arc::new(memory), Vec::new(), authenticator).await
}

async fn parts_over(
    limits: Limits,
    clock: &Arc<ManualClock>,
    ledger: Arc<dyn Ledger>,
    others: Vec<(TenantId, Arc<dyn Ledger>)>,
    authenticator: Authenticator,
) -> (TempDir, ApiParts) {
    let shared: Arc<dyn Clock> = Arc::clone(clock) as _;
    let executor = Executor::new(
        Arc::clone(&ledger),
        Arc::clone(&shared),
        Ruleset::embedded(),
        ExecutorOptions::default(),
    );
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("views.db")).unwrap();
    let setup = Setup::new(Arc::clone(&ledger), Arc::new(store), Arc::clone(&shared), Options::default());
    let views = concord_views::all(setup).start().unwrap();
    answering(&views).await;
    let views = Some(views);
    let looks = looks(clock);
    let feeds = Some(feeds(&ledger, &looks, &shared));
    let own = (tenant(), Tenant { executor, ledger, looks: looks.clone(), views, proofs: None, feeds });
    let others = others.into_iter().map(|(id, ledger)| {
        let (clock, options) = (Arc::clone(&shared), ExecutorOptions::default());
        let executor = Executor::new(Arc::clone(&ledger), clock, Ruleset::embedded(), options);
        (id, Tenant { executor, ledger, looks: looks.clone(), views: None, proofs: None, feeds: None })
    });
    let tenants = Tenants::new(others.chain([own]));
    (folder, ApiParts { authenticator, policies: Policies::embedded(), clock: shared, tenants, limits })
}

/// Who looks, in memory.
fn looks(clock: &Arc<ManualClock>) -> Looks {
    let (id, ids) = (LedgerId::access(tenant()), Arc::new(SeededIds::new(2)));
    let ledger = MemoryLedger::new(id, Arc::clone(clock) as _, Arc::clone(&ids) as _);
    Looks::new(Arc::new(ledger), Arc::clone(clock) as _, ids, concord_looks::Limits::default())
}

/// Waits until every view answers: at its start, each is built first.
async fn answering(views: &Projections) {
    for status in views.statuses() {
        let mut status = views.watch(status.view.name).unwrap();
        status.wait_for(|status| status.state == State::Live).await.unwrap();
    }
}

/// What partners take; disclosures are on record where looks are.
fn feeds(ledger: &Arc<dyn Ledger>, looks: &Looks, clock: &Arc<dyn Clock>) -> Feed {
    // Other identifiers than those of looks: they name commands of one ledger.
    let ids: Arc<dyn IdSource> = Arc::new(SeededIds::new(3));
    Feed::new(Parts {
        tenant: tenant(),
        ledger: Arc::clone(ledger),
        disclosures: Arc::new(InLedger::new(Arc::clone(looks.ledger()), ids)),
        keys: PartnerKeys::new([7; PartnerKeys::BYTES]),
        clock: Arc::clone(clock),
    })
}

/// A clock that stands at noon.
pub(super) fn noon() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(Instant::parse(NOON).unwrap()))
}

/// A token of the services here, for the one person in that role.
pub(super) fn signed(role: Role, tenant: &TenantId, now: Instant) -> String {
    let id = PersonId::new(Uuid::from_u128(900 + role as u128));
    let actor = Actor { id, role, credentials: Credentials::default() };
    // A partner acts for a clinic.
    let clinic = OrganisationId::parse("riverside").unwrap();
    let organisation = (role == Role::Partner).then_some(&clinic);
    LocalTokens::new(KEY).unwrap().sign_for(tenant, &actor, organisation, now, Duration::from_hours(1))
}

pub(super) fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

/// Refers patient number `patient` under command number `command`.
pub(super) fn referral(command: u128, patient: u128) -> ReferPatientRequest {
    let header = concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(patient));
    ReferPatientRequest { header: Some(header), ..ReferPatientRequest::sample() }
}

/// The person in that role whose token [`Service::token`] signs.
pub(super) fn person(role: Role) -> String {
    Uuid::from_u128(900 + role as u128).to_string()
}

/// Takes that person into the care team of patient number `patient` under command number `command`.
pub(super) fn joining(command: u128, patient: u128, role: Role, encoded: pb::Role) -> AddMemberRequest {
    AddMemberRequest {
        header: Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(patient))),
        person_id: person(role),
        role: encoded.into(),
        name: "somebody".to_owned(),
        organisation: "a practice".to_owned(),
    }
}

/// Records that patient number `patient` signed that the person of `role`, who is outside the program, may have everything.
pub(super) fn signing(command: u128, patient: u128, role: Role) -> RecordSharingConsentRequest {
    use SharedPart::{Allergies, Diagnoses, Medications, Plan, Results, SubstanceUse};
    RecordSharingConsentRequest {
        header: Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(patient))),
        recipient_id: person(role),
        parts: [Plan, Medications, Allergies, Diagnoses, Results, SubstanceUse].map(i32::from).to_vec(),
        signed_on: "2026-03-01".to_owned(),
        expires_on: "2027-02-28".to_owned(),
    }
}

/// A ledger whose appends wait for the gate to be opened: for a permit each.
pub(super) struct Gated {
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) gate: Arc<Semaphore>,
    /// Has a permit for each append that came to the gate.
    pub(super) come: Arc<Semaphore>,
}

impl Gated {
    /// One whose gate is never opened.
    pub(super) fn stalled(ledger: Arc<dyn Ledger>) -> Arc<dyn Ledger> {
        let closed = || Arc::new(Semaphore::new(0));
        Arc::new(Self { ledger, gate: closed(), come: closed() })
    }
}

#[async_trait]
impl Ledger for Gated {
    fn id(&self) -> &LedgerId {
        self.ledger.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.come.add_permits(1);
        self.gate.acquire().await.unwrap().forget();
        self.ledger.append(append).await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.ledger.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.ledger.read_stream(stream, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        self.ledger.read(after, filter, limit).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.ledger.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.ledger.watch()
    }
}
