//! The refusals of coordination.

use concord_kernel::Role;

use crate::Explain;

/// Why a command about coordination is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this.
    #[error("a {role} may not do this")]
    RoleNotPermitted {
        /// The role.
        role: Role,
    },
    /// Somebody outside the program is not on the care team.
    #[error("the actor is not on the care team")]
    NotOnCareTeam,
    /// Whoever is named is not on the care team.
    #[error("whoever is named is not on the care team")]
    RecipientNotOnCareTeam,
    /// Whoever is named does not treat the patient.
    #[error("a {role} does not treat the patient")]
    RecipientNotTreating {
        /// The role.
        role: Role,
    },
    /// Nothing is named that is shared.
    #[error("no part of the record is named")]
    NoPart,
    /// A part of the record is named twice.
    #[error("a part of the record is named twice")]
    PartRepeated,
    /// The latest version of the plan is not agreed, or there is none.
    #[error("the plan is not agreed")]
    PlanNotAgreed,
    /// The patient has not consented to share with somebody outside the program.
    #[error("no consent to share with them is on record")]
    ConsentToShareRequired,
    /// The consent has ended.
    #[error("the consent to share with them has ended")]
    ConsentToShareExpired,
    /// The consent does not cover all that is shared.
    #[error("the consent does not cover all of it")]
    ConsentDoesNotCover,
    /// Whoever is named treats the patient in the program.
    #[error("within the program no consent to share is needed")]
    ConsentNotNeeded,
    /// The day of the signature is still to come.
    #[error("the consent was signed on a day to come")]
    SignedInFuture,
    /// The consent ends before it begins, or has ended.
    #[error("the consent has ended already")]
    ConsentEnded,
    /// There is no consent that could be taken back.
    #[error("there is no consent to take back")]
    NoConsent,
    /// The identifier has named an update before.
    #[error("the update identifier has been used")]
    UpdateIdUsed,
    /// There is no such update.
    #[error("there is no such update")]
    UnknownUpdate,
    /// Somebody has looked at the update.
    #[error("the update has been reviewed")]
    UpdateReviewed,
    /// As many updates wait as may.
    #[error("at most {most} updates wait at once")]
    TooManyUpdates {
        /// The most there may be.
        most: usize,
    },
    /// The identifier has named a consult before.
    #[error("the consult identifier has been used")]
    ConsultIdUsed,
    /// There is no such consult.
    #[error("there is no such consult")]
    UnknownConsult,
    /// The consult has been answered.
    #[error("the consult has been answered")]
    ConsultAnswered,
    /// Somebody asks themselves.
    #[error("nobody is consulted by themselves")]
    ConsultOfOneself,
    /// Somebody outside the program answers what another was asked.
    #[error("the consult was asked of somebody else")]
    ConsultOfAnother,
    /// As many consults wait as may.
    #[error("at most {most} consults wait at once")]
    TooManyConsults {
        /// The most there may be.
        most: usize,
    },
    /// The identifier has named a conflict before.
    #[error("the conflict identifier has been used")]
    ConflictIdUsed,
    /// There is no such conflict.
    #[error("there is no such conflict")]
    UnknownConflict,
    /// The conflict has been resolved.
    #[error("the conflict has been resolved")]
    ConflictResolved,
    /// An open conflict is about that finding.
    #[error("a conflict about this finding is open")]
    ConflictAlreadyRaised,
    /// The finding is not open on the chart.
    #[error("the finding is not open on the chart")]
    FindingNotOpen,
    /// What must never be taken together is kept.
    #[error("what must never be taken together cannot be kept")]
    ChangeRequired,
    /// Whoever is named cannot make the change.
    #[error("a {role} cannot make this change")]
    CannotMakeChange {
        /// The role.
        role: Role,
    },
    /// As many conflicts are open as may be.
    #[error("at most {most} conflicts are open at once")]
    TooManyConflicts {
        /// The most there may be.
        most: usize,
    },
    /// Something is acknowledged that has not happened.
    #[error("what has not happened is acknowledged")]
    AcknowledgedInFuture,
    /// The care team, the plan or the chart was not looked at.
    #[error("what the decision rests on was not read")]
    FactsMissing,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::NotOnCareTeam => "NOT_ON_CARE_TEAM",
            Self::RecipientNotOnCareTeam => "RECIPIENT_NOT_ON_CARE_TEAM",
            Self::RecipientNotTreating { .. } => "RECIPIENT_NOT_TREATING",
            Self::NoPart => "PART_REQUIRED",
            Self::PartRepeated => "PART_REPEATED",
            Self::PlanNotAgreed => "PLAN_NOT_AGREED",
            Self::ConsentToShareRequired => "CONSENT_TO_SHARE_REQUIRED",
            Self::ConsentToShareExpired => "CONSENT_TO_SHARE_EXPIRED",
            Self::ConsentDoesNotCover => "CONSENT_DOES_NOT_COVER",
            Self::ConsentNotNeeded => "CONSENT_NOT_NEEDED",
            Self::SignedInFuture => "CONSENT_SIGNED_IN_FUTURE",
            Self::ConsentEnded => "CONSENT_ENDED",
            Self::NoConsent => "NO_CONSENT_ON_RECORD",
            Self::UpdateIdUsed => "UPDATE_ID_USED",
            Self::UnknownUpdate => "UNKNOWN_UPDATE",
            Self::UpdateReviewed => "UPDATE_REVIEWED",
            Self::TooManyUpdates { .. } => "TOO_MANY_UPDATES",
            Self::ConsultIdUsed => "CONSULT_ID_USED",
            Self::UnknownConsult => "UNKNOWN_CONSULT",
            Self::ConsultAnswered => "CONSULT_ANSWERED",
            Self::ConsultOfOneself => "CONSULT_OF_ONESELF",
            Self::ConsultOfAnother => "CONSULT_OF_ANOTHER",
            Self::TooManyConsults { .. } => "TOO_MANY_CONSULTS",
            Self::ConflictIdUsed => "CONFLICT_ID_USED",
            Self::UnknownConflict => "UNKNOWN_CONFLICT",
            Self::ConflictResolved => "CONFLICT_RESOLVED",
            Self::ConflictAlreadyRaised => "CONFLICT_ALREADY_RAISED",
            Self::FindingNotOpen => "FINDING_NOT_OPEN",
            Self::ChangeRequired => "CHANGE_REQUIRED",
            Self::CannotMakeChange { .. } => "CANNOT_MAKE_CHANGE",
            Self::TooManyConflicts { .. } => "TOO_MANY_CONFLICTS",
            Self::AcknowledgedInFuture => "ACKNOWLEDGED_IN_FUTURE",
            Self::FactsMissing => "FACTS_MISSING",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => {
                "the team shares and asks, prescribers resolve conflicts, patients and their team keep consents"
            }
            Self::NotOnCareTeam => {
                "ask the program to be taken into the care team; report what cannot wait as an emergency"
            }
            Self::RecipientNotOnCareTeam => "add them to the care team first",
            Self::RecipientNotTreating { .. } => {
                "name somebody who treats the patient; family is told under rules of its own"
            }
            Self::NoPart => "name at least one part of the record",
            Self::PartRepeated => "name each part once",
            Self::PlanNotAgreed => "have patient and prescriber agree to the latest version first",
            Self::ConsentToShareRequired => {
                "record the written consent of the patient first; in an emergency say so as the purpose"
            }
            Self::ConsentToShareExpired => "ask the patient to sign again",
            Self::ConsentDoesNotCover => {
                "share what the patient consented to, or ask them to sign for the rest"
            }
            Self::ConsentNotNeeded => "share with them without it",
            Self::SignedInFuture => "correct the day of the signature",
            Self::ConsentEnded => "correct the day on which it ends, or ask the patient to sign again",
            Self::NoConsent => "nothing needs to be done: nothing is shared with them",
            Self::UpdateIdUsed => "use a fresh identifier for the new update",
            Self::UnknownUpdate => "record the update first",
            Self::UpdateReviewed => "nothing needs to be done",
            Self::TooManyUpdates { .. } => "review the updates that wait",
            Self::ConsultIdUsed => "use a fresh identifier for the new consult",
            Self::UnknownConsult => "request the consult first",
            Self::ConsultAnswered => "request another consult for a question that is left",
            Self::ConsultOfOneself => "name somebody else of the care team",
            Self::ConsultOfAnother => "leave the answer to whoever was asked",
            Self::TooManyConsults { .. } => "have the consults that wait answered",
            Self::ConflictIdUsed => "use a fresh identifier for the new conflict",
            Self::UnknownConflict => "raise the conflict first",
            Self::ConflictResolved => "raise another conflict for what is left",
            Self::ConflictAlreadyRaised => "resolve the conflict that is open",
            Self::FindingNotOpen => "name a finding that is open, or leave it out and describe the conflict",
            Self::ChangeRequired => "say who changes what they prescribe",
            Self::CannotMakeChange { .. } => {
                "name a prescriber of the program for its orders, and somebody outside for theirs"
            }
            Self::TooManyConflicts { .. } => "resolve the conflicts that are open",
            Self::AcknowledgedInFuture => "acknowledge up to the change that was seen",
            Self::FactsMissing => "send the command again; if it happens again, report it",
        }
    }
}
