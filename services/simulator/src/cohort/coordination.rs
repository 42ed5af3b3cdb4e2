//! What passes between the program and primary care: consents, plans, questions, news, and lists that are compared.
//!
//! What is drawn here is drawn apart: nothing else in a client's story depends on it.

use concord_kernel::Instant;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::coordination::v1 as coordination;
use uuid::Uuid;

use super::course::Story;
use super::profile::Outside;
use super::request;
use super::writer::later;
use crate::script::Body;

/// Days between two comparisons of the list while nothing is new.
const COMPARED_EVERY: i64 = 28;

/// What is known of the contacts of one client while they are written about.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    /// Outside medications, since when, and until when they were taken.
    listed: Vec<(Uuid, Instant, Option<Instant>)>,
    /// What is still to come, by day.
    coming: Vec<(i64, What)>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Ask { consult: Uuid },
    Answer { consult: Uuid },
    Tell { update: Uuid, kind: coordination::UpdateKind },
    Review { update: Uuid },
    Compare,
    Look,
}

impl Contacts {
    /// Keeps that an outside medication is taken from then on.
    pub(crate) fn taken(&mut self, medication: Uuid, since: Instant) {
        self.listed.push((medication, since, None));
    }

    /// Keeps that it is taken no more.
    pub(crate) fn ended(&mut self, medication: Uuid, at: Instant) {
        if let Some(line) = self.listed.iter_mut().find(|line| line.0 == medication) {
            line.2 = Some(at);
        }
    }
}

/// Every fifth patient does not want primary care to know.
fn consents(story: &Story<'_>) -> bool {
    story.w.client() % 5 != 3
}

/// What the patient signs on the day before treatment, and what will come.
pub(crate) fn begin(story: &mut Story<'_>) {
    let (start, client) = (story.treated_on, story.w.client());
    let at = story.w.at(start - 1, 225);
    if consents(story) {
        use coordination::SharedPart::{Allergies, Medications, Plan};
        let body = Body::RecordSharingConsent(coordination::RecordSharingConsentRequest {
            recipient_id: story.doctor.id.to_string(),
            parts: [Plan, Medications, Allergies].map(i32::from).to_vec(),
            signed_on: at.day().to_string(),
            expires_on: at.plus_days(365).day().to_string(),
            header: None,
        });
        let manager = &story.staff.case_manager;
        story.w.step(at, manager, body);
    }
    let (consult, update) = (story.w.id_apart(), story.w.id_apart());
    let mut come = |day: i64, what: What| story.contacts.coming.push((start + day, what));
    if client.is_multiple_of(3) {
        come(2, What::Ask { consult });
        // One of them is answered late.
        come(if client.is_multiple_of(2) { 4 } else { 13 }, What::Answer { consult });
    }
    let kind = if client % 4 == 1 {
        Some(coordination::UpdateKind::Visit)
    } else if client % 4 == 2 {
        Some(coordination::UpdateKind::EmergencyVisit)
    } else {
        None
    };
    if let Some(kind) = kind {
        come(16, What::Tell { update, kind });
        come(17, What::Review { update });
    }
    let mut day = COMPARED_EVERY;
    while start + day <= story.last_day {
        story.contacts.coming.push((start + day, What::Compare));
        story.contacts.coming.push((start + day, What::Look));
        day += COMPARED_EVERY;
    }
    story.contacts.coming.sort_by_key(|coming| coming.0);
}

/// The therapist passes the plan on once it is agreed; of those who did not sign, it is not taken.
pub(crate) fn share(story: &mut Story<'_>) {
    use coordination::SharedPart::{Medications, Plan};
    let at = story.w.at(story.treated_on, 160);
    let body = Body::SharePlan(coordination::SharePlanRequest {
        episode: Some(request::episode(story.stay)),
        recipient_id: story.doctor.id.to_string(),
        parts: [Plan, Medications].map(i32::from).to_vec(),
        header: None,
    });
    let therapist = story.therapist;
    story.w.step(at, therapist, body).needing(story.stay);
}

/// What two prescribers ordered against each other: raised by the nurse, settled by the prescriber.
pub(crate) fn conflict(story: &mut Story<'_>, entry: &Outside, raised: Instant, settled: Instant) {
    let conflict = story.w.id_apart();
    let body = Body::RaiseConflict(coordination::RaiseConflictRequest {
        conflict_id: conflict.to_string(),
        finding: None,
        description: format!("{} from primary care beside what we prescribe", entry.name),
        header: None,
    });
    let nurse = &story.staff.nurse;
    story.w.step(raised, nurse, body).making(conflict);
    let (resolution, responsible, what) = if entry.ends_after.is_some() {
        let what = "Changes to an alternative within the week";
        (coordination::ConflictResolution::OutsideChanges, story.doctor, what)
    } else {
        let what = "Lower dose of ours from today; level within a week";
        (coordination::ConflictResolution::ProgramChanges, story.prescriber, what)
    };
    let body = Body::ResolveConflict(coordination::ResolveConflictRequest {
        conflict_id: conflict.to_string(),
        resolution: resolution.into(),
        responsible_id: responsible.id.to_string(),
        what: what.to_owned(),
        header: None,
    });
    let prescriber = story.prescriber;
    story.w.step(settled, prescriber, body).needing(conflict).ending(conflict);
}

/// Writes what passes after the visit of `from` and before the one of `to`.
pub(crate) fn between(story: &mut Story<'_>, from: i64, to: i64) {
    let (now, ahead): (Vec<_>, Vec<_>) = story.contacts.coming.iter().partition(|coming| coming.0 < to);
    story.contacts.coming = ahead;
    for (day, what) in now {
        let day = day.max(from + 1);
        if story.away.is_none_or(|(gone, back)| day < gone || day > back) {
            happens(story, what, story.w.at(day, 275));
        }
    }
}

fn happens(story: &mut Story<'_>, what: What, at: Instant) {
    let (doctor, prescriber, staff) = (story.doctor, story.prescriber, story.staff);
    match what {
        What::Ask { consult } => {
            let body = Body::RequestConsult(coordination::RequestConsultRequest {
                consult_id: consult.to_string(),
                of_person_id: doctor.id.to_string(),
                urgency: coordination::Urgency::Routine.into(),
                question: "Anything in the heart or the kidneys that speaks against our plan?".to_owned(),
                header: None,
            });
            story.w.step(at, prescriber, body).making(consult);
        }
        What::Answer { consult } => {
            let body = Body::AnswerConsult(coordination::AnswerConsultRequest {
                consult_id: consult.to_string(),
                answer: "No; ECG of last year normal, kidneys normal in spring".to_owned(),
                header: None,
            });
            story.w.step(at, doctor, body).needing(consult).ending(consult);
        }
        What::Tell { update, kind } => {
            let body = Body::RecordOutsideUpdate(coordination::RecordOutsideUpdateRequest {
                update_id: update.to_string(),
                kind: kind.into(),
                from: format!("{}, {}", doctor.name, doctor.organisation),
                summary: "Seen for a sprained wrist; pressure normal; nothing prescribed".to_owned(),
                header: None,
            });
            story.w.step(at, doctor, body).making(update);
        }
        What::Review { update } => {
            let body = Body::ReviewOutsideUpdate(coordination::ReviewOutsideUpdateRequest {
                update_id: update.to_string(),
                outcome: "Nothing changes; asked about painkillers, takes none".to_owned(),
                header: None,
            });
            story.w.step(at, &staff.nurse, body).needing(update).ending(update);
        }
        What::Compare => compare(story, at),
        What::Look => {
            let at = later(at, 40);
            let body = Body::AcknowledgeChanges(coordination::AcknowledgeChangesRequest {
                up_to: Some(request::timestamp(at)),
                header: None,
            });
            story.w.step(at, doctor, body);
        }
    }
}

/// Compares the list of that day with what is taken.
fn compare(story: &mut Story<'_>, at: Instant) {
    let taken = |line: &&(Uuid, Instant, Option<Instant>)| line.1 < at && line.2.is_none_or(|end| at < end);
    let entries = story.contacts.listed.iter().filter(taken).map(|line| chart::ReconciledEntry {
        medication_id: line.0.to_string(),
        action: chart::ReconcileAction::Continues.into(),
    });
    let body = Body::ReconcileMedications(chart::ReconcileMedicationsRequest {
        entries: entries.collect(),
        note: "Four weeks are over; all bottles on the table".to_owned(),
        header: None,
    });
    let nurse = &story.staff.nurse;
    story.w.step(at, nurse, body);
}
