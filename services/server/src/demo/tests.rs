//! What the page looks like.

use super::chart;
use super::report::{Course, DoseStep, DrugLine, Effect, Score, Visit};
use super::table::{Side, WIDTH, fold, table};

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
