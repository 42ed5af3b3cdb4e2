//! One patient's medication chart: orders, outside medications, allergies, conditions and results in one stream,
//! so that two prescribers acting at once can never each pass a check that together they would fail.

mod command;
mod decide;
mod error;
mod event;
mod evidence;
mod explain;
mod fold;
mod injection;
mod order;
mod response;
mod state;
mod subject;
#[cfg(test)]
mod tests;
mod words;

pub use command::{Command, NewOrder, Reported, Switch};
pub(crate) use decide::days_ahead_of;
pub use error::{Answer, Error};
pub use event::{Answered, Event, Judged};
pub use injection::{
    GivenInjection, InjectionError, InjectionPlace, InjectionSite, InvalidLot, LateDecision, Lot,
    NewInjection, NextInjection, Objection, PlanStep, Side, ToldInjection, TolerabilityBasis,
};
pub use response::{ResponseAssessment, ResponseDecision, ResponseError};
pub use state::Chart;
pub use words::{
    Acknowledgement, Cause, Coding, Correction, InformationSource, LegalBasis, LongerUse, LongerUseReason,
    MedicationRef, OrderModality, OverrideReason, PdmpCheck, PdmpResult, ReconcileAction, ReconciledEntry,
    Sex, StopReason, Supply, TaperStep, TitrationBasis, TitrationStep,
};

crate::aggregate!(Chart, "medication_chart", Command, Event, Error);
