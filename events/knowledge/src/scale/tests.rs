//! Rules as sentences.

use super::{Flag, RiskLevel, ScaleError, ScaleKind};
use crate::Ruleset;

fn all(answers: &[u8]) -> Vec<Option<u8>> {
    answers.iter().copied().map(Some).collect()
}

#[test]
fn the_total_is_the_sum_of_the_answers() {
    let score = ScaleKind::Phq9.score(&all(&[3, 3, 2, 2, 1, 1, 1, 1, 0])).unwrap();
    assert_eq!((score.total, score.prorated, score.flags), (Some(14), false, vec![]));
    assert_eq!(ScaleKind::Gad7.score(&all(&[3; 7])).unwrap().total, Some(21));
}

#[test]
fn up_to_two_missing_answers_are_estimated_and_three_are_not() {
    let mut answers = all(&[2; 9]);
    answers[0] = None;
    answers[1] = None;
    let score = ScaleKind::Phq9.score(&answers).unwrap();
    assert_eq!((score.total, score.prorated), (Some(18), true));
    answers[2] = None;
    assert_eq!(ScaleKind::Phq9.score(&answers).unwrap().total, None);
    assert_eq!(ScaleKind::Craving.score(&[None]).unwrap().total, None);
}

#[test]
fn answers_that_the_scale_does_not_offer_are_refused() {
    let count = ScaleError::ItemCount { expected: 9, given: 7 };
    assert_eq!(ScaleKind::Phq9.score(&all(&[0; 7])), Err(count));
    let range = ScaleError::OutOfRange { item: 3, highest: 3 };
    assert_eq!(ScaleKind::Phq9.score(&all(&[0, 0, 4, 0, 0, 0, 0, 0, 0])), Err(range));
    assert!(ScaleKind::Cssrs.score(&all(&[2, 0, 0, 0, 0, 0, 0])).is_err());
    assert!(ScaleKind::Craving.score(&all(&[101])).is_err());
}

#[test]
fn any_answer_above_none_to_item_nine_raises_a_flag_even_without_total() {
    let mut answers = vec![None; 9];
    answers[8] = Some(1);
    let score = ScaleKind::Phq9.score(&answers).unwrap();
    assert_eq!((score.total, score.flags), (None, vec![Flag::SuicidalThoughts]));
}

#[test]
fn bands_have_their_published_names() {
    let band = |kind, total| Ruleset::embedded().band(kind, total);
    for (total, name) in
        [(4, "none"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")]
    {
        assert_eq!(band(ScaleKind::Phq9, total), Some(name), "{total}");
    }
    assert_eq!(band(ScaleKind::Phq9, 28), None);
    assert_eq!(band(ScaleKind::Gad7, 15), Some("severe"));
    assert_eq!(band(ScaleKind::Cssrs, 1), None);
}

#[test]
fn half_of_the_baseline_is_a_response_and_below_five_a_remission() {
    let change = ScaleKind::Phq9.change(20, 10);
    assert!(change.response && !change.remission && !change.worsened);
    assert!(!ScaleKind::Phq9.change(20, 11).response);
    assert!(ScaleKind::Phq9.change(20, 4).remission);
    assert!(!ScaleKind::Phq9.change(20, 5).remission);
    assert!(ScaleKind::Phq9.change(10, 15).worsened);
    assert!(!ScaleKind::Phq9.change(10, 14).worsened);
    assert!(!ScaleKind::Phq9.change(0, 0).response);
}

fn risk(answers: &[Option<u8>]) -> Option<RiskLevel> {
    ScaleKind::Cssrs.score(answers).unwrap().risk
}

#[test]
fn suicide_risk_follows_intent_plan_and_recent_behaviour() {
    assert_eq!(risk(&all(&[0, 0, 0, 0, 0, 0, 0])), Some(RiskLevel::Low));
    assert_eq!(risk(&all(&[1, 1, 0, 0, 0, 0, 0])), Some(RiskLevel::Low));
    assert_eq!(risk(&all(&[1, 1, 1, 0, 0, 0, 0])), Some(RiskLevel::Moderate));
    assert_eq!(risk(&all(&[0, 0, 0, 0, 0, 1, 0])), Some(RiskLevel::Moderate));
    assert_eq!(risk(&all(&[1, 1, 0, 1, 0, 0, 0])), Some(RiskLevel::High));
    assert_eq!(risk(&all(&[1, 1, 0, 0, 1, 0, 0])), Some(RiskLevel::High));
    assert_eq!(risk(&all(&[0, 0, 0, 0, 0, 1, 1])), Some(RiskLevel::High));
    let high = ScaleKind::Cssrs.score(&all(&[1, 1, 0, 1, 0, 0, 0])).unwrap();
    assert_eq!((high.flags, high.total), (vec![Flag::RiskHigh], None));
}

#[test]
fn a_missing_answer_never_lowers_the_risk() {
    let (no, yes) = (Some(0), Some(1));
    // Behaviour of unknown date counts as recent.
    assert_eq!(risk(&[no, no, no, no, no, yes, None]), Some(RiskLevel::High));
    // The screener skips 3 to 5 when there are no thoughts.
    assert_eq!(risk(&[no, no, None, None, None, no, None]), Some(RiskLevel::Low));
    // With thoughts they must be asked.
    assert_eq!(risk(&[yes, yes, no, None, no, no, no]), None);
    assert_eq!(risk(&[no, no, None, None, None, None, None]), None);
}

#[test]
fn craving_from_the_middle_of_the_line_raises_a_flag() {
    assert_eq!(ScaleKind::Craving.score(&[Some(50)]).unwrap().flags, vec![Flag::Craving]);
    assert_eq!(ScaleKind::Craving.score(&[Some(49)]).unwrap().flags, vec![]);
}

#[test]
fn a_withdrawal_scale_offers_its_own_numbers_and_is_never_estimated() {
    let full: Vec<u8> = (0..11).map(|item| ScaleKind::Cows.highest_answer(item)).collect();
    assert_eq!(ScaleKind::Cows.score(&all(&full)).unwrap().total, Some(48));
    let mut pulse = all(&[0; 11]);
    pulse[0] = Some(3);
    assert_eq!(ScaleKind::Cows.score(&pulse), Err(ScaleError::NotOffered { item: 1 }));
    pulse[0] = None;
    assert_eq!(ScaleKind::Cows.score(&pulse).unwrap().total, None);
    let ciwa: Vec<u8> = (0..10).map(|item| ScaleKind::CiwaAr.highest_answer(item)).collect();
    assert_eq!(ScaleKind::CiwaAr.score(&all(&ciwa)).unwrap().total, Some(67));
    let lost = [0, 0, 0, 0, 0, 0, 0, 0, 0, 5];
    assert_eq!(ScaleKind::CiwaAr.score(&all(&lost)), Err(ScaleError::OutOfRange { item: 10, highest: 4 }));
    assert_eq!(ScaleKind::Sows.score(&all(&[4; 16])).unwrap().total, Some(64));
    assert_eq!(Ruleset::embedded().band(ScaleKind::Cows, 12), Some("mild"));
    assert!(Ruleset::embedded().is_worst_band(ScaleKind::CiwaAr, 19));
    assert!(!Ruleset::embedded().is_worst_band(ScaleKind::CiwaAr, 18));
}

#[test]
fn a_trauma_or_alcohol_form_is_added_up_and_has_its_cut_off() {
    let band = |kind, total| Ruleset::embedded().band(kind, total);
    let trauma = ScaleKind::Pcl5.score(&all(&[4; 20])).unwrap();
    assert_eq!((trauma.total, ScaleKind::Pcl5.highest_total()), (Some(80), 80));
    assert_eq!(
        [band(ScaleKind::Pcl5, 30), band(ScaleKind::Pcl5, 31)],
        [Some("below threshold"), Some("probable PTSD")]
    );
    assert!(ScaleKind::Pcl5.change(40, 50).worsened && !ScaleKind::Pcl5.change(40, 49).worsened);
    assert_eq!(ScaleKind::AuditC.score(&all(&[2, 1, 0])).unwrap().total, Some(3));
    let drinking = [2, 3, 4, 7].map(|total| band(ScaleKind::AuditC, total).unwrap());
    assert_eq!(drinking, ["low risk", "positive for women", "positive", "high risk"]);
}

#[test]
fn being_able_to_stop_counts_nothing_and_not_being_able_counts_one() {
    let total = |answers: [u8; 10]| ScaleKind::Dast10.score(&all(&answers)).unwrap().total;
    assert_eq!(total([0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), Some(0));
    assert_eq!(total([0; 10]), Some(1));
    assert_eq!(total([1, 1, 0, 1, 1, 1, 1, 1, 1, 1]), Some(10));
    let band = |total| Ruleset::embedded().band(ScaleKind::Dast10, total).unwrap();
    assert_eq!([0, 1, 3, 6, 9].map(band), ["none", "low", "moderate", "substantial", "severe"]);
}

#[test]
fn adherence_is_told_from_one_to_five_and_more_is_better() {
    let total = |answers: [u8; 5]| ScaleKind::Mars5.score(&all(&answers)).unwrap().total;
    assert_eq!([total([1; 5]), total([5, 5, 4, 5, 4])], [Some(5), Some(23)]);
    assert_eq!(ScaleKind::Mars5.score(&all(&[5, 5, 0, 5, 5])), Err(ScaleError::NotOffered { item: 3 }));
    let range = ScaleError::OutOfRange { item: 1, highest: 5 };
    assert_eq!(ScaleKind::Mars5.score(&all(&[6, 5, 5, 5, 5])), Err(range));
    assert_eq!(ScaleKind::Mars5.score(&[Some(5), None, Some(5), Some(5), Some(5)]).unwrap().total, None);
    let band = |total| Ruleset::embedded().band(ScaleKind::Mars5, total).unwrap();
    assert_eq!(
        [5, 19, 20, 22, 23, 25].map(band),
        ["low", "low", "between cut-offs", "between cut-offs", "high", "high"]
    );
    assert!(!ScaleKind::Mars5.falls_when_better() && ScaleKind::Phq9.falls_when_better());
    assert_eq!(ScaleKind::Mars5.loinc_total(), None, "no code is known");
}

#[test]
fn each_question_about_a_cause_adds_or_takes_away_what_naranjo_published() {
    let total = |answers: [u8; 10]| ScaleKind::Naranjo.score(&all(&answers)).unwrap().total;
    let (unknown, yes, no) = ([0; 10], [1; 10], [2; 10]);
    // All yes: 1 + 2 + 1 + 2 - 1 - 1 + 1 + 1 + 1 + 1; all no: 0 - 1 + 0 - 1 + 2 + 1.
    assert_eq!([total(unknown), total(yes), total(no)], [Some(0), Some(8), Some(1)]);
    let alone = |item: usize, answer: u8| {
        // Beside one yes to questions 1, 2, 3, 7 and 8, which are 6 points, so that nothing falls below 0.
        let mut answers = unknown;
        for sure in [0, 1, 2, 6, 7] {
            answers[sure] = 1;
        }
        let before = total(answers).unwrap();
        answers[item] = answer;
        i32::from(total(answers).unwrap()) - i32::from(before)
    };
    assert_eq!([3, 4, 5, 8, 9].map(|item| alone(item, 1)), [2, -1, -1, 1, 1]);
    assert_eq!([3, 4, 5, 8, 9].map(|item| alone(item, 2)), [-1, 2, 1, 0, 0]);
    assert_eq!([0, 1, 2, 6, 7].map(|item| alone(item, 2)), [-1, -3, -1, -1, -1], "a yes is taken back");
    assert_eq!(total([2, 2, 2, 2, 1, 1, 2, 2, 2, 2]), Some(0), "-4 is as doubtful as 0");
    assert_eq!(
        total([1, 1, 1, 1, 2, 2, 1, 1, 1, 1]).map(u32::from),
        Some(ScaleKind::Naranjo.highest_total())
    );
    assert_eq!(
        ScaleKind::Naranjo.score(&[None; 10]).unwrap().total,
        None,
        "not known is an answer, none is not"
    );
    let band = |total| Ruleset::embedded().band(ScaleKind::Naranjo, total).unwrap();
    assert_eq!(
        [0, 1, 4, 5, 8, 9, 13].map(band),
        ["doubtful", "possible", "possible", "probable", "probable", "definite", "definite"]
    );
    assert!(ScaleKind::Naranjo.is_seen() && ScaleKind::Naranjo.is_about_something());
}

#[test]
fn four_items_of_mania_count_twice_and_twelve_is_remission() {
    let worst = [4, 4, 4, 4, 8, 8, 4, 8, 8, 4, 4];
    assert_eq!(ScaleKind::Ymrs.score(&all(&worst)).unwrap().total, Some(60));
    let range = ScaleError::OutOfRange { item: 7, highest: 4 };
    assert_eq!(ScaleKind::Ymrs.score(&all(&[0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0])), Err(range));
    assert!(ScaleKind::Ymrs.change(30, 12).remission && !ScaleKind::Ymrs.change(30, 13).remission);
    assert!(ScaleKind::Ymrs.is_seen() && !ScaleKind::Ymrs.is_of_withdrawal());
}

#[test]
fn one_moderate_movement_or_two_mild_ones_are_a_probable_dyskinesia() {
    let aims = |answers: [Option<u8>; 12]| {
        let score = ScaleKind::Aims.score(&answers).unwrap();
        (score.total, score.dyskinesia)
    };
    let none = [Some(0); 12];
    let with = |at: &[(usize, Option<u8>)]| {
        let mut answers = none;
        for (at, answer) in at {
            answers[*at] = *answer;
        }
        answers
    };
    assert_eq!(aims(none), (Some(0), Some(false)));
    assert_eq!(aims(with(&[(0, Some(2))])), (Some(2), Some(false)));
    assert_eq!(aims(with(&[(0, Some(2)), (6, Some(2))])), (Some(4), Some(true)));
    assert_eq!(aims(with(&[(3, Some(3))])), (Some(3), Some(true)));
    // The judgements of the whole and the teeth are no movements, and may be left out.
    assert_eq!(aims(with(&[(7, Some(4)), (9, Some(4)), (10, None), (11, None)])), (Some(0), Some(false)));
    // What is missing never makes it look better.
    assert_eq!(aims(with(&[(0, None)])), (None, None));
    assert_eq!(aims(with(&[(0, None), (1, Some(3))])), (None, Some(true)));
    assert_eq!(ScaleKind::Aims.highest_total(), 28);
    let teeth = ScaleError::OutOfRange { item: 11, highest: 1 };
    assert_eq!(ScaleKind::Aims.score(&with(&[(10, Some(2))])), Err(teeth));
}
