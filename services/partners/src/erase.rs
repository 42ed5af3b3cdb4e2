//! Taking back what may not be told any more.

use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};

use crate::error::PartnerError;

/// Overwrites and removes the messages under `subject` before `below`; says how many there were. A partner that has not taken
/// them finds a hole in the numbers.
pub(crate) async fn erase(stream: &Stream, subject: &str, below: u64) -> Result<u64, PartnerError> {
    const WHAT: &str = "erase what may not be told any more";
    let (mut from, mut erased) = (1, 0);
    loop {
        match stream.get_first_raw_message_by_subject(subject, from).await {
            Ok(message) if message.sequence < below => {
                let deleted = stream.delete_message(message.sequence).await;
                deleted.map_err(|cause| PartnerError::answered(WHAT, cause))?;
                (from, erased) = (message.sequence + 1, erased + 1);
            }
            Ok(_) => return Ok(erased),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => return Ok(erased),
            Err(cause) => return Err(PartnerError::answered(WHAT, cause)),
        }
    }
}
