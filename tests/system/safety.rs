//! What every order is checked for, and what the record proves, as those who rely on it live it. Each test is named by
//! the feature that it shows.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{Action, Severity};
use concord_proto::concord::ledger::v1 as ledger;
use concord_support::{fresh, now};
use prost_types::Timestamp;

use crate::clinic::{Clinic, daily, finding, order, outside, reason, refusal};
use crate::{AUDITOR, PHARMACIST};

fn allergy(clinic: &Clinic, substance: &str) -> chart::RecordAllergyRequest {
    chart::RecordAllergyRequest {
        header: clinic.intake.header(),
        substance: substance.to_owned(),
        codings: Vec::new(),
        reaction: "Hives within an hour".to_owned(),
        severity: chart::ReactionSeverity::Moderate.into(),
        kind: chart::ReactionKind::Allergy.into(),
    }
}

#[tokio::test]
async fn e01_not_asked_none_known_and_a_list_are_three_things() {
    let clinic = Clinic::open().await;
    let doctor = &clinic.doctor;
    // Somebody whose allergies nobody has asked for.
    let unasked = concord_support::Intake::admit(doctor).await.unwrap();
    unasked.indicate(doctor, "major-depression").await.unwrap();
    let warned =
        chart::AcknowledgeBoxedWarningRequest { header: unasked.header(), drug: "sertraline".to_owned() };
    doctor.send(warned).await.unwrap();
    let refused = clinic.prescribe_in(unasked, "sertraline", 50.0).await;
    assert_eq!(reason(refused), "ALLERGIES_NOT_ASKED");

    // None known, until there is one; then the list stands until each is refuted.
    doctor.send(allergy(&clinic, "penicillin")).await.unwrap();
    let none = || chart::ConfirmNoKnownAllergiesRequest { header: clinic.intake.header() };
    assert_eq!(reason(doctor.send(none()).await), "ALLERGY_ON_CHART");
    let taken_back = chart::RefuteAllergyRequest {
        header: clinic.intake.header(),
        substance: "penicillin".to_owned(),
        reason: "Skin test and oral challenge negative".to_owned(),
    };
    doctor.send(taken_back).await.unwrap();
    doctor.send(none()).await.unwrap();
}

#[tokio::test]
async fn e02_what_the_patient_reacted_to_is_not_ordered_by_any_of_its_names() {
    let clinic = Clinic::open().await;
    clinic.doctor.send(allergy(&clinic, "Zoloft")).await.unwrap();
    let refused = refusal(clinic.prescribe().await);
    let found = finding(&refused.findings, "allergy.same-ingredient");
    assert_eq!((found.severity(), found.action()), (Severity::Contraindicated, Action::BlockUnlessCosigned));
    assert!(!found.source.is_empty() && !found.advice.is_empty());
    // A name that nobody can map is not passed over: the check says that it could not see.
    let other = Clinic::open().await;
    other.doctor.send(allergy(&other, "grandmother's drops")).await.unwrap();
    let refused = refusal(other.prescribe().await);
    assert_eq!(finding(&refused.findings, "allergy.unmapped").action(), Action::Acknowledge);
}

#[tokio::test]
async fn e03_what_collides_with_what_is_told_with_severity_source_and_a_way_out() {
    let clinic = Clinic::open().await;
    clinic.doctor.send(outside(clinic.intake, "Nardil 15 MG Oral Tablet")).await.unwrap();
    let refused = refusal(clinic.prescribe().await);
    let found = finding(&refused.findings, "ddi.maoi.serotonergic");
    assert_eq!(found.severity(), Severity::Contraindicated);
    assert_eq!(found.key.unwrap().about, ["phenelzine", "sertraline"]);
    for said in [&found.mechanism, &found.advice, &found.source] {
        assert!(!said.is_empty());
    }
    assert!(!refused.remedy.is_empty());
    // A brand in brackets that no table names is asked for, not dropped.
    let other = Clinic::open().await;
    let half = other
        .doctor
        .send(outside(other.intake, "Ibuprofen 200 MG Oral Tablet [Grandmother's]"))
        .await
        .unwrap();
    finding(&half.warnings, "map.unrecognised");
}

#[tokio::test]
async fn e04_the_same_substance_is_not_ordered_twice_whoever_gives_it() {
    let clinic = Clinic::open().await;
    clinic.prescribe().await.unwrap();
    let twice = refusal(clinic.prescribe().await);
    finding(&twice.findings, "dup.same-ingredient");
    let other = Clinic::open().await;
    other.doctor.send(outside(other.intake, "Zoloft 50mg")).await.unwrap();
    let elsewhere = refusal(other.prescribe().await);
    assert_eq!(finding(&elsewhere.findings, "dup.same-ingredient").action(), Action::BlockUnlessCosigned);
}

#[tokio::test]
async fn e05_a_dose_is_held_against_the_label_the_start_and_the_patient() {
    let clinic = Clinic::open().await;
    let refused = refusal(clinic.prescribe_in(clinic.intake, "sertraline", 250.0).await);
    assert_eq!(finding(&refused.findings, "dose.hard-maximum").action(), Action::BlockUnlessCosigned);
    let refused = refusal(clinic.prescribe_in(clinic.intake, "sertraline", 150.0).await);
    assert_eq!(finding(&refused.findings, "dose.start").action(), Action::Acknowledge);

    // A limit that hangs on the kidney speaks when the result is low, and asks for it when there is none.
    let varenicline = |mg: f64| chart::CheckSafetyRequest {
        header: clinic.intake.header(),
        proposal: Some(chart::Proposal {
            drug: "varenicline".to_owned(),
            regimen: daily(mg),
            replaces_id: String::new(),
            indication: String::new(),
        }),
    };
    let blind = clinic.doctor.send(varenicline(2.0)).await.unwrap();
    finding(&blind.warnings, "missing.limit-result");
    let result = chart::RecordResultRequest {
        header: clinic.intake.header(),
        lab: "egfr".to_owned(),
        value: Some(24.0),
        unit: "mL/min/{1.73_m2}".to_owned(),
        taken_at: Some(now()),
        last_dose_at: None,
    };
    clinic.doctor.send(result).await.unwrap();
    let seen = clinic.doctor.send(varenicline(2.0)).await.unwrap();
    finding(&seen.warnings, "limit.varenicline.kidney");
}

#[tokio::test]
async fn e06_an_override_has_a_coded_reason_and_a_second_clinician() {
    let clinic = Clinic::open().await;
    clinic.doctor.send(outside(clinic.intake, "Zoloft 50mg")).await.unwrap();
    let refused = refusal(clinic.prescribe().await);
    let key = finding(&refused.findings, "dup.same-ingredient").key;
    let given = |reason: chart::OverrideReason| chart::OverrideInteractionRequest {
        header: clinic.intake.header(),
        finding: key.clone(),
        reason: reason.into(),
        note: "The old bottle ends on Friday; ours begins then".to_owned(),
    };
    let uncoded = clinic.doctor.send(given(chart::OverrideReason::Unspecified)).await;
    assert_eq!(reason(uncoded), "FIELD_INVALID");
    assert_eq!(
        reason(clinic.therapist.send(given(chart::OverrideReason::CrossTaper)).await),
        "NOT_PERMITTED"
    );
    clinic.doctor.send(given(chart::OverrideReason::CrossTaper)).await.unwrap();
    assert_eq!(reason(clinic.prescribe().await), "UNSAFE", "one clinician is not two");
    let agreed = || chart::CosignOverrideRequest { header: clinic.intake.header(), finding: key.clone() };
    assert_eq!(reason(clinic.doctor.send(agreed()).await), "OWN_OVERRIDE");
    let pharmacist = clinic.acting_as(PHARMACIST).await;
    pharmacist.send(agreed()).await.unwrap();
    clinic.prescribe().await.unwrap();
}

#[tokio::test]
async fn e07_what_was_stopped_goes_on_acting_and_the_check_says_until_when() {
    let clinic = Clinic::open().await;
    let doctor = &clinic.doctor;
    let prozac = outside(clinic.intake, "Prozac 20mg");
    let medication_id = prozac.medication_id.clone();
    doctor.send(prozac).await.unwrap();
    let last_dose = Timestamp { seconds: now().seconds - 24 * 60 * 60, nanos: 0 };
    let ended = chart::EndOutsideMedicationRequest {
        header: clinic.intake.header(),
        medication_id,
        last_dose_at: Some(last_dose),
        reason: "Her prescriber stopped it".to_owned(),
    };
    doctor.send(ended).await.unwrap();
    let thought = chart::CheckSafetyRequest {
        header: clinic.intake.header(),
        proposal: Some(chart::Proposal {
            drug: "phenelzine".to_owned(),
            regimen: daily(15.0),
            replaces_id: String::new(),
            indication: String::new(),
        }),
    };
    let told = doctor.send(thought).await.unwrap();
    let found = finding(&told.warnings, "ddi.maoi.fluoxetine");
    assert_eq!(found.action(), Action::Space);
    // Of an order, the refusal says from when on: five weeks after the last dose. Nobody overrides time.
    doctor
        .send(chart::AcknowledgeBoxedWarningRequest {
            header: clinic.intake.header(),
            drug: "phenelzine".to_owned(),
        })
        .await
        .unwrap();
    let refused = refusal(clinic.prescribe_in(clinic.intake, "phenelzine", 45.0).await);
    let found = finding(&refused.findings, "ddi.maoi.fluoxetine");
    assert_eq!(found.until.unwrap().seconds, last_dose.seconds + 35 * 24 * 60 * 60);
    let override_it = chart::OverrideInteractionRequest {
        header: clinic.intake.header(),
        finding: found.key.clone(),
        reason: chart::OverrideReason::NoAlternative.into(),
        note: "Waiting seems long".to_owned(),
    };
    doctor.send(override_it).await.unwrap();
    let agreed = chart::CosignOverrideRequest { header: clinic.intake.header(), finding: found.key };
    clinic.acting_as(PHARMACIST).await.send(agreed).await.unwrap();
    let refused = refusal(clinic.prescribe_in(clinic.intake, "phenelzine", 45.0).await);
    let found = finding(&refused.findings, "ddi.maoi.fluoxetine");
    assert_eq!(found.action(), Action::Space, "two signatures do not shorten five weeks");
}

/// Everything of the record up to a position, as an auditor reads it.
async fn history(clinic: &Clinic, limit: u64) -> Vec<ledger::StoredEvent> {
    let auditor = clinic.acting_as(AUDITOR).await;
    let asks = ledger::ReadRangeRequest { limit, ..Default::default() };
    let mut answers = auditor.ledger().read_range(asks).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(batch) = answers.message().await.unwrap() {
        all.extend(batch.events);
    }
    all
}

#[tokio::test]
async fn e09_nothing_is_written_over_and_the_record_can_be_read_as_it_was_at_any_time() {
    let clinic = Clinic::open().await;
    let (order_id, ordered) = clinic.prescribe().await.unwrap();
    let then = ordered.unwrap().position;
    let before = history(&clinic, then).await;
    let corrected = chart::CorrectOrderRequest {
        header: clinic.intake.header(),
        order_id,
        correction: Some(chart::Correction {
            part: Some(chart::correction::Part::Reason("Panic, not sleep, decided it".to_owned())),
        }),
        reason: "Said wrongly at first".to_owned(),
    };
    clinic.doctor.send(corrected).await.unwrap();

    // What was known then is read then, to the byte, and the correction is one more fact behind it.
    assert_eq!(history(&clinic, then).await, before);
    let all = history(&clinic, 0).await;
    assert_eq!(all[..before.len()], before[..]);
    let added: Vec<_> = all[before.len()..].iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(added, ["OrderCorrected"]);
    let positions: Vec<_> = all.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=all.len() as u64).collect::<Vec<_>>(), "nothing is missing between");
    assert!(before.last().is_some_and(|event| event.event_type == "MedicationPrescribed"));
    let said = String::from_utf8_lossy(&before.last().unwrap().payload).into_owned();
    assert!(said.contains("Moderate depression, first choice."), "what was written first stands");
    let denied = clinic.doctor.ledger().get_head(ledger::GetHeadRequest {}).await.unwrap_err();
    assert_eq!(denied.code(), tonic::Code::PermissionDenied);
}

#[tokio::test]
async fn e19_a_command_takes_effect_once_and_two_hands_never_overwrite_each_other() {
    let clinic = Clinic::open().await;
    let doctor = &clinic.doctor;
    let wanted = order(clinic.intake, "sertraline", 50.0);
    let (one, other) = tokio::join!(doctor.send(wanted.clone()), doctor.send(wanted.clone()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one, other, "sent twice at once, one effect and one receipt");
    let changed = chart::PrescribeMedicationRequest { regimen: daily(25.0), ..wanted.clone() };
    assert_eq!(reason(doctor.send(changed).await), "COMMAND_REUSED");

    // Two prescribers decide on the same screen: the first stands, the second looks again.
    let version = one.stream_version;
    let hold = || chart::HoldMedicationRequest {
        header: clinic
            .intake
            .header()
            .map(|header| common::CommandHeader { expected_version: Some(version), ..header }),
        order_id: wanted.order_id.clone(),
        reason: "Vomits".to_owned(),
    };
    let practitioner = concord_support::Person::new("pmhnp", 8);
    clinic.joins(practitioner, common::Role::Pmhnp).await;
    let practitioner = clinic.acting_as(practitioner).await;
    let (first, second) = tokio::join!(doctor.send(hold()), practitioner.send(hold()));
    let refused = match (first, second) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        other => panic!("both or neither: {other:?}"),
    };
    assert_eq!(reason(Err::<(), _>(refused)), "VERSION_CONFLICT");
    assert_ne!(fresh(), wanted.order_id);
}
