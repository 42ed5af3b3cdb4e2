//! Everything that the demonstration shows, as one document.

use concord_simulator::{Admission, Played};
use serde::Serialize;

use super::outcomes::Outcomes;
use super::timeline::Timeline;

/// Everything that the demonstration shows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) clients: usize,
    pub(crate) days: u32,
    /// The simulated time at which it was asked, RFC 3339.
    pub(crate) now: String,
    pub(crate) ruleset: Rules,
    pub(crate) played: Played,
    pub(crate) caseload: Caseload,
    pub(crate) worklist: Worklist,
    pub(crate) reconciled: Option<Reconciled>,
    pub(crate) course: Option<Course>,
    /// Doses and side effects of the same client, with what they rest on.
    pub(crate) timeline: Option<Timeline>,
    pub(crate) outcomes: Outcomes,
    pub(crate) admissions: Vec<Admission>,
    /// Files nobody could be admitted from.
    pub(crate) unread: Vec<Unread>,
    pub(crate) ledger: Head,
    /// Absent when nothing is served any more.
    pub(crate) how: Option<How>,
}

/// The rules that judged.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Rules {
    pub(crate) version: String,
    /// Whether a pharmacist has signed every row.
    pub(crate) reviewed: bool,
}

/// A file nobody could be admitted from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Unread {
    pub(crate) file: String,
    /// What is wrong and at which element; never what stands there.
    pub(crate) problem: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Caseload {
    pub(crate) therapist: String,
    pub(crate) clients: Vec<CaseloadLine>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct CaseloadLine {
    pub(crate) name: String,
    pub(crate) stage: String,
    pub(crate) at_risk: bool,
    pub(crate) unstable: bool,
    pub(crate) scales_worse: u32,
    pub(crate) adherence_percent: Option<u32>,
    pub(crate) phq9: Option<u32>,
    pub(crate) phq9_baseline: Option<u32>,
    pub(crate) gad7: Option<u32>,
    pub(crate) gad7_baseline: Option<u32>,
    pub(crate) craving: Option<u32>,
    pub(crate) open_side_effects: u32,
    pub(crate) missed_visits: u32,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Worklist {
    pub(crate) prescriber: String,
    pub(crate) items: Vec<WorklistLine>,
    /// Whether there are more than are shown.
    pub(crate) more: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct WorklistLine {
    /// RFC 3339.
    pub(crate) due_at: String,
    /// Days from now; negative when the time has passed.
    pub(crate) in_days: i64,
    pub(crate) overdue: bool,
    pub(crate) patient: String,
    pub(crate) kind: String,
    pub(crate) summary: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reconciled {
    pub(crate) liaison: String,
    pub(crate) patient: String,
    /// What the patient signed that the liaison may have, in words.
    pub(crate) shared: Vec<String>,
    /// Day on which it was last reconciled; empty: never.
    pub(crate) checked_on: String,
    pub(crate) allergies: String,
    pub(crate) medications: Vec<ReconciledLine>,
    pub(crate) interactions: Vec<Interaction>,
    /// Day on which it last changed; empty: never.
    pub(crate) changed_on: String,
    /// The plan in plain words.
    pub(crate) plan: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReconciledLine {
    pub(crate) name: String,
    pub(crate) sig: String,
    pub(crate) from: String,
    pub(crate) since: String,
    pub(crate) status: String,
    /// Whether somebody outside the program prescribed it.
    pub(crate) outside: bool,
    pub(crate) reconciled: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Interaction {
    pub(crate) severity: String,
    pub(crate) about: Vec<String>,
    /// What must happen, such as `acknowledge`.
    pub(crate) action: String,
    pub(crate) mechanism: String,
    pub(crate) advice: String,
    /// The rules that found it, and whether every row of them is signed.
    pub(crate) ruleset: String,
    pub(crate) reviewed: bool,
}

/// One client's course, as it is drawn.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Course {
    pub(crate) patient: String,
    pub(crate) patient_id: String,
    /// First day, ISO 8601.
    pub(crate) from: String,
    /// Days that are drawn.
    pub(crate) days: i64,
    pub(crate) drugs: Vec<DrugLine>,
    pub(crate) phq9: Vec<Score>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) visits: Vec<Visit>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct DrugLine {
    pub(crate) name: String,
    pub(crate) steps: Vec<DoseStep>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct DoseStep {
    pub(crate) day: i64,
    /// Milligrams a day from then on; 0 when stopped.
    pub(crate) daily_mg: f64,
    pub(crate) held: bool,
    pub(crate) why: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Score {
    pub(crate) day: i64,
    pub(crate) total: u32,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Effect {
    pub(crate) day: i64,
    pub(crate) grade: u32,
    pub(crate) symptom: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Visit {
    pub(crate) day: i64,
    pub(crate) kept: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Head {
    pub(crate) epoch: String,
    pub(crate) position: u64,
    /// RFC 6962 root, hexadecimal.
    pub(crate) root: String,
}

/// How the caller can go on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct How {
    pub(crate) endpoint: String,
    /// How this program was called.
    pub(crate) program: String,
    pub(crate) data: String,
    pub(crate) tenant: String,
    /// The psychiatrist whose token it is.
    pub(crate) person: String,
    /// A prescriber's token.
    pub(crate) token: String,
}
