//! `injections.csv` and `late_injections.csv`: one row a way to inject, and one a rule about late injections.

use super::drugs::Formulary;
use super::fault::{Fault, LoadError};
use super::set::Vocabulary;
use super::table::{Row, Table};
use crate::injection::{Amount, Injection, LateInjection, PlannedInjection, SiteRegion};
use crate::{DrugId, Milligrams, RuleId};

pub(crate) fn read(
    (table, late): (&Table, &Table),
    words: &Vocabulary,
    drugs: &Formulary,
) -> Result<Vec<Injection>, LoadError> {
    let mut all = Vec::new();
    for row in table.rows() {
        all.push(injection(&row, words, drugs)?);
    }
    let silent = |entry: &&super::drugs::Entry| {
        let drug = &entry.drug;
        drug.routes.iter().any(|route| drug.is_depot(*route)) && all.iter().all(|row| row.drug != drug.id)
    };
    if drugs.rows.iter().any(|entry| silent(&entry)) {
        return Err(table.fault(Fault::MissingRow("depot")));
    }
    for row in late.rows() {
        let of: RuleId = row.stored("injection", row.text("injection")?)?;
        let known = all.iter_mut().find(|known| known.id == of);
        let known = known.ok_or_else(|| row.invalid("injection", of.as_str()))?;
        known.late.push(late_injection(&row)?);
    }
    match all.iter().find(|row| row.late.is_empty()) {
        Some(_) => Err(late.fault(Fault::MissingRow("late"))),
        None => Ok(all),
    }
}

fn needed(row: &Row<'_>, column: &'static str) -> Result<u16, LoadError> {
    row.whole(column)?.ok_or_else(|| row.fault(Fault::EmptyText(column)))
}

fn injection(row: &Row<'_>, words: &Vocabulary, drugs: &Formulary) -> Result<Injection, LoadError> {
    let name = row.text("drug")?;
    let drug: DrugId = row.stored("drug", name)?;
    if drugs.get(&drug).is_none() {
        return Err(row.fault(Fault::UnknownDrug(name.to_owned())));
    }
    let (every_days, least_days) = (needed(row, "every_days")?, needed(row, "least_days")?);
    if least_days == 0 || least_days > every_days {
        return Err(row.fault(Fault::Contradiction("least_days", "every_days")));
    }
    Ok(Injection {
        id: row.id()?,
        drug,
        every_days,
        least_days,
        late_days: needed(row, "late_days")?,
        loading: plan(row, "loading")?,
        loading_needed: row.yes("loading_needed")?,
        sites: sites(row, "sites")?,
        loading_sites: sites(row, "loading_sites")?,
        start_each_time: row.yes("start_each_time")?,
        overlap_days: needed(row, "overlap_days")?,
        beginning: row.words("beginning")?,
        source: row.words("source")?,
        tolerated: words.select_if_any(row, "tolerated")?,
        late: Vec::new(),
    })
}

fn late_injection(row: &Row<'_>) -> Result<LateInjection, LoadError> {
    let (given_from, given_to) = (needed(row, "given_from")?, row.whole("given_to")?);
    if given_from == 0 || given_to.is_some_and(|to| to < given_from) {
        return Err(row.fault(Fault::Contradiction("given_from", "given_to")));
    }
    Ok(LateInjection {
        id: row.id()?,
        given_from,
        given_to,
        after_days: needed(row, "after_days")?,
        action: row.stored("action", row.text("action")?)?,
        doses: plan(row, "doses")?,
        overlap_days: needed(row, "overlap_days")?,
        mechanism: row.words("mechanism")?,
        advice: row.words("advice")?,
        source: row.words("source")?,
    })
}

fn sites(row: &Row<'_>, column: &'static str) -> Result<Vec<SiteRegion>, LoadError> {
    let sites: Vec<SiteRegion> =
        row.list(column)?.into_iter().map(|site| row.stored(column, site)).collect::<Result<_, _>>()?;
    if sites.is_empty() { Err(row.fault(Fault::EmptyText(column))) } else { Ok(sites) }
}

/// Reads a plan such as `234@0|156@7:3-11`: each injection with the day on which it is due and, after `:`, the first and
/// the last day on which it is in time. `ordered` is what the order says, `ordered/156` at most 156 mg of it.
fn plan(row: &Row<'_>, column: &'static str) -> Result<Vec<PlannedInjection>, LoadError> {
    let mut all: Vec<PlannedInjection> = Vec::new();
    for text in row.list(column)? {
        let planned = planned(text).ok_or_else(|| row.invalid(column, text))?;
        let first = all.is_empty() && planned.on == 0;
        let follows = all.last().is_some_and(|before| before.on < planned.on);
        if !(first || follows) || planned.from > planned.on || planned.on > planned.to {
            return Err(row.fault(Fault::Contradiction(column, "days")));
        }
        all.push(planned);
    }
    Ok(all)
}

fn planned(text: &str) -> Option<PlannedInjection> {
    let (amount, days) = text.split_once('@')?;
    let (on, window) = days.split_once(':').map_or((days, None), |(on, window)| (on, Some(window)));
    let on: u16 = on.parse().ok()?;
    let (from, to) = match window {
        Some(window) => {
            let (from, to) = window.split_once('-')?;
            (from.parse().ok()?, to.parse().ok()?)
        }
        None => (on, on),
    };
    let milligrams = |text: &str| text.parse().ok().and_then(|mg| Milligrams::parse(mg).ok());
    let amount = match amount.strip_prefix("ordered") {
        Some("") => Amount::Ordered { at_most: None },
        Some(most) => Amount::Ordered { at_most: Some(milligrams(most.strip_prefix('/')?)?) },
        None => Amount::Exactly(milligrams(amount)?),
    };
    Some(PlannedInjection { amount, on, from, to })
}
