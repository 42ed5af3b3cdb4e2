//! What passes between the program and others who treat.

use concord_proto::concord::common::v1::{FindingKey, Role};
use concord_proto::concord::coordination::v1 as coordination;
use concord_proto::concord::coordination::v1::{ConflictResolution, SharedPart};

use super::plans::{agreed_to, drafted, goal};
use super::tale::{Tale, finding};
use crate::script::{Body, Person};

/// Room for what waits.
const MOST_UPDATES: usize = 64;
const MOST_CONSULTS: usize = 16;
const MOST_CONFLICTS: usize = 16;

fn wire(parts: &[SharedPart]) -> Vec<i32> {
    parts.iter().copied().map(i32::from).collect()
}

fn share(t: &Tale<'_>, with: &Person, parts: &[SharedPart]) -> Body {
    Body::SharePlan(coordination::SharePlanRequest {
        episode: t.stay(),
        recipient_id: with.id.to_string(),
        parts: wire(parts),
        header: None,
    })
}

fn consent(t: &Tale<'_>, to: &Person, signed_in: i64, ends_in: i64) -> Body {
    Body::RecordSharingConsent(coordination::RecordSharingConsentRequest {
        recipient_id: to.id.to_string(),
        parts: wire(&[SharedPart::Plan]),
        signed_on: t.day(signed_in),
        expires_on: t.day(ends_in),
        header: None,
    })
}

fn revoke(to: &Person) -> Body {
    let recipient_id = to.id.to_string();
    Body::RevokeSharingConsent(coordination::RevokeSharingConsentRequest { recipient_id, header: None })
}

fn seen(t: &Tale<'_>, hours: i64) -> Body {
    Body::AcknowledgeChanges(coordination::AcknowledgeChangesRequest { up_to: t.at(hours), header: None })
}

pub(super) fn shared(t: &mut Tale<'_>) {
    let (therapist, manager, doctor, stranger) = (t.therapist(), t.manager(), t.doctor(), t.stranger());
    t.is_admitted();
    let relative = t.id();
    t.does(&manager, Tale::joining(relative, Role::Family, ""));
    let plan = [SharedPart::Plan];
    t.errs(&therapist, share(t, &stranger, &plan), "RECIPIENT_NOT_ON_CARE_TEAM");
    t.errs(&therapist, share(t, &doctor, &[]), "PART_REQUIRED");
    t.errs(&therapist, share(t, &doctor, &[SharedPart::Plan; 2]), "PART_REPEATED");
    t.errs(&therapist, share(t, &doctor, &plan), "PLAN_NOT_AGREED");
    t.does(&therapist, drafted(t));
    let walk = t.new_id();
    t.does(&therapist, goal(t, &walk, 60));
    t.does(&t.psychiatrist(), agreed_to(t, 2));
    t.does(&t.patient(), agreed_to(t, 2));
    t.errs(&therapist, share(t, &doctor, &plan), "CONSENT_TO_SHARE_REQUIRED");
    t.errs(&therapist, share(t, &Tale::relative(relative), &plan), "RECIPIENT_NOT_TREATING");
    t.errs(&manager, revoke(&doctor), "NO_CONSENT_ON_RECORD");
    t.errs(&manager, consent(t, &t.nurse(), 0, 30), "CONSENT_NOT_NEEDED");
    t.errs(&manager, consent(t, &doctor, 4, 30), "CONSENT_SIGNED_IN_FUTURE");
    t.errs(&manager, consent(t, &doctor, -9, -2), "CONSENT_ENDED");
    t.does(&manager, consent(t, &doctor, 0, 2));
    t.errs(&therapist, share(t, &doctor, &[SharedPart::Plan, SharedPart::Results]), "CONSENT_DOES_NOT_COVER");
    t.does(&therapist, share(t, &doctor, &plan));
    t.errs(&stranger, seen(t, 0), "NOT_ON_CARE_TEAM");
    t.errs(&doctor, seen(t, 24), "ACKNOWLEDGED_IN_FUTURE");
    t.wait_days(4);
    t.errs(&therapist, share(t, &doctor, &plan), "CONSENT_TO_SHARE_EXPIRED");
    t.does(&manager, revoke(&doctor));
}

fn update(id: &str) -> Body {
    Body::RecordOutsideUpdate(coordination::RecordOutsideUpdateRequest {
        update_id: id.to_owned(),
        kind: coordination::UpdateKind::Visit.into(),
        from: "Riverbend Family Practice".to_owned(),
        summary: "Pressure normal; nothing prescribed".to_owned(),
        header: None,
    })
}

fn reviewed(id: &str) -> Body {
    Body::ReviewOutsideUpdate(coordination::ReviewOutsideUpdateRequest {
        update_id: id.to_owned(),
        outcome: "Nothing changes".to_owned(),
        header: None,
    })
}

fn question(id: &str, of: &Person) -> Body {
    Body::RequestConsult(coordination::RequestConsultRequest {
        consult_id: id.to_owned(),
        of_person_id: of.id.to_string(),
        urgency: coordination::Urgency::Routine.into(),
        question: "Anything that speaks against it?".to_owned(),
        header: None,
    })
}

fn answer(id: &str) -> Body {
    let (consult_id, answer) = (id.to_owned(), "Nothing".to_owned());
    Body::AnswerConsult(coordination::AnswerConsultRequest { consult_id, answer, header: None })
}

pub(super) fn asked(t: &mut Tale<'_>) {
    let (nurse, doctor, psychiatrist, pharmacist) = (t.nurse(), t.doctor(), t.psychiatrist(), t.pharmacist());
    t.is_admitted();
    let id = t.new_id();
    t.errs(&nurse, reviewed(&id), "UNKNOWN_UPDATE");
    t.does(&doctor, update(&id));
    t.errs(&doctor, update(&id), "UPDATE_ID_USED");
    t.does(&nurse, reviewed(&id));
    t.errs(&nurse, reviewed(&id), "UPDATE_REVIEWED");
    for _ in 0..MOST_UPDATES {
        let id = t.new_id();
        t.does(&doctor, update(&id));
    }
    let id = t.new_id();
    t.errs(&doctor, update(&id), "TOO_MANY_UPDATES");

    let id = t.new_id();
    t.errs(&pharmacist, answer(&id), "UNKNOWN_CONSULT");
    t.errs(&psychiatrist, question(&id, &psychiatrist), "CONSULT_OF_ONESELF");
    t.does(&psychiatrist, question(&id, &pharmacist));
    t.errs(&psychiatrist, question(&id, &pharmacist), "CONSULT_ID_USED");
    t.errs(&doctor, answer(&id), "CONSULT_OF_ANOTHER");
    t.does(&pharmacist, answer(&id));
    t.errs(&pharmacist, answer(&id), "CONSULT_ANSWERED");
    for _ in 0..MOST_CONSULTS {
        let id = t.new_id();
        t.does(&psychiatrist, question(&id, &pharmacist));
    }
    let id = t.new_id();
    t.errs(&psychiatrist, question(&id, &pharmacist), "TOO_MANY_CONSULTS");
}

fn conflict(id: &str, finding: Option<FindingKey>) -> Body {
    Body::RaiseConflict(coordination::RaiseConflictRequest {
        conflict_id: id.to_owned(),
        finding,
        description: "Two who prescribe against each other".to_owned(),
        header: None,
    })
}

fn settle(id: &str, resolution: ConflictResolution, by: &Person) -> Body {
    Body::ResolveConflict(coordination::ResolveConflictRequest {
        conflict_id: id.to_owned(),
        resolution: resolution.into(),
        responsible_id: by.id.to_string(),
        what: "Changes to another within the week".to_owned(),
        header: None,
    })
}

pub(super) fn settled(t: &mut Tale<'_>) {
    use ConflictResolution::{KeptAndWatched, OutsideChanges, ProgramChanges};
    let (nurse, doctor, psychiatrist) = (t.nurse(), t.doctor(), t.psychiatrist());
    t.is_admitted();
    let (id, another) = (t.new_id(), t.new_id());
    let two_opioids = || Some(finding("dup.opioid-agonist", &["hydrocodone", "oxycodone"]));
    t.errs(&nurse, conflict(&id, two_opioids()), "FINDING_NOT_OPEN");
    t.errs(&psychiatrist, settle(&id, OutsideChanges, &doctor), "UNKNOWN_CONFLICT");
    t.takes_from_outside("Oxycodone 5 mg");
    t.takes_from_outside("Hydrocodone 10 mg");
    t.does(&nurse, conflict(&id, two_opioids()));
    t.errs(&nurse, conflict(&id, None), "CONFLICT_ID_USED");
    t.errs(&nurse, conflict(&another, two_opioids()), "CONFLICT_ALREADY_RAISED");
    t.errs(&psychiatrist, settle(&id, ProgramChanges, &t.therapist()), "CANNOT_MAKE_CHANGE");
    t.errs(&psychiatrist, settle(&id, KeptAndWatched, &doctor), "CHANGE_REQUIRED");
    t.errs(&nurse, settle(&id, OutsideChanges, &doctor), "NOT_PERMITTED");
    t.does(&psychiatrist, settle(&id, OutsideChanges, &doctor));
    t.errs(&psychiatrist, settle(&id, OutsideChanges, &doctor), "CONFLICT_RESOLVED");
    for _ in 0..MOST_CONFLICTS {
        let id = t.new_id();
        t.does(&nurse, conflict(&id, None));
    }
    let id = t.new_id();
    t.errs(&nurse, conflict(&id, None), "TOO_MANY_CONFLICTS");
}
