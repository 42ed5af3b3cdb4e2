//! Which rules are in force where in the log, for whoever reads it again.

use concord_kernel::Instant;
use concord_knowledge::{Files, Ruleset};

use super::{Archive, Edition, Event, InForce, Unusable};

/// Every publication of a ledger, by its place.
#[derive(Debug, Default)]
pub struct Calendar {
    published: Vec<Published>,
}

struct Published {
    position: u64,
    edition: Edition,
    rules: &'static Ruleset,
}

impl Calendar {
    /// Reads the stream of rules: each event with its place in the log, in order.
    ///
    /// # Errors
    ///
    /// [`Unusable`] when something by which is decided at `now` or later cannot be used. What was replaced before and does
    /// not fit this program any more counts as what stood before it.
    pub fn read(events: impl IntoIterator<Item = (u64, Event)>, now: Instant) -> Result<Self, Unusable> {
        let (mut archive, mut positions) = (Archive::default(), Vec::new());
        for (position, event) in events {
            positions.extend(matches!(event, Event::RulesetPublished { .. }).then_some(position));
            archive.fold(event);
        }
        let base = Files::embedded();
        let current = archive.current(now);
        let published = archive.editions().filter(|edition| edition.in_force_from().is_some());
        let mut calendar = Self::default();
        // Published one after the other: a proposal is decided before the next one is made.
        for (edition, position) in published.zip(positions) {
            match edition.rules(&base) {
                Ok(rules) => {
                    let edition = edition.without_tables();
                    calendar.published.push(Published { position, edition, rules });
                }
                Err(unusable) if current.iter().any(|held| std::ptr::eq(*held, edition)) => {
                    return Err(unusable);
                }
                Err(_) => {}
            }
        }
        Ok(calendar)
    }

    /// The rules at a place of the log, where something was recorded at `now`.
    pub fn at(&self, position: u64, now: Instant) -> InForce {
        let until = self.published.partition_point(|published| published.position <= position);
        let published = &self.published[..until];
        let begun = published.iter().rposition(|published| published.edition.has_begun(now));
        let rules = begun.map_or(Ruleset::embedded(), |at| published[at].rules);
        let waits = published.iter().skip(begun.map_or(0, |at| at + 1));
        waits.fold(InForce::only(rules), |in_force, waiting| match waiting.edition.in_force_from() {
            Some(from) => in_force.followed_by(from, waiting.rules),
            None => in_force,
        })
    }
}

impl std::fmt::Debug for Published {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {}", self.edition.ruleset, self.position)
    }
}
