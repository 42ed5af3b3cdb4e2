//! The table of roles: who may do which act, who may ask which question. What is not in it is denied.
//!
//! Source: minimum necessary, 45 CFR 164.502(b) and 42 CFR 2.13(a); the program's table of roles.

use concord_domain::Command;
use concord_kernel::{PatientId, Role};

use crate::{Act, Identity, Question};

/// The role does not permit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller's role does not permit this")]
pub struct Denied;

const PRESCRIBERS: [Role; 2] = [Role::Psychiatrist, Role::Pmhnp];

/// Decides whether the caller may ask `command` of `patient`'s record.
///
/// # Errors
///
/// [`Denied`] when the table does not grant it, or when a patient asks of another's record.
pub fn permit_command(identity: &Identity, patient: PatientId, command: &Command) -> Result<(), Denied> {
    own_record_only(identity, Some(patient))?;
    if may(identity.actor.role, Act::of(command)) { Ok(()) } else { Err(Denied) }
}

/// Decides whether the caller may do `act` to anybody's record at all, before it is known whose it is.
///
/// # Errors
///
/// [`Denied`] when the table does not grant it, or grants it to patients for their own record.
pub fn permit_act(identity: &Identity, act: Act) -> Result<(), Denied> {
    own_record_only(identity, None)?;
    if may(identity.actor.role, act) { Ok(()) } else { Err(Denied) }
}

/// Decides whether the caller may ask `question`, about `patient` where it is about one.
///
/// # Errors
///
/// [`Denied`] when the table does not grant it, or when a patient asks about another.
pub fn permit_query(
    identity: &Identity,
    question: Question,
    patient: Option<PatientId>,
) -> Result<(), Denied> {
    own_record_only(identity, patient)?;
    if may_ask(identity.actor.role, question) { Ok(()) } else { Err(Denied) }
}

/// A patient's token names the patient: the person is the patient identifier.
fn own_record_only(identity: &Identity, patient: Option<PatientId>) -> Result<(), Denied> {
    let own = patient.is_some_and(|patient| patient.uuid() == identity.actor.id.uuid());
    if identity.actor.role != Role::Patient || own { Ok(()) } else { Err(Denied) }
}

fn may(role: Role, act: Act) -> bool {
    use Role::{
        CaseManager, Family, Nurse, OutsideProvider, Patient, Pharmacist, PrimaryCare, Service, Therapist,
    };
    let others: &[Role] = match act {
        Act::Refer => &[Therapist, CaseManager, Nurse, PrimaryCare, OutsideProvider, Service],
        Act::Screen => &[Therapist, Nurse, Service],
        Act::ManageEpisode | Act::ManageTeam | Act::Schedule => &[Therapist, CaseManager, Nurse, Service],
        Act::Indicate
        | Act::Prescribe
        | Act::DecideSideEffect
        | Act::ChangeCadence
        | Act::DecideTogether
        | Act::ResolveConflict
        | Act::DecideMissedDoses
        | Act::Induct
        | Act::Monitor
        | Act::SignPrescription => &[],
        Act::WatchDoses | Act::Inject => &[Nurse],
        Act::TellOfInjection => &[Nurse, Pharmacist],
        Act::RecogniseRelapse => &[Nurse, Therapist],
        Act::MeasureRetention => &[CaseManager, Service],
        Act::KeepChart | Act::RecordPharmacy => &[Nurse, Pharmacist, Service],
        Act::ReportDose => &[Nurse, Pharmacist, Patient, Service],
        Act::Cosign | Act::MakeRules => &[Pharmacist],
        Act::ReportSideEffect | Act::RaiseConcern | Act::ReportUse => {
            &[Therapist, CaseManager, Nurse, Pharmacist, PrimaryCare, OutsideProvider, Family, Patient]
        }
        Act::TriageSideEffect | Act::Dispense | Act::ReviewOutsideUpdate | Act::DraftPrescription => {
            &[Nurse, Pharmacist]
        }
        Act::Escalate | Act::RelayPrescription => return role == Service,
        Act::Audit => return role == Role::Auditor,
        Act::KeepConsent => &[Therapist, CaseManager, Nurse, Patient, Role::PrivacyOfficer],
        Act::RestrictDisclosure => return matches!(role, Role::PrivacyOfficer | Patient),
        Act::ManageFeeds => return role == Role::PrivacyOfficer,
        Act::Contribute => return role == Role::Partner,
        Act::ReviewContribution => &[Nurse, Pharmacist],
        Act::RecordParticipation => return role == Therapist,
        Act::WritePlan => &[Therapist],
        Act::AgreePlan => &[Patient],
        Act::KeepGoals | Act::SupportAdherence | Act::SharePlan => &[Therapist, CaseManager, Nurse],
        Act::Explain => &[Therapist, Nurse, Pharmacist],
        Act::RecordLifeChange | Act::SpeakForPatient | Act::KeepSharingConsent => {
            &[Therapist, CaseManager, Nurse, Patient]
        }
        Act::RequestConsult => &[Therapist, CaseManager, Nurse, Pharmacist],
        Act::TakePart => &[Therapist, CaseManager, Nurse, Pharmacist, PrimaryCare, OutsideProvider],
        Act::Remind => &[Therapist, CaseManager, Nurse, Patient, Service],
        Act::CheckIn => &[Therapist, CaseManager, Nurse, Patient, Family],
        Act::ReportTaking => &[Nurse, Pharmacist, Patient, Family],
        Act::MeasureAdherence => &[Therapist, CaseManager, Nurse, Pharmacist, Service],
        Act::Score => &[Therapist, Nurse, Patient],
        Act::Assess | Act::ResolveRisk | Act::RecordVisit => &[Therapist, Nurse],
    };
    PRESCRIBERS.contains(&role) || others.contains(&role)
}

fn may_ask(role: Role, question: Question) -> bool {
    use Role::{
        Auditor, CaseManager, Nurse, OutsideProvider, Patient, Pharmacist, PrimaryCare, PrivacyOfficer,
        Service, Therapist,
    };
    let others: &[Role] = match question {
        Question::Caseload => &[Therapist],
        Question::Reconciled => &[PrimaryCare, OutsideProvider, Nurse, Pharmacist],
        Question::Program => &[Therapist, CaseManager, Nurse, Pharmacist],
        Question::Worklist | Question::Course => &[Nurse, Pharmacist],
        // A checkpoint and a proof hold hashes alone; whoever witnesses the log calls as a service.
        Question::Ledger | Question::Checkpoints => return matches!(role, Auditor | Service),
        // Patients ask about their own record alone.
        Question::AccessLog => return matches!(role, PrivacyOfficer | Auditor | Patient),
        // An auditor reads the log itself; the timeline tells nothing that is not in it.
        Question::Timeline => &[Nurse, Pharmacist, Auditor],
        // Whoever is responsible for the program or its quality acts in one of these roles; partners do not.
        Question::Outcomes => &[CaseManager, Auditor],
        Question::Consents => &[Therapist, CaseManager, Nurse, Role::Patient, Role::PrivacyOfficer],
        Question::Disclosures => return matches!(role, Role::Patient | Role::PrivacyOfficer),
        Question::Inbox => &[Nurse, Pharmacist],
        Question::Feeds => return role == Role::PrivacyOfficer,
        Question::Feed => return role == Role::Partner,
        // What decisions are judged by is no secret to anybody who is bound by it.
        Question::Rules => &[Therapist, CaseManager, Nurse, Pharmacist, Auditor, Service],
    };
    PRESCRIBERS.contains(&role) || others.contains(&role)
}
