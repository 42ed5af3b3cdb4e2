//! Who, when and about whom, for the tests of every aggregate.

use concord_kernel::{
    Actor, Credentials, EpisodeId, Instant, PatientId, PersonId, ProgramId, Purpose, Role, Text,
};
use concord_knowledge::Ruleset;
use uuid::Uuid;

use crate::{Context, EpisodeFacts, EpisodeRef, Facts, InEpisode, InProgram, Issued, episode};

pub(crate) fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

pub(crate) fn instant(rfc3339: &str) -> Instant {
    Instant::parse(rfc3339).unwrap()
}

/// The moment at which tests take place unless they say otherwise.
pub(crate) fn noon() -> Instant {
    instant("2026-03-02T12:00:00Z")
}

pub(crate) fn program() -> ProgramId {
    ProgramId::parse("iop-adult").unwrap()
}

pub(crate) fn stay(n: u128) -> EpisodeId {
    EpisodeId::new(uuid(n))
}

pub(crate) fn this_stay() -> EpisodeRef {
    EpisodeRef { program: program(), id: stay(1) }
}

/// What the episode stream says while [`this_stay`] is in `stage`.
pub(crate) fn stay_in(stage: episode::Stage) -> EpisodeFacts {
    EpisodeFacts {
        open: Some(stay(1)),
        stage,
        program: Some(program()),
        admitted_at: Some(noon().plus_days(-30)),
        ended: Vec::new(),
        past: Vec::new(),
    }
}

pub(crate) fn going_on() -> Facts {
    Facts { episode: Some(stay_in(episode::Stage::Open(episode::Phase::Titrating))), ..Facts::default() }
}

/// Somebody who issues commands, and what is known when they do.
#[derive(Clone)]
pub(crate) struct By(pub(crate) Context);

pub(crate) fn by(role: Role) -> By {
    by_person(role, 0xA)
}

pub(crate) fn by_person(role: Role, person: u128) -> By {
    By(Context {
        patient: PatientId::new(uuid(0xADA)),
        actor: Actor { id: PersonId::new(uuid(person)), role, credentials: Credentials::default() },
        purpose: Purpose::Treatment,
        now: noon(),
        effective_at: noon(),
        rules: Ruleset::embedded(),
        facts: Facts::default(),
    })
}

impl By {
    pub(crate) fn at(mut self, now: Instant) -> Self {
        (self.0.now, self.0.effective_at) = (now, now);
        self
    }

    pub(crate) fn effective(mut self, at: Instant) -> Self {
        self.0.effective_at = at;
        self
    }

    pub(crate) fn knowing(mut self, facts: Facts) -> Self {
        self.0.facts = facts;
        self
    }

    pub(crate) fn asks<C>(self, command: C) -> Issued<C> {
        Issued { command, context: self.0 }
    }

    pub(crate) fn asks_in_program<C>(self, command: C) -> Issued<InProgram<C>> {
        self.asks(InProgram { program: program(), command })
    }

    pub(crate) fn asks_in_stay<C>(self, command: C) -> Issued<InEpisode<C>> {
        self.asks(InEpisode { episode: this_stay(), command })
    }
}
