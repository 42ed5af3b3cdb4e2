//! Injections whose last day passes.

use std::time::Duration;

use concord_kernel::{Day, Instant, OrderId};
use concord_projection::{Item, List, ListEntry, Listed, Sort};
use uuid::Uuid;

use super::{Ring, Row, Timer};

/// What names a deadline of an injection on the list, before its order.
const MARK: &[u8] = b"injection";

/// A calendar day has ended everywhere that long after it has ended in UTC.
const WESTERNMOST_BEHIND_UTC: Duration = Duration::from_hours(12);

/// The last instant of a day, wherever the patient is.
fn ends(day: Day) -> Instant {
    Instant::start_of(day).plus_days(1).plus(WESTERNMOST_BEHIND_UTC)
}

/// Each injection that is waited for and not yet on record as overdue.
pub(super) fn entries(row: &Row) -> impl Iterator<Item = ListEntry> {
    let waits = row.injections.iter().filter(|next| next.is_awaited());
    waits.map(|next| ListEntry {
        list: List::all(),
        sort: Sort::new().earliest(ends(next.until)),
        item: Item::of(&[MARK, next.order.uuid().as_bytes()]),
    })
}

/// The deadline that an entry of the list names, if it is one of an injection.
pub(super) fn timer(listed: &Listed<Row>) -> Option<Timer> {
    let order = OrderId::new(Uuid::from_slice(listed.item.strip_prefix(MARK)?).ok()?);
    let next = listed.row.injections.iter().find(|next| next.order == order && next.is_awaited())?;
    Some(Timer {
        patient: listed.key.as_patient(),
        deadline: ends(next.until),
        ring: Ring::InjectionOverdue(order, next.on),
    })
}
