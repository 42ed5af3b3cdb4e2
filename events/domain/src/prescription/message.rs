//! Names of the messages that a prescription sends: derived, so that each has one for ever.

use concord_kernel::{MessageId, PatientId, PharmacyRequestId, PrescriptionId, StreamRef};
use uuid::Uuid;

/// Namespace of the derived names of messages; never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0xc4d8_16b0_5e3f_5b91_a7c2_08f4_6ed5_2a37);

/// What a message to a pharmacy is. Source: NCPDP SCRIPT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// `NewRx`.
    New,
    /// `CancelRx`; the number tells one asking from the next.
    Cancel(u8),
    /// `RxChangeResponse` to a request.
    ChangeAnswer(PharmacyRequestId),
    /// `RxRenewalResponse` to a request.
    RenewalAnswer(PharmacyRequestId),
}

/// The name of the message of that kind about a prescription. Sent again, it is the same message.
pub fn message_id(patient: PatientId, prescription: PrescriptionId, kind: MessageKind) -> MessageId {
    let mut name = StreamRef::prescription(patient, prescription).id.as_bytes().to_vec();
    match kind {
        MessageKind::New => name.push(0),
        MessageKind::Cancel(number) => name.extend([1, number]),
        MessageKind::ChangeAnswer(request) => {
            name.push(2);
            name.extend_from_slice(request.uuid().as_bytes());
        }
        MessageKind::RenewalAnswer(request) => {
            name.push(3);
            name.extend_from_slice(request.uuid().as_bytes());
        }
    }
    MessageId::new(Uuid::new_v5(&NAMESPACE, &name))
}
