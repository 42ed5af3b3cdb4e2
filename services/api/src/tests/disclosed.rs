//! Every required field of a consent or subscription, left out or spoilt, is named by its path.

use concord_proto::concord::consent::v1 as consent;
use concord_proto::concord::feed::v1 as feed;

use super::samples::Sample;

/// Asserts that a change of the sample's terms is refused at the path beside it.
macro_rules! refuses {
    ($request:ty: $(|$asked:ident| $spoil:expr => $path:literal),+ $(,)?) => {$({
        let mut $asked = <$request>::sample();
        $spoil;
        let refused = crate::asked::Asks::command($asked);
        let path = refused.expect_err(concat!(stringify!($request), " without ", $path)).path().to_owned();
        assert_eq!(path, $path, "{}", stringify!($request));
    })+};
}

fn form(request: &mut consent::GiveConsentRequest) -> &mut consent::ConsentTerms {
    request.terms.as_mut().expect("the sample has terms")
}

fn taken(request: &mut feed::OpenSubscriptionRequest) -> &mut feed::SubscriptionTerms {
    request.terms.as_mut().expect("the sample has terms")
}

#[test]
fn a_consent_names_the_field() {
    refuses!(consent::GiveConsentRequest:
        |r| r.consent_id.clear() => "consent_id",
        |r| r.terms = None => "terms",
        |r| form(&mut r).kind = 0 => "terms.kind",
        |r| form(&mut r).patient_name.clear() => "terms.patient_name",
        |r| form(&mut r).discloser.clear() => "terms.discloser",
        |r| form(&mut r).what.clear() => "terms.what",
        |r| form(&mut r).classes[0] = 0 => "terms.classes[0]",
        |r| form(&mut r).recipients[0].who = None => "terms.recipients[0].who",
        |r| form(&mut r).purposes[0] = 0 => "terms.purposes[0]",
        |r| form(&mut r).right_to_revoke.clear() => "terms.right_to_revoke",
        |r| form(&mut r).expires = None => "terms.expires",
        |r| form(&mut r).expires = Some(consent::Expiry { when: None }) => "terms.expires.when",
        |r| form(&mut r).signer = 0 => "terms.signer",
        |r| form(&mut r).signer_name.clear() => "terms.signer_name",
        |r| form(&mut r).form = 0 => "terms.form",
        |r| form(&mut r).signed_on.clear() => "terms.signed_on");
    refuses!(consent::RevokeConsentRequest:
        |r| r.consent_id.clear() => "consent_id", |r| r.how.clear() => "how");
    refuses!(consent::RestrictDisclosureRequest:
        |r| r.restriction_id.clear() => "restriction_id", |r| r.terms = None => "terms");
    refuses!(consent::EndRestrictionRequest:
        |r| r.restriction_id.clear() => "restriction_id", |r| r.reason.clear() => "reason");
}

#[test]
fn a_subscription_names_the_field() {
    refuses!(feed::OpenSubscriptionRequest:
        |r| r.subscription_id.clear() => "subscription_id",
        |r| r.terms = None => "terms",
        |r| taken(&mut r).organisation = "River Side".into() => "terms.organisation",
        |r| taken(&mut r).recipient.clear() => "terms.recipient",
        |r| taken(&mut r).class = 0 => "terms.class",
        |r| taken(&mut r).purpose = 0 => "terms.purpose",
        |r| taken(&mut r).classes[0] = 99 => "terms.classes[0]",
        |r| taken(&mut r).event_types = vec![String::new()] => "terms.event_types[0]",
        |r| taken(&mut r).payload = 0 => "terms.payload",
        |r| taken(&mut r).delivery = 9 => "terms.delivery");
    refuses!(feed::CloseSubscriptionRequest:
        |r| r.subscription_id.clear() => "subscription_id", |r| r.reason.clear() => "reason");
    refuses!(feed::ReviewContributionRequest:
        |r| r.contribution_id.clear() => "contribution_id",
        |r| r.outcome = 0 => "outcome",
        |r| r.note.clear() => "note");
}
