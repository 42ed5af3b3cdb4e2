//! Decisions that stand against each other, and who changes what.

use concord_kernel::{ConflictId, PersonId, Text};
use concord_knowledge::{FindingKey, Severity, Within};

use super::super::{ConflictResolution, Coordination, Error, Event};
use super::{is_outside, on_the_team, treats};
use crate::Context;

/// The most conflicts that are open at once.
const MOST_OPEN_CONFLICTS: usize = 16;

impl Coordination {
    /// One conflict for each finding: two of them would be settled twice, and perhaps differently.
    pub(super) fn raise(
        &self,
        conflict: ConflictId,
        finding: Option<&FindingKey>,
        description: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        if self.conflicts.contains_key(&conflict) {
            return Err(Error::ConflictIdUsed);
        }
        let mut open = self.conflicts.values().filter(|known| !known.resolution.done);
        if finding.is_some() && open.clone().any(|known| known.finding.as_ref() == finding) {
            return Err(Error::ConflictAlreadyRaised);
        }
        if open.by_ref().count() >= MOST_OPEN_CONFLICTS {
            return Err(Error::TooManyConflicts { most: MOST_OPEN_CONFLICTS });
        }
        if let Some(finding) = finding {
            let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
            if chart.open_findings.binary_search(finding).is_err() {
                return Err(Error::FindingNotOpen);
            }
        }
        let within = if is_severe(finding, context) { Within::ConflictSevere } else { Within::Conflict };
        Ok(Event::CareConflictRaised {
            conflict,
            finding: finding.cloned(),
            description: description.clone(),
            by: context.actor.id,
            role: context.actor.role,
            resolve_by: context.now.plus(context.rules.within(within)),
        })
    }

    /// Whoever is named can do what is said: only a prescriber of the program changes its orders, only somebody outside
    /// changes theirs. What must never be taken together is not kept and watched.
    pub(super) fn resolve(
        &self,
        conflict: ConflictId,
        resolution: ConflictResolution,
        responsible: PersonId,
        what: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        let raised = self.conflicts.get(&conflict).ok_or(Error::UnknownConflict)?;
        if raised.resolution.done {
            return Err(Error::ConflictResolved);
        }
        let role = on_the_team(responsible, context)?;
        let able = match resolution {
            ConflictResolution::ProgramChanges => role.prescribes(),
            ConflictResolution::OutsideChanges => is_outside(role),
            ConflictResolution::KeptAndWatched => treats(role),
        };
        if !able {
            return Err(Error::CannotMakeChange { role });
        }
        let kept = resolution == ConflictResolution::KeptAndWatched;
        if kept && is_severe(raised.finding.as_ref(), context) {
            return Err(Error::ChangeRequired);
        }
        let late = context.now > raised.resolution.until;
        Ok(Event::CareConflictResolved { conflict, resolution, responsible, role, what: what.clone(), late })
    }
}

/// Whether a finding shows what must never be taken together. A rule that the tables have no more counts as one.
fn is_severe(finding: Option<&FindingKey>, context: &Context) -> bool {
    finding.is_some_and(|key| {
        context.rules.explain(key).is_none_or(|found| found.severity == Severity::Contraindicated)
    })
}
