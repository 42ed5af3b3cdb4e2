//! Side effects.

use concord_proto::concord::side_effects::v1 as side_effects;
use concord_proto::concord::side_effects::v1::{Decision, Grade};

use super::tale::{Tale, stopped};
use crate::script::Body;

fn report(t: &Tale<'_>, id: &str, grade: Grade) -> side_effects::ReportSideEffectRequest {
    side_effects::ReportSideEffectRequest {
        report_id: id.to_owned(),
        symptom: "nausea".to_owned(),
        description: "Queasy in the mornings".to_owned(),
        grade: grade.into(),
        red_flags: Vec::new(),
        suspected_order_id: String::new(),
        onset_at: t.at(-20),
        header: None,
    }
}

fn triage(id: &str, grade: Grade) -> Body {
    Body::TriageSideEffect(side_effects::TriageSideEffectRequest {
        report_id: id.to_owned(),
        grade: grade.into(),
        note: "Called back".to_owned(),
        header: None,
    })
}

fn decide(id: &str, decision: Decision, order: &str) -> Body {
    Body::DecideSideEffect(side_effects::DecideSideEffectRequest {
        report_id: id.to_owned(),
        decision: decision.into(),
        order_id: order.to_owned(),
        rationale: "Looked at again at the next visit".to_owned(),
        header: None,
    })
}

fn resolve(id: &str) -> Body {
    Body::ResolveSideEffect(side_effects::ResolveSideEffectRequest {
        report_id: id.to_owned(),
        outcome: side_effects::Outcome::Recovered.into(),
        header: None,
    })
}

fn breach(id: &str) -> Body {
    Body::RecordBreach(side_effects::RecordBreachRequest { report_id: id.to_owned(), header: None })
}

pub(super) fn reported(t: &mut Tale<'_>) {
    let patient = t.patient();
    t.is_admitted();
    let mut wrong = |alter: fn(&Tale<'_>, &mut side_effects::ReportSideEffectRequest),
                     reason: &'static str| {
        let id = t.new_id();
        let mut sent = report(t, &id, Grade::Mild);
        alter(t, &mut sent);
        t.errs(&patient, Body::ReportSideEffect(sent), reason);
    };
    wrong(|_, sent| "the-blues".clone_into(&mut sent.symptom), "UNKNOWN_SYMPTOM");
    wrong(|_, sent| sent.red_flags = vec!["bad-feeling".to_owned()], "UNKNOWN_RED_FLAG");
    wrong(|_, sent| sent.red_flags = vec!["jaundice".to_owned(); 2], "RED_FLAG_TWICE");
    wrong(|t, sent| sent.onset_at = t.at(5), "ONSET_IN_THE_FUTURE");
    wrong(|t, sent| sent.suspected_order_id = t.stay_id(), "UNKNOWN_ORDER");
    // A doctor whom nobody has named yet: what can wait is theirs to tell the team.
    let id = t.new_id();
    let mild = Body::ReportSideEffect(report(t, &id, Grade::Mild));
    t.errs(&t.stranger(), mild.clone(), "NOT_ON_CARE_TEAM");
    t.does(&patient, mild.clone());
    t.errs(&patient, mild, "REPORT_ID_USED");
}

pub(super) fn decided(t: &mut Tale<'_>) {
    let (nurse, psychiatrist, timer, patient) = (t.nurse(), t.psychiatrist(), t.timer(), t.patient());
    t.is_ready(&["gad"]);
    let buspirone = t.takes("buspirone", 15.0, "gad");
    t.does(&psychiatrist, stopped(&buspirone, None));
    let (severe, moderate) = (t.new_id(), t.new_id());
    t.errs(&nurse, triage(&severe, Grade::Severe), "UNKNOWN_REPORT");
    t.does(&patient, Body::ReportSideEffect(report(t, &severe, Grade::Severe)));
    t.errs(&nurse, triage(&severe, Grade::Mild), "NOT_A_PRESCRIBER");
    t.errs(&nurse, decide(&severe, Decision::ContinueAndMonitor, ""), "NOT_PERMITTED");
    t.errs(&nurse, resolve(&severe), "DECISION_MISSING");
    t.errs(&psychiatrist, decide(&severe, Decision::ReduceDose, &buspirone), "ORDER_STOPPED");
    t.does(&psychiatrist, decide(&severe, Decision::Stop, &buspirone));
    t.errs(&psychiatrist, decide(&severe, Decision::Stop, &buspirone), "ALREADY_DECIDED");
    t.does(&nurse, resolve(&severe));
    t.errs(&nurse, resolve(&severe), "REPORT_RESOLVED");
    t.does(&patient, Body::ReportSideEffect(report(t, &moderate, Grade::Moderate)));
    t.errs(&timer, breach(&moderate), "DEADLINE_NOT_PASSED");
    t.wait_days(4);
    t.does(&timer, breach(&moderate));
    t.errs(&timer, breach(&moderate), "ALREADY_BREACHED");
}
