//! What a row only counts, because it has no room for more.

use concord_kernel::ReportId;
use serde::{Deserialize, Serialize};

/// Reports that are counted one by one; older ones are forgotten here, they are in the course.
const COUNTED: usize = 24;

/// Reports for which a row has no room, oldest first, each with the one thing that still matters of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Beyond<T> {
    counted: Vec<(ReportId, T)>,
    /// Whether older ones were forgotten: then a report may be unknown here without anything being wrong.
    forgot: bool,
}

impl<T> Default for Beyond<T> {
    fn default() -> Self {
        Self { counted: Vec::new(), forgot: false }
    }
}

impl<T: Copy + Ord> Beyond<T> {
    pub(super) fn push(&mut self, report: ReportId, mark: T) {
        self.counted.push((report, mark));
        if self.counted.len() > COUNTED {
            self.counted.remove(0);
            self.forgot = true;
        }
    }

    pub(super) fn change(&mut self, report: ReportId, mark: T) {
        if let Some(known) = self.counted.iter_mut().find(|known| known.0 == report) {
            known.1 = mark;
        }
    }

    pub(super) fn remove(&mut self, report: ReportId) {
        self.counted.retain(|known| known.0 != report);
    }

    /// Whether a report is, or may have been, among them.
    pub(super) fn may_hold(&self, report: ReportId) -> bool {
        self.forgot || self.counted.iter().any(|known| known.0 == report)
    }

    pub(super) const fn len(&self) -> usize {
        self.counted.len()
    }

    pub(super) fn least(&self) -> Option<T> {
        self.counted.iter().map(|known| known.1).min()
    }

    pub(super) fn most(&self) -> Option<T> {
        self.counted.iter().map(|known| known.1).max()
    }
}
