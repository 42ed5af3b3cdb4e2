//! One client from referral to the end.

use concord_kernel::Instant;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::ladder::Ladder;
use super::people::Staff;
use super::profile::{Course, Profile, Twist};
use super::writer::Writer;
use super::{arrival, care, coordination, effects, id_of, plan, recovery};
use crate::script::{Person, Step};

/// One order while it is written about.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: Uuid,
    pub(crate) ladder: &'static Ladder,
    pub(crate) rung: usize,
    pub(crate) since: i64,
    pub(crate) supplied_until: i64,
    pub(crate) open: bool,
    pub(crate) held: bool,
}

/// Everything that is known while one client is written about.
#[derive(Debug)]
pub(crate) struct Story<'a> {
    pub(crate) w: Writer,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) profile: &'a Profile,
    pub(crate) staff: &'a Staff,
    pub(crate) prescriber: &'a Person,
    pub(crate) therapist: &'a Person,
    pub(crate) doctor: &'a Person,
    pub(crate) patient: Person,
    pub(crate) stay: Uuid,
    /// The last day of the cohort.
    pub(crate) last_day: i64,
    /// The day on which treatment began.
    pub(crate) treated_on: i64,
    /// The day on which the drug was changed.
    pub(crate) changed_on: Option<i64>,
    pub(crate) orders: Vec<Order>,
    /// Outside medications that are taken now.
    pub(crate) outside: Vec<Uuid>,
    /// The day until which a side effect of grade 2 or more is open.
    pub(crate) disturbed_until: i64,
    /// The day on which the dose last changed.
    pub(crate) dose_changed_on: i64,
    /// Whether the last scores of the primary scale respond, newest last.
    pub(crate) responds: Vec<bool>,
    /// Baseline totals as they were answered: PHQ-9, GAD-7.
    pub(crate) baseline: (u8, u8),
    /// Days on which nothing is written: in hospital.
    pub(crate) away: Option<(i64, i64)>,
    /// Side effects that will be felt.
    pub(crate) ahead: Vec<effects::Ahead>,
    /// Days on which lithium is held.
    pub(crate) toxic: Option<(i64, i64)>,
    /// What will happen to the plan.
    pub(crate) plan: plan::Plan,
    /// What passes between the program and primary care.
    pub(crate) contacts: coordination::Contacts,
}

/// Writes one client.
pub(crate) fn write(
    seed: u64,
    index: usize,
    clients: usize,
    days: u32,
    start: Instant,
    staff: &Staff,
) -> (Profile, Vec<Step>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Each client has a stream of their own, so that one more client changes nobody else.
    rng.set_stream(index as u64);
    let patient = id_of(seed, Some(index), 0);
    let profile = Profile::draw(&mut rng, patient, index, clients, days, start);
    let mut w = Writer::new(seed, index, start);
    let stay = w.id();
    let prescribers = &staff.prescribers;
    let mut story = Story {
        w,
        rng,
        profile: &profile,
        staff,
        prescriber: &prescribers[index % prescribers.len()],
        therapist: &staff.therapists[index % staff.therapists.len()],
        doctor: &staff.primary_care[index % staff.primary_care.len()],
        patient: Person {
            id: concord_kernel::PersonId::new(patient),
            role: concord_kernel::Role::Patient,
            name: profile.name.clone(),
            organisation: String::new(),
            schedules: Vec::new(),
        },
        stay,
        last_day: i64::from(days) - 1,
        treated_on: profile.arrives_on + 5,
        changed_on: None,
        orders: Vec::new(),
        outside: Vec::new(),
        disturbed_until: -1,
        dose_changed_on: 0,
        responds: Vec::new(),
        baseline: (profile.phq9, profile.gad7),
        away: None,
        ahead: Vec::new(),
        toxic: None,
        plan: plan::Plan::default(),
        contacts: coordination::Contacts::default(),
    };
    arrival::refer(&mut story);
    if profile.course != Course::ReferredUp {
        arrival::admit(&mut story);
        arrival::assess(&mut story);
        recovery::retention(&mut story);
        if profile.course == Course::TherapyAlone {
            care::therapy_alone(&mut story);
        } else {
            care::treat(&mut story);
        }
    }
    let steps = story.w.steps;
    (profile, steps)
}

impl Story<'_> {
    pub(crate) fn is(&self, twist: Twist) -> bool {
        self.profile.kind.twist == twist
    }

    /// Share of the symptoms that is left on `day`.
    pub(crate) fn left_on(&self, day: i64) -> f64 {
        let weeks = |since: i64| f64::from(i32::try_from((day - since).max(0)).unwrap_or(0)) / 7.0;
        super::scores::left(self.profile.course, weeks(self.treated_on), self.changed_on.map(weeks))
    }
}
