//! MedicationRequest and MedicationStatement: what is taken, how much, since when, from whom.

use concord_kernel::{Day, Text};

use crate::concept::words;
use crate::date;
use crate::intake::{Medication, Use};
use crate::json::Node;
use crate::medication_name::{self, Said};
use crate::read::{MAX_LISTED, Whose};
use crate::sink::Sink;
use crate::{Problem, dosage, status};

pub(crate) fn read(whose: &Whose<'_>, at: usize, listed: &mut Vec<Medication>, sink: &mut Sink) {
    let node = &whose.bundle.entries[at].resource;
    let request = whose.bundle.entries[at].kind == "MedicationRequest";
    let said = medication_name::read(node, whose, at, sink);
    if let Said::Drug(concept) = &said {
        sink.speak_about(concept.name.as_ref());
    }
    let usage = if request { status::of_request(node, sink) } else { status::of_statement(node, sink) };
    let Some(usage) = usage else { return };
    let concept = match said {
        Said::Drug(concept) => concept,
        Said::Nothing => return,
        Said::Unusable(path, problem) => return sink.note(path, problem),
    };
    let Some(name) = concept.name else { return };
    let dosages = node.items(if request { "dosageInstruction" } else { "dosage" });
    let medication = Medication {
        path: node.path(),
        regimen: dosage::regimen(&dosages, &name, sink),
        directions: directions(&dosages),
        prescriber: if request { prescriber(whose, at) } else { None },
        started_on: started_on(node, request, sink),
        codings: concept.codings,
        name,
        usage,
    };
    list(medication, listed, sink);
}

/// Lists it unless it repeats one that is there: a renewal is not a second medication. Two different doses are.
fn list(new: Medication, listed: &mut Vec<Medication>, sink: &mut Sink) {
    let same = |old: &&mut Medication| {
        let doses = old.regimen.is_none() || new.regimen.is_none() || old.regimen == new.regimen;
        old.name == new.name && old.codings == new.codings && doses
    };
    let Some(old) = listed.iter_mut().find(same) else {
        if listed.len() == MAX_LISTED {
            return sink.note(new.path, Problem::LimitReached);
        }
        return listed.push(new);
    };
    sink.left_out.repeated_medications += 1;
    match (old.usage, new.usage) {
        (Use::Taken, Use::Taken) => {
            old.started_on = earliest(old.started_on, new.started_on);
            old.regimen = old.regimen.or(new.regimen);
            old.directions = old.directions.take().or(new.directions);
            old.prescriber = old.prescriber.take().or(new.prescriber);
        }
        (Use::Ended(_), Use::Taken) => {
            let started_on = earliest(old.started_on, new.started_on);
            *old = Medication { started_on, ..new };
        }
        (Use::Taken, Use::Ended(_)) => old.started_on = earliest(old.started_on, new.started_on),
        (Use::Ended(one), Use::Ended(other)) => {
            // An unknown end may be the latest of all.
            old.usage = Use::Ended(one.zip(other).map(|(one, other)| one.max(other)));
        }
    }
}

fn earliest(one: Option<Day>, other: Option<Day>) -> Option<Day> {
    one.into_iter().chain(other).min()
}

fn started_on(node: &Node<'_>, request: bool, sink: &mut Sink) -> Option<Day> {
    let day = if request {
        date::day(node, "authoredOn", sink)
    } else if let Some(period) = node.get("effectivePeriod") {
        date::day(&period, "start", sink)
    } else {
        date::day(node, "effectiveDateTime", sink)
    };
    day.filter(|day| *day <= sink.now.day())
}

fn directions(dosages: &[Node<'_>]) -> Option<Text> {
    let said = dosages.iter().filter_map(|d| d.text("text").or_else(|| d.text("patientInstruction")));
    words(&said.collect::<Vec<_>>().join("; "))
}

fn prescriber(whose: &Whose<'_>, at: usize) -> Option<Text> {
    let requester = whose.bundle.entries[at].resource.get("requester")?;
    if let Some(name) = requester.text("display").and_then(words) {
        return Some(name);
    }
    let resource = whose.resolve(&requester, at)?;
    if let Some(organisation) = resource.text("name") {
        return words(organisation);
    }
    let name = resource.items("name").into_iter().next()?;
    if let Some(text) = name.text("text") {
        return words(text);
    }
    let (prefix, given) = (name.items("prefix"), name.items("given"));
    let parts = prefix.iter().chain(&given).filter_map(Node::string).chain(name.text("family"));
    words(&parts.collect::<Vec<_>>().join(" "))
}
