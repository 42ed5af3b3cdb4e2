//! What entries need of others, each told once: names, what is cited, and what was put right.

use std::collections::HashMap;

use concord_domain::DomainEvent;
use concord_domain::chart::{Event as ChartEvent, MedicationRef, StopReason};
use concord_domain::prescription::Event as PrescriptionEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::side_effects::{Event as EffectEvent, Grade, Outcome};
use concord_kernel::{Instant, OrderId, OutsideMedicationId, PersonId, ReportId, Role, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{ConditionId, DrugId, IngredientId, LabId, SymptomId};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Subject;

/// Something that entries need of others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum About {
    /// What an order is of.
    Order {
        /// Which order.
        order: OrderId,
        /// The formulary row.
        drug: DrugId,
        /// What it is for.
        indication: ConditionId,
    },
    /// What a prescription hands out.
    Prescription {
        /// Its stream.
        stream: Uuid,
        /// The order.
        order: OrderId,
        /// The formulary row.
        drug: DrugId,
        /// What it is for.
        indication: ConditionId,
    },
    /// What an outside medication is called.
    Outside {
        /// Which entry.
        medication: OutsideMedicationId,
        /// Its name in the words of the source.
        name: Text,
        /// The substances in it, when all of it was recognised.
        ingredients: Option<Vec<IngredientId>>,
    },
    /// A side effect that later entries answer.
    Report {
        /// The report.
        report: ReportId,
        /// What it is, when the list knows it.
        symptom: Option<SymptomId>,
        /// In the words of who reported it.
        description: Text,
        /// How bad.
        grade: Grade,
        /// When it was told.
        at: Instant,
    },
    /// A score that later entries cite.
    Score {
        /// The administration.
        id: ScaleId,
        /// Which scale.
        scale: ScaleKind,
        /// Its total.
        total: Option<u16>,
        /// When it was answered.
        at: Instant,
    },
    /// A result that later entries cite.
    Result {
        /// What was measured.
        lab: LabId,
        /// The value.
        value: f64,
        /// When the sample was taken.
        at: Instant,
    },
    /// Something that was written before was put right.
    Correction(Correction),
}

/// What was put right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Of {
    /// The beginning of an order.
    Order(OrderId),
    /// An outside medication.
    Outside(OutsideMedicationId),
    /// A reported side effect.
    Report(ReportId),
    /// An allergy, as it was written.
    Allergy(Text),
}

/// How an entry was put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionKind {
    /// A part of an order was written anew.
    Corrected,
    /// It was written by mistake.
    EnteredInError,
    /// It was never taken.
    NeverTaken,
    /// It was no allergy.
    Refuted,
    /// It was something else.
    NotASideEffect,
}

/// That something was put right; what was written stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// What.
    pub of: Of,
    /// How.
    pub kind: CorrectionKind,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// Why; absent where the kind says it all.
    pub why: Option<Text>,
}

impl About {
    /// Whether an event tells something: exactly when [`About::of`] gives it.
    pub(super) const fn is_told_by(event: &DomainEvent) -> bool {
        match event {
            DomainEvent::Chart(event) => matches!(
                event,
                ChartEvent::MedicationPrescribed { .. }
                    | ChartEvent::OutsideMedicationRecorded { .. }
                    | ChartEvent::ResultRecorded { .. }
                    | ChartEvent::OrderCorrected { .. }
                    | ChartEvent::MedicationStopped { reason: StopReason::EnteredInError, .. }
                    | ChartEvent::NeverTakenRecorded { .. }
                    | ChartEvent::AllergyRefuted { .. }
            ),
            DomainEvent::SideEffects(event) => matches!(
                event,
                EffectEvent::SideEffectReported { .. }
                    | EffectEvent::SideEffectResolved { outcome: Outcome::NotASideEffect, .. }
            ),
            DomainEvent::Scales(event) => matches!(event, ScaleEvent::ScaleScored { .. }),
            DomainEvent::Prescription(event) => {
                matches!(event, PrescriptionEvent::PrescriptionDrafted { .. })
            }
            DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_) => false,
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "others need nothing of it; a test holds that this agrees with `is_told_by`"
    )]
    pub(super) fn of(fact: &Fact) -> Option<Self> {
        match &fact.event {
            DomainEvent::Chart(event) => Self::of_chart(fact, event),
            DomainEvent::SideEffects(EffectEvent::SideEffectReported {
                report,
                symptom,
                description,
                grade,
                ..
            }) => Some(Self::Report {
                report: *report,
                symptom: symptom.clone(),
                description: description.clone(),
                grade: *grade,
                at: fact.effective_at,
            }),
            DomainEvent::SideEffects(EffectEvent::SideEffectResolved {
                report,
                outcome: Outcome::NotASideEffect,
            }) => Some(correction(fact, Of::Report(*report), CorrectionKind::NotASideEffect, None)),
            DomainEvent::Scales(ScaleEvent::ScaleScored { id, scale, total, taken_at, .. }) => {
                Some(Self::Score { id: *id, scale: *scale, total: *total, at: *taken_at })
            }
            DomainEvent::Prescription(PrescriptionEvent::PrescriptionDrafted { contents, .. }) => {
                Some(Self::Prescription {
                    stream: fact.stream.id,
                    order: contents.order,
                    drug: contents.drug.clone(),
                    indication: contents.indication.clone(),
                })
            }
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "see `of`")]
    fn of_chart(fact: &Fact, event: &ChartEvent) -> Option<Self> {
        use CorrectionKind::{Corrected, EnteredInError, NeverTaken, Refuted};
        let told = match event {
            ChartEvent::MedicationPrescribed { order, .. } => Self::Order {
                order: order.order,
                drug: order.drug.clone(),
                indication: order.indication.clone(),
            },
            ChartEvent::OutsideMedicationRecorded { medication, reported, ingredients, complete, .. } => {
                Self::Outside {
                    medication: *medication,
                    name: reported.name.clone(),
                    ingredients: complete.then(|| ingredients.clone()),
                }
            }
            ChartEvent::ResultRecorded { lab, value, taken_at, .. } => {
                Self::Result { lab: lab.clone(), value: *value, at: *taken_at }
            }
            ChartEvent::OrderCorrected { order, reason, .. } => {
                correction(fact, Of::Order(*order), Corrected, Some(reason))
            }
            ChartEvent::MedicationStopped { order, reason: StopReason::EnteredInError, .. } => {
                correction(fact, Of::Order(*order), EnteredInError, None)
            }
            ChartEvent::NeverTakenRecorded { medication, reason } => {
                let of = match medication {
                    MedicationRef::Order(order) => Of::Order(*order),
                    MedicationRef::Outside(medication) => Of::Outside(*medication),
                };
                correction(fact, of, NeverTaken, Some(reason))
            }
            ChartEvent::AllergyRefuted { substance, reason } => {
                correction(fact, Of::Allergy(substance.clone()), Refuted, Some(reason))
            }
            _ => return None,
        };
        Some(told)
    }
}

fn correction(fact: &Fact, of: Of, kind: CorrectionKind, why: Option<&Text>) -> About {
    About::Correction(Correction {
        of,
        kind,
        recorded_at: fact.recorded_at,
        by: fact.actor.id,
        role: fact.actor.role,
        why: why.cloned(),
    })
}

/// Everything of the kind about one patient, each with the position of the event that told it.
#[derive(Debug, Default)]
pub(super) struct Abouts {
    orders: HashMap<OrderId, About>,
    prescriptions: HashMap<Uuid, About>,
    outside: HashMap<OutsideMedicationId, About>,
    reports: HashMap<ReportId, (u64, About)>,
    scores: HashMap<ScaleId, (u64, About)>,
    results: Vec<Measured>,
    corrections: Vec<(u64, Correction)>,
}

/// A result, with what it is found by.
#[derive(Debug)]
struct Measured {
    position: u64,
    lab: LabId,
    at: Instant,
    about: About,
}

impl Abouts {
    pub(super) fn learn(&mut self, position: u64, about: About) {
        match &about {
            About::Order { order, .. } => drop(self.orders.insert(*order, about)),
            About::Prescription { stream, .. } => drop(self.prescriptions.insert(*stream, about)),
            About::Outside { medication, .. } => drop(self.outside.insert(*medication, about)),
            About::Report { report, .. } => drop(self.reports.insert(*report, (position, about))),
            About::Score { id, .. } => drop(self.scores.insert(*id, (position, about))),
            About::Result { lab, at, .. } => {
                let (lab, at) = (lab.clone(), *at);
                self.results.push(Measured { position, lab, at, about });
            }
            About::Correction(correction) => self.corrections.push((position, correction.clone())),
        }
    }

    /// What an entry is about, by its name.
    pub(super) fn named(&self, subject: Subject) -> Option<&About> {
        match subject {
            Subject::Order(order) => self.order(order),
            Subject::Outside(medication) => self.outside.get(&medication),
            Subject::Report(report) => self.report(report).map(|(_, about)| about),
            Subject::Score(id) => self.score(id).map(|(_, about)| about),
            Subject::Prescription(stream) => self.prescriptions.get(&stream),
        }
    }

    pub(super) fn order(&self, order: OrderId) -> Option<&About> {
        self.orders.get(&order)
    }

    pub(super) fn report(&self, report: ReportId) -> Option<(u64, &About)> {
        self.reports.get(&report).map(|(position, about)| (*position, about))
    }

    pub(super) fn score(&self, id: ScaleId) -> Option<(u64, &About)> {
        self.scores.get(&id).map(|(position, about)| (*position, about))
    }

    /// The latest result of that kind that was known then.
    pub(super) fn result(&self, wanted: &LabId, before: u64) -> Option<(u64, &About)> {
        let known = self.results.iter().filter(|result| result.position < before && result.lab == *wanted);
        let latest = known.max_by_key(|result| (result.at, result.position))?;
        Some((latest.position, &latest.about))
    }

    /// What was put right of it after it was recorded, oldest first.
    pub(super) fn corrections(&self, of: &Of, after: u64) -> Vec<(u64, Correction)> {
        let of = |(position, known): &&(u64, Correction)| known.of.is(of) && *position > after;
        self.corrections.iter().filter(of).cloned().collect()
    }
}

impl Of {
    /// Allergies are compared word by word without regard to case, as the chart does.
    fn is(&self, other: &Self) -> bool {
        let fold =
            |words: &Text| words.expose().split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
        match (self, other) {
            (Self::Allergy(one), Self::Allergy(other)) => fold(one) == fold(other),
            _ => self == other,
        }
    }
}
