//! How those who treat a patient in different places keep in step, for whoever of them asks.

use std::collections::BTreeMap;

use concord_domain::coordination::{ConflictResolution, Event, SharedPart, UpdateKind, Urgency};
use concord_kernel::{ConflictId, ConsultId, Instant, OutsideUpdateId, PersonId, Text};
use concord_knowledge::FindingKey;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

/// Settled conflicts that are kept; older ones are in the course.
const SETTLED_KEPT: usize = 8;

/// A question that somebody was asked and has not answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenConsult {
    /// The consult.
    pub consult: ConsultId,
    /// Whom.
    pub of: PersonId,
    /// By whom.
    pub by: PersonId,
    /// How soon an answer is needed.
    pub urgency: Urgency,
    /// The question.
    pub question: Text,
    /// Until when an answer is awaited.
    pub answer_by: Instant,
}

/// Decisions that stand against each other, settled or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConflictLine {
    /// The conflict.
    pub conflict: ConflictId,
    /// The finding that shows it, if one does.
    pub finding: Option<FindingKey>,
    /// What stands against what.
    pub description: Text,
    /// Who raised it.
    pub by: PersonId,
    /// Until when somebody says who changes what.
    pub resolve_by: Instant,
    /// How it was settled; nothing while it is open.
    pub settled: Option<Settled>,
}

/// How a conflict ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// How.
    pub resolution: ConflictResolution,
    /// Who changes it, or watches.
    pub responsible: PersonId,
    /// What they do, and until when.
    pub what: Text,
    /// When that was said.
    pub at: Instant,
}

/// Something from outside that the program has not looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenUpdate {
    /// The update.
    pub update: OutsideUpdateId,
    /// What it is about.
    pub kind: UpdateKind,
    /// Who told it.
    pub from: Text,
    /// What they told.
    pub summary: Text,
    /// Whether whoever recorded it is not on the care team.
    pub not_on_care_team: bool,
    /// Until when somebody looks at it.
    pub review_by: Instant,
}

/// What of the plan somebody has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedPlan {
    /// The version.
    pub version: u32,
    /// What of the record went with it.
    pub parts: Vec<SharedPart>,
    /// When it was passed on.
    pub at: Instant,
}

/// Everything that is under way between those who treat a patient.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contacts {
    /// Questions without answer, oldest first.
    pub consults: Vec<OpenConsult>,
    /// Conflicts: the open ones, and the latest settled ones.
    pub conflicts: Vec<ConflictLine>,
    /// What from outside nobody has looked at, oldest first.
    pub updates: Vec<OpenUpdate>,
    /// The plan that each was given last.
    pub shared: BTreeMap<PersonId, SharedPlan>,
    /// Up to where each has seen what changed.
    pub seen: BTreeMap<PersonId, Instant>,
}

impl Contacts {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        match event {
            Event::PlanShared { version, recipient, parts, .. } => {
                let shared = SharedPlan { version: *version, parts: parts.clone(), at: fact.recorded_at };
                self.shared.insert(*recipient, shared);
            }
            Event::OutsideUpdateReceived {
                update, kind, from, summary, not_on_care_team, review_by, ..
            } => self.updates.push(OpenUpdate {
                update: *update,
                kind: *kind,
                from: from.clone(),
                summary: summary.clone(),
                not_on_care_team: *not_on_care_team,
                review_by: *review_by,
            }),
            Event::OutsideUpdateReviewed { update, .. } => {
                self.updates.retain(|known| known.update != *update);
            }
            Event::ConsultRequested { consult, of, by, urgency, question, answer_by, .. } => {
                self.consults.push(OpenConsult {
                    consult: *consult,
                    of: *of,
                    by: *by,
                    urgency: *urgency,
                    question: question.clone(),
                    answer_by: *answer_by,
                });
            }
            Event::ConsultAnswered { consult, .. } => {
                self.consults.retain(|known| known.consult != *consult);
            }
            Event::CareConflictRaised { conflict, finding, description, by, resolve_by, .. } => {
                self.conflicts.push(ConflictLine {
                    conflict: *conflict,
                    finding: finding.clone(),
                    description: description.clone(),
                    by: *by,
                    resolve_by: *resolve_by,
                    settled: None,
                });
            }
            Event::CareConflictResolved { conflict, resolution, responsible, what, .. } => {
                let settled = Settled {
                    resolution: *resolution,
                    responsible: *responsible,
                    what: what.clone(),
                    at: fact.recorded_at,
                };
                self.settle(*conflict, settled);
            }
            Event::ChangesAcknowledged { by, up_to } => {
                self.seen.insert(*by, *up_to);
            }
            // The rules keep them; nobody is shown a form here.
            Event::SharingConsentRecorded { .. } | Event::SharingConsentRevoked { .. } => {}
        }
    }

    /// The latest settled ones stay, behind the open ones; the oldest of them goes.
    fn settle(&mut self, conflict: ConflictId, settled: Settled) {
        let Some(at) = self.conflicts.iter().position(|known| known.conflict == conflict) else { return };
        let mut line = self.conflicts.remove(at);
        line.settled = Some(settled);
        self.conflicts.push(line);
        let kept = self.conflicts.iter().filter(|known| known.settled.is_some()).count();
        if kept > SETTLED_KEPT {
            let oldest = self.conflicts.iter().position(|known| known.settled.is_some());
            oldest.map(|oldest| self.conflicts.remove(oldest));
        }
    }

    /// What `person` from outside may know: what they were asked, and what they raised or have to change.
    #[must_use]
    pub fn of(&self, person: PersonId) -> Self {
        let theirs = |line: &&ConflictLine| {
            line.by == person || line.settled.as_ref().is_some_and(|settled| settled.responsible == person)
        };
        let keyed = |at: &PersonId| *at == person;
        Self {
            consults: self.consults.iter().filter(|asked| asked.of == person).cloned().collect(),
            conflicts: self.conflicts.iter().filter(theirs).cloned().collect(),
            updates: Vec::new(),
            shared: self
                .shared
                .iter()
                .filter(|(at, _)| keyed(at))
                .map(|(at, it)| (*at, it.clone()))
                .collect(),
            seen: self.seen.iter().filter(|(at, _)| keyed(at)).map(|(at, it)| (*at, *it)).collect(),
        }
    }
}
