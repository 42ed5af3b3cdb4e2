//! What runs beside the calls for as long as the service does.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::timeout;

use super::ServeError;

/// A kind of task; the service ends when one of them does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Answers calls.
    Api,
    /// The one task that follows how everything is.
    Health,
    /// Records deadlines that pass, one for each tenant.
    Timers,
    /// Sends prescriptions, one for each tenant.
    Pharmacy,
    /// Destroys records that are to be forgotten, one for each tenant.
    Shreds,
    /// Remembers how far the ledgers were served, one for each tenant.
    Heads,
    /// Signs checkpoints, one for each tenant.
    Signer,
    /// Publishes the log, one for each tenant.
    Relay,
    /// Fills partners' streams, one for each tenant.
    Partners,
    /// Answers metrics and probes.
    Metrics,
    /// Keeps the keys of the issuer of tokens up to date.
    Keys,
    /// Looks whether the certificate of the API was renewed.
    Certificate,
}

impl Task {
    const fn name(self) -> &'static str {
        match self {
            Self::Api => "the API",
            Self::Health => "the watch over the views",
            Self::Timers => "the timekeeper",
            Self::Pharmacy => "the pharmacy relay",
            Self::Shreds => "what destroys records",
            Self::Heads => "what remembers how far the ledgers were served",
            Self::Signer => "the signer of checkpoints",
            Self::Relay => "the relay of the log",
            Self::Partners => "what fills partners' streams",
            Self::Metrics => "the metrics",
            Self::Keys => "what follows the issuer's keys",
            Self::Certificate => "what follows the certificate",
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a task ended: `Ok` by itself, without a cause that it knows.
type Ended = Result<(), ServeError>;

/// The tasks of a running service. Those that still run when it is dropped are cut off.
#[derive(Default)]
pub(crate) struct Tasks {
    running: JoinSet<Ended>,
    known: HashMap<Id, (Task, AbortHandle)>,
}

impl Tasks {
    /// Begins `work`.
    pub(crate) fn spawn(&mut self, task: Task, work: impl Future<Output = Ended> + Send + 'static) {
        let handle = self.running.spawn(work);
        self.known.insert(handle.id(), (task, handle));
    }

    /// Begins `work`, which knows no cause to end.
    pub(crate) fn keep(&mut self, task: Task, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(task, async move {
            work.await;
            Ok(())
        });
    }

    /// Waits until one of them ends, which none should; for ever when there is none.
    pub(crate) async fn ended(&mut self) -> ServeError {
        match self.next().await {
            Some((task, Ok(()))) => ServeError::Ended(task),
            Some((_, Err(cause))) => cause,
            None => std::future::pending().await,
        }
    }

    /// Waits for those of `task`, which end by themselves, for at most `drain`. `None` when that was too short: they go on.
    ///
    /// # Errors
    ///
    /// The first failure of one of them.
    pub(crate) async fn finish(&mut self, task: Task, drain: Duration) -> Option<Ended> {
        timeout(drain, self.gone(task)).await.ok()
    }

    /// Cuts off those of `task`, and waits until they are gone.
    pub(crate) async fn cut_off(&mut self, task: Task) {
        self.abort(task);
        // How they end is nothing to report.
        let _cut_off = self.gone(task).await;
    }

    /// Cuts off those of `task` without waiting.
    pub(crate) fn abort(&self, task: Task) {
        self.known.values().filter(|(kind, _)| *kind == task).for_each(|(_, handle)| handle.abort());
    }

    async fn gone(&mut self, task: Task) -> Ended {
        let mut first = Ok(());
        while self.known.values().any(|(kind, _)| *kind == task) {
            let Some((kind, ended)) = self.next().await else { break };
            if kind == task {
                first = first.and(ended);
            }
        }
        first
    }

    /// The next that ends. Nothing is lost when this is cut off.
    async fn next(&mut self) -> Option<(Task, Ended)> {
        let joined = self.running.join_next_with_id().await?;
        let id = joined.as_ref().map_or_else(tokio::task::JoinError::id, |(id, _)| *id);
        let (task, _) = self.known.remove(&id)?;
        let ended = joined.map_or_else(|cause| Err(ServeError::BrokeOff(task, cause)), |(_, ended)| ended);
        Some((task, ended))
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const SOON: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn the_end_of_one_is_told_with_its_name_and_cause() {
        let mut tasks = Tasks::default();
        tasks.keep(Task::Timers, pending());
        tasks.keep(Task::Signer, async {});
        assert_eq!(tasks.ended().await.to_string(), "the signer of checkpoints ended by itself");
        tasks.spawn(Task::Heads, async { Err(ServeError::EpochChanged) });
        assert!(matches!(tasks.ended().await, ServeError::EpochChanged));
        tasks.abort(Task::Timers);
        assert!(matches!(tasks.ended().await, ServeError::BrokeOff(Task::Timers, _)));
    }

    #[tokio::test]
    async fn one_kind_is_ended_and_the_others_go_on() {
        let mut tasks = Tasks::default();
        tasks.keep(Task::Health, pending());
        let (end, asked) = tokio::sync::oneshot::channel::<()>();
        tasks.spawn(Task::Api, async move {
            let _ = asked.await;
            Err(ServeError::EpochChanged)
        });
        assert!(tasks.finish(Task::Api, Duration::ZERO).await.is_none(), "it still runs");
        tasks.cut_off(Task::Health).await;
        end.send(()).unwrap();
        assert!(matches!(tasks.finish(Task::Api, SOON).await, Some(Err(ServeError::EpochChanged))));
        assert!(matches!(tasks.finish(Task::Api, SOON).await, Some(Ok(()))), "nothing is left to wait for");
    }
}
