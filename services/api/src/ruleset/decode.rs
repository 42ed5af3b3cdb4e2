//! Messages to commands about rules.

use std::collections::BTreeMap;

use concord_domain::Command as AnyCommand;
use concord_domain::ruleset::Command;
use concord_knowledge::{RuleId, RulesetVersion};
use concord_proto::concord::ruleset::v1 as pb;

use crate::Invalid;
use crate::field::{list, name, optional_day, text};

/// The most tables of one proposal; there are fewer.
const TABLES: usize = 64;

pub(super) fn propose_ruleset(request: pb::ProposeRulesetRequest) -> Result<AnyCommand, Invalid> {
    let pb::ProposeRulesetRequest { header: _, tables, valid_from, reason } = request;
    if tables.is_empty() {
        return Err(Invalid::new("tables", "must hold at least one table"));
    }
    let mut by_name = BTreeMap::new();
    for (table, csv) in list("tables", tables, TABLES, table)? {
        if by_name.insert(table, csv).is_some() {
            return Err(Invalid::new("tables", "must name each table once"));
        }
    }
    Ok(AnyCommand::Ruleset(Command::Propose {
        tables: by_name,
        valid_from: optional_day("valid_from", &valid_from)?,
        reason: text("reason", &reason)?,
    }))
}

/// A table by its name, which has the form of a rule's.
fn table(table: pb::Table) -> Result<(String, String), Invalid> {
    let pb::Table { name, csv } = table;
    self::name("name", &name, RuleId::parse)?;
    if csv.is_empty() {
        return Err(Invalid::new("csv", "must hold a header and rows"));
    }
    Ok((name, csv))
}

pub(super) fn sign_ruleset(request: pb::SignRulesetRequest) -> Result<AnyCommand, Invalid> {
    let pb::SignRulesetRequest { header: _, ruleset, name } = request;
    Ok(AnyCommand::Ruleset(Command::Sign {
        ruleset: version("ruleset", &ruleset)?,
        name: text("name", &name)?,
    }))
}

pub(super) fn reject_ruleset(request: pb::RejectRulesetRequest) -> Result<AnyCommand, Invalid> {
    let pb::RejectRulesetRequest { header: _, ruleset, reason } = request;
    Ok(AnyCommand::Ruleset(Command::Reject {
        ruleset: version("ruleset", &ruleset)?,
        reason: text("reason", &reason)?,
    }))
}

pub(super) fn version(field: &str, ruleset: &str) -> Result<RulesetVersion, Invalid> {
    name(field, ruleset, RulesetVersion::parse)
}

/// The name of a ruleset that may be left out.
pub(super) fn optional_version(field: &str, ruleset: &str) -> Result<Option<RulesetVersion>, Invalid> {
    if ruleset.is_empty() { Ok(None) } else { version(field, ruleset).map(Some) }
}
