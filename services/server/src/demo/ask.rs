//! Puts the questions, as each audience would.

use std::collections::BTreeMap;

use concord_client::{Client, Error};
use concord_kernel::{Actor, Instant};
use concord_proto::concord::common::v1::{PageRequest, Token};
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::ruleset::v1::GetCurrentRulesetRequest;
use concord_proto::concord::therapist::v1 as therapist;
use concord_simulator::{Cohort, Person, Played};
use prost_types::Timestamp;

use super::Imported;
use super::report::{
    Caseload, CaseloadLine, Course, DoseStep, DrugLine, Effect, Head, How, Interaction, Reconciled,
    ReconciledLine, Report, Rules, Score, Visit, Worklist, WorklistLine,
};

/// Rows that one page of the demonstration shows.
const ROWS: u32 = 14;

/// Rows that are asked for at once, and how often, for a course.
const PAGE: u32 = 200;
const MOST_PAGES: usize = 20;

/// What the demonstration asks with.
pub(crate) struct Desk<'a> {
    /// A connection; every question is asked with the asker's own token.
    pub(crate) client: Client,
    /// Signs a token for somebody.
    pub(crate) sign: &'a (dyn Fn(&Actor) -> String + Sync),
    /// The simulated time.
    pub(crate) now: Instant,
}

impl Report {
    /// Asks every question of the demonstration.
    pub(crate) async fn ask(
        desk: &Desk<'_>,
        cohort: &Cohort,
        played: Played,
        imported: Imported,
        how: Option<How>,
    ) -> Result<Self, Error> {
        let staff = &cohort.staff;
        let asks = GetCurrentRulesetRequest {};
        let rules = desk.acting_as(&staff.auditor)?.rulesets().get_current_ruleset(asks).await?.into_inner();
        // Imported patients are those of the first one.
        let prescriber = &staff.prescribers[usize::from(imported.admissions.is_empty())];
        let head = desk.acting_as(&staff.auditor)?.ledger().get_head(GetHeadRequest {}).await?.into_inner();
        let after = head.token.clone();
        let shown = cohort.clients.get(1).or(cohort.clients.first());
        let course = match shown {
            Some(client) => Some(desk.course(&staff.prescribers[0], client.patient, after.clone()).await?),
            None => None,
        };
        let timeline = match shown {
            Some(client) => Some(desk.timeline(&staff.prescribers[0], client.patient, after.clone()).await?),
            None => None,
        };
        Ok(Self {
            seed: cohort.seed,
            clients: cohort.clients.len(),
            days: cohort.days,
            now: desk.now.to_string(),
            ruleset: Rules { version: rules.ruleset, reviewed: rules.reviewed },
            played,
            caseload: desk.caseload(&staff.therapists[0], after.clone()).await?,
            worklist: desk.worklist(prescriber, after.clone()).await?,
            reconciled: desk.reconciled(&staff.primary_care, after.clone()).await?,
            course,
            timeline,
            outcomes: desk.outcomes(&staff.case_manager, cohort.start, after.clone()).await?,
            admissions: imported.admissions,
            unread: imported.unread,
            ledger: Head {
                epoch: after.as_ref().map(|token| token.epoch.clone()).unwrap_or_default(),
                position: after.map_or(0, |token| token.position),
                root: hex::encode(&head.root),
            },
            how,
        })
    }
}

impl Desk<'_> {
    pub(super) fn acting_as(&self, person: &Person) -> Result<Client, Error> {
        Ok(self.client.acting_as(&(self.sign)(&person.actor()))?)
    }

    async fn caseload(&self, person: &Person, after: Option<Token>) -> Result<Caseload, Error> {
        let question = therapist::ListCaseloadRequest {
            min_position: after,
            page: Some(PageRequest { page_size: ROWS, page_token: String::new() }),
            therapist_id: String::new(),
        };
        let answer = self.acting_as(person)?.therapist().list_caseload(question).await?.into_inner();
        let line = |line: therapist::CaseloadLine| CaseloadLine {
            name: line.name,
            stage: line.stage,
            at_risk: line.at_risk,
            unstable: line.unstable,
            scales_worse: line.scales_worse,
            adherence_percent: line.adherence_percent,
            phq9: line.phq9,
            phq9_baseline: line.phq9_baseline,
            gad7: line.gad7,
            gad7_baseline: line.gad7_baseline,
            craving: line.craving,
            open_side_effects: line.open_side_effects,
            missed_visits: line.missed_visits,
        };
        Ok(Caseload {
            therapist: person.name.clone(),
            clients: answer.clients.into_iter().map(line).collect(),
        })
    }

    async fn worklist(&self, person: &Person, after: Option<Token>) -> Result<Worklist, Error> {
        let question = prescriber::ListWorklistRequest {
            min_position: after,
            page: Some(PageRequest { page_size: ROWS, page_token: String::new() }),
            prescriber_id: person.id.to_string(),
        };
        let answer = self.acting_as(person)?.prescriber().list_worklist(question).await?.into_inner();
        let line = |item: prescriber::WorklistItem| {
            let due = instant(item.due_at);
            WorklistLine {
                due_at: due.map(|due| due.to_string()).unwrap_or_default(),
                in_days: due.map_or(0, |due| due.days_since(self.now)),
                overdue: item.overdue,
                patient: item.patient_name,
                kind: item.kind,
                summary: item.summary,
            }
        };
        Ok(Worklist {
            prescriber: person.name.clone(),
            items: answer.items.into_iter().map(line).collect(),
            more: answer.page.is_some_and(|page| !page.next_page_token.is_empty()),
        })
    }

    /// The list with the most open interactions, among those of both liaisons.
    async fn reconciled(&self, people: &[Person], after: Option<Token>) -> Result<Option<Reconciled>, Error> {
        let mut best: Option<(u32, usize, &Person, String)> = None;
        for person in people {
            let question = liaison::ListClientsRequest {
                min_position: after.clone(),
                page: Some(PageRequest { page_size: PAGE, page_token: String::new() }),
                liaison_id: String::new(),
            };
            let answer = self.acting_as(person)?.liaison().list_clients(question).await?.into_inner();
            for client in answer.clients {
                let list = self.list(person, &client.patient_id, after.clone()).await?;
                let outside = list.medications.iter().filter(|medication| medication.outside).count();
                let rank = (client.open_interactions, outside);
                if best.as_ref().is_none_or(|(open, count, ..)| rank > (*open, *count)) {
                    best = Some((rank.0, rank.1, person, client.patient_id));
                }
            }
        }
        let Some((_, _, person, patient)) = best else { return Ok(None) };
        let list = self.list(person, &patient, after).await?;
        Ok(Some(told(person, list)))
    }

    async fn list(
        &self,
        person: &Person,
        patient: &str,
        after: Option<Token>,
    ) -> Result<liaison::GetReconciledListResponse, Error> {
        let question =
            liaison::GetReconciledListRequest { patient_id: patient.to_owned(), min_position: after };
        Ok(self.acting_as(person)?.liaison().get_reconciled_list(question).await?.into_inner())
    }

    async fn course(
        &self,
        person: &Person,
        patient: uuid::Uuid,
        after: Option<Token>,
    ) -> Result<Course, Error> {
        let client = self.acting_as(person)?;
        let question =
            prescriber::GetClientRequest { patient_id: patient.to_string(), min_position: after.clone() };
        let chart = client.prescriber().get_client(question).await?.into_inner();
        let mut points = Vec::new();
        let mut page_token = String::new();
        for _ in 0..MOST_PAGES {
            let question = prescriber::GetClientCourseRequest {
                patient_id: patient.to_string(),
                min_position: after.clone(),
                page: Some(PageRequest { page_size: PAGE, page_token }),
            };
            let answer = client.prescriber().get_client_course(question).await?.into_inner();
            points.extend(answer.points);
            page_token = answer.page.map(|page| page.next_page_token).unwrap_or_default();
            if page_token.is_empty() {
                break;
            }
        }
        let names = chart.orders.into_iter().map(|order| (order.order_id, order.name)).collect();
        let mut course = plotted(&points, &names, self.now);
        course.patient = chart.name;
        course.patient_id = patient.to_string();
        Ok(course)
    }
}

fn instant(timestamp: Option<Timestamp>) -> Option<Instant> {
    let Timestamp { seconds, nanos } = timestamp?;
    Instant::from_micros(seconds.checked_mul(1_000_000)?.checked_add(i64::from(nanos) / 1_000)?).ok()
}

pub(super) fn day(timestamp: Option<Timestamp>) -> String {
    instant(timestamp).map(|at| at.day().to_string()).unwrap_or_default()
}

fn told(person: &Person, list: liaison::GetReconciledListResponse) -> Reconciled {
    let allergies = match (list.allergies.is_empty(), list.no_known_allergies) {
        _ if !list.shared_parts.iter().any(|part| part == "allergies") => "not shared".to_owned(),
        (false, _) => list.allergies.join(", "),
        (true, true) => "none known".to_owned(),
        (true, false) => "not asked yet".to_owned(),
    };
    let line = |medication: liaison::ListedMedication| ReconciledLine {
        name: medication.name,
        sig: medication.sig,
        from: match (medication.outside, medication.prescriber.is_empty()) {
            (false, _) => "the program".to_owned(),
            (true, true) => "outside".to_owned(),
            (true, false) => medication.prescriber,
        },
        since: medication.started_on,
        status: medication.status,
        outside: medication.outside,
        reconciled: medication.reconciled,
    };
    let interaction = |found: liaison::ListedInteraction| Interaction {
        severity: found.severity,
        about: found.about,
        action: found.action,
        mechanism: found.mechanism,
        advice: found.advice,
        ruleset: found.ruleset,
        reviewed: found.reviewed,
    };
    Reconciled {
        liaison: person.name.clone(),
        shared: list.shared_parts,
        patient: list.name,
        checked_on: day(list.reconciled_at),
        allergies,
        medications: list.medications.into_iter().map(line).collect(),
        interactions: list.interactions.into_iter().map(interaction).collect(),
        changed_on: day(list.changed_at),
        plan: list.plan,
    }
}

/// Points of the course on days from its first one.
fn plotted(points: &[prescriber::CoursePoint], names: &BTreeMap<String, String>, now: Instant) -> Course {
    let first = points.iter().filter_map(|point| instant(point.at)).min().unwrap_or(now);
    let from = Instant::start_of(first.day());
    let mut course =
        Course { from: first.day().to_string(), days: now.days_since(from).max(1), ..Course::default() };
    for point in points {
        let Some(at) = instant(point.at) else { continue };
        let (day, value) = (at.days_since(from), point.value.unwrap_or_default());
        match point.kind.as_str() {
            "score" if point.subject == "phq9" => course.phq9.push(Score { day, total: whole(value) }),
            "effect_reported" => {
                let effect = Effect { day, grade: whole(value), symptom: point.subject.clone() };
                course.effects.push(effect);
            }
            "visited" if point.subject == "medication" => course.visits.push(Visit { day, kept: true }),
            "missed" if point.subject == "medication" => course.visits.push(Visit { day, kept: false }),
            "started" | "adjusted" | "step_taken" | "held" | "taken_up" | "stopped" => {
                dosed(&mut course, point, names, day);
            }
            _ => {}
        }
    }
    course
}

fn dosed(course: &mut Course, point: &prescriber::CoursePoint, names: &BTreeMap<String, String>, day: i64) {
    let name = names.get(&point.subject).unwrap_or(&point.subject).clone();
    if !course.drugs.iter().any(|drug| drug.name == name) {
        course.drugs.push(DrugLine { name: name.clone(), steps: Vec::new() });
    }
    let Some(drug) = course.drugs.iter_mut().find(|drug| drug.name == name) else { return };
    let before = drug.steps.iter().rev().find(|step| !step.held).map_or(0.0, |step| step.daily_mg);
    let why = match point.kind.as_str() {
        "taken_up" if point.summary.is_empty() => "goes on".to_owned(),
        "stopped" if point.summary.is_empty() => "ended".to_owned(),
        _ => point.summary.clone(),
    };
    let daily_mg = point.value.unwrap_or(before);
    drug.steps.push(DoseStep { day, daily_mg, held: point.kind == "held", why });
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "totals and grades are small")]
fn whole(value: f64) -> u32 {
    value.clamp(0.0, 1_000.0).round() as u32
}
