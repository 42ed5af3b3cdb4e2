//! The rules of a running service, through its API.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use concord_client::{Client, Error, operations};
use concord_kernel::{IdSource, RandomIds};
use concord_knowledge::program::{Column, ProgramRules};
use concord_proto::concord::ruleset::v1 as pb;

use super::check::told;
use super::show;
use crate::Failed;

/// By which rules the service would judge now.
pub(super) async fn current(client: &Client) -> Result<String, Failed> {
    let current = client.rulesets().get_current_ruleset(pb::GetCurrentRulesetRequest {}).await;
    let current = current.map_err(Error::from)?.into_inner();
    let asks = pb::GetRulesetTablesRequest { ruleset: current.ruleset.clone() };
    let tables = client.rulesets().get_ruleset_tables(asks).await.map_err(Error::from)?.into_inner().tables;
    let tables: BTreeMap<_, _> = tables.into_iter().map(|table| (table.name, table.csv)).collect();
    let mut text = show::sent(&current.ruleset, &tables)?;
    if let Some(published) = current.published {
        let _infallible = write!(text, "\n{}", edition(&published));
    }
    Ok(text)
}

/// What was proposed and published.
pub(super) async fn list(client: &Client) -> Result<String, Failed> {
    let listed = client.rulesets().list_rulesets(pb::ListRulesetsRequest {}).await.map_err(Error::from)?;
    let listed = listed.into_inner();
    let mut text: String = listed.rulesets.iter().map(edition).collect();
    let _infallible = writeln!(text, "{}  the tables of the service", listed.own);
    Ok(text)
}

fn edition(edition: &pb::Ruleset) -> String {
    let status = match edition.status() {
        pb::RulesetStatus::Proposed => "waits for signatures".to_owned(),
        pb::RulesetStatus::Published => edition
            .in_force_from
            .map_or_else(|| "published".to_owned(), |from| format!("in force from {from}")),
        pb::RulesetStatus::Rejected => format!("rejected: {}", edition.rejected_because),
        pb::RulesetStatus::Unspecified => "of a newer service".to_owned(),
    };
    let mut text = format!("{}  {status}\n  {}\n", edition.ruleset, edition.reason);
    for signature in &edition.signatures {
        let _infallible = writeln!(text, "  signed by {}", signature.name);
    }
    text
}

/// What differs between two.
pub(super) async fn difference(
    client: &Client,
    from: Option<String>,
    to: Option<String>,
) -> Result<String, Failed> {
    let asks = pb::DiffRulesetsRequest { from: from.unwrap_or_default(), to: to.unwrap_or_default() };
    let rows = client.rulesets().diff_rulesets(asks).await.map_err(Error::from)?.into_inner().rows;
    if rows.is_empty() {
        return Ok("They say the same.\n".to_owned());
    }
    Ok(rows.iter().map(row).collect())
}

fn row(row: &pb::RowDifference) -> String {
    let pb::RowDifference { table, row: id, columns, .. } = row;
    let said =
        |name: &str, value: &str| if name == "id" { String::new() } else { format!("    {name}: {value}\n") };
    match row.kind() {
        pb::RowDifferenceKind::Added => {
            let says: String = columns.iter().map(|column| said(&column.column, &column.to)).collect();
            format!("{table}  adds     {id}\n{says}")
        }
        pb::RowDifferenceKind::Removed => format!("{table}  removes  {id}\n"),
        pb::RowDifferenceKind::Changed | pb::RowDifferenceKind::Unspecified => {
            columns.iter().fold(String::new(), |mut text, pb::ColumnDifference { column, from, to }| {
                let values = Column { name: column.clone(), from: from.clone(), to: to.clone() };
                let _infallible = writeln!(text, "{table}  changes  {id}: {}", told(&values));
                text
            })
        }
    }
}

/// The program's rows in a ruleset, as they were proposed.
pub(super) async fn read(client: &Client, ruleset: String) -> Result<String, Failed> {
    let asks = pb::GetRulesetTablesRequest { ruleset };
    let rows =
        client.rulesets().get_ruleset_tables(asks).await.map_err(Error::from)?.into_inner().program_rows;
    if rows.is_empty() {
        return Ok("The tables of the service alone.\n".to_owned());
    }
    Ok(rows.iter().fold(String::new(), |mut text, pb::Table { name, csv }| {
        let _infallible = writeln!(text, "{name}\n{csv}");
        text
    }))
}

/// Proposes the files and names what waits then.
pub(super) async fn propose(
    client: &Client,
    rules: &ProgramRules,
    reason: String,
    valid_from: Option<String>,
) -> Result<String, Failed> {
    let table = |(name, csv): (&str, &str)| pb::Table { name: name.to_owned(), csv: csv.to_owned() };
    let asks = pb::ProposeRulesetRequest {
        header: Some(operations(RandomIds.next())),
        tables: rules.tables().map(table).collect(),
        valid_from: valid_from.unwrap_or_default(),
        reason,
    };
    client.send(asks).await?;
    let listed = client.rulesets().list_rulesets(pb::ListRulesetsRequest {}).await.map_err(Error::from)?;
    let listed = listed.into_inner().rulesets;
    let waits = listed.iter().find(|ruleset| ruleset.status() == pb::RulesetStatus::Proposed);
    // Somebody may have signed or rejected it in between.
    Ok(waits.map_or_else(|| "Proposed.\n".to_owned(), edition))
}

/// Signs, and tells what became of it.
pub(super) async fn sign(client: &Client, ruleset: String, name: String) -> Result<String, Failed> {
    let header = Some(operations(RandomIds.next()));
    client.send(pb::SignRulesetRequest { header, ruleset: ruleset.clone(), name }).await?;
    named(client, &ruleset).await
}

/// Rejects, and tells what became of it.
pub(super) async fn reject(client: &Client, ruleset: String, reason: String) -> Result<String, Failed> {
    let header = Some(operations(RandomIds.next()));
    client.send(pb::RejectRulesetRequest { header, ruleset: ruleset.clone(), reason }).await?;
    named(client, &ruleset).await
}

async fn named(client: &Client, ruleset: &str) -> Result<String, Failed> {
    let listed = client.rulesets().list_rulesets(pb::ListRulesetsRequest {}).await.map_err(Error::from)?;
    let listed = listed.into_inner().rulesets;
    let known = listed.iter().find(|known| known.ruleset == ruleset);
    Ok(known.map_or_else(String::new, edition))
}
