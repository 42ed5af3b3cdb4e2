//! What the tests say, in the words of the program.

use concord_kernel::{
    Actor, Credentials, Day, EpisodeId, Instant, OrderId, OutsideMedicationId, PatientId, PersonId, Phi,
    ProgramId, Purpose, Role, ScaleId, Schedule, Text,
};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::{
    Action, ConditionId, DrugId, FindingKey, Frequency, IngredientId, LabId, Milligrams, Regimen, Route,
    RuleId, Ruleset,
};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::super::*;
use crate::episode::{Phase, Stage};
use crate::{
    AdherenceFacts, Context, EpisodeFacts, EpisodeRef, Explain, Facts, IndicationFacts, Issued, PlanFacts,
    ScaleFacts,
};

pub(super) type Asked = Issued<Command>;

/// Somebody who asks for something at some time.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    context: Context,
}

pub(super) fn noon() -> Instant {
    Instant::parse("2026-11-23T12:00:00Z").unwrap()
}

pub(super) fn today() -> Day {
    noon().day()
}

pub(super) fn in_days(days: i64) -> Day {
    noon().plus_days(days).day()
}

pub(super) fn somebody(id: u128, role: Role, schedules: &[Schedule]) -> Asking {
    let actor = Actor {
        id: PersonId::new(Uuid::from_u128(id)),
        role,
        credentials: Credentials { schedules: schedules.to_vec() },
    };
    let facts = Facts {
        episode: Some(EpisodeFacts {
            open: Some(stay().id),
            stage: Stage::Open(Phase::Titrating),
            program: Some(stay().program),
            admitted_at: Some(noon().plus_days(-7)),
            ..EpisodeFacts::default()
        }),
        indication: Some(IndicationFacts {
            indicated: Some(true),
            diagnoses: vec![condition("major-depression"), condition("opioid-use-disorder")],
        }),
        plan: Some(PlanFacts::default()),
        adherence: Some(AdherenceFacts::default()),
        scales: Some(ScaleFacts { administrations: vec![scored()], ..ScaleFacts::default() }),
        ..Facts::default()
    };
    Asking {
        context: Context {
            patient: PatientId::new(Uuid::from_u128(7)),
            actor,
            purpose: Purpose::Treatment,
            now: noon(),
            effective_at: noon(),
            rules: Ruleset::embedded(),
            facts,
        },
    }
}

/// A score that is on record.
pub(super) fn scored() -> ScaleId {
    ScaleId::new(Uuid::from_u128(90))
}

pub(super) fn psychiatrist() -> Asking {
    somebody(1, Role::Psychiatrist, &[Schedule::II, Schedule::III, Schedule::IV, Schedule::V])
}

pub(super) fn nurse_practitioner() -> Asking {
    somebody(2, Role::Pmhnp, &[])
}

pub(super) fn pharmacist() -> Asking {
    somebody(3, Role::Pharmacist, &[])
}

pub(super) fn nurse() -> Asking {
    somebody(4, Role::Nurse, &[])
}

pub(super) fn therapist() -> Asking {
    somebody(5, Role::Therapist, &[])
}

impl Asking {
    pub(super) fn at(mut self, now: Instant) -> Self {
        self.context.now = now;
        self.context.effective_at = now;
        self
    }

    pub(super) fn days_later(self, days: i64) -> Self {
        self.at(noon().plus_days(days))
    }

    pub(super) fn hours_later(self, hours: u64) -> Self {
        self.at(noon().plus(std::time::Duration::from_hours(hours)))
    }

    pub(super) fn effective(mut self, at: Instant) -> Self {
        self.context.effective_at = at;
        self
    }

    pub(super) fn knowing(mut self, facts: impl FnOnce(&mut Facts)) -> Self {
        facts(&mut self.context.facts);
        self
    }

    pub(super) fn for_an_emergency(mut self) -> Self {
        self.context.purpose = Purpose::Emergency;
        self
    }

    pub(super) fn asks(self, command: Command) -> Asked {
        Issued { command, context: self.context }
    }

    pub(super) fn prescribes(self, order: NewOrder) -> Asked {
        self.asks(Command::Prescribe(Box::new(order)))
    }
}

/// What happened when all of this was asked in order; nothing of it may be refused.
pub(super) fn history(asked: impl IntoIterator<Item = Asked>) -> Vec<Event> {
    after(Vec::new(), asked)
}

pub(super) fn after(mut events: Vec<Event>, asked: impl IntoIterator<Item = Asked>) -> Vec<Event> {
    let mut chart = folded(&events);
    for (count, issued) in asked.into_iter().enumerate() {
        let new = chart.decide(&issued).unwrap_or_else(|refusal| panic!("number {count}: {refusal:?}"));
        for event in new {
            chart.fold(event.clone());
            events.push(event);
        }
    }
    events
}

pub(super) fn folded(events: &[Event]) -> Chart {
    let mut chart = Chart::default();
    events.iter().cloned().for_each(|event| chart.fold(event));
    chart
}

pub(super) fn accepted(given: Vec<Event>, when: Asked) -> Vec<Event> {
    TestFramework::<Chart>::with(()).given(given).when(when).inspect_result().expect("it is allowed")
}

pub(super) fn nothing_happens(given: Vec<Event>, when: Asked) {
    TestFramework::<Chart>::with(()).given(given).when(when).then_expect_events(Vec::new());
}

pub(super) fn refused(given: Vec<Event>, when: Asked, why: Error) {
    assert!(!why.remedy().is_empty());
    TestFramework::<Chart>::with(()).given(given).when(when).then_expect_error(why);
}

/// The rules and actions that stand against it, worst first, and what answers the hardest.
pub(super) fn unsafe_by(given: Vec<Event>, when: Asked) -> (Vec<(String, Action)>, Answer) {
    let refusal = TestFramework::<Chart>::with(()).given(given).when(when).inspect_result();
    let refusal = refusal.expect_err("it is not safe");
    let Error::Unsafe { findings, answer, .. } = refusal else { panic!("not the safety check: {refusal:?}") };
    let named = findings.into_iter().map(|f| (f.key.rule.as_str().to_owned(), f.action));
    (named.collect(), answer)
}

/// The rules of the interactions that were raised.
pub(super) fn raised(events: &[Event]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| {
            let Event::InteractionDetected { finding, .. } = event else { return None };
            Some(finding.rule.as_str())
        })
        .collect()
}

pub(super) fn stay() -> EpisodeRef {
    EpisodeRef { program: ProgramId::parse("iop-adult").unwrap(), id: EpisodeId::new(Uuid::from_u128(70)) }
}

pub(super) fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

pub(super) fn drug(name: &str) -> DrugId {
    DrugId::parse(name).unwrap()
}

pub(super) fn condition(name: &str) -> ConditionId {
    ConditionId::parse(name).unwrap()
}

pub(super) fn lab(name: &str) -> LabId {
    LabId::parse(name).unwrap()
}

pub(super) fn finding(rule: &str, about: &[&str]) -> FindingKey {
    let mut about: Vec<_> = about.iter().map(|name| IngredientId::parse(name).unwrap()).collect();
    about.sort();
    FindingKey { rule: RuleId::parse(rule).unwrap(), about }
}

pub(super) fn order_id(number: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(0x1000 + number))
}

pub(super) fn outside_id(number: u128) -> OutsideMedicationId {
    OutsideMedicationId::new(Uuid::from_u128(0x2000 + number))
}

pub(super) fn daily(mg: f64) -> Regimen {
    Regimen { dose: Milligrams::parse(mg).unwrap(), frequency: Frequency::Daily, route: Route::Oral }
}

/// An order of that drug, 30 days at its usual first dose, starting today; of what is short-term, four weeks.
pub(super) fn order(number: u128, name: &str) -> NewOrder {
    let row = Ruleset::embedded().drug(&drug(name)).expect("a row of the formulary");
    let limited = Ruleset::embedded().duration_limit(row, &condition("major-depression")).is_some();
    NewOrder {
        order: order_id(number),
        episode: stay(),
        drug: drug(name),
        regimen: Regimen { dose: row.start, frequency: Frequency::Daily, route: row.routes[0] },
        indication: condition("major-depression"),
        reason: words("Low mood for months, slept better on it before"),
        supply: Supply { days: if limited { 28 } else { 30 }, refills: 0 },
        start_on: today(),
        modality: OrderModality::InPerson,
        legal_basis: row.schedule.map(|_| LegalBasis::InPersonEvaluation),
        acknowledgements: Vec::new(),
    }
}

pub(super) fn acknowledged(mut order: NewOrder, rule: &str, about: &[&str]) -> NewOrder {
    order.acknowledgements.push(answer(rule, about));
    order
}

pub(super) fn answer(rule: &str, about: &[&str]) -> Acknowledgement {
    Acknowledgement {
        finding: finding(rule, about),
        reason: words("Discussed; watched at each visit"),
        longer_use: None,
    }
}

pub(super) fn no_allergies() -> Asked {
    nurse().asks(Command::ConfirmNoKnownAllergies)
}

pub(super) fn born_1990() -> Asked {
    nurse().asks(Command::RecordCharacteristics {
        born_on: Phi::new("1990-04-01".parse().unwrap()),
        sex: Sex::Female,
        may_become_pregnant: Some(false),
    })
}

pub(super) fn warned(name: &str) -> Asked {
    pharmacist().asks(Command::AcknowledgeBoxedWarning { drug: drug(name) })
}

/// A chart on which those drugs may be ordered: asked, explained.
pub(super) fn prepared(drugs: &[&str]) -> Vec<Event> {
    let explained = drugs
        .iter()
        .filter(|name| Ruleset::embedded().drug(&drug(name)).expect("a row of the formulary").boxed_warning);
    history([born_1990(), no_allergies()].into_iter().chain(explained.map(|name| warned(name))))
}

/// A chart with one open order, number 1, of that drug.
pub(super) fn on(name: &str) -> Vec<Event> {
    after(prepared(&[name]), [psychiatrist().prescribes(order(1, name))])
}

pub(super) fn outside(number: u128, name: &str) -> Command {
    Command::RecordOutsideMedication {
        medication: outside_id(number),
        reported: Reported {
            name: words(name),
            codings: Vec::new(),
            regimen: None,
            prescriber: None,
            started_on: None,
            source: InformationSource::Patient,
        },
    }
}

pub(super) fn allergy(substance: &str) -> Command {
    Command::RecordAllergy {
        substance: words(substance),
        codings: Vec::new(),
        reaction: None,
        severity: ReactionSeverity::Severe,
        kind: ReactionKind::Allergy,
    }
}

pub(super) fn has_condition(name: &str) -> Command {
    Command::RecordCondition { name: words(name), codings: Vec::new(), condition: None, onset_on: None }
}

pub(super) fn result(name: &str, value: f64, unit: &str) -> Command {
    Command::RecordResult {
        lab: lab(name),
        value,
        unit: unit.to_owned(),
        taken_at: noon(),
        last_dose_at: None,
    }
}

pub(super) fn adjust(number: u128, to: Regimen, cause: Cause) -> Command {
    Command::AdjustDose {
        order: order_id(number),
        regimen: to,
        // What a planned step was looked at for.
        rests_on: (cause == Cause::PlannedTitration).then_some(TitrationBasis::WellTolerated),
        cause,
        note: words("Half better, well tolerated"),
        acknowledgements: Vec::new(),
    }
}

pub(super) fn hold(number: u128) -> Command {
    Command::Hold { order: order_id(number), reason: words("Vomiting") }
}

pub(super) fn resume(number: u128) -> Command {
    Command::Resume { order: order_id(number), acknowledgements: Vec::new() }
}

pub(super) fn stop(number: u128) -> Command {
    Command::Stop {
        order: order_id(number),
        reason: StopReason::PatientChoice,
        last_dose_at: Some(noon()),
        abrupt_because: None,
    }
}

pub(super) fn over(finding: FindingKey) -> Command {
    Command::OverrideInteraction {
        finding,
        reason: OverrideReason::NoAlternative,
        note: words("Nothing else helped; ECG weekly"),
    }
}

pub(super) fn cosign(finding: FindingKey) -> Command {
    Command::CosignOverride { finding }
}
