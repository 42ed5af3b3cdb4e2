//! The calls of `PrescriptionService`.

use concord_proto::concord::prescription::v1::{
    self as pb, prescription_service_server::PrescriptionService,
};

use super::decode;
use crate::asked::commands;

commands! { PrescriptionService of pb {
    draft_prescription(DraftPrescriptionRequest) -> DraftPrescriptionResponse;
    mark_prescription_ready(MarkPrescriptionReadyRequest) -> MarkPrescriptionReadyResponse;
    sign_prescription(SignPrescriptionRequest) -> SignPrescriptionResponse;
    record_transmission(RecordTransmissionRequest) -> RecordTransmissionResponse;
    record_pharmacy_status(RecordPharmacyStatusRequest) -> RecordPharmacyStatusResponse;
    print_prescription(PrintPrescriptionRequest) -> PrintPrescriptionResponse;
    cancel_prescription(CancelPrescriptionRequest) -> CancelPrescriptionResponse;
    record_cancel_answer(RecordCancelAnswerRequest) -> RecordCancelAnswerResponse;
    record_fill(RecordFillRequest) -> RecordFillResponse;
    propose_change(ProposeChangeRequest) -> ProposeChangeResponse;
    answer_change(AnswerChangeRequest) -> AnswerChangeResponse;
    request_renewal(RequestRenewalRequest) -> RequestRenewalResponse;
    answer_renewal(AnswerRenewalRequest) -> AnswerRenewalResponse;
    expire_prescription(ExpirePrescriptionRequest) -> ExpirePrescriptionResponse;
} }
