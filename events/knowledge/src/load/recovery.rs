//! The tables of recovery: substances, inductions, drug screens, limits.

use std::collections::HashMap;

use super::Files;
use super::conditions::Conditions;
use super::fault::{Fault, LoadError};
use super::ingredients::Substances;
use super::set::Vocabulary;
use super::table::{Row, Table};
use crate::recovery::{InductionRule, OpioidExposure, Recovery, RecoveryLimits, ScreenClass, Substance};
use crate::{ConditionId, IngredientId};

/// Every exposure has a row: an induction without a rule would have no gate.
const EXPOSURES: [OpioidExposure; 4] = [
    OpioidExposure::ShortActing,
    OpioidExposure::HighPotency,
    OpioidExposure::LongActing,
    OpioidExposure::NotDependent,
];

pub(crate) fn read(
    files: &Files,
    known: &Substances,
    conditions: &Conditions,
) -> Result<Recovery, LoadError> {
    Ok(Recovery {
        substances: substances(&files.table("substances.csv")?, known, conditions)?,
        screens: screens(&files.table("drug_screens.csv")?, &known.vocabulary)?,
        inductions: inductions(&files.table("induction_rules.csv")?)?,
        limits: limits(&files.table("recovery_limits.csv")?)?,
    })
}

fn substances(
    table: &Table,
    known: &Substances,
    conditions: &Conditions,
) -> Result<HashMap<String, Substance>, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let ingredient = match row.text("ingredient")? {
            "" => None,
            name => {
                known.vocabulary.ingredient(&row, name)?;
                Some(row.stored::<IngredientId>("ingredient", name)?)
            }
        };
        let condition = condition(&row, conditions)?;
        let opioid = match row.text("opioid")? {
            "no" => None,
            exposure => Some(row.stored("opioid", exposure)?),
        };
        let substance = Substance { id: row.id()?, name: row.words("name")?, ingredient, condition, opioid };
        all.insert(row.text("id")?.to_owned(), substance);
    }
    Ok(all)
}

fn condition(row: &Row<'_>, conditions: &Conditions) -> Result<Option<(ConditionId, u16)>, LoadError> {
    let name = row.text("condition")?;
    match (name, row.whole("condition_hours")?) {
        ("", None) => Ok(None),
        (name, Some(hours)) if conditions.by_id.contains_key(name) => {
            Ok(Some((row.stored("condition", name)?, hours)))
        }
        ("", Some(_)) | (_, None) => Err(row.fault(Fault::Contradiction("condition", "condition_hours"))),
        (name, Some(_)) => Err(row.fault(Fault::UnknownCondition(name.to_owned()))),
    }
}

fn screens(table: &Table, words: &Vocabulary) -> Result<Vec<ScreenClass>, LoadError> {
    let read = |row: Row<'_>| {
        Ok(ScreenClass {
            id: row.id()?,
            name: row.words("name")?,
            ingredients: words.select_if_any(&row, "ingredients")?.unwrap_or_default(),
            opioid: row.yes("opioid")?,
            expected_when_taken: row.yes("expected_when_taken")?,
        })
    };
    table.rows().map(read).collect()
}

fn inductions(table: &Table) -> Result<HashMap<OpioidExposure, InductionRule>, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let exposure: OpioidExposure = row.stored("id", row.text("id")?)?;
        let whole = |column| row.whole(column)?.ok_or_else(|| row.fault(Fault::EmptyText(column)));
        let rule = InductionRule {
            cows_minimum: whole("cows_minimum")?,
            hours_since_use: whole("hours_since_use")?,
        };
        all.insert(exposure, rule);
    }
    if EXPOSURES.iter().all(|exposure| all.contains_key(exposure)) {
        Ok(all)
    } else {
        Err(table.fault(Fault::MissingRow("exposure")))
    }
}

fn limits(table: &Table) -> Result<RecoveryLimits, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let value = row.whole("value")?.ok_or_else(|| row.fault(Fault::EmptyText("value")))?;
        all.insert(row.text("id")?.to_owned(), value);
    }
    let get = |id: &'static str| all.get(id).copied().ok_or_else(|| table.fault(Fault::MissingRow(id)));
    Ok(RecoveryLimits {
        sows_minimum: get("sows-minimum")?,
        challenge_days: get("naloxone-challenge-max-age")?,
        low_dose_mg: get("low-dose-start-most")?,
        induction_days: get("induction")?,
        screen_early_days: get("drug-screen-early")?,
        screen_stable_days: get("drug-screen-stable")?,
        screen_confirm_days: get("drug-screen-confirm")?,
        relapse_review_days: get("relapse-review")?,
        overdose_review_days: get("overdose-review")?,
        offer_again_days: get("naloxone-offer-again")?,
    })
}
