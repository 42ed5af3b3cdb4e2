//! What a therapist may ask.

use concord_domain::episode::Stage;
use concord_kernel::{Instant, PatientId, PersonId, ProgramId};
use concord_knowledge::scale::ScaleKind;
use concord_projection::{Cursor, Key, List, Listed, PageOf, Reader, ViewReadError};

use super::{Caseload, Instability, MedicationLine, Row};
use crate::parts::{Adherence, Effects, Identity, OpenRisk, Plans, Recovery, Team, Therapy, Trend, Visits};

/// One line of a therapist's list.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseloadLine {
    /// Whom it is about.
    pub patient: PatientId,
    /// Who they are.
    pub identity: Identity,
    /// The program of the stay that counts.
    pub program: Option<ProgramId>,
    /// Where they stand in it.
    pub stage: Stage,
    /// Why the line stands where it stands.
    pub instability: Instability,
    /// PHQ-9.
    pub phq9: Option<Trend>,
    /// GAD-7.
    pub gad7: Option<Trend>,
    /// Craving, the worst substance.
    pub craving: Option<Trend>,
    /// Open side effects, how many.
    pub side_effects: usize,
    /// When they were last seen.
    pub last_visit_at: Option<Instant>,
    /// Doses taken of doses due, in percent.
    pub adherence_percent: Option<u8>,
}

/// Everything the view knows of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseloadClient {
    /// The line on the list.
    pub line: CaseloadLine,
    /// Who cares for them.
    pub team: Team,
    /// How every scale runs.
    pub scores: Vec<Trend>,
    /// Open risks.
    pub risks: Vec<OpenRisk>,
    /// Open side effects.
    pub side_effects: Effects,
    /// Visits.
    pub visits: Visits,
    /// What they take, without doses.
    pub medications: Vec<MedicationLine>,
    /// What was planned and agreed, one for each stay.
    pub plans: Plans<Therapy>,
    /// How they take what is ordered.
    pub adherence: Adherence,
    /// How recovery goes.
    pub recovery: Recovery,
}

/// Reads a page of a therapist's clients, most unstable first.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    therapist: PersonId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<CaseloadLine>, ViewReadError> {
    let page = reader.list::<Caseload>(List::person(therapist), after, limit).await?;
    Ok(page.map(|Listed { key, row, .. }| line(key.as_patient(), &row)))
}

/// Reads one client; `None` when nothing is known of them.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn client(reader: &Reader, patient: PatientId) -> Result<Option<CaseloadClient>, ViewReadError> {
    let row = reader.row::<Caseload>(Key::patient(patient)).await?;
    Ok(row.map(|row| CaseloadClient {
        line: line(patient, &row),
        team: row.team,
        scores: row.scores.iter().cloned().collect(),
        risks: row.risks.iter().copied().collect(),
        side_effects: row.effects,
        visits: row.visits,
        medications: row.medications,
        plans: row.plans,
        adherence: row.adherence,
        recovery: row.recovery,
    }))
}

fn line(patient: PatientId, row: &Row) -> CaseloadLine {
    let stay = row.stays.main();
    let score = |scale| row.scores.of(scale).cloned();
    CaseloadLine {
        patient,
        identity: row.identity.clone(),
        program: stay.and_then(|stay| stay.program.clone()),
        stage: stay.map_or(Stage::Unknown, |stay| stay.stage),
        instability: row.instability(),
        phq9: score(ScaleKind::Phq9),
        gad7: score(ScaleKind::Gad7),
        craving: score(ScaleKind::Craving),
        side_effects: row.effects.len(),
        last_visit_at: row.visits.last.map(|last| last.at),
        adherence_percent: row.adherence_percent(),
    }
}
