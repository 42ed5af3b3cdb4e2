//! Admits the patient of an intake record: what was read becomes the chart's history, what was not is flagged on it.

use std::collections::BTreeSet;

use concord_intake::{Allergies, Coding, Intake, Medication, Sex, Use};
use concord_kernel::{Instant, Text};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::{Frequency, Regimen, Route};
use concord_proto::concord::care_team::v1::AddMemberRequest;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::episode::v1 as episode;
use serde::Serialize;
use uuid::Uuid;

use crate::cohort::{PROGRAM, Staff, id_of, timestamp};
use crate::gateway::Gateway;
use crate::play::{Failed, Player};
use crate::script::{Body, Deed, Person, Sees, Step};

/// The most outside medications that one reconciliation takes.
const MOST_RECONCILED: usize = 200;

/// The most issues that are named in the note on the chart; the others are counted there.
const MOST_NAMED: usize = 12;

/// What became of one intake record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Admission {
    /// The file.
    pub file: String,
    /// The patient.
    pub patient: Uuid,
    /// Name.
    pub name: String,
    /// Whether the record says that the patient has died.
    pub deceased: bool,
    /// How many allergies, conditions, medications and results are on the chart now.
    pub charted: [usize; 4],
    /// What could not be mapped, or was mapped with a doubt: path, problem, what it is about.
    pub issues: Vec<(String, String, String)>,
    /// Issues that are only counted.
    pub further_issues: usize,
    /// What the safety check over the chart found.
    pub findings: Vec<Found>,
    /// Commands that were refused, by reason.
    pub refusals: Vec<(String, u64)>,
}

/// One thing that the safety check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The rule.
    pub rule: String,
    /// The substances; empty when it is about something that nobody could map.
    pub about: Vec<String>,
    /// How bad, such as `major`.
    pub severity: String,
    /// Why, in plain words.
    pub mechanism: String,
    /// What to do, in plain words.
    pub advice: String,
}

impl Found {
    fn new(finding: common::Finding) -> Self {
        let severity = finding.severity().as_str_name().trim_start_matches("SEVERITY_").to_lowercase();
        let common::FindingKey { rule, about } = finding.key.unwrap_or_default();
        Self { rule, about, severity, mechanism: finding.mechanism, advice: finding.advice }
    }
}

/// Admits the patient of `intake` through `gateway`; `number` tells the records of one import apart.
///
/// # Errors
///
/// [`Failed`] when the service fails.
pub async fn admit<G: Gateway>(
    gateway: &mut G,
    staff: &Staff,
    seed: u64,
    number: usize,
    intake: &Intake,
    now: Instant,
) -> Result<Admission, Failed> {
    // Far from the clients of a cohort, so that both can be in one ledger.
    let client = (1 << 40) + number;
    let patient = id_of(seed, Some(client), 0);
    let mut writer = Writer { staff, seed, client, drawn: 0, now, steps: Vec::new() };
    writer.arrival(intake);
    writer.background(intake);
    writer.medications(intake);
    let mut player = Player::new(staff, seed ^ (client as u64), gateway).treating(client, patient);
    for (index, step) in writer.steps.iter().enumerate() {
        player.perform(step).await.map_err(|halt| halt.at_step(index))?;
    }
    let check = writer.step(&staff.pharmacist, Body::CheckSafety(chart::CheckSafetyRequest::default()));
    let index = writer.steps.len();
    let found = player.findings_of(&check).await.map_err(|halt| halt.at_step(index))?;
    let listed = match &intake.allergies {
        Allergies::Known(listed) => listed.len(),
        Allergies::Unknown | Allergies::NoneKnown => 0,
    };
    let about = |about: &Option<Text>| about.as_ref().map(|a| a.expose().to_owned()).unwrap_or_default();
    Ok(Admission {
        file: intake.file.clone(),
        patient,
        name: intake.patient.name.expose().expose().to_owned(),
        deceased: intake.patient.deceased,
        charted: [listed, intake.conditions.len(), intake.medications.len(), intake.results.len()],
        issues: intake
            .issues
            .iter()
            .map(|issue| (issue.path.clone(), issue.problem.to_string(), about(&issue.about)))
            .collect(),
        further_issues: intake.further_issues,
        findings: found.into_iter().map(Found::new).collect(),
        refusals: player
            .played
            .refusals
            .iter()
            .map(|(reason, tally)| (reason.clone(), tally.count))
            .collect(),
    })
}

struct Writer<'a> {
    staff: &'a Staff,
    seed: u64,
    client: usize,
    drawn: u64,
    now: Instant,
    steps: Vec<Step>,
}

impl Writer<'_> {
    fn id(&mut self) -> Uuid {
        self.drawn += 1;
        id_of(self.seed, Some(self.client), self.drawn)
    }

    fn step(&self, by: &Person, body: Body) -> Step {
        Step {
            at: self.now,
            client: self.client,
            by: by.clone(),
            deed: Deed::Command(Box::new(body)),
            needs: Vec::new(),
            makes: None,
            ends: None,
            or_else: Vec::new(),
            sees: Sees::Whatever,
        }
    }

    fn write(&mut self, by: &Person, body: Body) {
        let step = self.step(by, body);
        self.steps.push(step);
    }

    fn arrival(&mut self, intake: &Intake) {
        let staff = self.staff;
        let name = intake.patient.name.expose().expose().to_owned();
        self.write(
            &staff.primary_care[0],
            Body::ReferPatient(episode::ReferPatientRequest {
                program: PROGRAM.to_owned(),
                name,
                born_on: intake.patient.born_on.expose().to_string(),
                referred_by: "Imported FHIR record".to_owned(),
                reason: "Record received; see chart".to_owned(),
                part2: Some(true),
                header: None,
            }),
        );
        let criterion = episode::CriterionAnswer {
            criterion: episode::Criterion::MoodInstability.into(),
            met: true,
            evidence: "As referred; to be confirmed at the assessment".to_owned(),
        };
        self.write(
            &staff.therapists[0],
            Body::ScreenCandidate(episode::ScreenCandidateRequest {
                program: PROGRAM.to_owned(),
                criteria: vec![criterion],
                exclusions: Vec::new(),
                header: None,
            }),
        );
        let episode_id = self.id().to_string();
        let admitted = episode::AdmitPatientRequest { program: PROGRAM.to_owned(), episode_id, header: None };
        self.write(&staff.case_manager, Body::AdmitPatient(admitted));
        let roles = [
            (&staff.prescribers[0], common::Role::Psychiatrist),
            (&staff.therapists[0], common::Role::Therapist),
            (&staff.pharmacist, common::Role::Pharmacist),
            (&staff.primary_care[0], common::Role::PrimaryCare),
        ];
        for (member, role) in roles {
            let joined = AddMemberRequest {
                person_id: member.id.to_string(),
                role: role.into(),
                name: member.name.clone(),
                organisation: member.organisation.clone(),
                header: None,
            };
            self.write(&staff.case_manager, Body::AddMember(joined));
        }
    }

    fn background(&mut self, intake: &Intake) {
        let staff = self.staff;
        let (sex, may_become_pregnant) = match intake.patient.sex {
            Sex::Female => (chart::Sex::Female, None),
            Sex::Male => (chart::Sex::Male, Some(false)),
            Sex::Unknown => (chart::Sex::Unknown, None),
        };
        let characteristics = chart::RecordCharacteristicsRequest {
            born_on: intake.patient.born_on.expose().to_string(),
            sex: sex.into(),
            may_become_pregnant,
            header: None,
        };
        self.write(&staff.nurse, Body::RecordCharacteristics(characteristics));
        match &intake.allergies {
            Allergies::Unknown => {}
            Allergies::NoneKnown => {
                let none = chart::ConfirmNoKnownAllergiesRequest { header: None };
                self.write(&staff.nurse, Body::ConfirmNoKnownAllergies(none));
            }
            Allergies::Known(listed) => {
                for allergy in listed {
                    let recorded = chart::RecordAllergyRequest {
                        substance: allergy.substance.expose().to_owned(),
                        codings: codings(&allergy.codings),
                        reaction: said(allergy.reaction.as_ref()),
                        severity: severity(allergy.severity).into(),
                        kind: kind(allergy.kind).into(),
                        header: None,
                    };
                    self.write(&staff.nurse, Body::RecordAllergy(recorded));
                }
            }
        }
        for condition in &intake.conditions {
            let recorded = chart::RecordConditionRequest {
                name: condition.name.expose().to_owned(),
                codings: codings(&condition.codings),
                condition: String::new(),
                onset_on: condition.onset_on.map(|day| day.to_string()).unwrap_or_default(),
                header: None,
            };
            self.write(&staff.nurse, Body::RecordCondition(recorded));
        }
        for result in &intake.results {
            let recorded = chart::RecordResultRequest {
                lab: result.lab.to_string(),
                value: Some(result.value),
                unit: result.unit.clone(),
                taken_at: Some(timestamp(result.taken_at)),
                last_dose_at: None,
                header: None,
            };
            self.write(&staff.nurse, Body::RecordResult(recorded));
        }
    }

    fn medications(&mut self, intake: &Intake) {
        let staff = self.staff;
        let doubted: BTreeSet<&str> =
            intake.issues.iter().filter_map(|issue| issue.path.get(..resource_end(&issue.path)?)).collect();
        let mut entries = Vec::new();
        for medication in &intake.medications {
            let id = self.id().to_string();
            self.write(&staff.nurse, recorded(medication, &id));
            if let Use::Ended(last_dose) = medication.usage {
                let ended = chart::EndOutsideMedicationRequest {
                    medication_id: id,
                    last_dose_at: last_dose.map(timestamp),
                    reason: "Ended before admission, as the imported record says".to_owned(),
                    header: None,
                };
                self.write(&staff.nurse, Body::EndOutsideMedication(ended));
                continue;
            }
            let ask = doubted.contains(medication.path.as_str());
            let action =
                if ask { chart::ReconcileAction::AskPrescriber } else { chart::ReconcileAction::Continues };
            entries.push(chart::ReconciledEntry { medication_id: id, action: action.into() });
        }
        if entries.len() <= MOST_RECONCILED {
            let reconciled = chart::ReconcileMedicationsRequest { entries, note: note(intake), header: None };
            self.write(&staff.pharmacist, Body::ReconcileMedications(reconciled));
        }
    }
}

/// Where the path of the resource ends within the path of an element: `Bundle.entry[3].resource`.
fn resource_end(path: &str) -> Option<usize> {
    const RESOURCE: &str = ".resource";
    path.find(RESOURCE).map(|start| start + RESOURCE.len())
}

/// What the chart says about the import: what was left out, and every doubt as far as it fits.
fn note(intake: &Intake) -> String {
    let left_out = intake.left_out;
    let mut note = format!(
        "Imported from a FHIR record. Left out: {} ended medications, {} past conditions.",
        left_out.ended_medications, left_out.past_conditions
    );
    let all = intake.issues.len() + intake.further_issues;
    if all > 0 {
        note.extend([" ", &all.to_string(), " to be looked at:"]);
    }
    let mut named = 0;
    for issue in intake.issues.iter().take(MOST_NAMED) {
        let about = issue.about.as_ref().map(|about| format!(" ({})", about.expose())).unwrap_or_default();
        let line = format!(" {}{about} {};", issue.path, issue.problem);
        if note.chars().count() + line.chars().count() > Text::MAX - 40 {
            break;
        }
        note.push_str(&line);
        named += 1;
    }
    if named < all {
        note.extend([" and ", &(all - named).to_string(), " more"]);
    }
    note
}

fn recorded(medication: &Medication, id: &str) -> Body {
    Body::RecordOutsideMedication(chart::RecordOutsideMedicationRequest {
        medication_id: id.to_owned(),
        reported: Some(chart::Reported {
            name: medication.name.expose().to_owned(),
            codings: codings(&medication.codings),
            regimen: medication.regimen.as_ref().map(regimen),
            prescriber: said(medication.prescriber.as_ref()),
            started_on: medication.started_on.map(|day| day.to_string()).unwrap_or_default(),
            source: chart::InformationSource::ImportedRecord.into(),
        }),
        header: None,
    })
}

fn said(text: Option<&Text>) -> String {
    text.map(|text| text.expose().to_owned()).unwrap_or_default()
}

fn codings(codings: &[Coding]) -> Vec<common::Coding> {
    let wire = |coding: &Coding| common::Coding { system: coding.system.clone(), code: coding.code.clone() };
    codings.iter().map(wire).collect()
}

fn regimen(regimen: &Regimen) -> common::Regimen {
    let (frequency, count) = match regimen.frequency {
        Frequency::Daily => (common::Frequency::Daily, None),
        Frequency::AtBedtime => (common::Frequency::AtBedtime, None),
        Frequency::TwiceDaily => (common::Frequency::TwiceDaily, None),
        Frequency::ThreeTimesDaily => (common::Frequency::ThreeTimesDaily, None),
        Frequency::FourTimesDaily => (common::Frequency::FourTimesDaily, None),
        Frequency::EveryOtherDay => (common::Frequency::EveryOtherDay, None),
        Frequency::EveryDays(days) => (common::Frequency::EveryDays, Some(u32::from(days))),
        Frequency::AsNeeded(times) => (common::Frequency::AsNeeded, Some(u32::from(times))),
    };
    let route = match regimen.route {
        Route::Oral => common::Route::Oral,
        Route::Sublingual => common::Route::Sublingual,
        Route::Intramuscular => common::Route::Intramuscular,
        Route::Subcutaneous => common::Route::Subcutaneous,
        Route::Transdermal => common::Route::Transdermal,
        Route::Nasal => common::Route::Nasal,
        Route::Inhaled => common::Route::Inhaled,
        Route::Topical => common::Route::Topical,
    };
    common::Regimen { dose_mg: regimen.dose.mg(), frequency: frequency.into(), count, route: route.into() }
}

const fn severity(severity: ReactionSeverity) -> chart::ReactionSeverity {
    match severity {
        ReactionSeverity::Mild => chart::ReactionSeverity::Mild,
        ReactionSeverity::Moderate => chart::ReactionSeverity::Moderate,
        ReactionSeverity::Severe => chart::ReactionSeverity::Severe,
    }
}

const fn kind(kind: ReactionKind) -> chart::ReactionKind {
    match kind {
        ReactionKind::Allergy => chart::ReactionKind::Allergy,
        ReactionKind::Hypersensitivity => chart::ReactionKind::Hypersensitivity,
        ReactionKind::Intolerance => chart::ReactionKind::Intolerance,
    }
}
