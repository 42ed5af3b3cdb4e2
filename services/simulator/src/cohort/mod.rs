//! Who there is, and everything that happens to them.

mod adherence;
mod aftercare;
mod arrival;
mod care;
mod coordination;
mod course;
mod effects;
mod injections;
mod ladder;
mod leaving;
mod outside;
mod people;
mod pharmacy;
mod plan;
mod profile;
mod recovery;
mod request;
pub(crate) mod rights;
mod risk;
pub(crate) mod rules;
mod scores;
mod writer;

use concord_kernel::Instant;
use uuid::Uuid;

use crate::mistakes;
use crate::script::Step;

pub use people::Staff;
pub use profile::{Course, Profile};
pub(crate) use request::timestamp;
pub(crate) use writer::Writer;

/// When every cohort begins: a Monday, midnight UTC.
pub const START: &str = "2026-01-05T00:00:00Z";

/// The program that every cohort is in.
pub const PROGRAM: &str = "iop-adult";

/// The most clients of one cohort.
const MOST_CLIENTS: usize = 10_000;

/// The most days of one cohort.
const MOST_DAYS: u32 = 3_650;

/// A made-up program: its clinicians, its clients, and what they do, in order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// What it follows from.
    pub seed: u64,
    /// When it begins, UTC.
    pub start: Instant,
    /// How many days it lasts.
    pub days: u32,
    /// Who works there.
    pub staff: Staff,
    /// Who is treated.
    pub clients: Vec<Profile>,
    /// Everything that happens, in order.
    pub steps: Vec<Step>,
    /// Clients of the stories of mistakes, by their number, and which patient each is.
    pub mistaken: Vec<(usize, Uuid)>,
}

impl Cohort {
    /// Writes the script that belongs to `seed`: the same for ever, and the first clients of a larger cohort are the
    /// clients of a smaller one. At most 10,000 clients and ten years.
    pub fn generate(seed: u64, clients: usize, days: u32) -> Self {
        let (clients, days) = (clients.min(MOST_CLIENTS), days.min(MOST_DAYS));
        let start = Instant::parse(START).expect("a constant time");
        let staff = Staff::of(seed);
        let mut profiles = Vec::with_capacity(clients);
        let mut steps: Vec<(usize, Step)> = Vec::new();
        for index in 0..clients {
            let (profile, written) = course::write(seed, index, clients, days, start, &staff);
            profiles.push(profile);
            steps.extend(written.into_iter().enumerate());
        }
        if clients > 0 {
            let mut writer = writer::Writer::new(seed, 0, start);
            rights::write(&mut writer, seed, &staff);
            rules::write(&mut writer, &staff);
            steps.extend(writer.steps.into_iter().enumerate());
        }
        let end = start.plus_days(i64::from(days));
        steps.retain(|(_, step)| step.at < end);
        steps.sort_by_key(|(order, step)| (step.at, step.client, *order));
        let steps = steps.into_iter().map(|(_, step)| step).collect();
        Self { seed, start, days, staff, clients: profiles, steps, mistaken: Vec::new() }
    }

    /// The same, and beside it every mistake that somebody may make, each story with a client of its own. What is refused
    /// leaves no event. One story ends later than the cohort.
    #[must_use]
    pub fn with_mistakes(mut self) -> Self {
        let (steps, patients) = mistakes::write(self.seed, MOST_CLIENTS, self.start, &self.staff);
        self.mistaken = patients;
        self.steps.extend(steps);
        self.steps.sort_by_key(|step| (step.at, step.client));
        self
    }

    /// When it ends.
    pub fn end(&self) -> Instant {
        self.start.plus_days(i64::from(self.days))
    }
}

/// An identifier that follows from the seed, a client (or none) and a number.
pub(crate) fn id_of(seed: u64, client: Option<usize>, number: u64) -> Uuid {
    let client = client.map_or(u64::MAX, |client| client as u64);
    let name: Vec<u8> = [seed, client, number].into_iter().flat_map(u64::to_be_bytes).collect();
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &name)
}
