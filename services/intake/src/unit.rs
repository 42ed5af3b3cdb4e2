//! Units of results: the same quantity written in another unit.

/// `(unit, what it measures, how many of the first unit of that kind)`, lower case without blanks. Units of mass and
/// of amount of substance are never turned into each other: LOINC has separate codes for them.
const UNITS: &[(&str, &str, f64)] = &[
    ("mmol/l", "substance", 1.0),
    ("umol/l", "substance", 1e-3),
    ("g/l", "mass", 1.0),
    ("g/dl", "mass", 10.0),
    ("mg/dl", "mass", 1e-2),
    ("mg/l", "mass", 1e-3),
    ("mg/ml", "mass", 1.0),
    ("ug/ml", "mass", 1e-3),
    ("mcg/ml", "mass", 1e-3),
    ("ug/dl", "mass", 1e-5),
    ("ug/l", "mass", 1e-6),
    ("ng/ml", "mass", 1e-6),
    ("pg/ml", "mass", 1e-9),
    ("10*3/ul", "count", 1.0),
    ("10*9/l", "count", 1.0),
    ("10^3/ul", "count", 1.0),
    ("10^9/l", "count", 1.0),
    ("k/ul", "count", 1.0),
    ("thousand/ul", "count", 1.0),
    ("/ul", "count", 1e-3),
    ("{cells}/ul", "count", 1e-3),
    ("cells/ul", "count", 1e-3),
    ("10*6/l", "count", 1e-3),
    ("10*6/ul", "count", 1e3),
    ("10*12/l", "count", 1e3),
    ("u/l", "enzyme", 1.0),
    ("[iu]/l", "enzyme", 1.0),
    ("iu/l", "enzyme", 1.0),
    ("m[iu]/l", "hormone", 1.0),
    ("u[iu]/ml", "hormone", 1.0),
    ("miu/l", "hormone", 1.0),
    ("uiu/ml", "hormone", 1.0),
    ("mu/l", "hormone", 1.0),
    ("ms", "time", 1.0),
    ("msec", "time", 1.0),
    ("s", "time", 1e3),
    ("mm[hg]", "pressure", 1.0),
    ("mmhg", "pressure", 1.0),
    ("kg", "weight", 1.0),
    ("g", "weight", 1e-3),
    ("[lb_av]", "weight", 0.453_592_37),
    ("lb", "weight", 0.453_592_37),
    ("lbs", "weight", 0.453_592_37),
    ("cm", "length", 1.0),
    ("m", "length", 100.0),
    ("[in_i]", "length", 2.54),
    ("in", "length", 2.54),
    ("/min", "rate", 1.0),
    ("{beats}/min", "rate", 1.0),
    ("beats/min", "rate", 1.0),
    ("bpm", "rate", 1.0),
    ("ml/min/{1.73_m2}", "filtration by surface", 1.0),
    ("ml/min/{1.73m2}", "filtration by surface", 1.0),
    ("ml/min/1.73m2", "filtration by surface", 1.0),
    ("ml/min/1.73m*2", "filtration by surface", 1.0),
    ("ml/min", "filtration", 1.0),
    ("kg/m2", "mass index", 1.0),
    ("kg/m^2", "mass index", 1.0),
    ("1", "number", 1.0),
    ("{score}", "number", 1.0),
    ("(score)", "number", 1.0),
    ("{ratio}", "number", 1.0),
    ("{inr}", "number", 1.0),
];

/// LOINC codes of ions with one charge, for which a milliequivalent is a millimole: lithium, sodium, potassium,
/// chloride, bicarbonate.
const MONOVALENT: &[&str] = &[
    "14334-7", "3719-2", "2951-2", "2947-0", "2823-3", "6298-4", "2075-0", "2069-3", "1963-8", "2028-9",
    "20565-8",
];

/// `value` of `from` in `to`, when both measure the same kind of thing.
pub(crate) fn convert(value: f64, from: &str, to: &str, loinc: &str) -> Option<f64> {
    let (from, to) = (plain(from, loinc), plain(to, loinc));
    if from == to {
        return Some(value);
    }
    let find = |unit: &str| UNITS.iter().find(|(name, ..)| *name == unit);
    let ((_, kind, factor), (_, other, divisor)) = (find(&from)?, find(&to)?);
    (kind == other).then(|| value * factor / divisor)
}

fn plain(unit: &str, loinc: &str) -> String {
    let unit: String = unit.trim().to_lowercase().split_whitespace().collect();
    // Two characters that people write for micro.
    let unit = unit.replace(['µ', 'μ'], "u");
    if matches!(unit.as_str(), "meq/l" | "mequiv/l") && MONOVALENT.contains(&loinc) {
        return "mmol/l".to_owned();
    }
    unit
}
