//! Recovery: the way onto buprenorphine, samples, a relapse, an overdose, naloxone, and who stays.
//!
//! What is drawn here is drawn apart: nothing else in a client's story depends on it.

use concord_kernel::Instant;
use concord_proto::concord::recovery::v1 as recovery;
use concord_proto::concord::recovery::v1::offer_naloxone_request::Offer;
use concord_proto::concord::scales::v1::{self as scales, ScaleKind};
use uuid::Uuid;

use super::course::Story;
use super::profile::Course;
use super::request;
use super::writer::later;
use crate::script::{Body, Person};

const OPIOIDS: &str = "opioid-use-disorder";
const ALCOHOL: &str = "alcohol-use-disorder";

/// A COWS that is too mild for a first dose, and one that is not.
const MILD: [u8; 11] = [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0];
const SICK: [u8; 11] = [2, 2, 1, 1, 2, 1, 1, 1, 1, 1, 0];

/// Minutes of the day at which the order is there; see `care::treat`.
const ORDERED: i64 = 103;

/// What happens around the first day of treatment, for those whose use is part of it.
pub(crate) fn begin(story: &mut Story<'_>) {
    let day = story.treated_on;
    if story.profile.diagnoses.contains(&ALCOHOL) {
        let (told, drank) = (story.w.at(day - 1, 20), story.w.at(day - 9, 600));
        let therapist = story.therapist.clone();
        uses(story, "alcohol", &therapist, told, drank);
        screen(story, day - 1, &[], recovery::ScreenMethod::Presumptive);
        challenge(story, story.w.at(day, 20));
    }
    if story.profile.diagnoses.contains(&OPIOIDS) {
        let (told, used) = (story.w.at(day, 5), story.w.at(day - 1, 720));
        let nurse = story.staff.nurse.clone();
        uses(story, "heroin", &nurse, told, used);
    }
}

/// What follows the orders of the first day.
pub(crate) fn go_on(story: &mut Story<'_>) {
    let Some(first) = story.orders.first().map(|order| order.id) else { return };
    if !story.profile.diagnoses.contains(&OPIOIDS) {
        return;
    }
    induct(story, first);
    let day = story.treated_on;
    // One sample a week; what is not expected of the quick test is tested again.
    for week in 1..=12 {
        let surprise: &[&str] = if week == 6 { &["buprenorphine", "opiates"] } else { &["buprenorphine"] };
        screen(story, day + 7 * week, surprise, recovery::ScreenMethod::Presumptive);
        if week == 6 {
            screen(story, day + 7 * week + 2, surprise, recovery::ScreenMethod::Definitive);
        }
    }
    if story.profile.course == Course::Relapse {
        relapse(story, day + 43);
    }
}

fn induct(story: &mut Story<'_>, order: Uuid) {
    let (day, induction) = (story.treated_on, story.w.id_apart());
    let (nurse, keeper) = (story.staff.nurse.clone(), story.staff.prescribers[0].clone());
    let body = Body::StartInduction(recovery::StartInductionRequest {
        header: None,
        induction_id: induction.to_string(),
        episode: Some(request::episode(story.stay)),
        setting: recovery::InductionSetting::Clinic.into(),
        exposure: recovery::OpioidExposure::ShortActing.into(),
        last_use_at: Some(request::timestamp(story.w.at(day - 1, 720))),
        instructions: String::new(),
    });
    let planned = story.w.at(day, 40);
    story.w.step(planned, &keeper, body).making(induction);
    let clear = || {
        let induction_id = induction.to_string();
        Body::ClearFirstDose(recovery::ClearFirstDoseRequest { header: None, induction_id })
    };
    // Asked too early once: the answer is to wait.
    for (minute, items) in [(60, MILD), (ORDERED + 40, SICK)] {
        let (at, id) = (story.w.at(day, minute), story.w.id_apart());
        story.w.step(at, &nurse, cows(id, items, at));
        story.w.step(later(at, 5), &nurse, clear()).needing(induction);
    }
    for (minute, dose_mg) in [(ORDERED + 50, 4.0), (ORDERED + 170, 4.0)] {
        let at = story.w.at(day, minute);
        let body = Body::RecordObservedDose(recovery::RecordObservedDoseRequest {
            header: None,
            order_id: order.to_string(),
            dose_mg,
            given_at: Some(request::timestamp(at)),
        });
        story.w.step(at, &nurse, body).needing(order);
    }
    let at = story.w.at(day, ORDERED + 175);
    kits(story, at);
    let body = Body::CompleteInduction(recovery::CompleteInductionRequest {
        header: None,
        induction_id: induction.to_string(),
        daily_mg: 8.0,
    });
    let at = story.w.at(day + 3, 90);
    story.w.step(at, &keeper, body).needing(induction).ending(induction);
}

fn cows(id: Uuid, items: [u8; 11], at: Instant) -> Body {
    let Body::AdministerScale(form) = request::scale(id, ScaleKind::Cows, &items, at, "") else {
        unreachable!("a form is a form")
    };
    let mode = scales::AdministrationMode::Clinician.into();
    Body::AdministerScale(scales::AdministerScaleRequest { mode, ..form })
}

fn kits(story: &mut Story<'_>, at: Instant) {
    let offer = Offer::Provided(recovery::NaloxoneHandedOut { kits: 2, trained: Some(true) });
    let body = Body::OfferNaloxone(recovery::OfferNaloxoneRequest { header: None, offer: Some(offer) });
    let nurse = &story.staff.nurse;
    story.w.step(at, nurse, body);
}

fn challenge(story: &mut Story<'_>, at: Instant) {
    let body = Body::RecordNaloxoneChallenge(recovery::RecordNaloxoneChallengeRequest {
        header: None,
        at: Some(request::timestamp(at)),
        reacted: Some(false),
    });
    let nurse = &story.staff.nurse;
    story.w.step(at, nurse, body);
}

fn uses(story: &mut Story<'_>, substance: &str, by: &Person, told: Instant, used: Instant) -> Uuid {
    let id = story.w.id_apart();
    let body = Body::RecordSubstanceUse(recovery::RecordSubstanceUseRequest {
        header: None,
        use_id: id.to_string(),
        substance: substance.to_owned(),
        account: "Alone, in the evening".to_owned(),
        used_at: Some(request::timestamp(used)),
        source: recovery::Source::Patient.into(),
    });
    story.w.step(told, by, body).making(id);
    id
}

fn screen(story: &mut Story<'_>, day: i64, found: &[&str], method: recovery::ScreenMethod) {
    if story.away.is_some_and(|(gone, back)| (gone..=back).contains(&day)) {
        return;
    }
    let (at, id) = (story.w.at(day, 15), story.w.id_apart());
    let classes = ["opiates", "oxycodone", "fentanyl", "methadone", "buprenorphine", "benzodiazepines"];
    let lines = classes.map(|class| recovery::ScreenLine {
        class: class.to_owned(),
        detected: Some(found.contains(&class)),
    });
    let body = Body::RecordDrugScreen(recovery::RecordDrugScreenRequest {
        header: None,
        screen_id: id.to_string(),
        collected_at: Some(request::timestamp(at)),
        method: method.into(),
        lines: lines.to_vec(),
    });
    let nurse = &story.staff.nurse;
    story.w.step(later(at, 2), nurse, body);
}

/// Use, a relapse, an overdose the day after; naloxone again, and a prescriber who looks at the medication.
fn relapse(story: &mut Story<'_>, day: i64) {
    let (therapist, keeper, nurse) =
        (story.therapist.clone(), story.staff.prescribers[0].clone(), story.staff.nurse.clone());
    let (told, used) = (story.w.at(day, 200), story.w.at(day - 1, 700));
    let report = uses(story, "heroin", &therapist, told, used);
    let (relapse, overdose) = (story.w.id_apart(), story.w.id_apart());
    let body = Body::RecordRelapse(recovery::RecordRelapseRequest {
        header: None,
        relapse_id: relapse.to_string(),
        substance: "heroin".to_owned(),
        use_ids: vec![report.to_string()],
        screen_ids: Vec::new(),
        account: "Met somebody from before, wants to go on with treatment".to_owned(),
        response: "Group every day this week; calls when craving comes".to_owned(),
    });
    story.w.step(later(told, 10), &therapist, body).needing(report).making(relapse);
    let found = story.w.at(day + 1, 30);
    let body = Body::ReportOverdose(recovery::ReportOverdoseRequest {
        header: None,
        overdose_id: overdose.to_string(),
        at: Some(request::timestamp(story.w.at(day, 720))),
        substances: vec!["heroin".to_owned()],
        naloxone_given: Some(true),
        outcome: recovery::OverdoseOutcome::Recovered.into(),
        account: "A friend gave naloxone; awake when the ambulance came".to_owned(),
    });
    story.w.step(found, &nurse, body).making(overdose);
    kits(story, later(found, 10));
    let decision = || "Dose raised, supply for seven days only, seen again in three".to_owned();
    let body = Body::ReviewOverdose(recovery::ReviewOverdoseRequest {
        header: None,
        overdose_id: overdose.to_string(),
        decision: decision(),
    });
    story.w.step(later(found, 60), &keeper, body).needing(overdose).ending(overdose);
    let body = Body::ReviewRelapse(recovery::ReviewRelapseRequest {
        header: None,
        relapse_id: relapse.to_string(),
        decision: decision(),
    });
    story.w.step(later(found, 65), &keeper, body).needing(relapse).ending(relapse);
}

/// The program's timer measures who is still there.
pub(crate) fn retention(story: &mut Story<'_>) {
    use recovery::RetentionCheckpoint::{Day30, Day60, Day90, Day180};
    let admitted_on = story.profile.arrives_on + 2;
    let timer = &story.staff.timer;
    for (days, checkpoint) in [(30, Day30), (60, Day60), (90, Day90), (180, Day180)] {
        // The day after: admission was at some hour of its day.
        let at = story.w.at(admitted_on + days + 1, 0);
        let body = Body::MeasureRetention(recovery::MeasureRetentionRequest {
            header: None,
            episode: Some(request::episode(story.stay)),
            checkpoint: checkpoint.into(),
        });
        story.w.step(at, timer, body);
    }
}
