//! Messages that are larger than allowed.
//!
//! tonic refuses them before they are read, as `OUT_OF_RANGE` without details. Nothing here answers with that code, so
//! it is known by it, and told like every other failure: with a reason, and with the limit.

use tonic::codegen::http::Response;
use tonic::{Code, Status};

use crate::Failure;

/// What tonic answers to a message past the limit, in the form of all other failures; anything else as it is.
pub(crate) fn explained(status: Status, limit: usize) -> Status {
    let ours = !status.details().is_empty();
    if ours || status.code() != Code::OutOfRange {
        return status;
    }
    Failure::MessageTooLarge { limit }.into()
}

/// The same for a call that was refused as a whole: its status stands in the headers of the answer.
pub(crate) fn explained_answer<B>(mut answer: Response<B>, limit: usize) -> Response<B> {
    let headers = answer.headers_mut();
    if headers.get(Status::GRPC_STATUS).is_some_and(|code| code == OUT_OF_RANGE)
        && !headers.contains_key(Status::GRPC_STATUS_DETAILS)
    {
        let status = Status::from(Failure::MessageTooLarge { limit });
        // A status of ours fits into headers: its message is plain text, its details are base64.
        let _written = status.add_header(headers);
    }
    answer
}

/// [`Code::OutOfRange`] as it stands in a header.
const OUT_OF_RANGE: &str = "11";
