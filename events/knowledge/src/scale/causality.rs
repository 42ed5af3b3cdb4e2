//! How likely a side effect comes from a drug. Source: Naranjo et al., Clin Pharmacol Ther 1981;30:239.

/// The answer that says yes; 0 says that nobody knows or that it was not done.
const YES: u8 = 1;
/// The answer that says no.
pub(super) const NO: u8 = 2;

/// What a yes and a no add, question by question.
pub(super) const POINTS: [(i8, i8); 10] =
    [(1, 0), (2, -1), (1, 0), (2, -1), (-1, 2), (-1, 1), (1, 0), (1, 0), (1, 0), (1, 0)];

/// The highest total: of each question the better of both answers.
pub(super) const HIGHEST: u32 = 13;

/// What an answer adds.
pub(super) fn points(item: usize, answer: u8) -> i8 {
    let Some((yes, no)) = POINTS.get(item) else { return 0 };
    match answer {
        YES => *yes,
        NO => *no,
        _ => 0,
    }
}
