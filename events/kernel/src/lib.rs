//! The words everything else is said in.
//!
//! Identifiers, instants, actors, purposes and tokens are parsed once at the edge; after that, a value of one
//! of these types is valid. Nothing here does I/O except [`SystemClock`] and [`RandomIds`], which are the
//! only places in Concord that read the wall clock and the random generator.

mod actor;
mod classes;
mod clock;
mod erasure;
mod id;
mod ids;
mod instant;
mod phi;
mod stream;
mod text;
mod token;

pub use actor::{Actor, Credentials, Purpose, Role, Schedule, UnknownRole};
pub use classes::{DataClass, DataClasses, UnknownDataClass};
pub use clock::{Clock, ManualClock, OffsetClock, SystemClock};
pub use erasure::{ErasureReason, UnknownErasureReason};
pub use id::{
    AuditId, BarrierId, CheckInId, CommandId, ConcernId, ConflictId, ConsentId, ConsultId, ContributionId,
    CorrelationId, DrugScreenId, EpisodeId, FillId, GlassId, GoalId, InductionId, LifeChangeId, MessageId,
    OrderId, OutsideMedicationId, OutsideUpdateId, OverdoseId, PatientId, PersonId, PharmacyRequestId,
    PrescriptionId, RelapseId, ReminderId, ReportId, RestrictionId, ScaleId, SessionId, SigningRightId,
    SubscriptionId, SubstanceUseId, SupportId, VisitId,
};
pub use ids::{IdSource, RandomIds, SeededIds};
pub use instant::{Day, Instant, InvalidInstant};
pub use phi::Phi;
pub use stream::{LedgerId, LedgerKind, StreamKind, StreamRef, UnknownStreamKind};
pub use text::{InvalidSlug, InvalidText, OrganisationId, ProgramId, TenantId, Text};
pub use token::Token;
