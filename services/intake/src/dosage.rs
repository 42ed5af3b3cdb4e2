//! Dosage: amount, frequency and route, when all three are said in full.

use concord_kernel::Text;
use concord_knowledge::{Frequency, Milligrams, Regimen, Route};

use crate::concept::{Concept, SNOMED};
use crate::json::Node;
use crate::sink::Sink;
use crate::{Problem, directions};

/// SNOMED CT routes of administration.
const ROUTES: &[(&str, Route)] = &[
    ("26643006", Route::Oral),
    ("37839007", Route::Sublingual),
    ("54471007", Route::Sublingual),
    ("78421000", Route::Intramuscular),
    ("34206005", Route::Subcutaneous),
    ("45890007", Route::Transdermal),
    ("46713006", Route::Nasal),
    ("447694001", Route::Inhaled),
    ("6064005", Route::Topical),
];

/// Words that name a route, in directions, route texts and the names of preparations.
const ROUTE_WORDS: &[(&str, Route)] = &[
    ("oral", Route::Oral),
    ("orally", Route::Oral),
    ("mouth", Route::Oral),
    ("po", Route::Oral),
    ("sublingual", Route::Sublingual),
    ("sl", Route::Sublingual),
    ("buccal", Route::Sublingual),
    ("intramuscular", Route::Intramuscular),
    ("im", Route::Intramuscular),
    ("subcutaneous", Route::Subcutaneous),
    ("transdermal", Route::Transdermal),
    ("nasal", Route::Nasal),
    ("topical", Route::Topical),
];

/// The regimen that the dosages say together, when there is exactly one and it is complete.
pub(crate) fn regimen(dosages: &[Node<'_>], name: &Text, sink: &mut Sink) -> Option<Regimen> {
    let dosage = match dosages {
        [] => return None,
        [one] => one,
        [_, second, ..] => {
            sink.note(second.path(), Problem::SeveralDosages);
            return None;
        }
    };
    let structured = dosage.has("doseAndRate") || dosage.has("timing");
    let regimen = if structured {
        structured_regimen(dosage, name)
    } else {
        let words = dosage.text("text").and_then(|text| directions::read(text, strength(name.expose())));
        words.and_then(|(dose, frequency, route)| {
            let route = route.or_else(|| route_of(dosage, name))?;
            Some(Regimen { dose, frequency, route })
        })
    };
    if regimen.is_none() {
        let in_words = !structured && dosage.has("text");
        let problem = if in_words { Problem::DirectionsInWords } else { Problem::UnusableDosage };
        sink.note(dosage.path(), problem);
    }
    regimen
}

fn structured_regimen(dosage: &Node<'_>, name: &Text) -> Option<Regimen> {
    let mut rates = dosage.items("doseAndRate").into_iter();
    let (Some(rate), None) = (rates.next(), rates.next()) else { return None };
    let dose = amount(&rate.get("doseQuantity")?, name)?;
    let needed = dosage.boolean("asNeededBoolean") == Some(true) || dosage.has("asNeededCodeableConcept");
    let timing = dosage.get("timing")?;
    let times = times(&timing)?;
    let frequency = if needed { times.as_needed()? } else { times.regular()? };
    Some(Regimen { dose, frequency, route: route_of(dosage, name)? })
}

fn amount(quantity: &Node<'_>, name: &Text) -> Option<Milligrams> {
    if quantity.has("comparator") {
        return None;
    }
    let value = quantity.number("value")?;
    let unit = quantity.text("code").or_else(|| quantity.text("unit"))?;
    directions::milligrams(value, unit, strength(name.expose()))
}

fn route_of(dosage: &Node<'_>, name: &Text) -> Option<Route> {
    let Some(route) = dosage.get("route") else { return route_word(name.expose()) };
    let concept = Concept::read(&route);
    let coded = ROUTES.iter().find(|(code, _)| concept.has(SNOMED, &[code])).map(|(_, route)| *route);
    coded.or_else(|| route_word(concept.name.as_ref()?.expose()))
}

pub(crate) fn route_word(text: &str) -> Option<Route> {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| ROUTE_WORDS.iter().find(|(name, _)| *name == word).map(|(_, route)| *route))
}

/// Milligrams of one tablet or capsule, when the name states one strength and only one.
fn strength(name: &str) -> Option<f64> {
    let name = name.to_lowercase();
    let mut found = None;
    for (at, _) in name.match_indices("mg") {
        let (before, after) = (&name[..at], &name[at + 2..]);
        if after.starts_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        // An amount per volume or per hour is no amount of a tablet.
        if after.trim_start().starts_with('/') && !after.trim_start()[1..].starts_with(' ') {
            return None;
        }
        let digits = before.trim_end();
        let start = digits
            .rfind(|c: char| !c.is_ascii_digit() && c != '.')
            .map_or(0, |i| i + digits[i..].chars().next().map_or(1, char::len_utf8));
        let strength: f64 = digits[start..].parse().ok()?;
        if found.replace(strength).is_some() {
            return None;
        }
    }
    found
}

/// So many doses in so many hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    doses: u32,
    hours: u32,
    bedtime: bool,
}

impl Times {
    const fn new(doses: u32, hours: u32) -> Self {
        Self { doses, hours, bedtime: false }
    }

    fn regular(self) -> Option<Frequency> {
        let days = self.hours / 24;
        match (self.doses, self.hours) {
            (1, 24) if self.bedtime => Some(Frequency::AtBedtime),
            (1, 48) => Some(Frequency::EveryOtherDay),
            (1, hours) if hours > 48 && hours % 24 == 0 && days <= 90 => {
                Some(Frequency::EveryDays(u8::try_from(days).ok()?))
            }
            _ => match self.a_day()? {
                1 => Some(Frequency::Daily),
                2 => Some(Frequency::TwiceDaily),
                3 => Some(Frequency::ThreeTimesDaily),
                4 => Some(Frequency::FourTimesDaily),
                _ => None,
            },
        }
    }

    fn as_needed(self) -> Option<Frequency> {
        let times = self.a_day()?;
        (1..=12).contains(&times).then_some(Frequency::AsNeeded(times))
    }

    /// Doses a day, when that is a whole number.
    fn a_day(self) -> Option<u8> {
        let doses = self.doses.checked_mul(24)?;
        if self.hours == 0 || doses % self.hours != 0 { None } else { u8::try_from(doses / self.hours).ok() }
    }
}

/// Source: FHIR R4 Timing; codes of v3 GTSAbbreviation.
fn times(timing: &Node<'_>) -> Option<Times> {
    if let Some(repeat) = timing.get("repeat") {
        return repeated(&repeat);
    }
    let concept = Concept::read(&timing.get("code")?);
    let code = concept.codings.first().map(|c| c.code.as_str());
    Some(match code.or_else(|| concept.name.as_ref().map(Text::expose))? {
        "QD" | "AM" | "PM" => Times::new(1, 24),
        "BED" | "QHS" | "HS" => Times { bedtime: true, ..Times::new(1, 24) },
        "BID" => Times::new(2, 24),
        "TID" => Times::new(3, 24),
        "QID" => Times::new(4, 24),
        "QOD" => Times::new(1, 48),
        "Q4H" => Times::new(1, 4),
        "Q6H" => Times::new(1, 6),
        "Q8H" => Times::new(1, 8),
        "Q12H" => Times::new(1, 12),
        "WK" => Times::new(1, 168),
        _ => return None,
    })
}

fn repeated(repeat: &Node<'_>) -> Option<Times> {
    // Particular weekdays, a single dose or a range are no even interval.
    if ["dayOfWeek", "count", "frequencyMax", "periodMax", "duration"].iter().any(|name| repeat.has(name)) {
        return None;
    }
    let when = repeat.items("when");
    let bedtime = when.len() == 1 && when[0].string() == Some("HS");
    let at_times = when.len().max(repeat.items("timeOfDay").len());
    if !repeat.has("period") {
        return (at_times > 0).then(|| Times {
            doses: u32::try_from(at_times).unwrap_or(0),
            hours: 24,
            bedtime,
        });
    }
    let unit = match repeat.text("periodUnit")? {
        "h" => 1,
        "d" => 24,
        "wk" => 168,
        _ => return None,
    };
    let doses = if repeat.has("frequency") {
        whole(repeat, "frequency")?
    } else {
        u32::try_from(at_times.max(1)).ok()?
    };
    Some(Times { doses, hours: whole(repeat, "period")?.checked_mul(unit)?, bedtime })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a small whole number"
)]
fn whole(node: &Node<'_>, name: &str) -> Option<u32> {
    let number = node.number(name)?;
    (number.fract() == 0.0 && (1.0..=1_000.0).contains(&number)).then_some(number as u32)
}
