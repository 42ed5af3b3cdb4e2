//! Visits.

use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::follow_up::v1::{Cadence, VisitKind};
use concord_proto::concord::scales::v1::ScaleKind;

use super::scores::{AT_RISK, form};
use super::tale::Tale;
use crate::script::Body;

fn visit(t: &Tale<'_>, id: &str, kind: VisitKind, in_hours: i64) -> Body {
    Body::ScheduleVisit(follow_up::ScheduleVisitRequest {
        episode: t.stay(),
        visit_id: id.to_owned(),
        kind: kind.into(),
        at: t.at(in_hours),
        modality: follow_up::Modality::InPerson.into(),
        with_person_id: t.psychiatrist().id.to_string(),
        header: None,
    })
}

fn took_place(t: &Tale<'_>, id: &str, adherence: Option<u32>) -> Body {
    Body::RecordVisit(follow_up::RecordVisitRequest {
        episode: t.stay(),
        visit_id: id.to_owned(),
        modality: follow_up::Modality::InPerson.into(),
        adherence_percent: adherence,
        summary: "Talked about the week".to_owned(),
        header: None,
    })
}

fn did_not_come(t: &Tale<'_>, id: &str) -> Body {
    let (episode, visit_id) = (t.stay(), id.to_owned());
    Body::MarkNoShow(follow_up::MarkNoShowRequest { episode, visit_id, header: None })
}

fn cadence(t: &Tale<'_>, to: Cadence) -> Body {
    Body::ChangeCadence(follow_up::ChangeCadenceRequest {
        episode: t.stay(),
        to: to.into(),
        reason: "Wants to come less often".to_owned(),
        header: None,
    })
}

pub(super) fn kept(t: &mut Tale<'_>) {
    let (manager, psychiatrist) = (t.manager(), t.psychiatrist());
    t.is_admitted();
    let (id, other) = (t.new_id(), t.new_id());
    t.errs(&manager, visit(t, &id, VisitKind::Medication, -3), "VISIT_IN_THE_PAST");
    t.errs(&manager, visit(t, &id, VisitKind::Medication, 24 * 20), "VISIT_INTERVAL_TOO_LONG");
    t.errs(&psychiatrist, took_place(t, &id, None), "UNKNOWN_VISIT");
    t.does(&manager, visit(t, &id, VisitKind::Medication, 24));
    t.errs(&manager, visit(t, &id, VisitKind::Medication, 48), "VISIT_ID_USED");
    t.errs(&psychiatrist, took_place(t, &id, None), "VISIT_BEFORE_ITS_TIME");
    t.errs(&manager, did_not_come(t, &id), "VISIT_NOT_YET_MISSED");
    t.does(&manager, visit(t, &other, VisitKind::Medication, 30));
    t.wait_days(1);
    t.errs(&psychiatrist, took_place(t, &id, Some(130)), "FIELD_INVALID");
    t.errs(&t.nurse(), took_place(t, &id, Some(90)), "ROLE_NOT_PERMITTED");
    t.does(&psychiatrist, took_place(t, &id, Some(90)));
    t.errs(&psychiatrist, took_place(t, &id, Some(90)), "VISIT_ALREADY_RECORDED");
    t.wait_days(1);
    t.does(&manager, did_not_come(t, &other));
    t.errs(&manager, did_not_come(t, &other), "VISIT_ALREADY_MISSED");
    // A plan to die was told since; nobody waits for eight days.
    let screener = form(t, ScaleKind::Cssrs, &AT_RISK);
    t.does(&t.nurse(), Body::AdministerScale(screener));
    let late = t.new_id();
    t.errs(&manager, visit(t, &late, VisitKind::Medication, 24 * 7 + 12), "VISIT_AFTER_RED_FLAG");
}

pub(super) fn rare(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_admitted();
    t.errs(&psychiatrist, cadence(t, Cadence::Weekly), "SAME_CADENCE");
    t.errs(&psychiatrist, cadence(t, Cadence::Monthly), "CADENCE_ONE_STEP_AT_A_TIME");
    t.errs(&psychiatrist, cadence(t, Cadence::BiWeekly), "NOT_STABLE");
    t.errs(&t.nurse(), cadence(t, Cadence::BiWeekly), "NOT_PERMITTED");
}
