//! The program's own rules, which two people sign. They are nobody's record; what is published here is what stands.

use concord_proto::concord::ruleset::v1 as ruleset;

use super::tale::Tale;
use crate::cohort::rules::{name, tables};
use crate::script::{Body, Person};

/// More than a proposal may hold together, in bytes.
const TOO_LARGE: usize = 256 * 1024 + 1;

/// One character more than a name and licence may have.
const TOO_LONG: usize = 121;

/// Limits of a program, with the row that is given.
fn limits(row: &str) -> Vec<ruleset::Table> {
    let csv = format!("id,value,unit,source,reviewed_by,reviewed_on\n{row}\n");
    vec![ruleset::Table { name: "limits.csv".to_owned(), csv }]
}

fn proposed(tables: Vec<ruleset::Table>, valid_from: &str) -> Body {
    Body::ProposeRuleset(ruleset::ProposeRulesetRequest {
        header: None,
        tables,
        valid_from: valid_from.to_owned(),
        reason: "Looked at again, as every year".to_owned(),
    })
}

fn signed(ruleset: &str, by: &Person) -> Body {
    let (ruleset, name) = (ruleset.to_owned(), by.name.clone());
    Body::SignRuleset(ruleset::SignRulesetRequest { header: None, ruleset, name })
}

pub(super) fn made(t: &mut Tale<'_>) {
    let (pharmacist, psychiatrist, practitioner) = (t.pharmacist(), t.psychiatrist(), t.practitioner());
    // The service refuses rules without a name, and says why.
    let ours = name(t.now().day()).unwrap_or_default();
    let looser = limits("critical-result-within,6000,min,Program rule,,");
    t.errs(&pharmacist, proposed(looser, ""), "RULESET_LOOSENS");
    let faulty = limits("critical-result-within,soon,min,Program rule,,");
    t.errs(&pharmacist, proposed(faulty, ""), "RULESET_FAULTY");
    let large = limits(&"-".repeat(TOO_LARGE));
    t.errs(&pharmacist, proposed(large, ""), "RULESET_TOO_LARGE");
    t.errs(&pharmacist, proposed(tables(), &t.day(-1)), "RULESET_IN_THE_PAST");
    t.errs(&psychiatrist, signed(&ours, &psychiatrist), "RULESET_NOT_PROPOSED");
    t.does(&pharmacist, proposed(tables(), ""));
    t.errs(&psychiatrist, proposed(tables(), ""), "RULESET_PROPOSAL_OPEN");
    let long = Person { name: "x".repeat(TOO_LONG), ..pharmacist.clone() };
    t.errs(&pharmacist, signed(&ours, &long), "RULESET_NAME_TOO_LONG");
    t.does(&psychiatrist, signed(&ours, &psychiatrist));
    t.errs(&psychiatrist, signed(&ours, &psychiatrist), "RULESET_SIGNED_ALREADY");
    t.errs(&practitioner, signed(&ours, &practitioner), "RULESET_ROLE_SIGNED");
    let rejected = ruleset::RejectRulesetRequest {
        header: None,
        ruleset: ours.clone(),
        reason: "The source is to be named first".to_owned(),
    };
    t.does(&pharmacist, Body::RejectRuleset(rejected));
    // Read again, and signed by both: what stands already, so that nobody else is judged otherwise by it.
    t.does(&pharmacist, proposed(tables(), ""));
    t.does(&pharmacist, signed(&ours, &pharmacist));
    t.does(&psychiatrist, signed(&ours, &psychiatrist));
    t.errs(&pharmacist, proposed(tables(), ""), "RULESET_PUBLISHED");
}
