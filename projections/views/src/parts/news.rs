//! What changed lately, for whoever was not there.

use concord_domain::DomainEvent;
use concord_domain::chart::{Cause, Event as ChartEvent};
use concord_domain::coordination::Event as CoordinationEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::{Instant, OrderId, OutsideMedicationId, Text};
use concord_knowledge::{DrugId, FindingKey, Ruleset};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::{Orders, Outside};

/// Changes that are kept; older ones are in the course.
const KEPT: usize = 40;

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// When it was recorded.
    pub recorded_at: Instant,
    /// What changed.
    pub what: What,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// A medication of the program.
    Order(DrugId, Turn),
    /// A medication from outside was added; false: it is no longer taken.
    Outside(Text, bool),
    /// Medications from outside were compared.
    Reconciled,
    /// Medications collide; false: it was settled.
    Interaction(FindingKey, bool),
    /// The list of allergies.
    Allergies,
    /// The list of conditions.
    Conditions,
    /// The stay.
    Stay(Stage),
    /// Patient and prescriber agreed to a plan.
    Plan,
    /// A conflict between prescribers was settled.
    Conflict,
}

/// How a medication of the program went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turn {
    /// It was begun.
    Started,
    /// Its dose changed.
    Adjusted,
    /// It was interrupted.
    Held,
    /// It went on.
    Resumed,
    /// It will be raised step by step.
    Raised,
    /// It will not be raised after all.
    NotRaised,
    /// It is tapered off.
    Tapered,
    /// It ended.
    Stopped,
    /// Something written was put right.
    Corrected,
}

/// How a stay went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It began.
    Began,
    /// It was interrupted.
    Paused,
    /// It went on.
    Resumed,
    /// It ended.
    Ended,
}

/// The latest changes, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct News(Vec<Piece>);

impl News {
    /// What was recorded after `seen`; everything that is kept when nothing was seen.
    pub fn since(&self, seen: Option<Instant>) -> impl Iterator<Item = &Piece> {
        self.0.iter().filter(move |piece| seen.is_none_or(|seen| piece.recorded_at > seen))
    }

    /// Those that are `wanted`.
    pub(crate) fn only(&self, wanted: impl Fn(&Piece) -> bool) -> Self {
        Self(self.0.iter().filter(|piece| wanted(piece)).cloned().collect())
    }

    /// Takes in one more event, before `orders` and `outside` do: what ends is named by them.
    pub(crate) fn fold(&mut self, fact: &Fact, orders: &Orders, outside: &Outside) {
        let what = match &fact.event {
            DomainEvent::Chart(event) => of_chart(event, orders, outside),
            DomainEvent::Episode(event) => of_stay(event),
            DomainEvent::TreatmentPlan(PlanEvent::PlanAgreed { .. }) => Some(What::Plan),
            DomainEvent::Coordination(CoordinationEvent::CareConflictResolved { .. }) => Some(What::Conflict),
            DomainEvent::Assessment(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::Coordination(_) => None,
        };
        if let DomainEvent::Chart(event) = &fact.event
            && let Some(drug) = no_longer_raised(event, orders)
        {
            let raised = What::Order(drug, Turn::Raised);
            self.0.retain(|piece| piece.what != raised);
        }
        if let Some(what) = what {
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            self.0.push(Piece { recorded_at: fact.recorded_at, what });
        }
    }
}

fn of_chart(event: &ChartEvent, orders: &Orders, outside: &Outside) -> Option<What> {
    let drug = |order: &OrderId| {
        let known = orders.open.iter().find(|known| known.course.order == *order)?;
        Some(known.course.drug.clone())
    };
    let turned = |order: &OrderId, turn: Turn| Some(What::Order(drug(order)?, turn));
    match event {
        ChartEvent::MedicationPrescribed { order, .. } => {
            Some(What::Order(order.drug.clone(), Turn::Started))
        }
        ChartEvent::DoseAdjusted { order, .. } | ChartEvent::TitrationStepTaken { order, .. } => {
            turned(order, Turn::Adjusted)
        }
        ChartEvent::TitrationPlanned { order, .. } => turned(order, Turn::Raised),
        ChartEvent::TitrationCancelled { order, .. } => turned(order, Turn::NotRaised),
        ChartEvent::MedicationHeld { order, .. } => turned(order, Turn::Held),
        ChartEvent::MedicationResumed { order, .. } => turned(order, Turn::Resumed),
        ChartEvent::TaperPlanned { order, .. } => turned(order, Turn::Tapered),
        ChartEvent::MedicationStopped { order, .. } => turned(order, Turn::Stopped),
        ChartEvent::OrderCorrected { order, .. } => turned(order, Turn::Corrected),
        ChartEvent::OutsideMedicationRecorded { reported, .. } => {
            Some(What::Outside(reported.name.clone(), true))
        }
        ChartEvent::OutsideMedicationEnded { medication, .. } => {
            Some(What::Outside(name_of(*medication, outside)?, false))
        }
        ChartEvent::MedicationsReconciled { .. } => Some(What::Reconciled),
        ChartEvent::InteractionDetected { finding, .. } => Some(What::Interaction(finding.clone(), true)),
        ChartEvent::InteractionResolved { finding, .. } => Some(What::Interaction(finding.clone(), false)),
        ChartEvent::NoKnownAllergiesConfirmed
        | ChartEvent::AllergyRecorded { .. }
        | ChartEvent::AllergyRefuted { .. } => Some(What::Allergies),
        ChartEvent::ConditionRecorded { .. } | ChartEvent::ConditionResolved { .. } => Some(What::Conditions),
        ChartEvent::CharacteristicsRecorded { .. }
        | ChartEvent::ResultRecorded { .. }
        | ChartEvent::CriticalResultFlagged { .. }
        | ChartEvent::CriticalResultBreached { .. }
        | ChartEvent::ResultReviewed { .. }
        | ChartEvent::PdmpChecked { .. }
        | ChartEvent::MonitoringWaived { .. }
        | ChartEvent::LastDoseRecorded { .. }
        | ChartEvent::SafetyChecked { .. }
        | ChartEvent::SupplyAllotted { .. }
        | ChartEvent::UseLimited { .. }
        | ChartEvent::InjectionGiven(_)
        | ChartEvent::LateInjectionDecided { .. }
        | ChartEvent::TolerabilityAttested { .. }
        | ChartEvent::InjectionOverdue { .. }
        | ChartEvent::InjectionReviewed { .. }
        | ChartEvent::ResponseAssessed(_)
        | ChartEvent::BoxedWarningAcknowledged { .. }
        | ChartEvent::InteractionOverridden { .. }
        | ChartEvent::OverrideCosigned { .. }
        // What begins and what ends with a switch are events of their own.
        | ChartEvent::MedicationSwitched { .. }
        | ChartEvent::NeverTakenRecorded { .. }
        | ChartEvent::MedicationRenewed { .. } => None,
    }
}

/// The drug whose way up an event ends: that it will be raised is no longer true, and news no more.
fn no_longer_raised(event: &ChartEvent, orders: &Orders) -> Option<DrugId> {
    let (ChartEvent::TitrationCancelled { order, .. }
    | ChartEvent::MedicationHeld { order, .. }
    | ChartEvent::TaperPlanned { order, .. }
    | ChartEvent::MedicationSwitched { from: order, .. }
    | ChartEvent::MedicationStopped { order, .. }
    | ChartEvent::DoseAdjusted { order, .. }) = event
    else {
        return None;
    };
    let goes_on = matches!(event, ChartEvent::DoseAdjusted { cause: Cause::PlannedTitration, .. });
    let known = orders.open.iter().find(|known| known.course.order == *order);
    known.filter(|_| !goes_on).map(|known| known.course.drug.clone())
}

fn name_of(medication: OutsideMedicationId, outside: &Outside) -> Option<Text> {
    let line = outside.taken.iter().find(|line| line.medication == medication)?;
    Some(line.name.clone())
}

const fn of_stay(event: &EpisodeEvent) -> Option<What> {
    match event {
        EpisodeEvent::EpisodeOpened { .. } => Some(What::Stay(Stage::Began)),
        EpisodeEvent::EpisodePaused { .. } => Some(What::Stay(Stage::Paused)),
        EpisodeEvent::EpisodeResumed { .. } => Some(What::Stay(Stage::Resumed)),
        EpisodeEvent::EpisodeClosed { .. } => Some(What::Stay(Stage::Ended)),
        EpisodeEvent::PatientReferred { .. }
        | EpisodeEvent::CandidateScreened { .. }
        | EpisodeEvent::PatientWaitlisted { .. }
        | EpisodeEvent::EpisodePhaseChanged { .. }
        | EpisodeEvent::BridgingDue { .. }
        | EpisodeEvent::BridgingDecided { .. }
        | EpisodeEvent::BridgingBreached { .. } => None,
    }
}

impl What {
    /// The change as a sentence, for somebody who does not use the program's terms.
    pub fn sentence(&self) -> String {
        let rules = Ruleset::embedded();
        match self {
            Self::Order(drug, turn) => {
                let name = rules.drug(drug).map_or(drug.as_str(), |drug| drug.name.as_str());
                let turned = match turn {
                    Turn::Started => "was started",
                    Turn::Adjusted => "has another dose",
                    Turn::Held => "is interrupted",
                    Turn::Resumed => "is taken again",
                    Turn::Raised => "will be raised step by step",
                    Turn::NotRaised => "will not be raised after all",
                    Turn::Tapered => "is being tapered off",
                    Turn::Stopped => "was stopped",
                    Turn::Corrected => "was corrected on the list",
                };
                format!("{name} {turned}.")
            }
            Self::Outside(name, true) => format!("{} from outside became known.", name.expose()),
            Self::Outside(name, false) => format!("{} from outside is no longer taken.", name.expose()),
            Self::Reconciled => "The list was compared with what is taken.".to_owned(),
            Self::Interaction(finding, open) => {
                let names: Vec<&str> =
                    finding.about.iter().map(|id| rules.ingredient_name(id).unwrap_or(id.as_str())).collect();
                let said = if *open { "An interaction was found" } else { "An interaction was settled" };
                if names.is_empty() {
                    format!("{said}.")
                } else {
                    format!("{said}: {}.", names.join(" and "))
                }
            }
            Self::Allergies => "The list of allergies changed.".to_owned(),
            Self::Conditions => "The list of conditions changed.".to_owned(),
            Self::Stay(Stage::Began) => "The patient was admitted to the program.".to_owned(),
            Self::Stay(Stage::Paused) => "The stay in the program is interrupted.".to_owned(),
            Self::Stay(Stage::Resumed) => "The stay in the program goes on.".to_owned(),
            Self::Stay(Stage::Ended) => "The stay in the program has ended.".to_owned(),
            Self::Plan => "Patient and prescriber agreed to a plan.".to_owned(),
            Self::Conflict => "It was settled who changes which medication.".to_owned(),
        }
    }
}
