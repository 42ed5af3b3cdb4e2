//! How soon those who treat a patient together hear from each other.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Something that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// The answer to a question that can wait.
    ConsultRoutine,
    /// The answer to one that cannot.
    ConsultUrgent,
    /// Who changes what, where decisions stand against each other.
    Conflict,
    /// The same where a rule says that it must never be.
    ConflictSevere,
    /// A look at what somebody outside told.
    Update,
    /// The same where it cannot wait.
    UpdateUrgent,
    /// Reconciliation after something new from outside.
    ReconcileNew,
    /// Reconciliation after an admission or a return.
    ReconcileTransition,
    /// The next reconciliation while nothing is new.
    ReconcileRegular,
}

impl Within {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::ConsultRoutine,
        Self::ConsultUrgent,
        Self::Conflict,
        Self::ConflictSevere,
        Self::Update,
        Self::UpdateUrgent,
        Self::ReconcileNew,
        Self::ReconcileTransition,
        Self::ReconcileRegular,
    ];

    /// The name of its row.
    pub const fn id(self) -> &'static str {
        match self {
            Self::ConsultRoutine => "consult.routine",
            Self::ConsultUrgent => "consult.urgent",
            Self::Conflict => "conflict",
            Self::ConflictSevere => "conflict.severe",
            Self::Update => "update",
            Self::UpdateUrgent => "update.urgent",
            Self::ReconcileNew => "reconcile.new",
            Self::ReconcileTransition => "reconcile.transition",
            Self::ReconcileRegular => "reconcile.regular",
        }
    }
}

/// The time of each.
#[derive(Clone, Debug)]
pub(crate) struct Terms([Duration; Within::ALL.len()]);

impl Terms {
    /// Takes the hours of each row by its name; every row must be there.
    pub(crate) fn from_rows(rows: &HashMap<String, u16>) -> Result<Self, &'static str> {
        let mut terms = [Duration::ZERO; Within::ALL.len()];
        for (term, within) in terms.iter_mut().zip(Within::ALL) {
            let hours = rows.get(within.id()).ok_or(within.id())?;
            *term = Duration::from_hours(u64::from(*hours));
        }
        Ok(Self(terms))
    }

    pub(crate) fn of(&self, within: Within) -> Duration {
        self.0[within as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ruleset;

    #[test]
    fn what_is_graver_is_answered_sooner() {
        let of = |within| Ruleset::embedded().within(within);
        assert!(of(Within::ConsultUrgent) < of(Within::ConsultRoutine));
        assert!(of(Within::ConflictSevere) < of(Within::Conflict));
        assert!(of(Within::UpdateUrgent) < of(Within::Update));
        assert_eq!(of(Within::ReconcileRegular), Duration::from_hours(30 * 24));
        for (place, within) in Within::ALL.into_iter().enumerate() {
            assert_eq!(within as usize, place);
        }
    }
}
