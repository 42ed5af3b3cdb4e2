//! A course names the drug at every point that is about an order.

use concord_kernel::Role;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{Frequency, PageRequest, Regimen, Route};
use concord_proto::concord::prescriber::v1::{CoursePoint, GetClientCourseRequest};
use concord_support::{Intake, episode};

use super::samples::ID;
use super::service::Service;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn daily(dose_mg: f64) -> Option<Regimen> {
    Some(Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() })
}

#[tokio::test]
async fn a_change_of_dose_names_its_drug_even_pages_after_the_prescription() {
    let service = Service::start().await;
    let doctor = service.acting_as(Role::Psychiatrist);
    let intake = Intake::admit(&doctor).await.unwrap();
    intake.indicate(&doctor, "major-depression").await.unwrap();
    intake.prepare(&doctor, "sertraline").await.unwrap();
    let order = chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        episode: episode(intake),
        drug: "sertraline".to_owned(),
        regimen: daily(50.0),
        indication: "major-depression".to_owned(),
        reason: "first choice".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: "2026-03-02".to_owned(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    };
    doctor.send(order).await.unwrap();
    let (order_id, reason) = (ID.to_owned(), "vomiting".to_owned());
    let held = chart::HoldMedicationRequest { header: intake.header(), order_id, reason };
    let min_position = doctor.send(held).await.unwrap().token;

    let mut points: Vec<CoursePoint> = Vec::new();
    let mut page_token = String::new();
    loop {
        let asks = GetClientCourseRequest {
            patient_id: intake.patient.to_string(),
            min_position: min_position.clone(),
            page: Some(PageRequest { page_size: 1, page_token }),
        };
        let answer = doctor.prescriber().get_client_course(asks).await.unwrap().into_inner();
        points.extend(answer.points);
        page_token = answer.page.unwrap().next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let about: Vec<_> = points
        .iter()
        .filter(|point| !point.order_id.is_empty())
        .map(|point| (point.kind.as_str(), point.subject.as_str(), point.order_id.as_str()))
        .collect();
    assert_eq!(about, [("started", "Sertraline", ID), ("held", "Sertraline", ID)]);
    assert_eq!(points.last().unwrap().summary, "vomiting");
}
