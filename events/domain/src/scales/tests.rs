//! The rules of the scores, one test each.

use std::time::Duration;

use concord_kernel::{Instant, Role, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::testing::{By, by, noon, text, uuid};
use crate::{Explain, ScaleFacts};

fn scores(given: Vec<Event>) -> AggregateTestExecutor<Scales> {
    TestFramework::with(()).given(given)
}

fn id(n: u128) -> ScaleId {
    ScaleId::new(uuid(n))
}

/// A form in the words of the tests; `items` as on paper.
#[derive(Clone)]
struct Form {
    id: ScaleId,
    scale: ScaleKind,
    items: Vec<Option<u8>>,
    stated_total: Option<u16>,
    mode: AdministrationMode,
    language: &'static str,
    taken_at: Instant,
    substance: Option<Text>,
}

fn form<const N: usize>(n: u128, scale: ScaleKind, items: [u8; N]) -> Form {
    Form {
        id: id(n),
        scale,
        items: items.map(Some).to_vec(),
        stated_total: None,
        mode: AdministrationMode::Clinician,
        language: "en-US",
        taken_at: noon(),
        substance: None,
    }
}

/// A PHQ-9 with this total and no thought of self-harm; at most 24.
fn phq9(n: u128, total: u8) -> Form {
    let mut left = total;
    let mut items = [0; 9];
    for item in &mut items[..8] {
        *item = left.min(3);
        left -= *item;
    }
    assert_eq!(left, 0, "eight items hold at most 24");
    form(n, ScaleKind::Phq9, items)
}

fn gad7(n: u128, total: u8) -> Form {
    let mut left = total;
    form(
        n,
        ScaleKind::Gad7,
        [0; 7].map(|_: u8| {
            let item = left.min(3);
            left -= item;
            item
        }),
    )
}

fn self_harm(n: u128) -> Form {
    form(n, ScaleKind::Phq9, [0, 0, 0, 0, 0, 0, 0, 0, 1])
}

fn cssrs(n: u128, items: [u8; 7]) -> Form {
    form(n, ScaleKind::Cssrs, items)
}

const CSSRS_LOW: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
const CSSRS_MODERATE: [u8; 7] = [1, 1, 1, 0, 0, 0, 0];
const CSSRS_HIGH: [u8; 7] = [1, 1, 1, 1, 0, 0, 0];

fn craving(n: u128, substance: &str, mm: u8) -> Form {
    Form { substance: Some(text(substance)), ..form(n, ScaleKind::Craving, [mm]) }
}

impl Form {
    fn on(self, taken_at: Instant) -> Self {
        Self { taken_at, ..self }
    }

    fn command(self) -> Command {
        let Self { id, scale, items, stated_total, mode, language, taken_at, substance } = self;
        let language = language.to_owned();
        Command::Administer { id, scale, items, stated_total, mode, language, taken_at, substance }
    }
}

fn nurse() -> By {
    by(Role::Nurse)
}

/// The events that recording these forms one after the other leaves behind.
fn recorded(forms: &[Form]) -> Vec<Event> {
    let mut history = Vec::new();
    for form in forms {
        let more = scores(history.clone()).when(nurse().asks(form.clone().command())).inspect_result();
        history.extend(more.unwrap());
    }
    history
}

fn facts(given: Vec<Event>) -> ScaleFacts {
    let mut scales = Scales::default();
    for event in given {
        scales.fold(event);
    }
    scales.facts()
}

/// Total, baseline, response and remission of the last form.
fn verdict(forms: &[Form]) -> (Option<u16>, Option<u16>, Option<bool>, Option<bool>) {
    recorded(forms)
        .into_iter()
        .rev()
        .find_map(|event| match event {
            Event::ScaleScored { total, baseline, response, remission, .. } => {
                Some((total, baseline, response, remission))
            }
            Event::RiskRaised { .. } | Event::RiskResolved { .. } | Event::ScoreWorsened { .. } => None,
        })
        .unwrap()
}

fn risk_of(form: &Form, level: RiskLevel, within: Duration) -> Event {
    Event::RiskRaised {
        id: form.id,
        scale: form.scale,
        level,
        raised_at: noon(),
        act_by: noon().plus(within),
    }
}

fn resolve(n: u128) -> Command {
    Command::ResolveRisk { id: id(n), resolution: text("safety plan agreed") }
}

fn resolved(n: u128) -> Event {
    Event::RiskResolved { id: id(n), resolution: text("safety plan agreed") }
}

fn refuses(form: Form, refusal: Error) {
    scores(vec![]).when(nurse().asks(form.command())).then_expect_error(refusal);
}

#[test]
fn the_first_form_is_the_baseline_and_has_none() {
    scores(vec![]).when(nurse().asks(phq9(1, 12).command())).then_expect_events(vec![Event::ScaleScored {
        id: id(1),
        scale: ScaleKind::Phq9,
        items: phq9(1, 12).items,
        total: Some(12),
        band: Some("moderate".to_owned()),
        baseline: None,
        response: None,
        remission: Some(false),
        mode: AdministrationMode::Clinician,
        language: "en-US".to_owned(),
        taken_at: noon(),
        substance: None,
    }]);
}

#[test]
fn later_forms_are_compared_with_the_first() {
    assert_eq!(verdict(&[phq9(1, 12), phq9(2, 7)]), (Some(7), Some(12), Some(false), Some(false)));
    assert_eq!(verdict(&[phq9(1, 12), phq9(2, 6)]), (Some(6), Some(12), Some(true), Some(false)));
    assert_eq!(verdict(&[phq9(1, 12), phq9(2, 20), phq9(3, 4)]), (Some(4), Some(12), Some(true), Some(true)));
    assert_eq!(verdict(&[phq9(1, 12), gad7(2, 4)]), (Some(4), None, None, Some(true)));
}

#[test]
fn a_form_without_total_is_no_baseline() {
    let mut unanswered = phq9(1, 0);
    unanswered.items = vec![None; 9];
    assert_eq!(verdict(&[unanswered.clone()]), (None, None, None, None));
    assert_eq!(verdict(&[unanswered.clone(), phq9(2, 12)]).1, None);
    assert_eq!(verdict(&[unanswered, phq9(2, 12), phq9(3, 12)]).1, Some(12));
}

#[test]
fn one_or_two_missing_answers_are_made_up_for() {
    let mut partly = phq9(1, 0);
    partly.items = vec![Some(2), Some(2), Some(2), Some(2), Some(2), Some(2), Some(2), None, None];
    assert_eq!(verdict(&[partly.clone()]).0, Some(18));
    partly.items[6] = None;
    assert_eq!(verdict(&[partly]).0, None);
}

#[test]
fn craving_is_compared_substance_by_substance() {
    let forms = [craving(1, "alcohol", 40), craving(2, "cocaine", 20), craving(3, "Alcohol", 20)];
    assert_eq!(verdict(&forms[..2]).1, None);
    assert_eq!((verdict(&forms).1, verdict(&forms).2), (Some(40), Some(true)));
}

#[test]
fn craving_names_its_substance_and_other_forms_none() {
    let nothing = Form { substance: None, ..craving(1, "alcohol", 10) };
    refuses(nothing, Error::SubstanceRequired);
    refuses(Form { substance: Some(text("alcohol")), ..phq9(1, 5) }, Error::SubstanceNotAsked);
}

#[test]
fn a_total_that_the_items_do_not_give_is_refused() {
    refuses(Form { stated_total: Some(13), ..phq9(1, 12) }, Error::TotalMismatch { computed: Some(12) });
    let unanswered = Form { items: vec![None; 9], stated_total: Some(0), ..phq9(1, 0) };
    refuses(unanswered, Error::TotalMismatch { computed: None });
    let right = Form { stated_total: Some(12), ..phq9(1, 12) };
    scores(vec![]).when(nurse().asks(right.command())).then_expect_events(recorded(&[phq9(1, 12)]));
}

#[test]
fn a_form_has_its_items_and_answers() {
    refuses(form(1, ScaleKind::Phq9, [0; 8]), Error::ItemCount { expected: 9 });
    refuses(form(1, ScaleKind::Gad7, [0; 9]), Error::ItemCount { expected: 7 });
    refuses(
        form(1, ScaleKind::Phq9, [0, 0, 0, 4, 0, 0, 0, 0, 0]),
        Error::ItemOutOfRange { item: 4, highest: 3 },
    );
    refuses(cssrs(1, [2, 0, 0, 0, 0, 0, 0]), Error::ItemOutOfRange { item: 1, highest: 1 });
    refuses(craving(1, "alcohol", 101), Error::ItemOutOfRange { item: 1, highest: 100 });
}

#[test]
fn a_form_that_cannot_be_judged_is_refused() {
    let blank = |form: Form| Form { items: vec![None; form.items.len()], ..form };
    refuses(blank(craving(1, "alcohol", 0)), Error::Unanswered);
    refuses(blank(cssrs(1, CSSRS_LOW)), Error::Unanswered);
}

#[test]
fn a_cssrs_skips_only_what_the_screener_does_not_ask() {
    let skipping = |items: [Option<u8>; 7]| Form { items: items.to_vec(), ..cssrs(1, CSSRS_LOW) };
    let (no, yes) = (Some(0), Some(1));
    let short = skipping([yes, no, None, None, None, no, None]);
    assert_eq!(recorded(&[short]).len(), 1, "no thoughts: questions 3 to 5 are not asked");
    refuses(skipping([yes, yes, no, None, no, no, None]), Error::Unanswered);
    refuses(skipping([no, no, None, None, None, None, None]), Error::Unanswered);
    for high in [[None, None, None, yes, None, None, None], [no, no, None, None, None, yes, None]] {
        let events = recorded(&[skipping(high)]);
        assert_eq!(events[1..], [risk_of(&cssrs(1, CSSRS_HIGH), RiskLevel::High, Duration::from_mins(15))]);
    }
}

#[test]
fn an_administration_is_recorded_once() {
    for second in [phq9(1, 12), gad7(1, 3)] {
        scores(recorded(&[phq9(1, 12)]))
            .when(nurse().asks(second.command()))
            .then_expect_error(Error::ScaleUsed);
    }
}

#[test]
fn a_form_is_not_of_the_future_nor_older_than_thirty_days() {
    let earliest = noon().plus_days(-30);
    let beyond = |at: Instant, micros| Instant::from_micros(at.micros() + micros).unwrap();
    refuses(phq9(1, 12).on(beyond(noon(), 1)), Error::TakenInFuture);
    refuses(phq9(1, 12).on(beyond(earliest, -1)), Error::TakenTooLongAgo { most_days: 30 });
    assert_eq!(recorded(&[phq9(1, 12).on(earliest)]).len(), 1);
}

#[test]
fn the_language_is_a_tag() {
    for language in ["en", "en-US", "zh-Hant-TW", "es-419", "sgn-US"] {
        assert_eq!(recorded(&[Form { language, ..phq9(1, 3) }]).len(), 1, "{language}");
    }
    for language in ["", "e", "english language", "en_US", "en-", "-US", "9n", "en-toolongsubtag", "ñandu"] {
        refuses(Form { language, ..phq9(1, 3) }, Error::NotALanguage);
    }
    let long = "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd";
    refuses(Form { language: long, ..phq9(1, 3) }, Error::NotALanguage);
}

#[test]
fn a_high_cssrs_calls_somebody_within_fifteen_minutes() {
    let fifteen = Duration::from_mins(15);
    for items in [CSSRS_HIGH, [1, 1, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1, 1]] {
        let form = cssrs(1, items);
        let events = recorded(std::slice::from_ref(&form));
        assert_eq!(events[1..], [risk_of(&form, RiskLevel::High, fifteen)], "{items:?}");
    }
}

#[test]
fn a_moderate_cssrs_calls_a_clinician_the_same_day() {
    for items in [CSSRS_MODERATE, [0, 0, 0, 0, 0, 1, 0]] {
        let form = cssrs(1, items);
        let events = recorded(std::slice::from_ref(&form));
        assert_eq!(events[1..], [risk_of(&form, RiskLevel::Moderate, Duration::from_hours(8))], "{items:?}");
    }
}

#[test]
fn a_low_cssrs_raises_nothing() {
    for items in [[0; 7], CSSRS_LOW, [1, 1, 0, 0, 0, 0, 0]] {
        assert_eq!(recorded(&[cssrs(1, items)]).len(), 1, "{items:?}");
    }
}

#[test]
fn a_thought_of_self_harm_asks_for_a_cssrs_the_same_day() {
    let form = self_harm(1);
    let events = recorded(std::slice::from_ref(&form));
    assert_eq!(events[1..], [risk_of(&form, RiskLevel::Moderate, Duration::from_hours(8))]);
    let the_day_before = cssrs(2, CSSRS_LOW).on(noon().plus_days(-1));
    assert_eq!(recorded(&[the_day_before, form]).len(), 3, "yesterday's does not count");
}

#[test]
fn where_there_is_a_cssrs_that_one_decides() {
    let this_morning = cssrs(2, CSSRS_LOW);
    assert_eq!(recorded(&[this_morning.clone(), self_harm(1)]).len(), 2);
    let handed_in_late = self_harm(1).on(noon().plus_days(-2));
    assert_eq!(recorded(&[this_morning, handed_in_late]).len(), 2);
}

#[test]
fn strong_craving_calls_for_contact() {
    let form = craving(1, "alcohol", 50);
    let events = recorded(std::slice::from_ref(&form));
    assert_eq!(events[1..], [risk_of(&form, RiskLevel::Low, Duration::from_hours(24))]);
    assert_eq!(recorded(&[craving(1, "alcohol", 49)]).len(), 1);
    assert!(!facts(events).risk_open, "craving is no risk of suicide");
}

#[test]
fn a_risk_is_resolved_once_and_by_a_clinician() {
    let given = || recorded(&[cssrs(1, CSSRS_HIGH)]);
    for role in Role::ALL {
        let result = scores(given()).when(by(role).asks(resolve(1))).inspect_result();
        let clinician = matches!(role, Role::Psychiatrist | Role::Pmhnp | Role::Therapist | Role::Nurse);
        let expected = if clinician { Ok(vec![resolved(1)]) } else { Err(Error::RoleNotPermitted { role }) };
        assert_eq!(result, expected, "{role}");
    }
    scores(given())
        .and(vec![resolved(1)])
        .when(nurse().asks(resolve(1)))
        .then_expect_error(Error::RiskAlreadyResolved);
}

#[test]
fn only_a_risk_that_was_raised_is_resolved() {
    for given in [vec![], recorded(&[cssrs(1, CSSRS_LOW)])] {
        scores(given).when(nurse().asks(resolve(1))).then_expect_error(Error::UnknownRisk);
    }
}

#[test]
fn clinicians_record_forms_and_patients_their_own() {
    use AdministrationMode::{Clinician, Proxy, SelfReport};
    for role in Role::ALL {
        for mode in [Clinician, Proxy, SelfReport] {
            let form = Form { mode, ..phq9(1, 3) };
            let result = scores(vec![]).when(by(role).asks(form.command())).inspect_result();
            let permitted = match role {
                Role::Psychiatrist | Role::Pmhnp | Role::Therapist | Role::Nurse => true,
                Role::Patient => mode == SelfReport,
                Role::CaseManager
                | Role::Pharmacist
                | Role::PrimaryCare
                | Role::OutsideProvider
                | Role::Family
                | Role::Auditor
                | Role::Service
                | Role::Director
                | Role::PrivacyOfficer
                | Role::Partner => false,
            };
            assert_eq!(result.is_ok(), permitted, "{role} {mode:?}");
            assert_eq!(result == Err(Error::RoleNotPermitted { role }), !permitted, "{role} {mode:?}");
        }
    }
}

#[test]
fn others_learn_whether_the_last_two_scores_respond() {
    let days_ago = |n: i64| noon().plus_days(-n);
    let course = [
        phq9(1, 16).on(days_ago(9)),
        phq9(2, 8).on(days_ago(6)),
        phq9(3, 8).on(days_ago(3)),
        phq9(4, 9).on(noon()),
    ];
    let after = |n: usize| facts(recorded(&course[..n])).last_two_respond;
    assert_eq!(
        [after(0), after(1), after(2), after(3), after(4)],
        [None, None, None, Some(true), Some(false)]
    );
}

#[test]
fn a_form_handed_in_late_does_not_count_as_the_latest() {
    let at = |n, total, days: i64| phq9(n, total).on(noon().plus_days(-days));
    let course = [at(1, 16, 20), at(2, 8, 6), at(3, 8, 3), at(4, 16, 10)];
    assert_eq!(facts(recorded(&course)).last_two_respond, Some(true));
}

#[test]
fn the_primary_scale_is_the_one_that_was_worst_at_baseline() {
    let mood_first = [phq9(1, 6), gad7(2, 14), phq9(3, 6), phq9(4, 6), gad7(5, 7), gad7(6, 7)];
    assert_eq!(facts(recorded(&mood_first)).last_two_respond, Some(true), "anxiety was worse");
    let mood_worse = [phq9(1, 18), gad7(2, 13), phq9(3, 18), phq9(4, 18), gad7(5, 3), gad7(6, 3)];
    assert_eq!(facts(recorded(&mood_worse)).last_two_respond, Some(false), "mood was worse");
    let equal = [gad7(1, 14), phq9(2, 18), phq9(3, 9), phq9(4, 9), gad7(5, 14), gad7(6, 14)];
    assert_eq!(facts(recorded(&equal)).last_two_respond, Some(true), "PHQ-9 where they are equal");
}

#[test]
fn a_risk_is_open_until_it_is_resolved_and_the_cssrs_is_low() {
    let raised = recorded(&[cssrs(1, CSSRS_HIGH)]);
    assert!(facts(raised.clone()).risk_open);
    assert_eq!(facts(raised.clone()).risk_raised_at, Some(noon()));
    let dealt_with = [raised, vec![resolved(1)]].concat();
    assert!(facts(dealt_with.clone()).risk_open, "the last C-SSRS was high");
    let low = scores(dealt_with.clone()).when(nurse().asks(cssrs(2, CSSRS_LOW).command())).inspect_result();
    assert!(!facts([dealt_with, low.unwrap()].concat()).risk_open);
    let unresolved = recorded(&[cssrs(1, CSSRS_HIGH), cssrs(2, CSSRS_LOW)]);
    assert!(facts(unresolved).risk_open, "nobody has said what was done");
}

#[test]
fn an_older_cssrs_handed_in_late_does_not_take_the_last_ones_place() {
    let earlier = cssrs(2, CSSRS_LOW).on(noon().plus_days(-1));
    let history = [recorded(&[cssrs(1, CSSRS_HIGH), earlier]), vec![resolved(1)]].concat();
    assert!(facts(history).risk_open);
}

#[test]
fn a_refusal_says_what_to_do() {
    let refusal = Error::TotalMismatch { computed: Some(12) };
    assert_eq!(refusal.reason(), "SCALE_TOTAL_MISMATCH");
    assert_eq!(refusal.to_string(), "the total on the form is not the sum of its items");
    assert!(refusal.remedy().contains("items"));
}

fn cows(n: u128, total: u8) -> Form {
    let mut left = total;
    let items: [u8; 11] = std::array::from_fn(|item| {
        let offered = (0..=left.min(ScaleKind::Cows.highest_answer(item)))
            .rev()
            .find(|answer| ScaleKind::Cows.offers(item, *answer));
        let answer = offered.unwrap_or(0);
        left -= answer;
        answer
    });
    assert_eq!(left, 0, "{total} cannot be made of what the items offer");
    form(n, ScaleKind::Cows, items)
}

#[test]
fn withdrawal_is_scored_by_a_clinician_compared_with_nothing_and_known_to_others() {
    assert_eq!(verdict(&[cows(1, 20), cows(2, 8)]), (Some(8), None, None, None));
    let known = facts(recorded(&[cows(1, 8), cows(2, 20)])).withdrawal;
    assert_eq!(known[&ScaleKind::Cows], Withdrawal { total: 20, taken_at: noon() });
    let late = cows(3, 30).on(noon().plus_days(-1));
    assert_eq!(facts(recorded(&[cows(1, 8), late])).withdrawal[&ScaleKind::Cows].total, 8);
    refuses(Form { mode: AdministrationMode::SelfReport, ..cows(1, 8) }, Error::ClinicianScores);
    let own = Form { mode: AdministrationMode::SelfReport, ..form(1, ScaleKind::Sows, [2; 16]) };
    assert_eq!(recorded(&[own]).len(), 1);
    let mut pulse = cows(1, 0);
    pulse.items[0] = Some(3);
    refuses(pulse, Error::AnswerNotOffered { item: 1 });
    refuses(Form { items: vec![None; 11], ..cows(1, 0) }, Error::Unanswered);
}

#[test]
fn severe_withdrawal_calls_somebody_at_once() {
    let severe = cows(1, 37);
    let events = recorded(std::slice::from_ref(&severe));
    assert_eq!(events[1..], [risk_of(&severe, RiskLevel::High, Duration::from_mins(15))]);
    assert_eq!(recorded(&[cows(1, 36)]).len(), 1);
    let shaking = form(1, ScaleKind::CiwaAr, [7, 7, 5, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(recorded(std::slice::from_ref(&shaking)).len(), 2);
}

#[test]
fn withdrawal_that_lets_a_dose_go_ahead_is_scored_by_nurses_and_prescribers() {
    let score = |role| scores(vec![]).when(by(role).asks(cows(1, 13).command())).inspect_result();
    let role = Role::Therapist;
    assert_eq!(score(role), Err(Error::RoleNotPermitted { role }));
    assert!(score(Role::Nurse).is_ok() && score(Role::Pmhnp).is_ok());
}

#[test]
fn movements_and_mania_are_seen_by_a_clinician_and_named_by_their_criteria() {
    let band = |events: Vec<Event>| match &events[..] {
        [Event::ScaleScored { total, band, .. }] => (*total, band.clone().unwrap()),
        other => panic!("{other:?}"),
    };
    let aims = |items: [u8; 12]| form(1, ScaleKind::Aims, items);
    let mild = aims([2, 2, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0]);
    assert_eq!(
        band(recorded(std::slice::from_ref(&mild))),
        (Some(4), "probable tardive dyskinesia".to_owned())
    );
    assert_eq!(
        band(recorded(&[aims([2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0])])),
        (Some(3), "below threshold".to_owned())
    );
    refuses(Form { mode: AdministrationMode::SelfReport, ..mild.clone() }, Error::ClinicianScores);
    refuses(Form { items: vec![None; 12], ..mild.clone() }, Error::Unanswered);
    refuses(Form { stated_total: Some(6), ..mild }, Error::TotalMismatch { computed: Some(4) });
    let mania = form(1, ScaleKind::Ymrs, [4, 4, 2, 4, 4, 4, 0, 0, 0, 0, 0]);
    assert_eq!(band(recorded(std::slice::from_ref(&mania))), (Some(22), "mania".to_owned()));
    refuses(Form { mode: AdministrationMode::SelfReport, ..mania }, Error::ClinicianScores);
}

#[test]
fn trauma_and_use_are_told_by_the_patient_and_compared_with_the_first_answer() {
    let own = |form| Form { mode: AdministrationMode::SelfReport, ..form };
    let trauma = |n, answer| own(form(n, ScaleKind::Pcl5, [answer; 20]));
    assert_eq!(verdict(&[trauma(1, 3), trauma(2, 1)]), (Some(20), Some(60), Some(true), None));
    assert_eq!(recorded(&[own(form(1, ScaleKind::AuditC, [3, 2, 2]))]).len(), 1);
    assert_eq!(recorded(&[own(form(1, ScaleKind::Dast10, [1; 10]))]).len(), 1);
    refuses(Form { substance: Some(text("wine")), ..trauma(1, 0) }, Error::SubstanceNotAsked);
}

#[test]
fn how_likely_a_drug_is_the_cause_is_judged_by_a_clinician_of_one_drug_and_is_no_response() {
    let suspected =
        |n, items| Form { substance: Some(text("lithium")), ..form(n, ScaleKind::Naranjo, items) };
    let probable = suspected(1, [1, 1, 1, 0, 2, 0, 0, 0, 0, 0]);
    let doubtful = suspected(2, [0, 2, 0, 0, 1, 0, 0, 0, 0, 0]);
    let events = recorded(&[probable.clone(), doubtful]);
    let told = |event: &Event| {
        let Event::ScaleScored { total, band, response, .. } = event else { panic!("{event:?}") };
        (*total, band.clone(), *response)
    };
    assert_eq!(told(&events[0]), (Some(6), Some("probable".to_owned()), None));
    assert_eq!(told(&events[1]), (Some(0), Some("doubtful".to_owned()), None));
    refuses(Form { mode: AdministrationMode::SelfReport, ..probable.clone() }, Error::ClinicianScores);
    refuses(Form { substance: None, ..probable }, Error::SubstanceRequired);
}

#[test]
fn a_form_about_taking_medication_is_told_by_the_patient_and_less_of_it_is_no_response() {
    let own =
        |n, answer| Form { mode: AdministrationMode::SelfReport, ..form(n, ScaleKind::Mars5, [answer; 5]) };
    assert_eq!(verdict(&[own(1, 5), own(2, 2)]), (Some(10), Some(25), None, None));
    refuses(own(1, 0), Error::AnswerNotOffered { item: 1 });
}

/// What is found worse, one score a week.
fn worse(totals: &[u8]) -> Vec<(u16, u16)> {
    let mut forms = Vec::new();
    for (week, total) in (0_i64..).zip(totals) {
        let weeks = i64::try_from(totals.len()).unwrap();
        let number = u128::from(week.unsigned_abs()) + 1;
        forms.push(phq9(number, *total).on(noon().plus_days((week + 1 - weeks) * 7)));
    }
    found_worse(&recorded(&forms))
}

fn found_worse(events: &[Event]) -> Vec<(u16, u16)> {
    let found = |event: &Event| match event {
        Event::ScoreWorsened { from, to, .. } => Some((*from, *to)),
        Event::ScaleScored { .. } | Event::RiskRaised { .. } | Event::RiskResolved { .. } => None,
    };
    events.iter().filter_map(found).collect()
}

#[test]
fn a_depression_score_that_is_five_worse_than_at_either_of_two_visits_before_is_found() {
    assert_eq!(worse(&[8, 13]), [(8, 13)]);
    assert_eq!(worse(&[8, 10, 13]), [(8, 13)], "little by little");
    assert_eq!(worse(&[8, 12]), []);
    assert_eq!(worse(&[8, 10, 11, 14]), [], "longer ago than two visits");
    assert_eq!(worse(&[15]), [], "nothing to compare it with");
    assert_eq!(worse(&[8, 13, 18]), [(8, 13), (8, 18)]);
    assert_eq!(found_worse(&recorded(&[gad7(1, 3), gad7(2, 15)])), [], "of another scale");
}

#[test]
fn a_score_that_is_written_down_late_says_nothing_about_now() {
    let forms = [phq9(1, 4), phq9(2, 15).on(noon().plus_days(-3))];
    assert_eq!(found_worse(&recorded(&forms)), []);
    let then = [phq9(1, 4).on(noon().plus_days(-3)), phq9(2, 15)];
    assert_eq!(found_worse(&recorded(&then)), [(4, 15)]);
    let mut unanswered = phq9(3, 0);
    unanswered.items = vec![None; 9];
    assert_eq!(found_worse(&recorded(&[phq9(1, 4), unanswered])), [], "no total");
}
