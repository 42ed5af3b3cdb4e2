//! Which request a message of the stream holds.

use concord_proto::concord::command::v1::execute_stream_request::Command;

use crate::Failure;
use crate::asked::prepare;
use crate::door::Caller;

/// Decodes whatever is asked and says whether the caller may ask it.
pub(super) fn prepare_any(caller: &Caller, command: Command) -> Result<concord_executor::Request, Failure> {
    match command {
        Command::ReferPatient(asked) => prepare(caller, asked),
        Command::ScreenCandidate(asked) => prepare(caller, asked),
        Command::WaitlistPatient(asked) => prepare(caller, asked),
        Command::AdmitPatient(asked) => prepare(caller, asked),
        Command::ChangePhase(asked) => prepare(caller, asked),
        Command::PauseEpisode(asked) => prepare(caller, asked),
        Command::ResumeEpisode(asked) => prepare(caller, asked),
        Command::DischargePatient(asked) => prepare(caller, asked),
        Command::StartAssessment(asked) => prepare(caller, asked),
        Command::RecordSection(asked) => prepare(caller, asked),
        Command::CompleteAssessment(asked) => prepare(caller, asked),
        Command::DecideIndication(asked) => prepare(caller, asked),
        Command::ReopenAssessment(asked) => prepare(caller, asked),
        Command::RecordCharacteristics(asked) => prepare(caller, asked),
        Command::ConfirmNoKnownAllergies(asked) => prepare(caller, asked),
        Command::RecordAllergy(asked) => prepare(caller, asked),
        Command::RefuteAllergy(asked) => prepare(caller, asked),
        Command::RecordCondition(asked) => prepare(caller, asked),
        Command::ResolveCondition(asked) => prepare(caller, asked),
        Command::RecordResult(asked) => prepare(caller, asked),
        Command::RecordOutsideMedication(asked) => prepare(caller, asked),
        Command::EndOutsideMedication(asked) => prepare(caller, asked),
        Command::RecordLastDose(asked) => prepare(caller, asked),
        Command::ReconcileMedications(asked) => prepare(caller, asked),
        Command::CheckSafety(asked) => prepare(caller, asked),
        Command::AcknowledgeBoxedWarning(asked) => prepare(caller, asked),
        Command::OverrideInteraction(asked) => prepare(caller, asked),
        Command::CosignOverride(asked) => prepare(caller, asked),
        Command::ResolveInteraction(asked) => prepare(caller, asked),
        Command::PrescribeMedication(asked) => prepare(caller, asked),
        Command::AdjustDose(asked) => prepare(caller, asked),
        Command::HoldMedication(asked) => prepare(caller, asked),
        Command::ResumeMedication(asked) => prepare(caller, asked),
        Command::PlanTaper(asked) => prepare(caller, asked),
        Command::StopMedication(asked) => prepare(caller, asked),
        Command::RenewMedication(asked) => prepare(caller, asked),
        Command::CorrectOrder(asked) => prepare(caller, asked),
        Command::ReportSideEffect(asked) => prepare(caller, asked),
        Command::TriageSideEffect(asked) => prepare(caller, asked),
        Command::DecideSideEffect(asked) => prepare(caller, asked),
        Command::ResolveSideEffect(asked) => prepare(caller, asked),
        Command::RecordBreach(asked) => prepare(caller, asked),
        Command::AdministerScale(asked) => prepare(caller, asked),
        Command::ResolveRisk(asked) => prepare(caller, asked),
        Command::ScheduleVisit(asked) => prepare(caller, asked),
        Command::RecordVisit(asked) => prepare(caller, asked),
        Command::MarkNoShow(asked) => prepare(caller, asked),
        Command::ChangeCadence(asked) => prepare(caller, asked),
        Command::AddMember(asked) => prepare(caller, asked),
        Command::RemoveMember(asked) => prepare(caller, asked),
    }
}
