//! Two tenants whose patients, stays and people have the same identifiers: nothing of one is in any answer to the other.

use concord_client::Client;
use concord_support::{Concord, Intake, Person};
use tokio::process::Command;
use uuid::Uuid;

use crate::questions::{QUESTIONS, Scene, Tells, scene};
use crate::{CONCORD, PSYCHIATRIST};

const TENANTS: [(&str, &str); 2] = [("demo", "Canary Alder"), ("birch", "Canary Birch")];

async fn token(server: &Concord, tenant: &str, person: Person) -> String {
    let id = person.id.to_string();
    let asked = ["token", "--tenant", tenant, "--role", person.role, "--person", &id];
    let output = server.run(&asked).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn holds(answer: &[u8], what: &str) -> bool {
    answer.windows(what.len()).any(|part| part == what.as_bytes())
}

#[tokio::test]
async fn every_call_answers_each_of_two_tenants_with_the_same_identifiers_from_its_own_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(CONCORD);
    command.env("CONCORD_TENANTS", "[\"demo\", \"birch\"]");
    let server = Concord::start_with(command, CONCORD, folder.path(), &[]).await.unwrap();
    let intake = Intake { patient: Uuid::from_u128(0xada), stay: Uuid::from_u128(0x57a1) };
    let mut scenes: Vec<Scene> = Vec::new();
    for (tenant, name) in TENANTS {
        let doctor = token(&server, tenant, PSYCHIATRIST).await;
        let doctor = Client::connect(server.url.clone(), &doctor).await.unwrap();
        scenes.push(scene(&doctor, intake, name).await);
    }
    for question in QUESTIONS {
        let path = question.path;
        let mut named = 0;
        for (number, (tenant, name)) in TENANTS.into_iter().enumerate() {
            let token = token(&server, tenant, question.by).await;
            let answer = question.ask(&server.url, &token, &scenes[number]).await;
            // Nobody is configured to cosign here.
            assert_eq!(answer.is_err(), path.ends_with("AddCosignature"), "{path} to {tenant}: {answer:?}");
            let answer = answer.unwrap_or_default();
            named += usize::from(holds(&answer, name));
            let (_, other) = TENANTS[1 - number];
            assert!(!holds(&answer, other), "{path} tells {tenant} of the other's patient");
        }
        // Otherwise nothing would be seen if the answers were mixed up.
        let telling = ["ListWorklist", "ListEpisodes", "ReadRange", "GetClientCourse", "GetReconciledList"];
        if telling.iter().any(|call| path.ends_with(call)) && question.tells == Tells::OfThePatient {
            assert_eq!(named, TENANTS.len(), "{path} names its own patient");
        }
    }
}
