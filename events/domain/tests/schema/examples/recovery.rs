//! Examples of a recovery.

use concord_domain::recovery::{
    Checkpoint, Event, InductionEnd, OverdoseOutcome, ScreenLine, ScreenMethod, Setting, Source,
};
use concord_kernel::{
    DrugScreenId, InductionId, OrderId, OutsideMedicationId, OverdoseId, RelapseId, Role, SubstanceUseId,
};
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{Milligrams, RulesetVersion, ScreenClassId, SubstanceId};

use super::{episode_ref, instant, person, text, uuid};

fn substance(name: &str) -> SubstanceId {
    SubstanceId::parse(name).expect("a valid name")
}

fn class(name: &str) -> ScreenClassId {
    ScreenClassId::parse(name).expect("a valid name")
}

fn mg(mg: f64) -> Milligrams {
    Milligrams::parse(mg).expect("a dose")
}

pub(super) fn inductions() -> Vec<Event> {
    let induction = InductionId::new(uuid(0x1D));
    vec![
        Event::InductionStarted {
            induction,
            episode: episode_ref(),
            setting: Setting::Home,
            exposure: OpioidExposure::ShortActing,
            last_use_at: Some(instant("2026-03-08T20:00:00Z")),
            instructions: Some(text("Wait until the score is 17, then half a film; call before the second")),
            at: instant("2026-03-09T09:00:00Z"),
            complete_by: instant("2026-03-16T09:00:00Z"),
        },
        Event::FirstDoseCleared {
            induction,
            scale: Some(ScaleKind::Cows),
            total: Some(13),
            until: instant("2026-03-09T12:30:00Z"),
            ruleset: RulesetVersion::parse("2026-11-23.1").expect("a valid name"),
        },
        Event::DoseAdministered {
            order: OrderId::new(uuid(0x0D)),
            dose: mg(4.0),
            given_at: instant("2026-03-09T10:45:00Z"),
            by: person(0xA2),
            induction: Some(induction),
            cleared: Some(true),
        },
        Event::InductionCompleted { induction, daily: mg(16.0) },
        Event::InductionAbandoned {
            induction,
            because: InductionEnd::PrecipitatedWithdrawal,
            note: text("Vomited within the hour; symptoms treated"),
        },
        Event::OutsideMethadoneRecorded {
            medication: OutsideMedicationId::new(uuid(0x0F)),
            program: text("Northside OTP"),
            dose: mg(80.0),
            given_at: instant("2026-03-09T07:00:00Z"),
            take_home: 6,
        },
    ]
}

pub(super) fn told() -> Vec<Event> {
    let report = SubstanceUseId::new(uuid(0x5B));
    let (relapse, screen) = (RelapseId::new(uuid(0x4E)), DrugScreenId::new(uuid(0x5C)));
    let overdose = OverdoseId::new(uuid(0x0E));
    vec![
        Event::SubstanceUseReported {
            report,
            substance: substance("heroin"),
            account: Some(text("Twice on Saturday, alone")),
            used_at: instant("2026-03-07T22:00:00Z"),
            source: Source::Patient,
            not_on_care_team: false,
        },
        Event::RelapseRecorded {
            relapse,
            substance: substance("heroin"),
            uses: vec![report],
            screens: vec![screen],
            account: Some(text("Met an old friend")),
            response: text("Group every day this week, naloxone again"),
            at: instant("2026-03-09T09:30:00Z"),
            review_by: instant("2026-03-16T09:30:00Z"),
        },
        Event::RelapseReviewed { relapse, decision: text("Dose raised to 20 mg"), late: false },
        Event::DrugScreenResulted {
            screen,
            collected_at: instant("2026-03-09T08:00:00Z"),
            method: ScreenMethod::Presumptive,
            lines: vec![
                ScreenLine { class: class("fentanyl"), detected: true },
                ScreenLine { class: class("buprenorphine"), detected: true },
            ],
            unexpected: vec![class("fentanyl")],
            opioids: Some(true),
            confirm_by: Some(instant("2026-03-16T09:00:00Z")),
            next_by: instant("2026-03-16T08:00:00Z"),
        },
        Event::OverdoseReported {
            overdose,
            at: instant("2026-03-07T23:00:00Z"),
            substances: vec![substance("fentanyl")],
            naloxone_given: true,
            outcome: OverdoseOutcome::Hospital,
            account: text("Found by his brother"),
            by: person(0xA3),
            role: Role::Family,
            review_by: instant("2026-03-09T09:00:00Z"),
            not_on_care_team: false,
        },
        Event::OverdoseReviewed { overdose, decision: text("Monthly injection offered"), late: true },
        Event::NaloxoneProvided { kits: 2, trained: true, at: None },
        Event::NaloxoneDeclined {
            reason: text("Has one at home"),
            offer_again_by: instant("2026-04-06T09:00:00Z"),
            at: None,
        },
        Event::NaloxoneChallenged { at: instant("2026-03-09T10:00:00Z"), reacted: false },
        Event::RetentionMeasured {
            episode: episode_ref(),
            checkpoint: Checkpoint::Day90,
            retained: true,
            on_medication: true,
            relapses: 1,
        },
    ]
}
