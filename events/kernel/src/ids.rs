//! Where identifiers come from.

use std::sync::Mutex;

use uuid::Uuid;

/// Gives identifiers that nobody else has.
pub trait IdSource: Send + Sync + 'static {
    /// A fresh identifier.
    fn next(&self) -> Uuid;
}

/// Time-ordered random identifiers (UUID version 7): neighbours in time are neighbours in an index.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that may draw random identifiers")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Identifiers that follow from a seed, for histories that must be the same each time.
#[derive(Debug)]
pub struct SeededIds {
    namespace: Uuid,
    count: Mutex<u64>,
}

impl SeededIds {
    /// Starts the sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self { namespace: Uuid::new_v5(&Uuid::NAMESPACE_OID, &seed.to_be_bytes()), count: Mutex::new(0) }
    }
}

impl IdSource for SeededIds {
    fn next(&self) -> Uuid {
        let mut count = self.count.lock().expect("nothing panics while it counts");
        *count += 1;
        Uuid::new_v5(&self.namespace, &count.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_identifiers() {
        let (one, same, other) = (SeededIds::new(7), SeededIds::new(7), SeededIds::new(8));
        let first = one.next();
        assert_eq!(first, same.next());
        assert_ne!(first, other.next());
        assert_ne!(first, one.next());
    }
}
