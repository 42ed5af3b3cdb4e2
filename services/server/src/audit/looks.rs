//! Who looked at a patient's record, and what was disclosed of it.

use comfy_table::Table;
use concord_client::Error;
use concord_kernel::Instant;
use concord_proto::concord::access_log::v1 as pb;
use concord_proto::concord::common::v1 as common;
use prost_types::Timestamp;
use serde_json::{Value, json};

use super::arguments::Looks;
use crate::{Failed, out};

/// Rows that are asked for at once: the most that there may be.
const PAGE: u32 = 200;

/// Prints the access log, or the accounting of disclosures.
pub(super) async fn tell(asked: &Looks) -> Result<(), Failed> {
    if asked.disclosures { disclosures(asked).await } else { looks(asked).await }
}

async fn looks(asked: &Looks) -> Result<(), Failed> {
    let client = asked.service.connect().await?;
    let (mut looks, mut page_token) = (Vec::new(), String::new());
    loop {
        let asks = pb::ListLooksRequest {
            patient_id: asked.patient.to_string(),
            from: asked.from.map(timestamp),
            until: asked.until.map(timestamp),
            page: Some(common::PageRequest { page_size: PAGE, page_token }),
        };
        let page = client.access_logs().list_looks(asks).await.map_err(Error::from)?.into_inner();
        looks.extend(page.looks);
        page_token = page.page.unwrap_or_default().next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if asked.json {
        let looks: Vec<_> = looks.iter().map(look).collect();
        return Ok(out::json(&json!({ "looks": looks }))?);
    }
    let mut table = Table::new();
    table.set_header(["when", "who", "role", "asked", "for", "patients", "outcome", "by policy"]);
    for look in &looks {
        let outcome = match (look.refused.as_str(), look.break_glass) {
            ("", false) => "shown".to_owned(),
            ("", true) => "shown in an emergency".to_owned(),
            (refused, _) => format!("refused: {refused}"),
        };
        let patients = look.patients.to_string();
        let who = if look.organisation.is_empty() {
            look.person_id.clone()
        } else {
            format!("{} of {}", look.person_id, look.organisation)
        };
        let (at, role, purpose) = (when(look.at), role(look.role), purpose(look.purpose));
        let (call, policy) = (look.call.clone(), look.policy.clone());
        table.add_row([at, who, role, call, purpose, patients, outcome, policy]);
    }
    Ok(out::line(table)?)
}

async fn disclosures(asked: &Looks) -> Result<(), Failed> {
    let client = asked.service.connect().await?;
    let (mut disclosures, mut page_token) = (Vec::new(), String::new());
    loop {
        let asks = pb::ListDisclosuresRequest {
            patient_id: asked.patient.to_string(),
            from: asked.from.map(timestamp),
            until: asked.until.map(timestamp),
            page: Some(common::PageRequest { page_size: PAGE, page_token }),
            intermediaries_only: false,
        };
        let page = client.access_logs().list_disclosures(asks).await.map_err(Error::from)?.into_inner();
        disclosures.extend(page.disclosures);
        page_token = page.page.unwrap_or_default().next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if asked.json {
        let disclosures: Vec<_> = disclosures.iter().map(disclosure).collect();
        return Ok(out::json(&json!({ "disclosures": disclosures }))?);
    }
    let mut table = Table::new();
    table.set_header(["when", "to", "for", "rests on", "classes of data", "events"]);
    for disclosure in &disclosures {
        let recipient = [&disclosure.organisation, &disclosure.name, &disclosure.intermediary];
        let recipient: Vec<_> = recipient.into_iter().filter(|part| !part.is_empty()).cloned().collect();
        let (at, to) = (when(disclosure.at), recipient.join(", "));
        let (classes, events) = (disclosure.data_classes.join(", "), disclosure.positions.len().to_string());
        table.add_row([at, to, purpose(disclosure.purpose), basis(disclosure), classes, events]);
    }
    Ok(out::line(table)?)
}

fn basis(disclosure: &pb::RecordedDisclosure) -> String {
    if disclosure.emergency {
        "a medical emergency".to_owned()
    } else if disclosure.audit_id.is_empty() {
        format!("consent {}, version {}", disclosure.consent_id, disclosure.consent_version)
    } else {
        format!("audit {}", disclosure.audit_id)
    }
}

fn look(look: &pb::RecordedLook) -> Value {
    json!({
        "at": when(look.at), "person": look.person_id, "role": role(look.role), "call": look.call,
        "organisation": look.organisation, "purpose": purpose(look.purpose), "patients": look.patients,
        "refused": look.refused, "policy": look.policy, "break_glass": look.break_glass, "audit": look.audit_id,
    })
}

fn disclosure(disclosure: &pb::RecordedDisclosure) -> Value {
    json!({
        "at": when(disclosure.at), "organisation": disclosure.organisation, "name": disclosure.name,
        "person": disclosure.person_id, "intermediary": disclosure.intermediary,
        "purpose": purpose(disclosure.purpose), "consent": disclosure.consent_id,
        "consent_version": disclosure.consent_version, "decided_at": disclosure.decided_at,
        "emergency": disclosure.emergency, "audit": disclosure.audit_id, "classes": disclosure.data_classes,
        "events": disclosure.event_types, "positions": disclosure.positions, "subscription": disclosure.subscription_id,
    })
}

fn when(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}

/// The stored name of a role of the contract.
fn role(role: i32) -> String {
    let name = common::Role::try_from(role).unwrap_or_default().as_str_name();
    name.trim_start_matches("ROLE_").to_lowercase()
}

fn purpose(purpose: i32) -> String {
    let named = common::Purpose::try_from(purpose).unwrap_or_default();
    if named == common::Purpose::Unspecified {
        return String::new();
    }
    named.as_str_name().trim_start_matches("PURPOSE_").to_lowercase()
}

fn timestamp(at: Instant) -> Timestamp {
    const MICROS_PER_SECOND: i64 = 1_000_000;
    let nanos = i32::try_from(at.micros().rem_euclid(MICROS_PER_SECOND) * 1_000).unwrap_or_default();
    Timestamp { seconds: at.micros().div_euclid(MICROS_PER_SECOND), nanos }
}
