//! Observation: the latest result of each kind that rules ask for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use concord_kernel::Instant;
use concord_knowledge::{LabId, Ruleset};

use crate::Problem;
use crate::concept::{Concept, LOINC, SNOMED};
use crate::date;
use crate::intake::TestResult;
use crate::json::Node;
use crate::sink::Sink;
use crate::unit;

/// A row of the table of results that rules ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLab {
    /// Its name.
    pub lab: LabId,
    /// Its unit, UCUM; `{presence}` for one that is there (1) or not (0).
    pub unit: String,
}

/// SNOMED CT: positive, detected, present.
const THERE: &[&str] = &["10828004", "260373001", "52101004"];
/// SNOMED CT: negative, not detected, absent.
const NOT_THERE: &[&str] = &["260385009", "260415000", "2667000"];

/// The table of results that rules ask for.
pub trait KnownLabs {
    /// The row that a LOINC code belongs to, when there is one.
    fn by_loinc(&self, code: &str) -> Option<KnownLab>;

    /// Whether a value in the table's unit can be true of a living person.
    fn plausible(&self, lab: &LabId, value: f64) -> bool;
}

impl KnownLabs for Ruleset {
    fn by_loinc(&self, code: &str) -> Option<KnownLab> {
        let lab = self.lab_by_loinc(code)?;
        Some(KnownLab { lab: lab.clone(), unit: self.lab_unit(lab)?.to_owned() })
    }

    fn plausible(&self, lab: &LabId, value: f64) -> bool {
        self.lab_plausible(lab, value) == Some(true)
    }
}

/// The latest result of each kind so far.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    results: BTreeMap<LabId, TestResult>,
    older: usize,
}

impl Latest {
    fn offer(&mut self, result: TestResult) {
        match self.results.entry(result.lab.clone()) {
            Entry::Vacant(free) => {
                free.insert(result);
            }
            Entry::Occupied(mut taken) => {
                self.older += 1;
                if result.taken_at > taken.get().taken_at {
                    taken.insert(result);
                }
            }
        }
    }

    pub(crate) const fn older(&self) -> usize {
        self.older
    }

    pub(crate) fn finish(self) -> Vec<TestResult> {
        self.results.into_values().collect()
    }
}

pub(crate) fn read(node: &Node<'_>, labs: &dyn KnownLabs, latest: &mut Latest, sink: &mut Sink) {
    let measured = measured(node, labs);
    if measured.is_empty() {
        sink.left_out.other_observations += 1;
        return;
    }
    match node.text("status") {
        Some("final" | "amended" | "corrected") => {}
        Some("entered-in-error") => {
            sink.left_out.entered_in_error += 1;
            return;
        }
        // Nothing was measured, and nobody expects it here.
        Some("cancelled") => return,
        Some("registered" | "preliminary") => return sink.note(node.at("status"), Problem::Preliminary),
        Some(_) => return sink.note(node.at("status"), Problem::UnknownCode),
        None => return sink.note(node.at("status"), Problem::Missing),
    }
    let Some(taken_at) = taken_at(node, sink) else { return };
    for Measured { part, lab, loinc, name } in measured {
        sink.speak_about(name.as_ref());
        if let Some(value) = value(&part, labs, &lab, &loinc, sink) {
            latest.offer(TestResult { path: part.path(), lab: lab.lab, value, unit: lab.unit, taken_at });
        }
    }
}

struct Measured<'a> {
    part: Node<'a>,
    lab: KnownLab,
    loinc: String,
    name: Option<concord_kernel::Text>,
}

/// The observation itself and its components, as far as the table knows them.
fn measured<'a>(node: &Node<'a>, labs: &dyn KnownLabs) -> Vec<Measured<'a>> {
    let parts = std::iter::once(node.clone()).chain(node.items("component"));
    parts
        .filter_map(|part| {
            let concept = Concept::read(&part.get("code")?);
            let known = concept.codings.iter().filter(|c| c.system == LOINC);
            let (lab, loinc) = known
                .map(|c| (labs.by_loinc(&c.code), c.code.clone()))
                .find_map(|(lab, code)| Some((lab?, code)))?;
            Some(Measured { part, lab, loinc, name: concept.name })
        })
        .collect()
}

fn value(part: &Node<'_>, labs: &dyn KnownLabs, lab: &KnownLab, loinc: &str, sink: &mut Sink) -> Option<f64> {
    let Some(value) = part.choice("value") else {
        // A panel whose components hold the values has none of its own.
        if part.items("component").is_empty() && part.items("hasMember").is_empty() {
            sink.note(part.at("value[x]"), Problem::NoValue);
        }
        return None;
    };
    match number(part, &value, lab, loinc) {
        Ok(number) if labs.plausible(&lab.lab, number) => Some(number),
        Ok(_) => {
            sink.note(value.path(), Problem::Implausible);
            None
        }
        Err(problem) => {
            sink.note(value.path(), problem);
            None
        }
    }
}

fn presence(value: &Node<'_>) -> Option<f64> {
    let concept = Concept::read(value);
    match (concept.has(SNOMED, THERE), concept.has(SNOMED, NOT_THERE)) {
        (true, false) => Some(1.0),
        (false, true) => Some(0.0),
        _ => None,
    }
}

fn number(part: &Node<'_>, value: &Node<'_>, lab: &KnownLab, loinc: &str) -> Result<f64, Problem> {
    let (number, given) = match value.name() {
        "valueCodeableConcept" if lab.unit == "{presence}" => (presence(value), Some("{presence}")),
        "valueQuantity" if value.has("comparator") => return Err(Problem::Comparator),
        "valueQuantity" => {
            let coded = value.text("code").filter(|_| value.text("system").is_none_or(is_ucum));
            (value.number("value"), coded.or_else(|| value.text("unit")))
        }
        "valueInteger" => (part.number("valueInteger"), None),
        _ => return Err(Problem::UnusableValue),
    };
    let number = number.ok_or(Problem::UnusableValue)?;
    let unitless = matches!(lab.unit.as_str(), "1" | "{score}" | "{ratio}" | "{INR}");
    let given = match given {
        Some(unit) if !unit.trim().is_empty() => unit,
        _ if unitless => lab.unit.as_str(),
        _ => return Err(Problem::NoUnit),
    };
    unit::convert(number, given, &lab.unit, loinc).ok_or(Problem::WrongUnit)
}

fn is_ucum(system: &str) -> bool {
    system == "http://unitsofmeasure.org"
}

/// When the sample was taken: the time, the end of the period, else when the result was issued.
fn taken_at(node: &Node<'_>, sink: &mut Sink) -> Option<Instant> {
    let (element, parsed) = if let Some(effective) = node.choice("effective") {
        let parsed = match effective.name() {
            "effectiveDateTime" | "effectiveInstant" => date::when(node, effective.name(), sink)?,
            "effectivePeriod" => {
                let end = if effective.has("end") { "end" } else { "start" };
                date::when(&effective, end, sink)?
            }
            _ => {
                sink.note(effective.path(), Problem::Undated);
                return None;
            }
        };
        (effective.path(), parsed)
    } else {
        let Some(issued) = date::when(node, "issued", sink) else {
            sink.note(node.at("effective[x]"), Problem::Undated);
            return None;
        };
        sink.note(node.at("effective[x]"), Problem::IssuedOnly);
        (node.at("issued"), issued)
    };
    let Some(at) = parsed.instant() else {
        sink.note(element, Problem::Undated);
        return None;
    };
    if at > sink.now {
        sink.note(element, Problem::InTheFuture);
        return None;
    }
    Some(at)
}
