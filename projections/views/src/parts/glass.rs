//! Broken glass that nobody has reviewed.

use concord_domain::access::{BrokenGlass, Event};
use concord_kernel::{GlassId, Instant};
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::due::Open;

/// Each time, with the end of the day until which it is reviewed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Unreviewed(Vec<(GlassId, Instant)>);

impl Unreviewed {
    pub(crate) fn fold(&mut self, event: &Event) {
        match event {
            Event::GlassBroken(BrokenGlass { glass, review_by, .. }) => {
                self.0.push((*glass, Instant::start_of(*review_by)));
            }
            Event::BrokenGlassUsed { .. } => {}
            Event::BrokenGlassReviewed { glass, .. } => self.0.retain(|(broken, _)| broken != glass),
        }
    }

    pub(crate) fn each<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for (glass, by) in &self.0 {
            show(Open::about(DueKind::GlassBroken, *by, glass.uuid(), None));
        }
    }
}
