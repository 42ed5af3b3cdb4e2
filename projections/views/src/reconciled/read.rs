//! What a liaison may ask.

use concord_kernel::{Instant, PatientId, PersonId};
use concord_projection::{Cursor, Key, List, PageOf, Reader, ViewReadError};

use super::plan::plan;
use super::{LastChange, Reconciled, Row};
use crate::parts::{
    AtPharmacy, Background, Contacts, Findings, Identity, Monitoring, Order, Outside, Piece, Stays, Team,
};

/// One line of a liaison's list.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconciledLine {
    /// Whom it is about.
    pub patient: PatientId,
    /// Who they are.
    pub identity: Identity,
    /// The program's medications and those from outside, how many.
    pub medications: usize,
    /// Interactions that nobody has settled, how many.
    pub interactions: usize,
    /// Whether something from outside has still to be compared.
    pub to_reconcile: bool,
    /// When something last changed.
    pub last_change: Option<LastChange>,
    /// Up to where whoever asks has seen what changed.
    pub seen_up_to: Option<Instant>,
    /// Whether something changed since.
    pub changed_since_seen: bool,
    /// Questions that whoever asks was asked, how many.
    pub consults: usize,
}

/// Everything a liaison may know of a patient.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconciledList {
    /// The line on the list.
    pub line: ReconciledLine,
    /// Who cares for them.
    pub team: Team,
    /// Where they stand.
    pub stays: Stays,
    /// The program's orders.
    pub program: Vec<Order>,
    /// What is taken from outside.
    pub outside: Outside,
    /// Allergies, conditions, results.
    pub background: Background,
    /// What safety rules found and nobody has settled.
    pub findings: Findings,
    /// What pharmacies handed out and proposed.
    pub pharmacy: AtPharmacy,
    /// The plan in plain words, one sentence each.
    pub plan: Vec<String>,
    /// What changed since whoever asks has seen it, oldest first.
    pub news: Vec<Piece>,
    /// What is under way between those who treat the patient.
    pub contacts: Contacts,
    /// Tests that the program's orders ask for, while a stay is open.
    pub monitoring: Monitoring,
}

/// Reads a page of the patients whom somebody outside the program cares for, latest change first.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    person: PersonId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<(PatientId, Row)>, ViewReadError> {
    let page = reader.list::<Reconciled>(List::person(person), after, limit).await?;
    Ok(page.map(|listed| (listed.key.as_patient(), listed.row)))
}

/// Reads what is known of one patient; `None` when nothing is.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn patient(reader: &Reader, patient: PatientId) -> Result<Option<Row>, ViewReadError> {
    reader.row::<Reconciled>(Key::patient(patient)).await
}

/// The list of a patient for `person`. `whole` says whether nothing was taken out of the row: what is not there is said to be
/// absent only then.
pub fn list(patient: PatientId, row: Row, person: PersonId, whole: bool) -> ReconciledList {
    ReconciledList {
        line: line(patient, &row, person),
        plan: plan(&row, whole),
        news: row.news.since(row.contacts.seen.get(&person).copied()).cloned().collect(),
        contacts: row.contacts,
        team: row.team,
        stays: row.stays,
        program: row.orders.open,
        outside: row.outside,
        background: row.background,
        findings: row.findings,
        monitoring: row.monitoring,
        pharmacy: row.pharmacy,
    }
}

/// The line of a patient on the list of `person`.
pub fn line(patient: PatientId, row: &Row, person: PersonId) -> ReconciledLine {
    let seen_up_to = row.contacts.seen.get(&person).copied();
    ReconciledLine {
        patient,
        identity: row.identity.clone(),
        medications: row.orders.open.len() + row.outside.taken.len(),
        interactions: row.findings.open.len(),
        to_reconcile: row.outside.unreconciled_since.is_some(),
        last_change: row.last_change,
        seen_up_to,
        changed_since_seen: row
            .last_change
            .is_some_and(|change| seen_up_to.is_none_or(|seen| change.recorded_at > seen)),
        consults: row.contacts.consults.iter().filter(|asked| asked.of == person).count(),
    }
}
