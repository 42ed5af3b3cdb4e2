//! Inductions, relapses, and what is watched.

use concord_proto::concord::common::v1::{EpisodeRef, Frequency, Route};
use concord_proto::concord::recovery::v1 as recovery;
use concord_proto::concord::recovery::v1::offer_naloxone_request::Offer;
use concord_proto::concord::recovery::v1::{InductionSetting, RetentionCheckpoint};
use concord_proto::concord::scales::v1::ScaleKind;

use super::scores::form;
use super::tale::{Tale, regimen};
use crate::cohort::PROGRAM;
use crate::script::Body;

/// A COWS that is too mild for a first dose, and one that is not.
const MILD: [u8; 11] = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
const SICK: [u8; 11] = [2, 2, 1, 1, 2, 1, 1, 1, 1, 1, 0];

/// Evidence that a relapse may cite.
const MOST_CITED: usize = 16;

fn induction(t: &Tale<'_>, id: &str, setting: InductionSetting, hours: i64) -> Body {
    Body::StartInduction(recovery::StartInductionRequest {
        induction_id: id.to_owned(),
        episode: t.stay(),
        setting: setting.into(),
        exposure: recovery::OpioidExposure::ShortActing.into(),
        last_use_at: t.at(hours),
        instructions: String::new(),
        header: None,
    })
}

fn cleared(id: &str) -> Body {
    Body::ClearFirstDose(recovery::ClearFirstDoseRequest { induction_id: id.to_owned(), header: None })
}

fn dose(t: &Tale<'_>, order: &str, dose_mg: f64) -> Body {
    Body::RecordObservedDose(recovery::RecordObservedDoseRequest {
        order_id: order.to_owned(),
        dose_mg,
        given_at: t.at(0),
        header: None,
    })
}

fn completed(id: &str) -> Body {
    Body::CompleteInduction(recovery::CompleteInductionRequest {
        induction_id: id.to_owned(),
        daily_mg: 8.0,
        header: None,
    })
}

pub(super) fn naloxone(kits: u32) -> Body {
    let offer = Offer::Provided(recovery::NaloxoneHandedOut { kits, trained: Some(true) });
    Body::OfferNaloxone(recovery::OfferNaloxoneRequest { offer: Some(offer), header: None })
}

pub(super) fn induced(t: &mut Tale<'_>) {
    let (psychiatrist, nurse) = (t.psychiatrist(), t.nurse());
    t.is_ready(&["opioid-use-disorder"]);
    let (id, other) = (t.new_id(), t.new_id());
    t.errs(&nurse, cleared(&id), "NOT_RECORDED");
    t.errs(&psychiatrist, induction(t, &id, InductionSetting::Home, -2), "INSTRUCTIONS_REQUIRED");
    t.errs(&psychiatrist, induction(t, &id, InductionSetting::Clinic, 2), "IN_THE_FUTURE");
    t.errs(&nurse, induction(t, &id, InductionSetting::Clinic, -2), "NOT_PERMITTED");
    t.does(&psychiatrist, induction(t, &id, InductionSetting::Clinic, -2));
    t.errs(&psychiatrist, induction(t, &id, InductionSetting::Clinic, -2), "RECOVERY_ID_USED");
    t.errs(&psychiatrist, induction(t, &other, InductionSetting::Clinic, -2), "INDUCTION_OPEN");
    t.errs(&nurse, cleared(&id), "USED_TOO_LATELY");
    t.wait_minutes(11 * 60);
    t.errs(&nurse, cleared(&id), "WITHDRAWAL_NOT_SCORED");
    let mild = form(t, ScaleKind::Cows, &MILD);
    t.does(&nurse, Body::AdministerScale(mild));
    t.errs(&nurse, cleared(&id), "WITHDRAWAL_TOO_MILD");
    t.wait_minutes(90);
    let sick = form(t, ScaleKind::Cows, &SICK);
    t.does(&nurse, Body::AdministerScale(sick));
    t.does(&nurse, cleared(&id));
    t.errs(&psychiatrist, completed(&id), "NO_DOSE_OBSERVED");
    let tongue = regimen(4.0, Frequency::Daily, Route::Sublingual);
    let order = t.takes_controlled("buprenorphine-naloxone-sl", tongue, "opioid-use-disorder");
    t.errs(&nurse, dose(t, &order, 0.0), "NO_DOSE");
    t.errs(&nurse, dose(t, &other, 4.0), "UNKNOWN_ORDER");
    t.does(&nurse, dose(t, &order, 4.0));
    t.errs(&nurse, cleared(&id), "CLEARANCE_NOT_NEEDED");
    t.errs(&psychiatrist, completed(&id), "NALOXONE_NOT_OFFERED");
    t.errs(&nurse, naloxone(0), "NO_KIT");
    t.does(&nurse, naloxone(2));
    t.does(&psychiatrist, completed(&id));
    t.errs(&psychiatrist, completed(&id), "INDUCTION_ENDED");
    t.does(&psychiatrist, induction(t, &other, InductionSetting::LowDose, -2));
    t.does(
        &psychiatrist,
        Body::AbandonInduction(recovery::AbandonInductionRequest {
            induction_id: other,
            because: recovery::InductionEnd::PatientChoice.into(),
            note: "Stays with the dose".to_owned(),
            header: None,
        }),
    );
}

fn uses(t: &Tale<'_>, id: &str, substance: &str) -> Body {
    Body::RecordSubstanceUse(recovery::RecordSubstanceUseRequest {
        use_id: id.to_owned(),
        substance: substance.to_owned(),
        account: "Alone, in the evening".to_owned(),
        used_at: t.at(-20),
        source: recovery::Source::Patient.into(),
        header: None,
    })
}

fn relapse(id: &str, use_ids: Vec<String>, screen_ids: Vec<String>) -> Body {
    Body::RecordRelapse(recovery::RecordRelapseRequest {
        relapse_id: id.to_owned(),
        substance: "heroin".to_owned(),
        use_ids,
        screen_ids,
        account: String::new(),
        response: "Group every day this week".to_owned(),
        header: None,
    })
}

fn looked_at(id: &str) -> Body {
    let (relapse_id, decision) = (id.to_owned(), "Seen again in three days".to_owned());
    Body::ReviewRelapse(recovery::ReviewRelapseRequest { relapse_id, decision, header: None })
}

fn screen(t: &Tale<'_>, id: &str, classes: &[&str]) -> Body {
    let line = |class: &&str| recovery::ScreenLine { class: (*class).to_owned(), detected: Some(true) };
    Body::RecordDrugScreen(recovery::RecordDrugScreenRequest {
        screen_id: id.to_owned(),
        collected_at: t.at(-1),
        method: recovery::ScreenMethod::Presumptive.into(),
        lines: classes.iter().map(line).collect(),
        header: None,
    })
}

pub(super) fn relapsed(t: &mut Tale<'_>) {
    let (therapist, psychiatrist, nurse) = (t.therapist(), t.psychiatrist(), t.nurse());
    t.is_admitted();
    let (use_id, id, sample) = (t.new_id(), t.new_id(), t.new_id());
    t.errs(&therapist, uses(t, &use_id, "moonshine"), "NOT_IN_TABLE");
    t.does(&therapist, uses(t, &use_id, "heroin"));
    t.does(&nurse, screen(t, &sample, &["opiates"]));
    t.errs(&therapist, relapse(&id, Vec::new(), Vec::new()), "RELAPSE_WITHOUT_BASIS");
    // A sample is evidence and no relapse.
    t.errs(&therapist, relapse(&id, Vec::new(), vec![sample.clone()]), "SCREEN_ALONE");
    t.errs(&therapist, relapse(&id, vec![sample], Vec::new()), "NOT_RECORDED");
    t.errs(&therapist, relapse(&id, vec![use_id.clone(); MOST_CITED + 1], Vec::new()), "TOO_MANY_CITED");
    t.does(&therapist, relapse(&id, vec![use_id], Vec::new()));
    t.does(&psychiatrist, looked_at(&id));
    t.errs(&psychiatrist, looked_at(&id), "ALREADY_REVIEWED");
}

fn otp(t: &Tale<'_>, medication: &str) -> Body {
    Body::RecordOtpDose(recovery::RecordOtpDoseRequest {
        medication_id: medication.to_owned(),
        program: "Harbor Street OTP".to_owned(),
        dose_mg: 60.0,
        given_at: t.at(-3),
        take_home: 0,
        header: None,
    })
}

fn retention(episode: Option<EpisodeRef>) -> Body {
    let checkpoint = RetentionCheckpoint::Day30.into();
    Body::MeasureRetention(recovery::MeasureRetentionRequest { episode, checkpoint, header: None })
}

pub(super) fn watched(t: &mut Tale<'_>) {
    let (nurse, timer) = (t.nurse(), t.timer());
    t.is_admitted();
    let id = t.new_id();
    t.errs(&nurse, screen(t, &id, &[]), "SCREEN_LINE_REQUIRED");
    t.errs(&nurse, screen(t, &id, &["opiates", "opiates"]), "SCREEN_CLASS_REPEATED");
    t.errs(&nurse, screen(t, &id, &["candy"]), "NOT_IN_TABLE");
    let lisinopril = t.takes_from_outside("Lisinopril 10 mg");
    t.errs(&nurse, otp(t, &id), "UNKNOWN_MEDICATION");
    t.errs(&nurse, otp(t, &lisinopril), "NOT_METHADONE");
    let methadone = t.takes_from_outside("Methadone 60 mg");
    t.does(&nurse, otp(t, &methadone));
    let elsewhere = EpisodeRef { program: PROGRAM.to_owned(), episode_id: t.new_id() };
    t.errs(&timer, retention(Some(elsewhere)), "UNKNOWN_STAY");
    t.errs(&timer, retention(t.stay()), "CHECKPOINT_TO_COME");
    t.wait_days(31);
    t.does(&timer, retention(t.stay()));
    t.errs(&timer, retention(t.stay()), "RETENTION_MEASURED");
}
