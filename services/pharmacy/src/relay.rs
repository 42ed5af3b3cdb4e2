//! Sends what is owed and records what is said.

use std::sync::Arc;
use std::time::Duration;

use concord_domain::prescription::{CancelRefusal, Command, PharmacyStatus, TransmissionFailure};
use concord_domain::{Command as AnyCommand, DomainEvent, Explain, OfPrescription, UnreadableEvent};
use concord_executor::{ExecuteError, Executor, Metadata, Request};
use concord_kernel::{
    Actor, Clock, CommandId, Credentials, PatientId, PersonId, PrescriptionId, Purpose, Role, StreamKind,
};
use concord_ledger::{Filter, Ledger, ReadError};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::meter::Meter;
use crate::outbox::Next;
use crate::{Body, Incoming, NetworkError, Outbox, Outgoing, PharmacyNetwork, Said};

/// Namespace of the identifiers of the relay's commands; never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x91b7_02ce_4d68_5c07_8f13_a5d4_77e9_3b60);

/// Who the relay is in the record; never changes.
const RELAY: Uuid = Uuid::from_u128(0x0e5d_c3a8_9b14_5f72_b6d0_21f7_4c86_e95a);

/// The relay's bounds.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// After how long without an answer a message is sent again.
    pub retry_after: Duration,
    /// After how long without an answer somebody is told that there is none.
    pub give_up_after: Duration,
    /// How often the ledger is looked into for what is owed, and pharmacies are asked what they have said.
    pub poll: Duration,
    /// Positions of the ledger that are read at once.
    pub page: usize,
    /// Messages of pharmacies that are taken at once.
    pub incoming: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retry_after: Duration::from_mins(5),
            give_up_after: Duration::from_hours(2),
            poll: Duration::from_secs(1),
            page: 500,
            incoming: 64,
        }
    }
}

/// Why the relay could not go on; the next turn begins where this one stopped.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Ledger(#[from] ReadError),
    /// A prescription holds an event that cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    /// Metadata of an event that cannot be read.
    #[error("the metadata of the event at {position} cannot be read")]
    Metadata {
        /// Where it is.
        position: u64,
    },
    /// Something was not recorded.
    #[error("what is known could not be recorded")]
    Execute(#[source] ExecuteError),
    /// The network is away.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Between one ledger and one network. Nothing is kept beside the ledger: a new one goes on where the last one stopped.
pub struct Relay {
    ledger: Arc<dyn Ledger>,
    executor: Executor,
    network: Arc<dyn PharmacyNetwork>,
    clock: Arc<dyn Clock>,
    options: Options,
    outbox: Outbox,
    meter: Meter,
    read_to: u64,
}

impl Relay {
    /// Will send what `ledger` owes over `network` and record the answers through `executor`.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        executor: Executor,
        network: Arc<dyn PharmacyNetwork>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Self {
        let meter = Meter::new(&ledger.id().tenant);
        Self { meter, ledger, executor, network, clock, options, outbox: Outbox::default(), read_to: 0 }
    }

    /// Relays until `closing` is over. Faults are logged and tried again.
    pub async fn run(mut self, closing: impl Future<Output = ()>) {
        tokio::pin!(closing);
        loop {
            let turned = self.turn().await;
            self.meter.waiting(self.outbox.waiting());
            if let Err(fault) = turned {
                self.meter.failed();
                tracing::warn!(fault = &fault as &dyn std::error::Error, "the pharmacy relay will try again");
            }
            tokio::select! {
                () = &mut closing => return,
                // Not at every change of the ledger: under load that is a thousand times a second, for nothing mostly.
                () = tokio::time::sleep(self.options.poll) => {}
            }
        }
    }

    /// Does once all that can be done now.
    ///
    /// # Errors
    ///
    /// See [`Fault`]: what was done stays done, and what was not is done by another turn.
    pub async fn turn(&mut self) -> Result<(), Fault> {
        self.catch_up().await?;
        self.hear().await?;
        self.catch_up().await?;
        self.send().await?;
        self.expire().await?;
        self.catch_up().await
    }

    /// Folds what the ledger has that the outbox does not know.
    async fn catch_up(&mut self) -> Result<(), Fault> {
        let wanted = Filter { kinds: vec![StreamKind::Prescription], event_types: Vec::new() };
        loop {
            let head = self.ledger.watch().borrow().position;
            if self.read_to >= head {
                return Ok(());
            }
            let page = self.ledger.read(self.read_to, &wanted, self.options.page).await?;
            for entry in &page.entries {
                if entry.is_shredded() {
                    continue;
                }
                let event = DomainEvent::decode(entry.stream.kind, &entry.payload)?;
                let metadata: Metadata = serde_json::from_slice(&entry.metadata)
                    .map_err(|_| Fault::Metadata { position: entry.position })?;
                if let DomainEvent::Prescription(event) = event {
                    self.outbox.fold(entry.stream.id, metadata.patient, entry.recorded_at, event);
                }
            }
            if page.through <= self.read_to {
                return Ok(());
            }
            self.read_to = page.through;
        }
    }

    /// Records what pharmacies have said, then acknowledges it: said twice, it is recorded once.
    async fn hear(&mut self) -> Result<(), Fault> {
        for incoming in self.network.receive(self.options.incoming).await? {
            let id = command_id("heard", incoming.id.uuid());
            let hash = hash(&incoming);
            let Incoming { id: message, patient, prescription, said } = incoming;
            self.record(patient, prescription, heard(said), id, hash).await?;
            self.network.acknowledge(message).await?;
        }
        Ok(())
    }

    /// Sends what is owed. A message that nobody takes now does not hold up those for other pharmacies.
    async fn send(&mut self) -> Result<(), Fault> {
        let now = self.clock.now();
        for next in self.outbox.next(now, self.options.retry_after, self.options.give_up_after) {
            match next {
                Next::Send { message, record } => match self.network.send(&message).await {
                    Ok(()) => {
                        self.meter.sent.increment(1);
                        self.outbox.sent(message.id, now);
                        if record {
                            self.about(&message, Command::Transmit, "sent").await?;
                        }
                    }
                    Err(NetworkError::UnknownPharmacy) => {
                        self.meter.unknown_pharmacy.increment(1);
                        self.failed(&message, TransmissionFailure::UnknownPharmacy).await?;
                    }
                    Err(away @ NetworkError::Unavailable) => return Err(away.into()),
                },
                Next::GiveUp(message) => {
                    self.meter.no_answer.increment(1);
                    self.failed(&message, TransmissionFailure::NoAnswer).await?;
                }
            }
        }
        Ok(())
    }

    async fn failed(&self, message: &Outgoing, because: TransmissionFailure) -> Result<(), Fault> {
        let command = match message.body {
            Body::CancelRx => Command::RecordCancelAnswer { refused: Some(CancelRefusal::NoAnswer) },
            Body::NewRx(_) | Body::RxChangeResponse { .. } | Body::RxRenewalResponse { .. } => {
                Command::RecordStatus { message: Some(message.id), status: PharmacyStatus::Failed(because) }
            }
        };
        self.about(message, command, "failed").await
    }

    async fn expire(&mut self) -> Result<(), Fault> {
        for (stream, patient, prescription) in self.outbox.expired(self.clock.now().day()) {
            let id = command_id("expired", stream);
            self.record(patient, prescription, Command::Expire, id, hash(&stream)).await?;
            self.outbox.asked_to_expire(stream);
        }
        Ok(())
    }

    async fn about(&self, message: &Outgoing, command: Command, step: &str) -> Result<(), Fault> {
        let id = command_id(step, message.id.uuid());
        self.record(message.patient, message.prescription, command, id, hash(&message.id)).await
    }

    /// Records one thing. What a rule refuses can never be recorded, so trying again would hold up everything else.
    async fn record(
        &self,
        patient: PatientId,
        prescription: PrescriptionId,
        command: Command,
        command_id: CommandId,
        request_hash: [u8; 32],
    ) -> Result<(), Fault> {
        let request = Request {
            patient,
            command: AnyCommand::Prescription(OfPrescription { prescription, command }),
            command_id,
            request_hash,
            expected_version: None,
            actor: Actor {
                id: PersonId::new(RELAY),
                role: Role::Service,
                credentials: Credentials::default(),
            },
            purpose: Purpose::Treatment,
            effective_at: None,
            correlation: None,
            causation: None,
            permitted: concord_domain::Relationships::ALL,
        };
        match self.executor.execute(request).await {
            // Where the patient was erased there is nothing left that it could be recorded in.
            Ok(_) | Err(ExecuteError::Shredded) => Ok(()),
            Err(ExecuteError::Refused(refusal)) => {
                tracing::warn!(reason = refusal.reason(), "a pharmacy's message was refused by a rule");
                Ok(())
            }
            Err(error) => Err(Fault::Execute(error)),
        }
    }
}

/// What is recorded of what a pharmacy said.
fn heard(said: Said) -> Command {
    match said {
        Said::Status { of } => Command::RecordStatus { message: Some(of), status: PharmacyStatus::Accepted },
        Said::Error { of, because } => {
            Command::RecordStatus { message: Some(of), status: PharmacyStatus::Failed(because) }
        }
        Said::CancelRxResponse { refused } => Command::RecordCancelAnswer { refused },
        Said::RxChangeRequest { request, kind, proposal } => {
            Command::ProposeChange { request, kind, proposal }
        }
        Said::RxRenewalRequest { request, note } => Command::RequestRenewal { request, note },
        Said::RxFill { fill, status, quantity, on } => Command::RecordFill { fill, status, quantity, on },
    }
}

/// One id for ever for each step about each message.
fn command_id(step: &str, of: Uuid) -> CommandId {
    let name = [step.as_bytes(), of.as_bytes()].concat();
    CommandId::new(Uuid::new_v5(&NAMESPACE, &name))
}

fn hash(of: &impl serde::Serialize) -> [u8; 32] {
    let bytes = serde_json::to_vec(of).expect("plain structs have string keys and no failing fields");
    Sha256::digest(&bytes).into()
}
