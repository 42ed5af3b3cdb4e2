//! What the page looks like, and what becomes of records that are imported.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use concord_client::Client;
use concord_kernel::{Instant, ManualClock, RandomIds};
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::prescriber::v1::GetClientRequest;
use concord_simulator::{Cohort, Remote};

use super::chart;
use super::import::Imported;
use super::outcomes::{self, Number, Outcomes, Overdue, lasting};
use super::page::watch;
use super::report::{CaseloadLine, Course, DoseStep, DrugLine, Effect, Score, Visit};
use super::table::{Side, WIDTH, fold, table};
use super::timeline::{self, Timeline, TimelineLine};
use crate::config::{Config, Overrides};
use crate::key;
use crate::serve::{Running, Sources};

fn step(day: i64, daily_mg: f64, held: bool) -> DoseStep {
    DoseStep { day, daily_mg, held, why: String::new() }
}

fn course() -> Course {
    Course {
        patient: "Ada Alder".to_owned(),
        from: "2026-01-05".to_owned(),
        days: 84,
        drugs: vec![DrugLine {
            name: "Lithium carbonate".to_owned(),
            steps: vec![
                step(7, 600.0, false),
                step(21, 900.0, false),
                step(35, 900.0, true),
                step(38, 600.0, false),
                step(80, 0.0, false),
            ],
        }],
        phq9: vec![Score { day: 5, total: 21 }, Score { day: 40, total: 12 }, Score { day: 84, total: 3 }],
        effects: vec![Effect { day: 35, grade: 3, symptom: "Tremor".to_owned() }],
        visits: vec![Visit { day: 7, kept: true }, Visit { day: 14, kept: false }],
        ..Course::default()
    }
}

#[test]
fn a_course_is_drawn_on_one_axis_within_ninety_columns() {
    let drawn = chart::draw(&course());
    println!("{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 90), "{drawn}");
    for there in ["5 Jan", "Lithium carb", "600 mg", "900 mg", "held", "stop", "●", "PHQ-9", "3", "✓", "✗"]
    {
        assert!(drawn.contains(there), "{there}\n{drawn}");
    }
    let column = |line: &str, mark: char| line.chars().position(|c| c == mark);
    let effects = drawn.lines().find(|line| line.contains("side effects")).unwrap();
    let doses = drawn.lines().find(|line| line.contains("Lithium")).unwrap();
    let apart = column(effects, '3').unwrap().abs_diff(column(doses, '·').unwrap());
    assert!(apart <= 1, "the side effect stands where the drug is held\n{drawn}");
}

#[test]
fn a_course_without_anything_is_drawn_too() {
    assert!(chart::draw(&Course::default()).contains("PHQ-9"));
}

#[test]
fn a_table_stays_within_the_width_and_loses_no_word() {
    let long = "word ".repeat(60);
    let drawn = table(
        &[("Name", Side::Left), ("N", Side::Right), ("About", Side::Left)],
        &[vec!["Ada".to_owned(), "7".to_owned(), long.clone()]],
    );
    assert!(drawn.lines().all(|line| line.chars().count() <= WIDTH), "{drawn}");
    assert_eq!(drawn.matches("word").count(), 60);
    assert_eq!(fold("", 10), [""]);
    assert!(fold(&"x".repeat(50), 10).iter().all(|line| line.chars().count() <= 10));
}

#[test]
fn what_a_therapist_should_watch_for_is_said_in_words() {
    assert_eq!(watch(&CaseloadLine::default()), "–");
    let worse = CaseloadLine { unstable: true, scales_worse: 1, ..CaseloadLine::default() };
    assert_eq!(watch(&worse), "scores worse");
    let effect = CaseloadLine { unstable: true, open_side_effects: 1, ..CaseloadLine::default() };
    assert_eq!(watch(&effect), "a side effect open");
    let all = CaseloadLine {
        at_risk: true,
        open_side_effects: 2,
        missed_visits: 2,
        adherence_percent: Some(60),
        ..effect
    };
    let told = "suicide risk open, 2 side effects open, 2 visits missed in a row, 60 % of doses taken";
    assert_eq!(watch(&all), told);
    let faithful = CaseloadLine { adherence_percent: Some(80), ..CaseloadLine::default() };
    assert_eq!(watch(&faithful), "–");
}

#[test]
fn a_time_is_said_in_the_largest_unit_that_it_fills_twice() {
    let said = [0, 119, 120, 240, 2_879, 2_880, 14_400].map(lasting);
    assert_eq!(said, ["0 min", "119 min", "2 h", "4 h", "48 h", "2 d", "10 d"]);
}

#[test]
fn numbers_of_few_clients_are_marked_and_nothing_known_is_no_zero() {
    let number = |value: &str, of: &str, small| Number {
        name: "retained at 30 days".to_owned(),
        value: value.to_owned(),
        of: of.to_owned(),
        small,
        beside: String::new(),
    };
    let numbers = vec![number("90 %", "18 of 20", true), number("–", "0 of 0", true)];
    let overdue =
        (0..6).map(|n| Overdue { kind: format!("co_signature_{n}"), items: 6 - n, clients: 1 }).collect();
    let shown = outcomes::lines(&Outcomes { numbers, overdue, ..Outcomes::default() });
    assert!(shown.contains("90 %*") && shown.contains("18 of 20") && shown.contains("–  0 of 0"), "{shown}");
    assert!(shown.contains("6 co signature 0 (1)") && shown.contains("and more"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= WIDTH), "{shown}");
}

#[test]
fn a_history_says_what_a_dose_rests_on_and_that_something_was_put_right() {
    let line = TimelineLine {
        on: "2026-01-26".to_owned(),
        what: "adjusted".to_owned(),
        about: "Lithium carbonate".to_owned(),
        value: "600 → 900 mg".to_owned(),
        because: "phq9 13".to_owned(),
        corrected: true,
    };
    let shown = timeline::lines(&Timeline { lines: vec![line], more: true });
    for there in ["2026-01-26", "adjusted (put right later)", "600 → 900 mg", "phq9 13", "and more"] {
        assert!(shown.contains(there), "{there}\n{shown}");
    }
}

/// A whole small record: a wrong unit at `Bundle.entry[7]`, a dose that nobody can read at `Bundle.entry[5]`.
const ANN_DOE: &[u8] = include_bytes!("../../../intake/src/tests/ann_doe.json");

const DAY: Duration = Duration::from_hours(24);

/// A folder with damaged files before and after a good one.
fn records(folder: &Path) {
    std::fs::write(folder.join("a_cut_off.json"), &ANN_DOE[..ANN_DOE.len() / 2]).unwrap();
    std::fs::write(folder.join("b_good.json"), ANN_DOE).unwrap();
    std::fs::write(folder.join("c_no_bundle.json"), br#"{"resourceType": "Patient"}"#).unwrap();
    std::fs::create_dir(folder.join("d_folder.json")).unwrap();
    let huge = std::fs::File::create(folder.join("e_huge.json")).unwrap();
    huge.set_len(1 << 40).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_named_with_its_place_and_the_others_are_admitted() {
    let (data, fhir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    records(fhir.path());
    let now = Instant::parse("2026-11-23T12:00:00Z").unwrap();
    let sources = Sources { clock: Arc::new(ManualClock::starting_at(now)), ids: Arc::new(RandomIds) };
    let listen = "127.0.0.1:0".parse().ok();
    let overrides = Overrides { data: Some(data.path().to_owned()), listen, ..Overrides::default() };
    let config = Config::load(None, overrides).unwrap();
    let running = Running::start(&config, sources).await.unwrap();
    let cohort = Cohort::generate(7, 1, 1);
    let (tokens, tenant) = (Arc::new(key::tokens(&config.token_key()).unwrap()), config.tenants[0].clone());
    let prescriber = tokens.sign(&tenant, &cohort.staff.prescribers[0].actor(), now, DAY);
    let client = Client::connect(format!("http://{}", running.address), &prescriber).await.unwrap();
    let auditor = tokens.sign(&tenant, &cohort.staff.auditor.actor(), now, DAY);
    let auditor = client.acting_as(&auditor).unwrap();
    let sign = move |actor: &_, now| tokens.sign(&tenant, actor, now, DAY);
    let mut gateway = Remote::new(client.clone(), sign);

    let imported = Imported::from_folder(fhir.path(), &mut gateway, &cohort, now).await.unwrap();

    let files: Vec<_> = imported.unread.iter().map(|unread| unread.file.as_str()).collect();
    assert_eq!(files, ["a_cut_off.json", "c_no_bundle.json", "d_folder.json", "e_huge.json"]);
    let said: Vec<_> = imported.unread.iter().map(|unread| unread.problem.as_str()).collect();
    assert!(said[0].starts_with("a_cut_off.json: Bundle.entry["), "{said:?}");
    assert!(said[1].starts_with("c_no_bundle.json: ") && said[1].contains("resourceType"), "{said:?}");
    assert!(said[3].starts_with("e_huge.json: it has more than"), "{said:?}");
    assert!(said.iter().all(|said| !said.contains("Doe") && !said.contains("Sertraline")), "{said:?}");
    let document = serde_json::to_value(&imported.unread).unwrap();
    assert_eq!(document[0]["file"], "a_cut_off.json");

    let [admission] = imported.admissions.as_slice() else { panic!("{:?}", imported.admissions) };
    assert_eq!((admission.file.as_str(), admission.name.as_str()), ("b_good.json", "Ann B. Doe"));
    assert_eq!(admission.charted, [1, 1, 2, 1]);
    assert!(admission.refusals.is_empty(), "{:?}", admission.refusals);
    assert!(admission.issues.iter().any(|(path, ..)| path.starts_with("Bundle.entry[7].resource")));
    let min_position = auditor.ledger().get_head(GetHeadRequest {}).await.unwrap().into_inner().token;
    let asked = GetClientRequest { patient_id: admission.patient.to_string(), min_position };
    let chart = client.prescriber().get_client(asked).await.unwrap().into_inner();
    let mut reconciled: Vec<_> =
        chart.outside_medications.iter().map(|line| (line.name.as_str(), line.reconciled.as_str())).collect();
    reconciled.sort_unstable();
    assert_eq!(
        reconciled,
        [
            ("Oxycodone Hydrochloride 5 MG Oral Tablet", "ask_prescriber"),
            ("Sertraline 50 MG Oral Tablet", "continues")
        ],
        "what could not be read is for the prescriber to ask about"
    );
    running.stop(DAY).await.unwrap();
}
