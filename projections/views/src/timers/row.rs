//! What runs for one client.

use concord_domain::DomainEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_kernel::Instant;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::Ring;
use super::bridging::Bridging;
use super::injection;
use super::outreach::Outreaches;
use super::reminders::Reminders;
use super::results::Results;
use super::reviews::Reviews;
use super::side_effects::Decisions;
use crate::parts::{Injections, Stays};

/// Everything that runs for one client, and where they stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    stays: Stays,
    decisions: Decisions,
    reminders: Reminders,
    results: Results,
    outreach: Outreaches,
    reviews: Reviews,
    bridging: Bridging,
    injections: Injections,
}

impl Row {
    /// Whether nothing runs, and nobody knows where they stand.
    pub(super) fn is_empty(&self) -> bool {
        let Self { stays, decisions, reminders, results, outreach, reviews, bridging, injections } = self;
        stays.iter().next().is_none()
            && decisions.is_empty()
            && reminders.is_empty()
            && results.is_empty()
            && outreach.is_empty()
            && reviews.is_empty()
            && bridging.is_empty()
            && *injections == Injections::default()
    }

    pub(super) fn fold(&mut self, fact: &Fact) {
        match &fact.event {
            DomainEvent::Episode(event) => {
                self.stays.fold(fact, event);
                self.bridging.fold(&self.stays, fact, event);
                if let EpisodeEvent::EpisodeClosed { episode, .. } = event {
                    self.reminders.stay_closed(*episode);
                    self.outreach.stay_closed(*episode);
                    self.reviews.stay_closed();
                }
            }
            DomainEvent::Chart(event) => {
                self.results.fold(event);
                self.injections.fold(event);
            }
            DomainEvent::SideEffects(event) => self.decisions.fold(event),
            DomainEvent::Scales(event) => self.reviews.score(&self.stays, fact, event),
            DomainEvent::FollowUp(event) => {
                self.outreach.visit(&self.stays, fact, event);
                self.reviews.visit(&self.stays, fact, event);
            }
            DomainEvent::TreatmentPlan(event) => self.reviews.fold(event),
            DomainEvent::Adherence(event) => {
                self.reminders.fold(event);
                self.outreach.fold(event);
            }
            DomainEvent::Assessment(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::Prescription(_) => {}
        }
    }

    /// Shows everything that runs, with when it rings.
    pub(super) fn each(&self, mut show: impl FnMut(Instant, Ring)) {
        self.decisions.each(&mut show);
        self.reminders.each(&self.stays, &mut show);
        self.results.each(&mut show);
        self.outreach.each(&self.stays, &mut show);
        self.reviews.each(&self.stays, &mut show);
        self.bridging.each(&mut show);
        injection::each(&self.injections, &mut show);
    }
}
