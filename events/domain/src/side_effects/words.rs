//! The terms of side effects.

use concord_kernel::OrderId;
use serde::{Deserialize, Serialize};

/// How bad it is, aligned to CTCAE grades 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 1: nothing needs to change.
    Mild,
    /// 2: interferes; a change may be wanted.
    Moderate,
    /// 3: stops activity; urgent.
    Severe,
    /// 4: threatens life.
    LifeThreatening,
    /// 5: death.
    Fatal,
}

impl Grade {
    /// The CTCAE grade, 1 to 5.
    pub const fn number(self) -> u8 {
        match self {
            Self::Mild => 1,
            Self::Moderate => 2,
            Self::Severe => 3,
            Self::LifeThreatening => 4,
            Self::Fatal => 5,
        }
    }
}

/// What a prescriber decides about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Go on and watch.
    ContinueAndMonitor,
    /// Less of it; the order that was adjusted.
    ReduceDose(OrderId),
    /// Split the dose or move it; the order that was adjusted.
    ChangeTiming(OrderId),
    /// Treat it with another drug; the order that was added.
    AddTreatment(OrderId),
    /// Another drug instead; the order that was stopped.
    Switch(OrderId),
    /// Stop it; the order that was stopped.
    Stop(OrderId),
}

impl Decision {
    /// The order that carries the decision out, if it needs one.
    pub const fn order(&self) -> Option<OrderId> {
        match self {
            Self::ContinueAndMonitor => None,
            Self::ReduceDose(order)
            | Self::ChangeTiming(order)
            | Self::AddTreatment(order)
            | Self::Switch(order)
            | Self::Stop(order) => Some(*order),
        }
    }
}

/// How it went away, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Gone.
    Recovered,
    /// Gone with lasting harm.
    RecoveredWithSequelae,
    /// Still there, accepted.
    Ongoing,
    /// It was something else.
    NotASideEffect,
}
