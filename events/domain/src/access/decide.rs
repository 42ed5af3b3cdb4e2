//! The rules of emergency access.

use concord_kernel::Purpose;

use super::{Access, BrokenGlass, Command, Error, Event};
use crate::Issued;

/// The most times that somebody has broken the glass before one record and nobody has reviewed it.
const MOST_UNREVIEWED: usize = 20;

impl Access {
    /// Returns the facts that follow from `issued`, in order.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded, and nothing reached, then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let context = &issued.context;
        let actor = &context.actor;
        let event = match &issued.command {
            Command::Break { glass, reason } => {
                if !matches!(context.purpose, Purpose::Treatment | Purpose::Emergency) {
                    return Err(Error::NotToTreat);
                }
                if self.broken.contains_key(glass) {
                    return Err(Error::GlassIdTaken);
                }
                if self.reach(actor.id, actor.role, context.now).is_some() {
                    return Err(Error::AlreadyBroken);
                }
                if self.broken.values().filter(|broken| !broken.reviewed).count() >= MOST_UNREVIEWED {
                    return Err(Error::TooManyUnreviewed { most: MOST_UNREVIEWED });
                }
                let numbers = context.rules.deadlines();
                Event::GlassBroken(BrokenGlass {
                    glass: *glass,
                    by: actor.id,
                    role: actor.role,
                    reason: reason.clone(),
                    until: context.now.plus(numbers.broken_glass_lasts),
                    review_by: context.now.plus_days(numbers.broken_glass_review_days).day(),
                })
            }
            Command::RecordUse { glass, what } => {
                let broken = self.broken.get(glass).ok_or(Error::NotBroken)?;
                if broken.by != actor.id || !broken.lasts(context.now) {
                    return Err(Error::NotBroken);
                }
                Event::BrokenGlassUsed { glass: *glass, what: what.clone() }
            }
            Command::Review { glass, finding, note } => {
                let broken = self.broken.get(glass).ok_or(Error::NotBroken)?;
                if broken.by == actor.id {
                    return Err(Error::ReviewOfOneself);
                }
                if broken.reviewed {
                    return Err(Error::AlreadyReviewed);
                }
                Event::BrokenGlassReviewed { glass: *glass, finding: *finding, note: note.clone() }
            }
        };
        Ok(vec![event])
    }
}
