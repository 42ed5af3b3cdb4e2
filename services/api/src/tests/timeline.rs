//! A timeline over a real socket: in the order of what was true, by kind and time, as it was known at a position.

use std::time::Duration;

use concord_client::{Client, Error};
use concord_kernel::Role;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{Frequency, PageRequest, Regimen, Route, Token};
use concord_proto::concord::timeline::v1::{
    CitationKind, CorrectionKind, DataClass, ListTimelineRequest, ListTimelineResponse, TimelineEntry,
    TimelineFilter, TimelineKind, WatchTimelineRequest,
};
use concord_support::{Intake, episode};
use prost_types::Timestamp;
use tokio::time::timeout;
use tonic::Code;

use super::end_to_end::fault;
use super::samples::ID;
use super::service::Service;

/// Noon of 2026-03-02, when the services here begin.
const NOON: i64 = 1_772_452_800;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn daily(dose_mg: f64) -> Option<Regimen> {
    Some(Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn days_ago(days: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds: NOON - days * 24 * 60 * 60, nanos: 0 })
}

/// Somebody with an order that a low sodium halved, and what was measured before.
struct Story {
    service: Service,
    doctor: Client,
    intake: Intake,
    last: Option<Token>,
}

impl Story {
    async fn tell() -> Self {
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
            modality: chart::OrderModality::AudioVideo.into(),
            ..Default::default()
        };
        doctor.send(order).await.unwrap();
        let sodium = |value, days| chart::RecordResultRequest {
            header: intake.header(),
            lab: "sodium".to_owned(),
            value: Some(value),
            unit: "mmol/L".to_owned(),
            taken_at: days_ago(days),
            ..Default::default()
        };
        doctor.send(sodium(131.0, 1)).await.unwrap();
        // Written down last, measured first.
        doctor.send(sodium(140.0, 20)).await.unwrap();
        let lowered = chart::AdjustDoseRequest {
            header: intake.header(),
            order_id: ID.to_owned(),
            regimen: daily(25.0),
            cause: Some(chart::Cause { basis: Some(chart::cause::Basis::Lab("sodium".to_owned())) }),
            note: "Sodium falls".to_owned(),
            ..Default::default()
        };
        let last = doctor.send(lowered).await.unwrap().token;
        Self { service, doctor, intake, last }
    }

    async fn correct(&self) -> u64 {
        let part = Some(chart::correction::Part::Reason("Panic decided it".to_owned()));
        let corrected = chart::CorrectOrderRequest {
            header: self.intake.header(),
            order_id: ID.to_owned(),
            correction: Some(chart::Correction { part }),
            reason: "Said wrongly at first".to_owned(),
        };
        self.doctor.send(corrected).await.unwrap().token.unwrap().position
    }

    async fn ask(&self, asks: ListTimelineRequest) -> Result<ListTimelineResponse, Error> {
        let patient_id = self.intake.patient.to_string();
        let min_position = asks.min_position.clone().or_else(|| self.last.clone());
        let asks = ListTimelineRequest { patient_id, min_position, ..asks };
        Ok(self.doctor.timeline().list_timeline(asks).await?.into_inner())
    }

    async fn all(&self, filter: TimelineFilter) -> Vec<TimelineEntry> {
        let filter = Some(filter);
        self.ask(ListTimelineRequest { filter, ..Default::default() }).await.unwrap().entries
    }
}

fn of(kinds: &[TimelineKind]) -> TimelineFilter {
    TimelineFilter { kinds: kinds.iter().map(|kind| (*kind).into()).collect(), ..Default::default() }
}

fn named(entries: &[TimelineEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.what.as_str()).collect()
}

#[tokio::test]
async fn why_a_dose_was_changed_is_answered_in_one_look() {
    let story = Story::tell().await;
    let doses = story.all(of(&[TimelineKind::Dose])).await;
    assert_eq!(named(&doses), ["started", "adjusted"]);
    let change = &doses[1];
    assert_eq!((change.value_before, change.value), (Some(50.0), Some(25.0)));
    assert_eq!((change.subject.as_str(), change.order_id.as_str()), ("Sertraline", ID));
    assert_eq!((change.because.as_str(), change.summary.as_str()), ("result", "Sodium falls"));
    let [cited] = change.cites.as_slice() else { panic!("{change:?}") };
    assert_eq!((cited.kind(), cited.id.as_str()), (CitationKind::Result, "sodium"));
    assert_eq!((cited.summary.as_str(), cited.at), ("Sodium 131 mmol/L", days_ago(1)));
    let results = story.all(of(&[TimelineKind::Result])).await;
    let low = results.iter().find(|entry| entry.value == Some(131.0)).unwrap();
    assert_eq!(cited.position, Some(low.position), "the citation leads to the entry");
    assert!(change.data_classes.contains(&DataClass::Lab.into()), "what is cited is shown");
    assert!(!change.data_classes.contains(&DataClass::SubstanceUse.into()));
    assert_eq!(doses[0].modality(), concord_proto::concord::follow_up::v1::Modality::AudioVideo);
}

#[tokio::test]
async fn what_was_written_down_late_stands_where_it_was_true_in_both_directions() {
    let story = Story::tell().await;
    let results = story.all(of(&[TimelineKind::Result])).await;
    let values: Vec<_> = results.iter().map(|entry| entry.value).collect();
    assert_eq!(values, [Some(140.0), Some(131.0)]);
    assert!(results[0].position > results[1].position);
    let page = |page_token: String, newest_first| ListTimelineRequest {
        page: Some(PageRequest { page_size: 2, page_token }),
        newest_first,
        ..Default::default()
    };
    let mut read = Vec::new();
    for newest_first in [false, true] {
        let (mut entries, mut token) = (Vec::new(), String::new());
        loop {
            let answer = story.ask(page(token, newest_first)).await.unwrap();
            assert!(answer.entries.len() <= 2);
            entries.extend(answer.entries.into_iter().map(|entry| entry.position));
            token = answer.page.unwrap().next_page_token;
            if token.is_empty() {
                break;
            }
        }
        read.push(entries);
    }
    let backwards: Vec<_> = read[1].iter().rev().copied().collect();
    assert_eq!(read[0], backwards);
    assert!(read[0].len() > 8, "{read:?}");
}

#[tokio::test]
async fn a_filter_of_kinds_and_time_leaves_out_everything_else() {
    let story = Story::tell().await;
    let (from, until) = (days_ago(20), days_ago(1));
    let part = TimelineFilter { from, until, ..TimelineFilter::default() };
    let entries = story.all(part.clone()).await;
    assert_eq!(entries.iter().map(|entry| entry.value).collect::<Vec<_>>(), [Some(140.0)]);
    let none = TimelineFilter { kinds: vec![TimelineKind::Dose.into()], ..part };
    assert_eq!(story.all(none).await, []);
    let two = story.all(of(&[TimelineKind::Stay, TimelineKind::Background])).await;
    // The clock stands here: which of them came first in that moment is not the question.
    let mut names = named(&two);
    names.sort_unstable();
    assert_eq!(names, ["admitted", "no_known_allergies", "referred", "screened"]);
}

#[tokio::test]
async fn what_was_put_right_stays_and_says_so_and_what_was_known_before_can_be_seen() {
    let story = Story::tell().await;
    let position = story.correct().await;
    let least = story.last.clone().map(|token| Token { position, ..token });
    let asks = |known_at| ListTimelineRequest {
        min_position: least.clone(),
        filter: Some(TimelineFilter { known_at, ..of(&[TimelineKind::Dose]) }),
        ..Default::default()
    };
    let now = story.ask(asks(0)).await.unwrap().entries;
    assert_eq!(named(&now), ["started", "adjusted", "order_corrected"]);
    let [correction] = now[0].corrections.as_slice() else { panic!("{:?}", now[0]) };
    assert_eq!((correction.kind(), correction.position), (CorrectionKind::Corrected, position));
    assert_eq!(correction.reason, "Said wrongly at first");
    assert_eq!(now[0].summary, "first choice", "what was written stays");
    assert_eq!((now[2].because.as_str(), now[2].subject.as_str()), ("reason", "Sertraline"));
    let then = story.ask(asks(now[1].position)).await.unwrap().entries;
    assert_eq!(named(&then), ["started", "adjusted"]);
    assert_eq!(then[0].corrections, []);
    let before = story.ask(asks(now[0].position)).await.unwrap().entries;
    assert_eq!(named(&before), ["started"]);
}

#[tokio::test]
async fn a_watched_timeline_sends_what_is_new_and_what_was_put_right() {
    let story = Story::tell().await;
    let asks = WatchTimelineRequest {
        patient_id: story.intake.patient.to_string(),
        min_position: story.last.clone(),
        filter: Some(of(&[TimelineKind::Dose])),
    };
    let mut news = story.doctor.timeline().watch_timeline(asks).await.unwrap().into_inner();
    let soon = Duration::from_secs(10);
    let first = timeout(soon, news.message()).await.unwrap().unwrap().unwrap();
    assert_eq!(named(&first.changed), ["started", "adjusted"]);
    story.correct().await;
    let second = timeout(soon, news.message()).await.unwrap().unwrap().unwrap();
    assert_eq!(named(&second.changed), ["started", "order_corrected"]);
    assert_eq!(second.changed[0].corrections.len(), 1);
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_refused_by_its_field() {
    let story = Story::tell().await;
    let refused = |filter: TimelineFilter| {
        story.ask(ListTimelineRequest { filter: Some(filter), ..Default::default() })
    };
    let unspecified = TimelineFilter { kinds: vec![0], ..Default::default() };
    let backwards = TimelineFilter { from: days_ago(1), until: days_ago(2), ..Default::default() };
    let many = TimelineFilter { kinds: vec![1; 65], ..Default::default() };
    for (filter, field) in
        [(unspecified, "filter.kinds[0]"), (backwards, "filter.until"), (many, "filter.kinds")]
    {
        let fault = fault(refused(filter).await);
        assert_eq!((fault.code, fault.reason.as_str()), (Code::InvalidArgument, "FIELD_INVALID"));
        assert!(fault.message.starts_with(field), "{}", fault.message);
    }
    let asks = WatchTimelineRequest {
        patient_id: story.intake.patient.to_string(),
        filter: Some(TimelineFilter { known_at: 3, ..Default::default() }),
        ..Default::default()
    };
    let fault = fault(story.doctor.timeline().watch_timeline(asks).await.map_err(Error::from));
    assert!(fault.message.starts_with("filter.known_at"), "{}", fault.message);
    let stolen = ListTimelineRequest {
        page: Some(PageRequest { page_size: 2, page_token: "zz".to_owned() }),
        ..Default::default()
    };
    let refused = story.ask(stolen).await;
    assert_eq!(super::end_to_end::fault(refused).reason, "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn nobody_that_was_ever_told_of_has_an_empty_timeline() {
    let story = Story::tell().await;
    let auditor = story.service.acting_as(Role::Auditor);
    let asks = ListTimelineRequest { patient_id: ID.to_owned(), ..Default::default() };
    let answer = auditor.timeline().list_timeline(asks).await.unwrap().into_inner();
    assert_eq!((answer.entries.len(), answer.page.unwrap().next_page_token.as_str()), (0, ""));
}
