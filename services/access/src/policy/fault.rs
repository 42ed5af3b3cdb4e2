//! What is wrong with policies.

use miette::Diagnostic;

/// Why policies cannot be used. The service does not start with them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// A file is not written as policies are, or says what the schema does not know.
    #[error("{file}:{line}: {said}")]
    Text {
        /// Which file.
        file: String,
        /// Which line of it, from 1.
        line: usize,
        /// What is wrong with it.
        said: String,
    },
    /// A policy has no name of its own.
    #[error("{file}: the policy that begins with \"{begins}\" needs an @id of its own")]
    Unnamed {
        /// Which file.
        file: String,
        /// How it begins.
        begins: String,
    },
    /// Two policies have the same name.
    #[error("{file}: there are two policies with the @id \"{name}\"")]
    Twice {
        /// The file of the second.
        file: String,
        /// The name.
        name: String,
    },
    /// A template is no policy.
    #[error("{file}: templates are not supported")]
    Template {
        /// Which file.
        file: String,
    },
    /// There are none: nobody could do anything.
    #[error("there is no policy")]
    None,
    /// There are more than can be told apart.
    #[error("there are more than {most} policies")]
    TooMany {
        /// The most there may be.
        most: usize,
    },
    /// The schema is not this program's.
    #[error("{file} is not the schema of this version; take the one that it comes with, or leave it out")]
    ForeignSchema {
        /// Which file.
        file: String,
    },
    /// A policy cannot be evaluated.
    #[error("{0}")]
    Evaluation(String),
}

impl PolicyFault {
    /// What `said` says of `text`, the content of `file`.
    pub(super) fn of(file: &str, text: &str, said: &dyn Diagnostic) -> Self {
        let offset = said.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset());
        let line = text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        let help = said.help().map_or_else(String::new, |help| format!(" ({help})"));
        Self::Text { file: file.to_owned(), line, said: format!("{said}{help}") }
    }
}
