//! Tokens that are not what they seem, keys that come and go, and certificates of others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use concord_kernel::{Actor, Credentials, Instant, OrganisationId, PersonId, Role, Schedule, TenantId};
use concord_support::{SigningKey, key_set};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    AuthError, Authenticator, CLOCK_SKEW, ClaimNames, Client, Clients, Identity, IssuedTokens, Issuer,
    IssuerKeys, KEYS_ASKED_EVERY, KEYS_KEPT, KeySet, LocalTokens, PresentedCertificate, SubjectName, Tokens,
};

const ISSUER: &str = "https://login.example.org";
const AUDIENCE: &str = "concord";
const LONGEST: Duration = Duration::from_hours(2);
const PERSON: Uuid = Uuid::from_u128(9);

fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

fn seconds(at: Instant) -> i64 {
    at.micros() / 1_000_000
}

fn issuer() -> Issuer {
    let claims = ClaimNames {
        person: "sub".to_owned(),
        role: "role".to_owned(),
        tenant: "tenant".to_owned(),
        organisation: "organisation".to_owned(),
        schedules: "schedules".to_owned(),
    };
    Issuer { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), longest: LONGEST, claims }
}

/// What a good token says: an hour from noon.
fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": [AUDIENCE, "another"], "sub": PERSON, "tenant": "demo", "role": "pmhnp",
        "schedules": ["IV", "V"], "iat": seconds(noon()), "exp": seconds(noon()) + 3_600,
    })
}

fn with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn read(keys: &[&SigningKey]) -> KeySet {
    KeySet::read(key_set(keys).to_string().as_bytes()).unwrap()
}

/// One that believes the holders of `keys`; with the keys, and how often they were asked for.
fn believing(keys: &[&SigningKey]) -> (Authenticator, IssuerKeys, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let asks = Arc::clone(&asked);
    let known = IssuerKeys::unknown(move || {
        asks.fetch_add(1, Ordering::SeqCst);
    });
    known.replace(read(keys), noon());
    (Authenticator::new(IssuedTokens::new(issuer(), known.clone())), known, asked)
}

#[test]
fn a_token_of_the_issuer_names_its_bearer_whatever_kind_its_key_is_of() {
    for key in [SigningKey::ed25519("a"), SigningKey::p256("b"), SigningKey::rsa("c")] {
        let (auth, ..) = believing(&[&key]);
        let found = auth.verify(&key.sign(&claims()), noon()).unwrap();
        let credentials = Credentials { schedules: vec![Schedule::IV, Schedule::V] };
        assert_eq!(found.actor, Actor { id: PersonId::new(PERSON), role: Role::Pmhnp, credentials });
        assert_eq!((found.tenant.as_str(), &found.organisation), ("demo", &None));
    }
}

#[test]
fn what_says_something_else_than_it_must_is_refused() {
    let key = SigningKey::ed25519("a");
    let (auth, ..) = believing(&[&key]);
    let now = seconds(noon());
    for (what, changes) in [
        ("another issuer", json!({ "iss": "https://evil.example.org" })),
        ("one issuer of several", json!({ "iss": [ISSUER, "https://evil.example.org"] })),
        ("no issuer", json!({ "iss": null })),
        ("another audience", json!({ "aud": "billing" })),
        ("no audience", json!({ "aud": null })),
        ("no audience in the list", json!({ "aud": [] })),
        ("nobody", json!({ "sub": null })),
        ("nobody's person", json!({ "sub": Uuid::nil() })),
        ("no end", json!({ "exp": null })),
        ("an end in words", json!({ "exp": "tomorrow" })),
        ("an end past all time", json!({ "exp": i64::MAX })),
        ("no beginning", json!({ "iat": null })),
        ("an end before the beginning", json!({ "exp": now - 1 })),
        ("longer than is allowed", json!({ "exp": now + 2 * 3_600 + 1 })),
        ("no tenant", json!({ "tenant": null })),
        ("no name of a tenant", json!({ "tenant": "../demo" })),
        ("no role", json!({ "role": null })),
        ("a role that there is not", json!({ "role": "surgeon" })),
        ("two roles", json!({ "role": ["nurse", "auditor"] })),
        ("a service", json!({ "role": "service" })),
        ("a partner", json!({ "role": ["staff", "partner"] })),
        ("a schedule that there is not", json!({ "schedules": ["I"] })),
        ("no name of an organisation", json!({ "organisation": "Lake Side" })),
    ] {
        let token = key.sign(&with(&changes));
        assert_eq!(auth.verify(&token, noon()), Err(AuthError::Invalid), "{what}");
    }
    assert!(auth.verify(&key.sign(&with(&json!({ "role": ["staff", "nurse"] }))), noon()).is_ok());
}

#[test]
fn what_is_signed_otherwise_is_refused() {
    let (rsa, ed) = (SigningKey::rsa("rsa"), SigningKey::ed25519("ed"));
    let (auth, ..) = believing(&[&rsa, &ed]);
    let coded = |part: &str| URL_SAFE_NO_PAD.encode(part);
    let unsigned = format!("{}.{}.", coded(r#"{"alg":"none","kid":"rsa"}"#), coded(&claims().to_string()));
    // The key that everybody knows, taken for a secret that only two know.
    let published = serde_json::to_value(rsa.public()).unwrap();
    let modulus = published["n"].as_str().unwrap();
    let hmac = |secret: &[u8]| {
        let header = Header { kid: Some("rsa".to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
    };
    let stranger = SigningKey::ed25519("ed");
    let header = |change: fn(&mut Header)| {
        let mut header = ed.header();
        change(&mut header);
        ed.sign_under(&header, &claims())
    };
    for (what, token) in [
        ("nothing", unsigned),
        ("the public key as a secret", hmac(published.to_string().as_bytes())),
        ("its modulus as a secret", hmac(&URL_SAFE_NO_PAD.decode(modulus).unwrap())),
        ("the text of its modulus as a secret", hmac(modulus.as_bytes())),
        ("another's key under the same id", stranger.sign(&claims())),
        (
            "a key under another's id",
            ed.sign_under(&Header { kid: Some("rsa".into()), ..ed.header() }, &claims()),
        ),
        ("no key's id", header(|header| header.kid = None)),
        ("a form that must be understood", header(|header| header.crit = Some(vec!["exp".into()]))),
        ("a token for something else", header(|header| header.typ = Some("logout+jwt".into()))),
    ] {
        assert_eq!(auth.verify(&token, noon()), Err(AuthError::Invalid), "{what}");
    }
    assert!(auth.verify(&header(|header| header.typ = Some("at+JWT".into())), noon()).is_ok());
}

#[test]
fn a_token_is_good_from_its_beginning_to_its_end_by_our_clock_and_a_minute_of_theirs() {
    let key = SigningKey::p256("a");
    let (auth, ..) = believing(&[&key]);
    let token = key.sign(&with(&json!({ "nbf": seconds(noon()) + 600 })));
    let (begins, ends) = (noon().plus(Duration::from_mins(10)), noon().plus(Duration::from_hours(1)));
    let second = Duration::from_secs(1);
    let early = Instant::from_micros(begins.micros() - 61_000_000).unwrap();
    let just = Instant::from_micros(begins.micros() - 60_000_000).unwrap();
    assert_eq!(auth.verify(&token, early), Err(AuthError::NotYet));
    assert!(auth.verify(&token, just).is_ok());
    assert!(auth.verify(&token, Instant::from_micros(ends.plus(CLOCK_SKEW).micros() - 1).unwrap()).is_ok());
    assert_eq!(auth.verify(&token, ends.plus(CLOCK_SKEW)), Err(AuthError::Expired), "played again");
    assert_eq!(auth.verify(&token, ends.plus(CLOCK_SKEW).plus(second)), Err(AuthError::Expired));
    let ahead = key.sign(&with(&json!({ "iat": seconds(noon()) + 61 })));
    assert_eq!(auth.verify(&ahead, noon()), Err(AuthError::NotYet), "its issuer's clock runs ahead");
}

#[test]
fn a_token_of_one_kind_is_nothing_where_another_is_taken() {
    let key = SigningKey::ed25519("a");
    let local = || LocalTokens::new(&[7; 32]).unwrap();
    let (auth, ..) = believing(&[&key]);
    let tenant = TenantId::parse("demo").unwrap();
    let actor = Actor { id: PersonId::new(PERSON), role: Role::Nurse, credentials: Credentials::default() };
    let made = local().sign(&tenant, &actor, noon(), Duration::from_hours(1));
    assert_eq!(auth.verify(&made, noon()), Err(AuthError::LocalToken));
    assert_eq!(Authenticator::new(Tokens::None).verify(&made, noon()), Err(AuthError::LocalToken));
    let issued = key.sign(&claims());
    assert_eq!(Authenticator::new(local()).verify(&issued, noon()), Err(AuthError::Invalid));
    assert_eq!(Authenticator::new(Tokens::None).verify(&issued, noon()), Err(AuthError::Invalid));
    // Dressed up as the other kind, it is still signed by nobody who is believed.
    let dressed = with(&json!({ "iss": "concord-local", "role": "nurse" }));
    assert_eq!(Authenticator::new(local()).verify(&key.sign(&dressed), noon()), Err(AuthError::Invalid));
}

#[test]
fn an_unknown_key_is_asked_for_once_in_a_while_and_then_it_is_none() {
    let (first, second) = (SigningKey::ed25519("first"), SigningKey::p256("second"));
    let (auth, keys, asked) = believing(&[&first]);
    let token = second.sign(&claims());
    for _ in 0..3 {
        assert_eq!(auth.verify(&token, noon()), Err(AuthError::KeysUnknown), "it is being fetched");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    keys.failed();
    assert_eq!(auth.verify(&token, noon()), Err(AuthError::Invalid), "it was asked for a moment ago");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let later = noon().plus(KEYS_ASKED_EVERY);
    assert_eq!(auth.verify(&token, later), Err(AuthError::KeysUnknown));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    keys.replace(read(&[&first, &second]), later);
    assert!(auth.verify(&token, later).is_ok());
}

#[test]
fn a_key_that_is_taken_back_ends_what_it_signed_though_it_was_remembered() {
    let (old, new) = (SigningKey::rsa("old"), SigningKey::ed25519("new"));
    let (auth, keys, _) = believing(&[&old, &new]);
    let token = old.sign(&claims());
    assert!(auth.verify(&token, noon()).is_ok() && auth.recall(&token, noon()).is_some());
    keys.replace(read(&[&old, &new]), noon());
    assert!(auth.recall(&token, noon()).is_some(), "the same keys once more");
    keys.replace(read(&[&new]), noon());
    assert!(auth.verify(&token, noon()).is_err());
    // The same id for another key is another key.
    keys.replace(read(&[&SigningKey::p256("old")]), noon());
    assert_eq!(auth.verify(&token, noon()), Err(AuthError::Invalid));
}

#[test]
fn keys_are_not_relied_on_for_ever_while_the_issuer_is_away() {
    let key = SigningKey::ed25519("a");
    let (auth, keys, _) = believing(&[&key]);
    let late = noon().plus(KEYS_KEPT);
    let begun = seconds(late) - 60;
    let token = key.sign(&with(&json!({ "iat": begun, "exp": begun + 3_600 })));
    let before = Instant::from_micros(late.micros() - 1).unwrap();
    assert!(auth.verify(&token, before).is_ok());
    assert_eq!(auth.verify(&token, late), Err(AuthError::KeysUnknown), "remembered or not");
    keys.replace(read(&[&key]), late);
    assert!(auth.verify(&token, late).is_ok());
}

#[test]
fn a_key_set_gives_what_can_be_used_of_it() {
    let good = SigningKey::p256("good");
    let json = |keys: Value| KeySet::read(json!({ "keys": keys }).to_string().as_bytes());
    let changed = |name: &str, value: Value| {
        let mut jwk = serde_json::to_value(good.public()).unwrap();
        jwk[name] = value;
        jwk
    };
    let secret = json!({ "kty": "oct", "kid": "x", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256" });
    let strange = json!({ "kty": "new", "kid": "y" });
    let weak = json!({ "kty": "RSA", "kid": "z", "n": "q".repeat(170), "e": "AQAB" });
    let useless = [
        secret,
        strange,
        weak,
        changed("use", json!("enc")),
        changed("alg", json!("ES384")),
        changed("kid", json!("")),
    ];
    for one in &useless {
        assert!(json(json!([one])).is_err(), "{one}");
    }
    let all: Vec<_> = useless.into_iter().chain([serde_json::to_value(good.public()).unwrap()]).collect();
    assert!(json(Value::from(all)).is_ok(), "the others do no harm");
    assert!(json(Value::from(vec![json!({}); 65])).is_err());
    assert!(KeySet::read(b"<html>").is_err());
}

#[test]
fn persons_are_told_apart_by_issuer_and_name() {
    let names = issuer().claims;
    let person = |issuer: &str, sub: &str| {
        let claims = with(&json!({ "sub": sub }));
        names.read(issuer, claims.as_object().unwrap()).unwrap().actor.id
    };
    assert_eq!(person(ISSUER, "00u1abc"), person(ISSUER, "00u1abc"));
    assert_ne!(person(ISSUER, "00u1abc"), person("https://other.example.org", "00u1abc"));
    assert_ne!(person(ISSUER, "00u1abc"), person(ISSUER, "00u1abd"));
    assert_eq!(person(ISSUER, &PERSON.to_string()), PersonId::new(PERSON));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_taken_for_a_token(text in ".{0,200}", parts in proptest::collection::vec("[A-Za-z0-9_-]{0,80}", 1..5)) {
        let (auth, ..) = believing(&[&SigningKey::ed25519("a")]);
        for token in [text, parts.join(".")] {
            prop_assert!(auth.verify(&token, noon()).is_err());
            prop_assert!(Authenticator::new(LocalTokens::new(&[7; 32]).unwrap()).verify(&token, noon()).is_err());
        }
    }

    #[test]
    fn no_change_of_a_token_is_another_good_one(place in 0_usize..1_000, to in "[A-Za-z0-9_.=-]") {
        let key = SigningKey::p256("a");
        let (auth, ..) = believing(&[&key]);
        let good = key.sign(&claims());
        let place = place % good.len();
        let changed = format!("{}{to}{}", &good[..place], &good[place + 1..]);
        prop_assume!(changed != good);
        prop_assert!(auth.verify(&changed, noon()).is_err());
    }

    #[test]
    fn claims_of_any_kind_make_nobody_what_no_token_makes(name in "[a-z]{1,8}", number in any::<i64>(), text in ".{0,40}") {
        let tokens = IssuedTokens::new(issuer(), IssuerKeys::unknown(|| ()));
        for value in [json!(number), json!(text), json!([text, number]), json!({ "a": text }), json!(0.5), Value::Bool(true)] {
            for claim in ["iss", "aud", "sub", "tenant", "role", "schedules", "organisation", "iat", "exp", "nbf", &name] {
                if let Ok(found) = tokens.identity(with(&json!({ claim: value })).as_object().unwrap()) {
                    prop_assert!(!matches!(found.actor.role, Role::Service | Role::Partner));
                    prop_assert!(!found.actor.id.uuid().is_nil());
                    let lasts = found.expires_at.since(found.begins_at.unwrap());
                    prop_assert!(lasts <= LONGEST + 2 * CLOCK_SKEW, "{lasts:?}");
                }
            }
        }
    }
}

fn name(text: &str) -> SubjectName {
    text.parse().unwrap()
}

fn client(tenant: &str, role: Role, organisation: Option<&str>) -> Client {
    Client {
        tenant: TenantId::parse(tenant).unwrap(),
        actor: Actor { id: PersonId::new(Uuid::from_u128(5)), role, credentials: Credentials::default() },
        organisation: organisation.map(|named| OrganisationId::parse(named).unwrap()),
    }
}

fn presented(names: &[&str]) -> PresentedCertificate {
    let names = names.iter().map(|text| name(text)).collect();
    PresentedCertificate { names, begins_at: noon(), ends_at: noon().plus_days(1) }
}

fn knowing() -> Authenticator {
    let clients = Clients::new([
        (name("uri:spiffe://lakeside.example/concord"), client("demo", Role::Partner, Some("lakeside"))),
        (name("uri:spiffe://hillside.example/concord"), client("demo", Role::Partner, Some("hillside"))),
        (name("dns:gateway.example.org"), client("demo", Role::Service, None)),
        (name("uri:spiffe://gateway.example.org/gateway"), client("demo", Role::Service, None)),
    ]);
    Authenticator::new(Tokens::None).knowing(clients.unwrap())
}

#[test]
fn a_certificate_is_of_whom_its_name_is_and_of_nobody_else() {
    let auth = knowing();
    let found = auth.certified(&presented(&["uri:spiffe://lakeside.example/concord"])).unwrap();
    assert_eq!(
        (found.actor.role, found.organisation.as_ref().unwrap().as_str()),
        (Role::Partner, "lakeside")
    );
    assert_eq!(found.lasts(noon().plus_days(1)), Err(AuthError::Expired));
    for names in [
        &["uri:spiffe://riverside.example/concord"][..],
        &["uri:spiffe://lakeside.example/concord/"],
        &["uri:spiffe://lakeside.example/Concord"],
        &["dns:lakeside.example"],
        &[],
        // Two clinics in one certificate: whichever its bearer likes better.
        &["uri:spiffe://lakeside.example/concord", "uri:spiffe://hillside.example/concord"],
    ] {
        assert_eq!(auth.certified(&presented(names)), Err(AuthError::UnknownClient), "{names:?}");
    }
    let both =
        ["dns:gateway.example.org", "uri:spiffe://gateway.example.org/gateway", "dns:other.example.org"];
    assert!(auth.certified(&presented(&both)).is_ok(), "two names of one client");
    let twice = || (name("dns:a"), client("demo", Role::Service, None));
    assert!(Clients::new([twice(), twice()]).is_err());
}

#[test]
fn a_name_is_of_a_kind_and_stands_for_one() {
    assert_eq!(name("dns:Relay.Example.org"), SubjectName::Dns("relay.example.org".to_owned()));
    for bad in ["relay.example.org", "dns:", "dns:*.example.org", "uri:", "uri:relay", "email:a@b", "dns:a b"]
    {
        assert!(bad.parse::<SubjectName>().is_err(), "{bad}");
    }
}

#[test]
fn tokens_come_over_the_connections_of_services_of_their_tenant() {
    let of = |client: Client| Identity {
        tenant: client.tenant,
        actor: client.actor,
        organisation: client.organisation,
        begins_at: None,
        expires_at: noon().plus_days(1),
    };
    let nurse = of(client("demo", Role::Nurse, None));
    assert_eq!(nurse.came_with(&of(client("demo", Role::Service, None))), Ok(()));
    for certificate in [
        client("other", Role::Service, None),
        client("demo", Role::Partner, Some("lakeside")),
        client("demo", Role::Auditor, None),
    ] {
        assert_eq!(nurse.came_with(&of(certificate)), Err(AuthError::Contradiction));
    }
}
