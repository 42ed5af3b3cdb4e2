//! Puts looks on record before they are answered, and refusals before they are told.
//!
//! A handler cannot answer with patient data without saying of whom it tells ([`Tells`]), and nothing of that leaves before
//! the record of it is on the disk. When records cannot be kept, nothing is shown.

mod tells;

use std::future::ready;
use std::sync::Arc;

use concord_kernel::{AuditId, PatientId, Purpose, Role};
use concord_looks::{Look, Outcome, Record, Who};
use futures::stream::{Stream, StreamExt};
use prost::Name;
use tonic::{Code, Status};

use crate::door::Caller;
use crate::status::{classify, name_of};
use crate::{Door, Failure};

/// An answer that may tell of patients.
pub(crate) trait Tells: Name {
    /// Adds those whom it tells of, beside the one who was asked about.
    fn tells_of(&self, patients: &mut Vec<PatientId>);
}

/// What a look is about, beside those whom the answer names.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About {
    /// Who was asked about.
    pub(crate) patient: Option<PatientId>,
    /// The audit whose grounds are in the clinical ledger.
    pub(crate) audit: Option<AuditId>,
    /// Whether it is permitted through broken glass alone.
    pub(crate) break_glass: bool,
}

impl About {
    /// One patient; nobody, where it is about the program.
    pub(crate) fn patient(patient: PatientId) -> Self {
        Self { patient: Some(patient).filter(|patient| *patient != PatientId::NOBODY), ..Self::default() }
    }
}

/// What was asked: requests and responses are named after their call.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    package: &'static str,
    message: &'static str,
}

impl Call {
    pub(crate) const fn of<T: Name>() -> Self {
        Self { package: T::PACKAGE, message: T::NAME }
    }

    pub(crate) const fn of_request<T: Name>(_: &T) -> Self {
        Self::of::<T>()
    }

    /// Package and name of the contract, such as `concord.prescriber.v1.GetClient`.
    fn name(self) -> Box<str> {
        let Self { package, message } = self;
        let name = message.strip_suffix("Response").or_else(|| message.strip_suffix("Request"));
        format!("{package}.{}", name.unwrap_or(message)).into_boxed_str()
    }
}

/// Whether a failure is one by which somebody is refused, which is put on record.
///
/// That there is no such patient is recorded like a refusal: whoever asks for what they may not know is told the same, and
/// after the same time.
pub(crate) fn refuses(failure: &Failure, about: About) -> bool {
    let (code, _) = classify(failure);
    code == Code::PermissionDenied || (code == Code::NotFound && about.patient.is_some())
}

impl Door {
    /// Gives `answer` once it is on record that the caller gets it, or that they were refused.
    pub(crate) async fn on_record<T: Tells>(
        &self,
        caller: &Caller,
        about: About,
        answer: Result<T, Failure>,
    ) -> Result<T, Failure> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => return Err(self.refused(caller, Call::of::<T>(), about, failure).await),
        };
        let patients = patients(about, &answer);
        self.record(caller, Call::of::<T>(), about, patients).await?;
        Ok(answer)
    }

    /// Gives each of `answers` once it is on record of whom it tells; what cannot be recorded is the last of them.
    /// The call is in flight until then.
    pub(crate) fn each_on_record<T: Tells + Send, S: Stream<Item = Result<T, Status>> + Send>(
        &self,
        caller: Arc<Caller>,
        about: About,
        answers: S,
    ) -> impl Stream<Item = Result<T, Status>> + Send + use<T, S> {
        let door = self.clone();
        let recorded = answers.then(move |answer| {
            let (door, caller) = (door.clone(), Arc::clone(&caller));
            async move {
                let answer = answer?;
                let patients = patients(about, &answer);
                if !patients.is_empty() {
                    let call = Call::of::<T>();
                    door.at_most(door.record(&caller, call, about, patients)).await?;
                }
                Ok(answer)
            }
        });
        recorded.scan(false, |failed, answer| {
            let told = (!*failed).then_some(answer);
            *failed = *failed || told.as_ref().is_some_and(Result::is_err);
            ready(told)
        })
    }

    /// Gives `failure` once it is on record, when it is one that somebody is refused by.
    pub(crate) async fn refused(
        &self,
        caller: &Caller,
        call: Call,
        about: About,
        failure: Failure,
    ) -> Failure {
        if !refuses(&failure, about) {
            return failure;
        }
        let (_, reason) = classify(&failure);
        let outcome = Outcome::Refused { reason: name_of(reason).into() };
        let look = Look { policy: forbade(&failure), ..self.look(caller, call, about, outcome) };
        self.at_most(kept(caller, look)).await.err().unwrap_or(failure)
    }

    /// Puts on record that a call is answered.
    pub(crate) async fn record(
        &self,
        caller: &Caller,
        call: Call,
        about: About,
        patients: Vec<PatientId>,
    ) -> Result<(), Failure> {
        kept(caller, Look { patients, ..self.look(caller, call, about, Outcome::Answered) }).await
    }

    /// A look of the caller, by the policy that permits it, at whom they ask about.
    fn look(&self, caller: &Caller, call: Call, about: About, outcome: Outcome) -> Look {
        let actor = &caller.identity.actor;
        Look {
            at: self.now(),
            who: Who {
                person: actor.id,
                role: actor.role,
                organisation: caller.identity.organisation.as_ref().map(|named| named.as_str().into()),
            },
            call: call.name(),
            purpose: purpose(actor.role, about),
            patients: Vec::from_iter(about.patient),
            outcome,
            policy: caller.policy.as_deref().map(Box::from),
            break_glass: about.break_glass,
            audit: about.audit,
        }
    }
}

async fn kept(caller: &Caller, look: Look) -> Result<(), Failure> {
    caller.tenant.looks.record(vec![Record::Look(look)]).await?;
    Ok(())
}

/// The policy that forbids it; none, where no policy permits it.
fn forbade(failure: &Failure) -> Option<Box<str>> {
    let Failure::Denied(denied) = failure else { return None };
    denied.policy.as_deref().map(Box::from)
}

/// Everybody of whom `answer` tells, each once.
fn patients<T: Tells>(about: About, answer: &T) -> Vec<PatientId> {
    let mut patients = Vec::from_iter(about.patient);
    answer.tells_of(&mut patients);
    patients.sort_unstable();
    patients.dedup();
    patients
}

/// What a question is asked for: questions do not say, and a role stands for one purpose.
const fn purpose(role: Role, about: About) -> Option<Purpose> {
    if about.audit.is_some() {
        return Some(Purpose::Audit);
    }
    match role {
        Role::Psychiatrist
        | Role::Pmhnp
        | Role::Therapist
        | Role::Nurse
        | Role::Pharmacist
        | Role::PrimaryCare
        | Role::OutsideProvider => Some(Purpose::Treatment),
        Role::CaseManager | Role::Service | Role::Director | Role::PrivacyOfficer => {
            Some(Purpose::Operations)
        }
        Role::Patient => Some(Purpose::PatientRequest),
        Role::Auditor => Some(Purpose::Audit),
        Role::Family | Role::Partner => None,
    }
}
