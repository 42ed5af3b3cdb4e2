//! Where an issuer's keys are.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use hyper::Uri;

/// Where a JSON Web Key Set is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, which somebody else keeps up to date.
    File(PathBuf),
    /// An address: `https`, or `http` on this machine.
    Address(Uri),
}

/// The text names no place that keys may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("keys come from a file, from https://…, or from http:// on a loopback address")]
pub struct InvalidSource;

impl FromStr for Source {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        if !text.contains("://") {
            return if text.is_empty() { Err(InvalidSource) } else { Ok(Self::File(PathBuf::from(text))) };
        }
        let address: Uri = text.parse().map_err(|_| InvalidSource)?;
        let host = address.host().ok_or(InvalidSource)?;
        let here = host.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback());
        match address.scheme_str() {
            Some("https") => Ok(Self::Address(address)),
            // Whoever stands between could give us keys of their own.
            Some("http") if here => Ok(Self::Address(address)),
            _ => Err(InvalidSource),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}
