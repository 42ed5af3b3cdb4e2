//! Reminders: sent before they are recorded, and to nobody who may not be reminded.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::SeqCst;

use concord_domain::adherence::{Command, Shared, Wording};
use concord_kernel::{PersonId, Role, StreamRef};
use uuid::Uuid;

use super::service::{Kind, Service, clock, of_taking, patient};
use crate::{Recipient, TimekeeperError};

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_says_its_fixed_words_and_is_recorded_when_it_was_sent() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    Kind::Reminder.begin(&service, 1).await;
    service.later(2);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 1);
    let told = service.told.notices.lock().unwrap();
    assert_eq!((told.len(), told[0].to), (1, Recipient::Patient(patient(1))));
    assert_eq!(told[0].text, Wording::CheckIn.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_and_not_recorded_is_sent_again_under_the_same_identifier() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    Kind::Reminder.begin(&service, 1).await;
    service.later(2);
    service.told.ends.store(true, SeqCst);
    let timekeeper = service.timekeeper();
    assert!(tokio::spawn(async move { timekeeper.record_passed().await }).await.is_err(), "it ended");
    assert_eq!(Kind::Reminder.records(&service, 1).await.len(), 0);

    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 1);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 0);
    assert_eq!(Kind::Reminder.records(&service, 1).await.len(), 1);
    let told = service.told.notices.lock().unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nothing_can_be_sent_nothing_is_recorded_as_sent_and_the_rest_goes_on() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    Kind::Reminder.begin(&service, 1).await;
    Kind::SideEffect.begin(&service, 2).await;
    service.later(3);
    service.told.away.store(true, SeqCst);
    let failed = service.timekeeper().record_passed().await;
    assert!(matches!(failed, Err(TimekeeperError::Notify(_))), "{failed:?}");
    assert_eq!(Kind::Reminder.records(&service, 1).await.len(), 0);
    assert_eq!(Kind::SideEffect.records(&service, 2).await.len(), 1);
    service.told.away.store(false, SeqCst);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_ends_with_the_consent_that_it_rests_on_and_is_not_sent() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    let father = PersonId::new(Uuid::from_u128(0xFA));
    service.admit(1).await;
    let permit = Command::PermitFamily {
        person: father,
        shares: BTreeSet::from([Shared::Reminders]),
        until: Some(concord_kernel::Clock::now(&*clock).plus_days(2).day()),
    };
    service.execute(Role::Patient, 1, of_taking(1, permit)).await;
    service.remind(1, Some(father), Some(2)).await;
    service.level().await;
    service.later(2);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 1);
    assert_eq!(service.told.notices.lock().unwrap()[0].to, Recipient::Person(father));

    // The next is due a day after the last day of the consent, which no event says.
    service.later(2);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 1, "it is cancelled");
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 0);
    assert_eq!(service.told.notices.lock().unwrap().len(), 1, "and was not sent");
    let cancelled = service.named(StreamRef::adherence(patient(1)), "ReminderCancelled").await;
    assert_eq!(cancelled.len(), 1);
}
