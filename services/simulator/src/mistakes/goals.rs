//! Goals, what serves them, and how many there may be.

use concord_proto::concord::plan::v1 as plan;

use super::plans::{drafted, goal};
use super::tale::{Tale, stopped};
use crate::script::Body;

/// Room for open goals, supports, and medications of one goal.
const MOST_GOALS: usize = 12;
const MOST_SUPPORTS: usize = 12;
const MOST_LINKS: usize = 16;

fn link(t: &Tale<'_>, goal: &str, order: &str) -> Body {
    Body::LinkGoalToMedication(plan::LinkGoalToMedicationRequest {
        episode: t.stay(),
        goal_id: goal.to_owned(),
        order_id: order.to_owned(),
        how: "Enough calm to take the bus".to_owned(),
        header: None,
    })
}

fn met(t: &Tale<'_>, goal: &str) -> Body {
    Body::MeetGoal(plan::MeetGoalRequest {
        episode: t.stay(),
        goal_id: goal.to_owned(),
        evidence: "Nine days of ten".to_owned(),
        header: None,
    })
}

fn support(t: &Tale<'_>, id: &str, goal: &str, in_days: i64) -> Body {
    Body::PlanSupport(plan::PlanSupportRequest {
        episode: t.stay(),
        support_id: id.to_owned(),
        goal_id: goal.to_owned(),
        kind: plan::SupportKind::Transport.into(),
        what: "Bus pass".to_owned(),
        due_on: t.day(in_days),
        header: None,
    })
}

fn finished(t: &Tale<'_>, id: &str) -> Body {
    Body::FinishSupport(plan::FinishSupportRequest {
        episode: t.stay(),
        support_id: id.to_owned(),
        outcome: "Has it".to_owned(),
        header: None,
    })
}

pub(super) fn kept(t: &mut Tale<'_>) {
    let (therapist, manager) = (t.therapist(), t.manager());
    t.is_ready(&["gad"]);
    let (walk, bus, order) = (t.new_id(), t.new_id(), t.new_id());
    t.does(&therapist, drafted(t));
    t.errs(&therapist, met(t, &walk), "UNKNOWN_GOAL");
    t.errs(&therapist, goal(t, &walk, -5), "DAY_PASSED");
    t.does(&therapist, goal(t, &walk, 60));
    t.errs(&therapist, goal(t, &walk, 60), "GOAL_ID_USED");
    t.errs(&therapist, link(t, &walk, &order), "UNKNOWN_ORDER");
    let buspirone = t.takes("buspirone", 15.0, "gad");
    t.does(&therapist, link(t, &walk, &buspirone));
    t.errs(&therapist, link(t, &walk, &buspirone), "GOAL_ALREADY_LINKED");
    t.does(&t.psychiatrist(), stopped(&buspirone, None));
    t.errs(&therapist, link(t, &walk, &buspirone), "ORDER_STOPPED");

    t.errs(&manager, finished(t, &bus), "UNKNOWN_SUPPORT");
    t.does(&manager, support(t, &bus, &walk, 7));
    t.errs(&manager, support(t, &bus, &walk, 7), "SUPPORT_ID_USED");
    t.does(&manager, finished(t, &bus));
    t.errs(&manager, finished(t, &bus), "SUPPORT_FINISHED");
    t.does(&therapist, met(t, &walk));
    t.errs(&therapist, met(t, &walk), "GOAL_CLOSED");
}

pub(super) fn too_much(t: &mut Tale<'_>) {
    let therapist = t.therapist();
    t.is_ready(&["alcohol-use-disorder"]);
    t.does(&therapist, drafted(t));
    let goals: Vec<_> = (0..MOST_GOALS).map(|_| t.new_id()).collect();
    for id in &goals {
        t.does(&therapist, goal(t, id, 60));
    }
    let one_more = t.new_id();
    t.errs(&therapist, goal(t, &one_more, 60), "TOO_MANY_GOALS");
    for _ in 0..MOST_SUPPORTS {
        let id = t.new_id();
        t.does(&therapist, support(t, &id, &goals[0], 7));
    }
    let id = t.new_id();
    t.errs(&therapist, support(t, &id, &goals[0], 7), "TOO_MANY_SUPPORTS");
    // Vitamins may stand on the chart as often as somebody likes.
    for _ in 0..MOST_LINKS {
        let order = t.takes("thiamine", 100.0, "alcohol-use-disorder");
        t.does(&therapist, link(t, &goals[0], &order));
    }
    let order = t.takes("thiamine", 100.0, "alcohol-use-disorder");
    t.errs(&therapist, link(t, &goals[0], &order), "TOO_MANY_LINKS");
}
