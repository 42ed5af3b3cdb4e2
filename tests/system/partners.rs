//! Partner clinics that take what they are told on JetStream, each in an account of its own, from the running program.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use concord_client::Client;
use concord_client::consumer::async_nats;
use concord_client::consumer::async_nats::jetstream::{self, consumer::PullConsumer};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{CommandHeader, Purpose};
use concord_proto::concord::consent::v1 as consent;
use concord_proto::concord::feed::v1 as feed;
use concord_proto::concord::feed::v1::subscribe_response::Message as Said;
use concord_proto::partner;
use concord_servers::Nats;
use concord_support::{Concord, Intake, fresh, today};
use futures::StreamExt;
use nkeys::KeyPair;
use prost::Message;
use tokio::process::Command;

use crate::clinic::NURSE;
use crate::keys::{FORGOTTEN, KEPT, Place, holding};
use crate::questions::PRIVACY_OFFICER;
use crate::{CONCORD, PSYCHIATRIST};

const PATIENCE: Duration = Duration::from_mins(2);
/// How long an answer is waited for that must not come.
const SILENCE: Duration = Duration::from_millis(100);
const PARTNERS: [&str; 2] = ["riverside", "lakeside"];

/// What the service's own user may do; as in deploy/nats/accounts.conf.
const SERVICE: &str = r#"publish {
          allow: [
            "concord.>", "partner.>", "partner-api.>", "$JS.API.INFO", "$JS.API.STREAM.CREATE.*", "$JS.API.STREAM.UPDATE.*",
            "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.MSG.GET.*"
          ]
        }
        subscribe { allow: [ "_INBOX.>" ] }"#;

/// Keys of the service's user and of each partner's, and servers that know them.
struct Accounts {
    nats: Nats,
    service: KeyPair,
    partners: [KeyPair; 2],
}

impl Accounts {
    async fn start(folder: &Path) -> Self {
        let (service, partners) = (KeyPair::new_user(), [KeyPair::new_user(), KeyPair::new_user()]);
        let lines = PARTNERS.iter().zip(&partners);
        let list: Vec<_> = lines.map(|(name, key)| format!("demo,{name},{}\n", key.public_key())).collect();
        let file = folder.join("partners.csv");
        fs::write(&file, list.concat()).unwrap();
        let printed = async |what: &str| {
            let arguments = ["partners", what, file.to_str().unwrap()];
            let output = concord_support::run(CONCORD, folder, &arguments).await.unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let (accounts, imports) = (printed("nats-accounts").await, printed("nats-imports").await);
        let text = format!(
            "accounts {{\n  CONCORD {{\n    jetstream: enabled\n    users = [\n      {{\n        nkey: \"{}\"\n        \
             permissions {{ {SERVICE} }}\n      }}\n    ]\n{imports}  }}\n{accounts}}}\n",
            service.public_key()
        );
        Self { nats: Nats::start_saying(&text).unwrap(), service, partners }
    }

    /// A partner's connection, and how often the servers have refused it something.
    async fn partner(&self, number: usize) -> (async_nats::Client, Arc<AtomicUsize>) {
        let refused = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&refused);
        let options = async_nats::ConnectOptions::with_nkey(self.partners[number].seed().unwrap())
            .event_callback(move |event| {
                let counts = Arc::clone(&counts);
                async move {
                    if matches!(event, async_nats::Event::ServerError(_)) {
                        counts.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        (options.connect(self.nats.urls().remove(0)).await.unwrap(), refused)
    }

    async fn serve(&self, folder: &Path) -> Concord {
        let seed = folder.join("nats.nk");
        fs::write(&seed, self.service.seed().unwrap()).unwrap();
        let mut command = Command::new(CONCORD);
        command.env("CONCORD_NATS__SERVERS", format!("[\"{}\"]", self.nats.urls()[0]));
        command.env("CONCORD_NATS__CREDENTIALS", seed);
        Concord::start_with(command, CONCORD, &folder.join("data"), &[]).await.unwrap()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn header() -> Option<CommandHeader> {
    Some(CommandHeader {
        command_id: fresh(),
        purpose: Purpose::Operations.into(),
        ..CommandHeader::default()
    })
}

/// Lets a partner take clinical events, whole.
async fn opened(server: &Concord, organisation: &str, delivery: feed::Delivery) -> String {
    let subscription_id = fresh();
    let terms = feed::SubscriptionTerms {
        organisation: organisation.to_owned(),
        recipient: format!("{organisation} primary care, 1 Main Street"),
        class: consent::RecipientClass::TreatingProvider.into(),
        purpose: Purpose::Treatment.into(),
        classes: vec![consent::DataClass::Clinical.into()],
        event_types: Vec::new(),
        payload: feed::Payload::Full.into(),
        delivery: delivery.into(),
    };
    let asks = feed::OpenSubscriptionRequest {
        header: header(),
        subscription_id: subscription_id.clone(),
        terms: Some(terms),
    };
    server.client(PRIVACY_OFFICER).await.unwrap().send(asks).await.unwrap();
    subscription_id
}

/// Has the patient consent to what both partners take.
async fn consents(nurse: &Client, intake: Intake) {
    let who = |name: &&str| consent::Recipient {
        who: Some(consent::recipient::Who::Organisation((*name).to_owned())),
    };
    let terms = consent::ConsentTerms {
        kind: consent::ConsentKind::Named.into(),
        patient_name: "Ada Example".to_owned(),
        discloser: "Riverbend IOP".to_owned(),
        what: "my allergies".to_owned(),
        classes: vec![consent::DataClass::Clinical.into()],
        recipients: PARTNERS.iter().map(who).collect(),
        purposes: vec![Purpose::Treatment.into()],
        right_to_revoke: "in writing".to_owned(),
        redisclosure_stated: true,
        refusal_stated: true,
        expires: Some(consent::Expiry { when: Some(consent::expiry::When::On("2099-01-05".to_owned())) }),
        signer: 1,
        signer_name: "Ada Example".to_owned(),
        form: 1,
        signed_on: today(),
    };
    let given =
        consent::GiveConsentRequest { header: intake.header(), consent_id: fresh(), terms: Some(terms) };
    nurse.send(given).await.unwrap();
}

async fn allergy(nurse: &Client, intake: Intake, substance: &str) {
    let asks = chart::RecordAllergyRequest {
        header: intake.header(),
        substance: substance.to_owned(),
        severity: chart::ReactionSeverity::Mild.into(),
        kind: chart::ReactionKind::Allergy.into(),
        ..chart::RecordAllergyRequest::default()
    };
    nurse.send(asks).await.unwrap();
}

/// What a partner is answered with when it calls, until so many messages with numbers have come.
async fn called_for(server: &Concord, subscription_id: String, count: usize) -> Vec<Bytes> {
    let arguments = ["token", "--tenant", "demo", "--role", "partner", "--organisation", "riverside"];
    let token = server.run(&arguments).await.unwrap();
    let token = String::from_utf8(token.stdout).unwrap();
    let partner = Client::connect(server.url.clone(), token.trim()).await.unwrap();
    let asks = feed::SubscribeRequest { subscription_id, start: None };
    let mut messages = partner.feeds().subscribe(asks).await.unwrap().into_inner();
    let mut answers = Vec::new();
    while answers.len() < count {
        let answer = messages.message().await.unwrap().unwrap();
        match answer.message.as_ref().unwrap() {
            Said::Event(_) | Said::ConsentEnded(_) => answers.push(Bytes::from(answer.encode_to_vec())),
            Said::Started(_) | Said::Checkpoint(_) => {}
        }
    }
    answers
}

/// A partner's one consumer, once the service has made it.
async fn consumer(client: &async_nats::Client, organisation: &str) -> PullConsumer {
    let jetstream = jetstream::new(client.clone());
    let stream = partner::stream("demo", organisation);
    let found = async {
        loop {
            match jetstream.get_consumer_from_stream(partner::CONSUMER, &stream).await {
                Ok(consumer) => return consumer,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("a partner's consumer is made")
}

/// Takes and acknowledges so many messages.
async fn taken(consumer: &PullConsumer, count: usize) -> Vec<Bytes> {
    let taking = async {
        let mut messages = consumer.messages().await.unwrap();
        let mut payloads = Vec::new();
        while payloads.len() < count {
            let message = messages.next().await.unwrap().unwrap();
            message.double_ack().await.unwrap();
            payloads.push(message.payload.clone());
        }
        payloads
    };
    tokio::time::timeout(PATIENCE, taking).await.expect("a partner is sent what it takes")
}

/// What a partner may not ask: about the other's stream, and about its own what its one consumer does not need.
fn forbidden(own: &str, other: &str) -> Vec<String> {
    let (own, other) = (partner::stream("demo", own), partner::stream("demo", other));
    let mut asked: Vec<_> = ["STREAM.NAMES", "STREAM.LIST", "INFO"].map(str::to_owned).into();
    for stream in [&own, &other] {
        for what in ["CREATE", "UPDATE", "DELETE", "INFO", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT"] {
            asked.push(format!("STREAM.{what}.{stream}"));
        }
        for what in ["CREATE", "DURABLE.CREATE", "DELETE"] {
            asked.push(format!("CONSUMER.{what}.{stream}.{}", partner::CONSUMER));
        }
        asked.push(format!("CONSUMER.CREATE.{stream}"));
        asked.push(format!("CONSUMER.MSG.NEXT.{stream}.another"));
        asked.push(format!("CONSUMER.NAMES.{stream}"));
        asked.push(format!("DIRECT.GET.{stream}"));
    }
    asked.push(format!("CONSUMER.INFO.{other}.{}", partner::CONSUMER));
    asked.push(format!("CONSUMER.MSG.NEXT.{other}.{}", partner::CONSUMER));
    asked.into_iter().map(|asked| format!("$JS.API.{asked}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_takes_its_own_stream_on_jetstream_and_can_reach_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let accounts = Accounts::start(folder.path()).await;
    let server = accounts.serve(folder.path()).await;
    opened(&server, "riverside", feed::Delivery::Jetstream).await;
    opened(&server, "lakeside", feed::Delivery::Jetstream).await;
    let called = opened(&server, "riverside", feed::Delivery::Subscribe).await;
    let intake = Intake::admit(&server.client(PSYCHIATRIST).await.unwrap()).await.unwrap();
    let nurse = server.client(NURSE).await.unwrap();
    consents(&nurse, intake).await;
    for substance in ["Latex", "Peanut", "Penicillin"] {
        allergy(&nurse, intake, substance).await;
    }

    let (riverside, refused) = accounts.partner(0).await;
    let mut own = taken(&consumer(&riverside, "riverside").await, 4).await;
    let started = feed::SubscribeResponse::decode(own.remove(0)).unwrap().message.unwrap();
    assert_eq!(started, Said::Started(feed::Started { after_sequence: 0 }));
    assert_eq!(own, called_for(&server, called, 3).await, "the bytes that a call is answered with");
    assert_eq!(refused.load(Ordering::SeqCst), 0);

    let (lakeside, refused) = accounts.partner(1).await;
    let theirs = taken(&consumer(&lakeside, "lakeside").await, 4).await;
    assert!(theirs[1..].iter().all(|payload| !own.contains(payload)), "no two partners can compare names");
    // It may ask nothing else, hears nothing else and puts nothing anywhere.
    let subjects =
        [">", "partner.>", "partner.demo.riverside.>", "partner.demo.lakeside.>", "concord.>", "$JS.>"];
    let mut heard = Vec::new();
    for subject in subjects {
        heard.push(lakeside.subscribe(subject).await.unwrap());
    }
    let asked = forbidden("lakeside", "riverside");
    for subject in &asked {
        let answer = lakeside.request(subject.clone(), Bytes::from_static(b"{}"));
        assert!(!matches!(tokio::time::timeout(SILENCE, answer).await, Ok(Ok(_))), "{subject}");
    }
    let written = [
        "partner.demo.lakeside.a.b",
        "partner.demo.riverside.a.b",
        "concord.demo.x",
        "partner-api.demo.riverside.x",
    ];
    for subject in written {
        lakeside.publish(subject, Bytes::from_static(b"forged")).await.unwrap();
    }
    allergy(&nurse, intake, "Walnut").await;
    assert_eq!(taken(&consumer(&riverside, "riverside").await, 1).await.len(), 1);
    assert_eq!(taken(&consumer(&lakeside, "lakeside").await, 1).await.len(), 1, "nothing forged came before");
    for mut subscription in heard {
        // A subscription that was refused ends or stays silent.
        assert!(!matches!(tokio::time::timeout(SILENCE, subscription.next()).await, Ok(Some(_))));
    }
    assert_eq!(refused.load(Ordering::SeqCst), subjects.len() + asked.len() + written.len());
    server.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_forgotten_patient_is_left_in_a_partners_stream() {
    let nats = Nats::start().unwrap();
    let place = Place::new(&[
        ("CONCORD_NATS__SERVERS", format!("[\"{}\"]", nats.urls()[0])),
        ("CONCORD_NATS__PARTNER_ACCOUNTS", "false".to_owned()),
    ])
    .await;
    let server = place.start().await.unwrap();
    opened(&server, "riverside", feed::Delivery::Jetstream).await;
    let (doctor, nurse) = (server.client(PSYCHIATRIST).await.unwrap(), server.client(NURSE).await.unwrap());
    let mut patients = Vec::new();
    for word in [FORGOTTEN, KEPT] {
        let intake = Intake::admit(&doctor).await.unwrap();
        consents(&nurse, intake).await;
        allergy(&nurse, intake, word).await;
        patients.push(intake);
    }
    let on_the_disk = async |word, there: bool| {
        let waiting = async {
            while holding(&nats.store(0), word).is_empty() == there {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{word} is there: {}", !there);
    };
    on_the_disk(FORGOTTEN, true).await;
    on_the_disk(KEPT, true).await;
    place.shred(patients[0].patient, "120").await.unwrap();
    on_the_disk(FORGOTTEN, false).await;
    on_the_disk(KEPT, true).await;
    server.kill().await.unwrap();
}
