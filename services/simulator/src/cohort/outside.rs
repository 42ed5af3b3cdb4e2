//! What others prescribe, and how it is dealt with.

use concord_kernel::Instant;
use concord_proto::concord::chart::v1 as chart;
use uuid::Uuid;

use super::course::Story;
use super::profile::Outside;
use super::writer::later;
use super::{coordination, request};
use crate::script::Body;

/// Writes down one outside medication as it comes to be known.
pub(crate) fn record(story: &mut Story<'_>, entry: &Outside, at: Instant) -> Uuid {
    let id = story.w.id();
    let nurse = &story.staff.nurse;
    let body = request::outside(entry, id, at.plus_days(-1), &story.doctor.name);
    story.w.step(at, nurse, body).making(id);
    story.outside.push(id);
    story.contacts.taken(id, at);
    id
}

/// Compares what is listed with what is taken.
pub(crate) fn reconcile(story: &mut Story<'_>, at: Instant, note: &str) {
    let entries = story
        .outside
        .iter()
        .map(|id| chart::ReconciledEntry {
            medication_id: id.to_string(),
            action: chart::ReconcileAction::Continues.into(),
        })
        .collect();
    let body = Body::ReconcileMedications(chart::ReconcileMedicationsRequest {
        entries,
        note: note.to_owned(),
        header: None,
    });
    let pharmacist = &story.staff.pharmacist;
    story.w.step(at, pharmacist, body);
}

/// What others prescribe in the course of treatment.
pub(crate) fn conflicts(story: &mut Story<'_>) {
    let kind = story.profile.kind;
    for entry in kind.outside.iter().filter(|entry| entry.day >= 0) {
        let day = story.treated_on + entry.day;
        if day + 2 > story.last_day {
            continue;
        }
        let at = story.w.at(day, 200);
        let id = record(story, entry, at);
        reconcile(story, later(at, 15), entry.note);
        let what = match entry.ends_after {
            Some(_) => {
                "Primary care called: changes to an alternative that does not interact; dose and level watched"
            }
            None => {
                "Primary care called: stays; lower dose of ours, level within a week, signs explained to the patient"
            }
        };
        let settled = story.w.at(day + 1, 120);
        let prescriber = story.prescriber;
        story.w.settle(settled, prescriber, what);
        coordination::conflict(story, entry, later(at, 25), later(settled, 15));
        if let Some(days) = entry.ends_after {
            end(story, id, day + days, entry.note);
        }
    }
}

fn end(story: &mut Story<'_>, id: Uuid, day: i64, note: &str) {
    let at = story.w.at(day, 210);
    let body = Body::EndOutsideMedication(chart::EndOutsideMedicationRequest {
        medication_id: id.to_string(),
        last_dose_at: Some(request::timestamp(at.plus_days(-1))),
        reason: format!("Ended by its prescriber. {note}"),
        header: None,
    });
    let nurse = &story.staff.nurse;
    story.w.step(at, nurse, body).needing(id).ending(id);
    story.outside.retain(|known| *known != id);
    story.contacts.ended(id, at);
    reconcile(story, later(at, 10), "After the end of an outside medication");
}
