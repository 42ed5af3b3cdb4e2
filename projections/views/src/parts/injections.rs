//! Injections that act for weeks: which is due, which is late, and which was given against a rule.

use concord_domain::chart::{Correction, Event, GivenInjection, NewOrder};
use concord_kernel::{Day, Instant, OrderId};
use concord_knowledge::{DrugId, Milligrams, Ruleset};
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::due::Open;

/// The last injection that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastInjection {
    /// When.
    pub at: Instant,
    /// How much.
    #[serde(rename = "dose_mg")]
    pub dose: Milligrams,
    /// Which of the present course it was.
    pub given: u16,
}

/// An order that is injected, and its next injection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextInjection {
    /// The order.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// The day on which it is due.
    pub on: Day,
    /// The first day on which it may be given.
    pub from: Day,
    /// The last day on which it is in time.
    pub until: Day,
    /// The last one; absent before the first.
    pub last: Option<LastInjection>,
    /// Whether it is on record that its last day has passed, and nobody has decided since.
    pub overdue: bool,
    /// Whether the order is on hold.
    pub held: bool,
    /// Whether it is on record that its last day has passed, whatever was decided since.
    overdue_on_record: bool,
    late_days: u16,
}

/// What is due and what waits. The number of open orders bounds the first list, and reviews the second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Injections {
    next: Vec<NextInjection>,
    /// Injections that were given against a rule: by which order, of what, and until when somebody looks at it.
    to_review: Vec<(OrderId, DrugId, Instant, Instant)>,
    /// The last injection of each drug, whichever order it was given by.
    courses: Vec<GivenLast>,
}

/// Where the injections of a drug stand, for another order of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct GivenLast {
    drug: DrugId,
    days: (Day, Day, Day),
    last: LastInjection,
}

impl Injections {
    /// Each order that is injected.
    pub fn iter(&self) -> impl Iterator<Item = &NextInjection> {
        self.next.iter()
    }

    /// Whether an event may change it.
    pub(crate) const fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::MedicationPrescribed { .. }
                | Event::MedicationHeld { .. }
                | Event::MedicationResumed { .. }
                | Event::MedicationStopped { .. }
                | Event::OrderCorrected { .. }
                | Event::InjectionGiven(_)
                | Event::LateInjectionDecided { .. }
                | Event::InjectionOverdue { .. }
                | Event::InjectionReviewed { .. }
        )
    }

    /// Takes in one more event.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`concerns` names the events, without wildcard")]
    pub(crate) fn fold(&mut self, event: &Event) {
        match event {
            Event::MedicationPrescribed { order, .. } => self.prescribed(order),
            Event::MedicationHeld { order, .. } => self.change(*order, |next| next.held = true),
            Event::MedicationResumed { order, .. } => self.change(*order, |next| next.held = false),
            Event::MedicationStopped { order, .. } => self.next.retain(|next| next.order != *order),
            Event::OrderCorrected { order, correction: Correction::StartOn(day), .. } => {
                self.change(*order, |next| {
                    if next.last.is_none() {
                        next.starts(*day);
                    }
                });
            }
            Event::InjectionGiven(given) => self.given(given),
            Event::LateInjectionDecided { order, .. } => self.change(*order, |next| next.overdue = false),
            Event::InjectionOverdue { order, .. } => self.change(*order, |next| {
                (next.overdue, next.overdue_on_record) = (true, true);
            }),
            Event::InjectionReviewed { order, given_at, .. } => {
                self.to_review.retain(|(of, _, at, _)| (of, at) != (order, given_at));
            }
            _ => {}
        }
    }

    fn change(&mut self, order: OrderId, change: impl FnOnce(&mut NextInjection)) {
        if let Some(next) = self.next.iter_mut().find(|next| next.order == order) {
            change(next);
        }
    }

    fn prescribed(&mut self, order: &NewOrder) {
        let Some(row) = Ruleset::embedded().injection(&order.drug, &order.regimen) else { return };
        let mut next = NextInjection {
            order: order.order,
            drug: order.drug.clone(),
            on: order.start_on,
            from: order.start_on,
            until: order.start_on,
            last: None,
            overdue: false,
            held: false,
            overdue_on_record: false,
            late_days: row.late_days,
        };
        next.starts(order.start_on);
        if let Some(known) = self.courses.iter().find(|known| known.drug == order.drug) {
            (next.on, next.from, next.until) = known.days;
            next.last = Some(known.last);
        }
        self.next.push(next);
    }

    fn given(&mut self, given: &GivenInjection) {
        let waits = given.review_by.map(|by| (given.order, given.drug.clone(), given.at, by));
        self.to_review.extend(waits);
        let days = (given.next.on, given.next.from, given.next.until);
        let last = LastInjection { at: given.at, dose: given.dose, given: given.given };
        let later = |known: LastInjection| if known.at > last.at { known } else { last };
        self.change(given.order, |next| {
            // One that was given before the last one moves nothing.
            if next.last.is_none_or(|known| given.at >= known.at) {
                (next.on, next.from, next.until) = days;
                next.last = Some(last);
                (next.overdue, next.overdue_on_record) = (false, false);
            }
        });
        match self.courses.iter_mut().find(|known| known.drug == given.drug) {
            Some(known) => (known.days, known.last) = (days, later(known.last)),
            None => self.courses.push(GivenLast { drug: given.drug.clone(), days, last }),
        }
    }

    /// Shows what is due while a stay is open.
    pub(super) fn each_routine<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for next in self.next.iter().filter(|next| !next.held && !next.overdue) {
            let (order, drug) = (next.order.uuid(), Some(next.drug.as_str()));
            show(Open::about(DueKind::Injection, Instant::start_of(next.on), order, drug));
        }
    }

    /// Shows what must not be forgotten after a stay either.
    pub(super) fn each_urgent<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for next in self.next.iter().filter(|next| !next.held && next.overdue) {
            let (order, drug) = (next.order.uuid(), Some(next.drug.as_str()));
            show(Open::about(DueKind::InjectionLate, Instant::start_of(next.until), order, drug));
        }
        // One thing for each order: what stood against its injections is looked at together.
        for (at, (order, drug, _, by)) in self.to_review.iter().enumerate() {
            if self.to_review[..at].iter().all(|(earlier, ..)| earlier != order) {
                show(Open::about(DueKind::InjectionReview, *by, order.uuid(), Some(drug.as_str())));
            }
        }
    }
}

impl NextInjection {
    /// Whether its last day may pass without anybody knowing yet.
    pub(crate) const fn is_awaited(&self) -> bool {
        !self.held && !self.overdue_on_record
    }

    /// A first injection may be given from its day on.
    fn starts(&mut self, day: Day) {
        let until = Instant::start_of(day).plus_days(i64::from(self.late_days)).day();
        (self.on, self.from, self.until) = (day, day, until);
    }
}
