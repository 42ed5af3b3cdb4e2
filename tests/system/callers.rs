//! Who is let in over TLS: people with their issuer's tokens, services and clinics with certificates, and nobody else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use concord_client::{Bearer, Client, Connect, Error};
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::program::v1::ListDueItemsRequest;
use concord_servers::{Authority, Identity};
use concord_support::{Concord, Issuer, SigningKey, now, run};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use tonic::Code;

use crate::every_call::{answer_over, methods};
use crate::{AUDITOR, CONCORD};

const SOON: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(100);

const ISSUER: &str = "https://login.riverbend.example";
const RELAY: &str = "spiffe://riverbend.example/relay";
const LAKESIDE: &str = "spiffe://lakeside.example/concord";

/// A service that other machines could reach, and everybody who knows it.
struct Site {
    folder: TempDir,
    authority: Authority,
    issuer: Issuer,
    key: SigningKey,
}

/// The claims of a nurse's token, which begins now.
fn claims() -> Value {
    let now = now().seconds;
    json!({
        "iss": ISSUER, "aud": "concord", "sub": "00u1nurse", "concord_tenant": "demo", "concord_role": ["staff", "nurse"],
        "iat": now, "exp": now + 600,
    })
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

impl Site {
    async fn new() -> Self {
        let (authority, key) = (Authority::new().unwrap(), SigningKey::ed25519("2026-a"));
        let issuer = Issuer::start(&[&key]).await.unwrap();
        let site = Self { folder: tempfile::tempdir().unwrap(), authority, issuer, key };
        site.show(&site.authority);
        site.write("ca.crt", &site.authority.certificate());
        site
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Has the service show a certificate that `authority` signed.
    fn show(&self, authority: &Authority) {
        let shown = authority.identity("localhost").unwrap();
        self.write("tls.key", &shown.key);
        self.write("tls.crt", &shown.certificate);
    }

    fn config(&self) -> PathBuf {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let text = format!(
            r#"
            [tls]
            certificate = "{certificate}"
            key = "{key}"
            client_ca = "{ca}"

            [oidc]
            issuer = "{ISSUER}"
            audience = "concord"
            jwks = "{jwks}"

            # One address of a test stands for many.
            [limits]
            attempts_per_second = 0

            [[clients]]
            san = "uri:{RELAY}"
            role = "service"
            tenant = "demo"

            [[clients]]
            san = "uri:{LAKESIDE}"
            role = "partner"
            tenant = "demo"
            organisation = "lakeside"
            "#,
            certificate = path("tls.crt"),
            key = path("tls.key"),
            ca = path("ca.crt"),
            jwks = self.issuer.jwks,
        );
        self.write("concord.toml", &text)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn start(&self) -> Concord {
        let mut command = Command::new(CONCORD);
        command.arg("--config").arg(self.config());
        let server = Concord::start_with(command, CONCORD, &self.data(), &[]).await;
        let server = server.unwrap_or_else(|ended| panic!("{}", ended.said));
        assert!(server.url.starts_with("https://"), "{}", server.url);
        server
    }

    fn connect(&self, server: &Concord) -> Connect {
        Connect::to(&server.url).trusting(self.authority.certificate()).named("localhost")
    }

    fn client(&self, uri: &str) -> Identity {
        self.authority.client(&[uri]).unwrap()
    }

    async fn showing(&self, server: &Concord, uri: &str) -> Client {
        let shown = self.client(uri);
        self.connect(server).showing(&shown.certificate, &shown.key).open().await.unwrap()
    }
}

/// Why the nurse's question is not answered, or `OK`.
async fn due(client: &Client) -> String {
    match client.program().list_due_items(ListDueItemsRequest::default()).await {
        Ok(_) => "OK".to_owned(),
        Err(status) => {
            let Error::Call(fault) = Error::from(status) else { panic!("a status is a fault") };
            fault.reason
        }
    }
}

#[tokio::test]
async fn people_come_in_with_their_issuers_tokens_and_services_and_clinics_with_certificates() {
    let site = Site::new().await;
    let server = site.start().await;
    let anybody = site.connect(&server).bearing(Bearer::new(&site.key.sign(&claims())).unwrap());
    let nurse = anybody.open().await.unwrap();
    assert_eq!(due(&nurse).await, "OK");
    let relay = site.showing(&server, RELAY).await;
    assert!(relay.ledger().get_head(GetHeadRequest {}).await.is_ok());
    let lakeside = site.showing(&server, LAKESIDE).await;
    assert_eq!(due(&lakeside).await, "NOT_PERMITTED", "it is known who asks");
    assert_eq!(
        due(&site.showing(&server, "spiffe://hillside.example/concord").await).await,
        "CERTIFICATE_UNKNOWN"
    );
    let nobody = site.connect(&server).open().await.unwrap();
    assert_eq!(due(&nobody).await, "TOKEN_MISSING");
}

#[tokio::test]
async fn a_key_that_the_issuer_begins_to_use_is_found_while_the_service_runs() {
    let site = Site::new().await;
    let server = site.start().await;
    let next = SigningKey::p256("2026-b");
    site.issuer.publish(&[&next]);
    let nurse =
        site.connect(&server).bearing(Bearer::new(&next.sign(&claims())).unwrap()).open().await.unwrap();
    let told = async {
        let mut told = due(&nurse).await;
        while told == "SIGNING_KEYS_UNKNOWN" {
            tokio::time::sleep(PAUSE).await;
            told = due(&nurse).await;
        }
        told
    };
    assert_eq!(tokio::time::timeout(SOON, told).await.unwrap(), "OK");
    let before = nurse.acting_as(&site.key.sign(&claims())).unwrap();
    assert_eq!(due(&before).await, "TOKEN_INVALID", "its key was taken back");
}

#[tokio::test]
async fn no_call_answers_a_token_that_is_meant_for_others_or_a_certificate_of_another_clinic() {
    let site = Site::new().await;
    let server = site.start().await;
    let past = now().seconds - 7_200;
    let mut expired = changed("exp", json!(past + 600));
    expired["iat"] = json!(past);
    let local_folder = tempfile::tempdir().unwrap();
    let local = crate::start(local_folder.path()).await.token(AUDITOR).await.unwrap();
    let own = site.connect(&server).endpoint().unwrap().connect().await.unwrap();
    let hillside = site.client("spiffe://hillside.example/concord");
    let other = site.connect(&server).showing(&hillside.certificate, &hillside.key);
    let other = other.endpoint().unwrap().connect().await.unwrap();
    let good = site.key.sign(&claims());
    let tokens = [
        ("another audience", site.key.sign(&changed("aud", json!("billing")))),
        ("another issuer", site.key.sign(&changed("iss", json!("https://login.lakeside.example")))),
        ("another tenant", site.key.sign(&changed("concord_tenant", json!("lakeside")))),
        ("a time that is over", site.key.sign(&expired)),
        ("another's key", SigningKey::ed25519(&site.key.id).sign(&claims())),
        ("local development", local),
        ("nobody", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.".to_owned()),
    ];
    for method in methods() {
        for (what, token) in &tokens {
            let status = answer_over(own.clone(), &method, Some(token), Bytes::new()).await.unwrap_err();
            assert_eq!(status.code(), Code::Unauthenticated, "{method} answers a token for {what}");
        }
        for token in [None, Some(good.as_str())] {
            let status = answer_over(other.clone(), &method, token, Bytes::new()).await.unwrap_err();
            assert_eq!(status.code(), Code::Unauthenticated, "{method} answers another clinic");
        }
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_without_a_restart() {
    let site = Site::new().await;
    let server = site.start().await;
    let before =
        site.connect(&server).bearing(Bearer::new(&site.key.sign(&claims())).unwrap()).open().await.unwrap();
    let next = Authority::new().unwrap();
    site.show(&next);
    let trusting = || Connect::to(&server.url).trusting(next.certificate()).named("localhost");
    let shown = async {
        while trusting().open().await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(SOON, shown).await.expect("the files are looked at");
    assert_eq!(due(&before).await, "OK", "what was open goes on");
    assert!(site.connect(&server).open().await.is_err(), "the old one is not shown any more");
}

#[tokio::test]
async fn what_speaks_no_tls_is_not_answered() {
    let site = Site::new().await;
    let server = site.start().await;
    let plain = server.url.replace("https://", "http://");
    let answered = match Client::connect(plain, "any").await {
        Ok(client) => client.ledger().get_head(GetHeadRequest {}).await.map_err(|status| status.code()),
        Err(_) => Err(Code::Unavailable),
    };
    assert!(matches!(answered, Err(Code::Unavailable | Code::Unknown | Code::Internal)), "{answered:?}");
}

async fn concord(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = run(CONCORD, folder, arguments).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn the_command_line_calls_over_tls_with_a_token_file_or_a_certificate() {
    let site = Site::new().await;
    let server = site.start().await;
    let (config, ca) =
        (site.config().display().to_string(), site.folder.path().join("ca.crt").display().to_string());
    let token = site.write("token", &site.key.sign(&claims())).display().to_string();
    let shown = site.client(RELAY);
    let certificate = site.write("relay.crt", &shown.certificate).display().to_string();
    let key = site.write("relay.key", &shown.key).display().to_string();
    let there = ["--url", &server.url, "--ca", &ca, "--server-name", "localhost"];
    let current = |who: &[&str]| {
        [&["rules", "current"][..], &there, who].concat().iter().map(|&s| s.to_owned()).collect::<Vec<_>>()
    };
    for (who, works) in [
        (&["--token-file", token.as_str()][..], true),
        (&["--cert", &certificate, "--cert-key", &key], true),
        (&["--token", "no.such.token"], false),
        (&[], false),
        (&["--cert", &certificate], false),
    ] {
        let arguments = current(who);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let (well, said) = concord(&site.data(), &arguments).await;
        assert_eq!(well, works, "{who:?}: {said}");
    }
    let asks =
        ["health", "--address", &server.url, "--ca", &ca, "--server-name", "localhost", "--wait", "60"];
    let (well, said) = concord(&site.data(), &asks).await;
    assert!(well, "{said}");
    let elsewhere = ["rules", "current", "--url", "http://192.0.2.1:7443", "--token", "secret"];
    let (well, said) = concord(&site.data(), &elsewhere).await;
    assert!(!well && said.contains("https://") && !said.contains("secret"), "{said}");
    let local = ["--config", &config, "token", "--tenant", "demo", "--role", "nurse"];
    let (well, said) = concord(&site.data(), &local).await;
    assert!(!well && said.contains("sign in"), "{said}");
}

#[tokio::test]
async fn nothing_listens_to_other_machines_before_it_is_known_who_may_come_in() {
    let folder = tempfile::tempdir().unwrap();
    let (well, said) = concord(folder.path(), &["serve", "--listen", "0.0.0.0:0"]).await;
    assert!(!well && said.contains("tls.certificate") && said.contains("oidc.issuer"), "{said}");
    let (well, said) = concord(folder.path(), &["demo", "--exit", "--listen", "0.0.0.0:0"]).await;
    assert!(!well && said.contains("loopback"), "{said}");
}
