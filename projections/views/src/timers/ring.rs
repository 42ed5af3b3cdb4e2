//! What the service does when a time has come.

use concord_domain::EpisodeRef;
use concord_domain::adherence::OutreachCause;
use concord_domain::treatment_plan::ReviewCause;
use concord_kernel::{Day, Instant, OrderId, PatientId, ReportId, VisitId};
use concord_knowledge::LabId;
use concord_projection::Item;

use super::reminders::Sending;

/// Something that the service does when a time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Whom it is about.
    pub patient: PatientId,
    /// The last instant at which it is not yet to be done: a deadline, or when something happened.
    pub deadline: Instant,
    /// What is to be done after it.
    pub ring: Ring,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ring {
    /// Nobody has decided about a side effect.
    SideEffectDecision(ReportId),
    /// A reminder is sent.
    Reminder(Sending),
    /// Nobody has acknowledged a critical result.
    CriticalResult {
        /// What was measured.
        lab: LabId,
        /// When the sample was taken.
        taken_at: Instant,
    },
    /// Visits were missed in a row: somebody is to reach out.
    Outreach {
        /// The stay.
        episode: EpisodeRef,
        /// The last visit that was missed.
        visit: VisitId,
    },
    /// Nobody was reached.
    OutreachBreach {
        /// A stay that is open.
        episode: EpisodeRef,
        /// Why somebody was to reach out.
        because: OutreachCause,
        /// Until when; tells one outreach from a later one.
        act_by: Instant,
    },
    /// Medication is to be reviewed.
    Review {
        /// The stay.
        episode: EpisodeRef,
        /// Why.
        because: ReviewCause,
    },
    /// Nobody has decided what happens to medication after a stay.
    Bridging {
        /// The stay.
        episode: EpisodeRef,
    },
    /// An injection was not given in time.
    InjectionOverdue {
        /// The order.
        order: OrderId,
        /// The day on which it was due; tells one injection from the next.
        due_on: Day,
    },
}

impl Ring {
    /// Its name on the list: short, for there are many. The first byte tells the kinds apart.
    pub(super) fn item(&self) -> Item {
        match self {
            Self::SideEffectDecision(report) => Item::of(&[&[0], report.uuid().as_bytes()]),
            Self::Reminder(sending) => Item::of(&[&[1], sending.reminder.uuid().as_bytes()]),
            Self::CriticalResult { lab, taken_at } => {
                Item::of(&[&[2], &taken_at.micros().to_be_bytes(), lab.as_str().as_bytes()])
            }
            Self::Outreach { visit, .. } => Item::of(&[&[3], visit.uuid().as_bytes()]),
            Self::OutreachBreach { because, .. } => Item::of(&[&[4], &[*because as u8]]),
            Self::Review { because, .. } => Item::of(&[&[5], because.change().uuid().as_bytes()]),
            Self::Bridging { episode } => Item::of(&[&[6], episode.id.uuid().as_bytes()]),
            Self::InjectionOverdue { order, .. } => Item::of(&[&[7], order.uuid().as_bytes()]),
        }
    }
}
