//! Mistakes that real people make, and the refusal that each must meet.
//!
//! A story is about one made-up client of its own. What somebody `does` in it must be accepted; where somebody `errs`,
//! the named rule must refuse, and nothing is recorded. [`crate::Cohort::with_mistakes`] writes the stories into a
//! cohort; whoever adds a rule adds one line to the story that it belongs to.

mod access;
mod aftercare;
mod asks;
mod assessments;
mod contacts;
mod disclosed;
mod doses;
mod goals;
mod injections;
mod orders;
mod outside;
mod papers;
mod pharmacy;
mod plans;
mod recovery;
mod responses;
mod rights;
mod rules;
mod safety;
mod scores;
mod side_effects;
mod stays;
mod supplies;
mod taking;
mod tale;
mod tapers;
mod visits;

use concord_kernel::Instant;
use uuid::Uuid;

use crate::cohort::{Staff, id_of};
use crate::script::Step;
use tale::Tale;

/// One story.
type Story = fn(&mut Tale<'_>);

/// All stories, by what they are called.
const STORIES: &[(&str, Story)] = &[
    ("a stay begins in the wrong order", stays::begins),
    ("a stay is interrupted and ended twice", stays::ends),
    ("somebody who is no candidate is admitted", stays::no_candidate),
    ("a care team is kept carelessly", stays::team),
    ("an assessment is signed too early", assessments::signed_early),
    ("an indication is decided carelessly", assessments::indicated),
    ("a form is filled in carelessly", scores::forms),
    ("a risk is closed twice", scores::risks),
    ("visits are made and kept carelessly", visits::kept),
    ("visits are to become rare too early", visits::rare),
    ("a plan is agreed to before it is read", plans::agreed),
    ("what is told in therapy is written down carelessly", plans::told),
    ("a plan holds too much", plans::too_much),
    ("goals are kept carelessly", goals::kept),
    ("a goal holds too much", goals::too_much),
    ("what may be shared is taken for granted", contacts::shared),
    ("news and questions are answered twice", contacts::asked),
    ("a conflict is settled by nobody", contacts::settled),
    ("reminders and calls are kept carelessly", taking::reminded),
    ("doses are told of carelessly", taking::told),
    ("family hears more than the patient allows", taking::family),
    ("the chart is filled in carelessly", outside::background),
    ("an outside medication is recorded carelessly", outside::medications),
    ("a result is written down carelessly", outside::results),
    ("an order is written without its grounds", orders::grounds),
    ("an order is written carelessly", orders::written),
    ("a controlled substance is ordered without authority", orders::controlled),
    ("an order is changed after the fact", orders::after_the_fact),
    ("a stay ends, and its orders do not", orders::after_the_stay),
    ("a dose rises too fast", doses::too_fast),
    ("a titration is planned carelessly", doses::titrated),
    ("a titration is followed carelessly", doses::followed),
    ("a taper is planned carelessly", tapers::tapered),
    ("two medications overlap for too long", tapers::switched),
    ("one signature is taken for two", safety::signatures),
    ("a finding is answered that does not stand", safety::findings),
    ("a side effect is reported carelessly", side_effects::reported),
    ("a side effect is left undecided", side_effects::decided),
    ("an induction begins too early", recovery::induced),
    ("a relapse is written down carelessly", recovery::relapsed),
    ("doses and samples are written down carelessly", recovery::watched),
    ("a prescription is drafted carelessly", papers::drafted),
    ("a prescription is signed carelessly", papers::signed),
    ("a series of prescriptions is broken", papers::series),
    ("a pharmacy is answered carelessly", pharmacy::answered),
    ("a message to a pharmacy goes astray", pharmacy::astray),
    ("an injection is given carelessly", injections::given_carelessly),
    ("an injection is given too early, and the next too late", injections::given_late),
    ("a proof is given that nobody asks for", injections::attested_needlessly),
    ("a response is judged too early", responses::judged),
    ("a sedative goes on for too long", supplies::too_long),
    ("a supply is handed out twice", supplies::twice),
    ("medication after a stay is decided carelessly", aftercare::bridged),
    ("a stay ends without naloxone", aftercare::without_naloxone),
    ("somebody is sought who is there", aftercare::sought),
    ("a record is looked at by somebody who is not on the care team", access::reached),
    ("rules are made carelessly", rules::made),
    ("a right to sign is given carelessly", rights::given),
    ("a consent is recorded carelessly", disclosed::consents),
    ("a restriction is kept carelessly", disclosed::restrictions),
    ("a partner is let in carelessly", disclosed::partners),
];

/// Minutes between the beginnings of two stories.
const APART_MINUTES: u64 = 7;

/// Writes every story, for clients from `first` on, and tells which patient each client is.
pub(crate) fn write(
    seed: u64,
    first: usize,
    start: Instant,
    staff: &Staff,
) -> (Vec<Step>, Vec<(usize, Uuid)>) {
    let (mut steps, mut patients) = (Vec::new(), Vec::new());
    for (number, (name, story)) in STORIES.iter().enumerate() {
        let client = first + number;
        let patient = id_of(seed, Some(client), 0);
        let begins =
            start.plus_days(1).plus(std::time::Duration::from_secs(number as u64 * APART_MINUTES * 60));
        let mut tale = Tale::new(seed, client, begins, staff, name);
        story(&mut tale);
        steps.extend(tale.told());
        patients.push((client, patient));
    }
    (steps, patients)
}
