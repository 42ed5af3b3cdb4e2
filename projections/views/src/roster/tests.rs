//! Given facts, then rows.

use concord_domain::DomainEvent;
use concord_domain::episode::{Disposition, Event, Phase, Stage};
use concord_projection::List;

use super::Roster;
use crate::tests::{Dice, Story, after_opening, patient, program};

#[test]
fn a_stay_that_ended_moves_to_the_past_with_its_outcome() {
    let episode = Story::new(0, &mut Dice(1)).episode.id;
    let open = after_opening::<Roster>(vec![]);
    let row = open.rows.values().next().unwrap();
    assert_eq!((row.patient, row.stay.stage), (patient(0), Stage::Open(Phase::Assessing)));
    let closed = DomainEvent::Episode(Event::EpisodeClosed {
        episode,
        disposition: Disposition::Completed,
        medication_plan: None,
        at: None,
    });
    let ended = after_opening::<Roster>(vec![closed]);
    let row = ended.rows.values().next().unwrap();
    assert_eq!(row.stay.stage, Stage::Closed);
    assert_eq!((row.past[0].episode, row.past[0].disposition), (episode, Disposition::Completed));
    assert_eq!(ended.lists().keys().collect::<Vec<_>>(), [&List::program(&program())]);
}
