//! The calls of `AdherenceService`.

use concord_proto::concord::adherence::v1::{self as pb, adherence_service_server::AdherenceService};

use super::decode;
use crate::asked::commands;

commands! { AdherenceService of pb {
    schedule_reminder(ScheduleReminderRequest) -> ScheduleReminderResponse;
    cancel_reminder(CancelReminderRequest) -> CancelReminderResponse;
    record_reminder_sent(RecordReminderSentRequest) -> RecordReminderSentResponse;
    record_check_in(RecordCheckInRequest) -> RecordCheckInResponse;
    follow_up_check_in(FollowUpCheckInRequest) -> FollowUpCheckInResponse;
    record_dose_taken(RecordDoseTakenRequest) -> RecordDoseTakenResponse;
    record_dose_missed(RecordDoseMissedRequest) -> RecordDoseMissedResponse;
    decide_missed_doses(DecideMissedDosesRequest) -> DecideMissedDosesResponse;
    measure_adherence(MeasureAdherenceRequest) -> MeasureAdherenceResponse;
    raise_barrier(RaiseBarrierRequest) -> RaiseBarrierResponse;
    remove_barrier(RemoveBarrierRequest) -> RemoveBarrierResponse;
    permit_family(PermitFamilyRequest) -> PermitFamilyResponse;
    withdraw_family(WithdrawFamilyRequest) -> WithdrawFamilyResponse;
    engage_family(EngageFamilyRequest) -> EngageFamilyResponse;
    record_outreach(RecordOutreachRequest) -> RecordOutreachResponse;
} }
