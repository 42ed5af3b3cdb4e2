//! Where the mapping puts its issues and counts.

use concord_kernel::{Instant, Text};

use crate::intake::LeftOut;
use crate::read::MAX_ISSUES;
use crate::{Issue, Problem};

/// Collects issues up to the limit, and counts the rest.
#[derive(Debug)]
pub(crate) struct Sink {
    /// The present, which "ended recently" is measured against.
    pub(crate) now: Instant,
    pub(crate) left_out: LeftOut,
    pub(crate) issues: Vec<Issue>,
    pub(crate) further: usize,
    about: Option<Text>,
}

impl Sink {
    pub(crate) fn new(now: Instant) -> Self {
        Self { now, left_out: LeftOut::default(), issues: Vec::new(), further: 0, about: None }
    }

    /// Says what the issues from now on are about.
    pub(crate) fn speak_about(&mut self, about: Option<&Text>) {
        self.about = about.cloned();
    }

    pub(crate) fn note(&mut self, path: String, problem: Problem) {
        if self.issues.len() < MAX_ISSUES {
            self.issues.push(Issue { path, problem, about: self.about.clone() });
        } else {
            self.further += 1;
        }
    }
}
