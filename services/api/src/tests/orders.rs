//! Orders that go on, rise, give way and end, as those see them who live with them. Each test is named by the feature
//! that it shows.

use concord_client::{Client, Error};
use concord_kernel::{Clock, Instant, Role};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route, Token};
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{Intake, episode, fresh};

use super::service::{Service, joining, signing};

type Answered = Result<Option<Token>, Error>;

/// A patient in treatment, and those around them.
struct Clinic {
    service: Service,
    intake: Intake,
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn daily(dose_mg: f64) -> Option<Regimen> {
    Some(Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() })
}

fn reason(refused: Answered) -> String {
    match refused {
        Err(Error::Call(fault)) => fault.reason,
        other => format!("{other:?}"),
    }
}

impl Clinic {
    /// Opens at noon of 2 March 2026, with the boxed warnings of those drugs explained.
    async fn open(drugs: &[&str]) -> Self {
        let service = Service::start().await;
        let doctor = service.acting_as(Role::Psychiatrist);
        let intake = Intake::admit(&doctor).await.unwrap();
        intake.indicate(&doctor, "major-depression").await.unwrap();
        for drug in drugs {
            intake.prepare(&doctor, drug).await.unwrap();
        }
        for (number, role, encoded) in [
            (1, Role::Psychiatrist, common::Role::Psychiatrist),
            (2, Role::Therapist, common::Role::Therapist),
            (3, Role::PrimaryCare, common::Role::PrimaryCare),
        ] {
            doctor.send(joining(number, intake.patient.as_u128(), role, encoded)).await.unwrap();
        }
        doctor.send(signing(99, intake.patient.as_u128(), Role::PrimaryCare)).await.unwrap();
        Self { service, intake }
    }

    fn by(&self, role: Role) -> Client {
        self.service.acting_as(role)
    }

    fn doctor(&self) -> Client {
        self.by(Role::Psychiatrist)
    }

    fn later(&self, days: i64) {
        self.service.clock.advance_to(self.now().plus_days(days));
    }

    fn now(&self) -> Instant {
        self.service.clock.now()
    }

    fn day(&self, days: i64) -> String {
        self.now().plus_days(days).day().to_string()
    }

    fn order(&self, drug: &str, mg: f64) -> chart::PrescribeMedicationRequest {
        chart::PrescribeMedicationRequest {
            header: self.intake.header(),
            order_id: fresh(),
            episode: episode(self.intake),
            drug: drug.to_owned(),
            regimen: daily(mg),
            indication: "major-depression".to_owned(),
            reason: "First choice.".to_owned(),
            supply: Some(chart::Supply { days: 30, refills: 0 }),
            start_on: self.day(0),
            modality: chart::OrderModality::InPerson.into(),
            ..Default::default()
        }
    }

    async fn prescribe(&self, drug: &str, mg: f64) -> Result<String, Error> {
        let order = self.order(drug, mg);
        self.doctor().send(order.clone()).await.map(|_| order.order_id)
    }

    async fn adjust(&self, order: &str, mg: f64, cause: chart::PlainCause) -> Answered {
        let request = chart::AdjustDoseRequest {
            header: self.intake.header(),
            order_id: order.to_owned(),
            regimen: daily(mg),
            cause: Some(chart::Cause { basis: Some(chart::cause::Basis::Plain(cause.into())) }),
            rests_on: (cause == chart::PlainCause::PlannedTitration).then_some(chart::TitrationBasis {
                basis: Some(chart::titration_basis::Basis::WellTolerated(true)),
            }),
            note: "As discussed.".to_owned(),
            acknowledgements: Vec::new(),
        };
        self.doctor().send(request).await.map(|receipt| receipt.token)
    }

    async fn renew(&self, order: &str, days: u32) -> Answered {
        let request = chart::RenewMedicationRequest {
            header: self.intake.header(),
            order_id: order.to_owned(),
            supply: Some(chart::Supply { days, refills: 0 }),
            modality: chart::OrderModality::InPerson.into(),
            ..Default::default()
        };
        self.doctor().send(request).await.map(|receipt| receipt.token)
    }

    async fn plan(&self, order: &str, steps: &[(i64, f64)]) -> Answered {
        let step = |(days, mg): &(i64, f64)| chart::TitrationStep {
            begins_on: self.day(*days),
            regimen: daily(*mg),
        };
        let request = chart::PlanTitrationRequest {
            header: self.intake.header(),
            order_id: order.to_owned(),
            steps: steps.iter().map(step).collect(),
            reason: "By the label.".to_owned(),
            acknowledgements: Vec::new(),
        };
        self.doctor().send(request).await.map(|receipt| receipt.token)
    }

    async fn advance(&self, order: &str, basis: chart::titration_basis::Basis) -> Answered {
        let request = chart::AdvanceTitrationRequest {
            header: self.intake.header(),
            order_id: order.to_owned(),
            rests_on: Some(chart::TitrationBasis { basis: Some(basis) }),
            note: "No rash, mood not better yet.".to_owned(),
            acknowledgements: Vec::new(),
        };
        self.doctor().send(request).await.map(|receipt| receipt.token)
    }

    async fn stop(&self, order: &str, last_dose: Option<Instant>) -> Answered {
        let timestamp = |at: Instant| prost_types::Timestamp { seconds: at.micros() / 1_000_000, nanos: 0 };
        let request = chart::StopMedicationRequest {
            header: self.intake.header(),
            order_id: order.to_owned(),
            reason: chart::StopReason::Switched.into(),
            last_dose_at: last_dose.map(timestamp),
            abrupt_because: String::new(),
        };
        self.doctor().send(request).await.map(|receipt| receipt.token)
    }

    async fn decide(&self, drug: &str, consent: plan::Consent) -> Answered {
        let request = plan::RecordSharedDecisionRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            drug: drug.to_owned(),
            options: vec!["Therapy alone for four more weeks".to_owned()],
            preference: "No weight gain".to_owned(),
            consent: consent.into(),
        };
        self.doctor().send(request).await.map(|receipt| receipt.token)
    }

    /// PHQ-9 of 9, taken now; tells the administration.
    async fn scored(&self) -> String {
        let scale_id = fresh();
        let request = scales::AdministerScaleRequest {
            header: self.intake.header(),
            scale_id: scale_id.clone(),
            scale: scales::ScaleKind::Phq9.into(),
            items: [2, 2, 1, 1, 1, 1, 1, 0, 0]
                .map(|answer| scales::ScaleItem { answer: Some(answer) })
                .to_vec(),
            mode: scales::AdministrationMode::SelfReport.into(),
            language: "en-US".to_owned(),
            taken_at: Some(prost_types::Timestamp { seconds: self.now().micros() / 1_000_000, nanos: 0 }),
            ..Default::default()
        };
        self.by(Role::Nurse).send(request).await.unwrap();
        scale_id
    }

    /// What the prescriber has to do of that kind: what about, and on which day.
    async fn worklist(&self, kind: &str, min_position: Option<Token>) -> Vec<(String, String)> {
        let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
        let list = self.doctor().prescriber().list_worklist(asks).await.unwrap().into_inner();
        let day = |at: Option<prost_types::Timestamp>| at.unwrap_or_default().to_string()[..10].to_owned();
        let items = list.items.into_iter().filter(|item| item.kind == kind);
        items.map(|item| (item.summary, day(item.due_at))).collect()
    }

    async fn due(&self, kind: &str, min_position: Option<Token>) -> usize {
        let asks = program::ListDueItemsRequest { min_position, ..Default::default() };
        let list = self.doctor().program().list_due_items(asks).await.unwrap().into_inner();
        list.items.iter().filter(|item| item.kind == kind).count()
    }

    async fn chart(&self, order: &str, min_position: Option<Token>) -> prescriber::ChartOrder {
        let patient_id = self.intake.patient.to_string();
        let asks = prescriber::GetClientRequest { patient_id, min_position };
        let client = self.doctor().prescriber().get_client(asks).await.unwrap().into_inner();
        client.orders.into_iter().find(|shown| shown.order_id == order).expect("the order")
    }

    async fn seen_by_therapist(
        &self,
        name: &str,
        min_position: Option<Token>,
    ) -> therapist::TherapyMedication {
        let patient_id = self.intake.patient.to_string();
        let asks = therapist::GetClientRequest { patient_id, min_position };
        let client = self.by(Role::Therapist).therapist().get_client(asks).await.unwrap().into_inner();
        client.medications.into_iter().find(|shown| shown.name == name).expect("the medication")
    }

    async fn told_to_liaison(&self, min_position: Option<Token>) -> Vec<String> {
        let patient_id = self.intake.patient.to_string();
        let asks = liaison::GetReconciledListRequest { patient_id, min_position };
        self.by(Role::PrimaryCare).liaison().get_reconciled_list(asks).await.unwrap().into_inner().plan
    }

    async fn course(&self, kind: &str, min_position: Option<Token>) -> Vec<prescriber::CoursePoint> {
        let patient_id = self.intake.patient.to_string();
        let asks = prescriber::GetClientCourseRequest { patient_id, min_position, page: None };
        let answer = self.doctor().prescriber().get_client_course(asks).await.unwrap().into_inner();
        answer.points.into_iter().filter(|point| point.kind == kind).collect()
    }
}

const TOLERATED: chart::titration_basis::Basis = chart::titration_basis::Basis::WellTolerated(true);

#[tokio::test]
async fn f08_a_dose_rises_by_a_plan_whose_steps_come_due_and_name_what_they_rest_on() {
    let clinic = Clinic::open(&["lamotrigine"]).await;
    let order = clinic.prescribe("lamotrigine", 25.0).await.unwrap();
    // No plan, no pace: 25 to 200 mg at once is refused, by its name and by its steps.
    let planned = chart::PlainCause::PlannedTitration;
    assert_eq!(reason(clinic.adjust(&order, 200.0, planned).await), "NOT_A_PLANNED_STEP");
    assert_eq!(reason(clinic.plan(&order, &[(14, 200.0)]).await), "BEYOND_SCHEDULE");
    assert_eq!(reason(clinic.plan(&order, &[(7, 50.0)]).await), "RISE_TOO_SOON");

    let agreed = clinic.plan(&order, &[(14, 50.0), (28, 100.0), (35, 200.0)]).await.unwrap();
    let first = vec![("Lamotrigine".to_owned(), clinic.day(14))];
    assert_eq!(clinic.worklist("titration_step", agreed.clone()).await, first);
    assert_eq!(clinic.due("titration_step", agreed.clone()).await, 1);
    let shown = clinic.chart(&order, agreed.clone()).await;
    let steps: Vec<_> = shown.planned_steps.iter().map(|step| step.daily_mg).collect();
    assert_eq!((shown.status.as_str(), steps.as_slice()), ("titrating", &[50.0, 100.0, 200.0][..]));
    let seen = clinic.seen_by_therapist("Lamotrigine", agreed.clone()).await;
    assert_eq!((seen.status.as_str(), seen.purpose.is_empty()), ("titrating", false));
    let told = clinic.told_to_liaison(agreed).await;
    assert!(told[0].contains("is being raised: 25 mg once a day now"), "{told:?}");
    assert_eq!(reason(clinic.advance(&order, TOLERATED).await), "STEP_NOT_DUE");

    clinic.later(14);
    let unknown = chart::titration_basis::Basis::ScaleId(fresh());
    assert_eq!(reason(clinic.advance(&order, unknown).await), "BASIS_NOT_ON_RECORD");
    let score = chart::titration_basis::Basis::ScaleId(clinic.scored().await);
    let taken = clinic.advance(&order, score).await.unwrap();
    let next = vec![("Lamotrigine".to_owned(), clinic.day(14))];
    assert_eq!(clinic.worklist("titration_step", taken.clone()).await, next);
    let points = clinic.course("step_taken", taken.clone()).await;
    assert_eq!((points.len(), points[0].value, points[0].subject.as_str()), (1, Some(50.0), "Lamotrigine"));
    assert_eq!(clinic.chart(&order, taken).await.sig, "50 mg once a day");

    // The step may also be taken as a change of dose that calls itself one; not before its day, and not another dose.
    assert_eq!(reason(clinic.adjust(&order, 100.0, planned).await), "STEP_NOT_DUE");
    clinic.later(14);
    assert_eq!(reason(clinic.adjust(&order, 200.0, planned).await), "NOT_A_PLANNED_STEP");
    clinic.adjust(&order, 100.0, planned).await.unwrap();

    let cancel = chart::CancelTitrationRequest {
        header: clinic.intake.header(),
        order_id: order.clone(),
        reason: "Well at this dose".to_owned(),
    };
    let given_up = clinic.doctor().send(cancel).await.unwrap().token;
    assert!(clinic.worklist("titration_step", given_up.clone()).await.is_empty());
    assert_eq!(clinic.chart(&order, given_up).await.status, "active");
    clinic.later(7);
    assert_eq!(reason(clinic.advance(&order, TOLERATED).await), "NO_TITRATION");
    let nurse = chart::CancelTitrationRequest {
        header: clinic.intake.header(),
        order_id: order,
        reason: "Out of hours".to_owned(),
    };
    let denied = clinic.by(Role::Nurse).send(nurse).await.map(|receipt| receipt.token);
    assert_eq!(reason(denied), "NOT_PERMITTED");
}

#[tokio::test]
async fn f08_valproate_that_comes_in_between_calls_for_another_plan() {
    let clinic = Clinic::open(&["lamotrigine"]).await;
    let order = clinic.prescribe("lamotrigine", 25.0).await.unwrap();
    clinic.plan(&order, &[(14, 50.0), (28, 100.0), (35, 200.0)]).await.unwrap();
    let reported = chart::Reported {
        name: "Valproate 500 mg".to_owned(),
        source: chart::InformationSource::Pharmacy.into(),
        ..Default::default()
    };
    let outside = chart::RecordOutsideMedicationRequest {
        header: clinic.intake.header(),
        medication_id: fresh(),
        reported: Some(reported),
    };
    clinic.by(Role::Nurse).send(outside).await.unwrap();
    clinic.later(14);
    assert_eq!(reason(clinic.advance(&order, TOLERATED).await), "SCHEDULE_CHANGED");
    assert_eq!(reason(clinic.plan(&order, &[(0, 50.0), (7, 200.0)]).await), "BEYOND_SCHEDULE");
    clinic.plan(&order, &[(0, 50.0), (7, 100.0)]).await.unwrap();
    clinic.advance(&order, TOLERATED).await.unwrap();
}

#[tokio::test]
async fn f08_one_medication_gives_way_to_another_and_the_overlap_has_an_end() {
    let clinic = Clinic::open(&["sertraline"]).await;
    let warning = chart::AcknowledgeBoxedWarningRequest {
        header: clinic.intake.header(),
        drug: "escitalopram".to_owned(),
    };
    clinic.doctor().send(warning).await.unwrap();
    let old = clinic.prescribe("sertraline", 50.0).await.unwrap();
    let alone = clinic.prescribe("escitalopram", 10.0).await.map(|_| None);
    assert_eq!(reason(alone), "UNSAFE");

    let order = clinic.order("escitalopram", 10.0);
    let switch = |until: String| chart::SwitchMedicationRequest {
        header: clinic.intake.header(),
        from_order_id: old.clone(),
        to: Some(chart::SwitchTarget {
            order_id: order.order_id.clone(),
            episode: order.episode.clone(),
            drug: order.drug.clone(),
            regimen: order.regimen,
            indication: order.indication.clone(),
            reason: order.reason.clone(),
            supply: order.supply,
            start_on: order.start_on.clone(),
            modality: order.modality,
            legal_basis: 0,
            acknowledgements: Vec::new(),
        }),
        overlap_until: until,
        taper: Vec::new(),
        reason: "Eight weeks without response".to_owned(),
    };
    let long = clinic.doctor().send(switch(clinic.day(31))).await.map(|receipt| receipt.token);
    assert_eq!(reason(long), "OVERLAP_TOO_LONG");
    let receipt = clinic.doctor().send(switch(clinic.day(14))).await.unwrap();
    assert!(
        receipt
            .warnings
            .iter()
            .any(|warning| { warning.key.as_ref().is_some_and(|key| key.rule == "dup.ssri-snri") })
    );
    let switched = receipt.token;
    let end = vec![("Sertraline".to_owned(), clinic.day(14))];
    assert_eq!(clinic.worklist("overlap_end", switched.clone()).await, end);
    assert_eq!(clinic.due("overlap_end", switched.clone()).await, 1);
    let shown = clinic.chart(&old, switched.clone()).await;
    assert_eq!(shown.status, "switching");
    assert_eq!((&shown.gives_way_to, shown.overlap_until), (&order.order_id, clinic.day(14)));
    assert_eq!(clinic.seen_by_therapist("Sertraline", switched.clone()).await.status, "switching");
    let told = clinic.told_to_liaison(switched).await;
    assert!(told[0].contains("gives way to another medication"), "{told:?}");

    clinic.later(14);
    let ended = clinic.stop(&old, Some(clinic.now())).await.unwrap();
    assert!(clinic.worklist("overlap_end", ended).await.is_empty());
    clinic.renew(&order.order_id, 30).await.unwrap();
}

#[tokio::test]
async fn f24_who_declines_gets_no_more_of_it_and_may_always_have_less() {
    let clinic = Clinic::open(&["sertraline"]).await;
    let order = clinic.prescribe("sertraline", 100.0).await.unwrap();
    clinic.decide("sertraline", plan::Consent::Declined).await.unwrap();
    clinic.later(7);
    let wished = chart::PlainCause::PatientPreference;
    assert_eq!(reason(clinic.renew(&order, 30).await), "CONSENT_DECLINED");
    assert_eq!(reason(clinic.adjust(&order, 150.0, wished).await), "CONSENT_DECLINED");
    assert_eq!(reason(clinic.plan(&order, &[(7, 150.0)]).await), "CONSENT_DECLINED");
    clinic.adjust(&order, 50.0, wished).await.unwrap();
    clinic.decide("sertraline", plan::Consent::Given).await.unwrap();
    clinic.renew(&order, 30).await.unwrap();
}

#[tokio::test]
async fn e07_after_the_stay_a_supply_is_a_bridge_and_no_dose_rises() {
    let clinic = Clinic::open(&["sertraline"]).await;
    let order = clinic.prescribe("sertraline", 100.0).await.unwrap();
    let discharge = stay::DischargePatientRequest {
        header: clinic.intake.header(),
        program: "iop-adult".to_owned(),
        disposition: stay::Disposition::Transferred.into(),
        medication_plan: "Primary care prescribes on".to_owned(),
    };
    clinic.doctor().send(discharge).await.unwrap();
    clinic.later(7);
    let wished = chart::PlainCause::PatientPreference;
    assert_eq!(reason(clinic.adjust(&order, 150.0, wished).await), "EPISODE_NOT_ACTIVE");
    assert_eq!(reason(clinic.renew(&order, 60).await), "BRIDGE_TOO_LONG");
    clinic.renew(&order, 30).await.unwrap();
    assert_eq!(reason(clinic.renew(&order, 30).await), "ALREADY_BRIDGED");
    clinic.adjust(&order, 50.0, wished).await.unwrap();
}

#[tokio::test]
async fn e07_what_was_never_taken_leaves_no_washout_behind() {
    let clinic = Clinic::open(&["sertraline"]).await;
    let warning = chart::AcknowledgeBoxedWarningRequest {
        header: clinic.intake.header(),
        drug: "phenelzine".to_owned(),
    };
    clinic.doctor().send(warning).await.unwrap();
    let order = clinic.prescribe("sertraline", 50.0).await.unwrap();
    let never = |medication| chart::RecordNeverTakenRequest {
        header: clinic.intake.header(),
        medication: Some(chart::MedicationRef { medication: Some(medication) }),
        reason: "The box is still sealed".to_owned(),
    };
    let of_order = || never(chart::medication_ref::Medication::OrderId(order.clone()));
    let says = |role, request| {
        let client = clinic.by(role);
        async move { client.send(request).await.map(|receipt| receipt.token) }
    };
    assert_eq!(reason(says(Role::Nurse, of_order()).await), "MEDICATION_NOT_ENDED");
    clinic.later(1);
    clinic.stop(&order, None).await.unwrap();
    clinic.later(60);
    let maoi = || async { clinic.prescribe("phenelzine", 45.0).await.map(|_| None) };
    assert_eq!(reason(maoi().await), "UNSAFE");
    assert_eq!(reason(says(Role::Patient, of_order()).await), "NOT_PERMITTED");
    let found = says(Role::Nurse, of_order()).await.unwrap();
    assert_eq!(clinic.chart(&order, found.clone()).await.status, "never_taken");
    assert_eq!(clinic.course("never_taken", found).await[0].summary, "The box is still sealed");
    maoi().await.unwrap();
}
