//! Recovery from a substance use disorder, as each of those who take part in it lives it. Each test is named by the feature
//! that it shows.

use concord_client::{Client, Error};
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{CommandReceipt, Frequency, Regimen, Route, Token};
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::recovery::v1 as recovery;
use concord_proto::concord::recovery::v1::RetentionCheckpoint::{Day30, Day60};
use concord_proto::concord::recovery::v1::offer_naloxone_request::Offer;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{Concord, Intake, Person, episode, fresh, now, today};
use prost_types::Timestamp;
use tempfile::TempDir;

use crate::{PSYCHIATRIST, THERAPIST, start};

const NURSE: Person = Person::new("nurse", 6);
const CASE_MANAGER: Person = Person::new("case_manager", 5);

/// A patient who depends on opioids, and those around them.
struct Clinic {
    intake: Intake,
    doctor: Client,
    nurse: Client,
    therapist: Client,
    server: Concord,
    _folder: TempDir,
}

impl Clinic {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path()).await;
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let intake = Intake::admit(&doctor).await.unwrap();
        Self::with(intake, doctor, server, folder).await
    }

    async fn with(intake: Intake, doctor: Client, server: Concord, folder: TempDir) -> Self {
        let nurse = server.client(NURSE).await.unwrap();
        let therapist = server.client(THERAPIST).await.unwrap();
        intake.indicate(&doctor, "opioid-use-disorder").await.unwrap();
        let characteristics = chart::RecordCharacteristicsRequest {
            header: intake.header(),
            born_on: "1984-05-06".to_owned(),
            sex: chart::Sex::Female.into(),
            may_become_pregnant: Some(false),
        };
        nurse.send(characteristics).await.unwrap();
        nurse.send(chart::ConfirmNoKnownAllergiesRequest { header: intake.header() }).await.unwrap();
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
        Self { intake, doctor, nurse, therapist, server, _folder: folder }
    }

    async fn prescribe(&self, drug: &str, dose_mg: f64, route: Route) -> Result<String, Error> {
        let depot = route == Route::Intramuscular;
        let controlled = drug.starts_with("buprenorphine") || drug == "methadone";
        let basis =
            if controlled { chart::LegalBasis::InPersonEvaluation } else { chart::LegalBasis::Unspecified };
        let order_id = fresh();
        let order = chart::PrescribeMedicationRequest {
            header: self.intake.header(),
            order_id: order_id.clone(),
            episode: episode(self.intake),
            drug: drug.to_owned(),
            regimen: Some(Regimen {
                dose_mg,
                frequency: if depot { Frequency::EveryDays } else { Frequency::Daily }.into(),
                count: depot.then_some(28),
                route: route.into(),
            }),
            indication: "opioid-use-disorder".to_owned(),
            reason: "Opioid use disorder; wants to stay at work.".to_owned(),
            supply: Some(chart::Supply { days: 7, refills: 0 }),
            start_on: today(),
            modality: chart::OrderModality::InPerson.into(),
            legal_basis: basis.into(),
            acknowledgements: Vec::new(),
        };
        self.doctor.send(order).await.map(|_| order_id)
    }

    async fn plan(&self, setting: recovery::InductionSetting) -> String {
        let induction_id = fresh();
        let planned = recovery::StartInductionRequest {
            header: self.intake.header(),
            induction_id: induction_id.clone(),
            episode: episode(self.intake),
            setting: setting.into(),
            exposure: recovery::OpioidExposure::ShortActing.into(),
            last_use_at: Some(hours_ago(14)),
            instructions: String::new(),
        };
        self.doctor.send(planned).await.unwrap();
        induction_id
    }

    fn clearance(&self, induction_id: &str) -> recovery::ClearFirstDoseRequest {
        let induction_id = induction_id.to_owned();
        recovery::ClearFirstDoseRequest { header: self.intake.header(), induction_id }
    }

    fn cows(&self, items: [u32; 11]) -> scales::AdministerScaleRequest {
        scales::AdministerScaleRequest {
            header: self.intake.header(),
            scale_id: fresh(),
            scale: scales::ScaleKind::Cows.into(),
            items: items.map(|answer| scales::ScaleItem { answer: Some(answer) }).to_vec(),
            stated_total: None,
            mode: scales::AdministrationMode::Clinician.into(),
            language: "en-US".to_owned(),
            taken_at: Some(now()),
            substance: String::new(),
        }
    }

    async fn give(&self, order_id: &str) -> CommandReceipt {
        let dose = recovery::RecordObservedDoseRequest {
            header: self.intake.header(),
            order_id: order_id.to_owned(),
            dose_mg: 4.0,
            given_at: Some(now()),
        };
        self.nurse.send(dose).await.unwrap()
    }

    async fn uses(&self, substance: &str, used_at: Timestamp) -> (String, CommandReceipt) {
        let use_id = fresh();
        let told = recovery::RecordSubstanceUseRequest {
            header: self.intake.header(),
            use_id: use_id.clone(),
            substance: substance.to_owned(),
            account: "Twice on Saturday, alone".to_owned(),
            used_at: Some(used_at),
            source: recovery::Source::Patient.into(),
        };
        (use_id, self.therapist.send(told).await.unwrap())
    }

    async fn screen(&self, method: recovery::ScreenMethod, found: &[&str]) -> (String, CommandReceipt) {
        let screen_id = fresh();
        let classes = ["opiates", "oxycodone", "fentanyl", "methadone", "buprenorphine", "cocaine"];
        let lines = classes.map(|class| recovery::ScreenLine {
            class: class.to_owned(),
            detected: Some(found.contains(&class)),
        });
        let tested = recovery::RecordDrugScreenRequest {
            header: self.intake.header(),
            screen_id: screen_id.clone(),
            collected_at: Some(now()),
            method: method.into(),
            lines: lines.to_vec(),
        };
        (screen_id, self.nurse.send(tested).await.unwrap())
    }

    fn relapse(&self, use_ids: Vec<String>, screen_ids: Vec<String>) -> recovery::RecordRelapseRequest {
        recovery::RecordRelapseRequest {
            header: self.intake.header(),
            relapse_id: fresh(),
            substance: "heroin".to_owned(),
            use_ids,
            screen_ids,
            account: String::new(),
            response: "Group every day this week".to_owned(),
        }
    }

    /// What the prescriber has to do, by kind.
    async fn worklist(&self, min_position: Option<Token>) -> Vec<String> {
        let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
        let list = self.doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
        list.items.into_iter().map(|item| item.kind).collect()
    }

    async fn seen_by_therapist(&self, min_position: Option<Token>) -> recovery::RecoverySummary {
        let patient_id = self.intake.patient.to_string();
        let asks = therapist::GetClientRequest { patient_id, min_position };
        let shown = self.therapist.therapist().get_client(asks).await.unwrap().into_inner();
        shown.recovery.expect("a recovery")
    }

    async fn chart(&self, min_position: Option<Token>) -> prescriber::GetClientResponse {
        let patient_id = self.intake.patient.to_string();
        let asks = prescriber::GetClientRequest { patient_id, min_position };
        self.doctor.prescriber().get_client(asks).await.unwrap().into_inner()
    }

    async fn roster(&self, min_position: Option<Token>) -> program::EpisodeLine {
        let asks = program::ListEpisodesRequest { min_position, page: None, program: "iop-adult".to_owned() };
        let lines = self.doctor.program().list_episodes(asks).await.unwrap().into_inner().episodes;
        lines.into_iter().next().expect("one stay")
    }
}

fn hours_ago(hours: i64) -> Timestamp {
    Timestamp { seconds: now().seconds - hours * 3_600, nanos: 0 }
}

fn fault(refused: Result<impl std::fmt::Debug, Error>) -> (String, Vec<String>) {
    match refused {
        Err(Error::Call(fault)) => {
            let findings = fault.refusal.map_or_else(Vec::new, |refusal| refusal.findings);
            let rules = findings.into_iter().filter_map(|finding| finding.key).map(|key| key.rule);
            (fault.reason, rules.collect())
        }
        other => (format!("{other:?}"), Vec::new()),
    }
}

fn reason(refused: Result<impl std::fmt::Debug, Error>) -> String {
    fault(refused).0
}

const MILD: [u32; 11] = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0];
const SICK: [u32; 11] = [2, 2, 1, 1, 2, 1, 1, 1, 1, 1, 0];

#[tokio::test]
async fn f18_a_first_dose_of_buprenorphine_waits_for_withdrawal_that_was_scored() {
    let clinic = Clinic::open().await;
    clinic.uses("heroin", hours_ago(14)).await;
    let sublingual = || clinic.prescribe("buprenorphine-naloxone-sl", 4.0, Route::Sublingual);
    let (refused, rules) = fault(sublingual().await);
    assert_eq!(refused, "UNSAFE", "the heroin still acts, and no withdrawal is planned for");
    assert!(rules.contains(&"ddi.buprenorphine.full-agonist".to_owned()), "{rules:?}");

    // With a plan the order is safe: its first dose waits.
    let induction = clinic.plan(recovery::InductionSetting::Clinic).await;
    let order = sublingual().await.unwrap();
    assert_eq!(reason(clinic.nurse.send(clinic.clearance(&induction)).await), "WITHDRAWAL_NOT_SCORED");
    clinic.nurse.send(clinic.cows(MILD)).await.unwrap();
    assert_eq!(reason(clinic.nurse.send(clinic.clearance(&induction)).await), "WITHDRAWAL_TOO_MILD");
    clinic.nurse.send(clinic.cows(SICK)).await.unwrap();
    assert_eq!(reason(clinic.therapist.send(clinic.clearance(&induction)).await), "NOT_PERMITTED");
    clinic.nurse.send(clinic.clearance(&induction)).await.unwrap();
    let given = clinic.give(&order).await;
    let shown = clinic.chart(given.token.clone()).await;
    assert_eq!(shown.watched_doses[0].cleared, Some(true));
    assert!(!clinic.worklist(given.token.clone()).await.contains(&"uncleared_dose".to_owned()));
    let seen = clinic.seen_by_therapist(given.token).await.induction.expect("it goes on");
    assert!(seen.begun && seen.setting == "clinic");

    // Nobody is sent into the first weeks without an offer of naloxone.
    let done = || recovery::CompleteInductionRequest {
        header: clinic.intake.header(),
        induction_id: induction.clone(),
        daily_mg: 16.0,
    };
    assert_eq!(reason(clinic.doctor.send(done()).await), "NALOXONE_NOT_OFFERED");
    let offer = Offer::Provided(recovery::NaloxoneHandedOut { kits: 2, trained: Some(true) });
    let kit = recovery::OfferNaloxoneRequest { header: clinic.intake.header(), offer: Some(offer) };
    clinic.nurse.send(kit).await.unwrap();
    let complete = clinic.doctor.send(done()).await.unwrap();
    let waits = clinic.worklist(complete.token).await;
    assert!(
        !waits.contains(&"induction".to_owned()) && !waits.contains(&"naloxone_offer".to_owned()),
        "{waits:?}"
    );
    assert!(waits.contains(&"drug_screen".to_owned()), "{waits:?}");
}

#[tokio::test]
async fn f18_a_dose_that_was_given_uncleared_is_recorded_and_shown_at_once() {
    let clinic = Clinic::open().await;
    let induction = clinic.plan(recovery::InductionSetting::Clinic).await;
    let order = clinic.prescribe("buprenorphine-naloxone-sl", 4.0, Route::Sublingual).await.unwrap();
    let given = clinic.give(&order).await;
    assert!(clinic.worklist(given.token.clone()).await.contains(&"uncleared_dose".to_owned()));
    assert_eq!(clinic.chart(given.token).await.watched_doses[0].cleared, Some(false));
    let abandoned = recovery::AbandonInductionRequest {
        header: clinic.intake.header(),
        induction_id: induction,
        because: recovery::InductionEnd::PrecipitatedWithdrawal.into(),
        note: "Vomited within the hour; symptoms treated".to_owned(),
    };
    let over = clinic.doctor.send(abandoned).await.unwrap();
    assert!(!clinic.worklist(over.token).await.contains(&"uncleared_dose".to_owned()));
}

#[tokio::test]
async fn f18_a_low_dose_start_goes_beside_the_opioid_and_stays_low() {
    let clinic = Clinic::open().await;
    clinic.uses("fentanyl", hours_ago(2)).await;
    let induction = clinic.plan(recovery::InductionSetting::LowDose).await;
    let order = |mg| clinic.prescribe("buprenorphine-sl", mg, Route::Sublingual);
    assert_eq!(reason(order(8.0).await), "UNSAFE");
    let order = order(0.5).await.unwrap();
    assert_eq!(reason(clinic.nurse.send(clinic.clearance(&induction)).await), "CLEARANCE_NOT_NEEDED");
    let given = clinic.give(&order).await;
    assert_eq!(clinic.chart(given.token).await.watched_doses[0].cleared, Some(true));
}

#[tokio::test]
async fn f19_naltrexone_waits_until_opioids_are_shown_to_be_gone() {
    let clinic = Clinic::open().await;
    let injection = || clinic.prescribe("naltrexone-er-im", 380.0, Route::Intramuscular);
    let (refused, rules) = fault(injection().await);
    assert_eq!((refused.as_str(), &rules[..]), ("UNSAFE", &["missing.naltrexone-opioids".to_owned()][..]));
    clinic.screen(recovery::ScreenMethod::Presumptive, &["fentanyl"]).await;
    assert!(fault(injection().await).1.contains(&"lab.uds.naltrexone".to_owned()));
    clinic.screen(recovery::ScreenMethod::Definitive, &[]).await;
    // The urine is clean; what was used four days ago may still be there.
    clinic.uses("heroin", hours_ago(96)).await;
    assert!(fault(injection().await).1.contains(&"ddi.naltrexone.opioid".to_owned()));

    let other = Clinic::open().await;
    other.uses("heroin", hours_ago(24 * 11)).await;
    let challenge = recovery::RecordNaloxoneChallengeRequest {
        header: other.intake.header(),
        at: Some(now()),
        reacted: Some(false),
    };
    other.nurse.send(challenge).await.unwrap();
    other.prescribe("naltrexone-er-im", 380.0, Route::Intramuscular).await.unwrap();
}

#[tokio::test]
async fn f19_methadone_comes_from_an_opioid_treatment_program_and_is_known_here() {
    let clinic = Clinic::open().await;
    assert_eq!(reason(clinic.prescribe("methadone", 30.0, Route::Oral).await), "NOT_PRESCRIBABLE");
    let medication_id = fresh();
    let outside = chart::RecordOutsideMedicationRequest {
        header: clinic.intake.header(),
        medication_id: medication_id.clone(),
        reported: Some(chart::Reported {
            name: "Methadone 10 MG/ML Oral Solution".to_owned(),
            source: chart::InformationSource::OpioidTreatmentProgram.into(),
            ..Default::default()
        }),
    };
    let dispensed = |medication_id: String| recovery::RecordOtpDoseRequest {
        header: clinic.intake.header(),
        medication_id,
        program: "Northside OTP".to_owned(),
        dose_mg: 80.0,
        given_at: Some(hours_ago(3)),
        take_home: 6,
    };
    assert_eq!(reason(clinic.nurse.send(dispensed(medication_id.clone())).await), "UNKNOWN_MEDICATION");
    clinic.nurse.send(outside).await.unwrap();
    clinic.nurse.send(dispensed(medication_id.clone())).await.unwrap();
    // It ends there, and nobody says when the last dose was: the dispensed one counts.
    let ended = chart::EndOutsideMedicationRequest {
        header: clinic.intake.header(),
        medication_id,
        last_dose_at: Some(hours_ago(24 * 20)),
        reason: "Left the program".to_owned(),
    };
    clinic.nurse.send(ended).await.unwrap();
    clinic.plan(recovery::InductionSetting::Clinic).await;
    let (refused, rules) = fault(clinic.prescribe("buprenorphine-naloxone-sl", 4.0, Route::Sublingual).await);
    assert_eq!(refused, "UNSAFE");
    assert!(rules.contains(&"ddi.buprenorphine.methadone".to_owned()), "{rules:?}");
}

#[tokio::test]
async fn f17_use_and_relapse_are_told_judged_and_answered_and_end_no_stay() {
    let clinic = Clinic::open().await;
    let (screen_id, _) = clinic.screen(recovery::ScreenMethod::Definitive, &["opiates"]).await;
    let alone = clinic.relapse(Vec::new(), vec![screen_id.clone()]);
    assert_eq!(reason(clinic.therapist.send(alone).await), "SCREEN_ALONE");
    let (use_id, _) = clinic.uses("heroin", hours_ago(30)).await;
    let relapse = clinic.relapse(vec![use_id], vec![screen_id]);
    let recognised = clinic.therapist.send(relapse.clone()).await.unwrap();
    let seen = clinic.seen_by_therapist(recognised.token.clone()).await;
    assert_eq!((seen.uses[0].substance.as_str(), seen.setbacks[0].kind.as_str()), ("Heroin", "relapse"));
    assert!(clinic.worklist(recognised.token.clone()).await.contains(&"relapse_review".to_owned()));
    assert_eq!(clinic.roster(recognised.token).await.stage, "assessing", "the stay goes on");
    let review = || recovery::ReviewRelapseRequest {
        header: clinic.intake.header(),
        relapse_id: relapse.relapse_id.clone(),
        decision: "Start buprenorphine this week".to_owned(),
    };
    assert_eq!(reason(clinic.therapist.send(review()).await), "NOT_PERMITTED");
    let reviewed = clinic.doctor.send(review()).await.unwrap();
    assert!(!clinic.worklist(reviewed.token.clone()).await.contains(&"relapse_review".to_owned()));
    assert_eq!(clinic.seen_by_therapist(reviewed.token).await.setbacks[0].review_by, None);
}

#[tokio::test]
async fn f17_an_overdose_is_heard_from_anybody_and_naloxone_is_offered_again() {
    let clinic = Clinic::open().await;
    let brother = clinic.server.client(Person::new("family", 77)).await.unwrap();
    let told = recovery::ReportOverdoseRequest {
        header: clinic.intake.header(),
        overdose_id: fresh(),
        at: Some(hours_ago(5)),
        substances: vec!["fentanyl".to_owned()],
        naloxone_given: Some(true),
        outcome: recovery::OverdoseOutcome::Hospital.into(),
        account: "I found him in the kitchen".to_owned(),
    };
    let overdose_id = told.overdose_id.clone();
    let heard = brother.send(told).await.unwrap();
    let waits = clinic.worklist(heard.token).await;
    for kind in ["overdose_review", "naloxone_offer"] {
        assert!(waits.contains(&kind.to_owned()), "{kind} of {waits:?}");
    }
    let review = recovery::ReviewOverdoseRequest {
        header: clinic.intake.header(),
        overdose_id,
        decision: "Monthly injection offered".to_owned(),
    };
    let reviewed = clinic.doctor.send(review).await.unwrap();
    assert!(!clinic.worklist(reviewed.token).await.contains(&"overdose_review".to_owned()));
}

#[tokio::test]
async fn f26_who_relapsed_and_stayed_is_retained() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = long_ago(&doctor).await;
    let clinic = Clinic::with(intake, doctor, server, folder).await;
    let (use_id, _) = clinic.uses("heroin", hours_ago(24)).await;
    clinic.therapist.send(clinic.relapse(vec![use_id], Vec::new())).await.unwrap();
    let manager = clinic.server.client(CASE_MANAGER).await.unwrap();
    let measure = |checkpoint: recovery::RetentionCheckpoint| {
        manager.send(recovery::MeasureRetentionRequest {
            header: clinic.intake.header(),
            episode: episode(clinic.intake),
            checkpoint: checkpoint.into(),
        })
    };
    let measured = measure(Day30).await.unwrap();
    let at = &clinic.roster(measured.token).await.retention[0];
    assert_eq!((at.days, at.retained, at.on_medication), (30, true, false));
    assert_eq!(reason(measure(Day30).await), "RETENTION_MEASURED");
    assert_eq!(reason(measure(Day60).await), "CHECKPOINT_TO_COME");
}

/// A stay that began forty days ago.
async fn long_ago(doctor: &Client) -> Intake {
    let intake = Intake { patient: fresh().parse().unwrap(), stay: fresh().parse().unwrap() };
    doctor.send(intake.referral()).await.unwrap();
    let criterion = stay::CriterionAnswer {
        criterion: stay::Criterion::CoOccurring.into(),
        met: true,
        evidence: "Opioids and low mood".to_owned(),
    };
    let screened = stay::ScreenCandidateRequest {
        header: intake.header(),
        program: "iop-adult".to_owned(),
        criteria: vec![criterion],
        exclusions: Vec::new(),
    };
    doctor.send(screened).await.unwrap();
    let header = intake
        .header()
        .map(|header| common::CommandHeader { effective_at: Some(hours_ago(24 * 40)), ..header });
    let admitted = stay::AdmitPatientRequest {
        header,
        program: "iop-adult".to_owned(),
        episode_id: intake.stay.to_string(),
    };
    doctor.send(admitted).await.unwrap();
    intake
}

#[tokio::test]
async fn e20_urine_screens_and_withdrawal_scores_are_part_of_the_same_work() {
    let clinic = Clinic::open().await;
    let wrong = scales::AdministerScaleRequest { stated_total: Some(12), ..clinic.cows(MILD) };
    assert_eq!(reason(clinic.nurse.send(wrong).await), "SCALE_TOTAL_MISMATCH");
    let mut pulse = MILD;
    pulse[0] = 3;
    assert_eq!(reason(clinic.nurse.send(clinic.cows(pulse)).await), "SCALE_ANSWER_NOT_OFFERED");
    let quick = clinic.screen(recovery::ScreenMethod::Presumptive, &["cocaine"]).await.1;
    assert!(clinic.worklist(quick.token.clone()).await.contains(&"screen_confirmation".to_owned()));
    let shown = clinic.chart(quick.token).await.recovery.expect("a recovery");
    assert_eq!(shown.screens[0].unexpected, ["Cocaine as benzoylecgonine"]);
    let sure = clinic.screen(recovery::ScreenMethod::Definitive, &["cocaine"]).await.1;
    assert!(!clinic.worklist(sure.token).await.contains(&"screen_confirmation".to_owned()));
}
