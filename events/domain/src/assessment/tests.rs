//! The rules of an assessment, one test each.

use concord_kernel::{Role, Text};
use concord_knowledge::ConditionId;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::episode::{Phase, Stage};
use crate::testing::{By, by, going_on, program, stay, stay_in, text, this_stay};
use crate::{EpisodeRef, Explain, Facts, InEpisode};

fn assessment(given: Vec<Event>) -> AggregateTestExecutor<Assessment> {
    TestFramework::with(()).given(given)
}

fn started() -> Event {
    Event::AssessmentStarted { episode: this_stay() }
}

fn write(section: Section) -> Command {
    Command::RecordSection { section, finding: text("as told") }
}

fn written(section: Section) -> Event {
    Event::AssessmentSectionRecorded { section, finding: text("as told") }
}

fn all_written() -> Vec<Event> {
    std::iter::once(started()).chain(Section::ALL.map(written)).collect()
}

fn completed() -> Vec<Event> {
    [all_written(), vec![Event::AssessmentCompleted]].concat()
}

fn depression() -> ConditionId {
    ConditionId::parse("major-depression").unwrap()
}

fn ptsd() -> ConditionId {
    ConditionId::parse("ptsd").unwrap()
}

fn reasons() -> Vec<Text> {
    vec![text("therapy alone did not help enough")]
}

fn decide(indicated: bool, diagnoses: Vec<ConditionId>) -> Command {
    Command::DecideIndication { indicated, diagnoses, reasons: reasons() }
}

fn indicated() -> Event {
    Event::MedicationIndicated { diagnoses: vec![depression()], reasons: reasons() }
}

fn reopen() -> Command {
    Command::Reopen { reason: text("new history") }
}

fn reopened() -> Event {
    Event::AssessmentReopened { reason: text("new history") }
}

fn prescriber() -> By {
    by(Role::Psychiatrist).knowing(going_on())
}

#[test]
fn an_assessment_starts_in_an_open_stay() {
    assessment(vec![])
        .when(by(Role::Therapist).knowing(going_on()).asks_in_stay(Command::Start))
        .then_expect_events(vec![started()]);
}

#[test]
fn an_assessment_starts_once() {
    for given in [vec![started()], completed(), [completed(), vec![indicated()]].concat()] {
        assessment(given)
            .when(prescriber().asks_in_stay(Command::Start))
            .then_expect_error(Error::AlreadyStarted);
    }
}

#[test]
fn nothing_is_assessed_outside_an_open_stay() {
    let paused = Facts { episode: Some(stay_in(Stage::Paused(Phase::Assessing))), ..Facts::default() };
    let commands = || {
        [Command::Start, write(Section::Risk), Command::Complete, decide(true, vec![depression()]), reopen()]
    };
    for facts in [paused, Facts::default()] {
        for command in commands() {
            assessment(completed())
                .when(by(Role::Psychiatrist).knowing(facts.clone()).asks_in_stay(command))
                .then_expect_error(Error::EpisodeNotActive);
        }
    }
    for command in commands() {
        let episode = EpisodeRef { program: program(), id: stay(2) };
        assessment(completed())
            .when(prescriber().asks(InEpisode { episode, command }))
            .then_expect_error(Error::EpisodeNotActive);
    }
}

#[test]
fn a_section_is_written_as_often_as_needed() {
    for given in [vec![started()], vec![started(), written(Section::Risk)]] {
        assessment(given)
            .when(by(Role::Nurse).knowing(going_on()).asks_in_stay(write(Section::Risk)))
            .then_expect_events(vec![written(Section::Risk)]);
    }
}

#[test]
fn a_section_is_written_only_between_start_and_signature() {
    for (given, refusal) in [
        (vec![], Error::NotStarted),
        (completed(), Error::AlreadyCompleted),
        ([completed(), vec![indicated()]].concat(), Error::AlreadyCompleted),
    ] {
        assessment(given).when(prescriber().asks_in_stay(write(Section::Risk))).then_expect_error(refusal);
    }
}

#[test]
fn an_assessment_is_signed_when_every_section_is_written() {
    assessment(all_written())
        .when(by(Role::Pmhnp).knowing(going_on()).asks_in_stay(Command::Complete))
        .then_expect_events(vec![Event::AssessmentCompleted]);
}

#[test]
fn the_missing_sections_are_told() {
    assessment(vec![started()])
        .when(prescriber().asks_in_stay(Command::Complete))
        .then_expect_error(Error::SectionsMissing { missing: Section::ALL.to_vec() });
    for missing in Section::ALL {
        let given = all_written().into_iter().filter(|event| *event != written(missing)).collect();
        assessment(given)
            .when(prescriber().asks_in_stay(Command::Complete))
            .then_expect_error(Error::SectionsMissing { missing: vec![missing] });
    }
}

#[test]
fn an_assessment_is_signed_once_and_not_before_it_starts() {
    for (given, refusal) in [(vec![], Error::NotStarted), (completed(), Error::AlreadyCompleted)] {
        assessment(given).when(prescriber().asks_in_stay(Command::Complete)).then_expect_error(refusal);
    }
}

#[test]
fn medication_is_indicated_for_diagnoses_and_reasons() {
    assessment(completed())
        .when(prescriber().asks_in_stay(decide(true, vec![depression()])))
        .then_expect_events(vec![indicated()]);
}

#[test]
fn no_medication_is_a_normal_answer() {
    for diagnoses in [vec![], vec![depression(), ptsd()]] {
        assessment(completed())
            .when(prescriber().asks_in_stay(decide(false, diagnoses.clone())))
            .then_expect_events(vec![Event::MedicationNotIndicated { diagnoses, reasons: reasons() }]);
    }
}

#[test]
fn an_indication_is_decided_after_the_signature_only() {
    for (given, refusal) in [
        (vec![], Error::NotStarted),
        (all_written(), Error::NotCompleted),
        ([completed(), vec![indicated()]].concat(), Error::AlreadyDecided),
        ([completed(), vec![indicated(), reopened()]].concat(), Error::NotCompleted),
    ] {
        assessment(given)
            .when(prescriber().asks_in_stay(decide(true, vec![depression()])))
            .then_expect_error(refusal);
    }
}

#[test]
fn an_indication_names_known_diagnoses_once_each() {
    let unknown = ConditionId::parse("bad-humours").unwrap();
    let many = (0..21).map(|n| ConditionId::parse(&format!("c{n}")).unwrap()).collect();
    for (diagnoses, refusal) in [
        (vec![], Error::NoDiagnosis),
        (vec![depression(), unknown.clone()], Error::UnknownDiagnosis { diagnosis: unknown }),
        (vec![ptsd(), ptsd()], Error::DiagnosisRepeated { diagnosis: ptsd() }),
        (many, Error::TooManyDiagnoses { most: 20 }),
    ] {
        assessment(completed())
            .when(prescriber().asks_in_stay(decide(true, diagnoses)))
            .then_expect_error(refusal);
    }
}

#[test]
fn a_decision_gives_a_few_reasons() {
    for (reasons, refusal) in
        [(vec![], Error::NoReason), (vec![text("why"); 11], Error::TooManyReasons { most: 10 })]
    {
        for indicated in [true, false] {
            let diagnoses = vec![depression()];
            let command = Command::DecideIndication { indicated, diagnoses, reasons: reasons.clone() };
            assessment(completed())
                .when(prescriber().asks_in_stay(command))
                .then_expect_error(refusal.clone());
        }
    }
}

#[test]
fn a_signed_assessment_is_taken_up_again_and_decided_anew() {
    for given in [completed(), [completed(), vec![indicated()]].concat()] {
        assessment(given.clone())
            .when(prescriber().asks_in_stay(reopen()))
            .then_expect_events(vec![reopened()]);
        assessment(given.clone())
            .and(vec![reopened()])
            .when(prescriber().asks_in_stay(write(Section::Risk)))
            .then_expect_events(vec![written(Section::Risk)]);
        assessment(given)
            .and(vec![reopened(), Event::AssessmentCompleted])
            .when(prescriber().asks_in_stay(decide(false, vec![])))
            .then_expect_events(vec![Event::MedicationNotIndicated {
                diagnoses: vec![],
                reasons: reasons(),
            }]);
    }
}

#[test]
fn only_a_signed_assessment_is_taken_up_again() {
    for (given, refusal) in [(vec![], Error::NotStarted), (all_written(), Error::NotCompleted)] {
        assessment(given).when(prescriber().asks_in_stay(reopen())).then_expect_error(refusal);
    }
}

#[test]
fn an_indication_stands_until_it_is_decided_anew() {
    let facts = |given: Vec<Event>| {
        let mut assessment = Assessment::default();
        for event in given {
            assessment.fold(event);
        }
        assessment.facts()
    };
    let decided = || [completed(), vec![indicated()]].concat();
    let anew = Event::MedicationNotIndicated { diagnoses: vec![ptsd()], reasons: reasons() };
    assert_eq!(facts(completed()).indicated, None);
    assert_eq!(facts(decided()).indicated, Some(true));
    assert_eq!(facts(decided()).diagnoses, vec![depression()]);
    assert_eq!(facts([decided(), vec![reopened()]].concat()), facts(decided()));
    let after = facts([decided(), vec![reopened(), Event::AssessmentCompleted, anew]].concat());
    assert_eq!((after.indicated, after.diagnoses), (Some(false), vec![ptsd()]));
}

#[test]
fn evaluators_write_and_prescribers_sign_and_decide() {
    use Role::{Nurse, Pmhnp, Psychiatrist, Therapist};
    let evaluators = vec![Psychiatrist, Pmhnp, Therapist, Nurse];
    let prescribers = vec![Psychiatrist, Pmhnp];
    for (command, permitted) in [
        (Command::Start, evaluators.clone()),
        (write(Section::Social), evaluators),
        (Command::Complete, prescribers.clone()),
        (decide(true, vec![depression()]), prescribers.clone()),
        (reopen(), prescribers),
    ] {
        for role in Role::ALL {
            let by = by(role).knowing(going_on());
            let result = assessment(vec![]).when(by.asks_in_stay(command.clone())).inspect_result();
            let refused = result == Err(Error::RoleNotPermitted { role });
            assert_eq!(refused, !permitted.contains(&role), "{role} {command:?}");
        }
    }
}

#[test]
fn a_refusal_names_what_is_missing() {
    let refusal = Error::SectionsMissing { missing: vec![Section::Risk, Section::Vitals] };
    assert_eq!(refusal.reason(), "ASSESSMENT_SECTIONS_MISSING");
    assert_eq!(refusal.details(), ["risk", "vitals"]);
    assert!(refusal.remedy().contains("missing sections"));
}
