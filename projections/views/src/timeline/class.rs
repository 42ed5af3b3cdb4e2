//! Which classes of patient data an entry shows, together with what is told beside it.

use std::collections::BTreeSet;

use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{DrugId, FindingKey, IngredientId, Ruleset};

use super::read::Cited;
use super::{About, Cite, Entry, More, Subject, What};
use crate::DataClass;
use crate::course;

/// Medication for a substance use disorder and for nothing else that is usual, beside the class `moud` of the tables: who
/// is seen to take it is seen to have the disorder. Source: sections 1 of their labels.
const FOR_SUBSTANCE_USE: [&str; 4] = ["acamprosate", "disulfiram", "lofexidine", "naltrexone"];

/// Substances that nobody prescribes and a chart may know.
const USED: [&str; 2] = ["heroin", "kratom"];

/// Rules that name substances and nothing else of the patient; others may name a condition.
const OF_SUBSTANCES: [&str; 4] = ["ddi.", "dup.", "dose.", "allergy."];

/// Every class that is shown. What is not known not to tell of substance use is taken to tell of it.
pub(super) fn classes(entry: &Entry, subject: Option<&About>, cited: &[Cited]) -> BTreeSet<DataClass> {
    let (_, always) = entry.what.place();
    let mut classes: BTreeSet<_> = always.iter().copied().collect();
    classes.extend(cited.iter().map(|cited| of_cite(&cited.cite)));
    let findings =
        cited.iter().any(|cited| matches!(&cited.cite, Cite::Finding(finding) if found_use(finding)));
    if findings || tells_of_use(entry, subject) {
        classes.insert(DataClass::SubstanceUse);
    }
    classes
}

const fn of_cite(cite: &Cite) -> DataClass {
    match cite {
        Cite::Score(_) => DataClass::Scale,
        Cite::Report(_) => DataClass::SideEffect,
        Cite::Result(_) => DataClass::Lab,
        Cite::Finding(_) | Cite::Order(_) => DataClass::Medication,
        Cite::LifeChange(_) => DataClass::Goal,
        Cite::Use(_) | Cite::Screen(_) => DataClass::SubstanceUse,
    }
}

fn tells_of_use(entry: &Entry, subject: Option<&About>) -> bool {
    let rules = Ruleset::embedded();
    let of_subject = match subject {
        Some(About::Order { drug, indication, .. } | About::Prescription { drug, indication, .. }) => {
            rules.tells_of_substance_use(indication) || is_for_use(drug)
        }
        Some(About::Outside { ingredients, .. }) => {
            ingredients.as_ref().is_none_or(|known| known.iter().any(treats_use))
        }
        Some(About::Score { scale, .. }) => is_of_use(*scale),
        Some(About::Report { .. } | About::Result { .. } | About::Correction(_)) => false,
        // What has no name cannot be known.
        None => {
            matches!(entry.subject, Some(Subject::Order(_) | Subject::Prescription(_) | Subject::Outside(_)))
        }
    };
    of_subject || of_what(&entry.what)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "these name something that may tell of use; others do not"
)]
fn of_what(what: &What) -> bool {
    match what {
        What::Course(course::Entry::Decided { drug, .. })
        | What::More(More::BoxedWarningExplained { drug }) => is_for_use(drug),
        What::Course(
            course::Entry::InteractionFound { finding, .. }
            | course::Entry::InteractionOverridden { finding }
            | course::Entry::OverrideCosigned { finding }
            | course::Entry::InteractionResolved { finding, .. },
        ) => found_use(finding),
        What::Course(course::Entry::Indicated { diagnoses, .. }) => {
            diagnoses.iter().any(|diagnosis| Ruleset::embedded().tells_of_substance_use(diagnosis))
        }
        _ => false,
    }
}

fn found_use(finding: &FindingKey) -> bool {
    let of_substances = OF_SUBSTANCES.iter().any(|kind| finding.rule.as_str().starts_with(kind));
    !of_substances || finding.about.iter().any(|about| treats_use(about) || USED.contains(&about.as_str()))
}

fn is_for_use(drug: &DrugId) -> bool {
    let known = Ruleset::embedded().drug(drug);
    known.is_none_or(|drug| drug.ingredients.iter().any(treats_use))
}

fn treats_use(ingredient: &IngredientId) -> bool {
    let rules = Ruleset::embedded();
    rules.ingredient_is(ingredient, "moud") || FOR_SUBSTANCE_USE.contains(&ingredient.as_str())
}

const fn is_of_use(scale: ScaleKind) -> bool {
    match scale {
        ScaleKind::Craving
        | ScaleKind::Cows
        | ScaleKind::CiwaAr
        | ScaleKind::Sows
        | ScaleKind::AuditC
        | ScaleKind::Dast10
        // It names a drug, which may be one for substance use.
        | ScaleKind::Naranjo => true,
        ScaleKind::Phq9
        | ScaleKind::Gad7
        | ScaleKind::Cssrs
        | ScaleKind::Pcl5
        | ScaleKind::Ymrs
        | ScaleKind::Aims
        | ScaleKind::Mars5 => false,
    }
}
