//! What a single row cannot show: that a row that is added does not make another one milder.

use super::change::{Change, ChangeKind};
use super::compare::placed;
use super::fault::{NotTaken, ProgramFault};
use super::{ProgramRules, own};
use crate::load::Files;
use crate::load::table::{Row, Table};
use crate::{Drug, DrugId, Ruleset, Taper};

/// Tables whose rows speak in findings. An answer is given to a rule by its name.
const SPEAKING: [&str; 8] = [
    "allergy_rules.csv",
    "condition_rules.csv",
    "dose_limits.csv",
    "duplicates.csv",
    "interactions.csv",
    "lab_rules.csv",
    "missing_rules.csv",
    "special_rules.csv",
];

/// Looks at rows beside all others: `rules` are those that stand and those that the program makes of them.
pub(super) fn check(
    program: &ProgramRules,
    changes: &[Change],
    stands: &Files,
    rules: (&Ruleset, &Ruleset),
) -> Result<(), ProgramFault> {
    let names = speaking(stands)?;
    for (file, text) in program.tables() {
        let table = Table::read(file, text).map_err(own)?;
        for row in table.rows() {
            let id = row.text("id").map_err(own)?;
            let is = |change: &&Change| change.table == file && change.id == id;
            let added = changes.iter().find(is).is_some_and(|change| change.kind == ChangeKind::Added);
            match file {
                "ingredients.csv" => same_substances(&row, rules)?,
                "conditions.csv" => same_conditions(&row, rules)?,
                "drugs.csv" if added => no_way_round(&row, rules)?,
                file if added && SPEAKING.contains(&file) => own_name(&row, id, &names)?,
                _ => {}
            }
        }
    }
    one_name_each(program)
}

fn speaking(stands: &Files) -> Result<Vec<(String, &'static str)>, ProgramFault> {
    let mut names = Vec::new();
    for file in SPEAKING {
        for row in stands.table(file).map_err(own)?.rows() {
            names.push((row.text("id").map_err(own)?.to_owned(), file));
        }
    }
    Ok(names)
}

fn own_name(row: &Row<'_>, id: &str, names: &[(String, &'static str)]) -> Result<(), ProgramFault> {
    match names.iter().find(|(name, _)| name == id) {
        Some((_, file)) => Err(placed(row, Some("id"), NotTaken::NameTaken { id: id.to_owned(), file })),
        None => Ok(()),
    }
}

/// The same among the program's own tables.
fn one_name_each(program: &ProgramRules) -> Result<(), ProgramFault> {
    let mut seen: Vec<(String, &'static str)> = Vec::new();
    for (file, text) in program.tables().filter(|(file, _)| SPEAKING.contains(file)) {
        let table = Table::read(file, text).map_err(own)?;
        for row in table.rows() {
            let id = row.text("id").map_err(own)?;
            if let Some((_, other)) = seen.iter().find(|(name, other)| name == id && *other != file) {
                return Err(placed(&row, Some("id"), NotTaken::NameTaken { id: id.to_owned(), file: other }));
            }
            seen.push((id.to_owned(), file));
        }
    }
    Ok(())
}

/// A longer name must not hide a substance that was recognised in it.
fn same_substances(row: &Row<'_>, (before, after): (&Ruleset, &Ruleset)) -> Result<(), ProgramFault> {
    let aliases = row.list("aliases").map_err(own)?;
    for alias in aliases.into_iter().chain([row.text("name").map_err(own)?]) {
        let alias = alias.trim_start_matches('+');
        let now = after.recognise_medication(alias, &[]).ingredients;
        for stands in before.recognise_medication(alias, &[]).ingredients {
            if !now.contains(&stands) {
                let (name, stands) = (alias.to_owned(), stands.as_str().to_owned());
                return Err(placed(row, Some("aliases"), NotTaken::Recognised { name, stands }));
            }
        }
    }
    Ok(())
}

/// A longer code must not take a condition away from the row that it belonged to.
fn same_conditions(row: &Row<'_>, (before, _): (&Ruleset, &Ruleset)) -> Result<(), ProgramFault> {
    const ICD10: &str = "http://hl7.org/fhir/sid/icd-10-cm";
    let id = row.text("id").map_err(own)?;
    for code in row.list("icd10").map_err(own)? {
        let stands = before.recognise_condition("", &[(ICD10, code)]);
        if let Some(stands) = stands.filter(|stands| stands.as_str() != id) {
            let (name, stands) = (code.to_owned(), stands.as_str().to_owned());
            return Err(placed(row, Some("icd10"), NotTaken::Recognised { name, stands }));
        }
    }
    Ok(())
}

/// A drug that is added must not be a way round the row of another that holds the same.
fn no_way_round(row: &Row<'_>, (before, after): (&Ruleset, &Ruleset)) -> Result<(), ProgramFault> {
    let Some(drug) = row.text("id").ok().and_then(|id| DrugId::parse(id).ok()).and_then(|id| after.drug(&id))
    else {
        return Ok(());
    };
    let shares = |other: &&Drug| other.ingredients.iter().any(|held| drug.ingredients.contains(held));
    for other in before.drugs().filter(shares) {
        beside(row, drug, other)?;
    }
    Ok(())
}

fn beside(row: &Row<'_>, drug: &Drug, other: &Drug) -> Result<(), ProgramFault> {
    let loosens = |column: &str, stands: String, asked: String| {
        Err(placed(row, Some(column), NotTaken::Loosens { id: other.id.as_str().to_owned(), stands, asked }))
    };
    let none = || "none".to_owned();
    if let Some(stands) = other.schedule.filter(|schedule| drug.schedule != Some(*schedule)) {
        let asked = drug.schedule.map_or_else(none, |schedule| format!("{schedule:?}"));
        return loosens("schedule", format!("{stands:?}"), asked);
    }
    if !other.prescribable && drug.prescribable {
        return loosens("prescribable", "no".to_owned(), "yes".to_owned());
    }
    if other.boxed_warning && !drug.boxed_warning {
        return loosens("boxed_warning", "a boxed warning".to_owned(), none());
    }
    if must_taper(other.taper) && !must_taper(drug.taper) {
        return loosens("taper", format!("{:?}", other.taper), format!("{:?}", drug.taper));
    }
    let same =
        other.ingredients == drug.ingredients && other.routes.iter().any(|route| drug.routes.contains(route));
    if !same {
        return Ok(());
    }
    let bounds = [
        ("soft_max_mg", other.soft_maximum, drug.soft_maximum),
        ("hard_max_mg", other.hard_maximum, drug.hard_maximum),
        ("step_mg", other.step, drug.step),
        ("start_mg", Some(other.start), Some(drug.start)),
    ];
    for (column, stands, asked) in bounds {
        if let Some(stands) = stands
            && asked.is_none_or(|asked| asked > stands)
        {
            return loosens(column, stands.to_string(), asked.map_or_else(none, |asked| asked.to_string()));
        }
    }
    if drug.step_days < other.step_days {
        return loosens("step_days", other.step_days.to_string(), drug.step_days.to_string());
    }
    Ok(())
}

/// Whether stopping at once may harm.
const fn must_taper(taper: Taper) -> bool {
    matches!(taper, Taper::Slow | Taper::Seizure | Taper::Rebound | Taper::OpioidAgonist)
}
