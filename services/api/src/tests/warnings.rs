//! What a safety check found is told with its words.

use concord_client::treatment;
use concord_kernel::Role;
use concord_knowledge::Ruleset;
use concord_proto::concord::chart::v1::CheckSafetyRequest;
use concord_proto::concord::common::v1::{Action, Finding, Severity};
use uuid::Uuid;

use super::samples::Sample;
use super::service::{Service, referral};

fn check(command: u128) -> CheckSafetyRequest {
    let header = Some(treatment(Uuid::from_u128(command), Uuid::from_u128(7)));
    let mut asks = CheckSafetyRequest { header, ..CheckSafetyRequest::sample() };
    asks.proposal.as_mut().unwrap().drug = "sertraline".to_owned();
    asks
}

#[tokio::test]
async fn a_warning_says_what_it_is_how_bad_and_what_to_do() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, 7)).await.unwrap();
    let receipt = nurse.send(check(2)).await.unwrap();
    let rule = |finding: &&Finding| finding.key.as_ref().unwrap().rule == "allergy.unknown";
    let found = receipt.warnings.iter().find(rule).expect("nobody has asked for allergies yet");
    assert_eq!((found.severity(), found.action()), (Severity::Major, Action::Block));
    let rules = Ruleset::embedded();
    assert_eq!((found.ruleset.as_str(), found.reviewed), (rules.version().as_str(), rules.is_reviewed()));
    for finding in &receipt.warnings {
        let said = [&finding.mechanism, &finding.advice, &finding.source];
        assert!(said.into_iter().all(|text| !text.is_empty()), "{finding:?}");
    }

    let stream = nurse.stream().await.unwrap();
    assert_eq!(stream.execute(check(2)).await.unwrap(), receipt, "a stream tells the same");
}

#[test]
fn a_rule_that_is_no_more_is_told_by_its_name() {
    use concord_knowledge::{FindingKey, RuleId};
    let warnings = vec![FindingKey { rule: RuleId::parse("no.such.rule").unwrap(), about: Vec::new() }];
    let token = concord_kernel::Token { epoch: Uuid::nil(), position: 1 };
    let recorded_at = concord_kernel::Instant::parse("2026-03-02T12:00:00Z").unwrap();
    let kept = concord_executor::Receipt { token, count: 1, stream_version: 1, recorded_at, warnings };
    let told = crate::common::encode::receipt(kept, Some(Ruleset::embedded())).warnings.remove(0);
    assert_eq!(told.key.unwrap().rule, "no.such.rule");
    assert_eq!((told.severity, told.mechanism.as_str(), told.ruleset.as_str()), (0, "", ""));
}
