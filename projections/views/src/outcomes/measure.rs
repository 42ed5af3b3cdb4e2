//! Numbers with what they are of, and whether so few clients are behind one that it may point at somebody.

/// A number with fewer clients than this behind it is marked. Source: CMS cell size suppression policy (cells of 1 to 10).
pub const SMALL: u32 = 11;

/// Whether a part, or the rest, or the whole is of so few clients that it may point at one of them.
const fn is_small(part: u32, whole: u32) -> bool {
    whole < SMALL || few(part) || few(whole.saturating_sub(part))
}

/// Nobody points at nobody.
const fn few(clients: u32) -> bool {
    clients > 0 && clients < SMALL
}

/// A part of a whole: of stays, reports or sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many of them.
    pub part: u32,
    /// How many there are.
    pub whole: u32,
    /// How many clients the part is of.
    pub clients: u32,
    /// How many clients the whole is of.
    pub of_clients: u32,
}

impl Share {
    /// Takes in one client.
    pub(super) fn client(&mut self, part: u32, whole: u32) {
        self.part += part;
        self.whole += whole;
        self.clients += u32::from(part > 0);
        self.of_clients += u32::from(whole > 0);
    }

    /// Whether few clients are behind it.
    pub const fn is_small(&self) -> bool {
        is_small(self.clients, self.of_clients)
    }
}

/// How often something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How often.
    pub count: u32,
    /// To how many clients.
    pub clients: u32,
    /// Of how many.
    pub of_clients: u32,
}

impl Count {
    /// Takes in one client.
    pub(super) fn client(&mut self, count: u32) {
        self.count += count;
        self.clients += u32::from(count > 0);
        self.of_clients += 1;
    }

    /// Whether few clients are behind it.
    pub const fn is_small(&self) -> bool {
        is_small(self.clients, self.of_clients)
    }
}

/// A mean over those of whom the number is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    /// Everything together.
    pub sum: u64,
    /// How many numbers that is.
    pub counted: u32,
    /// How many there would be if all were known.
    pub of: u32,
    /// How many clients those that are known are of.
    pub clients: u32,
    /// How many clients there are.
    pub of_clients: u32,
}

impl Mean {
    /// Takes in one client.
    pub(super) fn client(&mut self, sum: u64, counted: u32, of: u32) {
        self.sum += sum;
        self.counted += counted;
        self.of += of;
        self.clients += u32::from(counted > 0);
        self.of_clients += u32::from(of > 0);
    }

    /// The mean; absent when nothing is known.
    pub fn value(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "sums of percents and of 0 to 4 stay far below 2^53")]
        let sum = self.sum as f64;
        (self.counted > 0).then(|| sum / f64::from(self.counted))
    }

    /// Whether few clients are behind it.
    pub const fn is_small(&self) -> bool {
        is_small(self.clients, self.of_clients)
    }
}

/// The middle of some times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Median {
    /// Minutes: half took that long or less; absent when there are none.
    pub minutes: Option<u32>,
    /// How many times that is.
    pub counted: u32,
    /// How many there would be if all had ended.
    pub of: u32,
    /// How many clients those that ended are of.
    pub clients: u32,
    /// How many clients there are.
    pub of_clients: u32,
}

impl Median {
    /// Whether few clients are behind it.
    pub const fn is_small(&self) -> bool {
        is_small(self.clients, self.of_clients)
    }
}

/// Times that are being collected for a median.
#[derive(Debug, Default)]
pub(super) struct Times {
    minutes: Vec<u32>,
    so_far: Median,
}

impl Times {
    /// Takes in one client.
    pub(super) fn client(&mut self, minutes: impl IntoIterator<Item = u32>, of: u32) {
        let before = self.minutes.len();
        self.minutes.extend(minutes);
        let more = u32::try_from(self.minutes.len() - before).unwrap_or(u32::MAX);
        self.so_far.counted += more;
        self.so_far.of += of;
        self.so_far.clients += u32::from(more > 0);
        self.so_far.of_clients += u32::from(of > 0);
    }

    pub(super) fn median(mut self) -> Median {
        let middle = self.minutes.len().saturating_sub(1) / 2;
        let minutes =
            if self.minutes.is_empty() { None } else { Some(*self.minutes.select_nth_unstable(middle).1) };
        Median { minutes, ..self.so_far }
    }
}
