//! From a request to a receipt: the path that every command takes.

use concord_access::permit_command;
use concord_domain::Command;
use concord_proto::concord::common::v1::{CommandHeader, CommandReceipt};
use prost::{Message, Name};
use sha2::{Digest, Sha256};
use tonic::{Request, Status};

use crate::common::{decode, encode};
use crate::door::Caller;
use crate::looking::{About, Call};
use crate::{Door, Failure, Invalid};

/// A request that asks for a command.
pub(crate) trait Asks: Message + Name {
    /// Whether it is about a patient; other commands are about the program, and their header names nobody.
    const ABOUT_A_PATIENT: bool = true;

    /// Takes the header out, so that what is left is the command alone.
    fn take_header(&mut self) -> Option<CommandHeader>;

    /// Decodes the command.
    fn command(self) -> Result<Command, Invalid>;
}

/// Takes commands; implements the service of every area.
#[derive(Clone)]
pub(crate) struct Commands(pub(crate) Door);

impl Commands {
    /// Authenticates, decodes, permits and executes.
    pub(crate) async fn run<A: Asks>(&self, request: Request<A>) -> Result<Option<CommandReceipt>, Status> {
        let (metadata, _, asked) = request.into_parts();
        let caller = self.0.authenticate(&metadata)?;
        let (about, failure) = match prepare(&caller, asked) {
            Ok(issued) => {
                let about = About::patient(issued.patient);
                match self.0.within(&metadata, execute(&caller, issued)).await {
                    Ok(receipt) => return Ok(Some(receipt)),
                    Err(failure) => (about, failure),
                }
            }
            Err(NotPrepared { about, failure }) => (about, failure),
        };
        Err(self.0.refused(&caller, Call::of::<A>(), about, failure).await.into())
    }
}

/// Why a command is not executed, and whose record it would have been of where that was known.
pub(crate) struct NotPrepared {
    pub(crate) about: About,
    pub(crate) failure: Failure,
}

impl<F: Into<Failure>> From<F> for NotPrepared {
    fn from(failure: F) -> Self {
        Self { about: About::default(), failure: failure.into() }
    }
}

/// Decodes what is asked and says whether the caller may ask it.
pub(crate) fn prepare<A: Asks>(
    caller: &Caller,
    mut asked: A,
) -> Result<concord_executor::Request, NotPrepared> {
    let header = asked.take_header();
    let header =
        if A::ABOUT_A_PATIENT { decode::header(header)? } else { decode::header_of_program(header)? };
    let request_hash = hash(caller, &header, &asked);
    let command = asked.command()?;
    permit_command(&caller.identity, header.patient, &command)
        .map_err(|denied| NotPrepared { about: About::patient(header.patient), failure: denied.into() })?;
    Ok(concord_executor::Request {
        patient: header.patient,
        command,
        command_id: header.command_id,
        request_hash,
        expected_version: header.expected_version,
        actor: caller.identity.actor.clone(),
        purpose: header.purpose,
        effective_at: header.effective_at,
        correlation: header.correlation,
        causation: header.causation,
    })
}

/// Executes what was prepared.
pub(crate) async fn execute(
    caller: &Caller,
    issued: concord_executor::Request,
) -> Result<CommandReceipt, Failure> {
    let executor = &caller.tenant.executor;
    let receipt = executor.execute(issued).await?;
    // Warnings are told in the words of the rules in force; without such words by their names.
    let rules = if receipt.warnings.is_empty() { None } else { executor.rules().await.ok() };
    Ok(encode::receipt(receipt, rules))
}

/// Room for what is hashed of most commands; longer ones take more.
const TYPICAL_BYTES: usize = 512;

/// SHA-256 over what makes a command that command: who asks, of whose record, what for, when it took effect, the name
/// of the request and its fields as protobuf in field order. Not in it is what a caller may change when it sends the
/// same command again: the expected version and the correlation. The actor is in it, so that nobody is given the
/// receipt of another's command.
fn hash<A: Asks>(caller: &Caller, header: &decode::Header, body: &A) -> [u8; 32] {
    // In one piece: a hash of many small pieces copies each of them, and a message is not encoded piece by piece.
    let mut bytes = Vec::with_capacity(TYPICAL_BYTES);
    for name in [A::PACKAGE, A::NAME] {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
    }
    bytes.extend_from_slice(caller.identity.actor.id.uuid().as_bytes());
    bytes.extend_from_slice(header.patient.uuid().as_bytes());
    bytes.extend_from_slice(header.purpose.as_str().as_bytes());
    bytes.extend_from_slice(&[0, u8::from(header.effective_at.is_some())]);
    let effective_at = header.effective_at.map_or(0, concord_kernel::Instant::micros);
    bytes.extend_from_slice(&effective_at.to_be_bytes());
    body.encode(&mut bytes).expect("a vector has room for whatever was decoded");
    Sha256::digest(&bytes).into()
}

/// Implements a command service: each line is a call, its request and its response; `decode` has a function of the
/// call's name. Every call is the same four steps, see [`Commands::run`].
macro_rules! commands {
    ($service:ident of $package:ident { $($call:ident($request:ident) -> $response:ident;)+ }) => {
        $(
            impl crate::asked::Asks for $package::$request {
                fn take_header(&mut self) -> Option<concord_proto::concord::common::v1::CommandHeader> {
                    self.header.take()
                }

                fn command(self) -> Result<concord_domain::Command, crate::Invalid> {
                    decode::$call(self)
                }
            }
        )+

        #[tonic::async_trait]
        impl $service for crate::asked::Commands {
            $(
                async fn $call(
                    &self,
                    request: tonic::Request<$package::$request>,
                ) -> Result<tonic::Response<$package::$response>, tonic::Status> {
                    let receipt = self.run(request).await?;
                    Ok(tonic::Response::new($package::$response { receipt }))
                }
            )+
        }
    };
}

pub(crate) use commands;
