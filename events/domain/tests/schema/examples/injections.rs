//! Injections that act for weeks, and trials.

use concord_domain::chart::{
    Event, GivenInjection, InjectionPlace, InjectionSite, Judged, LateDecision, Lot, NextInjection,
    Objection, PlanStep, ResponseAssessment, ResponseDecision, Side, TolerabilityBasis,
};
use concord_kernel::{Instant, OrderId};
use concord_knowledge::injection::SiteRegion;
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::{Missing, Outcome, Trial};
use concord_knowledge::{ConditionId, DrugId, Milligrams, RuleId, RulesetVersion};

use super::{day, instant, person, text, uuid};

fn order() -> OrderId {
    OrderId::new(uuid(0x1A1))
}

fn drug() -> DrugId {
    DrugId::parse("paliperidone-lai").expect("a valid name")
}

fn rule(name: &str) -> RuleId {
    RuleId::parse(name).expect("a valid name")
}

fn mg(mg: f64) -> Milligrams {
    Milligrams::parse(mg).expect("in range")
}

fn at() -> Instant {
    instant("2026-03-10T15:30:00Z")
}

fn ruleset() -> RulesetVersion {
    RulesetVersion::parse("2026-11-23.1").expect("a valid name")
}

pub(super) fn injections() -> Vec<Event> {
    let mut all = told();
    all.push(trial());
    all
}

fn told() -> Vec<Event> {
    vec![
        Event::InjectionGiven(Box::new(GivenInjection {
            order: order(),
            drug: drug(),
            dose: mg(234.0),
            at: at(),
            on: day("2026-03-10"),
            place: InjectionPlace::Here {
                site: InjectionSite { region: SiteRegion::Deltoid, side: Side::Right },
                lot: Lot::parse("KX-4711").expect("a valid lot number"),
                observer: Some(person(0x0B)),
            },
            by: person(0x0A),
            given: 1,
            covers_days: 7,
            next: NextInjection {
                on: day("2026-03-17"),
                from: day("2026-03-13"),
                until: day("2026-03-21"),
                plan: Some(PlanStep { rule: rule("inj.paliperidone"), step: 1, began_on: day("2026-03-10") }),
            },
            against: vec![Objection::SiteNotOffered],
            review_by: Some(instant("2026-03-11T15:30:00Z")),
            acknowledgements: Vec::new(),
            judged: Judged { ruleset: ruleset(), findings: Vec::new(), answered: Vec::new() },
        })),
        Event::LateInjectionDecided {
            order: order(),
            drug: drug(),
            rule: rule("late.paliperidone.monthly"),
            decision: LateDecision::AsRuled,
            reason: text("Away for seven weeks, no relapse"),
        },
        Event::TolerabilityAttested {
            drug: drug(),
            basis: TolerabilityBasis::OutsideRecord,
            note: text("Risperidone for two years, discharge letter"),
        },
        Event::InjectionOverdue {
            order: order(),
            drug: drug(),
            due_on: day("2026-04-14"),
            until: day("2026-04-21"),
        },
        Event::InjectionReviewed {
            order: order(),
            given_at: at(),
            outcome: text("Seen next day, no sedation"),
            late: false,
        },
    ]
}

fn trial() -> Event {
    Event::ResponseAssessed(Box::new(ResponseAssessment {
        order: OrderId::new(uuid(0x1A2)),
        drug: DrugId::parse("sertraline").expect("a valid name"),
        purpose: ConditionId::parse("major-depression").expect("a valid name"),
        trial: Trial {
            rule: rule("trial.sertraline.depression"),
            outcome: Outcome::NoResponse,
            scale: ScaleKind::Phq9,
            daily: mg(100.0),
            weeks: 6,
            baseline: Some(19),
            last: Some(18),
            due_on: day("2026-03-09"),
            missing: vec![Missing::AdherenceUnknown],
        },
        decision: ResponseDecision::Wait { until: day("2026-03-24") },
        reason: text("Started exercise last week; decides after the holidays"),
        again_on: day("2026-03-24"),
        at: at(),
        ruleset: ruleset(),
    }))
}
