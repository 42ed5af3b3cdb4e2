//! Entries of a course to points on the time axis.

use concord_domain::chart::MedicationRef;
use concord_domain::side_effects::Grade;
use concord_knowledge::Regimen;
use concord_proto::concord::prescriber::v1 as pb;
use concord_views::course::{CourseEntry, Entry, ServiceEntry};

use super::super::drugs::{Drugs, order_of};
use super::injections;
use crate::common::encode::instant;
use crate::query::words;
use crate::recovery::encode as recovery;

pub(crate) fn point(entry: &CourseEntry, drugs: &Drugs) -> pb::CoursePoint {
    let (told_of, value, summary) = told(&entry.row.entry);
    let order = order_of(&entry.row.entry);
    let subject = order.and_then(|order| drugs.get(order)).map_or(told_of, words::drug);
    pb::CoursePoint {
        at: Some(instant(entry.row.at)),
        kind: kind(&entry.row.entry),
        subject,
        value,
        summary,
        position: entry.position,
        order_id: order.map_or_else(String::new, |order| order.to_string()),
    }
}

/// What an entry of a course says, in words.
pub(crate) struct Spoken {
    /// The stored name of what happened.
    pub(crate) kind: String,
    /// What it is about; of an order, its drug is, which the entry alone does not know.
    pub(crate) subject: String,
    /// Its value.
    pub(crate) value: Option<f64>,
    /// Why, or what was said.
    pub(crate) summary: String,
}

pub(crate) fn spoken(entry: &Entry) -> Spoken {
    let (subject, value, summary) = told(entry);
    Spoken { kind: kind(entry), subject, value, summary }
}

/// The stored name of what happened.
fn kind(entry: &Entry) -> String {
    if let Entry::Recovery(entry) = entry {
        words::stored(entry)
    } else if let Entry::Service(entry) = entry {
        words::stored(entry)
    } else if let Entry::Injection(entry) = entry {
        words::stored(entry)
    } else {
        words::stored(entry)
    }
}

type Told = (String, Option<f64>, String);

/// What it is about (of an order, its drug is), its value, and why.
#[expect(clippy::too_many_lines, reason = "a table: one arm a kind of entry")]
fn told(entry: &Entry) -> Told {
    match entry {
        Entry::Referred | Entry::Admitted | Entry::Paused | Entry::Resumed | Entry::Reconciled => {
            (String::new(), None, String::new())
        }
        Entry::Phase { to, .. } => (words::stored(to), None, String::new()),
        Entry::Discharged { disposition } => (words::stored(disposition), None, String::new()),
        Entry::Indicated { indicated, diagnoses } => {
            let names: Vec<_> = diagnoses.iter().map(words::condition).collect();
            let verdict = if *indicated { "indicated" } else { "not_indicated" };
            (verdict.to_owned(), None, names.join(", "))
        }
        Entry::Cadence { to, why, .. } => (words::stored(to), None, words::text(Some(why))),
        Entry::Visited { kind, adherence_percent, summary, .. } => {
            (words::stored(kind), adherence_percent.map(f64::from), words::text(Some(summary)))
        }
        Entry::Missed { kind, in_a_row, .. } => {
            (words::stored(kind), Some(f64::from(*in_a_row)), String::new())
        }
        Entry::Result { lab, value } | Entry::CriticalResult { lab, value } => {
            (lab.as_str().to_owned(), Some(*value), String::new())
        }
        Entry::ResultReviewed { lab, action } => (lab.as_str().to_owned(), None, words::text(Some(action))),
        Entry::TestWaived { test, why, .. } => {
            (String::new(), None, format!("{}: {}", test.as_str(), why.expose()))
        }
        Entry::Score { scale, total, substance, .. } => {
            (words::stored(scale), total.map(f64::from), words::text(substance.as_ref()))
        }
        Entry::RiskRaised { scale, level, .. } => (words::stored(scale), None, words::stored(level)),
        Entry::RiskResolved { resolution, .. } => (String::new(), None, words::text(Some(resolution))),
        Entry::Started { .. }
        | Entry::Adjusted { .. }
        | Entry::Held { .. }
        | Entry::TakenUp { .. }
        | Entry::TaperPlanned { .. }
        | Entry::TitrationPlanned { .. }
        | Entry::StepTaken { .. }
        | Entry::TitrationCancelled { .. }
        | Entry::Switched { .. }
        | Entry::Stopped { .. }
        | Entry::NeverTaken { .. }
        | Entry::Renewed { .. }
        | Entry::OutsideRecorded { .. }
        | Entry::OutsideEnded { .. } => medication(entry),
        Entry::InteractionFound { .. }
        | Entry::InteractionOverridden { .. }
        | Entry::OverrideCosigned { .. }
        | Entry::InteractionResolved { .. }
        | Entry::EffectReported { .. }
        | Entry::EffectTriaged { .. }
        | Entry::EffectDecided { .. }
        | Entry::EffectResolved { .. }
        | Entry::EffectBreached { .. } => safety(entry),
        Entry::PlanAgreed { .. }
        | Entry::GoalMet { .. }
        | Entry::Decided { .. }
        | Entry::Session { .. }
        | Entry::LifeChanged { .. }
        | Entry::Reviewed { .. } => plan(entry),
        Entry::PlanShared { .. }
        | Entry::OutsideTold { .. }
        | Entry::OutsideReviewed { .. }
        | Entry::ConsultAsked { .. }
        | Entry::ConsultAnswered { .. }
        | Entry::ConflictRaised { .. }
        | Entry::ConflictResolved { .. } => coordination(entry),
        Entry::CheckedIn { .. }
        | Entry::DoseMissed { .. }
        | Entry::MissedTooLong { .. }
        | Entry::MissedDecided { .. }
        | Entry::AdherenceMeasured { .. }
        | Entry::BarrierRaised { .. }
        | Entry::BarrierRemoved { .. }
        | Entry::FamilyEngaged { .. } => adherence(entry),
        Entry::Recovery(entry) => recovery::told(entry),
        Entry::Service(entry) => service(entry),
        Entry::Injection(entry) => injections::told(entry),
        Entry::PrescriptionSigned { .. }
        | Entry::TransmissionFailed { .. }
        | Entry::PrescriptionCancelled { .. }
        | Entry::CancellationDenied { .. }
        | Entry::Filled { .. }
        | Entry::PdmpChecked { .. } => pharmacy(entry),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`told` hands over the entries of prescriptions only, without wildcard"
)]
fn pharmacy(entry: &Entry) -> Told {
    let why = |summary: String| (String::new(), None, summary);
    match entry {
        Entry::TransmissionFailed { because, .. } => why(words::stored(because)),
        Entry::PrescriptionCancelled { cause, .. } => why(words::stored(cause)),
        Entry::CancellationDenied { because, .. } => why(words::stored(because)),
        Entry::Filled { status, quantity, unexpected, .. } => {
            let status = words::stored(status);
            let told = if *unexpected { format!("{status}, unexpected") } else { status };
            (String::new(), Some(f64::from(*quantity)), told)
        }
        Entry::PdmpChecked { state, result } => (state.to_string(), None, words::stored(result)),
        // Signed: that it happened says it all.
        _ => why(String::new()),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`told` hands over the medication entries only, without wildcard"
)]
fn medication(entry: &Entry) -> Told {
    let daily = |regimen: &Option<Regimen>| regimen.as_ref().map(|regimen| regimen.daily().mg());
    match entry {
        Entry::Started { regimen, why, .. } => (String::new(), daily(regimen), words::text(Some(why))),
        Entry::Adjusted { to, why, .. } => (String::new(), daily(to), words::text(Some(why))),
        Entry::StepTaken { to, why, .. } => (String::new(), Some(to.daily().mg()), words::text(Some(why))),
        Entry::Held { why, .. }
        | Entry::TaperPlanned { why, .. }
        | Entry::TitrationPlanned { why, .. }
        | Entry::TitrationCancelled { why, .. }
        | Entry::Switched { why, .. } => (String::new(), None, words::text(Some(why))),
        Entry::NeverTaken { medication, why } => {
            let outside = match medication {
                MedicationRef::Order(_) => String::new(),
                MedicationRef::Outside(outside) => outside.to_string(),
            };
            (outside, None, words::text(Some(why)))
        }
        Entry::Stopped { reason, .. } => (String::new(), Some(0.0), words::stored(reason)),
        Entry::OutsideRecorded { name, .. } => (words::text(Some(name)), None, String::new()),
        Entry::OutsideEnded { medication, why } => (medication.to_string(), None, words::text(Some(why))),
        // Taken up, renewed: that it happened says it all.
        _ => (String::new(), None, String::new()),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`told` hands over the safety entries only, without wildcard"
)]
fn safety(entry: &Entry) -> Told {
    let rule = |finding: &concord_knowledge::FindingKey| finding.rule.as_str().to_owned();
    match entry {
        Entry::InteractionFound { finding, severity } => (rule(finding), None, words::stored(severity)),
        Entry::InteractionOverridden { finding } | Entry::OverrideCosigned { finding } => {
            (rule(finding), None, String::new())
        }
        Entry::InteractionResolved { finding, resolution } => {
            (rule(finding), None, words::text(Some(resolution)))
        }
        Entry::EffectReported { symptom, description, grade, .. } => (
            words::symptom(symptom.as_ref(), description),
            Some(severity(*grade)),
            words::text(Some(description)),
        ),
        Entry::EffectTriaged { report, grade } => (report.to_string(), Some(severity(*grade)), String::new()),
        Entry::EffectDecided { report, why, .. } => (report.to_string(), None, words::text(Some(why))),
        Entry::EffectResolved { report, outcome } => (report.to_string(), None, words::stored(outcome)),
        Entry::EffectBreached { report } => (report.to_string(), None, String::new()),
        _ => (String::new(), None, String::new()),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`told` hands over the entries of a plan only, without wildcard"
)]
fn plan(entry: &Entry) -> Told {
    match entry {
        Entry::PlanAgreed { version } => (String::new(), Some(f64::from(*version)), String::new()),
        Entry::GoalMet { evidence } => (String::new(), None, words::text(Some(evidence))),
        Entry::Decided { drug, consent, .. } => (words::drug(drug), None, words::stored(consent)),
        Entry::Session { kind, engagement } => {
            (words::stored(kind), engagement.map(f64::from), String::new())
        }
        Entry::LifeChanged { event, note } => (words::stored(event), None, words::text(Some(note))),
        Entry::Reviewed { outcome, why } => (words::stored(outcome), None, words::text(Some(why))),
        _ => (String::new(), None, String::new()),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`told` hands over the entries of coordination only, without wildcard"
)]
fn coordination(entry: &Entry) -> Told {
    match entry {
        Entry::PlanShared { version, with } => {
            (words::stored(with), Some(f64::from(*version)), String::new())
        }
        Entry::OutsideTold { kind, summary } => (words::stored(kind), None, words::text(Some(summary))),
        Entry::OutsideReviewed { outcome } => (String::new(), None, words::text(Some(outcome))),
        Entry::ConsultAsked { of, question } => (words::stored(of), None, words::text(Some(question))),
        Entry::ConsultAnswered { answer } => (String::new(), None, words::text(Some(answer))),
        Entry::ConflictRaised { description } => (String::new(), None, words::text(Some(description))),
        Entry::ConflictResolved { resolution, what } => {
            (words::stored(resolution), None, words::text(Some(what)))
        }
        _ => (String::new(), None, String::new()),
    }
}

/// CTCAE grade.
const fn severity(grade: Grade) -> f64 {
    match grade {
        Grade::Mild => 1.0,
        Grade::Moderate => 2.0,
        Grade::Severe => 3.0,
        Grade::LifeThreatening => 4.0,
        Grade::Fatal => 5.0,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`told` hands over the entries about adherence only, without wildcard"
)]
fn adherence(entry: &Entry) -> Told {
    match entry {
        Entry::CheckedIn { doing, note } => (words::stored(doing), None, words::text(note.as_ref())),
        Entry::DoseMissed { reason, .. } => (String::new(), None, words::stored(reason)),
        Entry::MissedTooLong { action, .. } => (String::new(), None, words::stored(action)),
        // What was decided is told with why, because the subject is the drug.
        Entry::MissedDecided { decision, why, .. } => {
            (String::new(), None, format!("{}: {}", words::stored(decision), why.expose()))
        }
        Entry::AdherenceMeasured { percent } => (String::new(), percent.map(f64::from), String::new()),
        Entry::BarrierRaised { kind, words: said } => (words::stored(kind), None, words::text(Some(said))),
        Entry::BarrierRemoved { how } => (String::new(), None, words::text(Some(how))),
        Entry::FamilyEngaged { about, note } => (words::stored(about), None, words::text(Some(note))),
        _ => (String::new(), None, String::new()),
    }
}

fn service(entry: &ServiceEntry) -> Told {
    match entry {
        ServiceEntry::Worsened { scale, from, to } => {
            (words::stored(scale), Some(f64::from(*to)), format!("{from} before"))
        }
        ServiceEntry::ReviewOpened { because } => (words::stored(because), None, String::new()),
        ServiceEntry::OutreachDue { in_a_row } => (String::new(), Some(f64::from(*in_a_row)), String::new()),
        ServiceEntry::OutreachRecorded { outcome, note } => {
            (words::stored(outcome), None, words::text(Some(note)))
        }
        ServiceEntry::OutreachBreached { because } => (words::stored(because), None, String::new()),
        ServiceEntry::ResultBreached { lab } => (lab.as_str().to_owned(), None, String::new()),
        ServiceEntry::BridgingDue { orders } => (String::new(), Some(f64::from(*orders)), String::new()),
        ServiceEntry::BridgingDecided { note } => (String::new(), None, words::text(Some(note))),
        ServiceEntry::BridgingBreached => (String::new(), None, String::new()),
    }
}
