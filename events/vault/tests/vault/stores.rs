//! What every store of keys does.

use std::sync::Arc;

use concord_kernel::{ErasureReason, PersonId};
use concord_vault::{
    Found, Kek, KeyClass, KeyError, KeyStore, Keyring, Owner, Shred, StoreError, StoredKey, Wrapped, begin,
};
use uuid::Uuid;

use crate::support::{clock, ledger_id, patient, stores};

fn ring() -> Keyring {
    Keyring::parse(&Keyring::generate().unwrap()).unwrap()
}

fn owner(number: u128, class: KeyClass) -> Owner {
    Owner { ledger: ledger_id(), patient: patient(number), class }
}

fn key(id: u128, owner: Owner, kek: &str) -> StoredKey {
    let wrapped = Some(Wrapped { kek: kek.to_owned(), bytes: id.to_be_bytes().to_vec() });
    StoredKey { id: Uuid::from_u128(id), owner, wrapped }
}

fn shred(id: u128, of: u128) -> Shred {
    Shred {
        id: Uuid::from_u128(id),
        ledger: ledger_id(),
        patient: patient(of),
        reason: ErasureReason::RetentionEnded,
        by: PersonId::new(Uuid::from_u128(90)),
        approved_by: PersonId::new(Uuid::from_u128(91)),
        done: false,
        clear_events: 0,
    }
}

async fn begun(store: &dyn KeyStore) -> String {
    let kek = ring();
    assert!(begin(store, &kek).await.unwrap());
    kek.current().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_begun_once_and_only_its_key_fits() {
    for (name, store, _stands) in stores().await {
        let kek = ring();
        assert!(begin(&*store, &kek).await.unwrap(), "{name}");
        assert!(!begin(&*store, &kek).await.unwrap(), "{name}");
        let other = begin(&*store, &ring()).await;
        assert!(matches!(other, Err(KeyError::Kek(_))), "{name}: {other:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_add_an_owners_key_the_first_counts() {
    for (name, store, _stands) in stores().await {
        let kek = begun(&*store).await;
        let (ada, ben) = (owner(1, KeyClass::Sud), owner(2, KeyClass::Sud));
        assert_eq!(store.find(std::slice::from_ref(&ada)).await.unwrap(), [Found::Nothing], "{name}");
        let first = key(10, ada.clone(), &kek);
        assert_eq!(
            store.add(std::slice::from_ref(&first), clock().now()).await.unwrap(),
            [Found::Key(first.clone())],
            "{name}"
        );
        let second = [key(11, ada.clone(), &kek), key(12, ben.clone(), &kek)];
        let stands = [Found::Key(first.clone()), Found::Key(second[1].clone())];
        assert_eq!(store.add(&second, clock().now()).await.unwrap(), stands, "{name}");
        assert_eq!(store.find(&[ada, ben, owner(1, KeyClass::General)]).await.unwrap()[2], Found::Nothing);
        let ids = [Uuid::from_u128(12), Uuid::from_u128(11), Uuid::from_u128(10)];
        let loaded = store.load(&ids).await.unwrap();
        assert_eq!(loaded, [Some(second[1].clone()), None, Some(first)], "{name}: the loser is not kept");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_added_that_a_key_before_the_current_one_wrapped() {
    for (name, store, _stands) in stores().await {
        let old = begun(&*store).await;
        store.make_current(&Wrapped { kek: "local:new".to_owned(), bytes: vec![1] }).await.unwrap();
        let late = store.add(&[key(10, owner(1, KeyClass::General), &old)], clock().now()).await;
        assert!(matches!(late, Err(StoreError::Stale)), "{name}: {late:?}");
        assert_eq!(store.count().await.unwrap().keys, 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_wrapped_anew_only_if_it_is_still_the_one_that_was_read() {
    for (name, store, _stands) in stores().await {
        let kek = begun(&*store).await;
        let stands = key(10, owner(1, KeyClass::General), &kek);
        store.add(std::slice::from_ref(&stands), clock().now()).await.unwrap();
        let was = stands.wrapped.clone().unwrap();
        let next = Wrapped { kek: "local:new".to_owned(), bytes: vec![2] };
        store.rewrap(stands.id, &Wrapped { bytes: vec![9], ..was.clone() }, &next).await.unwrap();
        assert_eq!(store.load(&[stands.id]).await.unwrap()[0].as_ref().unwrap().wrapped, Some(was.clone()));
        assert_eq!(store.outdated("local:new", 10).await.unwrap(), std::slice::from_ref(&stands), "{name}");
        store.rewrap(stands.id, &was, &next).await.unwrap();
        assert!(store.outdated("local:new", 10).await.unwrap().is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_destroyed_is_known_and_never_comes_back() {
    for (name, store, _stands) in stores().await {
        let kek = begun(&*store).await;
        let (ada, ben) = (key(10, owner(1, KeyClass::Sud), &kek), key(11, owner(2, KeyClass::Sud), &kek));
        store.add(&[ada.clone(), ben.clone()], clock().now()).await.unwrap();
        let asked = store.ask(&shred(50, 1), clock().now()).await.unwrap();
        assert_eq!(asked, shred(50, 1), "{name}");
        assert_eq!(store.ask(&shred(51, 1), clock().now()).await.unwrap().id, asked.id, "the first stays");
        let more = [owner(1, KeyClass::General), owner(1, KeyClass::Sud)];
        let found = store.find(&more).await.unwrap();
        assert_eq!(found, [Found::Shredded, Found::Key(ada.clone())], "{name}: no new key from now on");
        let before = store.destructions(&ledger_id()).await.unwrap();
        assert_eq!(store.destroy(&ledger_id(), patient(1), clock().now()).await.unwrap(), 1, "{name}");
        assert_eq!(store.destroy(&ledger_id(), patient(1), clock().now()).await.unwrap(), 0, "{name}");
        assert!(store.destructions(&ledger_id()).await.unwrap() > before, "{name}");
        let gone = StoredKey { wrapped: None, ..ada.clone() };
        assert_eq!(store.load(&[ada.id, ben.id]).await.unwrap(), [Some(gone), Some(ben)], "{name}");
        let again = [key(12, owner(1, KeyClass::Sud), &kek), key(13, owner(1, KeyClass::General), &kek)];
        let refused = store.add(&again, clock().now()).await.unwrap();
        assert_eq!(refused, [Found::Shredded, Found::Shredded], "{name}");
        assert!(!store.shreds(&ledger_id()).await.unwrap()[0].done);
        store.done(asked.id, 3, clock().now()).await.unwrap();
        let done = Shred { done: true, clear_events: 3, ..asked };
        assert_eq!(store.shreds(&ledger_id()).await.unwrap(), [done], "{name}");
        let counted = store.count().await.unwrap();
        assert_eq!((counted.keys, counted.destroyed, counted.unfinished), (1, 1, 0), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_of_a_destroyed_key_is_left_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = concord_vault::SqliteKeys::create(&folder.path().join("keys.db")).unwrap();
    let kek = begun(&store).await;
    let secret = b"these bytes are a wrapped key of Ada".to_vec();
    let wrapped = Some(Wrapped { kek, bytes: secret.clone() });
    let ada = StoredKey { id: Uuid::from_u128(10), owner: owner(1, KeyClass::Sud), wrapped };
    store.add(&[ada], clock().now()).await.unwrap();
    assert!(!crate::support::holding(folder.path(), &secret).is_empty());
    let store: Arc<dyn KeyStore> = Arc::new(store);
    store.ask(&shred(50, 1), clock().now()).await.unwrap();
    store.destroy(&ledger_id(), patient(1), clock().now()).await.unwrap();
    assert_eq!(crate::support::holding(folder.path(), &secret), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_store_that_is_gone_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let opened = concord_vault::SqliteKeys::open(&folder.path().join("keys.db")).map(drop);
    assert!(matches!(opened, Err(StoreError::Absent)));
}
