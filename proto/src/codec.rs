//! How messages become bytes and back.

use std::marker::PhantomData;

use prost::{DecodeError, Message, Name};
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder};
use tonic::{Code, Status};
use tonic_prost::{ProstCodec, ProstEncoder};
use tonic_types::{ErrorDetails, StatusExt};

use crate::concord::common::v1::ErrorReason;

/// The codec of every call. It differs from tonic's in what it answers to bytes that are no such message: whoever sent
/// them is told that it is their fault, with a reason like every other refusal.
#[derive(Debug)]
pub(crate) struct MessageCodec<T, U>(PhantomData<(T, U)>);

/// Decodes `U`.
#[derive(Debug)]
pub(crate) struct MessageDecoder<U>(PhantomData<U>);

impl<T, U> Default for MessageCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for MessageCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Name + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = MessageDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        MessageDecoder(PhantomData)
    }
}

impl<U: Message + Name + Default> Decoder for MessageDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        U::decode(bytes).map(Some).map_err(|error| refused::<U>(&error))
    }
}

/// Requests are named so, buf's lint holds that. A response that cannot be decoded is no fault of who asked, and says
/// nothing about what became of the call.
#[expect(
    clippy::disallowed_methods,
    reason = "an answer of another server is no error of this service's map"
)]
fn refused<U: Name>(error: &DecodeError) -> Status {
    if U::NAME.ends_with("Request") {
        // Of prost's errors, the text tells fields and wire types and never what was sent.
        let mut details = ErrorDetails::new();
        let reason = ErrorReason::MessageMalformed.as_str_name().trim_start_matches("ERROR_REASON_");
        details.set_error_info(reason, "concord", std::collections::HashMap::new());
        Status::with_error_details(Code::InvalidArgument, error.to_string(), details)
    } else {
        Status::internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concord::ledger::v1::{GetHeadRequest, GetHeadResponse};

    /// What is told of bytes that are no `U`.
    fn told<U: Message + Name + Default + std::fmt::Debug>() -> Status {
        refused::<U>(&U::decode(b"\xff\xff not a message".as_slice()).unwrap_err())
    }

    #[test]
    fn a_malformed_request_is_the_callers_fault_and_a_malformed_answer_is_not() {
        let request = told::<GetHeadRequest>();
        assert_eq!(request.code(), Code::InvalidArgument);
        let info = request.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("MESSAGE_MALFORMED", "concord"));
        assert_eq!(told::<GetHeadResponse>().code(), Code::Internal);
    }
}
