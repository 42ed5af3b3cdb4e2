//! The states that decisions rest on: remembered, read where they are not, and kept up with what others write.

use std::sync::{Arc, Weak};

use concord_domain::DomainEvent;
use concord_kernel::StreamRef;
use concord_ledger::{Entry, Others};
use futures::StreamExt;

use crate::ExecuteError;
use crate::cache::Folded;
use crate::executor::Inner;
use crate::load::{self, load, load_on};

impl Inner {
    /// The state of a stream whose gate is held.
    pub(crate) async fn own(&self, stream: StreamRef) -> Result<Arc<Folded>, ExecuteError> {
        if let Some(folded) = self.cache.get(stream) {
            return Ok(folded);
        }
        let folded = self.load(stream).await?;
        self.cache.insert(stream, Arc::clone(&folded));
        Ok(folded)
    }

    /// The state of a stream whose gate is not held. It is remembered only when nobody is writing it: a state
    /// read beside a write may be remembered after the newer one and hide it.
    pub(crate) async fn others(&self, stream: StreamRef) -> Result<Arc<Folded>, ExecuteError> {
        if let Some(folded) = self.cache.get(stream) {
            return Ok(folded);
        }
        match self.gates.try_enter(stream) {
            Some(_gate) => self.own(stream).await,
            None => self.load(stream).await,
        }
    }

    async fn load(&self, stream: StreamRef) -> Result<Arc<Folded>, ExecuteError> {
        self.meter.loads.increment(1);
        Ok(Arc::new(load(&*self.ledger, stream).await?))
    }

    /// Others have written since these states were folded. Conditions are looked at in their order, so what comes before the
    /// stream that has `moved` still stands; what comes after it may have moved as well. The gate of `own` is held.
    pub(crate) async fn catch_up(
        &self,
        own: StreamRef,
        folded: Arc<Folded>,
        read: Vec<(StreamRef, Arc<Folded>)>,
        moved: StreamRef,
    ) -> Result<(), ExecuteError> {
        if own == moved {
            self.meter.loads.increment(1);
            let newer = load_on(&*self.ledger, own, Arc::unwrap_or_clone(folded)).await?;
            self.cache.insert(own, Arc::new(newer));
        } else {
            self.cache.insert(own, folded);
        }
        let stands = read.iter().take_while(|(stream, _)| own != moved && *stream != moved).count();
        for (stream, folded) in read.into_iter().skip(stands) {
            self.cache.forget(stream);
            self.meter.loads.increment(1);
            let newer = load_on(&*self.ledger, stream, Arc::unwrap_or_clone(folded)).await?;
            if let Some(_gate) = self.gates.try_enter(stream) {
                self.cache.insert(stream, Arc::new(newer));
            }
        }
        Ok(())
    }

    /// Takes in what another process has written, where the state before it is remembered. Whoever is writing the stream
    /// finds out by itself.
    fn take_in(&self, entry: &Entry) {
        let Some(_gate) = self.gates.try_enter(entry.stream) else { return };
        let Some(folded) = self.cache.take(entry.stream) else { return };
        if folded.version >= entry.version {
            self.cache.insert(entry.stream, folded);
            return;
        }
        let mut folded = Arc::unwrap_or_clone(folded);
        // What does not follow, or cannot be read, is forgotten; whoever needs it reads all of it.
        if load::take_in(&mut folded, entry).is_ok() {
            self.cache.insert(entry.stream, Arc::new(folded));
        }
    }

    pub(crate) fn keep(
        &self,
        stream: StreamRef,
        folded: Arc<Folded>,
        events: Vec<DomainEvent>,
        version: u64,
    ) {
        let mut folded = Arc::unwrap_or_clone(folded);
        for event in events {
            folded.state.apply(event);
        }
        folded.version = version;
        self.cache.insert(stream, Arc::new(folded));
    }
}

/// Follows what other processes write, until nobody executes commands or the ledger has no writer any more.
pub(crate) async fn follow(executor: Weak<Inner>, mut others: Others) {
    while let Some(entries) = others.next().await {
        let Some(inner) = executor.upgrade() else { return };
        for entry in &entries {
            inner.take_in(entry);
        }
    }
}
