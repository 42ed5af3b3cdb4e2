//! The files that policies are written in.

/// A file with policies or with their schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its name, without a folder.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// The name of the file with the schema.
pub const SCHEMA_FILE: &str = "concord.cedarschema";

/// The schema. It names what the program can be asked, so it is the program's, whoever's the policies are.
pub(super) const SCHEMA: &str = include_str!("../../../../deploy/policies/concord.cedarschema");

/// The policies that hold where no others are configured.
pub(super) const EMBEDDED: [(&str, &str); 4] = [
    ("acts.cedar", include_str!("../../../../deploy/policies/acts.cedar")),
    ("break_glass.cedar", include_str!("../../../../deploy/policies/break_glass.cedar")),
    ("questions.cedar", include_str!("../../../../deploy/policies/questions.cedar")),
    ("relationship.cedar", include_str!("../../../../deploy/policies/relationship.cedar")),
];

/// The same as files.
pub(super) fn embedded() -> Vec<PolicyFile> {
    let file = |(name, text): (&str, &str)| PolicyFile { name: name.to_owned(), text: text.to_owned() };
    EMBEDDED.into_iter().map(file).collect()
}
