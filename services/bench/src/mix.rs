//! The commands of the benchmark: ten thousand clients of a program, and what their day brings.

use std::time::{SystemTime, UNIX_EPOCH};

use concord_kernel::{IdSource, RandomIds};
use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::episode::v1 as episode;
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::side_effects::v1 as side_effects;
use prost_types::Timestamp;
use uuid::Uuid;

/// The program that every client is in.
pub(crate) const PROGRAM: &str = "iop-adult";
const DRUG: &str = "sertraline";
const DIAGNOSIS: &str = "major-depression";
const SECTIONS: i32 = 14;

/// Commands that bring one client from referral to a first order, a first score, side effect and visit: from then on
/// each of their streams has a history, as in a program that is under way.
pub(crate) const SEED_STEPS: u64 = 13 + SECTIONS.unsigned_abs() as u64;

/// Makes commands; the same for everybody who asks with the same numbers, but for command ids.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mix {
    clients: u64,
}

impl Mix {
    pub(crate) const fn over(clients: u64) -> Self {
        Self { clients }
    }

    pub(crate) const fn clients(self) -> u64 {
        self.clients
    }

    /// The n-th command of a worker once all clients are there: of a hundred, 40 scores, 20 side effects, 15 visits,
    /// 10 results, 10 doses, 5 safety checks.
    pub(crate) fn command(self, worker: usize, n: u64) -> Command {
        let draw = scatter(worker as u64 ^ (n << 20));
        let client = draw % self.clients;
        match (draw >> 32) % 100 {
            0..40 => Command::AdministerScale(self.score(worker, n)),
            40..60 => Command::ReportSideEffect(side_effect(client)),
            60..75 => Command::ScheduleVisit(visit(client, draw)),
            75..85 => Command::RecordResult(result(client, draw)),
            85..95 => Command::RecordLastDose(dose(client)),
            _ => Command::CheckSafety(check(client)),
        }
    }

    /// The client that a worker's n-th question is about, of so many.
    pub(crate) const fn drawn(worker: usize, n: u64, clients: u64) -> u64 {
        scatter(worker as u64 ^ (n << 20)) % clients
    }

    /// UUID of a client.
    pub(crate) fn patient(client: u64) -> String {
        id(Kind::Patient, client)
    }

    /// The n-th score of a worker.
    pub(crate) fn score(self, worker: usize, n: u64) -> scales::AdministerScaleRequest {
        let draw = scatter(worker as u64 ^ (n << 20));
        Self::score_of(draw % self.clients, draw)
    }

    fn score_of(client: u64, draw: u64) -> scales::AdministerScaleRequest {
        let answer = |item: u64| u32::try_from((draw >> (2 * item)) % 4).expect("below four");
        let items = (0..9).map(|item| if item == 8 { 0 } else { answer(item) });
        scales::AdministerScaleRequest {
            header: header(client),
            scale_id: fresh(),
            scale: scales::ScaleKind::Phq9.into(),
            items: items.map(|answer| scales::ScaleItem { answer: Some(answer) }).collect(),
            stated_total: None,
            mode: scales::AdministrationMode::SelfReport.into(),
            language: String::from("en-US"),
            taken_at: Some(now()),
            substance: String::new(),
        }
    }

    /// The `step`-th command, below [`SEED_STEPS`], that brings `client` from referral to a first order.
    pub(crate) fn seed(client: u64, step: u64) -> Command {
        let program = String::from(PROGRAM);
        match step {
            0 => Command::ReferPatient(episode::ReferPatientRequest {
                header: header(client),
                program,
                name: format!("Client {client}"),
                born_on: format!("19{:02}-04-01", 50 + client % 50),
                referred_by: String::from("Benchmark"),
                reason: String::from("Low mood for months, therapy alone did not help."),
                part2: Some(true),
            }),
            1 => Command::ScreenCandidate(episode::ScreenCandidateRequest {
                header: header(client),
                program,
                criteria: vec![episode::CriterionAnswer {
                    criterion: episode::Criterion::IncompleteTherapyResponse.into(),
                    met: true,
                    evidence: String::from("Twelve sessions, PHQ-9 unchanged."),
                }],
                exclusions: Vec::new(),
            }),
            2 => Command::AdmitPatient(episode::AdmitPatientRequest {
                header: header(client),
                program,
                episode_id: id(Kind::Episode, client),
            }),
            3 => Command::RecordCharacteristics(chart::RecordCharacteristicsRequest {
                header: header(client),
                born_on: format!("19{:02}-04-01", 50 + client % 50),
                sex: chart::Sex::Male.into(),
                may_become_pregnant: Some(false),
            }),
            4 => Command::ConfirmNoKnownAllergies(chart::ConfirmNoKnownAllergiesRequest {
                header: header(client),
            }),
            5 => Command::AcknowledgeBoxedWarning(chart::AcknowledgeBoxedWarningRequest {
                header: header(client),
                drug: String::from(DRUG),
            }),
            6 => Command::StartAssessment(assessment::StartAssessmentRequest {
                header: header(client),
                episode: stay(client),
            }),
            _ => seed_assessed(client, step),
        }
    }
}

fn seed_assessed(client: u64, step: u64) -> Command {
    let section = i32::try_from(step - 6).expect("few steps");
    match section {
        1..=SECTIONS => Command::RecordSection(assessment::RecordSectionRequest {
            header: header(client),
            episode: stay(client),
            section,
            finding: String::from("Asked and recorded; nothing that stands against treatment."),
        }),
        15 => Command::CompleteAssessment(assessment::CompleteAssessmentRequest {
            header: header(client),
            episode: stay(client),
        }),
        16 => Command::DecideIndication(assessment::DecideIndicationRequest {
            header: header(client),
            episode: stay(client),
            indicated: Some(true),
            diagnoses: vec![String::from(DIAGNOSIS)],
            reasons: vec![String::from("Moderate depression without response to therapy alone.")],
        }),
        17 => Command::PrescribeMedication(chart::PrescribeMedicationRequest {
            header: header(client),
            order_id: id(Kind::Order, client),
            episode: stay(client),
            drug: String::from(DRUG),
            regimen: Some(common::Regimen {
                dose_mg: 50.0,
                frequency: common::Frequency::Daily.into(),
                count: None,
                route: common::Route::Oral.into(),
            }),
            indication: String::from(DIAGNOSIS),
            reason: String::from("First choice, no interaction, preferred by the patient."),
            supply: Some(chart::Supply { days: 30, refills: 2 }),
            start_on: today(),
            modality: chart::OrderModality::InPerson.into(),
            ..Default::default()
        }),
        18 => Command::AdministerScale(Mix::score_of(client, client)),
        19 => Command::ReportSideEffect(side_effect(client)),
        _ => Command::ScheduleVisit(visit(client, client)),
    }
}

fn side_effect(client: u64) -> side_effects::ReportSideEffectRequest {
    side_effects::ReportSideEffectRequest {
        header: header(client),
        report_id: fresh(),
        symptom: String::from("nausea"),
        description: String::from("Queasy for an hour after the morning dose."),
        grade: side_effects::Grade::Mild.into(),
        red_flags: Vec::new(),
        suspected_order_id: id(Kind::Order, client),
        onset_at: None,
    }
}

fn visit(client: u64, draw: u64) -> follow_up::ScheduleVisitRequest {
    let mut at = now();
    at.seconds += 3_600 + i64::try_from(draw % (5 * 86_400)).expect("below a week");
    follow_up::ScheduleVisitRequest {
        header: header(client),
        episode: stay(client),
        visit_id: fresh(),
        kind: follow_up::VisitKind::Therapy.into(),
        at: Some(at),
        modality: follow_up::Modality::InPerson.into(),
        with_person_id: id(Kind::Person, draw % 20),
    }
}

#[expect(clippy::cast_precision_loss, reason = "below ten")]
fn result(client: u64, draw: u64) -> chart::RecordResultRequest {
    chart::RecordResultRequest {
        header: header(client),
        lab: String::from("sodium"),
        value: Some(136.0 + (draw % 8) as f64),
        unit: String::from("mmol/L"),
        taken_at: Some(now()),
        last_dose_at: None,
    }
}

fn dose(client: u64) -> chart::RecordLastDoseRequest {
    let order = chart::medication_ref::Medication::OrderId(id(Kind::Order, client));
    chart::RecordLastDoseRequest {
        header: header(client),
        medication: Some(chart::MedicationRef { medication: Some(order) }),
        at: Some(now()),
    }
}

fn check(client: u64) -> chart::CheckSafetyRequest {
    chart::CheckSafetyRequest { header: header(client), proposal: None }
}

#[derive(Clone, Copy)]
enum Kind {
    Patient = 1,
    Episode = 2,
    Order = 3,
    Person = 4,
}

fn id(kind: Kind, number: u64) -> String {
    Uuid::from_u64_pair(kind as u64, number + 1).to_string()
}

fn fresh() -> String {
    RandomIds.next().to_string()
}

#[expect(clippy::unnecessary_wraps, reason = "the field that takes it is optional")]
fn header(client: u64) -> Option<common::CommandHeader> {
    Some(common::CommandHeader {
        command_id: fresh(),
        patient_id: id(Kind::Patient, client),
        purpose: common::Purpose::Treatment.into(),
        ..Default::default()
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the field that takes it is optional")]
fn stay(client: u64) -> Option<common::EpisodeRef> {
    Some(common::EpisodeRef { program: String::from(PROGRAM), episode_id: id(Kind::Episode, client) })
}

/// Spreads numbers evenly (splitmix64's finaliser).
const fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark's caller has the machine's clock only")]
fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // A second back, so that the server's clock, read a moment later, is never behind.
    Timestamp { seconds: i64::try_from(now.as_secs()).unwrap_or(i64::MAX) - 1, nanos: 0 }
}

fn today() -> String {
    use concord_kernel::{Clock, SystemClock};
    SystemClock.now().day().to_string()
}
