//! Where the steps of one client are written down.

use concord_kernel::Instant;
use uuid::Uuid;

use super::id_of;
use crate::script::{Body, Deed, Person, Sees, Step};

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Where identifiers begin that are drawn apart: further than any story goes.
const APART: u64 = 1 << 32;

/// Writes the steps of one client.
#[derive(Debug)]
pub(crate) struct Writer {
    seed: u64,
    client: usize,
    start: Instant,
    drawn: u64,
    drawn_apart: u64,
    pub(crate) steps: Vec<Step>,
}

impl Writer {
    pub(crate) const fn new(seed: u64, client: usize, start: Instant) -> Self {
        Self { seed, client, start, drawn: 0, drawn_apart: APART, steps: Vec::new() }
    }

    /// Which client it is, from 0.
    pub(crate) const fn client(&self) -> usize {
        self.client
    }

    /// A fresh identifier.
    pub(crate) fn id(&mut self) -> Uuid {
        self.drawn += 1;
        id_of(self.seed, Some(self.client), self.drawn)
    }

    /// A fresh identifier that leaves the others as they are.
    pub(crate) fn id_apart(&mut self) -> Uuid {
        self.drawn_apart += 1;
        id_of(self.seed, Some(self.client), self.drawn_apart)
    }

    /// `minute` of the day, counted from 08:00, on `day` of the cohort. Clients are some minutes apart.
    pub(crate) fn at(&self, day: i64, minute: i64) -> Instant {
        let apart = i64::try_from(self.client % 45).unwrap_or(0);
        let minutes = 8 * 60 + minute + apart;
        let day = self.start.plus_days(day);
        Instant::from_micros(day.micros() + minutes * MICROS_PER_MINUTE).unwrap_or(day)
    }

    /// Writes one command; what it needs, makes and ends may be said with the answer.
    pub(crate) fn step(&mut self, at: Instant, by: &Person, body: Body) -> &mut Step {
        self.deed(at, by, Deed::Command(Box::new(body)))
    }

    pub(crate) fn settle(&mut self, at: Instant, by: &Person, resolution: &str) -> &mut Step {
        self.deed(at, by, Deed::SettleRaised(resolution.to_owned()))
    }

    fn deed(&mut self, at: Instant, by: &Person, deed: Deed) -> &mut Step {
        self.steps.push(Step {
            at,
            client: self.client,
            by: by.clone(),
            deed,
            needs: Vec::new(),
            makes: None,
            ends: None,
            or_else: Vec::new(),
            sees: Sees::Whatever,
        });
        self.steps.last_mut().expect("just written")
    }
}

impl Step {
    pub(crate) fn needing(&mut self, id: Uuid) -> &mut Self {
        self.needs.push(id);
        self
    }

    pub(crate) const fn making(&mut self, id: Uuid) -> &mut Self {
        self.makes = Some(id);
        self
    }

    pub(crate) const fn ending(&mut self, id: Uuid) -> &mut Self {
        self.ends = Some(id);
        self
    }

    pub(crate) const fn seeing(&mut self, sees: Sees) -> &mut Self {
        self.sees = sees;
        self
    }
}

/// `at` some minutes later.
pub(crate) fn later(at: Instant, minutes: u64) -> Instant {
    at.plus(std::time::Duration::from_secs(minutes * 60))
}
