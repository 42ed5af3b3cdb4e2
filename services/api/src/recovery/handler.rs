//! The calls of `RecoveryService`.

use concord_proto::concord::recovery::v1::{self as pb, recovery_service_server::RecoveryService};

use super::decode;
use crate::asked::commands;

commands! { RecoveryService of pb {
    start_induction(StartInductionRequest) -> StartInductionResponse;
    clear_first_dose(ClearFirstDoseRequest) -> ClearFirstDoseResponse;
    record_observed_dose(RecordObservedDoseRequest) -> RecordObservedDoseResponse;
    complete_induction(CompleteInductionRequest) -> CompleteInductionResponse;
    abandon_induction(AbandonInductionRequest) -> AbandonInductionResponse;
    record_substance_use(RecordSubstanceUseRequest) -> RecordSubstanceUseResponse;
    record_relapse(RecordRelapseRequest) -> RecordRelapseResponse;
    review_relapse(ReviewRelapseRequest) -> ReviewRelapseResponse;
    record_drug_screen(RecordDrugScreenRequest) -> RecordDrugScreenResponse;
    report_overdose(ReportOverdoseRequest) -> ReportOverdoseResponse;
    review_overdose(ReviewOverdoseRequest) -> ReviewOverdoseResponse;
    offer_naloxone(OfferNaloxoneRequest) -> OfferNaloxoneResponse;
    record_naloxone_challenge(RecordNaloxoneChallengeRequest) -> RecordNaloxoneChallengeResponse;
    record_otp_dose(RecordOtpDoseRequest) -> RecordOtpDoseResponse;
    measure_retention(MeasureRetentionRequest) -> MeasureRetentionResponse;
} }
