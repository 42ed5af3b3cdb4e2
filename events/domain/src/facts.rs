//! What one stream's decision may ask of another stream.

use std::collections::BTreeMap;

use concord_kernel::{Day, EpisodeId, Instant, OrderId, PersonId, ProgramId, VisitId};
use concord_knowledge::{ConditionId, DrugId, Regimen};

use crate::chart::{LegalBasis, OrderModality, PdmpCheck, Supply};
use crate::follow_up::Modality;
use crate::treatment_plan::Consent;
use crate::{EpisodeRef, State, UsState, episode};

/// Facts looked up for one decision. A fact that the command did not ask for is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The patient's stays in the program the command names.
    pub episode: Option<EpisodeFacts>,
    /// The indication decision of the stay the command names.
    pub indication: Option<IndicationFacts>,
    /// The medication chart.
    pub chart: Option<ChartFacts>,
    /// The side effects.
    pub side_effects: Option<SideEffectFacts>,
    /// The scores.
    pub scales: Option<ScaleFacts>,
    /// The care team.
    pub care_team: Option<CareTeamFacts>,
    /// The plan of the stay the command names.
    pub plan: Option<PlanFacts>,
    /// The visits of the stay the command names.
    pub visits: Option<VisitFacts>,
    /// The other prescription that the command names; absent as well when there is none.
    pub prescription: Option<PrescriptionFacts>,
}

/// What others may know of a patient's stays in a program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpisodeFacts {
    /// The open stay, if there is one.
    pub open: Option<EpisodeId>,
    /// Where it stands.
    pub stage: episode::Stage,
    /// The program.
    pub program: Option<ProgramId>,
    /// When the open stay was admitted.
    pub admitted_at: Option<Instant>,
    /// Stays that have ended.
    pub ended: Vec<EpisodeId>,
}

impl EpisodeFacts {
    /// Whether `episode` is the open, admitted and not paused stay of this program.
    pub fn is_active(&self, episode: &EpisodeRef) -> bool {
        self.open == Some(episode.id)
            && self.program.as_ref() == Some(&episode.program)
            && self.stage.is_active()
    }

    /// Whether `episode` is the open stay of this program, interrupted or not.
    pub fn is_open(&self, episode: &EpisodeRef) -> bool {
        self.open == Some(episode.id) && self.program.as_ref() == Some(&episode.program)
    }

    /// Whether `episode` is or was a stay of this patient in this program.
    pub fn knows(&self, episode: &EpisodeRef) -> bool {
        self.program.as_ref() == Some(&episode.program)
            && (self.open == Some(episode.id) || self.ended.contains(&episode.id))
    }
}

/// What others may know of an assessment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndicationFacts {
    /// `Some(true)` when medication is indicated, `Some(false)` when decided against, `None` before the decision.
    pub indicated: Option<bool>,
    /// The diagnoses that the decision rests on.
    pub diagnoses: Vec<ConditionId>,
}

/// What others may know of a medication chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartFacts {
    /// Orders that are being taken, held or tapered.
    pub open_orders: Vec<OrderId>,
    /// Every order that was ever written, sorted: the open ones and those that ended.
    pub known_orders: Vec<OrderId>,
    /// Open orders of drugs that must not stop abruptly (taper codes T2 to T5).
    pub no_abrupt_stop: Vec<OrderId>,
    /// When any dose last changed: a start, an adjustment, a taper step, a stop.
    pub last_dose_change_at: Option<Instant>,
    /// What a prescription takes from each open order.
    pub prescribable: BTreeMap<OrderId, PrescribableFacts>,
    /// The latest look into each state's prescription drug monitoring program.
    pub pdmp: BTreeMap<UsState, PdmpCheck>,
}

/// What others may know of an open order.
#[derive(Clone, Debug, PartialEq)]
pub struct PrescribableFacts {
    /// The formulary row.
    pub drug: DrugId,
    /// How much is taken now.
    pub regimen: Regimen,
    /// What it is for.
    pub indication: ConditionId,
    /// How much may be handed out.
    pub supply: Supply,
    /// When the safety check last judged it for being handed out: as it was written, or renewed.
    pub supplied_at: Instant,
    /// Whether it is interrupted.
    pub held: bool,
    /// How prescriber and patient met for it.
    pub modality: OrderModality,
    /// What allowed it, for a controlled substance.
    pub legal_basis: Option<LegalBasis>,
}

/// What others may know of the visits of a stay: those that took place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitFacts {
    /// Medication visits, each with when it took place and how.
    pub medication: BTreeMap<VisitId, (Instant, Modality)>,
}

impl VisitFacts {
    /// Whether any medication visit of the stay was in person.
    pub fn seen_in_person(&self) -> bool {
        self.medication.values().any(|(_, modality)| *modality == Modality::InPerson)
    }
}

/// What others may know of a prescription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrescriptionFacts {
    /// The order that it hands out.
    pub order: OrderId,
    /// Whether it was signed.
    pub signed: bool,
    /// Whether it was withdrawn, cancelled or has expired.
    pub void: bool,
    /// The day from which it may be filled.
    pub from: Day,
    /// Days that its fills last.
    pub days: u16,
    /// Days that the series lasts up to its end; its own days when it is in none.
    pub series_days: u16,
}

/// What others may know of the side effects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideEffectFacts {
    /// Open reports of severity 2 (moderate) or more.
    pub open_moderate_or_worse: usize,
}

/// What others may know of the scores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScaleFacts {
    /// Whether the last two scores of the primary scale show response or remission against baseline; `None` when
    /// there are fewer than two after the baseline.
    pub last_two_respond: Option<bool>,
    /// Whether a suicide risk above low is open, or the last C-SSRS was above low.
    pub risk_open: bool,
    /// When a risk above low was last raised.
    pub risk_raised_at: Option<Instant>,
}

/// What others may know of a care team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CareTeamFacts {
    /// Who is on it now, sorted.
    pub members: Vec<PersonId>,
}

impl CareTeamFacts {
    /// Whether `person` is on it.
    pub fn has(&self, person: PersonId) -> bool {
        self.members.binary_search(&person).is_ok()
    }
}

/// What others may know of a treatment plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanFacts {
    /// What the patient last decided about each medication that was explained to them.
    pub consents: BTreeMap<DrugId, Consent>,
}

impl Facts {
    /// Takes from each loaded state what others may know of it.
    pub fn gather<'a>(states: impl IntoIterator<Item = &'a State>) -> Self {
        let mut facts = Self::default();
        for state in states {
            match state {
                State::Episode(episode) => facts.episode = Some(episode.facts()),
                State::Assessment(assessment) => facts.indication = Some(assessment.facts()),
                State::Chart(chart) => facts.chart = Some(chart.facts()),
                State::SideEffects(record) => facts.side_effects = Some(record.facts()),
                State::Scales(scales) => facts.scales = Some(scales.facts()),
                State::CareTeam(team) => facts.care_team = Some(team.facts()),
                State::TreatmentPlan(plan) => facts.plan = Some(plan.facts()),
                State::FollowUp(visits) => facts.visits = Some(visits.facts()),
                State::Prescription(prescription) => facts.prescription = prescription.facts(),
            }
        }
        facts
    }
}
