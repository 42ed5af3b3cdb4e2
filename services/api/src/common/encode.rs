//! Domain types to shared messages. Never fails.

use concord_domain::{Explain, Refusal};
use concord_executor::Receipt;
use concord_kernel::{Instant, Purpose, Role, Token};
use concord_knowledge::{Action, Finding, FindingKey, Ruleset, RulesetVersion, Severity};
use concord_proto::concord::common::v1 as pb;
use prost_types::Timestamp;
use uuid::Uuid;

const MICROS_PER_SECOND: i64 = 1_000_000;

pub(crate) fn instant(at: Instant) -> Timestamp {
    let micros = at.micros().rem_euclid(MICROS_PER_SECOND);
    let nanos = i32::try_from(micros * 1_000).expect("less than a second");
    Timestamp { seconds: at.micros().div_euclid(MICROS_PER_SECOND), nanos }
}

pub(crate) fn token(token: Token) -> pb::Token {
    // Every receipt has one: written in place of formatted.
    let epoch = token.epoch.hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned();
    pb::Token { epoch, position: token.position }
}

/// `rules` have the words for warnings.
pub(crate) fn receipt(receipt: Receipt, rules: Option<&Ruleset>) -> pb::CommandReceipt {
    let Receipt { token, count, stream_version, recorded_at, warnings } = receipt;
    pb::CommandReceipt {
        token: Some(self::token(token)),
        stream_version,
        recorded_at: Some(instant(recorded_at)),
        events: count,
        warnings: warnings.iter().map(|key| warning(key, rules)).collect(),
    }
}

pub(crate) fn refusal(refusal: &Refusal, reason: pb::ErrorReason) -> pb::Refusal {
    pb::Refusal {
        reason: reason.into(),
        message: refusal.to_string(),
        remedy: refusal.remedy().to_owned(),
        findings: refusal.findings().iter().map(|found| finding(found, refusal.judged_by())).collect(),
        details: refusal.details().into_iter().map(str::to_owned).collect(),
    }
}

fn finding_key(key: &FindingKey) -> pb::FindingKey {
    let FindingKey { rule, about } = key;
    pb::FindingKey {
        rule: rule.as_str().to_owned(),
        about: about.iter().map(|substance| substance.as_str().to_owned()).collect(),
    }
}

/// The words of a finding that was recorded by its name.
fn warning(key: &FindingKey, rules: Option<&Ruleset>) -> pb::Finding {
    let told = rules.and_then(|rules| Some((rules.explain(key)?, rules)));
    // A rule that was taken out since: that it spoke is still told.
    told.map_or_else(
        || pb::Finding { key: Some(finding_key(key)), ..Default::default() },
        |(told, rules)| finding(&told, Some((rules.version(), rules.is_reviewed()))),
    )
}

/// A finding with the rules whose words these are, and whether they are reviewed.
fn finding(finding: &Finding, rules: Option<(&RulesetVersion, bool)>) -> pb::Finding {
    let Finding { key, severity, action, mechanism, advice, source, until } = finding;
    pb::Finding {
        key: Some(finding_key(key)),
        severity: encoded_severity(*severity).into(),
        action: encoded_action(*action).into(),
        mechanism: mechanism.clone(),
        advice: advice.clone(),
        source: source.clone(),
        until: until.map(instant),
        ruleset: rules.map_or_else(String::new, |(version, _)| version.as_str().to_owned()),
        reviewed: rules.is_some_and(|(_, reviewed)| reviewed),
    }
}

const fn encoded_severity(severity: Severity) -> pb::Severity {
    match severity {
        Severity::Moderate => pb::Severity::Moderate,
        Severity::Major => pb::Severity::Major,
        Severity::Contraindicated => pb::Severity::Contraindicated,
    }
}

const fn encoded_action(action: Action) -> pb::Action {
    match action {
        Action::Monitor => pb::Action::Monitor,
        Action::Adjust => pb::Action::Adjust,
        Action::Acknowledge => pb::Action::Acknowledge,
        Action::BlockUnlessCosigned => pb::Action::BlockUnlessCosigned,
        Action::Space => pb::Action::Space,
        Action::Block => pb::Action::Block,
    }
}

pub(crate) const fn purpose(purpose: Option<Purpose>) -> pb::Purpose {
    match purpose {
        None => pb::Purpose::Unspecified,
        Some(Purpose::Treatment) => pb::Purpose::Treatment,
        Some(Purpose::Payment) => pb::Purpose::Payment,
        Some(Purpose::Operations) => pb::Purpose::Operations,
        Some(Purpose::Emergency) => pb::Purpose::Emergency,
        Some(Purpose::PatientRequest) => pb::Purpose::PatientRequest,
        Some(Purpose::Audit) => pb::Purpose::Audit,
    }
}

pub(crate) const fn role(role: Role) -> pb::Role {
    match role {
        Role::Psychiatrist => pb::Role::Psychiatrist,
        Role::Pmhnp => pb::Role::Pmhnp,
        Role::Therapist => pb::Role::Therapist,
        Role::CaseManager => pb::Role::CaseManager,
        Role::Nurse => pb::Role::Nurse,
        Role::Pharmacist => pb::Role::Pharmacist,
        Role::PrimaryCare => pb::Role::PrimaryCare,
        Role::OutsideProvider => pb::Role::OutsideProvider,
        Role::Family => pb::Role::Family,
        Role::Patient => pb::Role::Patient,
        Role::Auditor => pb::Role::Auditor,
        Role::Service => pb::Role::Service,
        Role::Director => pb::Role::Director,
        Role::PrivacyOfficer => pb::Role::PrivacyOfficer,
        Role::Partner => pb::Role::Partner,
    }
}
