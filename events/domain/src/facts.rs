//! What one stream's decision may ask of another stream.

use std::collections::BTreeMap;

use concord_kernel::{
    Day, EpisodeId, Instant, OrderId, OutsideMedicationId, PersonId, PrescriptionId, ProgramId, ReportId,
    Role, ScaleId, VisitId,
};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::{Taken, Totals};
use concord_knowledge::{
    ConditionId, DrugId, FindingKey, IngredientId, Regimen, Ruleset, SubstanceId, safety,
};
use serde::{Deserialize, Serialize};

use crate::chart::{LegalBasis, OrderModality, PdmpCheck, Supply};
use crate::follow_up::Modality;
use crate::going_on::Continuing;
use crate::law::OPIOID_USE_DISORDER;
use crate::recovery::Evidence;
use crate::scales::Withdrawal;
use crate::signing_rights::InForce;
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
    /// How the patient takes what is ordered.
    pub adherence: Option<AdherenceFacts>,
    /// The recovery record.
    pub recovery: Option<RecoveryFacts>,
    /// The visits of the stay the command names.
    pub visits: Option<VisitFacts>,
    /// The rights to sign controlled prescriptions that were given and not taken away.
    pub signing_rights: Option<BTreeMap<PersonId, InForce>>,
    /// Other prescriptions, as far as they were written: those that the command names or that share a supply with it.
    pub prescriptions: BTreeMap<PrescriptionId, PrescriptionFacts>,
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
    /// The same with their times.
    pub past: Vec<PastStay>,
}

/// A stay that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastStay {
    /// Which.
    pub episode: EpisodeId,
    /// When it began.
    pub admitted_at: Instant,
    /// When it ended; absent for one that was closed before this was recorded.
    pub closed_at: Option<Instant>,
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

impl IndicationFacts {
    /// Whether the stay is for an opioid use disorder too, whatever was ordered.
    pub(crate) fn names_opioid_use_disorder(&self) -> bool {
        self.diagnoses.iter().any(|diagnosis| diagnosis.as_str() == OPIOID_USE_DISORDER)
    }
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
    /// The substances of each open order that is not on hold.
    pub ingredients: BTreeMap<OrderId, Vec<IngredientId>>,
    /// The substances of each outside medication that is taken.
    pub outside: BTreeMap<OutsideMedicationId, Vec<IngredientId>>,
    /// When any dose last changed: a start, an adjustment, a taper step, a stop.
    pub last_dose_change_at: Option<Instant>,
    /// Findings that somebody has yet to say what was done about, sorted.
    pub open_findings: Vec<FindingKey>,
    /// What is taken by each open order.
    pub orders: BTreeMap<OrderId, OrderFacts>,
    /// What a prescription takes from each open order.
    pub prescribable: BTreeMap<OrderId, PrescribableFacts>,
    /// The latest look into each state's prescription drug monitoring program.
    pub pdmp: BTreeMap<UsState, PdmpCheck>,
    /// Open orders whose taper is agreed.
    pub tapering: Vec<OrderId>,
    /// The stay that each open order was written in.
    pub stays: BTreeMap<OrderId, EpisodeId>,
    /// Whether the chart shows an opioid use disorder: a condition, what an order is for, or what is taken for it.
    pub opioid_use_disorder: bool,
}

impl ChartFacts {
    /// Until when what was handed out of an open order lasts.
    pub(crate) fn supply_until(&self, order: OrderId) -> Option<Instant> {
        let (taken, supplied) = (self.orders.get(&order)?, self.prescribable.get(&order)?);
        let from = supplied.supplied_at.max(Instant::start_of(taken.start_on));
        let Supply { days, refills } = supplied.supply;
        Some(from.plus_days(i64::from(days) * (i64::from(refills) + 1)))
    }
}

/// What others may know of an open order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderFacts {
    /// The formulary row.
    pub drug: DrugId,
    /// How much, and how often.
    pub regimen: Regimen,
    /// The day it starts.
    pub start_on: Day,
    /// The first day on which it can have been taken, wherever the patient is.
    pub first_day: Day,
    /// Whether it is interrupted.
    pub held: bool,
    /// For what is injected for weeks: the days on which it was, each with how many days that covers.
    pub injections: Vec<(Day, u16)>,
}

/// What was last measured of how a patient takes what is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasuredAdherence {
    /// The last day of the period.
    pub to: Day,
    /// The proportion of days covered in percent; absent when too little was told to say.
    pub percent: Option<u8>,
}

/// What others may know of how a patient takes what is ordered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdherenceFacts {
    /// What was last measured.
    pub measured: Option<MeasuredAdherence>,
    /// Orders whose drug was missed for so long that it starts at its first dose again, with when that was found.
    pub restart_needed_since: BTreeMap<OrderId, Instant>,
    /// What was last measured of each order.
    pub taken: BTreeMap<OrderId, Taken>,
}

/// What a prescription may know of an open order.
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
    /// What decides whether it may go on.
    pub continuing: Continuing,
    /// Prescriptions that share what it last handed out.
    pub allotted: Vec<PrescriptionId>,
}

/// What others may know of the visits of a stay: those that took place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitFacts {
    /// Medication visits, each with when it took place and how.
    pub medication: BTreeMap<VisitId, (Instant, Modality)>,
    /// Medication visits that were missed since the last that took place.
    pub missed: Option<MissedVisits>,
}

/// Medication visits that were missed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedVisits {
    /// The first of them.
    pub first: VisitId,
    /// The last of them.
    pub last: VisitId,
    /// How many.
    pub in_a_row: u32,
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
    /// Whether its prescriber has read it and it waits for the signature.
    pub ready: bool,
    /// Whether it was signed.
    pub signed: bool,
    /// Whether it was withdrawn, cancelled or has expired.
    pub void: bool,
    /// Whether its pharmacy asks for another in its place and waits for the answer.
    pub in_question: bool,
    /// How long one fill lasts, and how often it may be filled again.
    pub supply: Supply,
    /// The day from which it may be filled.
    pub from: Day,
    /// Days that its fills last.
    pub days: u16,
    /// Days that the series lasts up to its end; its own days when it is in none.
    pub series_days: u16,
    /// Days of the fills of which anything was handed out.
    pub handed_out_days: u16,
}

/// What others may know of the side effects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideEffectFacts {
    /// Open reports of severity 2 (moderate) or more.
    pub open_moderate_or_worse: usize,
    /// Every report, sorted: the open ones and those that were resolved.
    pub reports: Vec<ReportId>,
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
    /// The latest total of each withdrawal scale.
    pub withdrawal: BTreeMap<ScaleKind, Withdrawal>,
    /// Every administration, sorted.
    pub administrations: Vec<ScaleId>,
    /// The last administration that was found worse than those before it, when one ever was.
    pub worsened: Option<ScaleId>,
    /// The totals of each scale whose totals are of one thing.
    pub totals: BTreeMap<ScaleKind, Totals>,
}

/// What others may know of a care team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CareTeamFacts {
    /// Who is on it now, and as what; sorted by person.
    pub members: Vec<(PersonId, Role)>,
}

impl CareTeamFacts {
    /// Whether `person` is on it.
    pub fn has(&self, person: PersonId) -> bool {
        self.role_of(person).is_some()
    }

    /// As what `person` cares for the patient, if they do.
    pub fn role_of(&self, person: PersonId) -> Option<Role> {
        let at = self.members.binary_search_by_key(&person, |member| member.0).ok()?;
        self.members.get(at).map(|member| member.1)
    }
}

/// What others may know of a treatment plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanFacts {
    /// What the patient last decided about each medication that was explained to them.
    pub consents: BTreeMap<DrugId, Consent>,
    /// The latest version, when patient and prescriber have agreed to it.
    pub agreed_version: Option<u32>,
}

/// What others may know of a recovery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryFacts {
    /// How buprenorphine is about to be begun, while that is planned and not done.
    pub induction: Option<safety::Induction>,
    /// When each substance was last used, as far as anybody told.
    pub last_use: BTreeMap<SubstanceId, Instant>,
    /// When an opioid treatment program last dispensed methadone.
    pub methadone_at: Option<Instant>,
    /// The latest sample that says whether there are opioids.
    pub opioids: Option<Evidence>,
    /// The latest naloxone challenge.
    pub challenge: Option<Evidence>,
    /// When naloxone was last offered, taken or not; absent as well after an overdose until it is offered again.
    pub naloxone_offered_at: Option<Instant>,
}

impl Facts {
    /// Takes from each loaded state what others may know of it, by the rules in force.
    pub fn gather<'a>(states: impl IntoIterator<Item = &'a State>, rules: &Ruleset) -> Self {
        let mut facts = Self::default();
        for state in states {
            match state {
                State::Episode(episode) => facts.episode = Some(episode.facts()),
                State::Assessment(assessment) => facts.indication = Some(assessment.facts()),
                State::Chart(chart) => facts.chart = Some(chart.facts(rules)),
                State::SideEffects(record) => facts.side_effects = Some(record.facts()),
                State::Scales(scales) => facts.scales = Some(scales.facts()),
                State::CareTeam(team) => facts.care_team = Some(team.facts()),
                State::TreatmentPlan(plan) => facts.plan = Some(plan.facts()),
                State::Recovery(recovery) => facts.recovery = Some(recovery.facts()),
                State::Adherence(adherence) => facts.adherence = Some(adherence.facts()),
                State::FollowUp(visits) => facts.visits = Some(visits.facts()),
                State::SigningRights(rights) => facts.signing_rights = Some(rights.in_force()),
                State::Coordination(_)
                | State::Ruleset(_)
                | State::Audit(_)
                | State::Consent(_)
                | State::Feed(_)
                | State::Inbox(_)
                | State::Access(_) => {}
                State::Prescription(prescription) => {
                    facts.prescriptions.extend(prescription.id().zip(prescription.facts()));
                }
            }
        }
        facts
    }
}
