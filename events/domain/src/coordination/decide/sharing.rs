//! What of the record may be passed on, to whom, and on what basis.

use std::collections::BTreeSet;

use concord_kernel::{Day, PersonId, Purpose, Role};

use super::super::{Coordination, Error, Event, SharedPart, SharingBasis};
use super::{is_outside, on_the_team, treats};
use crate::{Context, EpisodeRef};

/// What the patient signed. It names one person, what may be passed on to them, and a day on which it ends. Source: 42
/// CFR 2.31(a).
pub(super) fn consented(
    recipient: PersonId,
    parts: &[SharedPart],
    (signed_on, expires_on): (Day, Day),
    context: &Context,
) -> Result<Event, Error> {
    if !is_outside(on_the_team(recipient, context)?) {
        return Err(Error::ConsentNotNeeded);
    }
    distinct(parts)?;
    let today = context.now.day();
    // The patient may live where the day has begun already.
    if signed_on > context.now.plus_days(1).day() {
        return Err(Error::SignedInFuture);
    }
    if expires_on < today || expires_on < signed_on {
        return Err(Error::ConsentEnded);
    }
    Ok(Event::SharingConsentRecorded { recipient, parts: parts.to_vec(), signed_on, expires_on })
}

impl Coordination {
    pub(super) fn revoke(&self, recipient: PersonId) -> Result<Event, Error> {
        if self.consents.contains_key(&recipient) {
            Ok(Event::SharingConsentRevoked { recipient })
        } else {
            Err(Error::NoConsent)
        }
    }

    /// What is passed on is what patient and prescriber agreed to: a draft is nobody's plan yet.
    pub(super) fn share(
        &self,
        episode: &EpisodeRef,
        recipient: PersonId,
        parts: &[SharedPart],
        context: &Context,
    ) -> Result<Event, Error> {
        let role = on_the_team(recipient, context)?;
        distinct(parts)?;
        let plan = context.facts.plan.as_ref().ok_or(Error::FactsMissing)?;
        let version = plan.agreed_version.ok_or(Error::PlanNotAgreed)?;
        let basis = self.basis(recipient, role, parts, context)?;
        let parts = parts.to_vec();
        Ok(Event::PlanShared { episode: episode.clone(), version, recipient, role, parts, basis })
    }

    /// What allows that `recipient` is told of `parts`. Within the program those who treat the patient may know what
    /// they need; outside, the patient's consent decides, and only an emergency stands above it.
    pub(super) fn basis(
        &self,
        recipient: PersonId,
        role: Role,
        parts: &[SharedPart],
        context: &Context,
    ) -> Result<SharingBasis, Error> {
        if !treats(role) {
            return Err(Error::RecipientNotTreating { role });
        }
        if !is_outside(role) {
            return Ok(SharingBasis::Program);
        }
        if context.purpose == Purpose::Emergency {
            return Ok(SharingBasis::Emergency);
        }
        let consent = self.consents.get(&recipient).ok_or(Error::ConsentToShareRequired)?;
        if consent.expires_on < context.now.day() {
            return Err(Error::ConsentToShareExpired);
        }
        if parts.iter().all(|part| consent.parts.contains(part)) {
            Ok(SharingBasis::Consent)
        } else {
            Err(Error::ConsentDoesNotCover)
        }
    }
}

fn distinct(parts: &[SharedPart]) -> Result<(), Error> {
    if parts.is_empty() {
        return Err(Error::NoPart);
    }
    if parts.iter().collect::<BTreeSet<_>>().len() < parts.len() { Err(Error::PartRepeated) } else { Ok(()) }
}
