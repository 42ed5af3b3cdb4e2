//! A plan as a therapist may know it to messages.

use concord_proto::concord::therapist::v1 as pb;
use concord_views::caseload::MedicationLine;
use concord_views::parts::{
    Goal, LifeChange, OpenConcern, OpenReview, Participation, Session, Support, Therapy,
};

use crate::common::encode::instant;
use crate::query::words;

pub(super) fn plan(therapy: &Therapy, medications: &[MedicationLine]) -> pb::TherapyPlan {
    let goals = &therapy.goals;
    let agreed_version = goals.agreed.as_ref().map_or(0, |agreed| agreed.version);
    pb::TherapyPlan {
        version: goals.version,
        summary: words::text(goals.summary.as_ref()),
        agreed_version,
        agreed_on: goals.agreed.as_ref().map_or_else(String::new, |agreed| agreed.on.to_string()),
        goals: goals.open.iter().map(|open| goal(open, agreed_version, medications)).collect(),
        goals_met: goals.met,
        participation: Some(participation(&therapy.participation)),
        concerns: therapy.concerns.iter().map(concern).collect(),
        more_concerns: therapy.more_concerns,
        life_changes: therapy.changes.iter().map(life_change).collect(),
        reviews: therapy.reviews.iter().map(review).collect(),
    }
}

fn review(open: &OpenReview) -> pb::TherapyReview {
    pb::TherapyReview {
        change_id: open.change.to_string(),
        because: words::stored(&open.because),
        review_by: Some(instant(open.review_by)),
    }
}

/// A medication that has ended serves no goal any more.
fn goal(goal: &Goal, agreed_version: u32, medications: &[MedicationLine]) -> pb::TherapyGoal {
    let serves = medications.iter().filter(|line| goal.orders.contains(&line.order));
    pb::TherapyGoal {
        goal_id: goal.goal.to_string(),
        statement: goal.statement.expose().to_owned(),
        target_on: goal.target_on.map_or_else(String::new, |day| day.to_string()),
        agreed: goal.version <= agreed_version,
        medications: serves.map(|line| words::drug(&line.drug)).collect(),
        supports: goal.supports.iter().map(support).collect(),
    }
}

fn support(support: &Support) -> pb::TherapySupport {
    pb::TherapySupport {
        support_id: support.support.to_string(),
        kind: words::stored(&support.kind),
        what: support.what.expose().to_owned(),
        due_on: support.due_on.to_string(),
    }
}

fn participation(shown: &Participation) -> pb::TherapyParticipation {
    let (engagement, engagement_before) = shown.engagement();
    pb::TherapyParticipation {
        sessions: shown.sessions().iter().map(session).collect(),
        attended_percent: shown.attended_percent(),
        engagement,
        engagement_before,
    }
}

fn session(session: &Session) -> pb::TherapySession {
    pb::TherapySession {
        held_at: Some(instant(session.held_at)),
        attended: session.attended,
        engagement: session.engagement.map(u32::from),
    }
}

fn concern(concern: &OpenConcern) -> pb::TherapyConcern {
    pb::TherapyConcern {
        concern_id: concern.concern.to_string(),
        topic: words::stored(&concern.topic),
        medication: concern.drug.as_ref().map_or_else(String::new, words::drug),
        words: concern.words.expose().to_owned(),
        role: words::stored(&concern.role),
        raised_at: Some(instant(concern.raised_at)),
        answer_by: Some(instant(concern.answer_by)),
    }
}

fn life_change(change: &LifeChange) -> pb::TherapyLifeChange {
    pb::TherapyLifeChange {
        change_id: change.change.to_string(),
        event: words::stored(&change.event),
        note: change.note.expose().to_owned(),
        told_at: Some(instant(change.told_at)),
        review_by: change.review_by.map(instant),
    }
}
