//! Which processes of the service there are, what each does, and what all of them are told.

/// A process of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is called, and its folder.
    pub name: &'static str,
    /// What it does, as `--roles` takes it.
    pub roles: &'static str,
}

/// The processes, in the order in which they are started. One that answers keeps no views: it reads those of the projector.
pub const MEMBERS: [Member; 5] = [
    Member { name: "api-0", roles: "api" },
    Member { name: "api-1", roles: "api" },
    Member { name: "projector", roles: "projector" },
    Member { name: "timers", roles: "timers,signer" },
    Member { name: "relay", roles: "relay" },
];

/// Settings of every process, besides where the database and NATS are.
/// One caller of a test stands for many, so how often one may call is not bounded.
pub(crate) const SETTINGS: [(&str, &str); 3] = [
    ("CONCORD_LEDGER__STORE", "postgres"),
    ("CONCORD_NATS__REPLICAS", "3"),
    ("CONCORD_LIMITS__CALLS_PER_SECOND", "0"),
];

/// The setting that says where NATS is.
pub(crate) const NATS: &str = "CONCORD_NATS__SERVERS";

/// The setting that says where the database is.
pub(crate) const DATABASE: &str = "CONCORD_LEDGER__POSTGRES";

/// The settings that say where the keys of all processes are: of tokens, and of checkpoints.
pub(crate) const TOKEN_KEY: &str = "CONCORD_TOKENS__KEY";
pub(crate) const CHECKPOINT_KEY: &str = "CONCORD_CHECKPOINTS__KEY";
/// Names the file of the key that partners' names for patients follow from.
pub(crate) const PARTNERS_KEY: &str = "CONCORD_FEEDS__KEY";

/// Whose ledger is served.
pub(crate) const TENANT: &str = "demo";
