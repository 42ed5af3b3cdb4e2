//! Protected health information, kept out of logs by its type.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that may identify a patient or tell of their health. `Debug` prints `[redacted]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Marks `value` as protected.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows the value, to code that stores it or answers somebody who may see it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Gives the value up.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_tells_nothing() {
        assert_eq!(format!("{:?}", Some(Phi::new("Ada"))), "Some([redacted])");
    }
}
