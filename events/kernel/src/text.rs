//! Text with known bounds.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Names a tenant: 1 to 63 characters of `a-z 0-9 -`, beginning with a letter. Part of every key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(Arc<str>);

/// Names a program within a tenant, such as `iop-adult`. Same form as [`TenantId`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProgramId(Arc<str>);

/// Names an organisation outside the program, such as a partner clinic: it calls, or is told. Same form as [`TenantId`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganisationId(Arc<str>);

/// The name is empty, longer than 63 characters, or has others than `a-z 0-9 -`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 63 characters of a-z, 0-9 and -, beginning with a letter")]
pub struct InvalidSlug;

const SLUG_MAX: usize = 63;

fn slug(text: &str) -> Result<Arc<str>, InvalidSlug> {
    let bytes = text.as_bytes();
    let head = bytes.first().is_some_and(u8::is_ascii_lowercase);
    let body = bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    if head && body && bytes.len() <= SLUG_MAX { Ok(Arc::from(text)) } else { Err(InvalidSlug) }
}

macro_rules! slugs {
    ($($name:ident),+) => {$(
        impl $name {
            /// Checks the form.
            ///
            /// # Errors
            ///
            /// [`InvalidSlug`] when the form is broken.
            pub fn parse(text: &str) -> Result<Self, InvalidSlug> {
                slug(text).map(Self)
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidSlug;
            fn try_from(text: String) -> Result<Self, InvalidSlug> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}
slugs!(TenantId, ProgramId, OrganisationId);

/// Free text that a person wrote: not blank, at most [`Text::MAX`] characters, no control characters
/// but line breaks and tabs. `Debug` prints `[redacted]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

/// The text is blank, too long, or has control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("text has 1 to {} characters, not all blank, and no control characters", Text::MAX)]
pub struct InvalidText;

impl Text {
    /// The most characters a text may have.
    pub const MAX: usize = 2_000;

    /// Checks the bounds; surrounding blanks are taken off.
    ///
    /// # Errors
    ///
    /// [`InvalidText`] when a bound is broken.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim();
        let plain = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
        let fits = !text.is_empty() && text.chars().count() <= Self::MAX;
        if plain && fits { Ok(Self(text.to_owned())) } else { Err(InvalidText) }
    }

    /// Shows the text, to code that stores it or answers somebody who may see it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl TryFrom<String> for Text {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(&text)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_form() {
        assert!(TenantId::parse("riverbend-2").is_ok());
        for bad in ["", "-x", "2x", "River", "a/b", "a b", &"a".repeat(64)] {
            assert_eq!(TenantId::parse(bad), Err(InvalidSlug), "{bad}");
        }
    }

    #[test]
    fn text_keeps_its_bounds() {
        assert_eq!(Text::parse("  slept badly \n").unwrap().expose(), "slept badly");
        assert_eq!(Text::parse(" \n "), Err(InvalidText));
        assert_eq!(Text::parse("a\0b"), Err(InvalidText));
        assert!(Text::parse(&"é".repeat(Text::MAX)).is_ok());
        assert_eq!(Text::parse(&"é".repeat(Text::MAX + 1)), Err(InvalidText));
    }
}
