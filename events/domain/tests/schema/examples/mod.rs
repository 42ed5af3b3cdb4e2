//! One event of every kind, with fixed values: what is stored must not depend on who runs the test.

mod access;
mod adherence;
mod audit;
mod care;
mod chart;
mod coordination;
mod disclosed;
mod injections;
mod plan;
mod prescription;
mod recovery;
mod ruleset;
mod signing_rights;
mod stay;

use concord_domain::{DomainEvent, EpisodeRef};
use concord_kernel::{Day, EpisodeId, Instant, PersonId, Phi, ProgramId, Text};
use uuid::Uuid;

/// Every example, aggregate by aggregate.
pub(crate) fn all() -> Vec<DomainEvent> {
    let mut all = Vec::new();
    all.extend(stay::episode().into_iter().map(DomainEvent::Episode));
    all.extend(stay::assessment().into_iter().map(DomainEvent::Assessment));
    all.extend(chart::background().into_iter().map(DomainEvent::Chart));
    all.extend(chart::findings().into_iter().map(DomainEvent::Chart));
    all.extend(chart::orders().into_iter().map(DomainEvent::Chart));
    all.extend(chart::agreed().into_iter().map(DomainEvent::Chart));
    all.extend(chart::supplied().into_iter().map(DomainEvent::Chart));
    all.extend(injections::injections().into_iter().map(DomainEvent::Chart));
    all.extend(care::side_effects().into_iter().map(DomainEvent::SideEffects));
    all.extend(care::scales().into_iter().map(DomainEvent::Scales));
    all.extend(care::follow_up().into_iter().map(DomainEvent::FollowUp));
    all.extend(care::care_team().into_iter().map(DomainEvent::CareTeam));
    all.extend(plan::treatment_plan().into_iter().map(DomainEvent::TreatmentPlan));
    all.extend(coordination::coordination().into_iter().map(DomainEvent::Coordination));
    all.extend(adherence::adherence().into_iter().map(DomainEvent::Adherence));
    all.extend(recovery::inductions().into_iter().map(DomainEvent::Recovery));
    all.extend(recovery::told().into_iter().map(DomainEvent::Recovery));
    all.extend(prescription::prescription().into_iter().map(DomainEvent::Prescription));
    all.extend(ruleset::ruleset().into_iter().map(DomainEvent::Ruleset));
    all.extend(audit::audits().map(DomainEvent::Audit));
    all.extend(disclosed::consent().into_iter().map(DomainEvent::Consent));
    all.extend(disclosed::feed().into_iter().map(DomainEvent::Feed));
    all.extend(disclosed::inbox().into_iter().map(DomainEvent::Inbox));
    all.extend(access::access().map(DomainEvent::Access));
    all.extend(signing_rights::signing_rights().map(DomainEvent::SigningRights));
    all
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn person(n: u128) -> PersonId {
    PersonId::new(uuid(n))
}

fn stay_id() -> EpisodeId {
    EpisodeId::new(uuid(0xE1))
}

fn program() -> ProgramId {
    ProgramId::parse("iop-adult").expect("a valid name")
}

fn episode_ref() -> EpisodeRef {
    EpisodeRef { program: program(), id: stay_id() }
}

fn text(words: &str) -> Text {
    Text::parse(words).expect("short and not blank")
}

fn instant(rfc3339: &str) -> Instant {
    Instant::parse(rfc3339).expect("an RFC 3339 time")
}

fn day(date: &str) -> Day {
    instant(&format!("{date}T00:00:00Z")).day()
}

fn born_on() -> Phi<Day> {
    Phi::new(day("1990-05-04"))
}
