//! The refusals of a program's rules.

use concord_kernel::Role;
use concord_knowledge::program::{NotTaken, ProgramFault};

use super::Signatory;
use crate::Explain;

/// Why a command about the rules is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role neither proposes nor signs.
    #[error("a {role} neither proposes rules nor signs them")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// A row cannot be taken. Rules hold no patient data, so that what stands and what was asked can be told.
    #[error(transparent)]
    NotTaken(#[from] ProgramFault),
    /// Something else waits for signatures.
    #[error("another ruleset waits for signatures")]
    ProposalOpen,
    /// Nothing of that name waits for signatures.
    #[error("no ruleset of that name waits for signatures")]
    NotProposed,
    /// The same person has signed.
    #[error("the same person has signed already")]
    SignedAlready,
    /// Somebody else has signed as the same.
    #[error("it is signed as {} already", match .signatory {
        Signatory::Pharmacist => "pharmacist",
        Signatory::Prescriber => "prescriber",
    })]
    RoleSigned {
        /// As what.
        signatory: Signatory,
    },
    /// The service was upgraded since.
    #[error("the tables under the program's rows have changed since it was proposed")]
    BaseChanged,
    /// More than is read.
    #[error("the tables have more than {most} bytes together")]
    TooLarge {
        /// The most they may have.
        most: usize,
    },
    /// The same rules are published for that day.
    #[error("the same rules were published for that day")]
    Published,
    /// The name would stand on every row.
    #[error("a name and licence have at most {most} characters")]
    NameTooLong {
        /// The most it may have.
        most: usize,
    },
    /// Rules never hold for what was decided before them.
    #[error("rules cannot hold from a day that has passed")]
    InThePast,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::NotTaken(fault) if loosens(&fault.what) => "RULESET_LOOSENS",
            Self::NotTaken(_) => "RULESET_FAULTY",
            Self::ProposalOpen => "RULESET_PROPOSAL_OPEN",
            Self::NotProposed => "RULESET_NOT_PROPOSED",
            Self::SignedAlready => "RULESET_SIGNED_ALREADY",
            Self::RoleSigned { .. } => "RULESET_ROLE_SIGNED",
            Self::BaseChanged => "RULESET_BASE_CHANGED",
            Self::TooLarge { .. } => "RULESET_TOO_LARGE",
            Self::Published => "RULESET_PUBLISHED",
            Self::NameTooLong { .. } => "RULESET_NAME_TOO_LONG",
            Self::InThePast => "RULESET_IN_THE_PAST",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask a pharmacist or a prescriber of the program",
            Self::NotTaken(fault) if loosens(&fault.what) => {
                "leave the column as it stands or make it stricter; a program adds and tightens, and never loosens"
            }
            Self::NotTaken(_) => "correct the row; `concord rules check` reads the files as the service does",
            Self::ProposalOpen => "sign or reject the ruleset that waits, then propose this one",
            Self::NotProposed => "name the ruleset that waits, as the proposal's answer does",
            Self::SignedAlready => "have a second person sign",
            Self::RoleSigned { signatory: Signatory::Pharmacist } => "have a prescriber sign",
            Self::RoleSigned { signatory: Signatory::Prescriber } => "have a pharmacist sign",
            Self::BaseChanged => "reject it, look at the tables as they are now and propose it again",
            Self::TooLarge { .. } => "propose the rows that matter; rows that stand need not be named",
            Self::Published => "nothing is to be done: the rules are published",
            Self::NameTooLong { .. } => "give the name and the licence alone",
            Self::InThePast => "name today or a later day, or none",
        }
    }
}

/// Whether the row asks for what no program may, whatever its form.
const fn loosens(what: &NotTaken) -> bool {
    matches!(
        what,
        NotTaken::Loosens { .. }
            | NotTaken::Stands { .. }
            | NotTaken::Closed
            | NotTaken::NoNewRows { .. }
            | NotTaken::Recognised { .. }
    )
}
