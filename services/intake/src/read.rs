//! From bytes to an intake.

use std::collections::BTreeMap;

use concord_kernel::Instant;
use serde_json::Value;

use crate::bundle::{Bundle, Entry, Target, root};
use crate::intake::Intake;
use crate::json::Node;
use crate::observation::{KnownLabs, Latest};
use crate::sink::Sink;
use crate::{IntakeError, Problem, allergy, condition, medication, observation, patient, scan};

/// The most bytes that a bundle may have.
pub const MAX_BYTES: usize = 64 << 20;
/// The most levels that its elements may be nested; below the parser's own limit of 128.
pub const MAX_DEPTH: usize = 100;
/// The most entries that it may have.
pub const MAX_ENTRIES: usize = 50_000;
/// The most issues that are listed; the rest is counted.
pub const MAX_ISSUES: usize = 1_000;
/// The most allergies, conditions or medications that are listed; each further one is an issue.
pub const MAX_LISTED: usize = 500;
/// The most codes that are kept of one concept.
pub const MAX_CODINGS: usize = 10;
/// For how many days an ended medication may still act: the longest washout of the rules is 35 days (fluoxetine
/// before a MAOI), and a stated end may be some weeks off.
pub const WASHOUT_DAYS: i64 = 60;
/// For how many days a prescription without stated end can be filled: a year in most states. One that was stopped,
/// nobody says when, and was written before that plus the washout, cannot matter any more.
pub const PRESCRIPTION_LIFE_DAYS: i64 = 365;

/// Reads one bundle as the record of one patient, as of `now`.
///
/// `file` only names the source in errors. A resource that cannot be mapped is an issue and costs nothing else.
///
/// # Errors
///
/// [`IntakeError`] when nobody can be admitted from it: not JSON, no bundle, no usable patient, beyond a limit.
pub fn read_bundle(
    file: &str,
    bytes: &[u8],
    now: Instant,
    labs: &dyn KnownLabs,
) -> Result<Intake, IntakeError> {
    let document = parse(file, bytes)?;
    let named = || file.to_owned();
    let root = root(&document)
        .ok_or_else(|| IntakeError::NotABundle { file: named(), path: "Bundle.resourceType".to_owned() })?;
    let entries = document.get("entry").and_then(Value::as_array).map_or(0, Vec::len);
    if entries > MAX_ENTRIES {
        return Err(IntakeError::TooManyEntries { file: named(), entries, limit: MAX_ENTRIES });
    }
    let mut sink = Sink::new(now);
    let bundle = Bundle::read(&root, &mut sink);
    let place = the_patient(file, &bundle)?;
    let whose = Whose { bundle: &bundle, patient: place };
    let patient = patient::read(&bundle.entries[place].resource, &mut sink)
        .map_err(|path| IntakeError::PatientUnusable { file: named(), path })?;
    let mut collected = Collected::default();
    for at in (0..bundle.entries.len()).filter(|at| *at != place) {
        collected.take(&whose, at, labs, &mut sink);
    }
    let allergies = collected.allergies.finish(&mut sink);
    sink.left_out.older_results = collected.results.older();
    Ok(Intake {
        file: named(),
        patient,
        allergies,
        conditions: collected.conditions,
        medications: collected.medications,
        results: collected.results.finish(),
        left_out: sink.left_out,
        not_for_the_chart: collected.not_for_the_chart,
        issues: sink.issues,
        further_issues: sink.further,
    })
}

fn parse(file: &str, bytes: &[u8]) -> Result<Value, IntakeError> {
    let file = || file.to_owned();
    if bytes.len() > MAX_BYTES {
        return Err(IntakeError::TooLarge { file: file(), limit: MAX_BYTES });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(path) = scan::too_deep(bytes, MAX_DEPTH) {
        return Err(IntakeError::TooDeep { file: file(), path, limit: MAX_DEPTH });
    }
    serde_json::from_slice(bytes).map_err(|damage| {
        let (line, column) = (damage.line(), damage.column());
        let path = scan::path_at(bytes, offset_of(bytes, line, column));
        IntakeError::NotJson { file: file(), path, line, column }
    })
}

fn offset_of(bytes: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match bytes[start..].iter().position(|b| *b == b'\n') {
            Some(end) => start += end + 1,
            None => break,
        }
    }
    start.saturating_add(column.saturating_sub(1)).min(bytes.len())
}

fn the_patient(file: &str, bundle: &Bundle<'_>) -> Result<usize, IntakeError> {
    let mut patients = bundle.entries.iter().enumerate().filter(|(_, entry)| entry.kind == "Patient");
    match (patients.next(), patients.next()) {
        (Some((place, _)), None) => Ok(place),
        (None, _) => Err(IntakeError::NoPatient { file: file.to_owned() }),
        (Some(_), Some((_, second))) => {
            Err(IntakeError::SeveralPatients { file: file.to_owned(), path: second.resource.path() })
        }
    }
}

/// The bundle and who it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whose<'a> {
    pub(crate) bundle: &'a Bundle<'a>,
    patient: usize,
}

impl<'a> Whose<'a> {
    /// Whether the resource at `at` is about the bundle's patient, by its reference `name`.
    fn owns(&self, at: usize, name: &str, sink: &mut Sink) -> bool {
        let resource = &self.bundle.entries[at].resource;
        let Some(subject) = resource.get(name) else {
            sink.note(resource.at(name), Problem::NoSubject);
            return true;
        };
        match self.bundle.follow(&subject, at) {
            Some(Target::Entry(place)) if place == self.patient => true,
            // Without a reference there is only an identifier or a name, which nobody can follow.
            None if !subject.has("reference") => {
                sink.note(subject.path(), Problem::NoSubject);
                true
            }
            Some(Target::Entry(_) | Target::Contained(_)) | None => {
                sink.note(subject.path(), Problem::OtherPatient);
                false
            }
        }
    }

    /// Follows a reference of the entry at `from` to the resource itself.
    pub(crate) fn resolve(&self, reference: &Node<'a>, from: usize) -> Option<Node<'a>> {
        match self.bundle.follow(reference, from)? {
            Target::Entry(place) => Some(self.bundle.entries[place].resource.clone()),
            Target::Contained(node) => Some(node),
        }
    }
}

#[derive(Debug, Default)]
struct Collected {
    allergies: allergy::Collected,
    conditions: Vec<crate::Condition>,
    medications: Vec<crate::Medication>,
    results: Latest,
    not_for_the_chart: BTreeMap<String, usize>,
}

impl Collected {
    fn take(&mut self, whose: &Whose<'_>, at: usize, labs: &dyn KnownLabs, sink: &mut Sink) {
        let Entry { resource, kind, .. } = &whose.bundle.entries[at];
        let subject = match *kind {
            "AllergyIntolerance" => "patient",
            "Condition" | "MedicationRequest" | "MedicationStatement" | "Observation" => "subject",
            other => {
                self.pass_over(other, resource, sink);
                return;
            }
        };
        sink.speak_about(None);
        if let Some(path) = unknown_modifier(resource) {
            sink.note(path, Problem::UnknownModifier);
            return;
        }
        if !whose.owns(at, subject, sink) {
            return;
        }
        match *kind {
            "AllergyIntolerance" => allergy::read(resource, &mut self.allergies, sink),
            "Condition" => condition::read(resource, &mut self.conditions, sink),
            "Observation" => observation::read(resource, labs, &mut self.results, sink),
            _ => medication::read(whose, at, &mut self.medications, sink),
        }
        sink.speak_about(None);
    }

    fn pass_over(&mut self, kind: &str, resource: &Node<'_>, sink: &mut Sink) {
        // The name is the sender's: only a name that could be a type is repeated.
        let plain = kind.len() <= 64 && kind.bytes().all(|b| b.is_ascii_alphanumeric());
        let name = if plain { kind } else { "?" };
        *self.not_for_the_chart.entry(name.to_owned()).or_default() += 1;
        if kind == "OperationOutcome" {
            let grave = resource
                .items("issue")
                .into_iter()
                .find(|issue| matches!(issue.text("severity"), Some("fatal" | "error" | "warning")));
            if let Some(issue) = grave {
                sink.note(issue.path(), Problem::SourceReportedProblem);
            }
        }
    }
}

/// An element that may turn the meaning of the resource around: who does not know it must not read on.
/// Source: FHIR R4 §2.1.0.1 (isModifier), §2.5.3.3 (modifierExtension).
fn unknown_modifier(resource: &Node<'_>) -> Option<String> {
    let extension = resource.items("modifierExtension").into_iter().next().map(|e| e.path());
    extension.or_else(|| resource.get("implicitRules").map(|rules| rules.path()))
}
