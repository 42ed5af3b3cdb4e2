//! The rules of a stay, one test each.

mod bridging;

use concord_kernel::{Day, Instant, OrderId, Phi, Role};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::testing::{By, by, instant, noon, program, stay, text, uuid};
use crate::{ChartFacts, Explain, Facts, RecoveryFacts};

fn stays(given: Vec<Event>) -> AggregateTestExecutor<Episode> {
    TestFramework::with(()).given(given)
}

fn day(text: &str) -> Phi<Day> {
    Phi::new(instant(&format!("{text}T00:00:00Z")).day())
}

fn refer() -> Command {
    Command::Refer {
        name: Phi::new(text("Ada Example")),
        born_on: day("1990-05-04"),
        referred_by: text("county clinic"),
        reason: text("relapse after low mood"),
        part2: true,
    }
}

fn referred() -> Event {
    Event::PatientReferred {
        program: program(),
        name: Phi::new(text("Ada Example")),
        born_on: day("1990-05-04"),
        referred_by: text("county clinic"),
        reason: text("relapse after low mood"),
        part2: true,
    }
}

fn answer(criterion: Criterion, met: bool) -> CriterionAnswer {
    CriterionAnswer { criterion, met, evidence: text("interview") }
}

fn screen(criteria: Vec<CriterionAnswer>, exclusions: Vec<Exclusion>) -> Command {
    Command::Screen { criteria, exclusions }
}

fn screened(candidate: bool) -> Event {
    Event::CandidateScreened {
        criteria: vec![answer(Criterion::CoOccurring, candidate)],
        exclusions: vec![],
        candidate,
    }
}

fn waitlisted() -> Event {
    Event::PatientWaitlisted { reason: text("no place") }
}

fn opened(n: u128) -> Event {
    Event::EpisodeOpened { episode: stay(n), previous: None, admitted_at: noon() }
}

fn moved(from: Phase, to: Phase) -> Event {
    Event::EpisodePhaseChanged { episode: stay(1), from, to, reason: text("as planned") }
}

fn change_phase(to: Phase) -> Command {
    Command::ChangePhase { to, reason: text("as planned") }
}

fn paused() -> Event {
    Event::EpisodePaused { episode: stay(1), because: Interruption::Hospitalised }
}

fn closed(n: u128) -> Event {
    Event::EpisodeClosed {
        episode: stay(n),
        disposition: Disposition::Completed,
        medication_plan: None,
        at: Some(noon()),
    }
}

fn admitted() -> Vec<Event> {
    vec![referred(), screened(true), opened(1)]
}

fn discharged() -> Vec<Event> {
    [admitted(), vec![closed(1)]].concat()
}

fn discharge(disposition: Disposition, plan: Option<&str>) -> Command {
    Command::Discharge { disposition, medication_plan: plan.map(text) }
}

fn with_chart(by: By, tapering: usize) -> By {
    let no_abrupt_stop = (0..tapering).map(|n| OrderId::new(uuid(n as u128))).collect();
    by.knowing(Facts {
        chart: Some(ChartFacts { no_abrupt_stop, ..ChartFacts::default() }),
        recovery: Some(RecoveryFacts::default()),
        ..Facts::default()
    })
}

#[test]
fn anybody_unknown_turned_away_or_discharged_may_be_referred() {
    for given in [vec![], vec![referred(), screened(false)], discharged()] {
        stays(given)
            .when(by(Role::PrimaryCare).asks_in_program(refer()))
            .then_expect_events(vec![referred()]);
    }
}

#[test]
fn a_referral_under_way_refuses_another() {
    for given in
        [vec![referred()], vec![referred(), screened(true)], vec![referred(), screened(true), waitlisted()]]
    {
        stays(given)
            .when(by(Role::Therapist).asks_in_program(refer()))
            .then_expect_error(Error::AlreadyReferred);
    }
}

#[test]
fn an_open_stay_refuses_a_referral() {
    for given in [admitted(), [admitted(), vec![paused()]].concat()] {
        stays(given).when(by(Role::Therapist).asks_in_program(refer())).then_expect_error(Error::StayOpen);
    }
}

#[test]
fn nobody_is_born_in_the_future() {
    let by = by(Role::Therapist).at(instant("1990-05-03T23:59:59Z"));
    stays(vec![]).when(by.asks_in_program(refer())).then_expect_error(Error::BornInFuture);
}

#[test]
fn one_criterion_met_and_no_exclusion_makes_a_candidate() {
    let criteria =
        vec![answer(Criterion::MoodInstability, false), answer(Criterion::RelapseFromSymptoms, true)];
    stays(vec![referred()])
        .when(by(Role::Nurse).asks_in_program(screen(criteria.clone(), vec![])))
        .then_expect_events(vec![Event::CandidateScreened { criteria, exclusions: vec![], candidate: true }]);
}

#[test]
fn an_exclusion_or_no_criterion_met_makes_none() {
    for (met, exclusions) in [(true, vec![Exclusion::ImminentRisk]), (false, vec![])] {
        let criteria = vec![answer(Criterion::CoOccurring, met)];
        stays(vec![referred()])
            .when(by(Role::Therapist).asks_in_program(screen(criteria.clone(), exclusions.clone())))
            .then_expect_events(vec![Event::CandidateScreened { criteria, exclusions, candidate: false }]);
    }
}

#[test]
fn a_screening_answers_each_criterion_once_and_at_least_one() {
    let cases = [
        (vec![], vec![], Error::NoCriterionAnswered),
        (
            vec![answer(Criterion::CoOccurring, true), answer(Criterion::CoOccurring, false)],
            vec![],
            Error::CriterionRepeated { criterion: Criterion::CoOccurring },
        ),
        (
            vec![answer(Criterion::CoOccurring, true)],
            vec![Exclusion::AcutePsychosis, Exclusion::AcutePsychosis],
            Error::ExclusionRepeated { exclusion: Exclusion::AcutePsychosis },
        ),
    ];
    for (criteria, exclusions, refusal) in cases {
        stays(vec![referred()])
            .when(by(Role::Therapist).asks_in_program(screen(criteria, exclusions)))
            .then_expect_error(refusal);
    }
}

#[test]
fn only_a_fresh_referral_is_screened() {
    let cases = [
        (vec![], Error::NotReferred),
        (vec![referred(), screened(true)], Error::AlreadyScreened),
        (vec![referred(), screened(false)], Error::AlreadyScreened),
        (admitted(), Error::StayOpen),
        (discharged(), Error::StayClosed),
    ];
    for (given, refusal) in cases {
        let command = screen(vec![answer(Criterion::CoOccurring, true)], vec![]);
        stays(given).when(by(Role::Therapist).asks_in_program(command)).then_expect_error(refusal);
    }
}

#[test]
fn a_place_is_kept_for_a_candidate() {
    stays(vec![referred(), screened(true)])
        .when(by(Role::CaseManager).asks_in_program(Command::Waitlist { reason: text("no place") }))
        .then_expect_events(vec![waitlisted()]);
}

#[test]
fn a_place_is_kept_for_nobody_else() {
    let cases = [
        (vec![], Error::NotReferred),
        (vec![referred()], Error::NotScreened),
        (vec![referred(), screened(false)], Error::NotACandidate),
        (vec![referred(), screened(true), waitlisted()], Error::AlreadyWaitlisted),
        (admitted(), Error::StayOpen),
        (discharged(), Error::StayClosed),
    ];
    for (given, refusal) in cases {
        stays(given)
            .when(by(Role::CaseManager).asks_in_program(Command::Waitlist { reason: text("no place") }))
            .then_expect_error(refusal);
    }
}

#[test]
fn a_candidate_is_admitted_from_the_list_or_directly() {
    for given in [vec![referred(), screened(true)], vec![referred(), screened(true), waitlisted()]] {
        stays(given)
            .when(by(Role::CaseManager).asks_in_program(Command::Admit { episode: stay(1) }))
            .then_expect_events(vec![opened(1)]);
    }
}

#[test]
fn an_admission_recorded_late_keeps_its_time() {
    let began = noon().plus_days(-2);
    stays(vec![referred(), screened(true)])
        .when(by(Role::Nurse).effective(began).asks_in_program(Command::Admit { episode: stay(1) }))
        .then_expect_events(vec![Event::EpisodeOpened {
            episode: stay(1),
            previous: None,
            admitted_at: began,
        }]);
}

#[test]
fn an_admission_of_years_ago_is_a_slip_of_the_pen() {
    let given = || vec![referred(), screened(true)];
    let admitted =
        |at: Instant| by(Role::Nurse).effective(at).asks_in_program(Command::Admit { episode: stay(1) });
    let oldest = noon().plus_days(-730);
    stays(given()).when(admitted(oldest)).then_expect_events(vec![Event::EpisodeOpened {
        episode: stay(1),
        previous: None,
        admitted_at: oldest,
    }]);
    stays(given())
        .when(admitted(noon().plus_days(-731)))
        .then_expect_error(Error::AdmittedTooLongAgo { most_days: 730 });
}

#[test]
fn nobody_but_a_candidate_is_admitted() {
    let cases = [
        (vec![], Error::NotReferred),
        (vec![referred()], Error::NotScreened),
        (vec![referred(), screened(false)], Error::NotACandidate),
        (admitted(), Error::StayOpen),
        (discharged(), Error::StayClosed),
    ];
    for (given, refusal) in cases {
        stays(given)
            .when(by(Role::Nurse).asks_in_program(Command::Admit { episode: stay(2) }))
            .then_expect_error(refusal);
    }
}

#[test]
fn a_readmission_is_a_new_stay_that_names_the_one_before() {
    let given = || [discharged(), vec![referred(), screened(true)]].concat();
    stays(given())
        .when(by(Role::Nurse).asks_in_program(Command::Admit { episode: stay(2) }))
        .then_expect_events(vec![Event::EpisodeOpened {
            episode: stay(2),
            previous: Some(stay(1)),
            admitted_at: noon(),
        }]);
    stays(given())
        .when(by(Role::Nurse).asks_in_program(Command::Admit { episode: stay(1) }))
        .then_expect_error(Error::EpisodeUsed);
}

#[test]
fn a_stay_moves_through_its_phases_and_one_step_back() {
    use Phase::{
        Assessing, Maintenance, MedicationNotIndicated, Planning, Stabilising, SteppingDown, Titrating,
    };
    let phases =
        [Assessing, MedicationNotIndicated, Planning, Titrating, Stabilising, Maintenance, SteppingDown];
    let allowed = [
        (Assessing, MedicationNotIndicated),
        (Assessing, Planning),
        (MedicationNotIndicated, Assessing),
        (Planning, MedicationNotIndicated),
        (Planning, Titrating),
        (Titrating, Stabilising),
        (Stabilising, Titrating),
        (Stabilising, Maintenance),
        (Maintenance, Stabilising),
        (Maintenance, SteppingDown),
        (SteppingDown, Maintenance),
    ];
    for from in phases {
        for to in phases {
            let given = [admitted(), vec![moved(Assessing, from)]].concat();
            let then = stays(given).when(by(Role::Pmhnp).asks_in_program(change_phase(to)));
            if from == to {
                then.then_expect_error(Error::SamePhase { phase: to });
            } else if allowed.contains(&(from, to)) {
                then.then_expect_events(vec![moved(from, to)]);
            } else {
                then.then_expect_error(Error::PhaseNotReachable { from, to });
            }
        }
    }
}

#[test]
fn phases_belong_to_a_stay_that_goes_on() {
    let cases = [
        (vec![], Error::NotAdmitted),
        (vec![referred(), screened(true)], Error::NotAdmitted),
        ([admitted(), vec![paused()]].concat(), Error::StayPaused),
        (discharged(), Error::StayClosed),
    ];
    for (given, refusal) in cases {
        stays(given)
            .when(by(Role::Pmhnp).asks_in_program(change_phase(Phase::Planning)))
            .then_expect_error(refusal);
    }
}

#[test]
fn a_stay_is_interrupted_and_goes_on_in_its_phase() {
    stays(admitted())
        .when(by(Role::CaseManager).asks_in_program(Command::Pause { because: Interruption::Hospitalised }))
        .then_expect_events(vec![paused()]);
    let given = || [admitted(), vec![moved(Phase::Assessing, Phase::Planning), paused()]].concat();
    stays(given())
        .when(by(Role::CaseManager).asks_in_program(Command::Resume))
        .then_expect_events(vec![Event::EpisodeResumed { episode: stay(1) }]);
    stays(given())
        .and(vec![Event::EpisodeResumed { episode: stay(1) }])
        .when(by(Role::Pmhnp).asks_in_program(change_phase(Phase::Titrating)))
        .then_expect_events(vec![moved(Phase::Planning, Phase::Titrating)]);
}

#[test]
fn only_what_goes_on_is_interrupted_and_only_what_is_interrupted_goes_on_again() {
    let pause = Command::Pause { because: Interruption::Leave };
    let cases = [
        (vec![], pause.clone(), Error::NotAdmitted),
        ([admitted(), vec![paused()]].concat(), pause.clone(), Error::StayPaused),
        (discharged(), pause, Error::StayClosed),
        (vec![], Command::Resume, Error::NotAdmitted),
        (admitted(), Command::Resume, Error::NotPaused),
        (discharged(), Command::Resume, Error::StayClosed),
    ];
    for (given, command, refusal) in cases {
        stays(given).when(by(Role::Nurse).asks_in_program(command)).then_expect_error(refusal);
    }
}

#[test]
fn a_stay_ends_also_while_it_is_interrupted() {
    for given in [admitted(), [admitted(), vec![paused()]].concat()] {
        let by = with_chart(by(Role::CaseManager), 0);
        stays(given)
            .when(by.asks_in_program(discharge(Disposition::Completed, None)))
            .then_expect_events(vec![closed(1)]);
    }
}

#[test]
fn what_must_not_stop_abruptly_needs_a_plan_at_discharge() {
    let by = with_chart(by(Role::Psychiatrist), 2);
    stays(admitted())
        .when(by.clone().asks_in_program(discharge(Disposition::LostToFollowUp, None)))
        .then_expect_error(Error::MedicationPlanRequired { orders: 2 });
    stays(admitted())
        .when(by.asks_in_program(discharge(Disposition::Transferred, Some("14 days supply, Dr Lee goes on"))))
        .then_expect_events(vec![Event::EpisodeClosed {
            episode: stay(1),
            disposition: Disposition::Transferred,
            medication_plan: Some(text("14 days supply, Dr Lee goes on")),
            at: Some(noon()),
        }]);
}

#[test]
fn the_dead_need_no_medication_plan() {
    stays(admitted())
        .when(with_chart(by(Role::Nurse), 1).asks_in_program(discharge(Disposition::Deceased, None)))
        .then_expect_events(vec![Event::EpisodeClosed {
            episode: stay(1),
            disposition: Disposition::Deceased,
            medication_plan: None,
            at: Some(noon()),
        }]);
}

#[test]
fn a_discharge_without_a_look_at_the_chart_is_refused() {
    stays(admitted())
        .when(by(Role::Nurse).asks_in_program(discharge(Disposition::Completed, None)))
        .then_expect_error(Error::ChartNotRead);
}

#[test]
fn nothing_but_a_referral_follows_a_discharge() {
    let cases = [(vec![], Error::NotAdmitted), (discharged(), Error::StayClosed)];
    for (given, refusal) in cases {
        let by = with_chart(by(Role::Nurse), 0);
        stays(given)
            .when(by.asks_in_program(discharge(Disposition::Completed, None)))
            .then_expect_error(refusal);
    }
}

#[test]
fn each_command_has_its_roles() {
    use Role::{CaseManager, Nurse, OutsideProvider, Pmhnp, PrimaryCare, Psychiatrist, Service, Therapist};
    let managers = vec![Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Service];
    let cases = [
        (refer(), [managers.clone(), vec![PrimaryCare, OutsideProvider]].concat()),
        (screen(vec![], vec![]), vec![Psychiatrist, Pmhnp, Therapist, Nurse]),
        (Command::Waitlist { reason: text("no place") }, managers.clone()),
        (Command::Admit { episode: stay(1) }, managers.clone()),
        (change_phase(Phase::Planning), vec![Psychiatrist, Pmhnp, Therapist, Service]),
        (Command::Pause { because: Interruption::Leave }, managers.clone()),
        (Command::Resume, managers.clone()),
        (discharge(Disposition::Completed, None), managers),
    ];
    for (command, permitted) in cases {
        for role in Role::ALL {
            let result = stays(vec![]).when(by(role).asks_in_program(command.clone())).inspect_result();
            let refused = result == Err(Error::RoleNotPermitted { role });
            assert_eq!(refused, !permitted.contains(&role), "{role} {command:?}");
        }
    }
}

#[test]
fn others_learn_which_stay_is_open_and_which_have_ended() {
    let mut episode = Episode::default();
    for event in [discharged(), vec![referred(), screened(true), opened(2)]].concat() {
        episode.fold(event);
    }
    let facts = episode.facts();
    let stay_of = |n| crate::EpisodeRef { program: program(), id: stay(n) };
    assert_eq!(facts.admitted_at, Some(noon()));
    assert!(facts.is_active(&stay_of(2)) && !facts.is_active(&stay_of(1)));
    assert!(facts.knows(&stay_of(1)) && facts.knows(&stay_of(2)) && !facts.knows(&stay_of(3)));
    episode.fold(Event::EpisodePaused { episode: stay(2), because: Interruption::Leave });
    assert!(!episode.facts().is_active(&stay_of(2)), "a stay that is interrupted is not active");
}

#[test]
fn a_refusal_says_what_to_do_and_nothing_of_the_patient() {
    let refusal = Error::MedicationPlanRequired { orders: 2 };
    assert_eq!(refusal.reason(), "MEDICATION_PLAN_REQUIRED");
    assert!(refusal.remedy().contains("bridging supply"));
    assert_eq!(refusal.to_string(), "2 open orders must not stop abruptly");
}
