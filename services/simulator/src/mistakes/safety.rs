//! Overrides and findings.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::FindingKey;

use super::tale::{Tale, finding};
use crate::script::Body;

fn overridden(finding: &FindingKey) -> Body {
    Body::OverrideInteraction(chart::OverrideInteractionRequest {
        finding: Some(finding.clone()),
        reason: chart::OverrideReason::BenefitOutweighsRisk.into(),
        note: "Two weeks of both, signs explained".to_owned(),
        header: None,
    })
}

fn cosigned(finding: &FindingKey) -> Body {
    Body::CosignOverride(chart::CosignOverrideRequest { finding: Some(finding.clone()), header: None })
}

pub(super) fn signatures(t: &mut Tale<'_>) {
    let (psychiatrist, pharmacist) = (t.psychiatrist(), t.pharmacist());
    t.is_ready(&["gad"]);
    t.is_warned_of("sertraline");
    t.is_warned_of("fluoxetine");
    t.takes("sertraline", 50.0, "gad");
    let two = finding("dup.ssri-snri", &["fluoxetine", "sertraline"]);
    let second = t.order("fluoxetine", 20.0, "gad");
    t.errs(&psychiatrist, Body::PrescribeMedication(second.clone()), "UNSAFE");
    t.errs(&pharmacist, cosigned(&two), "NO_OVERRIDE");
    t.errs(&t.nurse(), overridden(&two), "NOT_PERMITTED");
    t.does(&psychiatrist, overridden(&two));
    t.errs(&psychiatrist, overridden(&two), "ALREADY_OVERRIDDEN");
    t.errs(&psychiatrist, cosigned(&two), "OWN_OVERRIDE");
    // One signature is not two.
    t.errs(&psychiatrist, Body::PrescribeMedication(second.clone()), "UNSAFE");
    t.wait_days(2);
    t.errs(&pharmacist, cosigned(&two), "COSIGN_TOO_LATE");
    t.does(&psychiatrist, overridden(&two));
    t.does(&pharmacist, cosigned(&two));
    t.errs(&pharmacist, cosigned(&two), "ALREADY_COSIGNED");
    t.does(
        &psychiatrist,
        Body::PrescribeMedication(chart::PrescribeMedicationRequest { start_on: t.day(0), ..second }),
    );
}

pub(super) fn findings(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad"]);
    let elsewhere = finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"]);
    t.errs(&psychiatrist, overridden(&elsewhere), "FINDING_DOES_NOT_STAND");
    let resolved = chart::ResolveInteractionRequest {
        finding: Some(elsewhere),
        resolution: "Talked to primary care".to_owned(),
        header: None,
    };
    t.errs(&psychiatrist, Body::ResolveInteraction(resolved), "INTERACTION_NOT_OPEN");
    t.takes_from_outside("Oxycodone 5 mg");
    t.takes_from_outside("Clonazepam 1 mg");
    let both = finding("ddi.opioid.benzodiazepine", &["clonazepam", "oxycodone"]);
    t.errs(&psychiatrist, overridden(&both), "NOT_OVERRIDABLE");
    let proposal = chart::Proposal {
        drug: "buspirone".to_owned(),
        regimen: Some(super::tale::daily(15.0)),
        replaces_id: t.new_id(),
        indication: String::new(),
    };
    let asked = chart::CheckSafetyRequest { proposal: Some(proposal), header: None };
    t.errs(&psychiatrist, Body::CheckSafety(asked), "UNKNOWN_MEDICATION");
    let all = chart::CheckSafetyRequest { proposal: None, header: None };
    t.does(&t.pharmacist(), Body::CheckSafety(all));
}
