//! What rings, over a real ledger and real views: each rule over every kind of ring.

mod reminders;
mod service;

use std::time::Duration;

use concord_views::timers;

use self::service::{Kind, LONGEST_DAYS, Service, clock};

/// Of which client each kind is.
fn kinds() -> impl Iterator<Item = (u128, Kind)> {
    (0_u128..).zip(Kind::ALL)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_recorded_once_in_its_time_and_by_the_service() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    for (n, kind) in kinds() {
        kind.begin(&service, n).await;
        let deadline = !matches!(kind, Kind::Outreach | Kind::MissedVisitsReview | Kind::WorseScoreReview);
        if deadline {
            service.timekeeper().record_passed().await.unwrap();
            assert_eq!(kind.records(&service, n).await.len(), 0, "{kind:?} has not passed yet");
        }
    }
    // What a look begins may ring at the next one.
    for days in 0..LONGEST_DAYS {
        service.later(1);
        service.timekeeper().record_passed().await.unwrap();
        service.timekeeper().record_passed().await.unwrap();
        assert_eq!(service.timekeeper().record_passed().await.unwrap(), 0, "day {days}");
    }
    for (n, kind) in kinds() {
        let recorded = kind.records(&service, n).await;
        assert_eq!(recorded.len(), 1, "{kind:?}");
        assert!(String::from_utf8_lossy(&recorded[0].metadata).contains("\"service\""), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_that_wakes_up_late_changes_nothing_that_was_answered_meanwhile() {
    for (n, kind) in kinds() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
        let service = Service::start(folder.path(), &clock);
        kind.begin(&service, n).await;
        // The runner ends, so the row stays as it is.
        service.views.clone().shutdown().await;
        kind.answer(&service, n).await;
        service.later(LONGEST_DAYS);
        let now = concord_kernel::Clock::now(&*clock);
        let reader = service.views.reader();
        let due = timers::due(&reader, now, None, 10).await.unwrap().timers;
        assert!(!due.is_empty(), "{kind:?}");
        assert_eq!(service.timekeeper().record_passed().await.unwrap(), 0, "{kind:?}");
        assert_eq!(kind.records(&service, n).await.len(), 0, "{kind:?}");
        assert!(service.told.notices.lock().unwrap().is_empty(), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_record_and_the_view_records_nothing_twice() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    for (n, kind) in kinds() {
        kind.begin(&service, n).await;
    }
    service.later(LONGEST_DAYS);
    // Recorded, and then the views end before they could show it.
    service.views.clone().shutdown().await;
    assert!(service.timekeeper().record_passed().await.is_err(), "the view cannot come to it");
    for (n, kind) in kinds() {
        assert_eq!(kind.records(&service, n).await.len(), 1, "{kind:?}");
    }
    drop(service);

    let again = Service::start(folder.path(), &clock);
    again.level().await;
    again.timekeeper().record_passed().await.unwrap();
    for (n, kind) in kinds() {
        assert_eq!(kind.records(&again, n).await.len(), 1, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_timekeepers_that_know_nothing_of_each_other_record_everything_once() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    for n in 0..32 {
        Kind::ALL[usize::try_from(n).unwrap() % Kind::ALL.len()].begin(&service, n).await;
    }
    service.later(LONGEST_DAYS);
    let (one, other) = (service.timekeeper(), service.timekeeper());
    let (one, other) = tokio::join!(one.record_passed(), other.record_passed());
    assert!(one.unwrap().max(other.unwrap()) > 0);
    for n in 0..32 {
        let kind = Kind::ALL[usize::try_from(n).unwrap() % Kind::ALL.len()];
        assert_eq!(kind.records(&service, n).await.len(), 1, "{kind:?} of {n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_holds_up_nothing_behind_it() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    // More than are looked at together, all of them needless, and the view does not know.
    for n in 0..110 {
        Kind::SideEffect.begin(&service, n).await;
    }
    Kind::CriticalResult.begin(&service, 200).await;
    service.later(1);
    Kind::Bridging.begin(&service, 201).await;
    service.views.clone().shutdown().await;
    for n in 0..110 {
        Kind::SideEffect.answer(&service, n).await;
    }
    service.later(LONGEST_DAYS);
    assert!(service.timekeeper().record_passed().await.is_err(), "the view cannot come to it");
    assert_eq!(Kind::CriticalResult.records(&service, 200).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ninety_days_of_everything_pass_in_seconds() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    let timekeeper = service.timekeeper();
    // Somebody who is reminded every day, beside whatever else happens.
    service.admit(900).await;
    service.remind(900, None, Some(1)).await;
    let started = concord_kernel::Clock::now(&*clock);
    for day in 0..90 {
        Kind::ALL[usize::try_from(day).unwrap() % Kind::ALL.len()].begin(&service, day).await;
        service.later(1);
        timekeeper.record_passed().await.unwrap();
    }
    for _ in 0..LONGEST_DAYS {
        service.later(1);
        timekeeper.record_passed().await.unwrap();
    }
    for day in 0..90 {
        let kind = Kind::ALL[usize::try_from(day).unwrap() % Kind::ALL.len()];
        let recorded = kind.records(&service, day).await;
        let [entry] = &recorded[..] else { panic!("{kind:?} of day {day}: {recorded:?}") };
        let latest = started.plus_days(i64::try_from(day).unwrap() + LONGEST_DAYS);
        assert!(entry.recorded_at <= latest.plus(Duration::from_hours(1)), "{kind:?} of day {day}");
    }
    let reminded = Kind::Reminder.records(&service, 900).await.len();
    assert!((94..=96).contains(&reminded), "every day once: {reminded}");
    let told = service.told.notices.lock().unwrap();
    let mut ids: Vec<_> = told.iter().map(|notice| notice.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), told.len(), "each was sent once");
}
