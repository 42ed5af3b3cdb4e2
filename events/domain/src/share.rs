//! What several prescriptions take of one supply: each was signed apart, and together they hand out no more than the
//! order does. One reading of it, for the chart, which sets a share aside, and for the prescription that is signed on it.

use concord_kernel::{Instant, PrescriptionId};

use crate::chart::Supply;
use crate::going_on::{Bridge, Continuing, Lapse};
use crate::{Context, PrescriptionFacts};

/// Days that a supply lasts, refills included.
pub(crate) fn total_days(supply: Supply) -> u16 {
    supply.days.saturating_mul(u16::from(supply.refills) + 1)
}

/// Days of `supply` that are left for `prescription`: what others take of it is gone. All that share it must have been
/// read: one that was not might have taken everything.
pub(crate) fn left_for(
    prescription: PrescriptionId,
    supply: Supply,
    allotted: &[PrescriptionId],
    context: &Context,
) -> Result<u16, Lapse> {
    let mut left = total_days(supply);
    for other in allotted.iter().filter(|other| **other != prescription) {
        let other = context.facts.prescriptions.get(other).ok_or(Lapse::FactsMissing)?;
        left = left.saturating_sub(taken_by(other));
    }
    Ok(left)
}

/// What one takes of the supply. Of a void one, what was handed out before; so of one whose pharmacy asks for another in
/// its place: that one takes the rest.
fn taken_by(other: &PrescriptionFacts) -> u16 {
    if other.void || other.in_question { other.handed_out_days.min(other.days) } else { other.days }
}

/// Whether a prescription that would bridge the time after the stay is yet to be told to the chart. What was supplied as a
/// bridge holds for all that is prescribed of it; without such a supply one prescription bridges, unless it came to
/// nothing.
pub(crate) fn becomes_the_bridge(
    order: &Continuing,
    prescription: PrescriptionId,
    context: &Context,
) -> Result<bool, Lapse> {
    match order.bridge {
        Bridge::None => Ok(true),
        Bridge::Renewed => Ok(false),
        Bridge::Prescribed(bridge) if bridge == prescription => Ok(false),
        Bridge::Prescribed(bridge) => {
            let other = context.facts.prescriptions.get(&bridge);
            let nothing = other.is_some_and(|other| other.void && other.handed_out_days == 0);
            if nothing { Ok(true) } else { Err(Lapse::AlreadyBridged) }
        }
    }
}

/// When a prescription that may be filled from that day on begins to last.
pub(crate) fn lasts_from(day: concord_kernel::Day, context: &Context) -> Instant {
    Instant::start_of(day).max(context.now)
}
