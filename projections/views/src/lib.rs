//! Read models: one folder answers one question.
//!
//! Each view is a fold (`mod`), its row (`row`), and typed questions (`read`). Rows hold names of knowledge rows,
//! not their texts: names for people are looked up when somebody asks, so that new tables need no rebuild. What is due is
//! derived by the rules at the place of a fact, and again when others are published there. Care-team membership decides on
//! whose lists a client appears.

pub mod broken_glass;
pub mod caseload;
pub mod chart;
pub mod course;
pub mod outcomes;
pub mod parts;
mod privacy;
pub mod reconciled;
pub mod roster;
pub mod signing_rights;
pub mod timeline;
pub mod timers;
pub mod worklist;

#[cfg(test)]
mod tests;

pub use broken_glass::BrokenGlass;
pub use caseload::Caseload;
pub use chart::Chart;
pub use course::Course;
pub use outcomes::ProgramOutcomes;
pub use privacy::DataClass;
pub use reconciled::Reconciled;
pub use roster::Roster;
pub use signing_rights::SigningRights;
pub use timeline::Timeline;
pub use timers::Timers;
pub use worklist::Worklist;

use concord_projection::Setup;

/// Adds every view.
#[must_use]
pub fn all(setup: Setup) -> Setup {
    setup
        .with::<Caseload>()
        .with::<Worklist>()
        .with::<Chart>()
        .with::<Reconciled>()
        .with::<Roster>()
        .with::<Course>()
        .with::<Timers>()
        .with::<Timeline>()
        .with::<ProgramOutcomes>()
        .with::<BrokenGlass>()
        .with::<SigningRights>()
}
