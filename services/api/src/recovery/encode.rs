//! What clinicians may know of a recovery to messages.

use concord_knowledge::{Ruleset, ScreenClassId, SubstanceId};
use concord_proto::concord::recovery::v1 as pb;
use concord_views::chart::WatchedDose;
use concord_views::course::RecoveryEntry;
use concord_views::parts::{OpenInduction, Recovery, Screen, Setback, SetbackKind, Use};

use crate::common::encode::instant;
use crate::query::words;

/// `None` when nothing is recorded: most patients have no such record.
pub(crate) fn summary(recovery: &Recovery) -> Option<pb::RecoverySummary> {
    if *recovery == Recovery::default() {
        return None;
    }
    Some(pb::RecoverySummary {
        uses: recovery.uses.iter().map(used).collect(),
        screens: recovery.screens.iter().map(screen).collect(),
        setbacks: recovery.setbacks.iter().map(setback).collect(),
        induction: recovery.induction.as_ref().map(induction),
        naloxone: words::stored(&recovery.naloxone),
        next_screen_by: recovery.next_screen_by.map(instant),
    })
}

fn used(used: &Use) -> pb::SubstanceUse {
    pb::SubstanceUse {
        substance: substance(&used.substance),
        used_at: Some(instant(used.used_at)),
        not_on_care_team: used.not_on_care_team,
    }
}

fn screen(screen: &Screen) -> pb::DrugScreen {
    pb::DrugScreen {
        screen_id: screen.screen.to_string(),
        collected_at: Some(instant(screen.collected_at)),
        unexpected: screen.unexpected.iter().map(class).collect(),
        confirm_by: screen.confirm_by.map(instant),
    }
}

fn setback(setback: &Setback) -> pb::Setback {
    let kind = match setback.kind {
        SetbackKind::Relapse(_) => "relapse",
        SetbackKind::Overdose(_) => "overdose",
    };
    pb::Setback {
        kind: kind.to_owned(),
        at: Some(instant(setback.at)),
        review_by: setback.review_by.map(instant),
        not_on_care_team: setback.not_on_care_team,
    }
}

fn induction(open: &OpenInduction) -> pb::Induction {
    pb::Induction {
        induction_id: open.induction.to_string(),
        setting: words::stored(&open.setting),
        cleared_until: open.cleared_until.map(instant),
        begun: open.begun,
        uncleared_at: open.uncleared_at.map(instant),
    }
}

pub(crate) fn dose(dose: &WatchedDose) -> pb::WatchedDose {
    pb::WatchedDose {
        order_id: dose.order.to_string(),
        dose_mg: dose.dose.mg(),
        given_at: Some(instant(dose.given_at)),
        cleared: dose.cleared,
    }
}

/// What an entry of the course is about, its value, and why.
pub(crate) fn told(entry: &RecoveryEntry) -> (String, Option<f64>, String) {
    use RecoveryEntry as E;
    let mg = |dose: &Option<concord_knowledge::Milligrams>| dose.map(concord_knowledge::Milligrams::mg);
    match entry {
        E::InductionStarted { setting } => (words::stored(setting), None, String::new()),
        E::FirstDoseCleared { total } => (String::new(), total.map(f64::from), String::new()),
        E::DoseGiven { dose, cleared, .. } => {
            let uncleared = if *cleared == Some(false) { "not cleared before" } else { "" };
            (String::new(), mg(dose), uncleared.to_owned())
        }
        E::InductionCompleted { daily } => (String::new(), mg(daily), String::new()),
        E::InductionAbandoned { because, why } => (words::stored(because), None, words::text(Some(why))),
        E::Used { substance: used, account } => (substance(used), None, words::text(account.as_ref())),
        E::Relapsed { substance: used, response } => (substance(used), None, words::text(Some(response))),
        E::RelapseReviewed { decision } | E::OverdoseReviewed { decision } => {
            (String::new(), None, words::text(Some(decision)))
        }
        E::Screened { method, unexpected } => {
            let names: Vec<_> = unexpected.iter().map(class).collect();
            (words::stored(method), None, names.join(", "))
        }
        E::Overdosed { outcome, account } => (words::stored(outcome), None, words::text(Some(account))),
        E::NaloxoneProvided { kits } => (String::new(), Some(f64::from(*kits)), String::new()),
        E::NaloxoneDeclined { why } => (String::new(), None, words::text(Some(why))),
        E::NaloxoneChallenged { reacted } => {
            (String::new(), Some(f64::from(u8::from(*reacted))), String::new())
        }
        E::MethadoneDispensed { program, dose } => (words::text(Some(program)), mg(dose), String::new()),
        E::RetentionMeasured { days, retained } => {
            let verdict = if *retained { "retained" } else { "not_retained" };
            (verdict.to_owned(), Some(f64::from(*days)), String::new())
        }
    }
}

fn substance(id: &SubstanceId) -> String {
    Ruleset::embedded().substance(id).map_or_else(|| id.as_str().to_owned(), |row| row.name.clone())
}

fn class(id: &ScreenClassId) -> String {
    Ruleset::embedded().screen_class(id).map_or_else(|| id.as_str().to_owned(), |row| row.name.clone())
}
