//! One example of each event about the rules that decisions are judged by.

use concord_domain::ruleset::{Event, Signatory, Signature};
use concord_kernel::Role;
use concord_knowledge::RulesetVersion;

use super::{day, instant, person, text};

fn version() -> RulesetVersion {
    RulesetVersion::parse("2027-01-04.0123456789ab").expect("a valid name")
}

pub(super) fn ruleset() -> Vec<Event> {
    let signature = Signature {
        by: person(2),
        signatory: Signatory::Pharmacist,
        role: Role::Pharmacist,
        name: text("J. Roe, R. Ph., OH 1"),
    };
    vec![
        Event::RulesetProposed {
            ruleset: version(),
            digest: "0123456789abcdef".to_owned(),
            base: RulesetVersion::parse("2026-11-26.5b1f0c9e27aa").expect("a valid name"),
            valid_from: Some(day("2027-01-04")),
            reason: text("Our clients are older."),
            by: person(1),
            role: Role::Psychiatrist,
        },
        Event::RulesetRowsProposed {
            ruleset: version(),
            table: "limits.csv".to_owned(),
            text: "id,value,unit,source,reviewed_by,reviewed_on\n".to_owned(),
        },
        Event::RulesetSigned { ruleset: version(), signature },
        Event::RulesetTablePublished {
            ruleset: version(),
            table: "limits.csv".to_owned(),
            text: "id,value,unit,source,reviewed_by,reviewed_on\n".to_owned(),
        },
        Event::RulesetPublished {
            ruleset: version(),
            in_force_from: instant("2027-01-04T00:00:00Z"),
            reviewed_on: day("2027-01-02"),
        },
        Event::RulesetRejected {
            ruleset: version(),
            by: person(1),
            role: Role::Psychiatrist,
            reason: text("The maximum is too low."),
        },
    ]
}
