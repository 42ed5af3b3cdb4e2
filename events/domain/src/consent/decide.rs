//! The rules of consent.

use concord_kernel::{ConsentId, DataClass, DataClasses, Instant, Purpose, RestrictionId, Role};

use super::state::Given;
use super::{Command, Consents, Error, Event, Expiry, Kind, Participants, Recipient, Restriction, Terms};
use crate::Issued;

impl Consents {
    /// Returns the facts that follow from `issued`, in order.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let role = issued.context.actor.role;
        if !may(role, &issued.command) {
            return Err(Error::RoleNotPermitted { role });
        }
        let event = match &issued.command {
            Command::Give { consent, terms } => self.give(*consent, terms, issued.context.now)?,
            Command::Revoke { consent, how } => match self.given.get(consent) {
                None => return Err(Error::Unknown),
                Some(Given { revoked: true, .. }) => return Err(Error::Revoked),
                Some(_) => Event::ConsentRevoked { consent: *consent, how: how.clone() },
            },
            Command::Restrict { restriction, terms } => self.restrict(*restriction, terms)?,
            Command::EndRestriction { restriction, reason } => {
                let restricted = self.restrictions.get(restriction).ok_or(Error::RestrictionUnknown)?;
                if restricted.ended {
                    return Err(Error::RestrictionEnded);
                }
                if restricted.required && role != Role::Patient {
                    return Err(Error::RestrictionRequired);
                }
                Event::DisclosureRestrictionEnded { restriction: *restriction, reason: reason.clone() }
            }
        };
        Ok(vec![event])
    }

    fn give(&self, consent: ConsentId, terms: &Terms, now: Instant) -> Result<Event, Error> {
        let before = self.given.get(&consent);
        if before.is_some_and(|given| given.revoked) {
            return Err(Error::Revoked);
        }
        complete(terms)?;
        allowed(terms)?;
        in_time(terms, now)?;
        let version = before.map_or(0, |given| given.version) + 1;
        Ok(Event::ConsentGiven { consent, version, terms: Box::new(terms.clone()) })
    }

    fn restrict(&self, restriction: RestrictionId, terms: &Restriction) -> Result<Event, Error> {
        if self.restrictions.contains_key(&restriction) {
            return Err(Error::RestrictionUsed);
        }
        if terms.classes.is_empty() {
            return Err(Error::RestrictionEmpty);
        }
        Ok(Event::DisclosureRestricted { restriction, terms: Box::new(terms.clone()) })
    }
}

/// Every element that the types do not hold already. Source: 42 CFR 2.31(a).
fn complete(terms: &Terms) -> Result<(), Error> {
    let general = terms.kind == Kind::TreatmentPaymentOperations;
    let nobody = |recipient: &Recipient| match recipient {
        Recipient::Intermediary { participants: Participants::Named(named), .. } => named.is_empty(),
        Recipient::Intermediary { participants: Participants::Treating, .. }
        | Recipient::Organisation(_)
        | Recipient::Class(_) => false,
    };
    let missing: Vec<_> = [
        ("classes", terms.classes.is_empty()),
        ("recipients", terms.recipients.is_empty()),
        ("participants", terms.recipients.iter().any(nobody)),
        ("purposes", terms.purposes.is_empty()),
        ("redisclosure", general && !terms.statements.redisclosure),
        ("refusal", general && !terms.statements.refusal),
    ]
    .into_iter()
    .filter_map(|(name, missing)| missing.then_some(name))
    .collect();
    if missing.is_empty() { Ok(()) } else { Err(Error::Deficient { missing }) }
}

/// What each form may hold.
fn allowed(terms: &Terms) -> Result<(), Error> {
    const NOTES: DataClasses = DataClasses::of(&[DataClass::CounsellingNotes]);
    if terms.classes.has(DataClass::Administration) {
        return Err(Error::NotConsentable);
    }
    // Notes are consented to apart, and a form for notes covers nothing else.
    let notes = terms.kind == Kind::CounsellingNotes;
    if notes != terms.classes.meets(NOTES) || (notes && !terms.classes.within(NOTES)) {
        return Err(Error::NotCombinable);
    }
    let general = terms.kind == Kind::TreatmentPaymentOperations;
    let may = |purpose: &Purpose| match purpose {
        Purpose::Treatment | Purpose::Payment | Purpose::Operations => true,
        Purpose::PatientRequest => !general,
        // They rest on 2.51 and 2.53, and a consent adds nothing to them.
        Purpose::Emergency | Purpose::Audit => false,
    };
    if !terms.purposes.iter().all(may) {
        return Err(Error::PurposeNotAllowed);
    }
    let classes = terms.recipients.iter().any(|recipient| matches!(recipient, Recipient::Class(_)));
    if !general && (classes || terms.expires == Expiry::None) {
        return Err(Error::OnlyForOperations);
    }
    Ok(())
}

fn in_time(terms: &Terms, now: Instant) -> Result<(), Error> {
    // The patient may live where the day has begun already.
    if terms.signature.on > now.plus_days(1).day() {
        return Err(Error::SignedInFuture);
    }
    match terms.expires {
        Expiry::On(day) if day < now.day() || day < terms.signature.on => Err(Error::Ended),
        Expiry::On(_) | Expiry::EndOfTreatment | Expiry::None => Ok(()),
    }
}

/// Who may ask for it: the patient for themself, and those of the program who sit with them or answer for privacy.
const fn may(role: Role, command: &Command) -> bool {
    let sits = matches!(role, Role::Therapist | Role::CaseManager | Role::Nurse) || role.prescribes();
    match command {
        Command::Give { .. } | Command::Revoke { .. } => {
            sits || matches!(role, Role::Patient | Role::PrivacyOfficer)
        }
        Command::Restrict { .. } => matches!(role, Role::PrivacyOfficer),
        Command::EndRestriction { .. } => matches!(role, Role::PrivacyOfficer | Role::Patient),
    }
}
