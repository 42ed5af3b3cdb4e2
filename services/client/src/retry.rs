//! When a command is sent again, and after how long.

use std::time::Duration;

use tonic::Code;

use crate::Fault;

/// How often a command is sent again, with the same command id, and how long to wait in between.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Sends in all; 1 never sends again.
    pub attempts: u32,
    /// Wait before the second send; doubled for each further one.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 6, first: Duration::from_millis(50), longest: Duration::from_secs(2) }
    }
}

impl Retry {
    /// How long to wait after send number `sent` failed with `fault`; `None` when sending again cannot help.
    /// `expects_version` says that the caller wants to know of a conflict. `spread` (a byte of the command id) keeps
    /// many clients from coming back at the same moment.
    pub(crate) fn wait(
        &self,
        fault: &Fault,
        sent: u32,
        expects_version: bool,
        spread: u8,
    ) -> Option<Duration> {
        let helps = fault.code == Code::Unavailable
            || (fault.code == Code::Aborted && !expects_version)
            || (fault.code == Code::ResourceExhausted
                && ["OVERLOADED", "RATE_LIMITED"].contains(&fault.reason.as_str()));
        if !helps || sent >= self.attempts {
            return None;
        }
        let doubled = self.first.saturating_mul(1_u32.checked_shl(sent - 1).unwrap_or(u32::MAX));
        let most = doubled.min(self.longest);
        // Between half and all of it.
        let wait = most / 2 + most.mul_f64(f64::from(spread) / 512.0);
        // Sooner than the server says cannot help.
        Some(fault.retry_after.map_or(wait, |asked| wait.max(asked))).filter(|wait| *wait <= self.longest)
    }
}
