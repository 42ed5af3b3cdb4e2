//! How medication is taken, as the patient, their family and the team live it. Each test is named by the feature that it
//! shows.

use std::time::Duration;

use concord_client::{Client, Error};
use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route, Token};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{Concord, Intake, Person, episode, fresh, now, today};
use prost_types::Timestamp;
use tempfile::TempDir;

use crate::{PSYCHIATRIST, THERAPIST, start};

const CASE_MANAGER: Person = Person::new("case_manager", 5);
const NURSE: Person = Person::new("nurse", 6);
const FATHER: Person = Person::new("family", 8);
const TIMER: Person = Person::new("service", 9);

/// A patient in treatment who takes lamotrigine, and those around them.
struct Clinic {
    server: Concord,
    intake: Intake,
    doctor: Client,
    nurse: Client,
    patient: Client,
    order_id: String,
    folder: TempDir,
}

impl Clinic {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path()).await;
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let intake = Intake::admit(&doctor).await.unwrap();
        intake.indicate(&doctor, "bipolar").await.unwrap();
        intake.prepare(&doctor, "lamotrigine").await.unwrap();
        for (person, role) in
            [(PSYCHIATRIST, common::Role::Psychiatrist), (THERAPIST, common::Role::Therapist)]
        {
            let member = care_team::AddMemberRequest {
                header: intake.header(),
                person_id: person.id.to_string(),
                role: role.into(),
                name: "Somebody".to_owned(),
                organisation: String::new(),
            };
            doctor.send(member).await.unwrap();
        }
        let order_id = fresh();
        let order = chart::PrescribeMedicationRequest {
            header: intake.header(),
            order_id: order_id.clone(),
            episode: episode(intake),
            drug: "lamotrigine".to_owned(),
            regimen: Some(regimen(50.0)),
            indication: "bipolar".to_owned(),
            reason: "Depressive pole; taken before at this dose.".to_owned(),
            supply: Some(chart::Supply { days: 30, refills: 1 }),
            start_on: today(),
            modality: chart::OrderModality::InPerson.into(),
            ..Default::default()
        };
        doctor.send(order).await.unwrap();
        let nurse = server.client(NURSE).await.unwrap();
        let patient = server.client(Person { role: "patient", id: intake.patient }).await.unwrap();
        Self { server, intake, doctor, nurse, patient, order_id, folder }
    }

    async fn acting_as(&self, person: Person) -> Client {
        self.server.client(person).await.unwrap()
    }

    fn taken(&self) -> adherence::RecordDoseTakenRequest {
        adherence::RecordDoseTakenRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            order_id: self.order_id.clone(),
            at: Some(now()),
            observed: false,
        }
    }

    fn missed(&self) -> adherence::RecordDoseMissedRequest {
        adherence::RecordDoseMissedRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            order_id: self.order_id.clone(),
            due_at: Some(now()),
            reason: adherence::MissReason::RanOut.into(),
        }
    }

    fn measure(&self) -> adherence::MeasureAdherenceRequest {
        adherence::MeasureAdherenceRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            days: 7,
        }
    }

    fn check_in(&self, doing: adherence::Doing) -> adherence::RecordCheckInRequest {
        adherence::RecordCheckInRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            check_in_id: fresh(),
            doing: doing.into(),
            wants_call: false,
            note: String::new(),
        }
    }

    fn permit(&self, shares: &[adherence::Shared]) -> adherence::PermitFamilyRequest {
        adherence::PermitFamilyRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            person_id: FATHER.id.to_string(),
            shares: shares.iter().map(|shared| i32::from(*shared)).collect(),
            until: String::new(),
        }
    }

    fn engage(&self, about: adherence::Shared) -> adherence::EngageFamilyRequest {
        adherence::EngageFamilyRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            person_id: FATHER.id.to_string(),
            about: about.into(),
            note: "Knows whom to call".to_owned(),
        }
    }

    fn remind(&self, to: Option<Person>) -> adherence::ScheduleReminderRequest {
        adherence::ScheduleReminderRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            reminder_id: fresh(),
            to_person_id: to.map_or_else(String::new, |person| person.id.to_string()),
            wording: adherence::Wording::ItIsTime.into(),
            channel: adherence::Channel::TextMessage.into(),
            first_at: Some(soon()),
            every_days: Some(1),
        }
    }

    fn sent(&self, reminder_id: &str) -> adherence::RecordReminderSentRequest {
        adherence::RecordReminderSentRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            reminder_id: reminder_id.to_owned(),
        }
    }

    /// What waits for whoever delivers reminders, once there is something.
    async fn sent_by_itself(&self) -> String {
        let outbox = self.folder.path().join("demo").join("reminders.jsonl");
        for _ in 0..100 {
            if let Ok(lines) = std::fs::read_to_string(&outbox) {
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("no reminder was sent");
    }

    /// What is due in the program, by kind and by what it is about.
    async fn due(&self, kind: &str, min_position: Option<Token>) -> Vec<String> {
        let asks = program::ListDueItemsRequest { min_position, ..Default::default() };
        let list = self.doctor.program().list_due_items(asks).await.unwrap().into_inner();
        list.items.into_iter().filter(|item| item.kind == kind).map(|item| item.summary).collect()
    }

    /// What the prescriber has to do of that kind, by what it is about.
    async fn worklist(&self, kind: &str, min_position: Option<Token>) -> Vec<String> {
        let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
        let list = self.doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
        list.items.into_iter().filter(|item| item.kind == kind).map(|item| item.summary).collect()
    }

    async fn seen_by_therapist(&self, min_position: Option<Token>) -> therapist::GetClientResponse {
        let patient_id = self.intake.patient.to_string();
        let asks = therapist::GetClientRequest { patient_id, min_position };
        let therapist = self.acting_as(THERAPIST).await;
        therapist.therapist().get_client(asks).await.unwrap().into_inner()
    }
}

fn regimen(dose_mg: f64) -> Regimen {
    Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() }
}

/// A moment from now, which is the first at which a reminder may be sent.
fn soon() -> Timestamp {
    let now = now();
    Timestamp { seconds: now.seconds + 1, ..now }
}

fn reason(refused: Result<impl std::fmt::Debug, Error>) -> String {
    match refused {
        Err(Error::Call(fault)) => fault.reason,
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn f11_what_was_taken_is_known_from_what_was_told_and_what_was_not_told_is_said() {
    let clinic = Clinic::open().await;
    // Ordered today, nothing of it lies behind us yet.
    assert_eq!(reason(clinic.nurse.send(clinic.measure()).await), "NOTHING_TO_MEASURE");
    let taken = clinic.patient.send(clinic.taken()).await.unwrap();
    assert_eq!(taken.events, 1);
    let barrier_id = fresh();
    let barrier = adherence::RaiseBarrierRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        barrier_id: barrier_id.clone(),
        kind: adherence::BarrierKind::Supply.into(),
        words: "The pharmacy has none".to_owned(),
    };
    let raised = clinic.patient.send(barrier).await.unwrap();
    assert_eq!(clinic.due("barrier", raised.token.clone()).await, ["supply"]);
    let seen = clinic.seen_by_therapist(raised.token).await.adherence.unwrap();
    assert_eq!(seen.barriers[0].words, "The pharmacy has none");
    assert_eq!((seen.measured_percent, seen.measured_to.as_str()), (None, ""), "never measured");
    let removed = adherence::RemoveBarrierRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        barrier_id,
        how: "Another pharmacy delivers".to_owned(),
    };
    let removed = clinic.acting_as(CASE_MANAGER).await.send(removed).await.unwrap();
    assert!(clinic.due("barrier", removed.token).await.is_empty());

    // A missed dose is a fact and is taken in; that it is no run of missed doses is said by there being nothing to
    // decide.
    let missed = clinic.patient.send(clinic.missed()).await.unwrap();
    assert!(clinic.worklist("missed_doses", missed.token).await.is_empty());
    let decide = adherence::DecideMissedDosesRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        order_id: clinic.order_id.clone(),
        decision: adherence::MissedDecision::Continue.into(),
        reason: "As agreed".to_owned(),
    };
    assert_eq!(reason(clinic.doctor.send(decide.clone()).await), "NOTHING_MISSED");
    let again = adherence::DecideMissedDosesRequest { header: clinic.intake.header(), ..decide };
    assert_eq!(reason(clinic.nurse.send(again).await), "NOT_PERMITTED");
    let elsewhere = adherence::RecordDoseTakenRequest { order_id: fresh(), ..clinic.taken() };
    assert_eq!(reason(clinic.patient.send(elsewhere).await), "UNKNOWN_ORDER");
}

#[tokio::test]
async fn f12_a_reminder_tells_nothing_and_whoever_struggles_is_called() {
    let clinic = Clinic::open().await;
    let timer = clinic.acting_as(TIMER).await;
    let reminder = clinic.remind(None);
    let reminder_id = reminder.reminder_id.clone();
    let scheduled = clinic.acting_as(CASE_MANAGER).await.send(reminder).await.unwrap();
    assert_eq!(clinic.due("reminder", scheduled.token).await, ["it_is_time"], "a wording and no drug");
    assert_eq!(reason(timer.send(clinic.sent(&reminder_id)).await), "REMINDER_NOT_DUE");
    // The service sends it by itself: fixed words for the patient, and nothing else.
    let sent = clinic.sent_by_itself().await;
    assert_eq!(sent.lines().count(), 1, "{sent}");
    assert!(sent.contains("This is the reminder that you asked for."), "{sent}");
    assert!(sent.contains(&clinic.intake.patient.to_string()) && !sent.contains("lamotrigine"), "{sent}");
    // Sent first, then recorded.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(clinic.due("reminder", None).await.len(), 1, "it comes again tomorrow");
    assert_eq!(reason(timer.send(clinic.sent(&reminder_id)).await), "REMINDER_NOT_DUE");
    let cancel = adherence::CancelReminderRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        reminder_id: reminder_id.clone(),
    };
    let cancelled = clinic.patient.send(cancel).await.unwrap();
    assert!(clinic.due("reminder", cancelled.token).await.is_empty());
    assert_eq!(reason(timer.send(clinic.sent(&reminder_id)).await), "REMINDER_ENDED");

    let well = clinic.patient.send(clinic.check_in(adherence::Doing::Well)).await.unwrap();
    assert!(clinic.worklist("check_in_call", well.token).await.is_empty());
    let asked = clinic.check_in(adherence::Doing::Struggling);
    let check_in_id = asked.check_in_id.clone();
    let struggling = clinic.patient.send(asked).await.unwrap();
    assert_eq!(clinic.worklist("check_in_call", struggling.token).await.len(), 1);
    let called = adherence::FollowUpCheckInRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        check_in_id,
        outcome: "Called; comes in today".to_owned(),
    };
    let called = clinic.nurse.send(called).await.unwrap();
    assert!(clinic.worklist("check_in_call", called.token.clone()).await.is_empty());
    assert!(clinic.seen_by_therapist(called.token).await.adherence.unwrap().checked_in_at.is_some());
}

#[tokio::test]
async fn f13_family_help_as_far_as_the_patient_allows_and_no_longer() {
    let clinic = Clinic::open().await;
    let father = clinic.acting_as(FATHER).await;
    let manager = clinic.acting_as(CASE_MANAGER).await;
    let denied = "FAMILY_NOT_PERMITTED";
    assert_eq!(reason(clinic.nurse.send(clinic.engage(adherence::Shared::WarningSigns)).await), denied);
    assert_eq!(reason(father.send(clinic.check_in(adherence::Doing::Struggling)).await), denied);
    assert_eq!(reason(father.send(clinic.taken()).await), denied);
    assert_eq!(reason(manager.send(clinic.remind(Some(FATHER))).await), denied);
    let for_himself = clinic.permit(&[adherence::Shared::Doses]);
    assert_eq!(reason(father.send(for_himself).await), "NOT_PERMITTED", "nobody allows it to themselves");

    let allowed = [adherence::Shared::Reminders, adherence::Shared::CheckIns];
    let given = clinic.patient.send(clinic.permit(&allowed)).await.unwrap();
    let seen = clinic.seen_by_therapist(given.token).await.adherence.unwrap();
    assert_eq!(seen.family[0].shares, ["reminders", "check_ins"]);
    father.send(clinic.check_in(adherence::Doing::SoSo)).await.unwrap();
    assert_eq!(reason(father.send(clinic.taken()).await), denied, "what is not named is not shared");
    assert_eq!(reason(clinic.nurse.send(clinic.engage(adherence::Shared::WarningSigns)).await), denied);
    clinic.nurse.send(clinic.engage(adherence::Shared::CheckIns)).await.unwrap();
    let reminder = clinic.remind(Some(FATHER));
    let reminder_id = reminder.reminder_id.clone();
    manager.send(reminder).await.unwrap();

    let withdraw = adherence::WithdrawFamilyRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        person_id: FATHER.id.to_string(),
    };
    let withdrawn = clinic.patient.send(withdraw).await.unwrap();
    assert_eq!(withdrawn.events, 2, "the consent, and the reminder that it covered");
    assert!(clinic.due("reminder", withdrawn.token.clone()).await.is_empty());
    assert!(clinic.seen_by_therapist(withdrawn.token).await.adherence.unwrap().family.is_empty());
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let timer = clinic.acting_as(TIMER).await;
    assert_eq!(reason(timer.send(clinic.sent(&reminder_id)).await), "REMINDER_ENDED");
    assert_eq!(reason(father.send(clinic.check_in(adherence::Doing::Well)).await), denied);
}
