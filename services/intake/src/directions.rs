//! Directions in plain words, such as "Take 50 mg by mouth once daily": understood in full or not at all.

use concord_knowledge::{Frequency, Milligrams, Route};

use crate::dosage::route_word;

/// What a run of words means.
#[derive(Clone, Copy, Debug)]
enum Sense {
    /// Nothing.
    Filler,
    Route,
    Every(Frequency),
    /// When needed.
    Needed,
}

/// Phrases, longer ones before those that they begin with.
const PHRASES: &[(&str, Sense)] = &[
    ("by mouth", Sense::Route),
    ("under the tongue", Sense::Route),
    ("once a day", Sense::Every(Frequency::Daily)),
    ("once daily", Sense::Every(Frequency::Daily)),
    ("one time a day", Sense::Every(Frequency::Daily)),
    ("every day", Sense::Every(Frequency::Daily)),
    ("each day", Sense::Every(Frequency::Daily)),
    ("per day", Sense::Every(Frequency::Daily)),
    ("a day", Sense::Every(Frequency::Daily)),
    ("every morning", Sense::Every(Frequency::Daily)),
    ("in the morning", Sense::Filler),
    ("daily", Sense::Every(Frequency::Daily)),
    ("qd", Sense::Every(Frequency::Daily)),
    ("twice a day", Sense::Every(Frequency::TwiceDaily)),
    ("twice daily", Sense::Every(Frequency::TwiceDaily)),
    ("two times a day", Sense::Every(Frequency::TwiceDaily)),
    ("two times daily", Sense::Every(Frequency::TwiceDaily)),
    ("2 times daily", Sense::Every(Frequency::TwiceDaily)),
    ("2 times a day", Sense::Every(Frequency::TwiceDaily)),
    ("every 12 hours", Sense::Every(Frequency::TwiceDaily)),
    ("bid", Sense::Every(Frequency::TwiceDaily)),
    ("three times a day", Sense::Every(Frequency::ThreeTimesDaily)),
    ("three times daily", Sense::Every(Frequency::ThreeTimesDaily)),
    ("3 times daily", Sense::Every(Frequency::ThreeTimesDaily)),
    ("3 times a day", Sense::Every(Frequency::ThreeTimesDaily)),
    ("every 8 hours", Sense::Every(Frequency::ThreeTimesDaily)),
    ("tid", Sense::Every(Frequency::ThreeTimesDaily)),
    ("four times a day", Sense::Every(Frequency::FourTimesDaily)),
    ("four times daily", Sense::Every(Frequency::FourTimesDaily)),
    ("4 times daily", Sense::Every(Frequency::FourTimesDaily)),
    ("4 times a day", Sense::Every(Frequency::FourTimesDaily)),
    ("every 6 hours", Sense::Every(Frequency::FourTimesDaily)),
    ("qid", Sense::Every(Frequency::FourTimesDaily)),
    ("every other day", Sense::Every(Frequency::EveryOtherDay)),
    ("every night at bedtime", Sense::Every(Frequency::AtBedtime)),
    ("every night", Sense::Every(Frequency::AtBedtime)),
    ("at bedtime", Sense::Every(Frequency::AtBedtime)),
    ("at night", Sense::Every(Frequency::AtBedtime)),
    ("nightly", Sense::Every(Frequency::AtBedtime)),
    ("qhs", Sense::Every(Frequency::AtBedtime)),
    ("as needed", Sense::Needed),
    ("if needed", Sense::Needed),
    ("prn", Sense::Needed),
    ("with food", Sense::Filler),
    ("with water", Sense::Filler),
    ("take", Sense::Filler),
];

/// Amount, frequency and route; `strength` is the milligrams in one tablet, when known. `None` when any word is
/// left over, when something is said twice, or when amount or frequency are not said.
pub(crate) fn read(text: &str, strength: Option<f64>) -> Option<(Milligrams, Frequency, Option<Route>)> {
    let text = text.to_lowercase().replace([',', ';'], " ");
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_end_matches('.')).collect();
    let (mut dose, mut every, mut needed, mut route) = (None, None, false, None);
    let mut rest = words.as_slice();
    while let Some(word) = rest.first() {
        if let Some((length, sense)) = phrase(rest) {
            match sense {
                Sense::Filler => {}
                Sense::Route => route = Some(if length == 2 { Route::Oral } else { Route::Sublingual }),
                Sense::Every(frequency) => {
                    if every.replace(frequency).is_some() {
                        return None;
                    }
                }
                Sense::Needed => needed = true,
            }
            rest = rest.get(length..)?;
        } else if let Some((length, milligrams)) = amount(rest, strength) {
            if dose.replace(milligrams).is_some() {
                return None;
            }
            rest = rest.get(length..)?;
        } else {
            route = Some(route_word(word)?);
            rest = rest.get(1..)?;
        }
    }
    let every = every?;
    let frequency = if needed { Frequency::AsNeeded(u8::try_from(every.most_a_day()).ok()?) } else { every };
    Some((dose?, frequency, route))
}

fn phrase(words: &[&str]) -> Option<(usize, Sense)> {
    PHRASES.iter().find_map(|(phrase, sense)| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        words.starts_with(&phrase).then_some((phrase.len(), *sense))
    })
}

fn amount(words: &[&str], strength: Option<f64>) -> Option<(usize, Milligrams)> {
    let first = words.first()?;
    let digits = first.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(first.len());
    let value: f64 = match *first {
        "one" | "a" => 1.0,
        "two" => 2.0,
        "half" => 0.5,
        number => number[..digits].parse().ok()?,
    };
    if digits > 0 && digits < first.len() {
        return Some((1, milligrams(value, &first[digits..], strength)?));
    }
    Some((2, milligrams(value, words.get(1)?, strength)?))
}

/// An amount in a unit of mass, or in tablets of known strength; more than nothing.
pub(crate) fn milligrams(value: f64, unit: &str, strength: Option<f64>) -> Option<Milligrams> {
    let milligrams = match unit.to_lowercase().as_str() {
        "mg" | "milligram" | "milligrams" => value,
        "g" | "gram" | "grams" => value * 1_000.0,
        "ug" | "mcg" | "microgram" | "micrograms" => value / 1_000.0,
        "tablet" | "tablets" | "tab" | "tabs" | "{tbl}" | "{tablet}" | "capsule" | "capsules" | "cap"
        | "caps" | "{capsule}" | "pill" | "pills" => value * strength?,
        _ => return None,
    };
    Milligrams::parse(milligrams).ok().filter(|dose| *dose > Milligrams::ZERO)
}
