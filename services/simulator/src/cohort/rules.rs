//! The program's own rules: proposed by the pharmacist before the first client comes, and signed by two.

use std::collections::BTreeMap;

use concord_knowledge::Files;
use concord_knowledge::program::ProgramRules;
use concord_proto::concord::ruleset::v1 as ruleset;

use super::Staff;
use super::writer::{Writer, later};
use crate::script::Body;

/// What this made-up program tightens and adds. Clinical content is as little meant by it as by its clients.
const TABLES: [(&str, &str); 2] = [
    (
        "interactions.csv",
        "id,a,b,severity,action,days_after_a,days_after_b,when,mechanism,advice,source,reviewed_by,reviewed_on\n\
         ddi.program.bupropion-tramadol,bupropion,tramadol,contraindicated,block_unless_cosigned,,,both,\
         Both lower the seizure threshold.,Choose another analgesic or another antidepressant.,Program rule,,\n",
    ),
    (
        "limits.csv",
        "id,value,unit,source,reviewed_by,reviewed_on\n\
         critical-result-within,30,min,Program rule: acknowledgement of a critical result,,\n",
    ),
];

/// Minutes of the first day at which it happens, counted from 08:00: before anybody is referred.
const EARLY: i64 = -60;

/// Writes how the rules are made.
pub(super) fn write(w: &mut Writer, staff: &Staff) {
    let at = w.at(0, EARLY);
    let proposal = ruleset::ProposeRulesetRequest {
        header: None,
        tables: tables(),
        valid_from: String::new(),
        reason: "What our own incidents of last year taught us.".to_owned(),
    };
    w.step(at, &staff.pharmacist, Body::ProposeRuleset(proposal));
    let Some(name) = name(at.day()) else { return };
    for (minutes, person) in [(20, &staff.pharmacist), (40, &staff.prescribers[0])] {
        let signature =
            ruleset::SignRulesetRequest { header: None, ruleset: name.clone(), name: person.name.clone() };
        w.step(later(at, minutes), person, Body::SignRuleset(signature));
    }
}

/// The tables as they are proposed.
pub(crate) fn tables() -> Vec<ruleset::Table> {
    let table = |(name, csv): (&str, &str)| ruleset::Table { name: name.to_owned(), csv: csv.to_owned() };
    TABLES.map(table).to_vec()
}

/// The name that the service gives to the rules. The service refuses rules that have none, and says why.
pub(crate) fn name(day: concord_kernel::Day) -> Option<String> {
    let tables: BTreeMap<&str, String> =
        TABLES.into_iter().map(|(name, csv)| (name, csv.to_owned())).collect();
    let composed = ProgramRules::new(tables).ok()?.on(&Files::embedded()).ok()?;
    Some(composed.version(day).as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_s_rules_fit_the_tables() {
        let start = concord_kernel::Instant::parse(super::super::START).unwrap();
        assert!(name(start.day()).is_some());
    }
}
