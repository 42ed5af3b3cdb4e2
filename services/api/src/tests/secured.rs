//! Calls over TLS: who is known by a certificate, and what a token may come over.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use concord_access::{Authenticator, Client as Known, Clients, LocalTokens};
use concord_client::{Bearer, Client, Connect, Error};
use concord_kernel::{Actor, Clock, Credentials, OrganisationId, PersonId, Role, TenantId};
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::therapist::v1::ListCaseloadRequest;
use concord_servers::{Authority, Identity};
use concord_tls::{Files, Oldest, ServerTls};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tonic::Code;
use uuid::Uuid;

use super::service::{KEY, noon, parts, signed, tenant};
use crate::{Api, Limits, Rate};

const RELAY: &str = "spiffe://example.org/relay";
const AUDITOR: &str = "spiffe://example.org/auditor";
const LAKESIDE: &str = "spiffe://lakeside.example/concord";
const ELSEWHERE: &str = "spiffe://other.example/relay";

/// A service over TLS that knows four clients. It ends with the test.
struct Secured {
    authority: Authority,
    address: SocketAddr,
    _folders: [TempDir; 2],
}

fn known(name: &str, tenant: &str, role: Role) -> (concord_access::SubjectName, Known) {
    let actor = Actor { id: PersonId::new(Uuid::from_u128(77)), role, credentials: Credentials::default() };
    let organisation = (role == Role::Partner).then(|| OrganisationId::parse("lakeside").unwrap());
    (
        format!("uri:{name}").parse().unwrap(),
        Known { tenant: TenantId::parse(tenant).unwrap(), actor, organisation },
    )
}

impl Secured {
    async fn start(limits: Limits) -> Self {
        let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new().unwrap());
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let own = authority.identity("localhost").unwrap();
        let tls = ServerTls::read(Files {
            certificate: write("certificate", &own.certificate),
            key: write("key", &own.key),
            client_authorities: Some(write("ca", &authority.certificate())),
            clients_required: false,
            oldest: Oldest::Tls13,
        });
        let clients = Clients::new([
            known(RELAY, "demo", Role::Service),
            known(AUDITOR, "demo", Role::Auditor),
            known(LAKESIDE, "demo", Role::Partner),
            known(ELSEWHERE, "other", Role::Service),
        ]);
        let authenticator = Authenticator::new(LocalTokens::new(KEY).unwrap()).knowing(clients.unwrap());
        let (views, parts) = parts(limits, noon(), authenticator).await;
        let api = Api::new(parts, tonic_health::server::HealthReporter::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(api.serve_tls(listener, Arc::new(tls.unwrap()), std::future::pending()));
        Self { authority, address, _folders: [folder, views] }
    }

    fn connect(&self, shows: Option<&Identity>) -> Connect {
        let to = Connect::to(format!("https://localhost:{}", self.address.port()));
        let to = to.trusting(self.authority.certificate());
        shows.map_or(to.clone(), |shows| to.showing(&shows.certificate, &shows.key))
    }

    fn client(&self, uri: &str) -> Identity {
        self.authority.client(&[uri]).unwrap()
    }
}

async fn reason(client: &Client) -> String {
    match client.ledger().get_head(GetHeadRequest {}).await {
        Ok(_) => "OK".to_owned(),
        Err(status) => {
            let Error::Call(fault) = Error::from(status) else { panic!("a status is a fault") };
            fault.reason
        }
    }
}

fn bearing(role: Role, of: &TenantId) -> Bearer {
    Bearer::new(&signed(role, of, noon().now())).unwrap()
}

#[tokio::test]
async fn a_certificate_says_who_calls_and_that_of_another_says_nothing() {
    let service = Secured::start(Limits::default()).await;
    for (uris, told) in [
        (&[RELAY][..], "OK"),
        (&[AUDITOR], "OK"),
        (&[LAKESIDE], "NOT_PERMITTED"),
        (&["spiffe://hillside.example/concord"], "CERTIFICATE_UNKNOWN"),
        (&[LAKESIDE, AUDITOR], "CERTIFICATE_UNKNOWN"),
        (&[], "CERTIFICATE_UNKNOWN"),
        // A tenant that is not served here.
        (&[ELSEWHERE], "TOKEN_INVALID"),
    ] {
        let shows = service.authority.client(uris).unwrap();
        let client = service.connect(Some(&shows)).open().await.unwrap();
        assert_eq!(reason(&client).await, told, "{uris:?}");
    }
    let nobody = service.connect(None).open().await.unwrap();
    assert_eq!(reason(&nobody).await, "TOKEN_MISSING");
    let forged = Authority::new().unwrap().client(&[RELAY]).unwrap();
    let forged = service.connect(Some(&forged)).open().await;
    // With TLS 1.3 a caller learns of the refusal with the first answer.
    assert!(match forged {
        Ok(client) => client
            .ledger()
            .get_head(GetHeadRequest {})
            .await
            .is_err_and(|s| s.code() == Code::Unknown || s.code() == Code::Unavailable),
        Err(_) => true,
    });
}

#[tokio::test]
async fn a_token_comes_over_the_connection_of_a_service_of_its_tenant_or_of_nobody() {
    let service = Secured::start(Limits::default()).await;
    let cases = [
        (None, "OK"),
        (Some(RELAY), "OK"),
        (Some(AUDITOR), "CERTIFICATE_CONTRADICTS_TOKEN"),
        (Some(LAKESIDE), "CERTIFICATE_CONTRADICTS_TOKEN"),
        (Some(ELSEWHERE), "CERTIFICATE_CONTRADICTS_TOKEN"),
        (Some("spiffe://hillside.example/concord"), "CERTIFICATE_UNKNOWN"),
    ];
    for (shows, told) in cases {
        let shows = shows.map(|uri| service.client(uri));
        let connect = service.connect(shows.as_ref()).bearing(bearing(Role::Auditor, &tenant()));
        assert_eq!(reason(&connect.open().await.unwrap()).await, told);
    }
    // The token decides who it is, not the gateway's certificate.
    let gateway = service.client(RELAY);
    let nurse = service.connect(Some(&gateway)).bearing(bearing(Role::Nurse, &tenant()));
    assert_eq!(reason(&nurse.open().await.unwrap()).await, "NOT_PERMITTED");
    let bad = service.connect(Some(&gateway)).bearing(Bearer::new("not.a.token").unwrap());
    assert_eq!(reason(&bad.open().await.unwrap()).await, "TOKEN_INVALID", "a certificate mends no token");
}

#[tokio::test]
async fn questions_know_the_certificate_too() {
    let service = Secured::start(Limits::default()).await;
    let relay = service.connect(Some(&service.client(RELAY))).open().await.unwrap();
    let asked = relay.therapist().list_caseload(ListCaseloadRequest::default()).await.unwrap_err();
    assert_eq!(asked.code(), Code::PermissionDenied, "it is known who asks: {asked:?}");
}

#[tokio::test]
async fn who_tries_too_many_tokens_from_one_address_is_not_looked_at_and_known_ones_are() {
    let one = |number| NonZeroU32::new(number).unwrap();
    let strangers = Some(Rate { per_second: one(1), burst: one(20) });
    let service = Secured::start(Limits { strangers, ..Limits::default() }).await;
    let known = service.connect(None).bearing(bearing(Role::Auditor, &tenant())).open().await.unwrap();
    assert_eq!(reason(&known).await, "OK");
    let mut tried = 0;
    let refused = loop {
        tried += 1;
        assert!(tried < 10_000, "there is a bound");
        let guess = known.acting_as(&format!("guess.number.{tried}")).unwrap();
        let told = reason(&guess).await;
        if told != "TOKEN_INVALID" {
            break told;
        }
    };
    assert_eq!(refused, "TOO_MANY_ATTEMPTS");
    assert!(tried > 10);
    assert_eq!(reason(&known).await, "OK", "it was let in before");
}
