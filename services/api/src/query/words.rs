//! Names for people, looked up when somebody asks.

use concord_kernel::Text;
use concord_knowledge::{
    ConditionId, DrugId, FindingKey, Frequency, LabId, Regimen, Ruleset, RulesetVersion, SymptomId,
};
use concord_views::parts::{AllergyList, Due};
use serde::Serialize;

/// The stored name of a choice, such as `moderate`.
pub(crate) fn stored(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(name)) => name,
        // A choice with content is an object with its name as the only key.
        Ok(serde_json::Value::Object(content)) => content.keys().next().cloned().unwrap_or_default(),
        Ok(_) | Err(_) => String::new(),
    }
}

/// Where a patient stands: the phase of an open stay, else the stage.
pub(crate) fn stage(stage: concord_domain::episode::Stage) -> String {
    use concord_domain::episode::Stage;
    match stage {
        Stage::Open(phase) => stored(&phase),
        Stage::Paused(_) => "paused".to_owned(),
        Stage::Unknown
        | Stage::Referred
        | Stage::Candidate
        | Stage::NotACandidate
        | Stage::Waitlisted
        | Stage::Closed => stored(&stage),
    }
}

pub(crate) fn drug(id: &DrugId) -> String {
    Ruleset::embedded().drug(id).map_or_else(|| id.as_str().to_owned(), |drug| drug.name.clone())
}

pub(crate) fn condition(id: &ConditionId) -> String {
    Ruleset::embedded().condition_name(id).unwrap_or(id.as_str()).to_owned()
}

/// The symptom as the list names it, else in the words of who reported it.
pub(crate) fn symptom(id: Option<&SymptomId>, description: &Text) -> String {
    let known = id.map(|id| Ruleset::embedded().symptom_name(id).unwrap_or(id.as_str()));
    known.unwrap_or(description.expose()).to_owned()
}

pub(crate) fn text(text: Option<&Text>) -> String {
    text.map_or_else(String::new, |text| text.expose().to_owned())
}

/// Why a finding speaks and what to do, in the words of the rules in force; without these, nothing.
pub(crate) fn said(finding: &FindingKey, rules: Option<&Ruleset>) -> (String, String) {
    let told = rules.and_then(|rules| rules.explain(finding));
    told.map(|told| (told.mechanism, told.advice)).unwrap_or_default()
}

/// Whether every row of the rules that judged is known to be signed: they are in force, and it is.
pub(crate) fn reviewed(judged_by: &RulesetVersion, rules: Option<&Ruleset>) -> bool {
    rules.is_some_and(|rules| rules.version() == judged_by && rules.is_reviewed())
}

/// What is due, by the name of what it is about.
pub(crate) fn due(due: &Due) -> String {
    let rules = Ruleset::embedded();
    let Some(name) = due.name.as_deref() else { return String::new() };
    let drug = DrugId::parse(name).ok().and_then(|id| rules.drug(&id)).map(|drug| drug.name.clone());
    let symptom = SymptomId::parse(name).ok().and_then(|id| rules.symptom_name(&id).map(str::to_owned));
    let lab = LabId::parse(name).ok().and_then(|id| rules.lab_name(&id).map(str::to_owned));
    drug.or(symptom).or(lab).unwrap_or_else(|| finding(name))
}

/// A rule and the substances that it speaks about, as substances first; the rule alone when it is about none.
fn finding(name: &str) -> String {
    let mut parts = name.split(' ');
    let rule = parts.next().unwrap_or_default();
    let about: Vec<_> = parts.collect();
    if about.is_empty() { rule.to_owned() } else { format!("{} ({rule})", about.join(" + ")) }
}

/// Dose and frequency for people, such as `50 mg once a day`.
pub(crate) fn sig(regimen: &Regimen) -> String {
    let often = match regimen.frequency {
        Frequency::Daily => "once a day".to_owned(),
        Frequency::AtBedtime => "at bedtime".to_owned(),
        Frequency::TwiceDaily => "twice a day".to_owned(),
        Frequency::ThreeTimesDaily => "three times a day".to_owned(),
        Frequency::FourTimesDaily => "four times a day".to_owned(),
        Frequency::EveryOtherDay => "every second day".to_owned(),
        Frequency::EveryDays(days) => format!("every {days} days"),
        Frequency::AsNeeded(times) => format!("when needed, at most {times} times a day"),
    };
    format!("{} {often}", regimen.dose)
}

/// Allergies in the words they were recorded with.
pub(crate) fn allergies(known: &AllergyList) -> Vec<String> {
    match known {
        AllergyList::Unknown | AllergyList::NoneKnown => Vec::new(),
        AllergyList::Known(lines) => lines.iter().map(|line| line.substance.expose().to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use concord_kernel::Instant;
    use concord_knowledge::RuleId;
    use concord_views::parts::DueKind;

    use super::*;

    #[test]
    fn what_is_due_is_told_by_drug_symptom_substances_or_kind_of_visit() {
        let told = |kind, name: Option<&str>| {
            let at = Instant::parse("2026-03-02T12:00:00Z").unwrap();
            due(&Due { kind, at, subject: None, name: name.map(str::to_owned), item: String::new() })
        };
        assert_eq!(told(DueKind::Renewal, Some("lithium")), "Lithium carbonate");
        assert_eq!(told(DueKind::SideEffectTriage, Some("nausea")), "Nausea");
        assert_eq!(told(DueKind::SideEffectTriage, None), "");
        assert_eq!(told(DueKind::Visit, Some("therapy")), "therapy");
        let collision = told(DueKind::Interaction, Some("ddi.lithium.nsaid ibuprofen lithium"));
        assert_eq!(collision, "ibuprofen + lithium (ddi.lithium.nsaid)");
        assert_eq!(told(DueKind::Interaction, Some("map.medication")), "map.medication");
    }

    #[test]
    fn a_finding_is_told_in_words_while_the_ruleset_has_its_rule() {
        let key = |rule: &str| FindingKey { rule: RuleId::parse(rule).unwrap(), about: Vec::new() };
        let rules = Some(Ruleset::embedded());
        let (mechanism, advice) = said(&key("ddi.lithium.nsaid"), rules);
        assert!(!mechanism.is_empty() && !advice.is_empty());
        assert_eq!(said(&key("ddi.taken.out"), rules), (String::new(), String::new()));
        assert!(!reviewed(Ruleset::embedded().version(), rules), "nobody has signed it");
    }
}
