//! A program's own rules, from a file to the verdict that names them.

use std::path::Path;

use concord_client::{Client, operations};
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::Action;
use concord_proto::concord::ruleset::v1 as rules;
use concord_support::{Concord, Person, fresh};
use uuid::Uuid;

use crate::clinic::{Clinic, finding, reason, refusal};
use crate::{CONCORD, PHARMACIST, PSYCHIATRIST, THERAPIST};

const DRUGS: &str = "id,name,ingredients,routes,schedule,start_mg,usual_mg,soft_max_mg,hard_max_mg,step_mg,step_days,restart_hours,boxed_warning,taper,prescribable,excipients,source,reviewed_by,reviewed_on\n";
const LIMITS: &str = "id,ingredient,route,over_mg,with,conditions,lab,age_over,lab_below,per_kg,severity,action,mechanism,advice,source,reviewed_by,reviewed_on\n";
const OWN_LIMIT: &str = "limit.program.sertraline,sertraline,,75,,,,,,no,contraindicated,block_unless_cosigned,Our clients are older.,At most 75 mg here.,Program rule 12,,\n";

/// Sertraline with another label maximum.
fn sertraline(most: u32) -> String {
    format!(
        "{DRUGS}sertraline,Sertraline,sertraline,oral,,50,50-200,,{most},50,7,,b1,T1,yes,,Sertraline PI 2,,\n"
    )
}

fn tables(tables: &[(&str, String)]) -> Vec<rules::Table> {
    tables.iter().map(|(name, csv)| rules::Table { name: (*name).to_owned(), csv: csv.clone() }).collect()
}

fn proposal(tables: Vec<rules::Table>) -> rules::ProposeRulesetRequest {
    rules::ProposeRulesetRequest {
        header: Some(operations(Uuid::parse_str(&fresh()).unwrap())),
        tables,
        valid_from: String::new(),
        reason: "Our clients are older.".to_owned(),
    }
}

fn signature(ruleset: &str, name: &str) -> rules::SignRulesetRequest {
    let header = Some(operations(Uuid::parse_str(&fresh()).unwrap()));
    rules::SignRulesetRequest { header, ruleset: ruleset.to_owned(), name: name.to_owned() }
}

async fn current(client: &Client) -> rules::GetCurrentRulesetResponse {
    client.rulesets().get_current_ruleset(rules::GetCurrentRulesetRequest {}).await.unwrap().into_inner()
}

/// What waits for signatures.
async fn waiting(client: &Client) -> String {
    let listed = client.rulesets().list_rulesets(rules::ListRulesetsRequest {}).await.unwrap().into_inner();
    let waits = |known: &&rules::Ruleset| known.status() == rules::RulesetStatus::Proposed;
    listed.rulesets.iter().find(waits).expect("something waits").ruleset.clone()
}

/// Proposes and has both sign.
async fn publish(clinic: &Clinic, asked: Vec<rules::Table>) -> String {
    let pharmacist = clinic.acting_as(PHARMACIST).await;
    pharmacist.send(proposal(asked)).await.unwrap();
    let ruleset = waiting(&pharmacist).await;
    pharmacist.send(signature(&ruleset, "J. Roe, R. Ph., OH 1")).await.unwrap();
    clinic.doctor.send(signature(&ruleset, "A. Poe, MD")).await.unwrap();
    ruleset
}

#[tokio::test]
async fn e05_a_program_tightens_a_dose_and_the_next_order_above_it_is_refused_by_the_rules_that_two_signed() {
    let clinic = Clinic::open().await;
    let pharmacist = clinic.acting_as(PHARMACIST).await;
    let before = current(&pharmacist).await;
    assert!(before.published.is_none() && !before.reviewed);
    let asked = tables(&[("dose_limits.csv", format!("{LIMITS}{OWN_LIMIT}"))]);
    pharmacist.send(proposal(asked)).await.unwrap();
    let ruleset = waiting(&pharmacist).await;

    // One signature changes nothing.
    pharmacist.send(signature(&ruleset, "J. Roe, R. Ph., OH 1")).await.unwrap();
    assert_eq!(current(&pharmacist).await.ruleset, before.ruleset);
    let (order, _) = clinic.prescribe_in(clinic.intake, "sertraline", 100.0).await.unwrap();
    assert!(!order.is_empty());

    // The second one publishes: the next order above the limit is refused, by the new rules and naming the row.
    clinic.doctor.send(signature(&ruleset, "A. Poe, MD")).await.unwrap();
    let now = current(&pharmacist).await;
    assert_eq!((now.ruleset.as_str(), now.reviewed), (ruleset.as_str(), false));
    let other = concord_support::Intake::admit(&clinic.doctor).await.unwrap();
    other.indicate(&clinic.doctor, "major-depression").await.unwrap();
    other.prepare(&clinic.doctor, "sertraline").await.unwrap();
    let refused = refusal(clinic.prescribe_in(other, "sertraline", 100.0).await);
    let found = finding(&refused.findings, "limit.program.sertraline");
    assert_eq!(found.action(), Action::BlockUnlessCosigned);
    assert_eq!((found.ruleset.as_str(), found.reviewed), (ruleset.as_str(), false));
    assert_eq!((found.advice.as_str(), found.source.as_str()), ("At most 75 mg here.", "Program rule 12"));
    clinic.prescribe_in(other, "sertraline", 50.0).await.unwrap();
}

#[tokio::test]
async fn e05_a_lower_label_maximum_holds_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = crate::start(folder.path()).await;
    let pharmacist = server.client(PHARMACIST).await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    pharmacist.send(proposal(tables(&[("drugs.csv", sertraline(75))]))).await.unwrap();
    let ruleset = waiting(&pharmacist).await;
    doctor.send(signature(&ruleset, "A. Poe, MD")).await.unwrap();
    pharmacist.send(signature(&ruleset, "J. Roe, R. Ph., OH 1")).await.unwrap();
    server.kill().await.unwrap();

    let server = Concord::start(CONCORD, folder.path()).await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = concord_support::Intake::admit(&doctor).await.unwrap();
    intake.indicate(&doctor, "major-depression").await.unwrap();
    intake.prepare(&doctor, "sertraline").await.unwrap();
    let refused = refusal(doctor.send(crate::clinic::order(intake, "sertraline", 100.0)).await);
    let found = finding(&refused.findings, "dose.hard-maximum");
    assert_eq!(
        (found.ruleset.as_str(), found.key.unwrap().about),
        (ruleset.as_str(), vec!["sertraline".to_owned()])
    );

    // What explains the verdict is read from the log, with the signatures on the row.
    let asks = rules::GetRulesetTablesRequest { ruleset: ruleset.clone() };
    let told = doctor.rulesets().get_ruleset_tables(asks).await.unwrap().into_inner();
    let (told, proposed) = (told.tables, told.program_rows);
    assert_eq!(proposed, tables(&[("drugs.csv", sertraline(75))]), "and the rows as they were proposed");
    let drugs = told.iter().find(|table| table.name == "drugs.csv").unwrap();
    assert!(drugs.csv.contains(",Sertraline PI 2,\"A. Poe, MD; J. Roe, R. Ph., OH 1\","), "{}", drugs.csv);
    let asks = rules::DiffRulesetsRequest { from: String::new(), to: ruleset };
    let rows = doctor.rulesets().diff_rulesets(asks).await.unwrap().into_inner().rows;
    assert_eq!(rows.len(), 1);
    let column = &rows[0].columns[0];
    assert_eq!(
        (column.column.as_str(), column.from.as_str(), column.to.as_str()),
        ("hard_max_mg", "200", "75")
    );
}

#[tokio::test]
async fn the_same_person_never_signs_twice_and_nobody_else_signs() {
    let clinic = Clinic::open().await;
    let pharmacist = clinic.acting_as(PHARMACIST).await;
    pharmacist.send(proposal(tables(&[("drugs.csv", sertraline(75))]))).await.unwrap();
    let ruleset = waiting(&pharmacist).await;
    pharmacist.send(signature(&ruleset, "J. Roe")).await.unwrap();
    let both = clinic.acting_as(Person { role: "psychiatrist", id: PHARMACIST.id }).await;
    assert_eq!(reason(both.send(signature(&ruleset, "J. Roe")).await), "RULESET_SIGNED_ALREADY");
    let colleague = clinic.acting_as(Person::new("pharmacist", 20)).await;
    assert_eq!(reason(colleague.send(signature(&ruleset, "K. Moe")).await), "RULESET_ROLE_SIGNED");
    let therapist = clinic.acting_as(THERAPIST).await;
    assert_eq!(reason(therapist.send(signature(&ruleset, "L. Noe")).await), "NOT_PERMITTED");
    let again = proposal(tables(&[("drugs.csv", sertraline(75))]));
    assert_eq!(reason(clinic.doctor.send(again).await), "RULESET_PROPOSAL_OPEN");
    let rejection = rules::RejectRulesetRequest {
        header: Some(operations(Uuid::parse_str(&fresh()).unwrap())),
        ruleset: ruleset.clone(),
        reason: "Too low for most.".to_owned(),
    };
    clinic.doctor.send(rejection).await.unwrap();
    assert_eq!(reason(clinic.doctor.send(signature(&ruleset, "A. Poe")).await), "RULESET_NOT_PROPOSED");
}

#[tokio::test]
async fn a_looser_file_is_refused_whole_with_line_and_column_by_the_service_and_on_the_command_line() {
    let clinic = Clinic::open().await;
    let pharmacist = clinic.acting_as(PHARMACIST).await;
    let asked =
        tables(&[("dose_limits.csv", format!("{LIMITS}{OWN_LIMIT}")), ("drugs.csv", sertraline(300))]);
    let refused: common::Refusal = refusal(pharmacist.send(proposal(asked)).await);
    let told =
        "drugs.csv, line 2, column hard_max_mg: \"300\" is looser than \"200\", which stands in sertraline";
    assert_eq!(
        (refused.reason().as_str_name(), refused.message.as_str()),
        ("ERROR_REASON_RULESET_LOOSENS", told)
    );
    let listed =
        pharmacist.rulesets().list_rulesets(rules::ListRulesetsRequest {}).await.unwrap().into_inner();
    assert!(listed.rulesets.is_empty(), "nothing of it is kept");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("drugs.csv"), sertraline(300)).unwrap();
    let output = clinic.server.run(&["rules", "check", &folder.path().to_string_lossy()]).await.unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains(told));
}

async fn run(server: &Concord, arguments: &[&str]) -> String {
    let output = server.run(arguments).await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn files(folder: &Path) -> String {
    std::fs::write(folder.join("drugs.csv"), sertraline(75)).unwrap();
    std::fs::write(folder.join("notes.txt"), "Discussed on Monday.").unwrap();
    folder.to_string_lossy().into_owned()
}

#[tokio::test]
async fn files_are_checked_proposed_and_signed_on_the_command_line() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = crate::start(data.path()).await;
    let files = files(folder.path());
    let checked = run(&server, &["rules", "check", &files]).await;
    assert!(checked.contains("tightens   sertraline: hard_max_mg from 200 to 75"), "{checked}");
    let shown = run(&server, &["rules", "show"]).await;
    assert!(shown.contains("unreviewed: 0 of "), "{shown}");

    let url = server.url.clone();
    let pharmacist = server.token(PHARMACIST).await.unwrap();
    let doctor = server.token(PSYCHIATRIST).await.unwrap();
    let by = |token: &str| ["--url".to_owned(), url.clone(), "--token".to_owned(), token.to_owned()];
    let ask = async |arguments: &[&str], token: &str| {
        let by = by(token);
        let all: Vec<&str> = arguments.iter().copied().chain(by.iter().map(String::as_str)).collect();
        run(&server, &all).await
    };
    let proposed =
        ask(&["rules", "propose", &files, "--reason", "Our clients are older."], &pharmacist).await;
    assert!(proposed.contains("waits for signatures"), "{proposed}");
    let line = proposed.lines().find(|line| line.ends_with("waits for signatures")).unwrap();
    let ruleset = line.split_whitespace().next().unwrap().to_owned();
    let once = ask(&["rules", "sign", &ruleset, "--name", "J. Roe, R. Ph."], &pharmacist).await;
    assert!(once.contains("waits for signatures") && once.contains("signed by J. Roe"), "{once}");
    let twice = ask(&["rules", "publish", &ruleset, "--name", "A. Poe, MD"], &doctor).await;
    assert!(twice.contains("in force from "), "{twice}");
    let current = ask(&["rules", "current"], &doctor).await;
    assert!(current.contains(&ruleset) && current.contains("unreviewed: 1 of "), "{current}");
    let read = ask(&["rules", "read", &ruleset], &doctor).await;
    assert!(read.starts_with("drugs.csv\nid,name,") && read.contains("\nsertraline,"), "{read}");
    let difference = ask(&["rules", "diff"], &doctor).await;
    assert_eq!(difference, "drugs.csv  changes  sertraline: hard_max_mg from 200 to 75\n");
}

#[tokio::test]
async fn a_later_publication_takes_the_place_of_the_earlier_one() {
    let clinic = Clinic::open().await;
    let first = publish(&clinic, tables(&[("drugs.csv", sertraline(75))])).await;
    let second = publish(&clinic, tables(&[("drugs.csv", sertraline(150))])).await;
    assert_eq!(current(&clinic.doctor).await.ruleset, second);
    let (_, token) = clinic.prescribe_in(clinic.intake, "sertraline", 100.0).await.unwrap();
    assert!(token.is_some(), "the proposal is whole: the lower maximum of {first} holds no more");
}

const TESTS: &str = "id,drug,labs,age_over,baseline_days,after_start_days,after_change_days,every_days,source,reviewed_by,reviewed_on\n";

#[tokio::test]
async fn e08_a_test_that_a_program_asks_for_is_on_worklists_from_its_publication_on() {
    let clinic = Clinic::open().await;
    let (_, ordered) = clinic.prescribe_in(clinic.intake, "sertraline", 50.0).await.unwrap();
    assert!(
        clinic.worklist("test", ordered).await.is_empty(),
        "the tables ask for sodium above 65 years alone"
    );
    let row = "mon.program.sodium,sertraline,sodium,,30,14,,90,Program rule 7,,\n";
    let pharmacist = clinic.acting_as(PHARMACIST).await;
    pharmacist.send(proposal(tables(&[("monitoring.csv", format!("{TESTS}{row}"))]))).await.unwrap();
    let ruleset = waiting(&pharmacist).await;
    let once = pharmacist.send(signature(&ruleset, "J. Roe")).await.unwrap();
    assert!(clinic.worklist("test", once.token).await.is_empty());
    // Nothing happens to the patient meanwhile.
    let twice = clinic.doctor.send(signature(&ruleset, "A. Poe, MD")).await.unwrap();
    assert_eq!(clinic.worklist("test", twice.token).await, ["Sodium"]);
}
