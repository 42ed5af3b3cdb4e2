//! Visit by visit: scores, doses, appointments.

use concord_kernel::Instant;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::chart::v1::cause::Basis;
use concord_proto::concord::chart::v1::titration_basis::Basis as StepBasis;
use concord_proto::concord::episode::v1 as episode;
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::plan::v1::SessionKind;
use concord_proto::concord::scales::v1::ScaleKind;
use rand::Rng;
use uuid::Uuid;

use super::course::{Order, Story};
use super::ladder::Ladder;
use super::profile::{Course, Plan, Twist};
use super::writer::later;
use super::{
    PROGRAM, adherence, coordination, effects, injections, leaving, outside, pharmacy, plan, recovery,
    request, risk, scores as symptoms,
};
use crate::script::{Body, Person, Sees};

/// Days between two visits at each cadence.
const CADENCES: [i64; 3] = [7, 14, 28];

/// Where the visits stand.
#[derive(Debug)]
pub(crate) struct Rhythm {
    pub(crate) cadence: usize,
    pub(crate) kept: u32,
    pub(crate) missed: u32,
    pub(crate) visits: u32,
    pub(crate) phase: episode::Phase,
    asked_early: bool,
}

/// What the forms of one day said.
pub(crate) struct Forms {
    pub(crate) phq9: Uuid,
}

pub(crate) fn phase(story: &mut Story<'_>, at: Instant, to: episode::Phase, reason: &str) {
    let body = Body::ChangePhase(episode::ChangePhaseRequest {
        program: PROGRAM.to_owned(),
        to: to.into(),
        reason: reason.to_owned(),
        header: None,
    });
    let prescriber = story.prescriber;
    story.w.step(at, prescriber, body);
}

/// PHQ-9, GAD-7 and, where there is one, craving, as answered on `day`.
pub(crate) fn scores(story: &mut Story<'_>, day: i64, minute: i64) -> Forms {
    let at = story.w.at(day, minute);
    let (nurse, left) = (&story.staff.nurse, story.left_on(day));
    let profile = story.profile;
    risk::screen(story, at, false);
    let phq9 = symptoms::total(&mut story.rng, profile.phq9, left, 24);
    let gad7 = symptoms::total(&mut story.rng, profile.gad7, left, 21);
    let (phq_items, gad_items) =
        (symptoms::items(&mut story.rng, phq9, 9, 8), symptoms::items(&mut story.rng, gad7, 7, 7));
    let (phq_id, gad_id) = (story.w.id(), story.w.id());
    story.w.step(later(at, 4), nurse, request::scale(phq_id, ScaleKind::Phq9, &phq_items, at, ""));
    story.w.step(later(at, 6), nurse, request::scale(gad_id, ScaleKind::Gad7, &gad_items, at, ""));
    if let (Some(craving), Some((substance, _))) = (profile.craving, profile.kind.craving) {
        let value = symptoms::total(&mut story.rng, craving, left, 100);
        let id = story.w.id();
        let form = request::scale(id, ScaleKind::Craving, &[value], at, substance);
        story.w.step(later(at, 8), nurse, form);
        if value >= risk::STRONG_CRAVING {
            let therapist = story.therapist;
            let done = request::resolve_risk(
                id,
                "Called; coping plan gone through, meeting tonight, naloxone at home",
            );
            story.w.step(later(at, 45), therapist, done);
        }
    }
    if day < story.treated_on {
        story.baseline = (phq9, gad7);
    } else {
        let (phq_base, gad_base) = story.baseline;
        let anxious = u32::from(gad_base) * 27 > u32::from(phq_base) * 21;
        let (total, base) = if anxious { (gad7, gad_base) } else { (phq9, phq_base) };
        story.responds.push(total * 2 <= base || total < 5);
    }
    Forms { phq9: phq_id }
}

/// Therapy without medication: visits of the therapist, scores now and then.
pub(crate) fn therapy_alone(story: &mut Story<'_>) {
    let mut day = story.profile.arrives_on + 7;
    let mut done = 0;
    while day <= story.last_day && done < 8 {
        therapy(story, day);
        if done % 2 == 1 {
            scores(story, day, 300);
        }
        done += 1;
        day += 7;
    }
    if done == 8 {
        leaving::discharge(story, day, episode::Disposition::Completed, "");
    }
}

/// One appointment with the therapist, made two days before.
fn therapy(story: &mut Story<'_>, day: i64) {
    let (stay, therapist, manager) = (story.stay, story.therapist, &story.staff.case_manager);
    let (made, at, visit) = (story.w.at(day - 2, 420), story.w.at(day, 240), story.w.id());
    let modality = follow_up::Modality::InPerson;
    let with = therapist.id.uuid();
    let body = request::schedule(stay, visit, follow_up::VisitKind::Therapy, at, modality, with);
    story.w.step(made, manager, body).making(visit);
    let body = record_visit(
        stay,
        visit,
        modality,
        None,
        "Worked on avoidance; homework agreed; medication understood",
    );
    story.w.step(later(at, 50), therapist, body).needing(visit).ending(visit);
    plan::session(story, day, 240, SessionKind::Individual);
}

fn record_visit(
    stay: Uuid,
    visit: Uuid,
    modality: follow_up::Modality,
    adherence: Option<u32>,
    summary: &str,
) -> Body {
    Body::RecordVisit(follow_up::RecordVisitRequest {
        episode: Some(request::episode(stay)),
        visit_id: visit.to_string(),
        modality: modality.into(),
        adherence_percent: adherence,
        summary: summary.to_owned(),
        header: None,
    })
}

/// Medication management from the first order to the end.
pub(crate) fn treat(story: &mut Story<'_>) {
    let start = story.treated_on;
    story.dose_changed_on = start;
    let mut rhythm = Rhythm {
        cadence: 0,
        kept: 0,
        missed: 0,
        visits: 0,
        phase: episode::Phase::Planning,
        asked_early: false,
    };
    plan::draft(story);
    coordination::begin(story);
    recovery::begin(story);
    let mut visit = appointment(story, start - 1, start);
    attend(story, &mut rhythm, visit, start, None);
    let at = story.w.at(start, 100);
    for (index, drug) in story.profile.kind.plans.iter().enumerate() {
        // Somebody always forgets the Medication Guide once.
        let forgets = index == 0 && story.profile.arrives_on % 3 == 2;
        begin(story, drug, later(at, 6 * index as u64), start, !forgets);
    }
    phase(story, later(at, 20), episode::Phase::Titrating, "First doses agreed");
    if let Some(first) = story.orders.first().map(|order| order.id) {
        plan::agree(story, first);
        coordination::share(story);
    }
    rhythm.phase = episode::Phase::Titrating;
    adherence::begin(story);
    recovery::go_on(story);
    injections::begin(story);
    outside::conflicts(story);
    effects::toxicity(story);
    let mut from = start;
    loop {
        let day = next_day(story, &rhythm, from);
        visit = appointment(story, from, day);
        effects::between(story, from, day);
        plan::between(story, from, day);
        coordination::between(story, from, day);
        if day > story.last_day {
            return;
        }
        if misses(story, &rhythm, day) {
            no_show(story, &mut rhythm, visit, day);
            if rhythm.missed >= 3 && story.is(Twist::DropsOut) {
                leaving::lost(story, day);
                return;
            }
        } else {
            let forms = scores(story, day, 30);
            attend(story, &mut rhythm, visit, day, Some(&forms));
            plan::session(story, day, 180, SessionKind::Group);
            if leaving::completes(story, &mut rhythm, day) {
                return;
            }
        }
        if rhythm.visits.is_multiple_of(2)
            && story.away.is_none_or(|(gone, back)| day + 4 < gone || day > back)
        {
            therapy(story, day + 3);
        }
        from = day;
    }
}

fn next_day(story: &Story<'_>, rhythm: &Rhythm, from: i64) -> i64 {
    let usual = CADENCES[rhythm.cadence];
    let days = if rhythm.missed > 0 { 3 } else { usual };
    let back = story.away.filter(|(gone, _)| *gone > from).map(|(_, back)| back + 1);
    from + back.map_or(days, |back| (back - from).min(days).max(1))
}

fn appointment(story: &mut Story<'_>, made: i64, day: i64) -> Uuid {
    let visit = story.w.id();
    let (stay, manager, with) = (story.stay, &story.staff.case_manager, story.prescriber.id.uuid());
    let (made, at) = (story.w.at(made, 150), story.w.at(day, 60));
    let body = request::schedule(stay, visit, follow_up::VisitKind::Medication, at, modality(day), with);
    story.w.step(made, manager, body).making(visit);
    visit
}

const fn modality(day: i64) -> follow_up::Modality {
    if day % 3 == 0 { follow_up::Modality::AudioVideo } else { follow_up::Modality::InPerson }
}

fn misses(story: &mut Story<'_>, rhythm: &Rhythm, day: i64) -> bool {
    let weeks = (day - story.treated_on) / 7;
    let chance = if story.profile.course == Course::Relapse && weeks == 6 {
        0.9
    } else if story.is(Twist::DropsOut) && weeks >= 5 {
        1.0
    } else if rhythm.missed > 0 || story.is(Twist::Hospital) {
        0.0
    } else {
        0.06
    };
    story.rng.random_bool(chance)
}

fn no_show(story: &mut Story<'_>, rhythm: &mut Rhythm, visit: Uuid, day: i64) {
    rhythm.missed += 1;
    let body = Body::MarkNoShow(follow_up::MarkNoShowRequest {
        episode: Some(request::episode(story.stay)),
        visit_id: visit.to_string(),
        header: None,
    });
    let (at, manager) = (story.w.at(day, 125), &story.staff.case_manager);
    story.w.step(at, manager, body).needing(visit).ending(visit);
}

/// A visit that takes place, and what is decided at it.
fn attend(story: &mut Story<'_>, rhythm: &mut Rhythm, visit: Uuid, day: i64, forms: Option<&Forms>) {
    rhythm.visits += 1;
    rhythm.kept += 1;
    rhythm.missed = 0;
    let relapsing =
        story.profile.course == Course::Relapse && story.left_on(day) > 0.8 && day > story.treated_on + 30;
    let adherence = if relapsing { 55 } else { story.rng.random_range(84..=100) };
    let summary = match (forms.is_some(), relapsing) {
        (false, _) => "Options, effects and risks explained; plan agreed together",
        (true, true) => "Used again last week; missed doses; no blame, plan tightened",
        (true, false) => "Course and side effects gone through; plan for the next weeks agreed",
    };
    let asked = forms.is_some().then_some(adherence);
    let (at, prescriber) = (story.w.at(day, 85), story.prescriber);
    let body = record_visit(story.stay, visit, modality(day), asked, summary);
    story.w.step(at, prescriber, body).needing(visit).ending(visit);
    let Some(forms) = forms else { return };
    if story.is(Twist::Hospital) && rhythm.visits == 4 {
        risk::hospital(story, day);
    }
    doses(story, rhythm, day, forms);
    renewals(story, rhythm, day);
    move_on(story, rhythm, day, adherence >= 80);
}

/// Starts a drug: the boxed warning, then the order, and how it rises where that is agreed beforehand.
fn begin(story: &mut Story<'_>, drug: &'static Plan, at: Instant, day: i64, warned: bool) {
    let id = story.w.id();
    let body = request::prescribe(drug, drug.ladder, id, story.stay, at);
    written(story, drug, id, body, at, day, warned);
    if drug.ladder.planned {
        let plan = request::titration(drug.ladder, id, story.w.at(day, 0));
        let keeper = story.keeper(drug.ladder).clone();
        story.w.step(later(at, 4), &keeper, plan).needing(id);
    }
}

/// Explains a drug and writes the order that `body` is.
fn written(
    story: &mut Story<'_>,
    drug: &'static Plan,
    id: Uuid,
    body: Body,
    at: Instant,
    day: i64,
    warned: bool,
) {
    let (prescriber, stay) = (story.prescriber, story.stay);
    let ladder = drug.ladder;
    for ladder in std::iter::once(&ladder).chain(drug.instead).filter(|ladder| ladder.boxed && warned) {
        let body = Body::AcknowledgeBoxedWarning(chart::AcknowledgeBoxedWarningRequest {
            drug: ladder.drug.to_owned(),
            header: None,
        });
        story.w.step(at, prescriber, body);
    }
    let instead: Vec<Body> =
        drug.instead.iter().map(|other| request::prescribe(drug, other, story.w.id(), stay, at)).collect();
    plan::explain(story, ladder.drug, later(at, 1));
    let step = story.w.step(later(at, 3), prescriber, body).making(id);
    step.or_else = instead;
    pharmacy::prescribe(story, ladder, (id, id), request::refills(ladder), later(at, 4));
    let supplied_until = day + i64::from(ladder.supply_days) * if ladder.controlled { 1 } else { 3 };
    story.orders.push(Order { id, ladder, rung: 0, since: day, supplied_until, open: true, held: false });
    effects::expect(story, id, ladder, day);
}

impl Story<'_> {
    /// Who writes about an order: controlled substances stay with whoever is registered for them.
    pub(crate) fn keeper(&self, ladder: &Ladder) -> &'_ Person {
        if ladder.controlled { &self.staff.prescribers[0] } else { self.prescriber }
    }
}

/// Doses go up while there is something left to gain; a drug that does not help is changed.
fn doses(story: &mut Story<'_>, rhythm: &Rhythm, day: i64, forms: &Forms) {
    let left = story.left_on(day);
    let at = story.w.at(day, 100);
    let mut minute = 0;
    let toxic = story.toxic.is_some_and(|(held, resumed)| (held..=resumed).contains(&day));
    for index in 0..story.orders.len() {
        let Order { id, ladder, rung, since, open, held, .. } = story.orders[index].clone();
        let due = open && !held && rung < ladder.top() && day - since >= ladder.wait(rung);
        if ladder.planned && open && !held && rhythm.visits == 2 && !due {
            too_early(story, id, ladder, later(at, 8));
        }
        let wanted = ladder.planned || (left > 0.5 && story.disturbed_until < day);
        let tapering = story.is(Twist::ShortTerm) && ladder.controlled;
        if !due || !wanted || tapering || toxic {
            continue;
        }
        let keeper = story.keeper(ladder).clone();
        let score = forms.phq9.to_string();
        let body = if ladder.planned {
            request::step_up(id, StepBasis::ScaleId(score), "Next step of the agreed titration, no rash")
        } else {
            let note = "Scores above half of baseline, dose well tolerated";
            request::adjust(id, ladder.regimen(rung + 1), Basis::ScaleId(score), note)
        };
        let races = rhythm.visits == 3 || rhythm.visits == 5;
        let sees = if races { Sees::Latest } else { Sees::Whatever };
        story.w.step(later(at, minute), &keeper, body).needing(id).seeing(sees);
        if races && minute == 0 {
            // The nurse has the same chart open.
            let nurse = &story.staff.nurse;
            let weight = f64::from(story.rng.random_range(600_u16..900)) / 10.0;
            story
                .w
                .step(later(at, 1), nurse, request::result("weight", weight, "kg", at))
                .seeing(Sees::OneBehind);
        }
        let order = &mut story.orders[index];
        (order.rung, order.since) = (rung + 1, day);
        story.dose_changed_on = day;
        minute += 2;
    }
    levels(story, day);
    switch(story, day);
}

/// Somebody wants to be well sooner than the schedule allows.
fn too_early(story: &mut Story<'_>, order: Uuid, ladder: &Ladder, at: Instant) {
    let keeper = story.keeper(ladder).clone();
    let body = request::step_up(order, StepBasis::WellTolerated(true), "Asks to go faster; no rash");
    story.w.step(at, &keeper, body).needing(order);
}

/// A lithium level once the dose has settled, and what an antipsychotic asks for.
fn levels(story: &mut Story<'_>, day: i64) {
    if story.orders.iter().any(|order| order.open && order.ladder.drug == "risperidone") {
        let (at, nurse) = (story.w.at(day, 12), &story.staff.nurse);
        let gained = f64::from(i32::try_from(day - story.treated_on).unwrap_or(0)) / 30.0;
        story.w.step(at, nurse, request::result("weight", (780.0 + 10.0 * gained).round() / 10.0, "kg", at));
    }
    let lithium = story.orders.iter().find(|o| o.open && o.ladder.drug == "lithium" && day - o.since >= 5);
    let Some(rung) = lithium.map(|order| order.rung) else { return };
    let value = f64::from([52_u16, 74, 93][rung.min(2)] + story.rng.random_range(0..6)) / 100.0;
    let (at, nurse) = (story.w.at(day, 10), &story.staff.nurse);
    story.w.step(at, nurse, request::level("lithium-level", value, "mmol/L", at));
}

/// Six weeks without response: the second drug takes the place of the first, which ends three days later.
fn switch(story: &mut Story<'_>, day: i64) {
    let Some(second) = story.profile.kind.switch_to else { return };
    if story.changed_on.is_some() || day - story.treated_on < 42 {
        return;
    }
    story.changed_on = Some(day);
    let at = story.w.at(day, 108);
    let (first, id) = (story.orders[0].id, story.w.id());
    let until = story.w.at(day + 3, 0);
    injections::trial_failed(story, first, story.w.at(day, 107));
    let body = request::switch(first, second, id, story.stay, at, until);
    written(story, second, id, body, at, day, true);
    story.dose_changed_on = day;
    let prescriber = story.prescriber;
    let stop = request::stop(first, chart::StopReason::Ineffective, story.w.at(day, 0));
    let gone = story.w.at(day + 3, 70);
    story.w.step(gone, prescriber, stop).needing(first).ending(first);
    story.orders[0].open = false;
}

/// Hands out more before it runs out.
fn renewals(story: &mut Story<'_>, rhythm: &Rhythm, day: i64) {
    let at = story.w.at(day, 114);
    for index in 0..story.orders.len() {
        let Order { id, ladder, supplied_until, open, held, .. } = story.orders[index].clone();
        if !open || held || supplied_until - day > CADENCES[rhythm.cadence] {
            continue;
        }
        let (keeper, renewed) = (story.keeper(ladder).clone(), story.w.id_apart());
        story
            .w
            .step(later(at, index as u64), &keeper, request::renew(ladder, id))
            .needing(id)
            .making(renewed);
        pharmacy::prescribe(story, ladder, (id, renewed), 0, later(at, index as u64 + 1));
        story.orders[index].supplied_until = day + i64::from(ladder.supply_days);
    }
}

/// Phases follow the course; visits come less often when the stability rule holds, and once a prescriber asks early.
fn move_on(story: &mut Story<'_>, rhythm: &mut Rhythm, day: i64, taken: bool) {
    let lately = story.responds.iter().rev().take(2).filter(|r| **r).count();
    let responds = lately == 2;
    let at = story.w.at(day, 120);
    let settled = day - story.dose_changed_on >= 28;
    if rhythm.phase == episode::Phase::Titrating && responds {
        phase(story, at, episode::Phase::Stabilising, "Response twice in a row");
        rhythm.phase = episode::Phase::Stabilising;
    } else if rhythm.phase == episode::Phase::Stabilising && settled && responds {
        phase(story, at, episode::Phase::Maintenance, "Dose unchanged for four weeks, response kept");
        rhythm.phase = episode::Phase::Maintenance;
    }
    let stable = responds && settled && taken && story.disturbed_until < day && rhythm.kept >= 2;
    let early = responds && !settled && !rhythm.asked_early && story.profile.arrives_on % 2 == 0;
    if rhythm.cadence == 2 || !(stable || early) {
        return;
    }
    rhythm.asked_early |= early;
    let to = if rhythm.cadence == 0 { follow_up::Cadence::BiWeekly } else { follow_up::Cadence::Monthly };
    let body = Body::ChangeCadence(follow_up::ChangeCadenceRequest {
        episode: Some(request::episode(story.stay)),
        to: to.into(),
        reason: "Doing well, wants to come less often".to_owned(),
        header: None,
    });
    let prescriber = story.prescriber;
    story.w.step(later(at, 3), prescriber, body);
    if stable {
        rhythm.cadence += 1;
        rhythm.kept = 0;
    }
}
