//! Headers of commands.

use concord_proto::concord::common::v1::{CommandHeader, Purpose};
use uuid::Uuid;

/// A header for care of `patient`, at whatever version the record has, effective when it is decided.
pub fn treatment(command: Uuid, patient: Uuid) -> CommandHeader {
    CommandHeader {
        command_id: command.to_string(),
        patient_id: patient.to_string(),
        purpose: Purpose::Treatment.into(),
        ..CommandHeader::default()
    }
}

/// A header for a command about the program itself, such as its rules: it names no patient.
pub fn operations(command: Uuid) -> CommandHeader {
    CommandHeader {
        command_id: command.to_string(),
        purpose: Purpose::Operations.into(),
        ..CommandHeader::default()
    }
}
