//! In which direction each column of each table may be changed by a program.
//!
//! What is not named here stands as it is: a table that is added later is closed to programs, and so is a column,
//! until somebody has thought about which way is the stricter one.

/// Which change of a column makes a rule stricter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// None.
    Fixed,
    /// It is words for people and may say the same in others.
    Words,
    /// A lower number; nothing is no bound at all.
    Lower,
    /// A higher number; nothing is none.
    Higher,
    /// A lower number; nothing means always, which is the strictest.
    LowerOrAlways,
    /// A higher number, but not for what is injected: there it is how long a dose acts.
    HigherUnlessDepot,
    /// A selector that means at least the substances that it meant.
    Subjects,
    /// The same, where nothing means whatever else is taken.
    SubjectsOrAny,
    /// A selector of exceptions that means none but those that it meant.
    Exceptions,
    /// A list with at least the parts that it had.
    More,
    /// A list with no part but those that it had, and at least one.
    Fewer,
    /// One of these words; a later one is stricter. Words on one rank differ in kind and do not stand for each other.
    Ranks(&'static [&'static [&'static str]]),
    /// Something where there was nothing.
    Filled,
    /// By the name of the row; other rows stand.
    ByRow(&'static [(&'static str, Self)]),
}

/// What a program may do to a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rights {
    /// Whether it may add rows.
    pub(super) adds: bool,
    /// The columns that are not [`Way::Fixed`].
    pub(super) columns: &'static [(&'static str, Way)],
}

const SEVERITY: (&str, Way) = ("severity", Way::Ranks(&[&["moderate"], &["major"], &["contraindicated"]]));
const ACTION: (&str, Way) = (
    "action",
    Way::Ranks(&[
        &["monitor"],
        &["adjust"],
        &["acknowledge"],
        &["block_unless_cosigned"],
        &["space"],
        &["block"],
    ]),
);
const TAPER: (&str, Way) =
    ("taper", Way::Ranks(&[&["T0"], &["T1"], &["T6"], &["T7"], &["T2", "T3", "T4", "T5"]]));
const PRESCRIBABLE: (&str, Way) = ("prescribable", Way::Ranks(&[&["yes"], &["no"]]));
const WHEN: (&str, Way) = ("when", Way::Ranks(&[&["start", "active"], &["always"]]));
const MECHANISM: (&str, Way) = ("mechanism", Way::Words);
const ADVICE: (&str, Way) = ("advice", Way::Words);
const SOURCE: (&str, Way) = ("source", Way::Words);
const DRUG: (&str, Way) = ("drug", Way::Subjects);

const PAIR: Rights = Rights {
    adds: true,
    columns: &[
        ("a", Way::Subjects),
        ("b", Way::Subjects),
        SEVERITY,
        ACTION,
        ("days_after_a", Way::Higher),
        ("days_after_b", Way::Higher),
        MECHANISM,
        ADVICE,
        SOURCE,
    ],
};

/// Numbers of the program, each with the way in which it is stricter.
const LIMITS: &[(&str, Way)] = &[
    ("pregnancy-age-from", Way::Lower),
    ("pregnancy-age-to", Way::Higher),
    ("pregnancy-test-max-age", Way::Lower),
    ("cows-minimum", Way::Higher),
    ("cows-max-age", Way::Lower),
    ("start-dose-percent", Way::Lower),
    ("unmapped-days", Way::Higher),
    ("full-agonist-days", Way::Higher),
    ("adherence-good", Way::Higher),
    ("adherence-outreach", Way::Higher),
    ("adherence-outreach-within", Way::Lower),
    ("adherence-unknown-most", Way::Lower),
    ("bridge-days", Way::Lower),
    ("overlap-days", Way::Lower),
    ("monitoring-early", Way::Lower),
    ("critical-result-within", Way::Lower),
    ("lethal-supply-days", Way::Lower),
];

const RECOVERY_LIMITS: &[(&str, Way)] = &[
    ("sows-minimum", Way::Higher),
    ("naloxone-challenge-max-age", Way::Lower),
    ("low-dose-start-most", Way::Lower),
    ("drug-screen-early", Way::Lower),
    ("drug-screen-stable", Way::Lower),
    ("drug-screen-confirm", Way::Lower),
    ("relapse-review", Way::Lower),
    ("overdose-review", Way::Lower),
];

const POLICIES: &[(&str, Way)] = &[
    ("refill.ii.max", Way::Lower),
    ("refill.iii.max", Way::Lower),
    ("refill.iii.months", Way::Lower),
    ("refill.iv.max", Way::Lower),
    ("refill.iv.months", Way::Lower),
    ("series.ii.days", Way::Lower),
    ("telemedicine.buprenorphine-oud", Way::Lower),
    ("pdmp.max-age", Way::Lower),
    ("pdmp.max-age.ny", Way::Lower),
    ("pdmp.max-age.fl", Way::Lower),
    ("pdmp.max-age.in", Way::Lower),
    ("pdmp.max-age.ma", Way::Lower),
    ("pdmp.max-age.pa", Way::Lower),
    ("pdmp.max-age.tx", Way::Lower),
    ("epcs.factor.max-age", Way::Lower),
    ("prescription.judged.max-age", Way::Lower),
    ("prescription.validity", Way::Lower),
];

/// What the service starts by itself.
const DEADLINES: &[(&str, Way)] = &[
    ("missed-visits", Way::Lower),
    ("missed-visits-review", Way::Lower),
    ("worsening-points", Way::Lower),
    ("worsening-scores", Way::Higher),
    ("worsening-review", Way::Lower),
    ("bridging-within", Way::Lower),
    ("bridging-supply", Way::Higher),
    ("broken-glass-lasts", Way::Lower),
    ("broken-glass-review", Way::Lower),
];

/// Between those who treat.
const TERMS: &[(&str, Way)] = &[
    ("consult.routine", Way::Lower),
    ("consult.urgent", Way::Lower),
    ("conflict", Way::Lower),
    ("conflict.severe", Way::Lower),
    ("update", Way::Lower),
    ("update.urgent", Way::Lower),
    ("reconcile.new", Way::Lower),
    ("reconcile.transition", Way::Lower),
    ("reconcile.regular", Way::Lower),
];

/// What a program may do to the table of that name; nothing when there is no word about it.
pub(super) fn rights(file: &str) -> Option<Rights> {
    Some(match file {
        "interactions.csv" | "duplicates.csv" => PAIR,
        "drugs.csv" | "ingredients.csv" | "conditions.csv" | "labs.csv" => vocabulary(file)?,
        "allergy_rules.csv"
        | "condition_rules.csv"
        | "dose_limits.csv"
        | "lab_rules.csv"
        | "missing_rules.csv"
        | "critical_values.csv"
        | "special_rules.csv" => rules(file)?,
        "boxed_warnings.csv" | "red_flags.csv" | "symptoms.csv" => Rights { adds: true, columns: &[SOURCE] },
        "consent_rules.csv" | "substance_use_medications.csv" => {
            Rights { adds: true, columns: &[DRUG, ("why", Way::Words), SOURCE] }
        }
        "missed_doses.csv" => Rights { adds: true, columns: &[("after_hours", Way::Lower), ADVICE, SOURCE] },
        "monitoring.csv" | "level_timing.csv" | "outreach.csv" => schedules(file)?,
        "coordination.csv" => Rights { adds: false, columns: &[("hours", Way::ByRow(TERMS)), SOURCE] },
        "limits.csv" => Rights { adds: false, columns: &[("value", Way::ByRow(LIMITS)), SOURCE] },
        "deadlines.csv" => Rights { adds: false, columns: &[("value", Way::ByRow(DEADLINES)), SOURCE] },
        "recovery_limits.csv" => {
            Rights { adds: false, columns: &[("value", Way::ByRow(RECOVERY_LIMITS)), SOURCE] }
        }
        "policies.csv" => Rights { adds: false, columns: &[("value", Way::ByRow(POLICIES)), SOURCE] },
        "escalation.csv" => Rights {
            adds: false,
            columns: &[("contact_minutes", Way::Lower), ("decide_minutes", Way::Lower), SOURCE],
        },
        "induction_rules.csv" => Rights {
            adds: false,
            columns: &[("cows_minimum", Way::Higher), ("hours_since_use", Way::Higher), SOURCE],
        },
        _ => return None,
    })
}

fn vocabulary(file: &str) -> Option<Rights> {
    let columns: &[(&str, Way)] = match file {
        "drugs.csv" => &[
            ("routes", Way::Fewer),
            ("start_mg", Way::Lower),
            ("usual_mg", Way::Words),
            ("soft_max_mg", Way::Lower),
            ("hard_max_mg", Way::Lower),
            ("step_mg", Way::Lower),
            ("step_days", Way::HigherUnlessDepot),
            ("restart_hours", Way::Lower),
            ("boxed_warning", Way::Filled),
            TAPER,
            PRESCRIBABLE,
            ("excipients", Way::More),
            SOURCE,
        ],
        // Classes stand: a class is also an exception in some rules, and one more would take the substance out of them.
        "ingredients.csv" => &[("aliases", Way::More), SOURCE],
        "conditions.csv" => &[("icd10", Way::More), ("snomed", Way::More), ("aliases", Way::More), SOURCE],
        "labs.csv" => &[("loinc", Way::More), SOURCE],
        _ => return None,
    };
    Some(Rights { adds: true, columns })
}

/// What falls due by time.
fn schedules(file: &str) -> Option<Rights> {
    let columns: &[(&str, Way)] = match file {
        "monitoring.csv" => &[
            DRUG,
            ("labs", Way::Fewer),
            ("age_over", Way::LowerOrAlways),
            // A result of longer ago counts less, and where none was asked one is.
            ("baseline_days", Way::Lower),
            ("after_start_days", Way::More),
            ("after_change_days", Way::Lower),
            ("every_days", Way::Lower),
            SOURCE,
        ],
        // A narrower window: fewer levels meet a schedule.
        "level_timing.csv" => &[("least_hours", Way::Higher), ("most_hours", Way::Lower), SOURCE],
        "outreach.csv" => &[("hours", Way::Lower), ("business_days", Way::Lower), SOURCE],
        _ => return None,
    };
    Some(Rights { adds: true, columns })
}

fn rules(file: &str) -> Option<Rights> {
    let columns: &[(&str, Way)] = match file {
        "allergy_rules.csv" => &[
            ("allergen", Way::Subjects),
            DRUG,
            ("kinds", Way::More),
            SEVERITY,
            ACTION,
            MECHANISM,
            ADVICE,
            SOURCE,
        ],
        "condition_rules.csv" => &[
            DRUG,
            ("conditions", Way::More),
            ("unless", Way::Exceptions),
            SEVERITY,
            ACTION,
            MECHANISM,
            ADVICE,
            SOURCE,
        ],
        "dose_limits.csv" => &[
            ("ingredient", Way::Subjects),
            ("over_mg", Way::Lower),
            ("with", Way::SubjectsOrAny),
            ("age_over", Way::LowerOrAlways),
            ("lab_below", Way::Higher),
            SEVERITY,
            ACTION,
            MECHANISM,
            ADVICE,
            SOURCE,
        ],
        "lab_rules.csv" => &[
            DRUG,
            ("max_age_days", Way::Higher),
            ("below", Way::Higher),
            ("above", Way::Lower),
            SEVERITY,
            ACTION,
            MECHANISM,
            ADVICE,
            SOURCE,
        ],
        "missing_rules.csv" => &[
            DRUG,
            ("with", Way::SubjectsOrAny),
            ("labs", Way::Fewer),
            ("max_age_days", Way::Lower),
            WHEN,
            SEVERITY,
            ACTION,
            MECHANISM,
            ADVICE,
            SOURCE,
        ],
        "critical_values.csv" => &[("below", Way::Higher), ("above", Way::Lower), ADVICE, SOURCE],
        "special_rules.csv" => &[SEVERITY, ACTION, MECHANISM, ADVICE, SOURCE],
        _ => return None,
    };
    Some(Rights { adds: file != "special_rules.csv", columns })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Files;
    use crate::load::table::Table;

    #[test]
    fn every_column_that_a_program_may_change_is_one_of_its_table() {
        for file in Files::NAMES {
            let Some(rights) = rights(file) else { continue };
            let files = Files::embedded();
            let table = Table::read(file, files.text(file).unwrap()).unwrap();
            for (column, _) in rights.columns {
                assert!(table.columns().any(|known| known == *column), "{file} has no column {column}");
            }
        }
    }

    #[test]
    fn every_number_that_a_program_may_change_is_a_row() {
        let rows = [
            ("limits.csv", LIMITS),
            ("recovery_limits.csv", RECOVERY_LIMITS),
            ("policies.csv", POLICIES),
            ("coordination.csv", TERMS),
            ("deadlines.csv", DEADLINES),
        ];
        for (file, ways) in rows {
            let files = Files::embedded();
            let table = Table::read(file, files.text(file).unwrap()).unwrap();
            for (id, _) in ways {
                assert!(table.rows().any(|row| row.text("id") == Ok(*id)), "{file} has no row {id}");
            }
        }
    }
}
