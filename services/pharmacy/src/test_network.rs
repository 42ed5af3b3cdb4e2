//! A network without pharmacies: it answers, refuses, delays, loses and repeats, as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use concord_domain::prescription::{CancelRefusal, FillStatus, PharmacyId, TransmissionFailure};
use concord_kernel::{Clock, FillId, Instant, MessageId};
use uuid::Uuid;

use crate::{Body, Incoming, NetworkError, Outgoing, PharmacyNetwork, Said};

/// Namespace of the names of what the pretended pharmacies say.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c0f_9d31_28e5_5ab4_9471_d8b2_3a5e_f017);

/// How long a slow pharmacy takes.
const SLOW: Duration = Duration::from_mins(10);

/// How a pretended pharmacy behaves. Unless told otherwise, the last digit of its number says so: 5 fills at once, 6 is
/// slow, 7 never gets the first copy of a message, 8 is silent, 9 refuses, 0 is unknown; every other accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Takes what comes.
    Accepts,
    /// Takes it and hands it out.
    Fills,
    /// Takes it, and says so later.
    Slow,
    /// The first copy of each message is lost on the way.
    LosesFirst,
    /// Says nothing.
    Silent,
    /// Turns new prescriptions away.
    Refuses,
    /// Nobody knows it.
    Unknown,
}

/// Where the network stops for good, as if the power went: whoever waits there is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A message is handed over and not taken.
    BeforeTaking,
    /// A message is taken and nobody hears of it.
    AfterTaking,
    /// What was said is recorded and not acknowledged.
    BeforeAcknowledging,
}

/// A pretended network with pretended pharmacies.
pub struct TestNetwork {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    conduct: BTreeMap<PharmacyId, Conduct>,
    /// What pharmacies have, by message: each once, however often it came.
    delivered: BTreeMap<MessageId, Outgoing>,
    copies: BTreeMap<MessageId, usize>,
    /// What is said and not acknowledged, with when it is heard.
    said: Vec<(Instant, Incoming)>,
    stop_at: Option<Point>,
}

impl TestNetwork {
    /// A network whose pharmacies take their time by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the state")
    }

    /// Tells a pharmacy how to behave.
    pub fn conduct(&self, pharmacy: PharmacyId, conduct: Conduct) {
        self.state().conduct.insert(pharmacy, conduct);
    }

    /// Stops once at `point`: the call that comes there never returns.
    pub fn stop_at(&self, point: Point) {
        self.state().stop_at = Some(point);
    }

    /// What pharmacies have, each message once.
    pub fn delivered(&self) -> Vec<Outgoing> {
        self.state().delivered.values().cloned().collect()
    }

    /// How often a message was handed over.
    pub fn copies(&self, message: MessageId) -> usize {
        self.state().copies.get(&message).copied().unwrap_or_default()
    }

    /// What is said and not acknowledged.
    pub fn unheard(&self) -> usize {
        self.state().said.len()
    }

    /// A pharmacy says something by itself.
    pub fn say(&self, incoming: Incoming) {
        let now = self.clock.now();
        self.state().says(now, incoming);
    }

    async fn pass(&self, point: Point) {
        let stops = {
            let mut state = self.state();
            let stops = state.stop_at == Some(point);
            if stops {
                state.stop_at = None;
            }
            stops
        };
        if stops {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl PharmacyNetwork for TestNetwork {
    async fn send(&self, message: &Outgoing) -> Result<(), NetworkError> {
        self.pass(Point::BeforeTaking).await;
        let now = self.clock.now();
        self.state().take(now, message)?;
        self.pass(Point::AfterTaking).await;
        Ok(())
    }

    async fn receive(&self, most: usize) -> Result<Vec<Incoming>, NetworkError> {
        let now = self.clock.now();
        let state = self.state();
        let heard = state.said.iter().filter(|(at, _)| *at <= now).map(|(_, incoming)| incoming.clone());
        Ok(heard.take(most).collect())
    }

    async fn acknowledge(&self, message: MessageId) -> Result<(), NetworkError> {
        self.pass(Point::BeforeAcknowledging).await;
        self.state().said.retain(|(_, incoming)| incoming.id != message);
        Ok(())
    }
}

impl State {
    fn conduct_of(&self, pharmacy: &PharmacyId) -> Conduct {
        let by_number = || match pharmacy.as_str().as_bytes().last() {
            Some(b'0') => Conduct::Unknown,
            Some(b'5') => Conduct::Fills,
            Some(b'6') => Conduct::Slow,
            Some(b'7') => Conduct::LosesFirst,
            Some(b'8') => Conduct::Silent,
            Some(b'9') => Conduct::Refuses,
            Some(_) | None => Conduct::Accepts,
        };
        self.conduct.get(pharmacy).copied().unwrap_or_else(by_number)
    }

    fn take(&mut self, now: Instant, message: &Outgoing) -> Result<(), NetworkError> {
        let conduct = self.conduct_of(&message.to);
        if conduct == Conduct::Unknown {
            return Err(NetworkError::UnknownPharmacy);
        }
        let copies = self.copies.entry(message.id).or_default();
        *copies += 1;
        if conduct == Conduct::LosesFirst && *copies == 1 {
            return Ok(());
        }
        self.delivered.insert(message.id, message.clone());
        let at = if conduct == Conduct::Slow { now.plus(SLOW) } else { now };
        match (conduct, &message.body) {
            (Conduct::Silent, _) => {}
            (Conduct::Refuses, Body::NewRx(_)) => {
                let because = TransmissionFailure::Rejected;
                self.says(at, reply(message, 0, Said::Error { of: message.id, because }));
            }
            (_, Body::CancelRx) => {
                let refused = self.cancels(message);
                self.says(at, reply(message, 0, Said::CancelRxResponse { refused }));
            }
            (conduct, body) => {
                self.says(at, reply(message, 0, Said::Status { of: message.id }));
                if let (Conduct::Fills, Body::NewRx(rx)) = (conduct, body) {
                    let fill = FillId::new(name(message.id, 1));
                    let (status, quantity, on) = (FillStatus::Dispensed, rx.contents.quantity, at.day());
                    self.says(at, reply(message, 1, Said::RxFill { fill, status, quantity, on }));
                }
            }
        }
        Ok(())
    }

    fn cancels(&self, message: &Outgoing) -> Option<CancelRefusal> {
        let same = |other: &&Outgoing| {
            matches!(other.body, Body::NewRx(_)) && other.prescription == message.prescription
        };
        match self.delivered.values().find(same) {
            None => Some(CancelRefusal::UnknownPrescription),
            Some(_) if self.conduct_of(&message.to) == Conduct::Fills => {
                Some(CancelRefusal::AlreadyDispensed)
            }
            Some(_) => None,
        }
    }

    /// The same answer is not said twice before it was heard.
    fn says(&mut self, at: Instant, incoming: Incoming) {
        if self.said.iter().all(|(_, known)| known.id != incoming.id) {
            self.said.push((at, incoming));
        }
    }
}

fn reply(message: &Outgoing, number: u8, said: Said) -> Incoming {
    let id = MessageId::new(name(message.id, number));
    Incoming { id, patient: message.patient, prescription: message.prescription, said }
}

fn name(of: MessageId, number: u8) -> Uuid {
    let name = [of.uuid().as_bytes().as_slice(), &[number]].concat();
    Uuid::new_v5(&NAMESPACE, &name)
}
