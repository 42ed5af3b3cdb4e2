//! Whether the medication may go on as it is handed out, and whether so much of it is left.

use concord_kernel::{Day, OrderId, PrescriptionId};
use concord_knowledge::Drug;

use super::super::Error;
use crate::chart::Supply;
use crate::going_on::{Lapse, not_missed_for_too_long, supplied_on};
use crate::share::{becomes_the_bridge, lasts_from, left_for, total_days};
use crate::{Context, PrescribableFacts};

/// What is to be handed out.
pub(super) struct Handed {
    pub(super) prescription: PrescriptionId,
    pub(super) order: OrderId,
    pub(super) supply: Supply,
    /// The day from which it may be filled.
    pub(super) from: Day,
}

/// The rules that a renewal has, read again: what was judged days ago may have been taken back since. Tells whether it
/// would be the bridge after the stay and the chart does not know yet.
pub(super) fn goes_on(
    handed: &Handed,
    order: &PrescribableFacts,
    drug: &Drug,
    context: &Context,
) -> Result<bool, Error> {
    let Handed { prescription, supply, .. } = *handed;
    not_missed_for_too_long(handed.order, &order.continuing, drug, context)?;
    let from = lasts_from(handed.from, context);
    let bridging = supplied_on(&order.continuing, drug, supply, from, context)?
        && becomes_the_bridge(&order.continuing, prescription, context)?;
    let left_days = left_for(prescription, order.supply, &order.allotted, context)?;
    if total_days(supply) > left_days { Err(Error::SupplyHandedOut { left_days }) } else { Ok(bridging) }
}

/// The chart has set aside what is about to be signed: that is what keeps two signatures from handing out the same.
pub(super) fn set_aside(handed: &Handed, order: &PrescribableFacts, bridging: bool) -> Result<(), Error> {
    if order.allotted.contains(&handed.prescription) && !bridging {
        Ok(())
    } else {
        Err(Error::SupplyNotAllotted { order: handed.order })
    }
}

impl From<Lapse> for Error {
    fn from(lapse: Lapse) -> Self {
        match lapse {
            Lapse::FactsMissing => Self::FactsMissing,
            Lapse::EpisodeNotActive => Self::EpisodeNotActive,
            Lapse::ConsentRequired => Self::ConsentRequired,
            Lapse::ConsentDeclined => Self::ConsentDeclined,
            Lapse::SupplyBeyondTaper { until } => Self::SupplyBeyondTaper { until },
            Lapse::BridgeTooLong { most_days } => Self::BridgeTooLong { most_days },
            Lapse::AlreadyBridged => Self::AlreadyBridged,
            Lapse::RestartNeeded { hours } => Self::RestartNeeded { hours },
        }
    }
}
