//! Concerns, education, sessions, changes of life and reviews.

use concord_kernel::Role;

use super::super::*;
use super::said::*;
use crate::Explain;
use crate::testing::{noon, text};

#[test]
fn anybody_who_knows_the_patient_raises_a_concern_and_it_is_answered_in_three_days() {
    for role in [Role::Patient, Role::Family, Role::Therapist, Role::PrimaryCare] {
        plan(vec![]).when(as_(role, doubt(1, Some("sertraline")))).then_expect_events(vec![doubted(
            1,
            Some("sertraline"),
            role,
        )]);
    }
}

#[test]
fn a_concern_names_a_drug_of_the_formulary_or_none_and_a_fresh_identifier() {
    plan(vec![]).when(doctor(doubt(1, Some("snake-oil")))).then_expect_error(Error::UnknownDrug);
    for given in [vec![doubted(1, None, Role::Patient)], vec![doubted(1, None, Role::Patient), answered(1)]] {
        plan(given).when(doctor(doubt(1, None))).then_expect_error(Error::ConcernIdUsed);
    }
}

#[test]
fn unanswered_concerns_have_a_limit() {
    let full = || (1..=32).map(|n| doubted(n, None, Role::Patient)).collect::<Vec<_>>();
    plan(full()).when(doctor(doubt(33, None))).then_expect_error(Error::TooManyConcerns { most: 32 });
    plan(full())
        .and(vec![answered(1)])
        .when(as_(Role::Patient, doubt(33, None)))
        .then_expect_events(vec![doubted(33, None, Role::Patient)]);
}

#[test]
fn a_concern_is_answered_once() {
    let raised = || vec![doubted(1, Some("sertraline"), Role::Patient)];
    plan(raised()).when(as_(Role::Pharmacist, answer(1))).then_expect_events(vec![answered(1)]);
    plan(raised()).and(vec![answered(1)]).when(doctor(answer(1))).then_expect_error(Error::AlreadyAnswered);
    plan(raised()).when(doctor(answer(2))).then_expect_error(Error::UnknownConcern);
}

#[test]
fn a_therapist_answers_no_doubt_about_a_medication() {
    let role = Role::Therapist;
    plan(vec![doubted(1, Some("sertraline"), Role::Patient)])
        .when(as_(role, answer(1)))
        .then_expect_error(Error::RoleNotPermitted { role });
    plan(vec![doubted(1, None, Role::Patient)])
        .when(as_(role, answer(1)))
        .then_expect_events(vec![answered(1)]);
}

#[test]
fn what_is_not_explained_back_is_taught_again_within_a_week() {
    use TeachBack::{Misunderstood, NotAsked, PartlyUnderstood, Understood};
    let again = Some(noon().plus_days(7));
    for (teach_back, repeat_by) in
        [(Understood, None), (PartlyUnderstood, again), (Misunderstood, again), (NotAsked, again)]
    {
        let topics = vec![EducationTopic::Purpose, EducationTopic::MissedDoses];
        plan(vec![]).when(as_(Role::Nurse, teach(&topics, teach_back))).then_expect_events(vec![
            Event::EducationProvided {
                topics,
                drug: Some(drug("sertraline")),
                method: EducationMethod::Spoken,
                teach_back,
                repeat_by,
            },
        ]);
    }
}

#[test]
fn education_names_its_topics_once_each_and_a_drug_of_the_formulary() {
    use EducationTopic::Purpose;
    let understood = TeachBack::Understood;
    plan(vec![]).when(doctor(teach(&[], understood))).then_expect_error(Error::NoTopic);
    plan(vec![]).when(doctor(teach(&[Purpose, Purpose], understood))).then_expect_error(Error::TopicRepeated);
    let about_nothing = Command::RecordEducation {
        topics: vec![Purpose],
        drug: Some(drug("snake-oil")),
        method: EducationMethod::Video,
        teach_back: understood,
    };
    plan(vec![]).when(doctor(about_nothing)).then_expect_error(Error::UnknownDrug);
}

#[test]
fn a_therapist_says_who_came_and_how_they_took_part() {
    for (attended, engagement) in [(true, Some(0)), (true, Some(4)), (false, None)] {
        plan(vec![])
            .when(as_(Role::Therapist, session_of(1, attended, engagement)))
            .then_expect_events(vec![took_part(1, attended, engagement)]);
    }
    let refused = |attended, engagement, refusal: Error| {
        plan(vec![])
            .when(as_(Role::Therapist, session_of(1, attended, engagement)))
            .then_expect_error(refusal);
    };
    refused(true, None, Error::EngagementRequired);
    refused(false, Some(2), Error::EngagementNotAsked);
    refused(true, Some(5), Error::EngagementOutOfRange { most: 4 });
}

#[test]
fn a_session_is_recorded_once_after_it_was_held_and_while_it_is_remembered() {
    plan(vec![took_part(1, true, Some(2))])
        .when(as_(Role::Therapist, came(1, Some(2))))
        .then_expect_error(Error::SessionUsed);
    let at = |days| somebody(Role::Therapist).at(noon().plus_days(days)).asks_in_stay(came(1, Some(2)));
    plan(vec![]).when(at(-1)).then_expect_error(Error::SessionInFuture);
    plan(vec![]).when(at(30)).then_expect_events(vec![took_part(1, true, Some(2))]);
    plan(vec![]).when(at(31)).then_expect_error(Error::SessionTooLongAgo { most_days: 30 });
}

#[test]
fn a_change_of_life_opens_a_review_within_a_week() {
    for role in [Role::CaseManager, Role::Patient, Role::Therapist] {
        plan(vec![]).when(as_(role, tell(1))).then_expect_events(vec![changed(1)]);
    }
    plan(vec![changed(1)]).when(doctor(tell(1))).then_expect_error(Error::LifeChangeIdUsed);
    let full = || (1..=16).map(changed).collect::<Vec<_>>();
    plan(full()).when(doctor(tell(17))).then_expect_error(Error::TooManyLifeChanges { most: 16 });
}

fn reviewed(considered: &[u128], late: bool, at: concord_kernel::Instant) -> Event {
    Event::MedicationReviewed {
        considered: considered.iter().copied().map(change).collect(),
        outcome: ReviewOutcome::Change,
        reason: text("in the evening"),
        late,
        next_review_by: at.plus_days(60),
    }
}

#[test]
fn a_review_closes_the_changes_that_it_considered_and_no_others() {
    let two = || vec![changed(1), changed(2)];
    plan(two()).when(doctor(review(&[1]))).then_expect_events(vec![reviewed(&[1], false, noon())]);
    let after = || [two(), vec![reviewed(&[1], false, noon())]].concat();
    plan(after()).when(doctor(review(&[2]))).then_expect_events(vec![reviewed(&[2], false, noon())]);
    plan(after()).when(doctor(review(&[1, 2]))).then_expect_error(Error::LifeChangeReviewed);
    plan(two()).when(doctor(review(&[3]))).then_expect_error(Error::UnknownLifeChange);
    plan(two()).when(doctor(review(&[1, 1]))).then_expect_error(Error::LifeChangeRepeated);
}

#[test]
fn a_review_without_a_change_of_life_is_a_regular_one() {
    plan(vec![]).when(doctor(review(&[]))).then_expect_events(vec![reviewed(&[], false, noon())]);
}

#[test]
fn a_review_after_the_deadline_of_a_change_is_late() {
    for (days, late) in [(7, false), (8, true)] {
        let now = noon().plus_days(days);
        plan(vec![changed(1)])
            .when(somebody(Role::Pmhnp).at(now).asks_in_stay(review(&[1])))
            .then_expect_events(vec![reviewed(&[1], late, now)]);
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let refusal = Error::VersionPassed { latest: 3 };
    assert_eq!(refusal.reason(), "PLAN_VERSION_PASSED");
    assert_eq!(refusal.to_string(), "the plan is at version 3");
    assert_eq!(refusal.remedy(), "read the latest version and agree to that");
}
