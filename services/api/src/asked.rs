//! From a request to a receipt: the path that every command takes.

use concord_access::{Act, Action, Policies, Relationship};
use concord_domain::{Command, Relationships};
use concord_executor::ExecuteError;
use concord_kernel::{Actor, Purpose};
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
        let policies = self.0.policies();
        let (about, failure) = match prepare(&policies, &caller, asked) {
            Ok(issued) => {
                let about = issued.about();
                match self.0.within(&metadata, execute(&policies, &caller, issued)).await {
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

/// A command that its caller may issue, as far as can be told before it is known how they stand to the patient.
pub(crate) struct Prepared {
    request: concord_executor::Request,
    act: Act,
}

impl Prepared {
    /// Whose record it would change.
    pub(crate) fn about(&self) -> About {
        About::patient(self.request.patient)
    }
}

/// With which relationships to the patient the caller may do `act`.
pub(crate) fn permitted(
    policies: &Policies,
    actor: &Actor,
    act: Act,
    purpose: Purpose,
    about_a_patient: bool,
) -> Result<Relationships, Failure> {
    let ruling = policies.ruling(actor.role, Action::Act(act), purpose);
    if !about_a_patient {
        ruling.given(None)?;
        return Ok(Relationships::ALL);
    }
    let permitted = ruling.permitted();
    if permitted.is_empty() {
        ruling.given(Relationship::possible(actor.role).first().copied())?;
    }
    Ok(permitted)
}

/// Decodes what is asked and says whether the caller may ask it.
pub(crate) fn prepare<A: Asks>(
    policies: &Policies,
    caller: &Caller,
    mut asked: A,
) -> Result<Prepared, NotPrepared> {
    let header = asked.take_header();
    let header =
        if A::ABOUT_A_PATIENT { decode::header(header)? } else { decode::header_of_program(header)? };
    let request_hash = hash(caller, &header, &asked);
    let command = asked.command()?;
    let actor = &caller.identity.actor;
    let act = Act::of(&command, actor.id);
    let permitted = permitted(policies, actor, act, header.purpose, A::ABOUT_A_PATIENT)
        .map_err(|failure| NotPrepared { about: About::patient(header.patient), failure })?;
    let request = concord_executor::Request {
        patient: header.patient,
        command,
        command_id: header.command_id,
        request_hash,
        expected_version: header.expected_version,
        actor: actor.clone(),
        purpose: header.purpose,
        effective_at: header.effective_at,
        correlation: header.correlation,
        causation: header.causation,
        permitted,
    };
    Ok(Prepared { request, act })
}

/// Executes what was prepared.
pub(crate) async fn execute(
    policies: &Policies,
    caller: &Caller,
    Prepared { request, act }: Prepared,
) -> Result<CommandReceipt, Failure> {
    let executor = &caller.tenant.executor;
    let (role, purpose) = (request.actor.role, request.purpose);
    let receipt = match executor.execute(request).await {
        Err(ExecuteError::NotPermitted { relationship }) => {
            let ruling = policies.ruling(role, Action::Act(act), purpose);
            return Err(ruling.given(Some(relationship)).err().map_or(Failure::NotFound, Failure::from));
        }
        answer => answer?,
    };
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
