//! Entries that events of side effects make.

use concord_domain::side_effects::Event as EffectEvent;

use super::Entry;

impl Entry {
    pub(super) fn of_effect(event: &EffectEvent) -> Self {
        match event {
            EffectEvent::SideEffectReported { report, symptom, description, grade, suspected, .. } => {
                Self::EffectReported {
                    report: *report,
                    symptom: symptom.clone(),
                    description: description.clone(),
                    grade: *grade,
                    suspected: *suspected,
                }
            }
            EffectEvent::SideEffectTriaged { report, grade, .. } => {
                Self::EffectTriaged { report: *report, grade: *grade }
            }
            EffectEvent::SideEffectActionDecided { report, decision, rationale, late, .. } => {
                Self::EffectDecided {
                    report: *report,
                    decision: *decision,
                    why: rationale.clone(),
                    late: *late,
                }
            }
            EffectEvent::SideEffectResolved { report, outcome, .. } => {
                Self::EffectResolved { report: *report, outcome: *outcome }
            }
            EffectEvent::EscalationBreached { report, .. } => Self::EffectBreached { report: *report },
        }
    }
}
