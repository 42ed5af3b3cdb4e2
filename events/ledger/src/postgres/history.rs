//! Whether a history goes on from what was told of it. Pure.

use concord_kernel::StreamRef;

use super::batch::End;
use crate::merkle::Frontier;
use crate::tip::Tip;

/// Whether the history that ends at `on` holds everything up to `told`. `moved` is what it has after `since`, in order;
/// where that is not all of it, the rest is taken for what the head says.
pub(super) fn goes_on(since: &Tip, told: &Tip, on: &Tip, moved: &[(StreamRef, End)]) -> bool {
    // Whoever follows the head may have heard of another epoch, and told of it, before the writer looks.
    if on.epoch != since.epoch || on.epoch != told.epoch || on.position() < told.position() {
        return false;
    }
    let mut frontier = since.frontier.clone();
    let is_told = |frontier: &Frontier| frontier.size() != told.position() || *frontier == told.frontier;
    for (_, end) in moved {
        if !is_told(&frontier) {
            return false;
        }
        frontier.push(end.leaf);
    }
    is_told(&frontier) && (frontier.size() != on.position() || frontier == on.frontier)
}

#[cfg(test)]
mod tests {
    use concord_kernel::{Instant, StreamKind};
    use uuid::Uuid;

    use super::*;

    /// The history of leaves with these numbers.
    fn tip(epoch: u128, leaves: &[u8]) -> Tip {
        let mut frontier = Frontier::default();
        for leaf in leaves {
            frontier.push([*leaf; 32]);
        }
        Tip { epoch: Uuid::from_u128(epoch), recorded_at: Instant::from_micros(0).unwrap(), frontier }
    }

    fn moved(leaves: &[u8]) -> Vec<(StreamRef, End)> {
        let stream = StreamRef { kind: StreamKind::Scales, id: Uuid::nil() };
        leaves.iter().map(|leaf| (stream, End { version: 1, leaf: [*leaf; 32] })).collect()
    }

    #[test]
    fn a_history_goes_on_when_it_holds_all_that_was_told() {
        let (known, told) = (tip(1, &[1, 2]), tip(1, &[1, 2, 3]));
        assert!(goes_on(&known, &told, &tip(1, &[1, 2, 3]), &moved(&[3])));
        assert!(goes_on(&known, &told, &tip(1, &[1, 2, 3, 4]), &moved(&[3, 4])));
        assert!(goes_on(&told, &told, &told, &[]));
    }

    #[test]
    fn a_history_that_went_back_does_not_go_on() {
        let (known, told) = (tip(1, &[1, 2]), tip(1, &[1, 2, 3]));
        assert!(!goes_on(&known, &told, &tip(1, &[1, 2]), &[]), "it ends before");
        assert!(!goes_on(&known, &told, &tip(1, &[1, 2, 9]), &moved(&[9])), "another event is there instead");
        assert!(!goes_on(&known, &told, &tip(1, &[1, 2, 9, 4]), &moved(&[9, 4])), "and it went further");
        assert!(!goes_on(&known, &told, &tip(1, &[1, 8, 3]), &moved(&[3])), "it was another one before");
        assert!(!goes_on(&known, &told, &tip(2, &[1, 2, 3]), &moved(&[3])), "somebody began another epoch");
        let heard = tip(2, &[1, 2]);
        assert!(!goes_on(&told, &heard, &heard, &[]), "and this process has heard of it already");
    }
}
