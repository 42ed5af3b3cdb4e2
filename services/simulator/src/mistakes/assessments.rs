//! Assessments.

use concord_proto::concord::assessment::v1 as assessment;

use super::tale::{SECTIONS, Tale};
use crate::script::Body;

pub(super) fn signed_early(t: &mut Tale<'_>) {
    let (therapist, psychiatrist, nurse) = (t.therapist(), t.psychiatrist(), t.nurse());
    t.is_referred();
    t.is_screened();
    t.errs(&therapist, t.start(), "EPISODE_NOT_ACTIVE");
    let stay = t.stay_id();
    t.does(&t.manager(), super::tale::admission(&stay));
    t.errs(&nurse, t.section(assessment::Section::Vitals), "ASSESSMENT_NOT_STARTED");
    t.does(&therapist, t.start());
    t.errs(&therapist, t.start(), "ASSESSMENT_ALREADY_STARTED");
    t.errs(&therapist, t.complete(), "NOT_PERMITTED");
    t.errs(&psychiatrist, t.complete(), "ASSESSMENT_SECTIONS_MISSING");
    t.errs(&psychiatrist, t.indication(&["gad"], 1), "ASSESSMENT_NOT_COMPLETED");
    for section in SECTIONS {
        t.does(&nurse, t.section(section));
    }
    t.does(&psychiatrist, t.complete());
    t.errs(&nurse, t.section(assessment::Section::Vitals), "ASSESSMENT_COMPLETED");
}

pub(super) fn indicated(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_admitted();
    t.is_assessed();
    t.errs(&t.therapist(), t.indication(&["gad"], 1), "NOT_PERMITTED");
    t.errs(&psychiatrist, t.indication(&["gad"], 0), "REASON_REQUIRED");
    t.errs(&psychiatrist, t.indication(&["gad"], 11), "TOO_MANY_REASONS");
    t.errs(&psychiatrist, t.indication(&[], 1), "DIAGNOSIS_REQUIRED");
    t.errs(&psychiatrist, t.indication(&["gad"; 21], 1), "TOO_MANY_DIAGNOSES");
    t.errs(&psychiatrist, t.indication(&["melancholia"], 1), "UNKNOWN_CONDITION");
    t.errs(&psychiatrist, t.indication(&["gad", "gad"], 1), "DIAGNOSIS_REPEATED");
    t.does(&psychiatrist, t.indication(&["gad"], 1));
    t.errs(&psychiatrist, t.indication(&["gad"], 1), "INDICATION_ALREADY_DECIDED");
    let again = assessment::ReopenAssessmentRequest {
        episode: t.stay(),
        reason: "A hospital stay came to light".to_owned(),
        header: None,
    };
    t.does(&psychiatrist, Body::ReopenAssessment(again));
}
