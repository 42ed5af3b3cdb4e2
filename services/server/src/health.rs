//! Says how the service is, over `grpc.health.v1.Health`: each view, each ledger, and everything together.
//!
//! A view whose runner has stopped or broken off is down for good, and so is the whole, until somebody starts the service
//! again. The process goes on meanwhile: commands are taken without views.
//!
//! A part is named `view/<tenant>/<view>`, `ledger/<tenant>`, `checkpoints/<tenant>`, `relay/<tenant>` or
//! `partners/<tenant>`; the empty name is everything together, without the last three: care goes on while somebody finds out
//! why nothing is signed, and what cannot be delivered now is no reason to take no more commands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use concord_audit::Condition as Signing;
use concord_kernel::{OrganisationId, TenantId};
use concord_ledger::Ledger;
use concord_projection::{Halt, Projections, State, Status};
use concord_relay as relay;
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{StreamExt, StreamMap};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

#[cfg(test)]
mod tests;

/// How often it is looked whether the ledgers have their writers and the relays keep pace.
const LOOK: Duration = Duration::from_secs(1);

/// How long ago the first event that is not published may have been recorded, while the relay does its work.
const LATE: Duration = Duration::from_secs(30);

/// How the names of relays begin.
const RELAYS: &str = "relay/";

/// Name of everything together, as the protocol has it.
const ALL: &str = "";

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// It does its work.
    Up,
    /// It does not answer yet, as it should be: nobody has to come.
    Building,
    /// It does not do its work.
    Down,
}

/// What is looked after.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) tenant: TenantId,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) views: Option<Projections>,
    /// How its checkpoints are, where this process signs them.
    pub(crate) signer: Option<watch::Receiver<Signing>>,
    pub(crate) relay: Option<relay::Watch>,
    /// Partners that are sent nothing for now, where this process may fill their streams.
    pub(crate) partners: Option<watch::Receiver<BTreeSet<OrganisationId>>>,
    /// Who looked: without its writer nothing is shown.
    pub(crate) access: Option<Arc<dyn Ledger>>,
}

impl Parts {
    /// Every ledger of the tenant, by the name under which it is told of.
    pub(crate) fn ledgers(&self) -> impl Iterator<Item = (String, &Arc<dyn Ledger>)> {
        let access = self.access.iter().map(|access| (format!("looks/{}", self.tenant), access));
        std::iter::once((format!("ledger/{}", self.tenant), &self.ledger)).chain(access)
    }
}

/// Looks after the parts of every tenant, and reports.
pub(crate) struct Health {
    reporter: HealthReporter,
    parts: Vec<Parts>,
    known: BTreeMap<String, Condition>,
}

impl Health {
    /// Reports how everything is now, so that nobody hears of a service that was never well.
    pub(crate) async fn new(reporter: HealthReporter, parts: Vec<Parts>) -> Self {
        let mut health = Self { reporter, parts, known: BTreeMap::new() };
        health.look_at_ledgers().await;
        health.look_at_signers().await;
        health.look_at_partners().await;
        health.look_at_relays().await;
        let views = health.parts.iter().flat_map(|part| {
            let statuses = part.views.iter().flat_map(Projections::statuses);
            statuses.map(|status| (view_name(&part.tenant, &status), status))
        });
        for (name, status) in views.collect::<Vec<_>>() {
            health.heard(name, &status).await;
        }
        health
    }

    /// Follows every part, for as long as it is polled.
    pub(crate) async fn follow(mut self) {
        let mut views = StreamMap::new();
        for part in &self.parts {
            for status in part.views.iter().flat_map(Projections::statuses) {
                let followed = part.views.as_ref().and_then(|views| views.watch(status.view.name));
                if let Some(followed) = followed {
                    views.insert(view_name(&part.tenant, &status), WatchStream::new(followed));
                }
            }
        }
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                Some((name, status)) = views.next() => self.heard(name, &status).await,
                _ = look.tick() => {
                    self.look_at_ledgers().await;
                    self.look_at_signers().await;
                    self.look_at_partners().await;
                    self.look_at_relays().await;
                }
            }
        }
    }

    async fn look_at_ledgers(&mut self) {
        let ledgers = self.parts.iter().flat_map(Parts::ledgers);
        let writing = ledgers.map(|(name, ledger)| (name, ledger.has_writer()));
        for (name, writes) in writing.collect::<Vec<_>>() {
            let condition = if writes { Condition::Up } else { Condition::Down };
            if self.learn(&name, condition).await && !writes {
                tracing::error!(
                    part = name,
                    "the writer is gone; nothing is taken or shown until the service starts again"
                );
            }
        }
    }

    async fn look_at_signers(&mut self) {
        let signing = |part: &Parts| {
            let signs = *part.signer.as_ref()?.borrow() == Signing::Signing;
            Some((format!("checkpoints/{}", part.tenant), signs))
        };
        for (name, signs) in self.parts.iter().filter_map(signing).collect::<Vec<_>>() {
            self.reporter.set_service_status(name, serving(signs)).await;
        }
    }

    /// What fails for whom stands in the log.
    async fn look_at_partners(&mut self) {
        let served = |part: &Parts| {
            let well = part.partners.as_ref()?.borrow().is_empty();
            Some((format!("partners/{}", part.tenant), well))
        };
        for (name, well) in self.parts.iter().filter_map(served).collect::<Vec<_>>() {
            self.reporter.set_service_status(name, serving(well)).await;
        }
    }

    async fn look_at_relays(&mut self) {
        let relays = self.parts.iter().filter_map(|part| Some((part.tenant.clone(), part.relay.clone()?)));
        for (tenant, relay) in relays.collect::<Vec<_>>() {
            // A ledger that cannot be read is told of by itself.
            let Ok(lag) = relay.lag().await else { continue };
            let condition = relaying(relay.progress().state, lag);
            if self.learn(&format!("{RELAYS}{tenant}"), condition).await {
                let (events, seconds) = (lag.events, lag.age.as_secs());
                match condition {
                    Condition::Up => tracing::info!(%tenant, events, "the log is published"),
                    Condition::Building => tracing::info!(%tenant, events, "the log will be published"),
                    Condition::Down => {
                        tracing::error!(%tenant, events, seconds, "the log is not published, or late");
                    }
                }
            }
        }
    }

    async fn heard(&mut self, name: String, status: &Status) {
        if self.learn(&name, condition(&status.state)).await {
            log(&name, status);
        }
    }

    /// Whether it is news; reported when it is.
    async fn learn(&mut self, name: &str, condition: Condition) -> bool {
        if self.known.insert(name.to_owned(), condition) == Some(condition) {
            return false;
        }
        self.reporter.set_service_status(name, serving(condition == Condition::Up)).await;
        let counts = |name: &str| !name.starts_with(RELAYS);
        let mut parts = self.known.iter().filter(|(name, _)| counts(name));
        let well = parts.all(|(_, condition)| *condition != Condition::Down);
        self.reporter.set_service_status(ALL, serving(well)).await;
        true
    }
}

fn view_name(tenant: &TenantId, status: &Status) -> String {
    format!("view/{tenant}/{}", status.view.name)
}

const fn serving(well: bool) -> ServingStatus {
    if well { ServingStatus::Serving } else { ServingStatus::NotServing }
}

const fn condition(state: &State) -> Condition {
    match state {
        State::Live => Condition::Up,
        State::Building => Condition::Building,
        State::Retrying | State::Stalled | State::Paused(_) | State::Stopped(_) => Condition::Down,
    }
}

fn relaying(state: relay::State, lag: relay::Lag) -> Condition {
    match state {
        relay::State::Starting => Condition::Building,
        relay::State::Relaying | relay::State::StandingBy if lag.age <= LATE => Condition::Up,
        relay::State::Relaying
        | relay::State::StandingBy
        | relay::State::Retrying
        | relay::State::Refused => Condition::Down,
    }
}

/// Says what became of a view: its name and places, and nothing that is stored there.
fn log(view: &str, status: &Status) {
    let position = status.token.position;
    match &status.state {
        State::Live => tracing::info!(view, position, "the view is live"),
        State::Building => tracing::info!(view, position, "the view is being built"),
        State::Retrying => tracing::error!(view, position, "the view cannot go on now; it is tried again"),
        State::Stalled => {
            tracing::error!(view, position, "the view is kept by another process and does not get on");
        }
        State::Paused(fault) => tracing::error!(
            view,
            position,
            before = fault.position,
            reason = %fault.reason,
            "the view has paused before an event and waits for an operator"
        ),
        State::Stopped(Halt::Shutdown) => tracing::info!(view, position, "the view has stopped"),
        State::Stopped(halt) => {
            tracing::error!(view, position, reason = %halt, "the view has stopped and does not go on");
        }
    }
}
