//! Collects findings, one for each rule and substances.

use std::cmp::Reverse;
use std::collections::HashMap;

use concord_kernel::Instant;

use crate::load::set::At;
use crate::load::table::Verdict;
use crate::{Action, Finding, FindingKey, Ruleset, Severity};

/// The findings so far.
pub(super) struct Found<'a> {
    rules: &'a Ruleset,
    all: HashMap<(&'a str, Vec<At>), Said<'a>>,
}

/// One finding before it is written out.
struct Said<'a> {
    words: &'a Verdict,
    rule: &'a Verdict,
    severity: Severity,
    action: Action,
    until: Option<Instant>,
}

impl<'a> Found<'a> {
    pub(super) fn new(rules: &'a Ruleset) -> Self {
        Self { rules, all: HashMap::new() }
    }

    /// Says what the rule says.
    pub(super) fn say(&mut self, rule: &'a Verdict, about: &[At]) {
        self.keep(rule, rule, rule.action, None, about);
    }

    /// Says what a rule that code applies says.
    pub(super) fn special(&mut self, id: &'static str, about: &[At]) {
        self.say(self.rules.rules.special(id), about);
    }

    /// Says it with another action and an end.
    pub(super) fn say_until(
        &mut self,
        rule: &'a Verdict,
        action: Action,
        until: Option<Instant>,
        about: &[At],
    ) {
        self.keep(rule, rule, action, until, about);
    }

    /// Says it under the rule's name with the milder words of another.
    pub(super) fn say_as(&mut self, rule: &'a Verdict, words: &'static str, about: &[At]) {
        let words = self.rules.rules.special(words);
        self.keep(rule, words, words.action, None, about);
    }

    fn keep(
        &mut self,
        rule: &'a Verdict,
        words: &'a Verdict,
        action: Action,
        until: Option<Instant>,
        about: &[At],
    ) {
        let mut about = about.to_vec();
        about.sort_unstable();
        about.dedup();
        let until = until.filter(|_| action == Action::Space);
        let new = Said { words, rule, severity: words.severity, action, until };
        match self.all.entry((rule.id.as_str(), about)) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(new);
            }
            std::collections::hash_map::Entry::Occupied(mut held) => {
                let old = held.get_mut();
                if (new.severity, new.action, new.until) > (old.severity, old.action, old.until) {
                    *old = new;
                }
            }
        }
    }

    /// Worst first, then by rule, then by substances.
    pub(super) fn sorted(self) -> Vec<Finding> {
        let mut all: Vec<Finding> = self
            .all
            .into_iter()
            .map(|((_, about), said)| {
                let mut about: Vec<_> =
                    about.iter().map(|&at| self.rules.substances.id(at).clone()).collect();
                about.sort();
                Finding {
                    key: FindingKey { rule: said.rule.id.clone(), about },
                    severity: said.severity,
                    action: said.action,
                    mechanism: said.words.mechanism.clone(),
                    advice: said.words.advice.clone(),
                    source: said.words.source.clone(),
                    until: said.until,
                }
            })
            .collect();
        all.sort_by(|a, b| {
            let worst = |f: &Finding| Reverse((f.severity, f.action));
            worst(a).cmp(&worst(b)).then_with(|| a.key.cmp(&b.key))
        });
        all
    }
}
