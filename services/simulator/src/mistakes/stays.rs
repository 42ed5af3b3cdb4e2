//! Stays and care teams.

use concord_proto::concord::care_team::v1::RemoveMemberRequest;
use concord_proto::concord::common::v1::Role;
use concord_proto::concord::episode::v1 as episode;

use super::tale::{Tale, admission, discharge, screening};
use crate::cohort::PROGRAM;
use crate::script::Body;

/// Members of a care team after which there is no room.
const MOST_MEMBERS: usize = 50;

/// Members that every story begins with.
const MEMBERS: usize = 7;

fn waitlist() -> Body {
    Body::WaitlistPatient(episode::WaitlistPatientRequest {
        program: PROGRAM.to_owned(),
        reason: "No place before Monday".to_owned(),
        header: None,
    })
}

fn phase(to: episode::Phase) -> Body {
    Body::ChangePhase(episode::ChangePhaseRequest {
        program: PROGRAM.to_owned(),
        to: to.into(),
        reason: "As agreed in the team".to_owned(),
        header: None,
    })
}

fn pause() -> Body {
    Body::PauseEpisode(episode::PauseEpisodeRequest {
        program: PROGRAM.to_owned(),
        because: episode::Interruption::Leave.into(),
        header: None,
    })
}

fn resume() -> Body {
    Body::ResumeEpisode(episode::ResumeEpisodeRequest { program: PROGRAM.to_owned(), header: None })
}

pub(super) fn begins(t: &mut Tale<'_>) {
    let (therapist, manager, nurse) = (t.therapist(), t.manager(), t.nurse());
    t.errs(&therapist, screening(&[true], &[]), "NOT_REFERRED");
    t.errs(&therapist, t.referral(&t.day(3)), "BORN_IN_FUTURE");
    t.errs(&t.patient(), t.referral("1988-03-14"), "NOT_PERMITTED");
    t.is_referred();
    t.errs(&therapist, t.referral("1988-03-14"), "ALREADY_REFERRED");
    let stay = t.stay_id();
    t.errs(&manager, admission(&stay), "NOT_SCREENED");
    t.errs(&manager, pause(), "NOT_ADMITTED");
    t.errs(&therapist, screening(&[], &[]), "NO_CRITERION_ANSWERED");
    t.errs(&therapist, screening(&[true, false], &[]), "CRITERION_REPEATED");
    let risk = episode::Exclusion::ImminentRisk;
    t.errs(&therapist, screening(&[true], &[risk, risk]), "EXCLUSION_REPEATED");
    t.is_screened();
    t.errs(&therapist, screening(&[true], &[]), "ALREADY_SCREENED");
    t.does(&manager, waitlist());
    t.errs(&manager, waitlist(), "ALREADY_WAITLISTED");
    t.errs_about(t.now().plus_days(-800), &manager, admission(&stay), "ADMITTED_TOO_LONG_AGO");
    t.errs_about(t.now().plus_days(2), &manager, admission(&stay), "EFFECTIVE_IN_FUTURE");
    t.does(&manager, admission(&stay));
    t.errs(&therapist, t.referral("1988-03-14"), "EPISODE_OPEN");
    t.errs(&nurse, phase(episode::Phase::Planning), "ROLE_NOT_PERMITTED");
    t.errs(&therapist, phase(episode::Phase::Assessing), "SAME_PHASE");
    t.errs(&therapist, phase(episode::Phase::Maintenance), "PHASE_NOT_REACHABLE");
    // The nurse has changed the same record in the meantime.
    t.does(&nurse, pause());
    t.is_behind(&manager, resume());
}

pub(super) fn ends(t: &mut Tale<'_>) {
    let (therapist, manager) = (t.therapist(), t.manager());
    t.is_admitted();
    t.errs(&manager, resume(), "EPISODE_NOT_PAUSED");
    t.does(&manager, pause());
    t.errs(&therapist, phase(episode::Phase::Planning), "EPISODE_PAUSED");
    t.does(&manager, resume());
    t.is_discharged("");
    t.errs(&manager, discharge(""), "EPISODE_CLOSED");
    // The same person comes back, and somebody takes the form of last time.
    t.is_referred();
    t.is_screened();
    let stay = t.stay_id();
    t.errs(&manager, admission(&stay), "EPISODE_ID_USED");
}

pub(super) fn no_candidate(t: &mut Tale<'_>) {
    let (therapist, manager) = (t.therapist(), t.manager());
    t.is_referred();
    t.does(&therapist, screening(&[true], &[episode::Exclusion::AcutePsychosis]));
    let stay = t.stay_id();
    t.errs(&manager, admission(&stay), "NOT_A_CANDIDATE");
}

pub(super) fn team(t: &mut Tale<'_>) {
    let (manager, stranger, doctor) = (t.manager(), t.stranger(), t.doctor());
    t.is_admitted();
    let leaves = |person: &crate::script::Person| {
        Body::RemoveMember(RemoveMemberRequest {
            person_id: person.id.to_string(),
            reason: "Has moved on".to_owned(),
            header: None,
        })
    };
    let auditor = t.id();
    t.errs(&manager, Tale::joining(auditor, Role::Auditor, ""), "NOT_A_CARE_ROLE");
    t.errs(&manager, Tale::joining(stranger.id.uuid(), Role::PrimaryCare, ""), "ORGANISATION_REQUIRED");
    t.errs(&manager, Tale::joining(doctor.id.uuid(), Role::PrimaryCare, "Riverbend"), "ALREADY_MEMBER");
    t.errs(&manager, leaves(&stranger), "NOT_A_MEMBER");
    t.does(&manager, leaves(&doctor));
    t.joins(&doctor);
    for _ in MEMBERS..MOST_MEMBERS {
        let relative = t.id();
        t.does(&manager, Tale::joining(relative, Role::Family, ""));
    }
    let one_more = t.id();
    t.errs(&manager, Tale::joining(one_more, Role::Family, ""), "CARE_TEAM_FULL");
}
