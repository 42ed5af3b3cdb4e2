//! What people tell: use, relapse, overdose.

use concord_kernel::{DrugScreenId, Instant, OverdoseId, RelapseId, SubstanceUseId, Text};
use concord_knowledge::SubstanceId;

use super::super::{Error, Event, OverdoseOutcome, Recovery, Source};
use super::{known, past};
use crate::Context;
use crate::reporter::Reporter;

/// The most reports and screens that one relapse cites.
const MOST_EVIDENCE: usize = 16;

/// The most substances of one overdose.
const MOST_SUBSTANCES: usize = 8;

/// What a relapse rests on.
pub(super) struct Basis<'a> {
    pub(super) uses: &'a [SubstanceUseId],
    pub(super) screens: &'a [DrugScreenId],
    pub(super) account: Option<&'a Text>,
}

impl Recovery {
    pub(super) fn used(
        &self,
        report: SubstanceUseId,
        substance: &SubstanceId,
        account: Option<&Text>,
        (used_at, source): (Instant, Source),
        context: &Context,
    ) -> Result<Event, Error> {
        if self.uses.contains(&report) {
            return Err(Error::IdUsed);
        }
        // Whoever is in danger now is told of as an overdose, or for an emergency.
        let reporter = Reporter::of(false, context).ok_or(Error::NotOnCareTeam)?;
        known(substance, context)?;
        past(used_at, context)?;
        Ok(Event::SubstanceUseReported {
            report,
            substance: substance.clone(),
            account: account.cloned(),
            used_at,
            source,
            not_on_care_team: reporter == Reporter::NotOnCareTeam,
        })
    }

    pub(super) fn relapsed(
        &self,
        relapse: RelapseId,
        substance: &SubstanceId,
        basis: &Basis<'_>,
        response: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        if self.relapses.contains_key(&relapse) {
            return Err(Error::IdUsed);
        }
        known(substance, context)?;
        self.rests_on(basis)?;
        let days = context.rules.recovery_limits().relapse_review_days;
        Ok(Event::RelapseRecorded {
            relapse,
            substance: substance.clone(),
            uses: basis.uses.to_vec(),
            screens: basis.screens.to_vec(),
            account: basis.account.cloned(),
            response: response.clone(),
            at: context.effective_at,
            review_by: context.now.plus_days(i64::from(days)),
        })
    }

    /// A relapse is a judgement of people about what somebody told or saw; a screen adds to it and never makes one.
    fn rests_on(&self, basis: &Basis<'_>) -> Result<(), Error> {
        let Basis { uses, screens, account } = basis;
        if uses.len() + screens.len() > MOST_EVIDENCE {
            return Err(Error::TooManyCited { most: MOST_EVIDENCE });
        }
        if uses.iter().any(|report| !self.uses.contains(report)) {
            return Err(Error::NotRecorded);
        }
        if screens.iter().any(|screen| !self.screens.contains(screen)) {
            return Err(Error::NotRecorded);
        }
        match (account.is_some() || !uses.is_empty(), screens.is_empty()) {
            (true, _) => Ok(()),
            (false, false) => Err(Error::ScreenAlone),
            (false, true) => Err(Error::RelapseWithoutBasis),
        }
    }

    pub(super) fn overdosed(
        &self,
        overdose: OverdoseId,
        (at, substances): (Instant, &[SubstanceId]),
        (naloxone_given, outcome): (bool, OverdoseOutcome),
        account: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        if self.overdoses.contains_key(&overdose) {
            return Err(Error::IdUsed);
        }
        let reporter = Reporter::of(true, context).ok_or(Error::NotOnCareTeam)?;
        past(at, context)?;
        if substances.len() > MOST_SUBSTANCES {
            return Err(Error::TooManyCited { most: MOST_SUBSTANCES });
        }
        substances.iter().try_for_each(|substance| known(substance, context))?;
        let days = context.rules.recovery_limits().overdose_review_days;
        Ok(Event::OverdoseReported {
            overdose,
            at,
            substances: substances.to_vec(),
            naloxone_given,
            outcome,
            account: account.clone(),
            by: context.actor.id,
            role: context.actor.role,
            review_by: context.now.plus_days(i64::from(days)),
            not_on_care_team: reporter == Reporter::NotOnCareTeam,
        })
    }
}
