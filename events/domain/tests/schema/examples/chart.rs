//! Examples of a medication chart.

use concord_domain::chart::{
    Acknowledgement, Answered, Cause, Coding, Correction, Event, InformationSource, Judged, LegalBasis,
    LongerUseReason, MedicationRef, NewOrder, OrderModality, OverrideReason, ReconcileAction,
    ReconciledEntry, Reported, Sex, StopReason, Supply, TaperStep, TitrationBasis, TitrationStep,
};
use concord_kernel::{Instant, OrderId, OutsideMedicationId, PrescriptionId, ScaleId};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::{
    Action, ConditionId, DrugId, FindingKey, Frequency, IngredientId, LabId, Milligrams, Regimen, Route,
    RuleId, RulesetVersion, Severity,
};

use super::{born_on, day, episode_ref, instant, person, text, uuid};

fn order() -> OrderId {
    OrderId::new(uuid(0x0D))
}

fn outside() -> OutsideMedicationId {
    OutsideMedicationId::new(uuid(0x0A))
}

fn ingredient(name: &str) -> IngredientId {
    IngredientId::parse(name).expect("a valid name")
}

fn drug(name: &str) -> DrugId {
    DrugId::parse(name).expect("a valid name")
}

fn ruleset() -> RulesetVersion {
    RulesetVersion::parse("2026-11-23.1").expect("a valid name")
}

fn finding() -> FindingKey {
    FindingKey {
        rule: RuleId::parse("ddi.lithium.nsaid").expect("a valid name"),
        about: vec![ingredient("ibuprofen"), ingredient("lithium")],
    }
}

fn judged() -> Judged {
    Judged {
        ruleset: ruleset(),
        findings: vec![finding()],
        answered: vec![Answered { finding: finding(), action: Action::Acknowledge }],
    }
}

fn regimen(mg: f64) -> Regimen {
    Regimen {
        dose: Milligrams::parse(mg).expect("a dose in range"),
        frequency: Frequency::TwiceDaily,
        route: Route::Oral,
    }
}

fn acknowledgement() -> Acknowledgement {
    let reason = text("Ibuprofen ends tomorrow; level in five days");
    Acknowledgement { finding: finding(), reason, longer_use: None }
}

fn at() -> Instant {
    instant("2026-03-09T15:10:00Z")
}

/// What the patient brings along.
#[expect(clippy::too_many_lines, reason = "a list: one example an event")]
pub(super) fn background() -> Vec<Event> {
    vec![
        Event::CharacteristicsRecorded {
            born_on: born_on(),
            sex: Sex::Female,
            may_become_pregnant: Some(true),
        },
        Event::NoKnownAllergiesConfirmed,
        Event::AllergyRecorded {
            substance: text("Lamotrigine"),
            ingredient: Some(ingredient("lamotrigine")),
            reaction: Some(text("Rash")),
            severity: ReactionSeverity::Moderate,
            kind: ReactionKind::Hypersensitivity,
        },
        Event::AllergyRefuted { substance: text("Lamotrigine"), reason: text("Rash was from a plant") },
        Event::ConditionRecorded {
            name: text("Seizures in childhood"),
            condition: Some(ConditionId::parse("seizure-disorder").expect("a valid name")),
            onset_on: Some(day("1996-01-01")),
        },
        Event::ConditionResolved { name: text("Seizures in childhood") },
        Event::ResultRecorded {
            lab: LabId::parse("lithium-level").expect("a valid name"),
            value: 0.75,
            taken_at: instant("2026-03-08T07:30:00Z"),
            last_dose_at: None,
        },
        Event::CriticalResultFlagged {
            lab: LabId::parse("lithium-level").expect("a valid name"),
            value: 1.6,
            taken_at: instant("2026-03-09T09:00:00Z"),
            rule: RuleId::parse("crit.lithium").expect("a valid name"),
            acknowledge_by: instant("2026-03-09T12:00:00Z"),
            ruleset: RulesetVersion::parse("2026-11-23.1").expect("a valid name"),
        },
        Event::ResultReviewed {
            lab: LabId::parse("lithium-level").expect("a valid name"),
            taken_at: instant("2026-03-09T09:00:00Z"),
            action: text("Held; level and creatinine again tomorrow"),
            late: false,
        },
        Event::MonitoringWaived {
            order: OrderId::new(uuid(0x0D)),
            test: RuleId::parse("mon.lithium.thyroid").expect("a valid name"),
            until: day("2026-06-30"),
            reason: text("Done by primary care in February"),
        },
        Event::OutsideMedicationRecorded {
            medication: outside(),
            reported: Reported {
                name: text("Ibuprofen 400 MG Oral Tablet"),
                codings: vec![Coding {
                    system: "http://www.nlm.nih.gov/research/umls/rxnorm".to_owned(),
                    code: "197805".to_owned(),
                }],
                regimen: Some(regimen(400.0)),
                prescriber: Some(text("Dr Lee")),
                started_on: Some(day("2026-02-01")),
                source: InformationSource::Pharmacy,
            },
            ingredients: vec![ingredient("ibuprofen")],
            complete: true,
            depot_days: None,
        },
        Event::OutsideMedicationEnded {
            medication: outside(),
            last_dose_at: Some(instant("2026-03-10T20:00:00Z")),
            reason: text("Pain is gone"),
        },
        Event::LastDoseRecorded {
            medication: MedicationRef::Outside(outside()),
            at: instant("2026-03-10T20:00:00Z"),
        },
        Event::NeverTakenRecorded {
            medication: MedicationRef::Order(order()),
            reason: text("The bottle is still sealed"),
        },
        Event::MedicationsReconciled {
            entries: vec![ReconciledEntry { medication: outside(), action: ReconcileAction::AskPrescriber }],
            note: Some(text("Dose on the box differs")),
        },
    ]
}

/// What safety rules said and what became of it.
pub(super) fn findings() -> Vec<Event> {
    vec![
        Event::PdmpChecked { check: super::prescription::pdmp(), note: Some(text("No other prescriber")) },
        Event::SafetyChecked { proposed: Some(drug("lithium-carbonate")), judged: judged() },
        Event::InteractionDetected {
            finding: finding(),
            severity: Severity::Major,
            action: Action::Acknowledge,
            ruleset: ruleset(),
        },
        Event::BoxedWarningAcknowledged { drug: drug("lithium-carbonate") },
        Event::InteractionOverridden {
            finding: finding(),
            reason: OverrideReason::BenefitOutweighsRisk,
            note: text("Level is taken twice a week"),
            by: person(0xD0),
            at: at(),
        },
        Event::OverrideCosigned { finding: finding(), by: person(0xD1), at: at() },
        Event::InteractionResolved { finding: finding(), resolution: text("Paracetamol instead") },
    ]
}

/// What was ordered and what became of it.
pub(super) fn orders() -> Vec<Event> {
    let supply = Supply { days: 30, refills: 1 };
    vec![
        Event::MedicationPrescribed {
            order: Box::new(NewOrder {
                order: order(),
                episode: episode_ref(),
                drug: drug("lithium-carbonate"),
                regimen: regimen(300.0),
                indication: ConditionId::parse("bipolar").expect("a valid name"),
                reason: text("Third depressive phase with mixed features"),
                supply,
                start_on: day("2026-03-10"),
                modality: OrderModality::InPerson,
                legal_basis: Some(LegalBasis::InPersonEvaluation),
                acknowledgements: vec![acknowledgement()],
            }),
            judged: judged(),
            ingredients: vec![ingredient("lithium")],
            at: at(),
            policy: None,
        },
        Event::DoseAdjusted {
            order: order(),
            from: regimen(300.0),
            to: regimen(450.0),
            cause: Cause::Score(ScaleId::new(uuid(0x5C))),
            note: text("Level low, no response yet"),
            acknowledgements: vec![acknowledgement()],
            judged: judged(),
            at: at(),
        },
        Event::MedicationHeld { order: order(), reason: text("Vomiting since yesterday"), at: at() },
        Event::MedicationResumed {
            order: order(),
            judged: judged(),
            acknowledgements: vec![acknowledgement()],
            at: at(),
        },
        Event::MedicationStopped {
            order: order(),
            reason: StopReason::Pregnancy,
            last_dose_at: Some(instant("2026-04-28T20:00:00Z")),
            abrupt_because: Some(text("Test was positive")),
            at: at(),
            assessed_at: None,
        },
        Event::MedicationRenewed {
            order: order(),
            supply,
            modality: OrderModality::AudioVideo,
            legal_basis: Some(LegalBasis::TelemedicineFlexibility),
            bridging: false,
            judged: judged(),
            acknowledgements: vec![acknowledgement()],
            at: at(),
            policy: None,
        },
        Event::OrderCorrected {
            order: order(),
            correction: Correction::Supply(Supply { days: 14, refills: 0 }),
            reason: text("Typed in error"),
        },
    ]
}

/// What a supply brings with it.
pub(super) fn supplied() -> Vec<Event> {
    vec![
        Event::UseLimited {
            order: order(),
            rule: RuleId::parse("duration.benzodiazepine").expect("a valid name"),
            since: day("2026-03-02"),
            unknown_before: true,
            until: day("2026-04-12"),
            reason: Some(LongerUseReason::TaperWouldHarm),
        },
        Event::SupplyAllotted {
            order: order(),
            prescription: PrescriptionId::new(uuid(0x17)),
            days: 30,
            bridging: true,
            at: at(),
        },
    ]
}

/// What was agreed about an order beforehand, and what was done of it.
pub(super) fn agreed() -> Vec<Event> {
    vec![
        Event::TaperPlanned {
            order: order(),
            steps: vec![
                TaperStep { on: day("2026-04-01"), regimen: regimen(300.0) },
                TaperStep { on: day("2026-04-29"), regimen: regimen(0.0) },
            ],
            reason: text("Wish for a child"),
        },
        Event::TitrationPlanned {
            order: order(),
            steps: vec![
                TitrationStep { on: day("2026-03-24"), regimen: regimen(450.0) },
                TitrationStep { on: day("2026-04-07"), regimen: regimen(600.0) },
            ],
            schedule: Some(RuleId::parse("lamotrigine.alone").expect("a valid name")),
            reason: text("By the label"),
            acknowledgements: vec![acknowledgement()],
            judged: judged(),
            at: at(),
        },
        Event::TitrationStepTaken {
            order: order(),
            planned_on: day("2026-03-24"),
            from: regimen(300.0),
            to: regimen(450.0),
            rests_on: TitrationBasis::Result(LabId::parse("lithium-level").expect("a valid name")),
            note: text("Level low, no tremor"),
            acknowledgements: vec![acknowledgement()],
            judged: judged(),
            at: at(),
        },
        Event::TitrationCancelled { order: order(), reason: text("Well at this dose") },
        Event::MedicationSwitched {
            from: order(),
            to: OrderId::new(uuid(0x0E)),
            overlap_until: day("2026-05-01"),
            reason: text("Tremor at every level that helps"),
            at: at(),
            assessed_at: None,
        },
        Event::CriticalResultBreached {
            lab: LabId::parse("lithium-level").expect("a valid name"),
            taken_at: at(),
            acknowledge_by: at(),
        },
    ]
}
