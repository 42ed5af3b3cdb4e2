//! Metrics with a fixed number of labels.

use std::sync::atomic::{AtomicBool, Ordering};

use metrics::{Key, KeyName, Label, Level, Metadata};

static ON: AtomicBool = AtomicBool::new(false);

const MEASURED: Metadata<'static> = Metadata::new("concord", Level::INFO, Some("concord"));

/// Has everything measured from now on. Call it once the process has a recorder and before anything is opened: who holds
/// an instrument made earlier measures nothing.
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

/// Whether anything is measured.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only grows, from the start of the process.
    Counter,
    /// Is what it is now.
    Gauge,
    /// Counts values by their size; these are the upper bounds.
    Histogram(&'static [f64]),
}

impl Kind {
    /// As Prometheus names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// Everything that is known of a metric before it has a value.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name; ends with its unit, and with `_total` when it only grows.
    pub name: &'static str,
    /// How it behaves.
    pub kind: Kind,
    /// The names of its labels, in order.
    pub labels: &'static [&'static str],
    /// What it says, for people.
    pub help: &'static str,
}

/// A number that only grows, for each combination of `L` labels.
#[derive(Clone, Copy, Debug)]
pub struct Counter<const L: usize> {
    pub(crate) name: &'static str,
    pub(crate) labels: [&'static str; L],
}

/// A number as it is now, for each combination of `L` labels.
#[derive(Clone, Copy, Debug)]
pub struct Gauge<const L: usize> {
    pub(crate) name: &'static str,
    pub(crate) labels: [&'static str; L],
}

/// Numbers by their size, for each combination of `L` labels.
#[derive(Clone, Copy, Debug)]
pub struct Histogram<const L: usize> {
    pub(crate) name: &'static str,
    pub(crate) labels: [&'static str; L],
}

impl<const L: usize> Counter<L> {
    /// The counter with these values of its labels. Keep it where it is used often.
    pub fn of(&self, values: [&str; L]) -> metrics::Counter {
        if !is_on() {
            return metrics::Counter::noop();
        }
        let key = key(self.name, self.labels, values);
        metrics::with_recorder(|recorder| recorder.register_counter(&key, &MEASURED))
    }
}

impl<const L: usize> Gauge<L> {
    /// The gauge with these values of its labels.
    pub fn of(&self, values: [&str; L]) -> metrics::Gauge {
        if !is_on() {
            return metrics::Gauge::noop();
        }
        let key = key(self.name, self.labels, values);
        metrics::with_recorder(|recorder| recorder.register_gauge(&key, &MEASURED))
    }
}

impl<const L: usize> Histogram<L> {
    /// The histogram with these values of its labels. Keep it where it is used often.
    pub fn of(&self, values: [&str; L]) -> metrics::Histogram {
        if !is_on() {
            return metrics::Histogram::noop();
        }
        let key = key(self.name, self.labels, values);
        metrics::with_recorder(|recorder| recorder.register_histogram(&key, &MEASURED))
    }
}

fn key<const L: usize>(name: &'static str, labels: [&'static str; L], values: [&str; L]) -> Key {
    let labels = labels.into_iter().zip(values).map(|(label, value)| Label::new(label, value.to_owned()));
    Key::from_parts(KeyName::from_const_str(name), labels.collect::<Vec<_>>())
}

/// Tells the recorder what every metric says.
pub fn describe() {
    metrics::with_recorder(|recorder| {
        for metric in crate::metric::ALL {
            let (name, help) = (KeyName::from_const_str(metric.name), metric.help.into());
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, None, help),
                Kind::Gauge => recorder.describe_gauge(name, None, help),
                Kind::Histogram(_) => recorder.describe_histogram(name, None, help),
            }
        }
    });
}

/// A count as a gauge takes it; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "a measurement; exact below 2^53")]
pub const fn as_f64(count: u64) -> f64 {
    count as f64
}
