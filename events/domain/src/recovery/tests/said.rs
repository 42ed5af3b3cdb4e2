//! What the tests say, in the words of the program.

use concord_kernel::{
    DrugScreenId, InductionId, Instant, OrderId, OutsideMedicationId, OverdoseId, RelapseId, Role,
    SubstanceUseId,
};
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{IngredientId, Milligrams, ScreenClassId, SubstanceId};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::super::*;
use crate::scales::Withdrawal;
use crate::testing::{By, by, going_on, noon, text, this_stay, uuid};
use crate::{CareTeamFacts, ChartFacts, Facts, Issued, ScaleFacts};

pub(super) fn record(given: Vec<Event>) -> AggregateTestExecutor<Recovery> {
    TestFramework::with(()).given(given)
}

pub(super) fn order(n: u128) -> OrderId {
    OrderId::new(uuid(n))
}

pub(super) fn medication(n: u128) -> OutsideMedicationId {
    OutsideMedicationId::new(uuid(n))
}

fn holds(names: &[&str]) -> Vec<IngredientId> {
    names.iter().map(|name| IngredientId::parse(name).unwrap()).collect()
}

/// The order 1 is of buprenorphine and 2 of sertraline, the outside medication 1 methadone and 2 ibuprofen.
pub(super) fn facts() -> Facts {
    let chart = ChartFacts {
        open_orders: vec![order(1), order(2)],
        known_orders: vec![order(1), order(2), order(3)],
        ingredients: [(order(1), holds(&["buprenorphine", "naloxone"])), (order(2), holds(&["sertraline"]))]
            .into(),
        outside: [(medication(1), holds(&["methadone"])), (medication(2), holds(&["ibuprofen"]))].into(),
        ..ChartFacts::default()
    };
    // Whoever tells something here is on the care team.
    let members = vec![(concord_kernel::PersonId::new(uuid(0xA)), Role::Family)];
    let care_team = Some(CareTeamFacts { members });
    Facts { chart: Some(chart), scales: Some(ScaleFacts::default()), care_team, ..going_on() }
}

pub(super) fn scored(scale: ScaleKind, total: u16, taken_at: Instant) -> Facts {
    let withdrawal = [(scale, Withdrawal { total, taken_at })].into();
    Facts { scales: Some(ScaleFacts { withdrawal, ..ScaleFacts::default() }), ..facts() }
}

pub(super) fn somebody(role: Role) -> By {
    by(role).knowing(facts())
}

pub(super) fn nurse(command: Command) -> Issued<Command> {
    somebody(Role::Nurse).asks(command)
}

pub(super) fn doctor(command: Command) -> Issued<Command> {
    somebody(Role::Psychiatrist).asks(command)
}

pub(super) fn hours_ago(hours: i64) -> Instant {
    Instant::from_micros(noon().micros() - hours * 3_600_000_000).unwrap()
}

pub(super) fn mg(mg: f64) -> Milligrams {
    Milligrams::parse(mg).unwrap()
}

pub(super) fn substance(name: &str) -> SubstanceId {
    SubstanceId::parse(name).unwrap()
}

pub(super) fn class(name: &str) -> ScreenClassId {
    ScreenClassId::parse(name).unwrap()
}

pub(super) fn induction(n: u128) -> InductionId {
    InductionId::new(uuid(n))
}

pub(super) fn start(n: u128, setting: Setting) -> Command {
    Command::StartInduction {
        induction: induction(n),
        episode: this_stay(),
        setting,
        exposure: OpioidExposure::ShortActing,
        last_use_at: Some(hours_ago(14)),
        instructions: (setting == Setting::Home).then(|| text("wait for 17, then half a film")),
    }
}

pub(super) fn started_after(
    n: u128,
    setting: Setting,
    exposure: OpioidExposure,
    last_use_at: Option<Instant>,
) -> Event {
    Event::InductionStarted {
        induction: induction(n),
        episode: this_stay(),
        setting,
        exposure,
        last_use_at,
        instructions: (setting == Setting::Home).then(|| text("wait for 17, then half a film")),
        at: noon(),
        complete_by: noon().plus_days(7),
    }
}

pub(super) fn started(n: u128, setting: Setting) -> Event {
    started_after(n, setting, OpioidExposure::ShortActing, Some(hours_ago(14)))
}

pub(super) fn clear(n: u128) -> Command {
    Command::ClearFirstDose { induction: induction(n) }
}

pub(super) fn cleared(n: u128, by: Option<(ScaleKind, u16)>, until: Instant) -> Event {
    Event::FirstDoseCleared {
        induction: induction(n),
        scale: by.map(|(scale, _)| scale),
        total: by.map(|(_, total)| total),
        until,
        ruleset: concord_knowledge::Ruleset::embedded().version().clone(),
    }
}

pub(super) fn give(n: u128) -> Command {
    Command::RecordObservedDose { order: order(n), dose: mg(4.0), given_at: noon() }
}

pub(super) fn given(n: u128, of: Option<u128>, cleared: Option<bool>) -> Event {
    Event::DoseAdministered {
        order: order(n),
        dose: mg(4.0),
        given_at: noon(),
        by: concord_kernel::PersonId::new(uuid(0xA)),
        induction: of.map(induction),
        cleared,
    }
}

pub(super) fn complete(n: u128) -> Command {
    Command::CompleteInduction { induction: induction(n), daily: mg(16.0) }
}

pub(super) fn kits(kits: u8) -> Command {
    Command::OfferNaloxone(NaloxoneOffer::Provided { kits, trained: true })
}

pub(super) fn handed_out() -> Event {
    Event::NaloxoneProvided { kits: 2, trained: true, at: Some(noon()) }
}

pub(super) fn report(n: u128) -> SubstanceUseId {
    SubstanceUseId::new(uuid(n))
}

pub(super) fn tell(n: u128, name: &str, used_at: Instant) -> Command {
    Command::RecordSubstanceUse {
        report: report(n),
        substance: substance(name),
        account: Some(text("twice, alone")),
        used_at,
        source: Source::Patient,
    }
}

pub(super) fn told(n: u128, name: &str, used_at: Instant) -> Event {
    Event::SubstanceUseReported {
        report: report(n),
        substance: substance(name),
        account: Some(text("twice, alone")),
        used_at,
        source: Source::Patient,
        not_on_care_team: false,
    }
}

pub(super) fn relapse(n: u128) -> RelapseId {
    RelapseId::new(uuid(n))
}

pub(super) fn recognise(n: u128, uses: &[u128], screens: &[u128], account: Option<&str>) -> Command {
    Command::RecordRelapse {
        relapse: relapse(n),
        substance: substance("heroin"),
        uses: uses.iter().copied().map(report).collect(),
        screens: screens.iter().copied().map(screen).collect(),
        account: account.map(text),
        response: text("group every day"),
    }
}

pub(super) fn relapsed(n: u128, uses: &[u128], screens: &[u128], account: Option<&str>) -> Event {
    Event::RelapseRecorded {
        relapse: relapse(n),
        substance: substance("heroin"),
        uses: uses.iter().copied().map(report).collect(),
        screens: screens.iter().copied().map(screen).collect(),
        account: account.map(text),
        response: text("group every day"),
        at: noon(),
        review_by: noon().plus_days(7),
    }
}

pub(super) fn screen(n: u128) -> DrugScreenId {
    DrugScreenId::new(uuid(n))
}

pub(super) fn test(n: u128, method: ScreenMethod, lines: &[(&str, bool)]) -> Command {
    let lines = lines.iter().map(|(name, detected)| ScreenLine { class: class(name), detected: *detected });
    Command::RecordDrugScreen { screen: screen(n), collected_at: noon(), method, lines: lines.collect() }
}

/// A presumptive result with what follows from it.
pub(super) fn tested(
    n: u128,
    lines: &[(&str, bool)],
    unexpected: &[&str],
    opioids: Option<bool>,
    next_in: i64,
) -> Event {
    let lines = lines.iter().map(|(name, detected)| ScreenLine { class: class(name), detected: *detected });
    Event::DrugScreenResulted {
        screen: screen(n),
        collected_at: noon(),
        method: ScreenMethod::Presumptive,
        lines: lines.collect(),
        unexpected: unexpected.iter().map(|name| class(name)).collect(),
        opioids,
        confirm_by: (!unexpected.is_empty()).then(|| noon().plus_days(7)),
        next_by: noon().plus_days(next_in),
    }
}

pub(super) fn overdose(n: u128) -> OverdoseId {
    OverdoseId::new(uuid(n))
}

pub(super) fn found(n: u128) -> Command {
    Command::ReportOverdose {
        overdose: overdose(n),
        at: hours_ago(2),
        substances: vec![substance("fentanyl")],
        naloxone_given: true,
        outcome: OverdoseOutcome::Hospital,
        account: text("found by his brother"),
    }
}

pub(super) fn overdosed(n: u128, role: Role) -> Event {
    Event::OverdoseReported {
        overdose: overdose(n),
        at: hours_ago(2),
        substances: vec![substance("fentanyl")],
        naloxone_given: true,
        outcome: OverdoseOutcome::Hospital,
        account: text("found by his brother"),
        by: concord_kernel::PersonId::new(uuid(0xA)),
        role,
        review_by: noon().plus_days(1),
        not_on_care_team: false,
    }
}
