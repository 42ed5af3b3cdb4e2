//! Entries of a timeline to messages.

use concord_domain::side_effects::Grade;
use concord_kernel::Day;
use concord_knowledge::{IngredientId, Ruleset};
use concord_proto::concord::timeline::v1 as pb;
use concord_views::course::Entry as CourseEntry;
use concord_views::timeline::{About, Cite, Cited, Correction, More, TimelineEntry, What};

use super::words as own;
use crate::common::encode::{instant, role};
use crate::prescriber::spoken;
use crate::query::words;

pub(crate) fn entry(shown: &TimelineEntry) -> pb::TimelineEntry {
    let TimelineEntry { position, entry, subject, cited, corrections, classes } = shown;
    let said = match &entry.what {
        What::Course(told_of) => of_course(told_of, subject.as_ref()),
        What::More(more) => of_more(more, subject.as_ref()),
    };
    let Said { what, subject: name, value, value_before, summary, because, late } = said;
    pb::TimelineEntry {
        position: *position,
        at: Some(instant(entry.at)),
        recorded_at: Some(instant(entry.recorded_at)),
        recorded_by: entry.by.to_string(),
        recorded_as: role(entry.role).into(),
        kind: own::kind(entry.what.kind()).into(),
        what,
        subject: name,
        value,
        value_before,
        summary,
        order_id: order_of(shown),
        modality: own::modality(entry.modality).into(),
        cites: cited.iter().map(citation).collect(),
        corrections: corrections.iter().map(|(at, correction)| corrected(*at, correction)).collect(),
        data_classes: classes.iter().map(|class| own::class(*class).into()).collect(),
        because,
        late,
    }
}

/// What an entry says, in words.
#[derive(Default)]
struct Said {
    what: String,
    subject: String,
    value: Option<f64>,
    value_before: Option<f64>,
    summary: String,
    because: String,
    late: Option<bool>,
}

fn order_of(shown: &TimelineEntry) -> String {
    use concord_views::timeline::Subject;
    match (&shown.entry.subject, &shown.subject) {
        (Some(Subject::Order(order)), _) | (_, Some(About::Prescription { order, .. })) => order.to_string(),
        (
            Some(Subject::Outside(_) | Subject::Report(_) | Subject::Score(_) | Subject::Prescription(_))
            | None,
            _,
        ) => String::new(),
    }
}

/// The name for people of what an entry is about, as far as the entry itself does not have it.
fn name(about: &About) -> Option<String> {
    match about {
        About::Order { drug, .. } | About::Prescription { drug, .. } => Some(words::drug(drug)),
        About::Outside { name, .. } => Some(words::text(Some(name))),
        About::Report { symptom, description, .. } => Some(words::symptom(symptom.as_ref(), description)),
        About::Score { scale, .. } => Some(words::stored(scale)),
        About::Result { .. } | About::Correction(_) => None,
    }
}

fn of_course(entry: &CourseEntry, about: Option<&About>) -> Said {
    let told = spoken(entry);
    let named = about.and_then(name);
    // Of what was dispensed elsewhere, the entry tells where.
    let elsewhere = matches!((entry, about), (CourseEntry::Recovery(_), Some(About::Outside { .. })));
    let said = Said {
        what: told.kind,
        subject: named.filter(|_| !elsewhere).unwrap_or(told.subject),
        value: told.value,
        summary: told.summary,
        ..Said::default()
    };
    reasoned(entry, said)
}

/// Adds the coded reason, and what was before.
#[expect(clippy::wildcard_enum_match_arm, reason = "these have a coded reason; others have words alone")]
fn reasoned(entry: &CourseEntry, said: Said) -> Said {
    match entry {
        CourseEntry::Adjusted { from, cause, .. } => Said {
            because: words::stored(cause),
            value_before: from.as_ref().map(|from| from.daily().mg()),
            ..said
        },
        CourseEntry::StepTaken { from, rests_on, .. } => {
            Said { because: words::stored(rests_on), value_before: Some(from.daily().mg()), ..said }
        }
        CourseEntry::Stopped { reason, .. } => Said { because: words::stored(reason), ..said },
        CourseEntry::EffectDecided { decision, late, .. } => {
            Said { because: words::stored(decision), late: Some(*late), ..said }
        }
        _ => said,
    }
}

fn of_more(more: &More, about: Option<&About>) -> Said {
    let named = about.and_then(name).unwrap_or_default();
    let (subject, summary, because) = match more {
        More::Screened { candidate } => {
            let verdict = if *candidate { "candidate" } else { "not_a_candidate" };
            (verdict.to_owned(), String::new(), String::new())
        }
        More::Waitlisted { why } | More::AssessmentReopened { why } => {
            (String::new(), words::text(Some(why)), String::new())
        }
        More::OrderCorrected { correction, why, .. } => {
            (named, words::text(Some(why)), words::stored(correction))
        }
        More::AllergyRecorded { substance } => (words::text(Some(substance)), String::new(), String::new()),
        More::AllergyRefuted { substance, why } => {
            (words::text(Some(substance)), words::text(Some(why)), String::new())
        }
        More::ConditionRecorded { name } | More::ConditionResolved { name } => {
            (words::text(Some(name)), String::new(), String::new())
        }
        More::BoxedWarningExplained { drug } => (words::drug(drug), String::new(), String::new()),
        More::SharingConsented { recipient, parts, expires_on } => {
            (recipient.to_string(), limited(parts, Some(expires_on)), String::new())
        }
        More::FamilyAllowed { person, shares, until } => {
            (person.to_string(), limited(shares, until.as_ref()), String::new())
        }
        More::SharingRevoked { recipient: person } | More::FamilyWithdrawn { person } => {
            (person.to_string(), String::new(), String::new())
        }
        More::AssessmentSigned
        | More::NoKnownAllergies
        | More::PrescriptionSent
        | More::PrescriptionAccepted
        | More::PrescriptionPrinted
        | More::PrescriptionExpired => (named, String::new(), String::new()),
    };
    Said { what: words::stored(more), subject, summary, because, ..Said::default() }
}

/// What is allowed, and until when.
fn limited(parts: &[impl serde::Serialize], until: Option<&Day>) -> String {
    let names: Vec<_> = parts.iter().map(words::stored).collect();
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    format!("{}{until}", names.join(", "))
}

fn citation(cited: &Cited) -> pb::Citation {
    let Cited { cite, position, told } = cited;
    let (kind, id) = cite_of(cite);
    let (at, summary) = told.as_ref().map(recorded).unwrap_or_default();
    let summary = match cite {
        Cite::Finding(finding) => {
            let about: Vec<_> = finding.about.iter().map(IngredientId::as_str).collect();
            about.join(" + ")
        }
        Cite::Score(_)
        | Cite::Report(_)
        | Cite::Result(_)
        | Cite::Order(_)
        | Cite::LifeChange(_)
        | Cite::Use(_)
        | Cite::Screen(_) => summary,
    };
    pb::Citation { kind: kind.into(), id, position: *position, at, summary }
}

fn cite_of(cite: &Cite) -> (pb::CitationKind, String) {
    match cite {
        Cite::Score(id) => (pb::CitationKind::Score, id.to_string()),
        Cite::Report(report) => (pb::CitationKind::SideEffect, report.to_string()),
        Cite::Result(lab) => (pb::CitationKind::Result, lab.as_str().to_owned()),
        Cite::Finding(finding) => (pb::CitationKind::Finding, finding.rule.as_str().to_owned()),
        Cite::Order(order) => (pb::CitationKind::Order, order.to_string()),
        Cite::LifeChange(change) => (pb::CitationKind::LifeChange, change.to_string()),
        Cite::Use(used) => (pb::CitationKind::Use, used.to_string()),
        Cite::Screen(screen) => (pb::CitationKind::Screen, screen.to_string()),
    }
}

/// When it was true and what was recorded, in a few words.
fn recorded(about: &About) -> (Option<prost_types::Timestamp>, String) {
    match about {
        About::Score { scale, total, at, .. } => {
            let total = total.map_or_else(|| "without a total".to_owned(), |total| total.to_string());
            (Some(instant(*at)), format!("{} {total}", words::stored(scale)))
        }
        About::Report { grade, at, .. } => {
            let name = name(about).unwrap_or_default();
            (Some(instant(*at)), format!("{name}, grade {}", Grade::number(*grade)))
        }
        About::Result { lab, value, at } => {
            let rules = Ruleset::embedded();
            let name = rules.lab_name(lab).unwrap_or(lab.as_str());
            (Some(instant(*at)), format!("{name} {value} {}", rules.lab_unit(lab).unwrap_or_default()))
        }
        About::Order { .. } | About::Prescription { .. } | About::Outside { .. } => {
            (None, name(about).unwrap_or_default())
        }
        About::Correction(_) => (None, String::new()),
    }
}

fn corrected(position: u64, correction: &Correction) -> pb::TimelineCorrection {
    let Correction { of: _, kind, recorded_at, by, role: as_role, why } = correction;
    pb::TimelineCorrection {
        kind: own::correction(*kind).into(),
        position,
        recorded_at: Some(instant(*recorded_at)),
        recorded_by: by.to_string(),
        recorded_as: role(*as_role).into(),
        reason: words::text(why.as_ref()),
    }
}
