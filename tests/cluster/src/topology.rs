//! Which processes of the service there are, what each does, and what all of them are told.

/// A process of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is called, and its folder.
    pub name: &'static str,
    /// What it does, as `--roles` takes it.
    pub roles: &'static str,
}

/// The processes, in the order in which they are started. Each that answers or watches deadlines keeps views of its own.
pub const MEMBERS: [Member; 3] = [
    Member { name: "api-0", roles: "api,projector" },
    Member { name: "api-1", roles: "api,projector" },
    Member { name: "timers", roles: "projector,timers" },
];

/// Settings of every process, besides where the database is.
pub(crate) const SETTINGS: [(&str, &str); 1] = [("CONCORD_LEDGER__STORE", "postgres")];

/// The setting that says where the database is.
pub(crate) const DATABASE: &str = "CONCORD_LEDGER__POSTGRES";

/// Whose ledger is served.
pub(crate) const TENANT: &str = "demo";
