//! Overrides by two clinicians, and what was done about interactions.
//!
//! A prescriber overrides with a coded reason; another prescriber or a pharmacist co-signs within 24 hours; the
//! override may then be relied on for seven days, long enough to write the order it was given for; one of a dose for a
//! day only, because it does not name the dose. A later rise of
//! the dose or a resumption asks two clinicians again; a lower dose never does.

use std::time::Duration;

use concord_kernel::{Instant, Role, Text};
use concord_knowledge::{Action, FindingKey};

use super::super::error::Answer;
use super::super::state::Override;
use super::super::{Chart, Error, Event, OverrideReason};
use super::{clinician, prescriber};
use crate::Context;

/// How long an override waits for its second clinician.
pub(in super::super) const COSIGN_WITHIN: Duration = Duration::from_hours(24);

/// How long a co-signed override of too much of a drug may be relied on. It does not say how much it was given for,
/// so it serves the order that two clinicians had before them, on that day.
pub(in super::super) const DOSE_RELIED_ON_FOR: Duration = Duration::from_hours(24);

/// What the names of rules about too much of a drug begin with: the formulary's maxima, and limits of a
/// circumstance.
const DOSE_RULES: [&str; 2] = ["dose.", "limit."];

/// How long any other co-signed override may be relied on.
pub(in super::super) const RELIED_ON_FOR: Duration = Duration::from_hours(7 * 24);

impl Override {
    /// Whether it can do anything yet: be co-signed, or be relied on.
    fn is_live(&self, now: Instant) -> bool {
        self.until() >= now
    }

    fn until(&self) -> Instant {
        match self.cosigned_at {
            Some(at) if DOSE_RULES.iter().any(|rules| self.key.rule.as_str().starts_with(rules)) => {
                at.plus(DOSE_RELIED_ON_FOR)
            }
            Some(at) => at.plus(RELIED_ON_FOR),
            None => self.at.plus(COSIGN_WITHIN),
        }
    }
}

impl Chart {
    /// What is missing before a finding counts as overridden.
    pub(super) fn override_needed(&self, key: &FindingKey, now: Instant) -> Option<Answer> {
        match self.override_of(key).filter(|given| given.is_live(now)) {
            Some(Override { cosigned_at: Some(_), .. }) => None,
            Some(Override { cosigned_at: None, .. }) => Some(Answer::Cosign),
            None => Some(Answer::Override),
        }
    }

    pub(super) fn override_interaction(
        &self,
        finding: &FindingKey,
        reason: OverrideReason,
        note: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        if self.override_of(finding).is_some_and(|given| given.is_live(context.now)) {
            return Err(Error::AlreadyOverridden);
        }
        self.overridable(finding, context)?;
        Ok(vec![Event::InteractionOverridden {
            finding: finding.clone(),
            reason,
            note: note.clone(),
            by: context.actor.id,
            at: context.now,
        }])
    }

    /// A finding can be overridden when it stands on the chart and asks for two clinicians. One that an order would
    /// bring does not stand yet: then its substances must be sorted and known, and but for a rule about a single
    /// substance, one of them must be on the chart. The override lets nothing pass unless the check of the order
    /// gives exactly this finding with this action.
    fn overridable(&self, finding: &FindingKey, context: &Context) -> Result<(), Error> {
        let subject = self.seen(context);
        let standing = context.rules.check(&subject, None, context.now);
        if let Some(stands) = standing.iter().find(|standing| standing.key == *finding) {
            return match stands.action {
                Action::BlockUnlessCosigned => Ok(()),
                action @ (Action::Monitor
                | Action::Adjust
                | Action::Acknowledge
                | Action::Space
                | Action::Block) => Err(Error::NotOverridable { action }),
            };
        }
        let sorted = finding.about.is_sorted_by(|one, next| one < next);
        let known = finding.about.iter().all(|about| context.rules.ingredient_name(about).is_some());
        let on_chart = || {
            let mut all = subject.exposures.iter().flat_map(|exposure| &exposure.ingredients);
            all.any(|ingredient| finding.about.contains(ingredient))
        };
        let plausible = match finding.about.len() {
            0 => false,
            1 => true,
            _ => on_chart(),
        };
        if sorted && known && plausible { Ok(()) } else { Err(Error::FindingDoesNotStand) }
    }

    pub(super) fn cosign(&self, finding: &FindingKey, context: &Context) -> Result<Vec<Event>, Error> {
        let actor = &context.actor;
        if !actor.role.prescribes() && actor.role != Role::Pharmacist {
            return Err(Error::NotACosigner);
        }
        let given = self.override_of(finding).ok_or(Error::NoOverride)?;
        if given.cosigned_at.is_some() {
            return Err(Error::AlreadyCosigned);
        }
        if given.by == actor.id {
            return Err(Error::OwnOverride);
        }
        if !given.is_live(context.now) {
            return Err(Error::CosignTooLate { until: given.until() });
        }
        Ok(vec![Event::OverrideCosigned { finding: finding.clone(), by: actor.id, at: context.now }])
    }

    pub(super) fn resolve_interaction(
        &self,
        finding: &FindingKey,
        resolution: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        clinician(&context.actor)?;
        if !self.known(finding).is_some_and(|known| known.open) {
            return Err(Error::InteractionNotOpen);
        }
        Ok(vec![Event::InteractionResolved { finding: finding.clone(), resolution: resolution.clone() }])
    }
}
