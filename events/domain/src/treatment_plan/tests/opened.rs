//! Reviews that the service opens.

use concord_kernel::{LifeChangeId, Role, ScaleId, VisitId};

use super::super::*;
use super::said::*;
use crate::testing::{By, by, going_on, noon, text, uuid};
use crate::{Facts, MissedVisits, ScaleFacts, VisitFacts};

/// The service, while score 1 is worse than those before it and visits 2 and 3 were missed.
fn timer() -> By {
    let missed = MissedVisits { first: VisitId::new(uuid(2)), last: VisitId::new(uuid(3)), in_a_row: 2 };
    by(Role::Service).knowing(Facts {
        scales: Some(ScaleFacts { worsened: Some(ScaleId::new(uuid(1))), ..ScaleFacts::default() }),
        visits: Some(VisitFacts { missed: Some(missed), ..VisitFacts::default() }),
        ..going_on()
    })
}

fn worse(n: u128) -> ReviewCause {
    ReviewCause::Worsening { score: ScaleId::new(uuid(n)) }
}

fn missed(n: u128) -> ReviewCause {
    ReviewCause::MissedVisits { visit: VisitId::new(uuid(n)) }
}

fn open(because: ReviewCause) -> Command {
    Command::OpenReview { because }
}

fn opened(because: ReviewCause) -> Event {
    Event::ReviewOpened { change: because.change(), because, review_by: noon().plus_days(7) }
}

fn review(considered: &[u128]) -> Command {
    Command::ReviewMedication {
        considered: considered.iter().map(|n| LifeChangeId::new(uuid(*n))).collect(),
        outcome: ReviewOutcome::Change,
        reason: text("worse since the move; dose raised"),
    }
}

#[test]
fn a_worse_score_and_missed_visits_have_medication_reviewed_within_a_week() {
    for because in [worse(1), missed(3)] {
        plan(vec![]).when(timer().asks_in_stay(open(because))).then_expect_events(vec![opened(because)]);
        let nurse = by(Role::Nurse).knowing(timer().0.facts).asks_in_stay(open(because));
        plan(vec![]).when(nurse).then_expect_error(Error::NotATimer);
        let unread = by(Role::Service).knowing(going_on()).asks_in_stay(open(because));
        plan(vec![]).when(unread).then_expect_error(Error::FactsMissing);
        let closed = by(Role::Service).knowing(ended()).asks_in_stay(open(because));
        plan(vec![]).when(closed).then_expect_error(Error::EpisodeNotActive);
    }
    for because in [worse(9), missed(2)] {
        plan(vec![]).when(timer().asks_in_stay(open(because))).then_expect_error(Error::ReviewNotCalledFor);
    }
}

#[test]
fn one_review_is_open_for_a_reason_and_what_was_reviewed_is_not_opened_again() {
    plan(vec![opened(worse(1))])
        .when(timer().asks_in_stay(open(worse(1))))
        .then_expect_error(Error::ReviewAlreadyOpen);
    plan(vec![opened(worse(8))])
        .when(timer().asks_in_stay(open(worse(1))))
        .then_expect_error(Error::ReviewAlreadyOpen);
    plan(vec![opened(worse(8))])
        .when(timer().asks_in_stay(open(missed(3))))
        .then_expect_events(vec![opened(missed(3))]);
    let looked_at = |n| {
        let events = plan(vec![opened(worse(n))]).when(doctor(review(&[n]))).inspect_result().unwrap();
        [vec![opened(worse(n))], events].concat()
    };
    plan(looked_at(1)).when(timer().asks_in_stay(open(worse(1)))).then_expect_error(Error::ReviewAlreadyOpen);
    plan(looked_at(8)).when(timer().asks_in_stay(open(worse(1)))).then_expect_events(vec![opened(worse(1))]);
}

#[test]
fn a_review_closes_what_it_names_and_says_when_it_is_late() {
    for (days, late) in [(7, false), (8, true)] {
        let at = somebody(Role::Pmhnp).at(noon().plus_days(days)).asks_in_stay(review(&[1]));
        let events = plan(vec![opened(worse(1))]).when(at).inspect_result().unwrap();
        assert!(matches!(&events[..], [Event::MedicationReviewed { late: l, .. }] if *l == late));
    }
    plan(vec![]).when(doctor(review(&[1]))).then_expect_error(Error::UnknownLifeChange);
}
