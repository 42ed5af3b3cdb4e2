//! What is consented to carelessly, and what partners are let to take.

use concord_proto::concord::common::v1::Purpose;
use concord_proto::concord::consent::v1::{self as consent, ConsentKind, DataClass, expiry, recipient};
use concord_proto::concord::feed::v1 as feed;

use super::tale::Tale;
use crate::script::Body;

fn terms(t: &Tale<'_>) -> consent::ConsentTerms {
    consent::ConsentTerms {
        kind: ConsentKind::Named.into(),
        patient_name: "Robin Mistake".to_owned(),
        discloser: "The program".to_owned(),
        what: "My medications".to_owned(),
        classes: vec![DataClass::Medication.into(), DataClass::SubstanceUse.into()],
        recipients: vec![consent::Recipient {
            who: Some(recipient::Who::Organisation("riverside".to_owned())),
        }],
        purposes: vec![Purpose::Treatment.into()],
        right_to_revoke: "In writing; what was relied on stays".to_owned(),
        redisclosure_stated: false,
        refusal_stated: false,
        expires: until(&t.day(90)),
        signer: consent::Signer::Patient.into(),
        signer_name: "Robin Mistake".to_owned(),
        form: consent::SignatureForm::Paper.into(),
        signed_on: t.day(0),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn until(day: &str) -> Option<consent::Expiry> {
    Some(consent::Expiry { when: Some(expiry::When::On(day.to_owned())) })
}

fn given(id: &str, terms: consent::ConsentTerms) -> Body {
    let consent_id = id.to_owned();
    Body::GiveConsent(consent::GiveConsentRequest { header: None, consent_id, terms: Some(terms) })
}

fn revoked(id: &str) -> Body {
    let (consent_id, how) = (id.to_owned(), "Said so at the desk".to_owned());
    Body::RevokeConsent(consent::RevokeConsentRequest { header: None, consent_id, how })
}

pub(super) fn consents(t: &mut Tale<'_>) {
    let (nurse, patient) = (t.nurse(), t.patient());
    t.is_referred();
    let id = t.new_id();
    let form = terms(t);
    let with = |change: &dyn Fn(&mut consent::ConsentTerms)| {
        let mut form = form.clone();
        change(&mut form);
        given(&id, form)
    };
    let (yesterday, later) = (t.day(-1), t.day(3));
    let notes = i32::from(DataClass::CounsellingNotes);
    let administration = i32::from(DataClass::Administration);
    let none = consent::Expiry { when: Some(expiry::When::None(consent::NoExpiry {})) };
    t.errs(&nurse, with(&|form| form.recipients.clear()), "CONSENT_DEFICIENT");
    t.errs(&nurse, with(&|form| form.classes.push(notes)), "CONSENT_NOT_COMBINABLE");
    t.errs(&nurse, with(&|form| form.classes = vec![administration]), "CONSENT_COVERS_NO_ADMINISTRATION");
    let emergency = with(&|form| form.purposes = vec![Purpose::Emergency.into()]);
    t.errs(&nurse, emergency, "CONSENT_PURPOSE_NOT_ALLOWED");
    t.errs(&nurse, with(&|form| form.expires = Some(none.clone())), "CONSENT_TOO_GENERAL");
    t.errs(&nurse, with(&|form| form.expires = until(&yesterday)), "CONSENT_ENDS_TOO_EARLY");
    t.errs(&nurse, with(&|form| form.signed_on.clone_from(&later)), "CONSENT_FORM_SIGNED_IN_FUTURE");
    t.errs(&patient, revoked(&id), "CONSENT_UNKNOWN");
    t.does(&nurse, given(&id, form.clone()));
    t.does(&patient, revoked(&id));
    t.errs(&patient, revoked(&id), "CONSENT_REVOKED");
    t.errs(&nurse, given(&id, form), "CONSENT_REVOKED");
}

fn restricted(id: &str, classes: Vec<i32>, required: bool) -> Body {
    Body::RestrictDisclosure(consent::RestrictDisclosureRequest {
        header: None,
        restriction_id: id.to_owned(),
        terms: Some(consent::RestrictionTerms {
            classes,
            organisations: vec!["riverside".to_owned()],
            purposes: Vec::new(),
            required,
            reason: "A relative works there".to_owned(),
        }),
    })
}

fn ended(id: &str) -> Body {
    let (restriction_id, reason) = (id.to_owned(), "No longer so".to_owned());
    Body::EndRestriction(consent::EndRestrictionRequest { header: None, restriction_id, reason })
}

pub(super) fn restrictions(t: &mut Tale<'_>) {
    let (officer, patient) = (t.privacy_officer(), t.patient());
    let (id, required) = (t.new_id(), t.new_id());
    let medication = || vec![i32::from(DataClass::Medication)];
    t.errs(&officer, ended(&id), "RESTRICTION_UNKNOWN");
    t.errs(&officer, restricted(&id, Vec::new(), false), "RESTRICTION_EMPTY");
    t.does(&officer, restricted(&id, medication(), false));
    t.errs(&officer, restricted(&id, medication(), false), "RESTRICTION_USED");
    t.does(&officer, ended(&id));
    t.errs(&officer, ended(&id), "RESTRICTION_ENDED");
    t.does(&officer, restricted(&required, medication(), true));
    t.errs(&officer, ended(&required), "RESTRICTION_REQUIRED");
    t.does(&patient, ended(&required));
}

fn opened(id: &str, class: DataClass, purpose: Purpose) -> Body {
    Body::OpenSubscription(feed::OpenSubscriptionRequest {
        header: None,
        subscription_id: id.to_owned(),
        terms: Some(feed::SubscriptionTerms {
            organisation: "riverside".to_owned(),
            recipient: "Riverside Primary Care, 1 Main Street".to_owned(),
            class: consent::RecipientClass::TreatingProvider.into(),
            purpose: purpose.into(),
            classes: vec![class.into()],
            event_types: Vec::new(),
            payload: feed::Payload::IdOnly.into(),
            delivery: feed::Delivery::Subscribe.into(),
        }),
    })
}

fn closed(id: &str) -> Body {
    let (subscription_id, reason) = (id.to_owned(), "The agreement has ended".to_owned());
    Body::CloseSubscription(feed::CloseSubscriptionRequest { header: None, subscription_id, reason })
}

pub(super) fn partners(t: &mut Tale<'_>) {
    let (officer, nurse) = (t.privacy_officer(), t.nurse());
    let id = t.new_id();
    let nothing = opened(&id, DataClass::Administration, Purpose::Treatment);
    t.errs(&officer, nothing, "SUBSCRIPTION_TO_NOTHING");
    let audit = opened(&id, DataClass::Medication, Purpose::Audit);
    t.errs(&officer, audit, "SUBSCRIPTION_PURPOSE_NOT_ALLOWED");
    t.errs(&officer, closed(&id), "SUBSCRIPTION_UNKNOWN");
    t.errs(&nurse, opened(&id, DataClass::Medication, Purpose::Treatment), "NOT_PERMITTED");
    t.does(&officer, opened(&id, DataClass::Medication, Purpose::Treatment));
    t.errs(&officer, opened(&id, DataClass::Medication, Purpose::Treatment), "SUBSCRIPTION_USED");
    t.does(&officer, closed(&id));
    t.errs(&officer, closed(&id), "SUBSCRIPTION_CLOSED");
    let unknown = feed::ReviewContributionRequest {
        header: None,
        contribution_id: id,
        outcome: feed::Outcome::Noted.into(),
        note: "Nothing follows".to_owned(),
    };
    t.errs(&nurse, Body::ReviewContribution(unknown), "CONTRIBUTION_UNKNOWN");
}
