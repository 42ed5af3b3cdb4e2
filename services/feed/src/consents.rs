//! What patients consented to, and the decision by it. Pure: no clock, no store.

use std::collections::HashMap;
use std::sync::Arc;

use concord_domain::consent::{
    Event, Expiry, Kind, Participants, Recipient, RecipientClass, Restriction, Terms,
};
use concord_kernel::{
    ConsentId, DataClass, DataClasses, Instant, OrganisationId, PatientId, Purpose, RestrictionId,
};

/// Every consent and restriction, folded up to a position of the clinical ledger.
#[derive(Debug, Default)]
pub struct Consents {
    patients: HashMap<PatientId, OfPatient>,
}

#[derive(Debug, Default)]
struct OfPatient {
    consents: Vec<Held>,
    restrictions: Vec<(RestrictionId, Box<Restriction>)>,
}

#[derive(Debug)]
struct Held {
    consent: ConsentId,
    version: u32,
    terms: Arc<Terms>,
    /// Whether it was taken back, or the treatment that it was for has ended.
    ended: bool,
}

/// Who would be told, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taker {
    /// The organisation.
    pub organisation: OrganisationId,
    /// What it is to the patients.
    pub class: RecipientClass,
    /// What it uses it for.
    pub purpose: Purpose,
}

/// The consent that allows a disclosure.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Which.
    pub consent: ConsentId,
    /// Which version of it.
    pub version: u32,
    /// What was signed.
    pub terms: Arc<Terms>,
}

impl Consents {
    /// Takes in one more event about the consents of `patient`.
    pub fn apply(&mut self, patient: PatientId, event: Event) {
        let of = self.patients.entry(patient).or_default();
        match event {
            Event::ConsentGiven { consent, version, terms } => {
                let terms = Arc::from(terms);
                match of.consents.iter_mut().find(|held| held.consent == consent) {
                    Some(held) => *held = Held { consent, version, terms, ended: false },
                    None => of.consents.push(Held { consent, version, terms, ended: false }),
                }
            }
            Event::ConsentRevoked { consent, .. } => {
                for held in of.consents.iter_mut().filter(|held| held.consent == consent) {
                    held.ended = true;
                }
            }
            Event::DisclosureRestricted { restriction, terms } => of.restrictions.push((restriction, terms)),
            Event::DisclosureRestrictionEnded { restriction, .. } => {
                of.restrictions.retain(|(restricted, _)| *restricted != restriction);
            }
        }
    }

    /// Takes in that a stay of `patient` has ended.
    pub fn stay_ended(&mut self, patient: PatientId) {
        let Some(of) = self.patients.get_mut(&patient) else { return };
        for held in of.consents.iter_mut().filter(|held| held.terms.expires == Expiry::EndOfTreatment) {
            held.ended = true;
        }
    }

    /// Takes in that everything about `patient` was destroyed.
    pub fn erased(&mut self, patient: PatientId) {
        self.patients.remove(&patient);
    }

    /// The consent by which `taker` may be told something of these `classes` about `patient` at `now`; none: it is
    /// withheld. What tells nothing that is known is not told.
    pub fn decide(
        &self,
        patient: PatientId,
        classes: DataClasses,
        taker: &Taker,
        now: Instant,
    ) -> Option<Grant> {
        if classes.is_empty() || classes.has(DataClass::Administration) {
            return None;
        }
        let of = self.patients.get(&patient)?;
        if of.restrictions.iter().any(|(_, terms)| restricts(terms, classes, taker)) {
            return None;
        }
        let held = of.consents.iter().find(|held| held.allows(classes, taker, now))?;
        Some(held.grant())
    }

    /// Whether anything at all about `patient` may be told to `taker` at `now`.
    pub fn covers(&self, patient: PatientId, taker: &Taker, now: Instant) -> bool {
        self.patients.get(&patient).is_some_and(|of| of.consents.iter().any(|held| held.names(taker, now)))
    }

    /// The consent whose last day has passed, the latest of them, where by now nothing at all about `patient` may be told to
    /// `taker` because of it.
    pub fn expired(&self, patient: PatientId, taker: &Taker, now: Instant) -> Option<ConsentId> {
        let of = self.patients.get(&patient)?;
        if of.consents.iter().any(|held| held.names(taker, now)) {
            return None;
        }
        let past = |held: &&Held| !held.ended && is_past(held.terms.expires, now) && held.is_to(taker);
        let latest = of.consents.iter().filter(past).max_by_key(|held| match held.terms.expires {
            Expiry::On(day) => Some(day),
            Expiry::EndOfTreatment | Expiry::None => None,
        });
        latest.map(|held| held.consent)
    }

    /// Patients of whom something may be told to `taker` at `now`.
    pub fn covered<'a>(&'a self, taker: &'a Taker, now: Instant) -> impl Iterator<Item = PatientId> + 'a {
        let named = move |of: &OfPatient| of.consents.iter().any(|held| held.names(taker, now));
        self.patients.iter().filter(move |(_, of)| named(of)).map(|(patient, _)| *patient)
    }
}

impl Held {
    fn allows(&self, classes: DataClasses, taker: &Taker, now: Instant) -> bool {
        classes.within(self.terms.classes) && self.names(taker, now)
    }

    fn names(&self, taker: &Taker, now: Instant) -> bool {
        !self.ended && !is_past(self.terms.expires, now) && self.is_to(taker)
    }

    /// Whether `taker` is a recipient for its purpose, while it holds.
    fn is_to(&self, taker: &Taker) -> bool {
        self.terms.purposes.contains(&taker.purpose)
            && self.terms.recipients.iter().any(|recipient| is_meant(recipient, taker, self.terms.kind))
    }

    fn grant(&self) -> Grant {
        Grant { consent: self.consent, version: self.version, terms: Arc::clone(&self.terms) }
    }
}

fn is_past(expires: Expiry, now: Instant) -> bool {
    match expires {
        // It holds on its last day.
        Expiry::On(day) => day < now.day(),
        Expiry::EndOfTreatment | Expiry::None => false,
    }
}

fn is_meant(recipient: &Recipient, taker: &Taker, kind: Kind) -> bool {
    let passes_on = taker.class == RecipientClass::Intermediary;
    match recipient {
        // An intermediary is named as one, with those to whom it passes on. Source: 42 CFR 2.31(a)(4)(ii).
        Recipient::Organisation(organisation) => !passes_on && *organisation == taker.organisation,
        Recipient::Class(class) => {
            !passes_on && kind == Kind::TreatmentPaymentOperations && *class == taker.class
        }
        Recipient::Intermediary { intermediary, participants } => {
            let somebody = match participants {
                Participants::Named(named) => !named.is_empty(),
                Participants::Treating => true,
            };
            passes_on && somebody && *intermediary == taker.organisation
        }
    }
}

fn restricts(terms: &Restriction, classes: DataClasses, taker: &Taker) -> bool {
    terms.classes.meets(classes)
        && (terms.recipients.is_empty() || terms.recipients.contains(&taker.organisation))
        && (terms.purposes.is_empty() || terms.purposes.contains(&taker.purpose))
}

#[cfg(test)]
#[path = "consents_tests.rs"]
pub(crate) mod tests;
