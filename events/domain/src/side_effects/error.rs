//! The refusals of a side-effect record.

use crate::Explain;

/// Why a side-effect record refuses a command. Texts tell the rule, never the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Only a psychiatrist or psychiatric nurse practitioner may do this.
    #[error("only a prescriber may do this")]
    NotAPrescriber,
    /// Only a prescriber, nurse or pharmacist may do this.
    #[error("only a prescriber, nurse or pharmacist may do this")]
    NotAClinician,
    /// Only the program's timers may do this.
    #[error("only the program's timers may do this")]
    NotATimer,
    /// Somebody from outside who is not on the care team reports what can wait.
    #[error("only the patient, their care team and the program's staff may report this")]
    NotOnCareTeam,
    /// The identifier names another report.
    #[error("the report identifier was used before")]
    ReportIdUsed,
    /// No such report was ever made.
    #[error("there is no such report")]
    UnknownReport,
    /// The report is closed.
    #[error("the report has been resolved")]
    ReportResolved,
    /// No such row of the symptom table.
    #[error("the symptom is not in the table")]
    UnknownSymptom,
    /// No such row of the table of warning signs.
    #[error("a warning sign is not in the table")]
    UnknownRedFlag,
    /// A warning sign is named more than once.
    #[error("a warning sign is named more than once")]
    RedFlagTwice,
    /// It is felt since a time that has not come yet.
    #[error("the onset is in the future")]
    OnsetInTheFuture,
    /// The chart knows no such order.
    #[error("the chart knows no such order")]
    UnknownOrder,
    /// The decision goes on with an order that has ended.
    #[error("the order has been stopped")]
    OrderStopped,
    /// It is decided, or decided in the same way.
    #[error("the report is already decided")]
    AlreadyDecided,
    /// It must be decided before it can be closed.
    #[error("a prescriber has to decide first")]
    DecisionMissing,
    /// The deadline has not passed.
    #[error("the deadline has not passed")]
    DeadlineNotPassed,
    /// The breach is on record.
    #[error("the breach is already on record")]
    AlreadyBreached,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::NotAPrescriber => "NOT_A_PRESCRIBER",
            Self::NotAClinician => "NOT_A_CLINICIAN",
            Self::NotATimer => "NOT_A_TIMER",
            Self::NotOnCareTeam => "NOT_ON_CARE_TEAM",
            Self::ReportIdUsed => "REPORT_ID_USED",
            Self::UnknownReport => "UNKNOWN_REPORT",
            Self::ReportResolved => "REPORT_RESOLVED",
            Self::UnknownSymptom => "UNKNOWN_SYMPTOM",
            Self::UnknownRedFlag => "UNKNOWN_RED_FLAG",
            Self::RedFlagTwice => "RED_FLAG_TWICE",
            Self::OnsetInTheFuture => "ONSET_IN_THE_FUTURE",
            Self::UnknownOrder => "UNKNOWN_ORDER",
            Self::OrderStopped => "ORDER_STOPPED",
            Self::AlreadyDecided => "ALREADY_DECIDED",
            Self::DecisionMissing => "DECISION_MISSING",
            Self::DeadlineNotPassed => "DEADLINE_NOT_PASSED",
            Self::AlreadyBreached => "ALREADY_BREACHED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::NotAPrescriber => "ask a psychiatrist or psychiatric nurse practitioner of the program",
            Self::NotAClinician => "ask a prescriber, nurse or pharmacist of the program",
            Self::NotATimer => "nothing is needed: the program watches its deadlines itself",
            Self::NotOnCareTeam => {
                "ask the program to take you into the care team; what is severe or has a warning sign anybody may report"
            }
            Self::ReportIdUsed => "draw a new report identifier",
            Self::UnknownReport => "name a report of this record",
            Self::ReportResolved => "report it anew if it has come back",
            Self::UnknownSymptom => "name a row of the symptom table, or leave it out and describe it",
            Self::UnknownRedFlag => "name rows of the table of warning signs",
            Self::RedFlagTwice => "name each warning sign once",
            Self::OnsetInTheFuture => "name a time that has passed, or leave it out",
            Self::UnknownOrder => "name an order of this patient's chart",
            Self::OrderStopped => "name an open order, or decide to stop or switch",
            Self::AlreadyDecided => "go on; if it has become worse, report it anew",
            Self::DecisionMissing => "have a prescriber decide what is done about it",
            Self::DeadlineNotPassed => "wait until the deadline has passed",
            Self::AlreadyBreached => "nothing is needed: a breach is recorded once",
        }
    }
}
