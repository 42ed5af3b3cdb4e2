//! The rules of subscriptions.

use concord_kernel::{DataClass, Purpose, Role};

use super::state::Stage;
use super::{Command, Error, Event, Feed, Subscription};
use crate::Issued;

impl Feed {
    /// Returns the facts that follow from `issued`, in order.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "in the form in which every aggregate decides")]
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let role = issued.context.actor.role;
        if role != Role::PrivacyOfficer {
            return Err(Error::RoleNotPermitted { role });
        }
        let event = match (&issued.command, self.stage) {
            (Command::Open { .. }, Stage::Open | Stage::Closed) => return Err(Error::Used),
            (Command::Open { subscription, terms }, Stage::None) => {
                consentable(terms)?;
                Event::SubscriptionOpened { subscription: *subscription, terms: terms.clone() }
            }
            (Command::Close { .. }, Stage::None) => return Err(Error::Unknown),
            (Command::Close { .. }, Stage::Closed) => return Err(Error::Closed),
            (Command::Close { subscription, reason }, Stage::Open) => {
                Event::SubscriptionClosed { subscription: *subscription, reason: reason.clone() }
            }
        };
        Ok(vec![event])
    }
}

fn consentable(terms: &Subscription) -> Result<(), Error> {
    if terms.classes.is_empty() || terms.classes.has(DataClass::Administration) {
        return Err(Error::NothingConsentable);
    }
    match terms.purpose {
        Purpose::Treatment | Purpose::Payment | Purpose::Operations | Purpose::PatientRequest => Ok(()),
        Purpose::Emergency | Purpose::Audit => Err(Error::PurposeNotAllowed),
    }
}
