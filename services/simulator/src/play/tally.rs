//! What became of a script.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Answer;

/// What became of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Played {
    /// Commands that were sent.
    pub commands: u64,
    /// Commands that took effect.
    pub accepted: u64,
    /// Events that they added.
    pub events: u64,
    /// Steps that nobody took, because what they rest on never came about.
    pub left_undone: u64,
    /// The ledger's position after the last command.
    pub head: u64,
    /// Refusals by reason.
    pub refusals: BTreeMap<String, Tally>,
    /// Commands that took effect, by name.
    #[serde(skip)]
    pub kinds: BTreeMap<&'static str, u64>,
    /// Mistakes of the stories that were refused as they say, by reason.
    #[serde(skip)]
    pub mistakes: BTreeMap<&'static str, u64>,
    /// What went otherwise than a story says.
    #[serde(skip)]
    pub surprises: Vec<Surprise>,
}

/// Something that went otherwise than a story says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surprise {
    /// The story.
    pub story: &'static str,
    /// The command.
    pub command: &'static str,
    /// Why it should have been refused; `None`: it should have been accepted.
    pub expected: Option<&'static str>,
    /// Why it was refused; `None`: it was accepted.
    pub came: Option<String>,
    /// The rules that stood against it.
    pub rules: Vec<String>,
}

/// How often a rule refused, and what people did about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// What people did, and how often.
    pub answers: BTreeMap<Answer, u64>,
}

impl Played {
    pub(super) fn count(&mut self, reason: &str, answer: Answer) {
        let tally = self.refusals.entry(reason.to_owned()).or_default();
        tally.count += 1;
        *tally.answers.entry(answer).or_default() += 1;
    }

    /// How many commands were refused.
    pub fn refused(&self) -> u64 {
        self.refusals.values().map(|tally| tally.count).sum()
    }
}
