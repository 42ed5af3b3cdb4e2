//! Patient: name, day of birth, sex, and whether they live.

use concord_kernel::{Day, Phi, Text};

use crate::Problem;
use crate::concept::words;
use crate::date::When;
use crate::intake::{Patient, Sex};
use crate::json::Node;
use crate::sink::Sink;

const BIRTH_SEX: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";

/// Reads the patient; the path of the element without which nobody can be admitted is the error.
pub(crate) fn read(node: &Node<'_>, sink: &mut Sink) -> Result<Patient, String> {
    let name = name(node).ok_or_else(|| node.at("name"))?;
    let born_on = born_on(node, sink).ok_or_else(|| node.at("birthDate"))?;
    let sex = sex(node, sink);
    let death = node.choice("deceased").filter(|death| death.string().is_some() || is_true(node, death));
    if let Some(death) = &death {
        sink.note(death.path(), Problem::Deceased);
    }
    Ok(Patient {
        path: node.path(),
        name: Phi::new(name),
        born_on: Phi::new(born_on),
        sex,
        deceased: death.is_some(),
    })
}

fn is_true(node: &Node<'_>, death: &Node<'_>) -> bool {
    node.boolean(death.name()) == Some(true)
}

/// The name in use: official before usual before any other, never one that is over.
fn name(node: &Node<'_>) -> Option<Text> {
    let mut names = node.items("name");
    names.sort_by_key(|name| {
        let over = name.get("period").is_some_and(|period| period.has("end"));
        let rank = match name.text("use") {
            Some("official") => 0,
            Some("usual") => 1,
            None => 2,
            Some("temp" | "nickname" | "anonymous") => 3,
            Some(_) => 4,
        };
        (over, rank)
    });
    names.iter().find_map(written)
}

fn written(name: &Node<'_>) -> Option<Text> {
    if let Some(text) = name.text("text").and_then(words) {
        return Some(text);
    }
    let given = name.items("given");
    let parts: Vec<&str> = given.iter().filter_map(Node::string).chain(name.text("family")).collect();
    words(&parts.join(" "))
}

fn born_on(node: &Node<'_>, sink: &mut Sink) -> Option<Day> {
    let when = When::parse(node.text("birthDate")?)?;
    if when.first > sink.now.day() {
        return None;
    }
    if when.exact_day().is_none() {
        sink.note(node.at("birthDate"), Problem::ImpreciseBirthDate);
    }
    Some(when.first)
}

fn sex(node: &Node<'_>, sink: &mut Sink) -> Sex {
    let extensions = node.items("extension");
    let at_birth = extensions.iter().find(|e| e.text("url") == Some(BIRTH_SEX));
    match at_birth.and_then(|e| e.text("valueCode")) {
        Some("F") => return Sex::Female,
        Some("M") => return Sex::Male,
        // Other, asked but unknown, unknown: the administrative gender may still tell.
        _ => {}
    }
    match node.text("gender") {
        Some("female") => Sex::Female,
        Some("male") => Sex::Male,
        Some("other" | "unknown") | None => Sex::Unknown,
        Some(_) => {
            sink.note(node.at("gender"), Problem::UnusableDetail);
            Sex::Unknown
        }
    }
}
