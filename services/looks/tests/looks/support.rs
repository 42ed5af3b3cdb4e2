//! Records and ledgers for tests.

use std::path::Path;
use std::sync::Arc;

use concord_kernel::{
    Clock, Instant, LedgerId, ManualClock, PatientId, PersonId, Purpose, RandomIds, Role, SeededIds,
    SystemClock, TenantId,
};
use concord_ledger::{Ledger, MemoryLedger, SqliteLedger, SqliteOptions};
use concord_looks::{Basis, Disclosure, Limits, Look, Looks, Outcome, Recipient, Record, Who};
use uuid::Uuid;

pub(crate) fn patient(number: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(number))
}

pub(crate) fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

pub(crate) fn who(number: u128) -> Who {
    Who { person: PersonId::new(Uuid::from_u128(number)), role: Role::Nurse, organisation: None }
}

pub(crate) fn look(at: Instant, who_looked: u128, patients: impl IntoIterator<Item = u128>) -> Look {
    Look {
        at,
        who: who(who_looked),
        call: "concord.prescriber.v1.GetClient".into(),
        purpose: Some(Purpose::Treatment),
        patients: patients.into_iter().map(patient).collect(),
        outcome: Outcome::Answered,
        policy: None,
        break_glass: false,
        audit: None,
    }
}

pub(crate) fn disclosure(at: Instant, about: u128, positions: impl IntoIterator<Item = u64>) -> Disclosure {
    Disclosure {
        at,
        patient: patient(about),
        recipient: Recipient {
            organisation: "lakeside.example".into(),
            name: Some("Lakeside Family Medicine".into()),
            person: None,
            intermediary: None,
        },
        purpose: Purpose::Treatment,
        basis: Basis::Consent { consent: Uuid::from_u128(5), version: 2, decided_at: 40 },
        classes: vec!["medications".into()],
        positions: positions.into_iter().collect(),
        subscription: Some(Uuid::from_u128(6)),
    }
}

pub(crate) fn id() -> LedgerId {
    LedgerId::access(TenantId::parse("demo").unwrap())
}

/// A ledger in memory, with the clock that it is written by.
pub(crate) fn in_memory() -> (Arc<dyn Ledger>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::starting_at(noon()));
    let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
    (Arc::new(MemoryLedger::new(id(), shared, Arc::new(SeededIds::new(1)))), clock)
}

pub(crate) fn keep(ledger: Arc<dyn Ledger>, clock: Arc<dyn Clock>, limits: Limits) -> Looks {
    Looks::new(ledger, clock, Arc::new(RandomIds), limits)
}

/// A ledger in `file`, by the machine's clock.
pub(crate) fn in_file(file: &Path) -> Arc<dyn Ledger> {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Arc::new(SqliteLedger::open(file, id(), clock, ids, SqliteOptions::default()).unwrap())
}

pub(crate) fn looks_of<'a>(records: &'a [Record]) -> Vec<&'a Look> {
    let look = |record: &'a Record| match record {
        Record::Look(look) => look,
        Record::Disclosure(_) => panic!("a disclosure among looks"),
    };
    records.iter().map(look).collect()
}
