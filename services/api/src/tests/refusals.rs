//! What every call answers to everybody: the matrix of refusals, call by call and role by role, over a real socket.
//!
//! `deploy/policies/calls.csv` is what was reviewed. A call that is added without an entry there fails, and so does one
//! that refuses nobody.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use bytes::Bytes;
use concord_kernel::Role;
use concord_proto::concord::common::v1::{self as common, CommandHeader};
use concord_proto::concord::program::v1::ListEpisodesRequest;
use concord_proto::concord::{
    access, adherence, assessment, care_team, chart, consent, coordination, episode, feed, follow_up, plan,
    prescription, recovery, ruleset, scales, side_effects,
};
use concord_support::Raw;
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::{Code, Request};
use tonic_types::StatusExt;
use uuid::Uuid;

use super::samples::{Sample, every_request};
use super::service::{Service, joining, person, referral, signing, tenant};

/// A service that anybody may call and one call whose commands are refused one by one, as by their own calls.
const APART: [&str; 2] =
    ["/concord.bench.v1.EchoService/", "/concord.command.v1.CommandService/ExecuteStream"];

/// Those whose effects change who stands how to the patient come last.
const LAST: [&str; 2] = ["/concord.care_team.v1.", "/concord.access.v1."];

/// The patient whose care team everybody is on; the one whose token the patient bears.
fn own() -> Uuid {
    Uuid::parse_str(&person(Role::Patient)).unwrap()
}

/// The patient whose care is in the hands of others.
const ANOTHERS: Uuid = Uuid::from_u128(0xb0b);

const TREATING: [(Role, common::Role); 9] = [
    (Role::Psychiatrist, common::Role::Psychiatrist),
    (Role::Pmhnp, common::Role::Pmhnp),
    (Role::Therapist, common::Role::Therapist),
    (Role::CaseManager, common::Role::CaseManager),
    (Role::Nurse, common::Role::Nurse),
    (Role::Pharmacist, common::Role::Pharmacist),
    (Role::PrimaryCare, common::Role::PrimaryCare),
    (Role::OutsideProvider, common::Role::OutsideProvider),
    (Role::Family, common::Role::Family),
];

/// A message that has nothing but a header, which every command has as its first field.
#[derive(Clone, PartialEq, Message)]
struct Headed {
    #[prost(message, optional, tag = "1")]
    header: Option<CommandHeader>,
}

/// One valid request of each command, by the name of its message, without a header; and whether it is about a patient.
fn commands() -> BTreeMap<String, (Vec<u8>, bool)> {
    fn add<A: Sample>(bodies: &mut BTreeMap<String, (Vec<u8>, bool)>) {
        bodies.insert(format!(".{}", A::full_name()), (A::sample().encode_to_vec(), A::ABOUT_A_PATIENT));
    }
    let mut bodies = BTreeMap::new();
    macro_rules! add_each {
        ($package:ident, $request:ident) => {
            add::<$package::v1::$request>(&mut bodies);
        };
    }
    every_request!(add_each);
    bodies
}

/// What a call is asked with.
enum Body {
    Command {
        rest: Vec<u8>,
        about_a_patient: bool,
    },
    /// The number of the field that names a patient, where there is one.
    Question {
        patient: Option<i32>,
    },
}

impl Body {
    fn about(&self, patient: Uuid, command: u128) -> Bytes {
        match self {
            Self::Command { rest, about_a_patient } => {
                let id = Uuid::from_u128(command);
                let header = if *about_a_patient {
                    concord_client::treatment(id, patient)
                } else {
                    concord_client::operations(id)
                };
                let mut body = Headed { header: Some(header) }.encode_to_vec();
                body.extend_from_slice(rest);
                body.into()
            }
            Self::Question { patient: None } => Bytes::new(),
            Self::Question { patient: Some(field) } => {
                let mut body = Vec::new();
                let field = u32::try_from(*field).unwrap();
                prost::encoding::string::encode(field, &patient.to_string(), &mut body);
                body.into()
            }
        }
    }
}

/// Every call of the contract with what it is asked with, those that change teams last.
fn calls() -> Vec<(String, Body)> {
    let set = FileDescriptorSet::decode(concord_proto::FILE_DESCRIPTOR_SET).unwrap();
    let (mut commands, mut fields) = (commands(), BTreeMap::new());
    for file in &set.file {
        for message in &file.message_type {
            let named = |name: &str| message.field.iter().find(|field| field.name() == name);
            let name = format!(".{}.{}", file.package(), message.name());
            fields.insert(
                name,
                (
                    named("header").is_some(),
                    named("patient_id").map(prost_types::FieldDescriptorProto::number),
                ),
            );
        }
    }
    let mut calls = Vec::new();
    for file in &set.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                if !file.package().starts_with("concord.")
                    || APART.iter().any(|apart| path.starts_with(apart))
                {
                    continue;
                }
                let (headed, patient) = fields[method.input_type()];
                let body = if headed {
                    let (rest, about_a_patient) = commands
                        .remove(method.input_type())
                        .unwrap_or_else(|| panic!("{path} has no sample"));
                    Body::Command { rest, about_a_patient }
                } else {
                    Body::Question { patient }
                };
                calls.push((path, body));
            }
        }
    }
    calls.sort_by_key(|(path, _)| {
        let last = LAST.iter().position(|last| path.starts_with(last)).map_or(0, |place| place + 1);
        (last, path.clone())
    });
    calls
}

/// What a caller is told before anything else is looked at; `permitted` where it is not who they are that decides.
async fn verdict(service: &Service, token: &str, path: &str, body: Bytes) -> &'static str {
    let mut grpc = tonic::client::Grpc::new(service.channel.clone());
    grpc.ready().await.unwrap();
    let mut request = Request::new(tokio_stream::once(body));
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let told = async {
        let mut answers = grpc.streaming(request, path.parse().unwrap(), Raw).await?.into_inner();
        answers.message().await
    };
    let Err(status) = told.await else { return "permitted" };
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    match (status.code(), reason.as_str()) {
        (Code::PermissionDenied, "NOT_PERMITTED") => "not permitted",
        (Code::PermissionDenied, "NO_RELATIONSHIP") => "no relationship",
        (Code::NotFound, "NOT_FOUND") => "not found",
        (Code::Unauthenticated, _) => panic!("{path}: {status:?}"),
        _ => "permitted",
    }
}

/// A service with both patients.
async fn started() -> Service {
    let service = Service::start().await;
    let (importer, nurse) = (service.acting_as(Role::Service), service.acting_as(Role::Nurse));
    for (place, patient) in [own(), ANOTHERS].into_iter().enumerate() {
        let number = 1_000 * (place as u128 + 1);
        importer.send(referral(number, patient.as_u128())).await.unwrap();
        let mut last = None;
        for (role, encoded) in TREATING {
            let number = number + 1 + role as u128;
            let mut joins = joining(number, patient.as_u128(), role, encoded);
            if patient == ANOTHERS {
                joins.person_id = Uuid::from_u128(number).to_string();
            }
            last = importer.send(joins).await.unwrap().token;
            if matches!(role, Role::PrimaryCare | Role::OutsideProvider) && patient != ANOTHERS {
                let signs = signing(number + 100, patient.as_u128(), role);
                last = nurse.send(signs).await.unwrap().token;
            }
        }
        // What the views do not know yet must not look like what is hidden.
        let asks = ListEpisodesRequest { min_position: last, program: "iop-adult".to_owned(), page: None };
        nurse.program().list_episodes(asks).await.unwrap();
    }
    service
}

#[tokio::test]
async fn every_call_refuses_whom_it_was_reviewed_to_refuse() {
    let service = started().await;
    let mut found = String::from("call,role,own patient,another's patient\n");
    let mut command = 1 << 64;
    for (path, body) in calls() {
        let mut refused = 0;
        for role in Role::ALL {
            let token = service.token(role, &tenant());
            let mut verdicts = Vec::new();
            for patient in [own(), ANOTHERS] {
                command += 1;
                verdicts.push(verdict(&service, &token, &path, body.about(patient, command)).await);
            }
            refused += usize::from(verdicts[0] != "permitted");
            writeln!(found, "{path},{role},{},{}", verdicts[0], verdicts[1]).unwrap();
        }
        assert!(refused > 0, "{path} refuses nobody");
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/policies/calls.csv");
    if std::env::var_os("CONCORD_BLESS").is_some() {
        std::fs::write(&golden, &found).unwrap();
    }
    let reviewed = std::fs::read_to_string(&golden).unwrap();
    for (found, reviewed) in found.lines().zip(reviewed.lines()) {
        assert_eq!(found, reviewed, "CONCORD_BLESS=1 writes it anew, for review");
    }
    assert_eq!(found.lines().count(), reviewed.lines().count());
}
