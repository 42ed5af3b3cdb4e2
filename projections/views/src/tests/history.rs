//! Random histories that the domain would accept, as far as views care: everything that is named exists.

use concord_domain::care_team::{Event as TeamEvent, Member};
use concord_domain::chart::{
    Cause, Correction, Event as ChartEvent, InformationSource, Judged, NewOrder, OrderModality,
    OverrideReason, ReconcileAction, ReconciledEntry, Reported, Sex, StopReason, Supply, TaperStep,
    TitrationBasis, TitrationStep,
};
use concord_domain::episode::{Disposition, Event as EpisodeEvent, Interruption, Phase};
use concord_domain::follow_up::{Cadence, Event as VisitEvent, Modality, VisitKind};
use concord_domain::ruleset::InForce;
use concord_domain::scales::{AdministrationMode, Event as ScaleEvent, RiskLevel};
use concord_domain::side_effects::{Decision, Event as EffectEvent, Grade, Outcome};
use concord_domain::{DomainEvent, EpisodeRef, assessment};
use concord_kernel::{
    EpisodeId, Instant, OrderId, OutsideMedicationId, PatientId, PersonId, Phi, ProgramId, ReportId, Role,
    ScaleId, StreamRef, Text, VisitId,
};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{
    Action, ConditionId, DrugId, FindingKey, Frequency, IngredientId, LabId, Milligrams, Regimen, Route,
    RuleId, RulesetVersion, Severity, SymptomId,
};
use concord_projection::{By, Fact};
use uuid::Uuid;

/// A small generator of numbers (splitmix64): the same seed, the same history.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    pub(super) fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.roll(u64::MAX), self.roll(u64::MAX))
    }
}

pub(crate) fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

/// Something that is agreed about an order beforehand, or done of it.
fn agreed(order: OrderId, mg: f64, now: Instant, dice: &mut Dice) -> ChartEvent {
    match dice.roll(7) {
        4.. => super::injecting::happened(order, now, dice),
        0 => ChartEvent::TitrationPlanned {
            order,
            steps: [7, 14].map(|days| step(now, days)).to_vec(),
            schedule: None,
            reason: text("by the label"),
            acknowledgements: Vec::new(),
            judged: judged(),
            at: now,
        },
        1 => ChartEvent::TitrationCancelled { order, reason: text("well at this dose") },
        2 => ChartEvent::TitrationStepTaken {
            order,
            planned_on: now.day(),
            from: regimen(mg),
            to: regimen(100.0),
            rests_on: TitrationBasis::WellTolerated,
            note: text("as agreed"),
            acknowledgements: Vec::new(),
            judged: judged(),
            at: now,
        },
        _ => ChartEvent::MedicationSwitched {
            from: order,
            to: OrderId::new(dice.id()),
            overlap_until: now.plus_days(14).day(),
            reason: text("no response"),
            at: now,
            assessed_at: None,
        },
    }
}

fn step(now: Instant, days: i64) -> TitrationStep {
    TitrationStep { on: now.plus_days(days).day(), regimen: regimen(100.0) }
}

pub(crate) fn start() -> Instant {
    Instant::parse("2026-01-05T08:00:00Z").unwrap()
}

pub(crate) fn program() -> ProgramId {
    ProgramId::parse("iop-adult").unwrap()
}

pub(crate) fn patient(n: u64) -> PatientId {
    PatientId::new(Uuid::from_u64_pair(1, n))
}

/// One of a handful of clinicians in each role.
pub(crate) fn person(role: Role, n: u64) -> PersonId {
    PersonId::new(Uuid::from_u64_pair(100 + role as u64, n))
}

pub(crate) fn regimen(mg: f64) -> Regimen {
    Regimen { dose: Milligrams::parse(mg).unwrap(), frequency: Frequency::Daily, route: Route::Oral }
}

pub(crate) fn judged() -> Judged {
    Judged {
        ruleset: RulesetVersion::parse("2026-11-23.1").unwrap(),
        findings: Vec::new(),
        answered: Vec::new(),
    }
}

pub(crate) fn finding() -> FindingKey {
    FindingKey {
        rule: RuleId::parse("ddi.serotonergic").unwrap(),
        about: ["sertraline", "tramadol"].map(|name| IngredientId::parse(name).unwrap()).to_vec(),
    }
}

/// One patient's record as it grows.
pub(crate) struct Story {
    pub(crate) patient: PatientId,
    pub(crate) episode: EpisodeRef,
    pub(super) n: u64,
    steps: usize,
    pub(super) orders: Vec<(OrderId, f64)>,
    outside: Vec<OutsideMedicationId>,
    reports: Vec<ReportId>,
    risks: Vec<ScaleId>,
    visits: Vec<VisitId>,
    pub(super) planned: super::plans::Planned,
    pub(super) contacted: super::contacts::Contacted,
    pub(super) taking: super::taking::Taking,
    pub(super) recovering: super::recoveries::Recovering,
    pub(super) at_pharmacy: super::pharmacy::AtPharmacy,
    found: bool,
    overridden: bool,
}

impl Story {
    pub(crate) fn new(n: u64, dice: &mut Dice) -> Self {
        Self {
            patient: patient(n),
            episode: EpisodeRef { program: program(), id: EpisodeId::new(dice.id()) },
            n,
            steps: 0,
            orders: Vec::new(),
            outside: Vec::new(),
            reports: Vec::new(),
            risks: Vec::new(),
            visits: Vec::new(),
            planned: super::plans::Planned::default(),
            contacted: super::contacts::Contacted::default(),
            taking: super::taking::Taking::default(),
            recovering: super::recoveries::Recovering::default(),
            at_pharmacy: super::pharmacy::AtPharmacy::default(),
            found: false,
            overridden: false,
        }
    }

    /// What happens next.
    pub(crate) fn next(&mut self, now: Instant, dice: &mut Dice) -> DomainEvent {
        self.steps += 1;
        self.opening(now).unwrap_or_else(|| self.later(now, dice))
    }

    pub(crate) fn stream(&self, event: &DomainEvent) -> StreamRef {
        match event {
            DomainEvent::Episode(_) => StreamRef::episode(self.patient, &self.episode.program),
            DomainEvent::Assessment(_) => StreamRef::assessment(self.patient, self.episode.id),
            DomainEvent::Chart(_) => StreamRef::chart(self.patient),
            DomainEvent::SideEffects(_) => StreamRef::side_effects(self.patient),
            DomainEvent::Scales(_) => StreamRef::scales(self.patient),
            DomainEvent::FollowUp(_) => StreamRef::follow_up(self.patient, self.episode.id),
            DomainEvent::CareTeam(_) => StreamRef::care_team(self.patient),
            DomainEvent::TreatmentPlan(_) => StreamRef::treatment_plan(self.patient, self.episode.id),
            DomainEvent::Coordination(_) => StreamRef::coordination(self.patient),
            DomainEvent::Adherence(_) => StreamRef::adherence(self.patient),
            DomainEvent::Recovery(_) => StreamRef::recovery(self.patient),
            DomainEvent::Prescription(_) => StreamRef::prescription(self.patient, self.at_pharmacy.latest),
            DomainEvent::Ruleset(_) => StreamRef::ruleset(),
            DomainEvent::SigningRights(_) => StreamRef::signing_rights(),
            DomainEvent::Audit(_) => StreamRef::audit(concord_kernel::AuditId::new(self.patient.uuid())),
            DomainEvent::Consent(_) => StreamRef::consent(self.patient),
            DomainEvent::Feed(_) => StreamRef::feed(concord_kernel::SubscriptionId::new(self.patient.uuid())),
            DomainEvent::Inbox(_) => StreamRef::inbox(self.patient),
            DomainEvent::Access(_) => StreamRef::access(self.patient),
        }
    }

    fn joins(&self, role: Role, organisation: Option<&str>) -> DomainEvent {
        DomainEvent::CareTeam(TeamEvent::CareTeamMemberJoined(Member {
            person: person(role, self.n % 5),
            role,
            name: text("Clinician"),
            organisation: organisation.map(text),
        }))
    }

    fn opening(&self, now: Instant) -> Option<DomainEvent> {
        let (episode, program) = (self.episode.id, self.episode.program.clone());
        let condition = ConditionId::parse("major-depression").unwrap();
        let event = match self.steps {
            1 => DomainEvent::Episode(EpisodeEvent::PatientReferred {
                program,
                name: Phi::new(text("Ada Quill")),
                born_on: Phi::new(start().day()),
                referred_by: text("Dr. Lee"),
                reason: text("relapse"),
                part2: true,
            }),
            2 => DomainEvent::Episode(EpisodeEvent::CandidateScreened {
                criteria: Vec::new(),
                exclusions: Vec::new(),
                candidate: true,
            }),
            3 => DomainEvent::Episode(EpisodeEvent::EpisodeOpened {
                episode,
                previous: None,
                admitted_at: now,
            }),
            4 => self.joins(Role::Psychiatrist, None),
            5 => self.joins(Role::Therapist, None),
            6 => self.joins(Role::PrimaryCare, Some("Riverbend Family Practice")),
            7 => DomainEvent::Assessment(assessment::Event::AssessmentStarted {
                episode: self.episode.clone(),
            }),
            8 => DomainEvent::Chart(ChartEvent::CharacteristicsRecorded {
                born_on: Phi::new(start().day()),
                sex: Sex::Female,
                may_become_pregnant: Some(true),
            }),
            9 => DomainEvent::Chart(ChartEvent::AllergyRecorded {
                substance: text("penicillin"),
                ingredient: None,
                reaction: Some(text("rash")),
                severity: ReactionSeverity::Moderate,
                kind: ReactionKind::Allergy,
            }),
            10 => DomainEvent::Chart(ChartEvent::ConditionRecorded {
                name: text("major depressive disorder"),
                condition: Some(condition),
                onset_on: None,
            }),
            11 => DomainEvent::Assessment(assessment::Event::AssessmentCompleted),
            12 => DomainEvent::Assessment(assessment::Event::MedicationIndicated {
                diagnoses: vec![condition],
                reasons: vec![text("no response to therapy alone")],
            }),
            _ => return None,
        };
        Some(event)
    }

    fn later(&mut self, now: Instant, dice: &mut Dice) -> DomainEvent {
        match dice.roll(128) {
            0..20 => DomainEvent::Scales(Self::score(now, dice)),
            20..24 => DomainEvent::Scales(self.risk(now, dice)),
            24..44 => DomainEvent::SideEffects(self.effect(now, dice)),
            44..66 => DomainEvent::FollowUp(self.visit(now, dice)),
            66..69 => DomainEvent::Episode(self.stay(dice)),
            69..77 => DomainEvent::TreatmentPlan(self.plan(now, dice)),
            77..82 => DomainEvent::Coordination(self.contact(now, dice)),
            82..88 => DomainEvent::Adherence(self.takes(now, dice)),
            88..95 => DomainEvent::Recovery(self.recover(now, dice)),
            95..102 if !self.orders.is_empty() => DomainEvent::Prescription(self.pharmacy(now, dice)),
            124..128 => self.served(now, dice),
            _ => DomainEvent::Chart(self.chart(now, dice)),
        }
    }

    fn score(now: Instant, dice: &mut Dice) -> ScaleEvent {
        let (scale, most) = [(ScaleKind::Phq9, 28), (ScaleKind::Gad7, 22), (ScaleKind::Craving, 101)]
            [usize::try_from(dice.roll(3)).unwrap()];
        ScaleEvent::ScaleScored {
            id: ScaleId::new(dice.id()),
            scale,
            items: vec![Some(1); 9],
            total: Some(u16::try_from(dice.roll(most)).unwrap()),
            band: Some("moderate".to_owned()),
            baseline: None,
            response: Some(false),
            remission: Some(false),
            mode: AdministrationMode::SelfReport,
            language: "en-US".to_owned(),
            taken_at: now,
            substance: (scale == ScaleKind::Craving).then(|| text("alcohol")),
        }
    }

    fn risk(&mut self, now: Instant, dice: &mut Dice) -> ScaleEvent {
        if let Some(id) = self.risks.pop() {
            return ScaleEvent::RiskResolved { id, resolution: text("seen the same day") };
        }
        let id = ScaleId::new(dice.id());
        self.risks.push(id);
        let level =
            [RiskLevel::Low, RiskLevel::Moderate, RiskLevel::High][usize::try_from(dice.roll(3)).unwrap()];
        ScaleEvent::RiskRaised {
            id,
            scale: ScaleKind::Cssrs,
            level,
            raised_at: now,
            act_by: now.plus_days(1),
        }
    }

    fn effect(&mut self, now: Instant, dice: &mut Dice) -> EffectEvent {
        let grade = [Grade::Mild, Grade::Moderate, Grade::Severe][usize::try_from(dice.roll(3)).unwrap()];
        let Some(report) = self.reports.last().copied().filter(|_| dice.roll(4) > 0) else {
            let report = ReportId::new(dice.id());
            self.reports.push(report);
            return EffectEvent::SideEffectReported {
                report,
                symptom: Some(SymptomId::parse("nausea").unwrap()),
                description: text("sick every morning"),
                grade,
                red_flags: Vec::new(),
                suspected: self.orders.first().map(|(order, _)| *order),
                onset_at: None,
                by: person(Role::Nurse, 1),
                role: Role::Nurse,
                contact_by: now.plus_days(1),
                decide_by: now.plus_days(2),
                not_on_care_team: dice.roll(4) == 0,
            };
        };
        match dice.roll(5) {
            0 => EffectEvent::SideEffectTriaged {
                report,
                grade,
                note: text("as told"),
                decide_by: now.plus_days(1),
            },
            1 => EffectEvent::SideEffectActionDecided {
                report,
                decision: Decision::ContinueAndMonitor,
                rationale: text("mild and passing"),
                late: false,
            },
            2 => EffectEvent::EscalationBreached { report, decide_by: now },
            _ => {
                self.reports.pop();
                EffectEvent::SideEffectResolved { report, outcome: Outcome::Recovered }
            }
        }
    }

    fn visit(&mut self, now: Instant, dice: &mut Dice) -> VisitEvent {
        let kind = if dice.roll(3) == 0 { VisitKind::Therapy } else { VisitKind::Medication };
        let Some(visit) = self.visits.pop() else {
            let visit = VisitId::new(dice.id());
            self.visits.push(visit);
            let with = person(Role::Psychiatrist, self.n % 5);
            let at = now.plus_days(7);
            return VisitEvent::VisitScheduled { visit, kind, at, modality: Modality::InPerson, with };
        };
        match dice.roll(6) {
            0 => {
                let in_a_row = u32::try_from(dice.roll(3)).unwrap() + 1;
                VisitEvent::VisitMissed { visit, kind: VisitKind::Medication, in_a_row }
            }
            1 => {
                self.visits.push(visit);
                VisitEvent::CadenceChanged {
                    from: Cadence::Weekly,
                    to: Cadence::BiWeekly,
                    reason: text("stable"),
                    next_due_at: now.plus_days(14),
                }
            }
            _ => VisitEvent::VisitCompleted {
                visit,
                kind,
                modality: Modality::InPerson,
                adherence_percent: Some(u8::try_from(dice.roll(101)).unwrap()),
                summary: text("doing better, sleeps through"),
                next_due_at: Some(now.plus_days(7)),
                at: now,
            },
        }
    }

    fn stay(&self, dice: &mut Dice) -> EpisodeEvent {
        let episode = self.episode.id;
        match dice.roll(8) {
            0 => EpisodeEvent::EpisodePaused { episode, because: Interruption::Leave },
            1 => EpisodeEvent::EpisodeResumed { episode },
            2 => EpisodeEvent::EpisodeClosed {
                episode,
                disposition: Disposition::Completed,
                medication_plan: None,
                at: None,
            },
            3 => EpisodeEvent::EpisodeOpened { episode, previous: None, admitted_at: start() },
            _ => EpisodeEvent::EpisodePhaseChanged {
                episode,
                from: Phase::Assessing,
                to: Phase::Titrating,
                reason: text("plan agreed"),
            },
        }
    }

    fn chart(&mut self, now: Instant, dice: &mut Dice) -> ChartEvent {
        match dice.roll(12) {
            0 => self.outside(dice),
            1 => self.interaction(now),
            2 => ChartEvent::ResultRecorded {
                lab: LabId::parse(["sodium", "alt", "qtc"][usize::try_from(dice.roll(3)).unwrap()]).unwrap(),
                value: 138.0,
                taken_at: now,
                last_dose_at: None,
            },
            3 => ChartEvent::SafetyChecked { proposed: None, judged: judged() },
            4 => self.monitored(now, dice),
            _ => self.order(now, dice),
        }
    }

    fn monitored(&self, now: Instant, dice: &mut Dice) -> ChartEvent {
        let (lab, taken_at) = (LabId::parse("sodium").unwrap(), start());
        match (dice.roll(3), self.orders.last()) {
            (0, _) => ChartEvent::CriticalResultFlagged {
                lab,
                value: 118.0,
                taken_at,
                rule: RuleId::parse("crit.sodium-low").unwrap(),
                acknowledge_by: now.plus_days(1),
                ruleset: RulesetVersion::parse("2026-11-23.1").unwrap(),
            },
            (1, Some((order, _))) => ChartEvent::MonitoringWaived {
                order: *order,
                test: RuleId::parse("mon.snri.pressure").unwrap(),
                until: now.plus_days(30).day(),
                reason: text("done elsewhere"),
            },
            _ => ChartEvent::ResultReviewed { lab, taken_at, action: text("replaced"), late: false },
        }
    }

    fn outside(&mut self, dice: &mut Dice) -> ChartEvent {
        if self.outside.len() >= 2 {
            let medication = self.outside.pop().unwrap();
            return ChartEvent::OutsideMedicationEnded {
                medication,
                last_dose_at: None,
                reason: text("no longer needed"),
            };
        }
        if let Some(medication) = self.outside.first().filter(|_| dice.roll(2) == 0) {
            let entry = ReconciledEntry { medication: *medication, action: ReconcileAction::Continues };
            return ChartEvent::MedicationsReconciled { entries: vec![entry], note: None };
        }
        let medication = OutsideMedicationId::new(dice.id());
        self.outside.push(medication);
        ChartEvent::OutsideMedicationRecorded {
            medication,
            reported: Reported {
                name: text("tramadol 50 mg"),
                codings: Vec::new(),
                regimen: Some(regimen(50.0)),
                prescriber: Some(text("Dr. Mora")),
                started_on: None,
                source: InformationSource::Patient,
            },
            ingredients: vec![IngredientId::parse("tramadol").unwrap()],
            complete: true,
            depot_days: None,
        }
    }

    fn interaction(&mut self, now: Instant) -> ChartEvent {
        let finding = finding();
        match (self.found, self.overridden) {
            (false, _) => {
                self.found = true;
                ChartEvent::InteractionDetected {
                    finding,
                    severity: Severity::Major,
                    action: Action::BlockUnlessCosigned,
                    ruleset: judged().ruleset,
                }
            }
            (true, false) => {
                self.overridden = true;
                ChartEvent::InteractionOverridden {
                    finding,
                    reason: OverrideReason::BenefitOutweighsRisk,
                    note: text("watched weekly"),
                    by: person(Role::Psychiatrist, 1),
                    at: now,
                }
            }
            (true, true) => {
                (self.found, self.overridden) = (false, false);
                ChartEvent::InteractionResolved { finding, resolution: text("tramadol stopped") }
            }
        }
    }

    fn order(&mut self, now: Instant, dice: &mut Dice) -> ChartEvent {
        let supply = Supply { days: 30, refills: 1 };
        let Some((order, mg)) = some_order(&mut self.orders, dice) else {
            return self.prescribe(supply, now, dice);
        };
        let order = *order;
        match dice.roll(14) {
            0 => ChartEvent::MedicationHeld { order, reason: text("fasting"), at: now },
            1 => ChartEvent::MedicationResumed {
                order,
                judged: judged(),
                acknowledgements: Vec::new(),
                at: now,
            },
            2 => ChartEvent::TaperPlanned {
                order,
                steps: vec![
                    TaperStep { on: now.plus_days(7).day(), regimen: regimen(25.0) },
                    TaperStep { on: now.plus_days(14).day(), regimen: regimen(0.0) },
                ],
                reason: text("well for a year"),
            },
            3 => {
                self.orders.pop();
                ChartEvent::MedicationStopped {
                    order,
                    reason: StopReason::Completed,
                    last_dose_at: None,
                    abrupt_because: None,
                    at: now,
                    assessed_at: None,
                }
            }
            4 => ChartEvent::OrderCorrected {
                order,
                correction: Correction::StartOn(now.day()),
                reason: text("written a day early"),
            },
            5 => ChartEvent::MedicationRenewed {
                bridging: false,
                order,
                supply,
                modality: OrderModality::InPerson,
                legal_basis: None,
                judged: judged(),
                acknowledgements: Vec::new(),
                at: now,
                policy: None,
            },
            6 => Self::adjust(order, mg, 25.0, Cause::PlannedTaper, now),
            7..=11 => agreed(order, *mg, now, dice),
            _ => {
                let to = if *mg > 150.0 { 50.0 } else { *mg + 25.0 };
                Self::adjust(order, mg, to, Cause::PlannedTitration, now)
            }
        }
    }

    fn adjust(order: OrderId, mg: &mut f64, to: f64, cause: Cause, at: Instant) -> ChartEvent {
        let from = std::mem::replace(mg, to);
        ChartEvent::DoseAdjusted {
            order,
            from: regimen(from),
            to: regimen(to),
            cause,
            note: text("partial response"),
            acknowledgements: Vec::new(),
            judged: judged(),
            at,
        }
    }

    pub(crate) fn prescribe(&mut self, supply: Supply, at: Instant, dice: &mut Dice) -> ChartEvent {
        let order = OrderId::new(dice.id());
        self.orders.push((order, 50.0));
        ChartEvent::MedicationPrescribed {
            order: Box::new(NewOrder {
                order,
                episode: self.episode.clone(),
                drug: DrugId::parse("sertraline").unwrap(),
                regimen: regimen(50.0),
                indication: ConditionId::parse("major-depression").unwrap(),
                reason: text("first choice, tolerated before"),
                supply,
                start_on: at.day(),
                modality: OrderModality::InPerson,
                legal_basis: None,
                acknowledgements: Vec::new(),
            }),
            judged: judged(),
            ingredients: vec![IngredientId::parse("sertraline").unwrap()],
            at,
            policy: None,
        }
    }
}

/// The order that is changed next; `None`: a new one is written.
fn some_order<'a>(orders: &'a mut [(OrderId, f64)], dice: &mut Dice) -> Option<&'a mut (OrderId, f64)> {
    let full = orders.len() >= 4;
    orders.last_mut().filter(|_| full || dice.roll(8) > 0)
}

/// A history of `events` events about `patients` patients, one minute apart.
pub(crate) fn history(seed: u64, patients: u64, events: u64) -> Vec<Fact> {
    let mut dice = Dice(seed);
    let mut stories: Vec<_> = (0..patients).map(|n| Story::new(n, &mut dice)).collect();
    let mut facts = Vec::new();
    for position in 1..=events {
        let at = start().plus(std::time::Duration::from_mins(position));
        let story = &mut stories[usize::try_from(dice.roll(patients)).unwrap()];
        let event = story.next(at, &mut dice);
        facts.push(fact(position, at, story.patient, story.stream(&event), event));
    }
    facts
}

pub(crate) fn fact(
    position: u64,
    at: Instant,
    patient: PatientId,
    stream: StreamRef,
    event: DomainEvent,
) -> Fact {
    let actor = By { id: person(Role::Psychiatrist, 1), role: Role::Psychiatrist };
    let rules = InForce::embedded();
    Fact { position, recorded_at: at, effective_at: at, patient, stream, actor, rules, event }
}
