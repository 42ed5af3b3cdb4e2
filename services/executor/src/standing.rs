//! How the one who asks stands to the patient, as the ledger says.
//!
//! What is remembered of a care team may be behind another process. So whatever is permitted on the strength of it rests
//! on it: an append names it as a condition, and a question asks the ledger whether it has moved.

use std::collections::BTreeSet;
use std::sync::Arc;

use concord_domain::coordination::SharedPart;
use concord_domain::{Relationship, Target};
use concord_kernel::{Actor, GlassId, Instant, PatientId, PersonId, StreamRef};

use crate::cache::Folded;
use crate::executor::Inner;
use crate::{ExecuteError, Request};

/// A stream that was looked at, and how far it had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    stream: StreamRef,
    version: u64,
    /// Whether it was remembered, and not just read.
    remembered: bool,
}

/// How somebody stands to a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What they are to the patient.
    pub relationship: Relationship,
    /// The broken glass through which they reach the record, where it is that.
    pub glass: Option<GlassId>,
    /// The care team, then the record of emergency access, as far as they were looked at.
    rests_on: [Option<Seen>; 2],
}

impl Standing {
    /// What it rests on.
    pub(crate) fn rests_on(&self) -> impl Iterator<Item = (StreamRef, u64)> {
        self.rests_on.into_iter().flatten().map(|seen| (seen.stream, seen.version))
    }

    /// What of it was remembered: the rest was read for it, so that each is read once either way. How long somebody waits
    /// who may not know of a patient then says nothing of whether there is one.
    pub(crate) fn remembered(&self) -> impl Iterator<Item = (StreamRef, u64)> {
        let remembered = self.rests_on.into_iter().flatten().filter(|seen| seen.remembered);
        remembered.map(|seen| (seen.stream, seen.version))
    }
}

impl Inner {
    /// How `actor` stands to `patient` at `now`; `held` is the stream whose gate is held, if any.
    pub(crate) async fn standing(
        &self,
        actor: &Actor,
        patient: PatientId,
        held: Option<StreamRef>,
        now: Instant,
    ) -> Result<Standing, ExecuteError> {
        if !Relationship::rests_on_team(actor.role) {
            let relationship = Relationship::of(actor, patient, [], false);
            return Ok(Standing { relationship, glass: None, rests_on: [None, None] });
        }
        let stream = StreamRef::care_team(patient);
        let (team, on_team) = self.beside(stream, held).await?;
        let members =
            || team.state.as_care_team().into_iter().flat_map(concord_domain::care_team::CareTeam::members);
        let relationship = Relationship::of(actor, patient, members(), false);
        if relationship != Relationship::Colleague {
            return Ok(Standing { relationship, glass: None, rests_on: [Some(on_team), None] });
        }
        let stream = StreamRef::access(patient);
        let (access, on_access) = self.beside(stream, held).await?;
        let glass = access.state.as_access().and_then(|access| access.reach(actor.id, actor.role, now));
        let relationship = Relationship::of(actor, patient, members(), glass.is_some());
        Ok(Standing { relationship, glass, rests_on: [Some(on_team), Some(on_access)] })
    }

    /// The same, and nothing that it rests on has moved since.
    pub(crate) async fn standing_now(
        &self,
        actor: &Actor,
        patient: PatientId,
        attempts: u32,
    ) -> Result<Standing, ExecuteError> {
        for _ in 0..attempts {
            let standing = self.standing(actor, patient, None, self.clock.now()).await?;
            if !self.moved(standing.remembered()).await? {
                return Ok(standing);
            }
        }
        Err(ExecuteError::Contended)
    }

    /// What of the record of `patient` somebody outside the program may have now; see [`crate::Executor::shared`].
    pub(crate) async fn shared_now(
        &self,
        person: PersonId,
        patient: PatientId,
        attempts: u32,
    ) -> Result<BTreeSet<SharedPart>, ExecuteError> {
        let stream = StreamRef::coordination(patient);
        for _ in 0..attempts {
            let (coordination, seen) = self.beside(stream, None).await?;
            let remembered = seen.remembered.then_some((stream, seen.version));
            if self.moved(remembered.into_iter()).await? {
                continue;
            }
            let today = self.clock.now().day();
            let shared = coordination.state.as_coordination().map(|state| state.shared_with(person, today));
            return Ok(shared.unwrap_or_default());
        }
        Err(ExecuteError::Contended)
    }

    async fn beside(
        &self,
        stream: StreamRef,
        held: Option<StreamRef>,
    ) -> Result<(Arc<Folded>, Seen), ExecuteError> {
        let (folded, remembered) = match self.cache.get(stream) {
            Some(folded) => (folded, true),
            None if held == Some(stream) => (self.own(stream).await?, false),
            None => (self.others(stream).await?, false),
        };
        let version = folded.version;
        Ok((folded, Seen { stream, version, remembered }))
    }

    /// How whoever issues `request` stands to the patient, where that decides whether it is permitted.
    pub(crate) async fn admits(
        &self,
        request: &Request,
        target: &Target,
        now: Instant,
    ) -> Result<Option<Standing>, ExecuteError> {
        if request.permitted.has_all_of(request.actor.role) {
            return Ok(None);
        }
        self.standing(&request.actor, request.patient, Some(target.stream), now).await.map(Some)
    }

    /// Whether any of the streams goes on after where it was read; those that do are forgotten.
    pub(crate) async fn moved(
        &self,
        rests_on: impl Iterator<Item = (StreamRef, u64)>,
    ) -> Result<bool, ExecuteError> {
        let mut moved = false;
        for (stream, version) in rests_on {
            if !self.ledger.read_stream(stream, version, 1).await?.is_empty() {
                self.cache.forget(stream);
                moved = true;
            }
        }
        Ok(moved)
    }
}
