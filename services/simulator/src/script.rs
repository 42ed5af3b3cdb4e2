//! What happens, step by step.

use concord_kernel::{Actor, Credentials, Instant, PersonId, Role, Schedule};
use concord_proto::concord::command::v1::execute_stream_request::Command;
use uuid::Uuid;

/// A command as the API takes it; its header is written when it is sent.
pub type Body = Command;

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// Which client of the cohort, from 0.
    pub client: usize,
    /// Who does it.
    pub by: Person,
    /// What.
    pub deed: Deed,
    /// Orders, visits and reports that must have come about and not ended; else nobody would do it.
    pub needs: Vec<Uuid>,
    /// What comes about by it.
    pub makes: Option<Uuid>,
    /// What ends by it.
    pub ends: Option<Uuid>,
    /// What is done instead when it is refused and cannot be answered.
    pub or_else: Vec<Body>,
    /// Which version of the record they have before them.
    pub sees: Sees,
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// One command.
    Command(Box<Body>),
    /// Every interaction that a command on this client's chart brought up is dealt with, in words.
    SettleRaised(String),
    /// One command that goes exactly as a story says.
    Exactly(Exactly),
}

/// One command, and how it must go.
#[derive(Clone, Debug, PartialEq)]
pub struct Exactly {
    /// The story that it is part of.
    pub story: &'static str,
    /// What is done.
    pub body: Box<Body>,
    /// Why it must be refused; `None`: it must be accepted.
    pub refused: Option<&'static str>,
    /// When it is said to have taken effect; `None`: now.
    pub effective_at: Option<Instant>,
}

/// Which version of the record somebody decides on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// They do not say.
    Whatever,
    /// The latest.
    Latest,
    /// The one before: a colleague has just changed it.
    OneBehind,
}

/// Somebody who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// As what.
    pub role: Role,
    /// Name for people.
    pub name: String,
    /// The practice, for somebody outside the program.
    pub organisation: String,
    /// What they may prescribe.
    pub schedules: Vec<Schedule>,
}

impl Person {
    /// How a token names them.
    pub fn actor(&self) -> Actor {
        let credentials = Credentials { schedules: self.schedules.clone() };
        Actor { id: self.id, role: self.role, credentials }
    }
}
