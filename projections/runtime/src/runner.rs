//! Keeps all views of one tenant up with its ledger.
//!
//! Builds at the same position share a track: each page is read and decoded once for all of them and written in
//! one transaction. The first track is the one that answers; tracks behind it (a rebuild, a view that was paused)
//! get every other turn while the first has work, and every turn while it has none, until they are level.

use std::sync::Arc;

use concord_kernel::Token;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::end::{End, Order};
use crate::fold::{Changes, FoldError};
use crate::follow::Follower;
use crate::lead::Terms;
use crate::shared::{Registered, Shared};
use crate::sink::{Sink, Written};
use crate::source::{Batch, Source};
use crate::store::Writes;
use crate::track::{Member, Track};
use crate::{Checkpoint, CrashPoint, Fault, Halt, Instance, OrderError, Stage, State};

/// How many turns of a build aside make one of the first track.
const TURN_ASIDE: u64 = 4;

struct InFlight {
    track: usize,
    batch: Landed,
    written: Written,
}

/// What is known of a batch once it is written.
struct Landed {
    through: u64,
    head: u64,
    complete_as_of: concord_kernel::Instant,
}

/// One run from what is stored until something ends it.
pub(crate) struct Session<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) source: &'a Source,
    pub(crate) sink: &'a Sink,
    pub(crate) epoch: uuid::Uuid,
    /// The first is the furthest on.
    pub(crate) tracks: Vec<Track>,
    /// Builds that wait for an operator, with their positions.
    pub(crate) paused: Vec<(Member, u64)>,
    pub(crate) aside_next: bool,
    /// When the first track may write again though nobody waits for it.
    rested_at: Instant,
    /// When it is looked next whether somebody has begun a build.
    look_at: Instant,
    in_flight: Option<InFlight>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(shared: &'a Shared, source: &'a Source, sink: &'a Sink, epoch: uuid::Uuid) -> Self {
        Self {
            shared,
            source,
            sink,
            epoch,
            tracks: Vec::new(),
            paused: Vec::new(),
            aside_next: false,
            rested_at: Instant::now(),
            look_at: Instant::now(),
            in_flight: None,
        }
    }

    /// Runs until something ends it; nothing is in flight then.
    pub(crate) async fn run(
        mut self,
        terms: &mut Terms,
        orders: &mut mpsc::Receiver<Order>,
        stop: &mut watch::Receiver<bool>,
    ) -> End {
        let end = self.turns(terms, orders, stop).await;
        if let Some(InFlight { written, .. }) = self.in_flight.take() {
            // Written or not, the checkpoint knows; but the next session must not read it before that.
            let _ = written.await;
        }
        end
    }

    async fn turns(
        &mut self,
        terms: &mut Terms,
        orders: &mut mpsc::Receiver<Order>,
        stop: &mut watch::Receiver<bool>,
    ) -> End {
        let term = terms.now();
        let mut heads = self.shared.ledger.watch();
        let mut wanted = self.shared.wanted.subscribe();
        loop {
            if *stop.borrow() {
                return self.land().await.err().unwrap_or(End::Halt(Halt::Shutdown));
            }
            if terms.now() != term {
                return End::Turn;
            }
            if terms.shared()
                && let Err(end) = self.look_around()
            {
                return end;
            }
            let head = *heads.borrow_and_update();
            if head.epoch != self.epoch {
                tracing::error!(was = %self.epoch, now = %head.epoch, "ledger has a new epoch; views begin anew");
                return End::Again;
            }
            let rests = self.rests(head.position, *wanted.borrow_and_update());
            let outcome = match self.choose(head.position, rests) {
                Some(track) => self.step(track).await,
                None if rests => self.rest(&mut wanted, terms, orders, stop).await,
                None => self.idle(&mut heads, terms, orders, stop).await,
            };
            if let Err(end) = outcome {
                return end;
            }
            if let Ok(order) = orders.try_recv() {
                self.take(order);
            }
        }
    }

    /// Whether the first track has work that is better done with more of it: it wrote a moment ago, nobody waits for
    /// what it has not written, and there is not yet enough for a write.
    fn rests(&self, head: u64, wanted: u64) -> bool {
        let Some(first) = self.tracks.first() else { return false };
        let behind = head.saturating_sub(first.position);
        (1..self.shared.options.write_events).contains(&behind)
            && wanted <= first.position
            && Instant::now() < self.rested_at
    }

    /// The track whose turn it is, if any has work.
    fn choose(&mut self, head: u64, rests: bool) -> Option<usize> {
        let first = self.tracks.first().map_or(0, |track| track.position);
        let live = !rests && !self.tracks.is_empty() && first < head;
        // One that is level with the first waits to join it: it must never pass by.
        let behind = (1..self.tracks.len()).find(|index| self.tracks[*index].position < first.min(head));
        match (live, behind) {
            (true, Some(index)) => {
                self.aside_next = !self.aside_next;
                Some(if self.aside_next { index } else { 0 })
            }
            (true, None) => Some(0),
            (false, behind) => behind,
        }
    }

    /// Waits until somebody wants what is not written yet, or the first track has rested.
    async fn rest(
        &mut self,
        wanted: &mut watch::Receiver<u64>,
        terms: &mut Terms,
        orders: &mut mpsc::Receiver<Order>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), End> {
        let rested_at = self.rested_at;
        let rested = async {
            // Who waits is told through `Shared`, which this session borrows: the sender outlives it.
            let _ = tokio::time::timeout_at(rested_at, wanted.changed()).await;
        };
        self.pause(rested, terms, orders, stop).await
    }

    /// Waits until the ledger goes on.
    async fn idle(
        &mut self,
        heads: &mut watch::Receiver<Token>,
        terms: &mut Terms,
        orders: &mut mpsc::Receiver<Order>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), End> {
        let poll = self.shared.options.poll;
        let moved = async {
            if heads.changed().await.is_err() {
                // The ledger is closing; without this the loop would spin.
                tokio::time::sleep(poll).await;
            }
        };
        self.pause(moved, terms, orders, stop).await
    }

    /// With nothing in flight: waits for `work`, an order or the end, and no longer than a poll.
    async fn pause(
        &mut self,
        work: impl Future<Output = ()>,
        terms: &mut Terms,
        orders: &mut mpsc::Receiver<Order>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), End> {
        self.land().await?;
        self.settle_stages()?;
        self.tracks.iter().flat_map(|track| &track.members).for_each(|member| self.shared.goes_on(member));
        tokio::select! {
            () = work => {}
            () = terms.changed() => {}
            order = orders.recv() => match order {
                Some(order) => self.take(order),
                None => return Err(End::Halt(Halt::Shutdown)),
            },
            changed = stop.changed() => {
                if changed.is_err() {
                    return Err(End::Halt(Halt::Shutdown));
                }
            }
            () = tokio::time::sleep(self.shared.options.poll) => {}
        }
        Ok(())
    }

    /// Takes up builds that another process has begun, now and then.
    fn look_around(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if now < self.look_at {
            return Ok(());
        }
        self.look_at = now + self.shared.options.poll;
        for (view, checkpoint) in self.shared.begun(self.epoch)? {
            if !self.knows(checkpoint.instance) {
                self.add(view, checkpoint);
            }
        }
        Ok(())
    }

    fn knows(&self, instance: Instance) -> bool {
        let running = self.tracks.iter().flat_map(|track| &track.members);
        let paused = self.paused.iter().map(|(member, _)| member);
        running.chain(paused).any(|member| member.instance == instance)
    }

    /// Adds a build aside.
    fn add(&mut self, view: usize, checkpoint: Checkpoint) {
        let position = checkpoint.token.position;
        let track = Track::new(position, vec![self.shared.member(view, checkpoint)]);
        self.shared.built(&track.members[0], checkpoint.token, track.progress(position));
        self.tracks.push(track);
    }

    /// Reads and folds for one track until it is level or enough waits to be written, and hands that over.
    async fn step(&mut self, index: usize) -> Result<(), End> {
        let options = self.shared.options;
        let from = Token { epoch: self.epoch, position: self.tracks[index].position };
        // A build aside catches up with the first track exactly, so that the two can join.
        let end = if index == 0 { u64::MAX } else { self.tracks[0].position.max(from.position + 1) };
        let (batch, poisoned) = loop {
            let track = &mut self.tracks[index];
            let read = track.folded;
            let batch = track.next(self.source, read, end, options.batch).await?;
            let poisoned = track.fold(&batch.told, read)?;
            if let Some((_, position, _)) = poisoned.first()
                && read > from.position
            {
                // Pages that came before are folded and not written: they are read again, each by itself.
                let until = *position;
                self.land().await?;
                self.tracks[index].go_back(until);
                return Ok(());
            }
            track.folded = batch.through;
            // Builds aside take shorter turns, so that the first track does not wait long.
            let turn = if index == 0 { options.write_events } else { options.write_events / TURN_ASIDE };
            let enough = batch.through - from.position >= turn
                || track.waiting() >= options.write_bytes
                || batch.through <= track.careful_until;
            if enough || batch.through >= batch.head.min(end) || !poisoned.is_empty() {
                break (batch, poisoned);
            }
        };
        self.land().await?;
        let progress = self.tracks[index].progress(batch.head);
        for (at, position, reason) in poisoned.into_iter().rev() {
            let mut member = self.tracks[index].members.remove(at);
            self.keep_before(&mut member, &batch, from, position)?;
            self.shared.paused(&member, Fault { position, reason }, progress);
            self.paused.push((member, position - 1));
        }
        let track = &mut self.tracks[index];
        let span = track.traced(&self.shared.name, batch.through);
        track.position = batch.through;
        let taken = |member: &mut Member| writes_of(member.instance, from, batch.through, member.fold.take());
        let writes = track.members.iter_mut().map(taken).collect();
        let landed =
            Landed { through: batch.through, head: batch.head, complete_as_of: batch.complete_as_of };
        self.shared.reached(CrashPoint::Folded);
        let written = self.sink.write(writes, span);
        if index == 0 {
            self.rested_at = Instant::now() + options.pace;
        }
        self.in_flight = Some(InFlight { track: index, batch: landed, written });
        if self.stages_may_change() {
            self.land().await?;
            self.settle_stages()?;
        }
        Ok(())
    }

    /// Writes what a poisoned build could fold: everything before the fact.
    fn keep_before(
        &mut self,
        member: &mut Member,
        batch: &Batch,
        from: Token,
        position: u64,
    ) -> Result<(), End> {
        let before = usize::try_from(position - from.position - 1).unwrap_or(0);
        if before == 0 {
            return Ok(());
        }
        match member.fold.fold(&batch.told[..before], from.position) {
            Ok(()) => {
                let writes = writes_of(member.instance, from, position - 1, member.fold.take());
                self.shared.store.commit(&[writes])?;
                member.fold.settle();
                self.shared.moved(member, Token { position: position - 1, ..from }, None);
                Ok(())
            }
            Err(FoldError::Store(error)) => Err(error.into()),
            Err(FoldError::Poison { .. }) => {
                tracing::error!(view = %member.instance.view, "a fold is not deterministic");
                Err(End::Halt(Halt::StoreCorrupt))
            }
        }
    }

    /// Waits until what was handed over is written, and tells everybody.
    async fn land(&mut self) -> Result<(), End> {
        let Some(InFlight { track, batch, written }) = self.in_flight.take() else { return Ok(()) };
        let Ok(outcome) = written.await else {
            tracing::error!("the thread that writes for the views broke off; they stop");
            return Err(End::Halt(Halt::Broken));
        };
        outcome?;
        let track = &mut self.tracks[track];
        let aside = track.members.iter().any(|member| member.stage == Stage::Building);
        self.shared.reached(if aside { CrashPoint::CommittedAside } else { CrashPoint::Committed });
        track.level = batch.through >= batch.head;
        let token = Token { epoch: self.epoch, position: batch.through };
        let progress = track.progress(batch.head);
        for member in &mut track.members {
            member.fold.settle();
        }
        for member in &track.members {
            self.shared.goes_on(member);
            match member.stage {
                Stage::Active => self.shared.moved(member, token, Some(batch.complete_as_of)),
                Stage::Building | Stage::Retired => self.shared.built(member, token, progress),
            }
        }
        Ok(())
    }

    /// Whether builds are about to join, to answer or to leave an empty track behind.
    fn stages_may_change(&self) -> bool {
        let first = &self.tracks[0];
        first.members.iter().any(|member| member.stage == Stage::Building)
            || self.tracks.iter().any(|track| track.members.is_empty())
            || self.tracks[1..].iter().any(|track| track.position >= first.position)
    }

    /// With nothing in flight: joins tracks that are level with the first, and lets builds answer that have
    /// everything the ledger had when their last page was read.
    fn settle_stages(&mut self) -> Result<(), End> {
        self.tracks.retain(|track| !track.members.is_empty());
        self.tracks.sort_by_key(|track| std::cmp::Reverse(track.position));
        while self.tracks.len() > 1 && self.tracks[1].position == self.tracks[0].position {
            let mut level = self.tracks.remove(1);
            self.tracks[0].members.append(&mut level.members);
        }
        let Some(first) = self.tracks.first_mut() else { return Ok(()) };
        let head = self.shared.ledger.watch().borrow().position;
        if !first.level && first.position != head {
            return Ok(());
        }
        let at = Token { epoch: self.epoch, position: first.position };
        let mut replaced = Vec::new();
        for risen in 0..first.members.len() {
            if first.members[risen].stage != Stage::Building {
                continue;
            }
            let instance = first.members[risen].instance;
            self.shared.reached(CrashPoint::BeforeFlip);
            self.shared.store.activate(instance, at)?;
            self.shared.reached(CrashPoint::AfterFlip);
            tracing::info!(view = %instance.view, generation = instance.generation, position = at.position, "build answers now");
            first.members[risen].stage = Stage::Active;
            self.paused.retain(|(member, _)| member.instance.view.name != instance.view.name);
            self.shared.answers(&first.members[risen], at);
            replaced.push(instance);
        }
        // Wherever the one is that answered before: what it writes would be refused.
        let stays = |member: &Member| {
            let of_its_view = |risen: &&Instance| risen.view.name == member.instance.view.name;
            replaced.iter().rfind(of_its_view).is_none_or(|risen| *risen == member.instance)
        };
        self.tracks.iter_mut().for_each(|track| track.members.retain(stays));
        self.tracks.retain(|track| !track.members.is_empty());
        Ok(())
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Rebuild { view, reply } => {
                let &Registered { id, layout, .. } = &self.shared.views[view];
                let building =
                    |member: &&Member| member.instance.view == id && member.stage == Stage::Building;
                let known = self.tracks.iter().flat_map(|track| &track.members).find(building);
                let begun = if let Some(instance) = known.map(|member| member.instance) {
                    Ok(instance)
                } else {
                    let begun = self.shared.store.begin(id, layout, Stage::Building, self.epoch);
                    begun.map_err(OrderError::from).map(|checkpoint| {
                        self.add(view, checkpoint);
                        checkpoint.instance
                    })
                };
                // The operator may have gone; the rebuild goes on.
                let _ = reply.send(begun);
            }
            Order::Retry { view, reply } => {
                let name = self.shared.views[view].id.name;
                let (again, still): (Vec<_>, Vec<_>) =
                    self.paused.drain(..).partition(|(member, _)| member.instance.view.name == name);
                self.paused = still;
                for (member, position) in again {
                    self.shared.resumed(&member);
                    self.tracks.push(Track::new(position, vec![member]));
                }
                let _ = reply.send(Ok(()));
            }
        }
    }
}

fn writes_of(instance: Instance, from: Token, to: u64, changes: Changes) -> Writes {
    let Changes { rows, unlisted, listed, erased } = changes;
    Writes { instance, from, to, rows, unlisted, listed, erased }
}

/// Keeps the views, or follows who does, until one or the other ends for good.
pub(crate) async fn run(
    shared: Arc<Shared>,
    mut terms: Terms,
    mut orders: mpsc::Receiver<Order>,
    mut stop: watch::Receiver<bool>,
) -> Halt {
    let runtime = tokio::runtime::Handle::current();
    let source = Source::start(shared.ledger.clone(), shared.clock.clone(), runtime);
    let sink = Sink::start(shared.store.clone(), &shared.ledger.id().tenant);
    let mut wait = shared.options.retry_first;
    loop {
        let term = terms.now();
        let began = std::time::Instant::now();
        let end = match term {
            None => Follower::new(&shared).run(&mut terms, &mut orders, &mut stop).await,
            Some(fence) => match shared.session(&source, &sink, fence, terms.shared()).await {
                Ok(session) => session.run(&mut terms, &mut orders, &mut stop).await,
                Err(end) => end,
            },
        };
        if began.elapsed() > shared.options.retry_most {
            wait = shared.options.retry_first;
        }
        match (end, term) {
            (End::Turn, _) => {}
            (End::Halt(Halt::Fenced), Some(fence)) if terms.refuse(fence) => {
                tracing::warn!(%fence, "this process reads what another one writes from now on");
            }
            (End::Halt(halt), _) => {
                terms.resign();
                shared.everywhere(&State::Stopped(halt));
                return halt;
            }
            (End::Again, _) => {
                shared.everywhere(&State::Retrying);
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    _ = stop.changed() => {}
                }
                wait = (wait * 2).min(shared.options.retry_most);
            }
        }
    }
}
