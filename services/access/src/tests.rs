use std::time::Duration;

use concord_domain::adherence;
use concord_domain::treatment_plan as plan;
use concord_domain::{Command, EpisodeRef, InEpisode, chart, coordination, recovery, ruleset, side_effects};
use concord_kernel::{Actor, Credentials, Instant, PatientId, PersonId, Purpose, ReportId, Role, TenantId};
use uuid::Uuid;

use crate::{
    Act, Action, AuthError, Authenticator, Denied, Granted, Identity, LocalTokens, Policies, Question,
    Relationship,
};

const KEY: [u8; 32] = [7; 32];

const SOMEBODY: Option<PatientId> = Some(PatientId::new(Uuid::from_u128(1)));

fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

fn person(role: Role) -> Actor {
    Actor { id: PersonId::new(Uuid::from_u128(9)), role, credentials: Credentials::default() }
}

fn identity(role: Role) -> Identity {
    Identity {
        tenant: TenantId::parse("demo").unwrap(),
        actor: person(role),
        organisation: None,
        begins_at: None,
        expires_at: noon().plus_days(1),
    }
}

fn token(lifetime: Duration) -> String {
    let tenant = TenantId::parse("demo").unwrap();
    LocalTokens::new(&KEY).unwrap().sign(&tenant, &person(Role::Therapist), noon(), lifetime)
}

fn authenticator() -> Authenticator {
    Authenticator::new(LocalTokens::new(&KEY).unwrap())
}

#[test]
fn a_signed_token_names_its_bearer() {
    let found = authenticator().verify(&token(Duration::from_mins(1)), noon()).unwrap();
    assert_eq!(found.actor, person(Role::Therapist));
    assert_eq!(found.tenant.as_str(), "demo");
}

#[test]
fn an_expired_token_is_refused_even_when_it_is_remembered() {
    let (auth, token) = (authenticator(), token(Duration::from_mins(1)));
    assert!(auth.verify(&token, noon()).is_ok());
    assert_eq!(auth.verify(&token, noon().plus(Duration::from_mins(1))), Err(AuthError::Expired));
}

#[test]
fn a_token_is_refused_before_it_begins() {
    let begins = noon().plus(Duration::from_mins(5));
    let seconds = |at: Instant| at.micros() / 1_000_000;
    let claims = serde_json::json!({
        "iss": "concord-local", "aud": "concord", "sub": Uuid::from_u128(9), "tenant": "demo", "role": "therapist",
        "iat": seconds(noon()), "nbf": seconds(begins), "exp": seconds(noon().plus(Duration::from_hours(8))),
    });
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    let key = jsonwebtoken::EncodingKey::from_secret(&KEY);
    let (auth, token) = (authenticator(), jsonwebtoken::encode(&header, &claims, &key).unwrap());
    assert_eq!(auth.verify(&token, noon()), Err(AuthError::NotYet));
    assert_eq!(auth.verify(&token, begins).unwrap().actor, person(Role::Therapist));
    assert_eq!(auth.verify(&token, noon()), Err(AuthError::NotYet), "remembered or not");
}

#[test]
fn no_local_token_lasts_longer_than_a_working_day() {
    let token = token(Duration::from_hours(30 * 24));
    assert_eq!(authenticator().verify(&token, noon().plus(LocalTokens::LONGEST)), Err(AuthError::Expired));
    // Not even one that was signed with the key by other means.
    let seconds = |at: Instant| at.micros() / 1_000_000;
    let claims = serde_json::json!({
        "iss": "concord-local", "aud": "concord", "sub": Uuid::from_u128(9), "tenant": "demo", "role": "therapist",
        "iat": seconds(noon()), "exp": seconds(noon().plus_days(30)),
    });
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    let made = jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(&KEY)).unwrap();
    assert_eq!(authenticator().verify(&made, noon()), Err(AuthError::Invalid));
}

#[test]
fn an_unsigned_or_altered_token_is_refused() {
    let good = token(Duration::from_mins(1));
    let (head, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    let flipped = format!("{head}.{claims}.{}", signature.chars().rev().collect::<String>());
    for bad in [unsigned, flipped, String::from("nonsense"), "x".repeat(5_000)] {
        assert_eq!(authenticator().verify(&bad, noon()), Err(AuthError::Invalid), "{bad:.40}");
    }
    assert_eq!(authenticator().verify("", noon()), Err(AuthError::Missing));
}

#[test]
fn another_key_does_not_open_a_token() {
    let other = Authenticator::new(LocalTokens::new(&[8; 32]).unwrap());
    assert_eq!(other.verify(&token(Duration::from_mins(1)), noon()), Err(AuthError::Invalid));
    assert!(LocalTokens::new(&[8; 31]).is_err());
}

/// What the policies that are built in say of a command about somebody's own patient.
fn permit_command(identity: &Identity, patient: PatientId, command: &Command) -> Result<Granted, Denied> {
    let actor = &identity.actor;
    let purpose = Action::Act(Act::Audit).purpose_of(actor.role);
    Policies::embedded().on_command(actor, command, purpose).given(near(actor, patient))
}

/// What they say of a question about such a patient, or about none.
fn permit_query(identity: &Identity, question: Question, patient: Option<PatientId>) -> bool {
    let actor = &identity.actor;
    let near = patient.and_then(|patient| near(actor, patient));
    Policies::embedded().on_question(actor.role, question).given(near).is_ok()
}

/// The closest relationship that the actor can have to the patient.
fn near(actor: &Actor, patient: PatientId) -> Option<Relationship> {
    (patient != PatientId::NOBODY).then(|| Relationship::of(actor, patient, [(actor.id, actor.role)], false))
}

fn hold() -> Command {
    Command::Chart(chart::Command::Hold {
        order: concord_kernel::OrderId::new(Uuid::from_u128(4)),
        reason: concord_kernel::Text::parse("vomiting").unwrap(),
    })
}

#[test]
fn only_prescribers_prescribe() {
    let patient = PatientId::new(Uuid::from_u128(1));
    for role in Role::ALL {
        let answer = permit_command(&identity(role), patient, &hold());
        assert_eq!(answer.is_ok(), role.prescribes(), "{role}");
    }
}

fn in_stay(command: plan::Command) -> Command {
    let episode = EpisodeRef {
        program: concord_kernel::ProgramId::parse("iop-adult").unwrap(),
        id: concord_kernel::EpisodeId::new(Uuid::from_u128(3)),
    };
    Command::TreatmentPlan(InEpisode { episode, command })
}

#[test]
fn a_plan_is_made_by_those_whose_part_it_is() {
    use Role::{CaseManager, Nurse, Patient, Pharmacist, Pmhnp, Psychiatrist, Therapist};
    let words = || concord_kernel::Text::parse("as told").unwrap();
    let session = plan::Command::RecordTherapyParticipation {
        session: concord_kernel::SessionId::new(Uuid::from_u128(4)),
        kind: plan::SessionKind::Group,
        held_at: noon(),
        attended: false,
        engagement: None,
    };
    let review = plan::Command::ReviewMedication {
        considered: Vec::new(),
        outcome: plan::ReviewOutcome::Continue,
        reason: words(),
    };
    let goal = concord_kernel::GoalId::new(Uuid::from_u128(5));
    let answer = plan::Command::AnswerConcern {
        concern: concord_kernel::ConcernId::new(Uuid::from_u128(6)),
        answer: words(),
    };
    let cases: [(plan::Command, &[Role]); 6] = [
        (session, &[Therapist]),
        (review, &[Psychiatrist, Pmhnp]),
        (plan::Command::Agree { version: 1 }, &[Psychiatrist, Pmhnp, Patient]),
        (plan::Command::Draft { summary: words() }, &[Psychiatrist, Pmhnp, Therapist]),
        (
            plan::Command::MeetGoal { goal, evidence: words() },
            &[Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse],
        ),
        (answer, &[Psychiatrist, Pmhnp, Therapist, Nurse, Pharmacist]),
    ];
    for (command, may) in cases {
        for role in Role::ALL {
            // A patient's own record is number 9.
            let patient = PatientId::new(Uuid::from_u128(9));
            let answer = permit_command(&identity(role), patient, &in_stay(command.clone()));
            assert_eq!(answer.is_ok(), may.contains(&role), "{role}: {command:?}");
        }
    }
}

#[test]
fn those_who_treat_take_part_wherever_they_work_and_prescribers_settle() {
    use Role::{
        CaseManager, Nurse, OutsideProvider, Patient, Pharmacist, Pmhnp, PrimaryCare, Psychiatrist, Therapist,
    };
    let (person, words) =
        (PersonId::new(Uuid::from_u128(2)), || concord_kernel::Text::parse("told").unwrap());
    let conflict = concord_kernel::ConflictId::new(Uuid::from_u128(3));
    let cases: [(coordination::Command, &[Role]); 4] = [
        (
            coordination::Command::RevokeSharingConsent { recipient: person },
            &[Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Patient],
        ),
        (
            coordination::Command::RaiseConflict { conflict, finding: None, description: words() },
            &[Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Pharmacist, PrimaryCare, OutsideProvider],
        ),
        (
            coordination::Command::ResolveConflict {
                conflict,
                resolution: coordination::ConflictResolution::OutsideChanges,
                responsible: person,
                what: words(),
            },
            &[Psychiatrist, Pmhnp],
        ),
        (
            coordination::Command::ReviewOutsideUpdate {
                update: concord_kernel::OutsideUpdateId::new(Uuid::from_u128(4)),
                outcome: words(),
            },
            &[Psychiatrist, Pmhnp, Nurse, Pharmacist],
        ),
    ];
    for (command, may) in cases {
        for role in Role::ALL {
            let patient = PatientId::new(Uuid::from_u128(9));
            let answer = permit_command(&identity(role), patient, &Command::Coordination(command.clone()));
            assert_eq!(answer.is_ok(), may.contains(&role), "{role}: {command:?}");
        }
    }
}

#[test]
fn family_tell_of_a_patient_and_arrange_and_decide_nothing() {
    let episode = EpisodeRef {
        program: concord_kernel::ProgramId::parse("iop-adult").unwrap(),
        id: concord_kernel::EpisodeId::new(Uuid::from_u128(3)),
    };
    let order = concord_kernel::OrderId::new(Uuid::from_u128(4));
    let person = PersonId::new(Uuid::from_u128(9));
    let words = || concord_kernel::Text::parse("as told").unwrap();
    let check_in = adherence::Command::RecordCheckIn {
        check_in: concord_kernel::CheckInId::new(Uuid::from_u128(5)),
        doing: adherence::Doing::SoSo,
        wants_call: false,
        note: None,
    };
    let decide = adherence::Command::DecideMissedDoses {
        order,
        decision: adherence::MissedDecision::Stop,
        reason: words(),
    };
    let engage = adherence::Command::EngageFamily { person, about: adherence::Shared::Doses, note: words() };
    let permit =
        adherence::Command::PermitFamily { person, shares: [adherence::Shared::Doses].into(), until: None };
    for (command, family, nurse, psychiatrist) in [
        (check_in, true, true, true),
        (adherence::Command::RecordDoseTaken { order, at: noon(), observed: false }, true, true, true),
        (permit, false, true, true),
        (engage, false, true, true),
        (decide, false, false, true),
    ] {
        let command = Command::Adherence(InEpisode { episode: episode.clone(), command });
        let may =
            |role| permit_command(&identity(role), PatientId::new(Uuid::from_u128(1)), &command).is_ok();
        let found = (may(Role::Family), may(Role::Nurse), may(Role::Psychiatrist));
        assert_eq!(found, (family, nurse, psychiatrist), "{command:?}");
    }
}

#[test]
fn a_patient_reaches_only_their_own_record() {
    let breach = |patient: u128| {
        let command = Command::SideEffects(side_effects::Command::Report {
            report: ReportId::new(Uuid::from_u128(5)),
            symptom: None,
            description: concord_kernel::Text::parse("dizzy").unwrap(),
            grade: side_effects::Grade::Mild,
            red_flags: Vec::new(),
            suspected: None,
            onset_at: None,
        });
        permit_command(&identity(Role::Patient), PatientId::new(Uuid::from_u128(patient)), &command)
    };
    assert!(breach(9).is_ok());
    let denied = breach(1).unwrap_err();
    assert_eq!(denied.policy.as_deref(), Some("own-record-only"));
    assert!(denied.hidden, "a patient is not told of other patients");
}

#[test]
fn a_therapist_sees_no_doses_and_an_auditor_no_caseload() {
    assert!(!permit_query(&identity(Role::Therapist), Question::Worklist, SOMEBODY));
    assert!(!permit_query(&identity(Role::Therapist), Question::Course, SOMEBODY));
    assert!(permit_query(&identity(Role::Therapist), Question::Caseload, SOMEBODY));
    assert!(!permit_query(&identity(Role::Auditor), Question::Caseload, SOMEBODY));
    assert!(permit_query(&identity(Role::Auditor), Question::Ledger, None));
    assert!(!permit_query(&identity(Role::Family), Question::Course, SOMEBODY));
}

#[test]
fn a_timeline_is_for_those_who_may_see_doses_and_outcomes_for_those_who_answer_for_the_program() {
    use Role::{Auditor, CaseManager, Nurse, Pharmacist, Pmhnp, Psychiatrist};
    let (timeline, outcomes) = (
        [Psychiatrist, Pmhnp, Nurse, Pharmacist, Auditor],
        [Psychiatrist, Pmhnp, CaseManager, Auditor, Role::Director],
    );
    for role in Role::ALL {
        let may = |question, patient| permit_query(&identity(role), question, patient);
        assert_eq!(may(Question::Timeline, SOMEBODY), timeline.contains(&role), "{role}");
        assert_eq!(may(Question::Outcomes, None), outcomes.contains(&role), "{role}");
    }
}

#[test]
fn a_recovery_is_kept_by_those_whose_part_it_is() {
    use Role::{Auditor, Nurse, Pharmacist, Pmhnp, Psychiatrist, Service};
    let words = || concord_kernel::Text::parse("as told").unwrap();
    let induction = concord_kernel::InductionId::new(Uuid::from_u128(4));
    let relapse = concord_kernel::RelapseId::new(Uuid::from_u128(5));
    let everybody: Vec<Role> = Role::ALL
        .into_iter()
        .filter(|role| {
            !matches!(role, Auditor | Service | Role::Director | Role::PrivacyOfficer | Role::Partner)
        })
        .collect();
    let cases: [(recovery::Command, &[Role]); 4] = [
        (recovery::Command::ClearFirstDose { induction }, &[Psychiatrist, Pmhnp, Nurse]),
        (recovery::Command::ReviewRelapse { relapse, decision: words() }, &[Psychiatrist, Pmhnp]),
        (
            recovery::Command::OfferNaloxone(recovery::NaloxoneOffer::Declined { reason: words() }),
            &[Psychiatrist, Pmhnp, Nurse, Pharmacist],
        ),
        (
            recovery::Command::ReportOverdose {
                overdose: concord_kernel::OverdoseId::new(Uuid::from_u128(6)),
                at: noon(),
                substances: Vec::new(),
                naloxone_given: true,
                outcome: recovery::OverdoseOutcome::Unknown,
                account: words(),
            },
            &everybody,
        ),
    ];
    for (command, may) in cases {
        for role in Role::ALL {
            let patient = PatientId::new(Uuid::from_u128(9));
            let answer = permit_command(&identity(role), patient, &Command::Recovery(command.clone()));
            assert_eq!(answer.is_ok(), may.contains(&role), "{role}: {command:?}");
        }
    }
}

#[test]
fn agents_prepare_prescriptions_and_only_prescribers_sign_them() {
    use concord_domain::prescription::Command as Rx;
    use concord_kernel::PrescriptionId;
    let patient = PatientId::new(Uuid::from_u128(1));
    let permitted = |command: &Rx| {
        let prescription = PrescriptionId::new(Uuid::from_u128(5));
        let command = concord_domain::OfPrescription { prescription, command: command.clone() };
        let command = Command::Prescription(command);
        let may = |role: &Role| permit_command(&identity(*role), patient, &command).is_ok();
        Role::ALL.into_iter().filter(may).collect::<Vec<_>>()
    };
    let reason = concord_kernel::Text::parse("another drug").unwrap();
    let prescribers = [Role::Psychiatrist, Role::Pmhnp];
    for command in [Rx::MarkReady, Rx::Print, Rx::Cancel { reason }] {
        assert_eq!(permitted(&command), prescribers);
    }
    let told = Rx::RecordCancelAnswer { refused: None };
    let tellers = [Role::Psychiatrist, Role::Pmhnp, Role::Nurse, Role::Pharmacist, Role::Service];
    assert_eq!(permitted(&told), tellers);
    assert_eq!(permitted(&Rx::Transmit), [Role::Service]);
}

#[test]
fn nurses_inject_prescribers_decide_and_the_service_alone_says_that_a_day_has_passed() {
    use Role::{Nurse, Pharmacist, Pmhnp, Psychiatrist, Service};
    let order = concord_kernel::OrderId::new(Uuid::from_u128(4));
    let dose = serde_json::from_value(serde_json::json!(400.0)).unwrap();
    let words = || concord_kernel::Text::parse("was away").unwrap();
    let told = chart::ToldInjection {
        order,
        dose,
        given_at: noon(),
        place: chart::InjectionPlace::Elsewhere { source: chart::InformationSource::Patient },
    };
    let site = chart::InjectionSite {
        region: serde_json::from_value(serde_json::json!("deltoid")).unwrap(),
        side: chart::Side::Left,
    };
    let lot = chart::Lot::parse("B7").unwrap();
    let new = chart::NewInjection { order, dose, site, lot, observer: None, acknowledgements: Vec::new() };
    let late = chart::Command::DecideLateInjection {
        order,
        decision: chart::LateDecision::AsOrdered,
        reason: words(),
    };
    let assess = chart::Command::AssessResponse {
        order,
        decision: chart::ResponseDecision::Increase,
        reason: words(),
    };
    let cases: [(chart::Command, &[Role]); 5] = [
        (chart::Command::GiveInjection(Box::new(new)), &[Psychiatrist, Pmhnp, Nurse]),
        (chart::Command::RecordInjection(Box::new(told)), &[Psychiatrist, Pmhnp, Nurse, Pharmacist]),
        (late, &[Psychiatrist, Pmhnp]),
        (assess, &[Psychiatrist, Pmhnp]),
        (chart::Command::RecordInjectionOverdue { order }, &[Service]),
    ];
    for (command, may) in cases {
        for role in Role::ALL {
            let patient = PatientId::new(Uuid::from_u128(9));
            let answer = permit_command(&identity(role), patient, &Command::Chart(command.clone()));
            assert_eq!(answer.is_ok(), may.contains(&role), "{role}: {command:?}");
        }
    }
}

#[test]
fn rules_are_made_by_pharmacists_and_prescribers_and_read_by_all_who_work_by_them() {
    let propose = ruleset::Command::Propose {
        tables: std::collections::BTreeMap::new(),
        valid_from: None,
        reason: concord_kernel::Text::parse("older clients").unwrap(),
    };
    let command = Command::Ruleset(propose);
    for role in Role::ALL {
        let makes = role.prescribes() || role == Role::Pharmacist;
        assert_eq!(permit_command(&identity(role), PatientId::NOBODY, &command).is_ok(), makes, "{role}");
        let outside = matches!(
            role,
            Role::PrimaryCare
                | Role::OutsideProvider
                | Role::Family
                | Role::Patient
                | Role::Director
                | Role::PrivacyOfficer
                | Role::Partner
        );
        assert_eq!(permit_query(&identity(role), Question::Rules, None), !outside, "{role}");
    }
}

#[test]
fn what_is_disclosed_is_asked_by_those_whom_it_concerns() {
    let own = PatientId::new(Uuid::from_u128(9));
    let about = |question| matches!(question, Question::Consents | Question::AccessLog);
    let staff =
        |role: Role| role.prescribes() || matches!(role, Role::Therapist | Role::CaseManager | Role::Nurse);
    for role in Role::ALL {
        let asks = |question| permit_query(&identity(role), question, about(question).then_some(own));
        let concerned = matches!(role, Role::Patient | Role::PrivacyOfficer);
        assert_eq!(asks(Question::Consents), staff(role) || concerned, "{role}");
        assert_eq!(asks(Question::AccessLog), concerned || role == Role::Auditor, "{role}");
        assert_eq!(asks(Question::Feeds), role == Role::PrivacyOfficer, "{role}");
        assert_eq!(asks(Question::Feed), role == Role::Partner, "{role}");
        let reviews = role.prescribes() || matches!(role, Role::Nurse | Role::Pharmacist);
        assert_eq!(asks(Question::Inbox), reviews, "{role}");
    }
    let other = Some(PatientId::new(Uuid::from_u128(8)));
    for question in [Question::Consents, Question::AccessLog] {
        assert!(!permit_query(&identity(Role::Patient), question, other));
    }
}

#[test]
fn a_partner_may_take_and_tell_and_nothing_else() {
    let permit_act = |role, act| {
        let policies = Policies::embedded();
        let ruling = policies.ruling(role, Action::Act(act), Purpose::Operations);
        ruling.given(Some(Relationship::None)).is_ok() || ruling.given(None).is_ok()
    };
    assert!(permit_act(Role::Partner, Act::Contribute));
    for act in [Act::KeepConsent, Act::RestrictDisclosure, Act::ManageFeeds, Act::ReviewContribution] {
        assert!(!permit_act(Role::Partner, act), "{act:?}");
    }
    for question in [Question::Ledger, Question::Reconciled, Question::Timeline, Question::Checkpoints] {
        assert!(!permit_query(&identity(Role::Partner), question, None), "{question:?}");
    }
    let acts = [Act::ManageFeeds, Act::RestrictDisclosure];
    assert!(acts.iter().all(|act| permit_act(Role::PrivacyOfficer, *act)));
    assert!(!permit_act(Role::Nurse, Act::Contribute));
}
