//! The words everything else is said in.
//!
//! Identifiers, instants, actors, purposes and tokens are parsed once at the edge; after that, a value of one
//! of these types is valid. Nothing here does I/O except [`SystemClock`] and [`RandomIds`], which are the
//! only places in Concord that read the wall clock and the random generator.

mod actor;
mod clock;
mod id;
mod ids;
mod instant;
mod phi;
mod stream;
mod text;
mod token;

pub use actor::{Actor, Credentials, Purpose, Role, Schedule, UnknownRole};
pub use clock::{Clock, ManualClock, OffsetClock, SystemClock};
pub use id::{
    CommandId, ConcernId, CorrelationId, EpisodeId, FillId, GoalId, LifeChangeId, MessageId, OrderId,
    OutsideMedicationId, PatientId, PersonId, PharmacyRequestId, PrescriptionId, ReportId, ScaleId,
    SessionId, SupportId, VisitId,
};
pub use ids::{IdSource, RandomIds, SeededIds};
pub use instant::{Day, Instant, InvalidInstant};
pub use phi::Phi;
pub use stream::{LedgerId, LedgerKind, StreamKind, StreamRef, UnknownStreamKind};
pub use text::{InvalidSlug, InvalidText, ProgramId, TenantId, Text};
pub use token::Token;
