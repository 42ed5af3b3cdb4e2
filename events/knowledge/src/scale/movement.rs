//! The AIMS item by item.

/// Items: seven movements, three judgements of the whole, two questions on teeth. Source: Guy 1976.
pub(super) const ITEMS: usize = 12;

/// Of these, the movements make the total.
pub(super) const OF_TOTAL: usize = 7;

/// The items from the first on that are rated 0 to 4; the others are yes or no.
pub(super) const RATED: usize = 10;

/// A movement that is moderate or worse is enough.
const ONE_AT_LEAST: u8 = 3;

/// Two movements that are mild or worse are enough.
const TWO_AT_LEAST: u8 = 2;

/// Whether the movements are those of a probable tardive dyskinesia; none when answers are missing and those present do
/// not decide it. Source: Schooler and Kane 1982, without their time under medication.
pub(super) fn dyskinesia(items: &[Option<u8>]) -> Option<bool> {
    let movements = items.get(..OF_TOTAL)?;
    let from = |least: u8| movements.iter().flatten().filter(|answer| **answer >= least).count();
    if from(ONE_AT_LEAST) >= 1 || from(TWO_AT_LEAST) >= 2 {
        return Some(true);
    }
    movements.iter().all(Option::is_some).then_some(false)
}
