//! The plan: made together, agreed, kept, and what bears on it.
//!
//! What is drawn here is drawn apart: nothing else in a client's story depends on it.

use concord_kernel::Instant;
use concord_proto::concord::plan::v1 as plan;
use uuid::Uuid;

use super::course::Story;
use super::profile::Course;
use super::request;
use super::writer::later;
use crate::script::{Body, Person};

/// Something that happens to the plan some days after the start of treatment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coming {
    day: i64,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Teach { understood: bool },
    Doubt { concern: Uuid },
    Answer { concern: Uuid },
    Arranged { support: Uuid },
    LifeChanges { change: Uuid, patient: bool },
    Review { change: Option<Uuid> },
    Another { goal: Uuid, both: bool },
    GiveUp { goal: Uuid, version: u32 },
    Reached { goal: Uuid },
}

/// What is known of a plan while it is written about.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    coming: Vec<Coming>,
    /// The goal that the first medication serves.
    goal: Option<Uuid>,
}

/// The version that a draft with two goals has.
const WITH_TWO_GOALS: u32 = 3;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn stay(story: &Story<'_>) -> Option<concord_proto::concord::common::v1::EpisodeRef> {
    Some(request::episode(story.stay))
}

/// The draft and its goals, one of the therapist and one of the case manager, on the day before treatment.
pub(crate) fn draft(story: &mut Story<'_>) {
    let at = story.w.at(story.treated_on - 1, 200);
    let (therapist, manager, episode) = (story.therapist, &story.staff.case_manager, stay(story));
    let draft = plan::DraftPlanRequest {
        episode: episode.clone(),
        summary: "Fewer symptoms first, then back to the days that matter; as few tablets as possible"
            .to_owned(),
        header: None,
    };
    story.w.step(at, therapist, Body::DraftPlan(draft)).making(story.stay);
    let (mine, theirs) = (story.w.id_apart(), story.w.id_apart());
    let target = story.w.at(story.treated_on + 84, 0);
    for (minute, by, goal, statement) in
        [(4, therapist, mine, symptoms(story)), (9, manager, theirs, "Back at work three days a week")]
    {
        let body = add(story, goal, statement, target);
        story.w.step(later(at, minute), by, body).needing(story.stay).making(goal);
    }
    let support = story.w.id_apart();
    let body = Body::PlanSupport(plan::PlanSupportRequest {
        episode,
        support_id: support.to_string(),
        goal_id: theirs.to_string(),
        kind: plan::SupportKind::Work.into(),
        what: "Talk with the employer about fewer hours at first".to_owned(),
        due_on: story.w.at(story.treated_on + 10, 0).day().to_string(),
        header: None,
    });
    story.w.step(later(at, 12), manager, body).needing(theirs).making(support);
    story.plan.goal = Some(mine);
    expect(story, mine, theirs, support);
}

fn symptoms(story: &Story<'_>) -> &'static str {
    match story.profile.kind.craving {
        Some(("alcohol", _)) => "No drink on weekdays",
        Some(_) => "No use, and a night without craving",
        None if story.profile.kind.gad7 > story.profile.kind.phq9 => {
            "Take the bus to group without turning back"
        }
        None => "Out of bed by eight and a walk every morning",
    }
}

fn add(story: &Story<'_>, goal: Uuid, statement: &str, target: Instant) -> Body {
    Body::AddGoal(plan::AddGoalRequest {
        episode: stay(story),
        goal_id: goal.to_string(),
        statement: statement.to_owned(),
        target_on: target.day().to_string(),
        header: None,
    })
}

/// What will come; clients differ by their number.
fn expect(story: &mut Story<'_>, mine: Uuid, theirs: Uuid, support: Uuid) {
    let draw = story.w.client();
    let start = story.treated_on;
    let mut come = |day: i64, what: What| story.plan.coming.push(Coming { day: start + day, what });
    let understood = !draw.is_multiple_of(3);
    come(1, What::Teach { understood });
    if !understood {
        come(6, What::Teach { understood: true });
    }
    come(9, What::Arranged { support });
    let (concern, change, goal) = (story.w.id_apart(), story.w.id_apart(), story.w.id_apart());
    if draw.is_multiple_of(2) {
        come(4, What::Doubt { concern });
        // One of them waits in vain.
        if draw % 6 != 4 {
            come(6, What::Answer { concern });
        }
    }
    match draw % 4 {
        1 => {
            come(20, What::LifeChanges { change, patient: false });
            come(24, What::Review { change: Some(change) });
        }
        3 => {
            come(40, What::LifeChanges { change, patient: true });
            come(50, What::Review { change: Some(change) });
        }
        _ => come(55, What::Review { change: None }),
    }
    match draw % 3 {
        1 => come(30, What::Another { goal, both: draw.is_multiple_of(2) }),
        2 => come(35, What::GiveUp { goal: theirs, version: WITH_TWO_GOALS + 1 }),
        _ => {}
    }
    if story.profile.course != Course::Relapse {
        come(48, What::Reached { goal: mine });
    }
    story.plan.coming.sort_by_key(|coming| coming.day);
}

/// Both agree at the first visit, and the therapist says which goal the first medication serves.
pub(crate) fn agree(story: &mut Story<'_>, first_order: Uuid) {
    let at = story.w.at(story.treated_on, 128);
    let (prescriber, patient) = (story.prescriber, story.patient.clone());
    agreement(story, later(at, 0), prescriber, WITH_TWO_GOALS);
    agreement(story, later(at, 6), &patient, WITH_TWO_GOALS);
    let Some(goal) = story.plan.goal else { return };
    let body = Body::LinkGoalToMedication(plan::LinkGoalToMedicationRequest {
        episode: stay(story),
        goal_id: goal.to_string(),
        order_id: first_order.to_string(),
        how: "Enough drive and calm to begin the day".to_owned(),
        header: None,
    });
    let therapist = story.therapist;
    story.w.step(later(at, 12), therapist, body).needing(goal).needing(first_order);
}

fn agreement(story: &mut Story<'_>, at: Instant, by: &Person, version: u32) {
    let body = Body::AgreePlan(plan::AgreePlanRequest { episode: stay(story), version, header: None });
    story.w.step(at, by, body).needing(story.stay);
}

/// What was explained before a drug is ordered.
pub(crate) fn explain(story: &mut Story<'_>, drug: &str, at: Instant) {
    let body = Body::RecordSharedDecision(plan::RecordSharedDecisionRequest {
        episode: stay(story),
        drug: drug.to_owned(),
        options: vec!["Therapy alone for four more weeks".to_owned(), "Another drug of its kind".to_owned()],
        preference: "As few tablets as possible; no weight gain".to_owned(),
        consent: plan::Consent::Given.into(),
        header: None,
    });
    let prescriber = story.prescriber;
    story.w.step(at, prescriber, body);
}

/// How the patient took part in a session, as the therapist of it writes down.
pub(crate) fn session(story: &mut Story<'_>, day: i64, minute: i64, kind: plan::SessionKind) {
    if story.away.is_some_and(|(gone, back)| (gone..=back).contains(&day)) {
        return;
    }
    let (held, left) = (story.w.at(day, minute), story.left_on(day));
    let attended = left < 0.8 || (day + story.profile.arrives_on) % 3 != 0;
    let engagement = 1 + [0.75, 0.5, 0.3].into_iter().map(|most| u32::from(left <= most)).sum::<u32>();
    let body = Body::RecordTherapyParticipation(plan::RecordTherapyParticipationRequest {
        episode: stay(story),
        session_id: story.w.id_apart().to_string(),
        kind: kind.into(),
        held_at: Some(request::timestamp(held)),
        attended: Some(attended),
        engagement: attended.then_some(engagement),
        header: None,
    });
    let therapist = story.therapist;
    story.w.step(later(held, 55), therapist, body);
}

/// Writes what happens to the plan after the visit of `from` and before the one of `to`.
pub(crate) fn between(story: &mut Story<'_>, from: i64, to: i64) {
    let (now, ahead): (Vec<_>, Vec<_>) = story.plan.coming.iter().partition(|coming| coming.day < to);
    story.plan.coming = ahead;
    for Coming { day, what } in now {
        let day = day.max(from + 1);
        if story.away.is_none_or(|(gone, back)| day < gone || day > back) {
            happens(story, what, day);
        }
    }
}

fn happens(story: &mut Story<'_>, what: What, day: i64) {
    let at = story.w.at(day, 255);
    match what {
        What::Teach { understood } => teach(story, understood, at),
        What::Doubt { concern } => doubt(story, concern, at),
        What::Answer { concern } => answer(story, concern, at),
        What::Arranged { support } => arranged(story, support, at),
        What::LifeChanges { change, patient } => life_changes(story, change, patient, at),
        What::Review { change } => review(story, change, at),
        What::Another { goal, both } => another(story, goal, both, at),
        What::GiveUp { goal, version } => give_up(story, goal, version, at),
        What::Reached { goal } => reached(story, goal, day, at),
    }
}

fn first_drug(story: &Story<'_>) -> String {
    story.orders.first().map_or_else(String::new, |order| order.ladder.drug.to_owned())
}

fn teach(story: &mut Story<'_>, understood: bool, at: Instant) {
    use plan::EducationTopic::{MissedDoses, ProperUse, Purpose, SideEffects};
    let teach_back = if understood { plan::TeachBack::Understood } else { plan::TeachBack::Misunderstood };
    let body = Body::RecordEducation(plan::RecordEducationRequest {
        episode: stay(story),
        topics: [Purpose, ProperUse, SideEffects, MissedDoses].map(i32::from).to_vec(),
        drug: first_drug(story),
        method: plan::EducationMethod::Spoken.into(),
        teach_back: teach_back.into(),
        header: None,
    });
    let nurse = &story.staff.nurse;
    story.w.step(at, nurse, body);
}

fn doubt(story: &mut Story<'_>, concern: Uuid, at: Instant) {
    let body = Body::RaiseConcern(plan::RaiseConcernRequest {
        episode: stay(story),
        concern_id: concern.to_string(),
        topic: plan::ConcernTopic::Dependence.into(),
        drug: first_drug(story),
        words: "My sister says I will never get off it".to_owned(),
        header: None,
    });
    let patient = story.patient.clone();
    story.w.step(at, &patient, body).making(concern);
}

fn answer(story: &mut Story<'_>, concern: Uuid, at: Instant) {
    let body = Body::AnswerConcern(plan::AnswerConcernRequest {
        episode: stay(story),
        concern_id: concern.to_string(),
        answer: "Not addictive; tapered together when the time comes; we look at it again in six months"
            .to_owned(),
        header: None,
    });
    let pharmacist = &story.staff.pharmacist;
    story.w.step(at, pharmacist, body).needing(concern).ending(concern);
}

fn arranged(story: &mut Story<'_>, support: Uuid, at: Instant) {
    let body = Body::FinishSupport(plan::FinishSupportRequest {
        episode: stay(story),
        support_id: support.to_string(),
        outcome: "Four hours a day from next month".to_owned(),
        header: None,
    });
    let manager = &story.staff.case_manager;
    story.w.step(at, manager, body).needing(support).ending(support);
}

fn life_changes(story: &mut Story<'_>, change: Uuid, by_patient: bool, at: Instant) {
    let (event, note) = if by_patient {
        (plan::LifeEvent::Housing, "Moves in with her brother, an hour away")
    } else {
        (plan::LifeEvent::Work, "Night shifts from Monday")
    };
    let body = Body::RecordLifeChange(plan::RecordLifeChangeRequest {
        episode: stay(story),
        change_id: change.to_string(),
        event: event.into(),
        note: note.to_owned(),
        header: None,
    });
    let by = if by_patient { story.patient.clone() } else { story.staff.case_manager.clone() };
    story.w.step(at, &by, body).making(change);
}

fn review(story: &mut Story<'_>, change: Option<Uuid>, at: Instant) {
    let (outcome, reason) = if change.is_some() {
        (plan::ReviewOutcome::Change, "Taken after the shift from now on; visits by video")
    } else {
        (plan::ReviewOutcome::Continue, "Helps, and is borne well")
    };
    let body = Body::ReviewMedication(plan::ReviewMedicationRequest {
        episode: stay(story),
        considered_ids: change.iter().map(Uuid::to_string).collect(),
        outcome: outcome.into(),
        reason: reason.to_owned(),
        header: None,
    });
    let prescriber = story.prescriber;
    let step = story.w.step(at, prescriber, body);
    step.needs.extend(change);
}

/// One more goal; sometimes the patient has not agreed to it yet.
fn another(story: &mut Story<'_>, goal: Uuid, both: bool, at: Instant) {
    let (therapist, prescriber, patient) = (story.therapist, story.prescriber, story.patient.clone());
    let body = add(story, goal, "Sunday lunch with the family again", at.plus_days(40));
    story.w.step(at, therapist, body).needing(story.stay).making(goal);
    agreement(story, later(at, 20), prescriber, WITH_TWO_GOALS + 1);
    if both {
        agreement(story, later(at, 90), &patient, WITH_TWO_GOALS + 1);
    }
}

/// A goal that no longer fits, and the plan written anew.
fn give_up(story: &mut Story<'_>, goal: Uuid, version: u32, at: Instant) {
    let (manager, therapist, prescriber) = (&story.staff.case_manager, story.therapist, story.prescriber);
    let body = Body::DropGoal(plan::DropGoalRequest {
        episode: stay(story),
        goal_id: goal.to_string(),
        reason: "The firm has closed".to_owned(),
        header: None,
    });
    story.w.step(at, manager, body).needing(goal).ending(goal);
    let body = Body::RevisePlan(plan::RevisePlanRequest {
        episode: stay(story),
        summary: "Steady days first; training in spring".to_owned(),
        reason: "Work is no goal for now".to_owned(),
        header: None,
    });
    story.w.step(later(at, 15), therapist, body).needing(story.stay);
    let patient = story.patient.clone();
    agreement(story, later(at, 30), prescriber, version + 1);
    agreement(story, later(at, 75), &patient, version + 1);
}

fn reached(story: &mut Story<'_>, goal: Uuid, day: i64, at: Instant) {
    if story.left_on(day) > 0.5 {
        return;
    }
    let body = Body::MeetGoal(plan::MeetGoalRequest {
        episode: stay(story),
        goal_id: goal.to_string(),
        evidence: "Nine days of ten, by their own diary".to_owned(),
        header: None,
    });
    let therapist = story.therapist;
    story.w.step(at, therapist, body).needing(goal).ending(goal);
}
