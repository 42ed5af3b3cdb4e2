//! Every metric. `deploy/metrics.md` says the same to people, and a test holds the two together.
//!
//! A label takes few values: tenants, calls and reasons of the contract, views, kinds. Never a person, a patient, a
//! medication, an identifier or a text.

use crate::{About, Counter, Gauge, Histogram, Kind};

/// Upper bounds of what a caller waits for, in seconds.
const ANSWERS: &[f64] =
    &[0.000_5, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Upper bounds of what the disk or the database takes, in seconds.
const WRITES: &[f64] =
    &[0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Upper bounds of how late something is, in seconds.
const DELAYS: &[f64] = &[1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 86_400.0];

/// Upper bounds of how many are done together.
const TOGETHER: &[f64] =
    &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0, 8_192.0, 32_768.0];

macro_rules! metrics {
    (@kind Counter) => { Kind::Counter };
    (@kind Gauge) => { Kind::Gauge };
    (@kind Histogram $bounds:ident) => { Kind::Histogram($bounds) };
    ($($(#[doc = $help:literal])+ $id:ident: $kind:ident $(in $bounds:ident)? = $name:literal [$($label:literal),*];)+) => {
        $(
            $(#[doc = $help])+
            pub const $id: $kind<{ <[&str]>::len(&[$($label),*]) }> = $kind { name: $name, labels: [$($label),*] };
        )+

        /// Every metric of this program, in the order of the parts that they are about.
        pub const ALL: &[About] = &[
            $(About {
                name: $name,
                kind: metrics!(@kind $kind $($bounds)?),
                labels: &[$($label),*],
                help: concat!($($help),+).trim_ascii_start(),
            },)+
        ];
    };
}

metrics! {
    /// What this process is: always 1, for each version.
    BUILD: Gauge = "concord_build_info" ["version"];
    /// 1 for each role that this process has.
    ROLE: Gauge = "concord_role" ["role"];
    /// 1 while the process takes work, 0 while it does not; the same answer as /readyz.
    READY: Gauge = "concord_ready" [];

    /// Calls that were answered, and streams that were opened, by what they were answered: OK or the reason.
    CALLS: Counter = "concord_calls_total" ["rpc", "outcome"];
    /// Calls and commands of streams that the service failed or had no room for, by reason; each begins with 0.
    FAILURES: Counter = "concord_failures_total" ["outcome"];
    /// From a call's arrival to its answer, or to the beginning of a stream.
    CALL_SECONDS: Histogram in ANSWERS = "concord_call_seconds" ["rpc"];
    /// Calls and streams in flight.
    CALLS_IN_FLIGHT: Gauge = "concord_calls_in_flight" [];
    /// Calls and streams that may be in flight; more are refused as OVERLOADED.
    CALLS_LIMIT: Gauge = "concord_calls_limit" [];
    /// Watchers and followers that are open.
    WATCHERS: Gauge = "concord_watchers" [];
    /// Watchers and followers that may be open; more are refused as TOO_MANY_CALLS.
    WATCHERS_LIMIT: Gauge = "concord_watchers_limit" [];
    /// When the certificate ends that callers are shown, in seconds since 1970; absent without TLS.
    CERTIFICATE_END: Gauge = "concord_certificate_end_seconds" [];
    /// When the keys of the issuer of tokens were last fetched, in seconds since 1970; absent without an issuer.
    SIGNING_KEYS_FETCHED: Gauge = "concord_signing_keys_fetched_seconds" [];
    /// Commands of streams that were answered, by what they were answered: OK or the reason.
    STREAM_COMMANDS: Counter = "concord_stream_commands_total" ["command", "outcome"];
    /// From a command's arrival on a stream to its answer.
    STREAM_COMMAND_SECONDS: Histogram in ANSWERS = "concord_stream_command_seconds" [];

    /// Commands that were decided again because others were faster, by what they changed: facts or rules.
    COMMAND_RETRIES: Counter = "concord_command_retries_total" ["tenant", "because"];
    /// Streams that were folded from the ledger because the cache did not have them.
    STATE_LOADS: Counter = "concord_state_loads_total" ["tenant"];
    /// Folded streams that the cache gave up for others.
    STATE_EVICTIONS: Counter = "concord_state_evictions_total" ["tenant"];
    /// What the cache of folded streams weighs.
    STATE_CACHE_BYTES: Gauge = "concord_state_cache_bytes" ["tenant"];
    /// What the cache of folded streams may weigh.
    STATE_CACHE_LIMIT_BYTES: Gauge = "concord_state_cache_limit_bytes" ["tenant"];
    /// Folded streams in the cache.
    STATE_CACHE_STREAMS: Gauge = "concord_state_cache_streams" ["tenant"];

    /// The last position of the ledger.
    LEDGER_POSITION: Gauge = "concord_ledger_position" ["tenant"];
    /// 1 while the ledger has its writer; without it no command is taken until the process starts again.
    LEDGER_WRITER: Gauge = "concord_ledger_writer_up" ["tenant"];
    /// Appends that wait for the writer.
    LEDGER_WAITING: Gauge = "concord_ledger_waiting" ["tenant"];
    /// Appends that the writer answered: new, repeated, conflict or failed.
    LEDGER_APPENDS: Counter = "concord_ledger_appends_total" ["tenant", "result"];
    /// Commands that were committed together.
    LEDGER_BATCH: Histogram in TOGETHER = "concord_ledger_batch_commands" ["tenant"];
    /// From the beginning of a transaction of the ledger to its commit on the disk.
    LEDGER_COMMIT_SECONDS: Histogram in WRITES = "concord_ledger_commit_seconds" ["tenant"];
    /// Transactions of the ledger that were not committed: the disk is full, or the store away.
    LEDGER_COMMIT_FAILURES: Counter = "concord_ledger_commit_failures_total" ["tenant"];
    /// Moving SQLite's write-ahead log into the ledger's file, by the mode of the checkpoint.
    CHECKPOINT_SECONDS: Histogram in WRITES = "concord_ledger_checkpoint_seconds" ["tenant", "mode"];
    /// Checkpoints of SQLite's write-ahead log that failed; nothing is lost, but the log grows.
    CHECKPOINT_FAILURES: Counter = "concord_ledger_checkpoint_failures_total" ["tenant"];
    /// Size of a tenant's files: ledger, ledger_wal, views, views_wal.
    STORE_BYTES: Gauge = "concord_store_bytes" ["tenant", "file"];
    /// Room that is left on the disk of the data folder.
    DISK_FREE_BYTES: Gauge = "concord_disk_free_bytes" [];
    /// Size of the disk of the data folder.
    DISK_BYTES: Gauge = "concord_disk_bytes" [];

    /// How far a view is: the last position in its rows.
    VIEW_POSITION: Gauge = "concord_view_position" ["tenant", "view"];
    /// Events of the ledger that are not in a view's rows.
    VIEW_LAG_EVENTS: Gauge = "concord_view_lag_events" ["tenant", "view"];
    /// At most how old the oldest of these events is; 0 when there are none.
    VIEW_LAG_SECONDS: Gauge = "concord_view_lag_seconds" ["tenant", "view"];
    /// 1 for the state that a view is in, 0 for the others: live, building, retrying, stalled, paused, stopped.
    VIEW_STATE: Gauge = "concord_view_state" ["tenant", "view", "state"];
    /// How far a build beside the live view is; 0 when there is none.
    VIEW_REBUILD_POSITION: Gauge = "concord_view_rebuild_position" ["tenant", "view"];
    /// How long that build takes at its present rate; 0 when there is none, or no rate yet.
    VIEW_REBUILD_SECONDS: Gauge = "concord_view_rebuild_remaining_seconds" ["tenant", "view"];
    /// Events whose rows were written together.
    VIEW_BATCH: Histogram in TOGETHER = "concord_view_batch_events" ["tenant"];
    /// Writing the rows and checkpoints of such a batch.
    VIEW_WRITE_SECONDS: Histogram in WRITES = "concord_view_write_seconds" ["tenant"];

    /// Timers whose time has come, as the last look found them.
    TIMERS_DUE: Gauge = "concord_timers_due" ["tenant"];
    /// Timers that rang, by kind: what they asked for was recorded.
    TIMERS_RUNG: Counter = "concord_timers_rung_total" ["tenant", "kind"];
    /// How long after its time a timer rang.
    TIMER_DELAY_SECONDS: Histogram in DELAYS = "concord_timer_delay_seconds" ["tenant"];
    /// Looks at the timers that did not come to their end; the next one tries again.
    TIMER_FAILURES: Counter = "concord_timer_failures_total" ["tenant"];

    /// Messages to pharmacies that are not answered yet.
    PHARMACY_WAITING: Gauge = "concord_pharmacy_waiting" ["tenant"];
    /// Messages to pharmacies, by what became of them: sent, unknown_pharmacy, no_answer.
    PHARMACY_MESSAGES: Counter = "concord_pharmacy_messages_total" ["tenant", "result"];
    /// Turns of the pharmacy relay that did not come to their end; the next one goes on.
    PHARMACY_FAILURES: Counter = "concord_pharmacy_failures_total" ["tenant"];

    /// Events that were recorded and that JetStream has not acknowledged, where this process relays.
    RELAY_LAG_EVENTS: Gauge = "concord_relay_lag_events" ["tenant"];
    /// How long ago the first of these events was recorded; 0 when there are none.
    RELAY_LAG_SECONDS: Gauge = "concord_relay_lag_seconds" ["tenant"];

    /// 1 while this process does what only one process may do, 0 while it stands by: projector, timers, pharmacy.
    LEASE_HELD: Gauge = "concord_lease_held" ["tenant", "duty"];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_stands_once_and_says_what_it_counts() {
        let names: BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), ALL.len());
        for About { name, kind, help, .. } in ALL {
            assert!(name.starts_with("concord_"), "{name}");
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert!(help.ends_with('.') && !help.starts_with(' '), "{name}: {help:?}");
        }
    }

    #[test]
    fn labels_name_no_person_and_nothing_that_one_takes() {
        let known = [
            "because", "command", "duty", "file", "kind", "mode", "outcome", "result", "role", "rpc",
            "state", "tenant", "version", "view",
        ];
        for About { name, labels, .. } in ALL {
            assert!(labels.iter().all(|label| known.contains(label)), "{name}: {labels:?}");
        }
    }

    #[test]
    fn bounds_rise() {
        for About { name, kind, .. } in ALL {
            if let Kind::Histogram(bounds) = kind {
                assert!(bounds.windows(2).all(|pair| pair[0] < pair[1]), "{name}");
            }
        }
    }
}
