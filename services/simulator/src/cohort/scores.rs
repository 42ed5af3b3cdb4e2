//! How symptoms go, and the answers that add up to them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::profile::Course;

/// What is left of the symptoms, 1.0 being the beginning, after `weeks` of treatment and, where the drug was changed,
/// `changed` weeks of the second one.
pub(crate) fn left(course: Course, weeks: f64, changed: Option<f64>) -> f64 {
    let falling = |floor: f64, speed: f64, weeks: f64| floor + (1.0 - floor) * (-weeks / speed).exp();
    match course {
        Course::Responder => falling(0.15, 2.8, weeks),
        Course::Partial => falling(0.45, 4.0, weeks),
        Course::NonResponder => match changed {
            Some(changed) => 0.92 * falling(0.25, 2.6, changed),
            None => falling(0.92, 4.0, weeks),
        },
        Course::Relapse if (6.0..8.5).contains(&weeks) => 0.85,
        Course::Relapse if weeks >= 8.5 => falling(0.3, 2.0, weeks - 6.0),
        Course::Relapse => falling(0.25, 2.5, weeks),
        Course::TherapyAlone => falling(0.4, 6.0, weeks),
        Course::ReferredUp => 1.0,
    }
}

/// A total near `share` of `baseline`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "scores are small and not negative"
)]
pub(crate) fn total(rng: &mut ChaCha8Rng, baseline: u8, share: f64, most: u8) -> u8 {
    let noise = f64::from(rng.random_range(-1_i8..=1));
    (f64::from(baseline) * share + noise).round().clamp(0.0, f64::from(most)) as u8
}

/// Answers of 0 to 3 that add up to `total`; items after `spread` stay 0.
pub(crate) fn items(rng: &mut ChaCha8Rng, total: u8, count: usize, spread: usize) -> Vec<u8> {
    let mut items = vec![0_u8; count];
    let mut left = usize::from(total).min(spread * 3);
    while left > 0 {
        let item = rng.random_range(0..spread);
        if items[item] < 3 {
            items[item] += 1;
            left -= 1;
        }
    }
    items
}
