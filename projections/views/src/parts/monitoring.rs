//! Which tests medications ask for, and which results cannot wait. What is due is derived from orders, results and the
//! schedule of the rules in force, and from nothing else: a test of which nobody knows a result is due.

use concord_domain::chart::{Cause, Correction, Event};
use concord_domain::ruleset::InForce;
use concord_domain::{episode, scales};
use concord_kernel::{Day, Instant, OrderId, Phi};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{DrugId, LabId, Monitored, RuleId, Test, TestReason};
use serde::{Deserialize, Serialize};

/// The result that the form of that name is.
const AIMS: &str = "aims";

/// An order whose drug may ask for tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Watched {
    order: OrderId,
    drug: DrugId,
    start_on: Day,
    changed_at: Option<Instant>,
    held: bool,
    asked: Vec<Asked>,
}

/// The latest sample of one kind that meets a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    lab: LabId,
    taken_at: Instant,
}

/// A test that is left out for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Waived {
    order: OrderId,
    test: RuleId,
    until: Day,
}

/// A critical result that nobody has acknowledged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CriticalResult {
    pub(crate) lab: LabId,
    pub(crate) taken_at: Instant,
    pub(crate) acknowledge_by: Instant,
}

/// A test that an order asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The rule that asks.
    pub id: RuleId,
    /// The first of the results that meet it.
    pub measured: Option<LabId>,
    /// Until when.
    pub at: Instant,
    /// Why.
    pub because: TestReason,
    /// When the latest sample was taken that counts; absent: none is known.
    pub latest: Option<Instant>,
}

/// A test that is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DueTest<'a> {
    /// The order whose drug asks for it.
    pub order: OrderId,
    /// The drug.
    pub drug: &'a DrugId,
    /// The test.
    pub test: &'a Asked,
}

/// What is watched while medications are taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Monitoring {
    /// Some tests are asked of older patients only.
    born_on: Option<Phi<Day>>,
    orders: Vec<Watched>,
    samples: Vec<Sample>,
    waived: Vec<Waived>,
    critical: Vec<CriticalResult>,
}

impl Monitoring {
    /// Critical results that nobody has acknowledged, oldest first.
    pub(crate) fn critical(&self) -> &[CriticalResult] {
        &self.critical
    }

    /// Every test that is due, of orders that are taken.
    pub fn due(&self) -> impl Iterator<Item = DueTest<'_>> {
        let taken = self.orders.iter().filter(|watched| !watched.held);
        taken.flat_map(|Watched { order, drug, asked, .. }| {
            asked.iter().map(|test| DueTest { order: *order, drug, test })
        })
    }

    /// Derives what is due by these rules.
    pub(crate) fn follow(&mut self, rules: &InForce) {
        let asked: Vec<_> = self.orders.iter().map(|watched| self.asked_of(watched, rules)).collect();
        for (watched, asked) in self.orders.iter_mut().zip(asked) {
            watched.asked = asked;
        }
    }

    fn asked_of(&self, watched: &Watched, rules: &InForce) -> Vec<Asked> {
        let mut tests: Vec<&RuleId> = Vec::new();
        for test in rules.each().flat_map(|rules| rules.tests_of(&watched.drug)) {
            if !tests.contains(&&test.id) {
                tests.push(&test.id);
            }
        }
        tests.into_iter().filter_map(|id| self.ask(watched, id, rules)).collect()
    }

    fn ask(&self, watched: &Watched, id: &RuleId, rules: &InForce) -> Option<Asked> {
        let born_on = self.born_on.as_ref().map(|born| *born.expose());
        let (started_at, changed_at) = (Instant::start_of(watched.start_on), watched.changed_at);
        let (at, (test, because, latest)) = rules.due(|rules| {
            let test = rules.tests_of(&watched.drug).find(|test| test.id == *id)?;
            let latest = self.latest(test);
            let course = Monitored { started_at, changed_at, latest };
            let early = rules.limits().monitoring_early_percent;
            let due = test.next_due(&course, early).filter(|_| test.is_for(born_on, watched.start_on))?;
            let at = self.waived_until(watched.order, test).map_or(due.at, |until| due.at.max(until));
            Some((at, (test, due.because, latest)))
        })?;
        Some(Asked { id: id.clone(), measured: test.labs.first().cloned(), at, because, latest })
    }

    fn latest(&self, test: &Test) -> Option<Instant> {
        let meeting = self.samples.iter().filter(|sample| test.labs.contains(&sample.lab));
        meeting.map(|sample| sample.taken_at).max()
    }

    fn waived_until(&self, order: OrderId, test: &Test) -> Option<Instant> {
        let waived = self.waived.iter().find(|waived| waived.order == order && waived.test == test.id);
        waived.map(|waived| Instant::start_of(waived.until))
    }

    fn change(&mut self, order: OrderId, change: impl FnOnce(&mut Watched)) {
        if let Some(watched) = self.orders.iter_mut().find(|watched| watched.order == order) {
            change(watched);
        }
    }

    /// Whether a form stands for one of the tests.
    pub(crate) const fn concerns(event: &scales::Event) -> bool {
        matches!(event, scales::Event::ScaleScored { scale: ScaleKind::Aims, total: Some(_), .. })
    }

    pub(crate) fn fold_scales(&mut self, event: &scales::Event, rules: &InForce) {
        if let scales::Event::ScaleScored { taken_at, .. } = event
            && Self::concerns(event)
            && let Ok(aims) = LabId::parse(AIMS)
        {
            self.sampled(&aims, *taken_at);
            self.follow(rules);
        }
    }

    pub(crate) fn fold_episode(&mut self, event: &episode::Event, rules: &InForce) {
        if let episode::Event::PatientReferred { born_on, .. } = event {
            self.born_on = Some(born_on.clone());
            self.follow(rules);
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table: one line an event")]
    pub(crate) fn fold(&mut self, event: &Event, rules: &InForce) {
        match event {
            // The chart may be told better than the referral.
            Event::CharacteristicsRecorded { born_on, .. } => self.born_on = Some(born_on.clone()),
            Event::MedicationPrescribed { order, .. } => self.orders.push(Watched {
                order: order.order,
                drug: order.drug.clone(),
                start_on: order.start_on,
                changed_at: None,
                held: false,
                asked: Vec::new(),
            }),
            // The steps of a taper lead away from the drug; no level is asked for at each of them.
            Event::DoseAdjusted { order, cause, at, .. } if *cause != Cause::PlannedTaper => {
                self.change(*order, |watched| watched.changed_at = Some(*at));
            }
            Event::TitrationStepTaken { order, at, .. } => {
                self.change(*order, |watched| watched.changed_at = Some(*at));
            }
            Event::MedicationHeld { order, .. } => self.change(*order, |watched| watched.held = true),
            Event::MedicationResumed { order, at, .. } => self.change(*order, |watched| {
                (watched.held, watched.changed_at) = (false, Some(*at));
            }),
            Event::OrderCorrected { order, correction: Correction::StartOn(day), .. } => {
                self.change(*order, |watched| watched.start_on = *day);
            }
            Event::MedicationStopped { order, .. } => {
                self.orders.retain(|watched| watched.order != *order);
                self.waived.retain(|waived| waived.order != *order);
            }
            Event::ResultRecorded { lab, taken_at, last_dose_at, .. } => {
                if rules.now().result_counts(lab, *taken_at, *last_dose_at) {
                    self.sampled(lab, *taken_at);
                }
            }
            Event::CriticalResultFlagged { lab, taken_at, acknowledge_by, .. } => {
                let (lab, taken_at, acknowledge_by) = (lab.clone(), *taken_at, *acknowledge_by);
                self.critical.push(CriticalResult { lab, taken_at, acknowledge_by });
            }
            Event::ResultReviewed { lab, taken_at, .. } => {
                self.critical.retain(|known| known.lab != *lab || known.taken_at != *taken_at);
            }
            Event::MonitoringWaived { order, test, until, .. } => {
                self.waived.retain(|waived| waived.order != *order || waived.test != *test);
                self.waived.push(Waived { order: *order, test: test.clone(), until: *until });
            }
            Event::CriticalResultBreached { .. }
            | Event::DoseAdjusted { .. }
            | Event::OrderCorrected { .. }
            | Event::NoKnownAllergiesConfirmed
            | Event::AllergyRecorded { .. }
            | Event::AllergyRefuted { .. }
            | Event::ConditionRecorded { .. }
            | Event::ConditionResolved { .. }
            | Event::OutsideMedicationRecorded { .. }
            | Event::OutsideMedicationEnded { .. }
            | Event::LastDoseRecorded { .. }
            | Event::MedicationsReconciled { .. }
            | Event::SafetyChecked { .. }
            | Event::SupplyAllotted { .. }
            | Event::UseLimited { .. }
            | Event::InteractionDetected { .. }
            | Event::InjectionGiven(_)
            | Event::LateInjectionDecided { .. }
            | Event::TolerabilityAttested { .. }
            | Event::InjectionOverdue { .. }
            | Event::InjectionReviewed { .. }
            | Event::ResponseAssessed(_)
            | Event::BoxedWarningAcknowledged { .. }
            | Event::InteractionOverridden { .. }
            | Event::OverrideCosigned { .. }
            | Event::InteractionResolved { .. }
            | Event::TaperPlanned { .. }
            | Event::PdmpChecked { .. }
            | Event::TitrationPlanned { .. }
            | Event::TitrationCancelled { .. }
            | Event::MedicationSwitched { .. }
            | Event::NeverTakenRecorded { .. }
            | Event::MedicationRenewed { .. } => return,
        }
        self.follow(rules);
    }

    fn sampled(&mut self, lab: &LabId, taken_at: Instant) {
        match self.samples.binary_search_by(|known| known.lab.cmp(lab)) {
            Ok(at) => self.samples[at].taken_at = self.samples[at].taken_at.max(taken_at),
            Err(at) => self.samples.insert(at, Sample { lab: lab.clone(), taken_at }),
        }
    }
}
