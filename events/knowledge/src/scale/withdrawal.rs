//! The withdrawal scales item by item.

/// What each item of the COWS offers, in the order of the form: pulse, sweating, restlessness, pupils, aches, nose and
/// tears, gut, tremor, yawning, anxiety, gooseflesh. Source: Wesson and Ling 2003.
pub(super) const COWS: [&[u8]; 11] = [
    &[0, 1, 2, 4],
    &[0, 1, 2, 3, 4],
    &[0, 1, 3, 5],
    &[0, 1, 2, 5],
    &[0, 1, 2, 4],
    &[0, 1, 2, 4],
    &[0, 1, 2, 3, 5],
    &[0, 1, 2, 4],
    &[0, 1, 2, 4],
    &[0, 1, 2, 4],
    &[0, 3, 5],
];

/// Items of the CIWA-Ar, in the order of the form: nausea, tremor, sweats, anxiety, agitation, tactile, auditory and
/// visual disturbances, headache, orientation.
pub(super) const CIWA_AR_ITEMS: usize = 10;

/// The highest answer to each of them but the last, which is orientation. Source: Sullivan 1989.
pub(super) const CIWA_AR_HIGHEST: u8 = 7;

/// The highest answer to the last.
pub(super) const CIWA_AR_ORIENTATION: u8 = 4;

/// Items of the SOWS. Source: Handelsman 1987.
pub(super) const SOWS_ITEMS: usize = 16;

/// The highest answer to each of them.
pub(super) const SOWS_HIGHEST: u8 = 4;
