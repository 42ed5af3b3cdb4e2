//! Places that law is different in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// States, the District of Columbia and territories, by their postal codes. Source: USPS Publication 28, appendix B.
const CODES: [&str; 56] = [
    "AK", "AL", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "GU", "HI", "IA", "ID", "IL",
    "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MP", "MS", "MT", "NC", "ND", "NE", "NH",
    "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI",
    "VT", "WA", "WI", "WV", "WY",
];

/// A state, the District of Columbia or a territory, by its postal code such as `OH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UsState(u8);

/// The text is no postal code of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a state is named by its postal code, two capital letters")]
pub struct UnknownState;

impl UsState {
    /// Reads a postal code.
    ///
    /// # Errors
    ///
    /// [`UnknownState`] when nothing has that code.
    pub fn parse(code: &str) -> Result<Self, UnknownState> {
        let at = CODES.binary_search(&code).ok().and_then(|at| u8::try_from(at).ok());
        at.map(Self).ok_or(UnknownState)
    }

    /// The postal code.
    pub const fn as_str(self) -> &'static str {
        CODES[self.0 as usize]
    }
}

impl TryFrom<String> for UsState {
    type Error = UnknownState;

    fn try_from(code: String) -> Result<Self, UnknownState> {
        Self::parse(&code)
    }
}

impl From<UsState> for String {
    fn from(state: UsState) -> Self {
        state.as_str().to_owned()
    }
}

impl fmt::Display for UsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_known_by_its_code_alone() {
        assert!(CODES.is_sorted());
        for code in CODES {
            assert_eq!(UsState::parse(code).map(UsState::as_str), Ok(code));
        }
        for bad in ["", "oh", "Ohio", "ZZ"] {
            assert_eq!(UsState::parse(bad), Err(UnknownState), "{bad}");
        }
    }
}
