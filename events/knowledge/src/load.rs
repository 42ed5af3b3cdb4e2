//! Reads the tables, proves every cross reference, and builds the indices.

pub(crate) mod conditions;
pub(crate) mod drugs;
mod fault;
mod files;
pub(crate) mod ingredients;
mod injections;
pub(crate) mod products;
mod recovery;
pub(crate) mod rules;
pub(crate) mod set;
pub(crate) mod small;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod titrations;
mod trials;

pub use fault::{Fault, LoadError};
pub use files::Files;

use self::rules::Rules;
use self::table::Table;
use crate::{Ruleset, RulesetVersion};

/// Reads every table.
pub(crate) fn load(version: RulesetVersion, files: &Files) -> Result<Ruleset, LoadError> {
    let table = |name| files.table(name);
    let tables: Vec<Table> = Files::NAMES.iter().map(|name| table(name)).collect::<Result<_, _>>()?;
    let reviewed = tables.iter().all(Table::signed);
    let substances = ingredients::read(&table("ingredients.csv")?)?;
    let conditions = conditions::read(&table("conditions.csv")?)?;
    let labs = small::labs(&table("labs.csv")?)?;
    let words = &substances.vocabulary;
    let warnings = small::warnings(&table("boxed_warnings.csv")?)?;
    let mut monitoring = crate::monitoring::Monitoring::read(
        (&table("monitoring.csv")?, &table("level_timing.csv")?, &table("critical_values.csv")?),
        &substances,
        &labs,
    )?;
    let drugs = drugs::read(&table("drugs.csv")?, &substances, &warnings)?;
    let mut rules = Rules::read(files, words, &conditions, &labs)?;
    products::read(&table("products.csv")?, words, &drugs, (&mut rules, &mut monitoring))?;
    let recovery = recovery::read(files, &substances, &conditions)?;
    let titrations = titrations::read(&table("titrations.csv")?, words, &drugs)?;
    let durations = crate::duration::Durations::read(&table("duration_limits.csv")?, words, &conditions)?;
    let injections =
        injections::read((&table("injections.csv")?, &table("late_injections.csv")?), words, &drugs)?;
    let trials = trials::read(&table("trials.csv")?, &drugs, &conditions)?;
    Ok(Ruleset {
        version,
        reviewed,
        rules,
        recovery,
        titrations,
        injections,
        trials,
        conditions,
        labs,
        symptoms: small::names(&table("symptoms.csv")?)?,
        red_flags: small::names(&table("red_flags.csv")?)?,
        escalation: small::escalation(&table("escalation.csv")?)?,
        policies: small::policies(&table("policies.csv")?)?,
        bands: small::bands(&table("scales.csv")?)?,
        terms: small::terms(&table("coordination.csv")?)?,
        consent: small::medications(&table("consent_rules.csv")?, words)?,
        substance_use: small::medications(&table("substance_use_medications.csv")?, words)?,
        durations,
        monitoring,
        missed: crate::missed::read(&table("missed_doses.csv")?, &drugs)?,
        managers: crate::managers::Managers::read(&table("deadlines.csv")?, &table("outreach.csv")?, words)?,
        drugs,
        substances,
    })
}
