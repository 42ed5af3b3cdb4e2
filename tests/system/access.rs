//! Who may do what, through the running program: its policies, a program's own, and broken glass.

use concord_client::Client;
use concord_proto::concord::access::v1 as access;
use concord_proto::concord::common::v1::{self as common, Token};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_support::Person;
use tonic::Code;
use uuid::Uuid;

use crate::CONCORD;
use crate::clinic::{Clinic, reason};

const COVERING: Person = Person::new("psychiatrist", 31);
const OFFICER: Person = Person::new("privacy_officer", 32);
const DIRECTOR: Person = Person::new("director", 33);

/// Policies of a program that lets nobody but auditors look at outcomes.
const OWN: &str = r#"
@id("outcomes-are-audited")
forbid (principal, action == Action::"Outcomes", resource)
unless { principal in Role::"auditor" };
"#;

async fn chart(who: &Client, clinic: &Clinic, min_position: Option<Token>) -> Result<(), tonic::Status> {
    let patient_id = clinic.intake.patient.to_string();
    let asks = prescriber::GetClientRequest { patient_id, min_position };
    who.prescriber().get_client(asks).await.map(drop)
}

async fn waiting(who: &Client, min_position: Option<Token>) -> Vec<access::BrokenGlass> {
    let asks = access::ListBrokenGlassRequest { min_position, page: None };
    who.access().list_broken_glass(asks).await.unwrap().into_inner().items
}

#[tokio::test]
async fn e16_the_glass_is_broken_with_a_reason_is_told_to_the_team_and_is_reviewed_by_another() {
    let clinic = Clinic::open().await;
    let (covering, officer) = (clinic.acting_as(COVERING).await, clinic.acting_as(OFFICER).await);
    assert_eq!(chart(&covering, &clinic, None).await.unwrap_err().code(), Code::PermissionDenied);
    let glass_id = Uuid::from_u128(0x61).to_string();
    let breaks = access::BreakGlassRequest {
        header: clinic
            .intake
            .header()
            .map(|header| common::CommandHeader { purpose: common::Purpose::Emergency.into(), ..header }),
        glass_id: glass_id.clone(),
        reason: "Found unresponsive in the waiting room; Dr. Okafor is on leave".to_owned(),
    };
    let broken = covering.send(breaks).await.unwrap().token;
    chart(&covering, &clinic, broken.clone()).await.unwrap();
    for told in [&clinic.doctor, &clinic.therapist, &officer] {
        let items = waiting(told, broken.clone()).await;
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].person_id, COVERING.id.to_string());
        assert!(items[0].review.is_none() && !items[0].review_by.is_empty());
    }
    let review = access::ReviewBreakGlassRequest {
        header: clinic.intake.header(),
        glass_id,
        finding: access::GlassFinding::Justified.into(),
        note: "An overdose; naloxone was given".to_owned(),
    };
    assert_eq!(reason(clinic.doctor.send(review.clone()).await), "NOT_PERMITTED");
    let reviewed = officer.send(review).await.unwrap().token;
    let item = waiting(&officer, reviewed).await.remove(0);
    assert_eq!((item.uses, item.review.unwrap().person_id), (1, OFFICER.id.to_string()));
    assert_eq!(chart(&covering, &clinic, None).await.unwrap_err().code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_program_adds_policies_of_its_own_and_a_start_with_wrong_ones_is_refused_at_their_line() {
    let (folder, policies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let given = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/policies");
    for name in ["acts", "break_glass", "questions", "relationship"] {
        let name = format!("{name}.cedar");
        std::fs::copy(given.join(&name), policies.path().join(&name)).unwrap();
    }
    let own = policies.path().join("own.cedar");
    std::fs::write(&own, OWN).unwrap();
    let config = folder.path().join("concord.toml");
    std::fs::write(&config, format!("[access]\npolicies = {:?}\n", policies.path())).unwrap();
    let config = config.to_str().unwrap();
    let asked = ["--config", config, "policies", "matrix"];
    let matrix = concord_support::run(CONCORD, folder.path(), &asked).await.unwrap();
    let matrix = String::from_utf8(matrix.stdout).unwrap();
    let outcomes: Vec<_> = matrix.lines().filter(|line| line.starts_with("Outcomes,")).collect();
    assert_eq!(outcomes, ["Outcomes,auditor,about no patient,audit,auditors-read"]);
    std::fs::write(&own, OWN.replace("auditor", "revisor")).unwrap();
    for arguments in [&["policies", "check"][..], &["serve", "--listen", "127.0.0.1:0"][..]] {
        let all = [&["--config", config][..], arguments].concat();
        let refused = concord_support::run(CONCORD, folder.path(), &all).await.unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && said.contains("own.cedar:4:"), "{said}");
    }
}

#[tokio::test]
async fn a_director_reads_who_is_with_the_program_and_no_chart() {
    let clinic = Clinic::open().await;
    let director = clinic.acting_as(DIRECTOR).await;
    assert_eq!(chart(&director, &clinic, None).await.unwrap_err().code(), Code::PermissionDenied);
    let asks = concord_proto::concord::program::v1::ListEpisodesRequest {
        program: "iop-adult".to_owned(),
        ..Default::default()
    };
    director.program().list_episodes(asks).await.unwrap();
}
