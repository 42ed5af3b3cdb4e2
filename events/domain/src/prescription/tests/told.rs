//! Words in which prescriptions are told of.

use std::collections::BTreeMap;

use concord_kernel::{
    Day, EpisodeId, Instant, OrderId, PharmacyRequestId, PrescriptionId, Role, Schedule, VisitId,
};
use concord_knowledge::{ConditionId, DrugId, Frequency, Milligrams, Regimen, Route};

use super::super::*;
use crate::chart::{LegalBasis, OrderModality, PdmpCheck, PdmpResult, Supply};
use crate::follow_up::Modality;
use crate::signing_rights::InForce;
use crate::testing::{By, by, by_person, going_on, noon, text, this_stay, uuid};
use crate::{
    AdherenceFacts, Bridge, ChartFacts, Continuing, Facts, Issued, OfPrescription, PlanFacts,
    PrescribableFacts, PrescriptionFacts, UsState, VisitFacts,
};

pub(super) fn rx() -> PrescriptionId {
    PrescriptionId::new(uuid(0x17))
}

pub(super) fn order() -> OrderId {
    OrderId::new(uuid(5))
}

pub(super) fn request(number: u128) -> PharmacyRequestId {
    PharmacyRequestId::new(uuid(number))
}

pub(super) fn ohio() -> UsState {
    UsState::parse("OH").unwrap()
}

pub(super) fn in_days(days: i64) -> Day {
    noon().plus_days(days).day()
}

pub(super) fn ordered(drug: &str, indication: &str) -> PrescribableFacts {
    PrescribableFacts {
        drug: DrugId::parse(drug).unwrap(),
        regimen: Regimen {
            dose: Milligrams::parse(8.0).unwrap(),
            frequency: Frequency::Daily,
            route: Route::Oral,
        },
        indication: ConditionId::parse(indication).unwrap(),
        supply: Supply { days: 90, refills: 0 },
        supplied_at: noon(),
        held: false,
        modality: OrderModality::InPerson,
        legal_basis: Some(LegalBasis::InPersonEvaluation),
        continuing: Continuing {
            episode: this_stay(),
            daily: Milligrams::parse(8.0).unwrap(),
            dose_since: noon().plus_days(-7),
            taper: None,
            bridge: Bridge::None,
        },
        // What a signature has the chart do first.
        allotted: vec![rx()],
    }
}

pub(super) fn pdmp(hours_ago: i64) -> PdmpCheck {
    let checked_at = Instant::from_micros(noon().micros() - hours_ago * 3_600_000_000).unwrap();
    PdmpCheck {
        state: ohio(),
        checked_at,
        by: concord_kernel::PersonId::new(uuid(9)),
        result: PdmpResult::AsExpected,
    }
}

/// What other streams say: the order, and a look into Ohio's program an hour ago.
pub(super) fn charted(ordered: PrescribableFacts) -> Facts {
    let chart = ChartFacts {
        open_orders: vec![order()],
        known_orders: vec![order()],
        prescribable: BTreeMap::from([(order(), ordered)]),
        pdmp: BTreeMap::from([(ohio(), pdmp(1))]),
        ..ChartFacts::default()
    };
    let (adherence, plan) = (Some(AdherenceFacts::default()), Some(PlanFacts::default()));
    let signing_rights = Some(BTreeMap::from([(prescriber().0.actor.id, right())]));
    Facts { chart: Some(chart), adherence, plan, signing_rights, ..going_on() }
}

/// What two people let [`prescriber`] sign, for a year.
pub(super) fn right() -> InForce {
    InForce { schedules: prescriber().0.actor.credentials.schedules, until: in_days(400) }
}

pub(super) fn visited(facts: Facts, modality: Modality, in_person_before: bool) -> Facts {
    let mut medication = BTreeMap::from([(visit().visit, (noon(), modality))]);
    if in_person_before {
        medication.insert(VisitId::new(uuid(0x22)), (noon().plus_days(-40), Modality::InPerson));
    }
    Facts { visits: Some(VisitFacts { medication, missed: None }), ..facts }
}

pub(super) fn visit() -> VisitRef {
    VisitRef { episode: EpisodeId::new(uuid(1)), visit: VisitId::new(uuid(0x21)) }
}

pub(super) fn another(signed: bool, void: bool) -> PrescriptionFacts {
    PrescriptionFacts {
        order: order(),
        ready: false,
        signed,
        void,
        in_question: false,
        supply: Supply { days: 30, refills: 0 },
        from: in_days(0),
        days: 30,
        series_days: 30,
        handed_out_days: 0,
    }
}

/// The prescription that others name, or that shares a supply with this one.
pub(super) fn other() -> PrescriptionId {
    PrescriptionId::new(uuid(0x18))
}

pub(super) fn beside(facts: Facts, another: impl Into<Option<PrescriptionFacts>>) -> Facts {
    Facts { prescriptions: another.into().map(|known| (other(), known)).into_iter().collect(), ..facts }
}

pub(super) fn prescriber() -> By {
    let mut by = by_person(Role::Psychiatrist, 0xD0C);
    by.0.actor.credentials.schedules = vec![Schedule::II, Schedule::III, Schedule::IV, Schedule::V];
    by
}

pub(super) fn relay() -> By {
    by(Role::Service)
}

pub(super) fn new() -> NewPrescription {
    NewPrescription {
        order: order(),
        product: text("8 mg film"),
        quantity: 30,
        supply: Supply { days: 30, refills: 0 },
        pharmacy: PharmacyId::parse("1234567").unwrap(),
        state: ohio(),
        earliest_fill_on: None,
        follows: None,
        note: None,
    }
}

pub(super) fn draft(new: NewPrescription) -> Command {
    Command::Draft(Box::new(new))
}

pub(super) fn factor(kind: FactorKind, at: Instant) -> Factor {
    Factor { kind, verified_at: at, evidence: text("session 1") }
}

pub(super) fn two_factors() -> Vec<Factor> {
    vec![factor(FactorKind::Knowledge, noon()), factor(FactorKind::HardToken, noon())]
}

pub(super) fn sign() -> Command {
    Command::Sign { factors: two_factors(), visit: None }
}

pub(super) type Asked = Issued<OfPrescription<Command>>;

impl By {
    pub(super) fn of_rx(self, command: Command) -> Asked {
        self.asks(OfPrescription { prescription: rx(), command })
    }
}

pub(super) fn folded(events: &[Event]) -> Prescription {
    let mut state = Prescription::default();
    events.iter().cloned().for_each(|event| state.fold(event));
    state
}

/// The history after each was accepted.
#[track_caller]
pub(super) fn after(mut given: Vec<Event>, asked: impl IntoIterator<Item = Asked>) -> Vec<Event> {
    for asked in asked {
        given.extend(folded(&given).decide(&asked).unwrap());
    }
    given
}

#[track_caller]
pub(super) fn refused(given: &[Event], when: &Asked, why: &Error) {
    assert_eq!(folded(given).decide(when).as_ref(), Err(why));
}

#[track_caller]
pub(super) fn nothing_happens(given: &[Event], when: &Asked) {
    assert_eq!(folded(given).decide(when), Ok(Vec::new()));
}

pub(super) fn bup() -> Facts {
    charted(ordered("buprenorphine-naloxone-sl", "opioid-use-disorder"))
}

pub(super) fn plain() -> Facts {
    charted(PrescribableFacts { legal_basis: None, ..ordered("sertraline", "major-depression") })
}

pub(super) fn drafted(facts: &Facts) -> Vec<Event> {
    after(Vec::new(), [by(Role::Nurse).knowing(facts.clone()).of_rx(draft(new()))])
}

pub(super) fn ready(facts: &Facts) -> Vec<Event> {
    after(drafted(facts), [prescriber().knowing(facts.clone()).of_rx(Command::MarkReady)])
}

pub(super) fn signed(facts: &Facts) -> Vec<Event> {
    after(ready(facts), [prescriber().knowing(facts.clone()).of_rx(sign())])
}

pub(super) fn accepted() -> Vec<Event> {
    let given = signed(&plain());
    let message = message_id(prescriber().0.patient, rx(), MessageKind::New);
    let status = Command::RecordStatus { message: Some(message), status: PharmacyStatus::Accepted };
    after(given, [relay().of_rx(Command::Transmit), relay().of_rx(status)])
}
