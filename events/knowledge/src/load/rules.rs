//! The rules of the safety check, with every name resolved and an index by ingredient.

use std::collections::HashMap;

use super::conditions::Conditions;
use super::fault::{Fault, LoadError};
use super::files::Files;
use super::products::Products;
use super::set::{At, Set, Vocabulary};
use super::small::Labs;
use super::table::{Row, Table, Verdict};
use crate::safety::ReactionKind;
use crate::{Route, RuleId};

/// Two kinds of substances that do not go together.
#[derive(Debug)]
pub(crate) struct PairRule {
    pub(crate) says: Verdict,
    /// Days that side `a` goes on acting after its last dose, then side `b`.
    pub(crate) days: [Option<u16>; 2],
    /// Speaks only about a side `b` that was stopped within its days.
    pub(crate) after_stop: bool,
    /// A planned cross-taper makes it a remark.
    pub(crate) duplicate: bool,
}

/// A substance and a condition that do not go together.
#[derive(Debug)]
pub(crate) struct ConditionRule {
    pub(crate) says: Verdict,
    pub(crate) conditions: Vec<u16>,
    pub(crate) in_product_with: Option<Set>,
    pub(crate) unless: Option<Set>,
}

/// A reaction that carries over to a substance.
#[derive(Debug)]
pub(crate) struct AllergyRule {
    pub(crate) says: Verdict,
    pub(crate) allergen: Set,
    pub(crate) kinds: Vec<ReactionKind>,
}

/// A daily total that is too much under a circumstance.
#[derive(Debug)]
pub(crate) struct DoseLimit {
    pub(crate) says: Verdict,
    pub(crate) route: Option<Route>,
    pub(crate) over_mg: f64,
    pub(crate) with: Option<Set>,
    pub(crate) conditions: Vec<u16>,
    /// Only for what is taken for one of these; for every use when empty.
    pub(crate) purposes: Vec<u16>,
    pub(crate) age_over: Option<u16>,
    pub(crate) lab_below: Option<LabBelow>,
    /// The limit is for each kilogram of the latest weight, whose kind this is.
    pub(crate) per_kg: Option<u16>,
}

/// A result below which a limit holds: the latest of any of these kinds.
#[derive(Debug)]
pub(crate) struct LabBelow {
    pub(crate) labs: Vec<u16>,
    pub(crate) below: f64,
}

/// A result that speaks against a substance.
#[derive(Debug)]
pub(crate) struct LabRule {
    pub(crate) says: Verdict,
    pub(crate) labs: Vec<u16>,
    pub(crate) max_age_days: u16,
    pub(crate) below: Option<f64>,
    pub(crate) above: Option<f64>,
    pub(crate) up_to: Option<f64>,
}

/// When a result is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Before the first order.
    Start,
    /// While it is taken.
    Active,
    /// Both.
    Always,
}

/// A result that is wanted with a substance.
#[derive(Debug)]
pub(crate) struct MissingRule {
    pub(crate) says: Verdict,
    pub(crate) with: Option<Set>,
    pub(crate) labs: Vec<u16>,
    pub(crate) max_age_days: u16,
    pub(crate) when: When,
}

/// A rule with the number of each ingredient it speaks about.
#[derive(Debug)]
pub(crate) struct ByIngredient<T> {
    rules: Vec<T>,
    of: Vec<Vec<u16>>,
}

impl<T> ByIngredient<T> {
    const fn new() -> Self {
        Self { rules: Vec::new(), of: Vec::new() }
    }

    fn push(&mut self, drugs: &Set, rule: T) {
        let number = u16::try_from(self.rules.len()).expect("a table has fewer than 65,536 rules");
        for at in drugs.iter() {
            let at = usize::from(at);
            if self.of.len() <= at {
                self.of.resize_with(at + 1, Vec::new);
            }
            self.of[at].push(number);
        }
        self.rules.push(rule);
    }

    fn all(&self) -> impl Iterator<Item = &T> {
        self.rules.iter()
    }

    /// The rules that speak about an ingredient.
    pub(crate) fn of(&self, at: At) -> impl Iterator<Item = &T> {
        let numbers = self.of.get(usize::from(at)).map_or(&[][..], Vec::as_slice);
        numbers.iter().map(|&number| &self.rules[usize::from(number)])
    }
}

/// Numbers that special rules read.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Youngest age in years at which a pregnancy is thought of.
    pub pregnancy_age_from: u16,
    /// Oldest age in years at which a pregnancy is thought of.
    pub pregnancy_age_to: u16,
    /// Days that a pregnancy test holds.
    pub pregnancy_test_days: u16,
    /// Least COWS for a first dose of buprenorphine.
    pub cows_minimum: u16,
    /// Minutes that a COWS holds.
    pub cows_minutes: u16,
    /// The largest first daily dose of a titrated drug that nobody asks about, in percent of its usual start.
    pub start_dose_percent: u16,
    /// Days that an ended medication matters that nobody could map.
    pub unmapped_days: u16,
    /// Days that a full opioid agonist stands against a first dose of buprenorphine.
    pub full_agonist_days: u16,
    /// Percent of days covered from which adherence is good.
    pub adherence_good_percent: u16,
    /// Percent of days covered below which somebody reaches out.
    pub adherence_outreach_percent: u16,
    /// Hours in which they do.
    pub adherence_outreach_hours: u16,
    /// Most days of a period that nobody told of, in percent; above it, adherence is not known.
    pub adherence_unknown_percent: u16,
    /// Days that a supply after the end of a stay may bridge.
    pub bridge_days: u16,
    /// Days that two medications of one kind may overlap during a switch, where no taper takes longer.
    pub overlap_days: u16,
    /// How much before its time a test counts, in percent of the days since the one before.
    pub monitoring_early_percent: u16,
    /// Minutes in which somebody acknowledges a critical result.
    pub critical_result_minutes: u16,
    /// Most days of a drug that may kill in overdose that are handed out at once to somebody at risk of suicide.
    pub lethal_supply_days: u16,
}

/// All rules.
#[derive(Debug)]
pub(crate) struct Rules {
    pairs: Vec<PairRule>,
    /// Rules about two ingredients, lower position first; `true` when side `a` is the lower one.
    pair_index: HashMap<(At, At), Vec<(u16, bool)>>,
    pub(crate) conditions: ByIngredient<ConditionRule>,
    pub(crate) allergies: ByIngredient<AllergyRule>,
    pub(crate) limits: ByIngredient<DoseLimit>,
    pub(crate) labs: ByIngredient<LabRule>,
    pub(crate) missing: ByIngredient<MissingRule>,
    special: HashMap<String, Verdict>,
    pub(crate) numbers: Limits,
    pub(crate) duplicate_exempt: Set,
    pub(crate) cumulative: Set,
    pub(crate) pregnancy_check: Set,
    pub(crate) lethal_overdose: Set,
}

/// The one rule that code applies and that may speak of some products alone.
const SUPPLY: &str = "supply.lethal-overdose";

/// Rules that code applies; their words are in `special_rules.csv`.
const SPECIAL: [&str; 25] = [
    "map.unrecognised",
    "allergy.unknown",
    "allergy.same-ingredient",
    "allergy.mild",
    "allergy.excipient",
    "allergy.unmapped",
    "dose.soft-maximum",
    "dose.hard-maximum",
    "dup.same-ingredient",
    "dup.same-ingredient-other-route",
    "dup.cumulative",
    "dup.cross-taper",
    "legal.not-prescribable",
    "missing.pregnancy-potential",
    "missing.pregnancy-test",
    "missing.withdrawal-score",
    "formulary.unknown-drug",
    "dose.start",
    "map.condition",
    "missing.birth-date",
    "missing.weight",
    "missing.withdrawal-agonist",
    "missing.limit-result",
    "missing.purpose",
    SUPPLY,
];

impl Rules {
    pub(crate) fn read(
        files: &Files,
        words: &Vocabulary,
        conditions: &Conditions,
        labs: &Labs,
    ) -> Result<Self, LoadError> {
        let class = |name: &'static str| {
            let missing = || LoadError { file: "ingredients.csv", line: 1, fault: Fault::MissingRow(name) };
            words.classes.get(name).cloned().ok_or_else(missing)
        };
        let mut rules = Self {
            pairs: Vec::new(),
            pair_index: HashMap::new(),
            conditions: condition_rules(&files.table("condition_rules.csv")?, words, conditions)?,
            allergies: allergy_rules(&files.table("allergy_rules.csv")?, words)?,
            limits: dose_limits(&files.table("dose_limits.csv")?, words, conditions, labs)?,
            labs: lab_rules(&files.table("lab_rules.csv")?, words, labs)?,
            missing: missing_rules(&files.table("missing_rules.csv")?, words, labs)?,
            special: special(&files.table("special_rules.csv")?)?,
            numbers: numbers(&files.table("limits.csv")?)?,
            duplicate_exempt: class("duplicate-exempt")?,
            cumulative: class("cumulative-dose")?,
            pregnancy_check: class("pregnancy-check")?,
            lethal_overdose: class("lethal-overdose")?,
        };
        rules.read_pairs(&files.table("interactions.csv")?, words, false)?;
        rules.read_pairs(&files.table("duplicates.csv")?, words, true)?;
        Ok(rules)
    }

    fn read_pairs(&mut self, table: &Table, words: &Vocabulary, duplicate: bool) -> Result<(), LoadError> {
        for row in table.rows() {
            let (a, b) = (words.select_some(&row, "a")?, words.select_some(&row, "b")?);
            let days = [row.whole("days_after_a")?, row.whole("days_after_b")?];
            let after_stop = match row.text("when")? {
                "both" => false,
                "after-stop" if days[1].is_some() => true,
                other => return Err(row.invalid("when", other)),
            };
            let rule = PairRule { says: row.verdict()?, days, after_stop, duplicate };
            if rule.says.action == crate::Action::Space && days == [None, None] {
                return Err(row.fault(Fault::Contradiction("action", "days_after_a")));
            }
            let number = u16::try_from(self.pairs.len()).map_err(|_| row.fault(Fault::Malformed))?;
            for one in a.iter() {
                for other in b.iter().filter(|&other| other != one) {
                    let entry = self.pair_index.entry((one.min(other), one.max(other))).or_default();
                    entry.push((number, one < other));
                }
            }
            self.pairs.push(rule);
        }
        Ok(())
    }

    /// Has the rule of that name speak of some products alone; whether there is one.
    pub(crate) fn narrow(&mut self, id: &str, products: &Products) -> bool {
        let says = (self.pairs.iter_mut().map(|rule| &mut rule.says))
            .chain(self.conditions.rules.iter_mut().map(|rule| &mut rule.says))
            .chain(self.limits.rules.iter_mut().map(|rule| &mut rule.says))
            .chain(self.labs.rules.iter_mut().map(|rule| &mut rule.says))
            .chain(self.missing.rules.iter_mut().map(|rule| &mut rule.says))
            .chain(self.special.get_mut(SUPPLY));
        let found = says.into_iter().find(|says| says.id.as_str() == id);
        found.map(|says| says.products.push(products.clone())).is_some()
    }

    /// The rules about two different ingredients, each with whether `one` is its side `a`.
    pub(crate) fn pair(&self, one: At, other: At) -> impl Iterator<Item = (&PairRule, bool)> {
        let found = self.pair_index.get(&(one.min(other), one.max(other)));
        found
            .into_iter()
            .flatten()
            .map(move |&(number, a_is_lower)| (&self.pairs[usize::from(number)], a_is_lower == (one < other)))
    }

    /// The words of a rule by its name. Some hundred rows are looked through, which is fast enough for the few
    /// findings that somebody is shown at once.
    pub(crate) fn verdict(&self, id: &RuleId) -> Option<&Verdict> {
        let tables = self
            .pairs
            .iter()
            .map(|rule| &rule.says)
            .chain(self.conditions.all().map(|rule| &rule.says))
            .chain(self.allergies.all().map(|rule| &rule.says))
            .chain(self.limits.all().map(|rule| &rule.says))
            .chain(self.labs.all().map(|rule| &rule.says))
            .chain(self.missing.all().map(|rule| &rule.says));
        self.special.get(id.as_str()).or_else(|| tables.into_iter().find(|says| says.id == *id))
    }

    /// The words of a rule that code applies.
    pub(crate) fn special(&self, id: &'static str) -> &Verdict {
        self.special.get(id).expect("the loader demands every special rule")
    }
}

fn special(table: &Table) -> Result<HashMap<String, Verdict>, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let id = row.text("id")?;
        if !SPECIAL.contains(&id) {
            return Err(row.invalid("id", id));
        }
        all.insert(id.to_owned(), row.verdict()?);
    }
    match SPECIAL.into_iter().find(|id| !all.contains_key(*id)) {
        Some(missing) => Err(table.fault(Fault::MissingRow(missing))),
        None => Ok(all),
    }
}

fn numbers(table: &Table) -> Result<Limits, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let value = row.whole("value")?.ok_or_else(|| row.fault(Fault::EmptyText("value")))?;
        all.insert(row.text("id")?.to_owned(), value);
    }
    let get = |id: &'static str| all.get(id).copied().ok_or_else(|| table.fault(Fault::MissingRow(id)));
    let limits = Limits {
        pregnancy_age_from: get("pregnancy-age-from")?,
        pregnancy_age_to: get("pregnancy-age-to")?,
        pregnancy_test_days: get("pregnancy-test-max-age")?,
        cows_minimum: get("cows-minimum")?,
        cows_minutes: get("cows-max-age")?,
        start_dose_percent: get("start-dose-percent")?,
        unmapped_days: get("unmapped-days")?,
        full_agonist_days: get("full-agonist-days")?,
        adherence_good_percent: get("adherence-good")?,
        adherence_outreach_percent: get("adherence-outreach")?,
        adherence_outreach_hours: get("adherence-outreach-within")?,
        adherence_unknown_percent: get("adherence-unknown-most")?,
        bridge_days: get("bridge-days")?,
        overlap_days: get("overlap-days")?,
        monitoring_early_percent: get("monitoring-early")?,
        critical_result_minutes: get("critical-result-within")?,
        lethal_supply_days: get("lethal-supply-days")?,
    };
    if limits.pregnancy_age_from > limits.pregnancy_age_to {
        return Err(table.fault(Fault::Contradiction("pregnancy-age-from", "pregnancy-age-to")));
    }
    if limits.adherence_outreach_percent > limits.adherence_good_percent {
        return Err(table.fault(Fault::Contradiction("adherence-outreach", "adherence-good")));
    }
    Ok(limits)
}

fn condition_rules(
    table: &Table,
    words: &Vocabulary,
    conditions: &Conditions,
) -> Result<ByIngredient<ConditionRule>, LoadError> {
    let mut all = ByIngredient::new();
    for row in table.rows() {
        let rule = ConditionRule {
            says: row.verdict()?,
            conditions: conditions.select(&row, "conditions")?,
            in_product_with: words.select_if_any(&row, "in_product_with")?,
            unless: words.select_if_any(&row, "unless")?,
        };
        if rule.conditions.is_empty() {
            return Err(row.fault(Fault::EmptyText("conditions")));
        }
        all.push(&words.select_some(&row, "drug")?, rule);
    }
    Ok(all)
}

fn allergy_rules(table: &Table, words: &Vocabulary) -> Result<ByIngredient<AllergyRule>, LoadError> {
    let mut all = ByIngredient::new();
    for row in table.rows() {
        let kinds = row.list("kinds")?;
        let kinds = kinds.into_iter().map(|kind| row.stored("kinds", kind)).collect::<Result<_, _>>()?;
        let allergen = words.select_some(&row, "allergen")?;
        all.push(&words.select_some(&row, "drug")?, AllergyRule { says: row.verdict()?, allergen, kinds });
    }
    Ok(all)
}

fn dose_limits(
    table: &Table,
    words: &Vocabulary,
    conditions: &Conditions,
    labs: &Labs,
) -> Result<ByIngredient<DoseLimit>, LoadError> {
    let mut all = ByIngredient::new();
    for row in table.rows() {
        let asked = labs.select(&row, "lab")?;
        let lab_below = match (asked.is_empty(), row.number("lab_below")?) {
            (false, Some(below)) => Some(LabBelow { labs: asked, below }),
            (true, None) => None,
            _ => return Err(row.fault(Fault::Contradiction("lab", "lab_below"))),
        };
        let weight = labs.by_id.get("weight").copied();
        let per_kg = match (row.yes("per_kg")?, weight) {
            (true, None) => return Err(row.fault(Fault::UnknownLab("weight".to_owned()))),
            (true, weight) => weight,
            (false, _) => None,
        };
        let limit = DoseLimit {
            says: row.verdict()?,
            route: match row.text("route")? {
                "" => None,
                text => Some(row.stored("route", text)?),
            },
            over_mg: row.number("over_mg")?.ok_or_else(|| row.fault(Fault::EmptyText("over_mg")))?,
            with: words.select_if_any(&row, "with")?,
            conditions: conditions.select(&row, "conditions")?,
            purposes: conditions.select(&row, "purposes")?,
            age_over: row.whole("age_over")?,
            lab_below,
            per_kg,
        };
        all.push(&words.select_some(&row, "ingredient")?, limit);
    }
    Ok(all)
}

fn lab_rules(table: &Table, words: &Vocabulary, labs: &Labs) -> Result<ByIngredient<LabRule>, LoadError> {
    let mut all = ByIngredient::new();
    for row in table.rows() {
        let rule = LabRule {
            says: row.verdict()?,
            labs: labs.select(&row, "labs")?,
            max_age_days: age(&row)?,
            below: row.number("below")?,
            above: row.number("above")?,
            up_to: row.number("up_to")?,
        };
        let contradicts = matches!((rule.above, rule.up_to), (Some(a), Some(u)) if a >= u);
        if rule.below.is_some() == rule.above.is_some() || contradicts {
            return Err(row.fault(Fault::Contradiction("below", "above")));
        }
        if rule.labs.is_empty() {
            return Err(row.fault(Fault::EmptyText("labs")));
        }
        all.push(&words.select_some(&row, "drug")?, rule);
    }
    Ok(all)
}

fn missing_rules(
    table: &Table,
    words: &Vocabulary,
    labs: &Labs,
) -> Result<ByIngredient<MissingRule>, LoadError> {
    let mut all = ByIngredient::new();
    for row in table.rows() {
        let rule = MissingRule {
            says: row.verdict()?,
            with: words.select_if_any(&row, "with")?,
            labs: labs.select(&row, "labs")?,
            max_age_days: age(&row)?,
            when: match row.text("when")? {
                "start" => When::Start,
                "active" => When::Active,
                "always" => When::Always,
                other => return Err(row.invalid("when", other)),
            },
        };
        if rule.labs.is_empty() {
            return Err(row.fault(Fault::EmptyText("labs")));
        }
        all.push(&words.select_some(&row, "drug")?, rule);
    }
    Ok(all)
}

fn age(row: &Row<'_>) -> Result<u16, LoadError> {
    row.whole("max_age_days")?.ok_or_else(|| row.fault(Fault::EmptyText("max_age_days")))
}
