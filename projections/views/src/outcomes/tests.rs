//! Given facts, then numbers.

mod given;

use concord_domain::episode::Disposition;
use concord_kernel::Instant;
use concord_projection::{Key, List, Sort, View, ViewError};

use self::given::{Client, day, later};
use super::sum::Sum;
use super::{
    AdherenceSum, Count, Mean, Median, Month, Outcomes, Period, PeriodError, ProgramOutcomes, Retained, Row,
    SMALL, Share, place,
};
use crate::tests::{Model, patient, program};

fn first_quarter() -> Period {
    Period::new("2026-01".parse().unwrap(), "2026-03".parse().unwrap()).unwrap()
}

fn rows(clients: Vec<Client>) -> Vec<Row> {
    let facts: Vec<_> = clients.into_iter().flat_map(|client| client.facts).collect();
    Model::<ProgramOutcomes>::of(&facts).rows.into_values().collect()
}

fn sum(clients: Vec<Client>, period: Period, now: Instant) -> Outcomes {
    let program = program();
    let mut sum = Sum::new(&program, period, now);
    for row in &rows(clients) {
        sum.client(row);
    }
    sum.finish()
}

/// The numbers of the first quarter of 2026, asked at the beginning of July.
fn quarter(clients: Vec<Client>) -> Outcomes {
    sum(clients, first_quarter(), day(181))
}

const fn share(part: u32, whole: u32, clients: u32, of_clients: u32) -> Share {
    Share { part, whole, clients, of_clients }
}

#[test]
fn who_is_admitted_in_the_period_and_who_is_in_a_stay_at_its_end() {
    let told = quarter(vec![
        Client::admitted(0, 10),
        Client::admitted(1, 20).discharged(50, Disposition::Completed),
        // Before the period, and still there in it.
        Client::admitted(2, -40),
        // Left before it.
        Client::admitted(3, -60).discharged(-10, Disposition::Completed),
        // Comes after it.
        Client::admitted(4, 100),
    ]);
    assert_eq!(told.clients, 3);
    assert_eq!(told.admitted, Count { count: 2, clients: 2, of_clients: 3 });
    assert_eq!(told.active, share(2, 3, 2, 3));
}

#[test]
fn a_stay_without_a_referral_contradicts_the_record() {
    let mut client = Client::admitted(0, 0);
    let admission = client.facts.remove(1);
    let mut row = None;
    let refused = ProgramOutcomes::apply(&mut row, &Key::patient(patient(0)), &admission);
    assert_eq!(refused, Err(ViewError::Unknown("referral")));
}

#[test]
fn who_comes_back_is_one_client_with_two_stays() {
    let back = Client::admitted(0, 10).discharged(30, Disposition::LostToFollowUp).admitted_again(60);
    let told = quarter(vec![back]);
    assert_eq!(told.admitted, Count { count: 2, clients: 1, of_clients: 1 });
    assert_eq!(told.active, share(1, 1, 1, 1));
}

#[test]
fn retention_is_of_those_whose_day_has_come_and_who_leaves_on_the_day_has_stayed() {
    let clients = || {
        vec![
            Client::admitted(0, 0),
            Client::admitted(1, 0).discharged(30, Disposition::Completed),
            Client::admitted(2, 0).discharged(29, Disposition::AgainstAdvice),
            Client::admitted(3, 50),
        ]
    };
    // Day 70: the last one is there for twenty days.
    let told = sum(clients(), first_quarter(), day(70));
    let retained = |days, share| Retained { days, share };
    let none = Share::default();
    assert_eq!(
        told.retained,
        [
            retained(30, share(2, 3, 2, 3)),
            retained(60, share(1, 3, 1, 3)),
            retained(90, none),
            retained(180, none)
        ]
    );
    let later = sum(clients(), first_quarter(), day(181));
    assert_eq!(later.retained[2].share, share(2, 4, 2, 4));
    assert_eq!(later.retained[3].share, share(1, 3, 1, 3));
}

#[test]
fn symptoms_count_where_there_is_a_second_score_and_the_rest_is_said() {
    let told = quarter(vec![
        Client::admitted(0, 0).phq9(1, 18, None).phq9(40, 4, Some(18)),
        Client::admitted(1, 0).phq9(1, 20, None).phq9(40, 9, Some(20)),
        Client::admitted(2, 0).phq9(1, 16, None).phq9(40, 15, Some(16)),
        // A first score only; a low one; none at all; one of another scale.
        Client::admitted(3, 0).phq9(1, 16, None),
        Client::admitted(4, 0).phq9(1, 6, None).phq9(40, 2, Some(6)),
        Client::admitted(5, 0),
    ]);
    assert_eq!(told.phq9.response, share(2, 3, 2, 3));
    assert_eq!(told.phq9.remission, share(1, 3, 1, 3));
    let apart = (told.phq9.without_second, told.phq9.not_elevated, told.phq9.without_score);
    assert_eq!(apart, (1, 1, 1));
    assert_eq!((told.gad7.response.whole, told.gad7.without_score), (0, 6));
}

#[test]
fn a_score_that_is_written_down_late_is_not_the_latest() {
    let told =
        quarter(vec![Client::admitted(0, 0).phq9(1, 18, None).phq9(40, 4, Some(18)).phq9(20, 17, Some(18))]);
    assert_eq!(told.phq9.remission, share(1, 1, 1, 1));
}

#[test]
fn side_effects_are_counted_from_report_to_decision() {
    let told = quarter(vec![
        Client::admitted(0, 0).reports(1, 10).decides(1, later(10, 2), false),
        Client::admitted(1, 0).reports(2, 11).decides(2, later(11, 30), true),
        Client::admitted(2, 0).reports(3, 12).decides(3, later(12, 6), false).decides(3, later(14, 0), false),
        // Overdue without a decision, and recorded as such; closed; outside the period; outside a stay.
        Client::admitted(3, 0).reports(4, 13).breaches(4, 15),
        Client::admitted(4, 0).reports(5, 14).closes(5, 15),
        Client::admitted(5, 0).reports(6, 120),
        Client::admitted(6, 20).reports(7, 10),
    ]);
    let side_effects = told.side_effects;
    assert_eq!(side_effects.reported, Count { count: 5, clients: 5, of_clients: 7 });
    let median = Median { minutes: Some(6 * 60), counted: 3, of: 4, clients: 3, of_clients: 4 };
    assert_eq!(side_effects.to_decision, median);
    assert_eq!(side_effects.in_time, share(2, 4, 2, 4), "what is overdue is not in time");
    assert_eq!(side_effects.breached.count, 1);
    assert_eq!((side_effects.open, side_effects.closed, side_effects.unfollowed), (0, 1, 0));
}

#[test]
fn what_is_not_due_yet_is_neither_in_time_nor_late() {
    let told = sum(vec![Client::admitted(0, 0).reports(1, 10)], first_quarter(), later(10, 1));
    assert_eq!((told.side_effects.open, told.side_effects.in_time.whole), (1, 0));
}

#[test]
fn of_more_side_effects_at_once_than_are_followed_the_oldest_are_said_to_be_missing() {
    let many = (0..40).fold(Client::admitted(0, 0), |client, n| client.reports(n, 10));
    let told = sum(vec![many], first_quarter(), later(10, 1)).side_effects;
    assert_eq!((told.reported.count, told.open, told.unfollowed), (40, 32, 8));
}

#[test]
fn adherence_is_what_was_measured_last_in_the_period() {
    let told = quarter(vec![
        Client::admitted(0, 0).measures(30, Some(40)).measures(60, Some(90)),
        Client::admitted(1, 0).measures(30, Some(80)),
        Client::admitted(2, 0).measures(30, Some(70)).measures(120, Some(100)),
        Client::admitted(3, 0).measures(30, None),
        Client::admitted(4, 0),
    ]);
    let covered = Mean { sum: 240, counted: 3, of: 5, clients: 3, of_clients: 5 };
    let adherent = share(2, 3, 2, 3);
    assert_eq!(told.adherence, AdherenceSum { covered, adherent, unknown: 1, unmeasured: 1 });
    assert_eq!(told.adherence.covered.value(), Some(80.0));
    assert_eq!(Mean::default().value(), None);
}

#[test]
fn therapy_relapses_and_overdoses_are_counted_while_in_a_stay() {
    let told = quarter(vec![
        Client::admitted(0, 0).session(5, Some(4)).session(6, Some(1)).session(7, None).relapse(8).relapse(9),
        Client::admitted(1, 0).session(8, Some(2)).overdose(9).session(150, Some(4)),
        Client::admitted(2, 20).relapse(10),
    ]);
    assert_eq!(told.therapy.attended, share(3, 4, 2, 2));
    assert_eq!(told.therapy.engagement.value().map(f64::round), Some(2.0));
    assert_eq!(told.therapy.engagement.counted, 3);
    assert_eq!(told.relapses, Count { count: 2, clients: 1, of_clients: 3 });
    assert_eq!(told.overdoses, Count { count: 1, clients: 1, of_clients: 3 });
}

#[test]
fn a_first_evaluation_is_timed_from_the_referral() {
    let told = quarter(vec![
        Client::referred(0, 0, 3).evaluated(4),
        Client::referred(1, 0, 3).evaluated(8).evaluated(9),
        Client::referred(2, 0, 3),
    ]);
    let minutes = |days: u32| Some(days * 24 * 60);
    let wanted = Median { minutes: minutes(4), counted: 2, of: 3, clients: 2, of_clients: 3 };
    assert_eq!(told.to_evaluation, wanted);
}

#[test]
fn medications_from_outside_are_compared_within_thirty_days_of_admission() {
    let told = sum(
        vec![
            Client::admitted(0, 0).reconciled(3),
            Client::admitted(1, 0).reconciled(31).reconciled(32),
            Client::admitted(2, 0),
            Client::admitted(3, 60).reconciled(61),
        ],
        first_quarter(),
        day(80),
    );
    assert_eq!(told.reconciled, share(1, 3, 1, 3), "of those whose thirtieth day has come");
}

#[test]
fn numbers_of_few_clients_are_marked() {
    let of = |part, whole| share(part, whole, part, whole).is_small();
    assert!(of(5, 10) && of(0, 10), "few in all");
    assert!(of(10, 100) && of(1, 100), "few of them");
    assert!(of(95, 100), "few are left");
    assert!(!of(11, 100) && !of(0, 100) && !of(100, 100) && !of(50, 100));
    assert!(share(30, 60, 6, 40).is_small(), "by clients, not by what they had");
    assert!(Count { count: 50, clients: 3, of_clients: 90 }.is_small());
    assert!(Median::default().is_small() && Mean::default().is_small());
    assert_eq!(SMALL, 11);
}

#[test]
fn a_client_is_on_the_list_of_every_program_they_had_a_stay_in_until_the_period_is_past() {
    let clients = vec![
        Client::admitted(0, 0),
        Client::admitted(1, 0).discharged(20, Disposition::Completed),
        Client::admitted(2, 0).discharged(60, Disposition::Completed),
    ];
    let facts: Vec<_> = clients.into_iter().flat_map(|client| client.facts).collect();
    let model = Model::<ProgramOutcomes>::of(&facts);
    let lists = model.lists();
    let whose: Vec<_> = lists[&List::program(&program())].iter().map(|(key, _)| *key).collect();
    assert_eq!(whose, [0, 2, 1].map(|n| Key::patient(patient(n))));
    let (open, left) = (place(None), place(Some(day(20))));
    let until = |at| place(Some(day(at)));
    assert!(open < until(-1) && left < until(10) && left > until(30) && Sort::new() < open);
}

#[test]
fn stays_and_months_before_those_that_are_kept_are_said_to_be_missing() {
    let often = (0..20).fold(Client::admitted(0, 0), |client, n| {
        client.discharged(n * 4 + 2, Disposition::LostToFollowUp).admitted_again(n * 4 + 4)
    });
    let told = quarter(vec![often, Client::admitted(1, 0)]);
    assert_eq!(told.incomplete, 1);
    assert_eq!(told.admitted.count, 16 + 1);
    let long = (0..40).fold(Client::admitted(2, 0), |client, n| client.relapse(n * 31));
    let [row] = rows(vec![long]).try_into().unwrap();
    assert_eq!((row.stays[0].months.len(), row.stays[0].forgot), (36, true));
}

#[test]
fn a_period_is_whole_months_in_order_and_not_endless() {
    let month = |text: &str| text.parse::<Month>();
    let (january, march) = (month("2026-01").unwrap(), month("2026-03").unwrap());
    assert_eq!(january.to_string(), "2026-01");
    let period = Period::new(january, march).unwrap();
    assert_eq!(period.begins().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(period.ends().to_string(), "2026-04-01T00:00:00Z");
    assert_eq!(
        Period::new(month("2025-12").unwrap(), january).unwrap().ends().to_string(),
        "2026-02-01T00:00:00Z"
    );
    assert_eq!(Period::new(march, january), Err(PeriodError::Backwards));
    assert_eq!(Period::new(january, month("2028-01").unwrap()), Err(PeriodError::TooLong));
    assert!(Period::new(january, month("2027-12").unwrap()).is_ok());
    for wrong in ["", "2026", "2026-13", "2026-00", "26-01", "2026-1", "2026-01-05", "0001-01", "+026-01"] {
        assert!(month(wrong).is_err(), "{wrong}");
    }
}
