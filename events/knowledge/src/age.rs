//! How old somebody is.

use concord_kernel::Day;

/// Whole years of age on `day`; below 0 when that is before the birth.
pub(crate) fn age(born_on: Day, day: Day) -> i32 {
    let before_birthday = (day.month(), day.day()) < (born_on.month(), born_on.day());
    i32::from(day.year()) - i32::from(born_on.year()) - i32::from(before_birthday)
}
