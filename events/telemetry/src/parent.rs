//! The W3C trace context of something that happened: which trace, which span.

use std::fmt;
use std::str::FromStr;

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Length of a `traceparent` of version 00.
const LENGTH: usize = 55;

/// A `traceparent`, as <https://www.w3.org/TR/trace-context-1/> has it: a trace, a span in it, and whether it is kept.
/// Its identifiers are random and say nothing of anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    trace: TraceId,
    span: SpanId,
    flags: TraceFlags,
}

/// A text that is no `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a traceparent")
    }
}

impl std::error::Error for Malformed {}

impl TraceParent {
    /// Whether spans of this trace are kept.
    pub fn is_sampled(self) -> bool {
        self.flags.is_sampled()
    }

    pub(crate) fn of(context: &SpanContext) -> Option<Self> {
        let of = Self { trace: context.trace_id(), span: context.span_id(), flags: context.trace_flags() };
        context.is_valid().then_some(of)
    }

    pub(crate) fn remote(self) -> SpanContext {
        SpanContext::new(self.trace, self.span, self.flags, true, TraceState::NONE)
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, self.flags.to_u8())
    }
}

impl FromStr for TraceParent {
    type Err = Malformed;

    /// Takes version 00, and of later versions what they begin with, as the standard asks.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (head, rest) = text.split_at_checked(LENGTH).ok_or(Malformed)?;
        let parts: Vec<&str> = head.split('-').collect();
        let [version, trace, span, flags] = parts[..] else { return Err(Malformed) };
        let lengths = [version, trace, span, flags].map(str::len);
        let later = version != "00" && rest.starts_with('-');
        if lengths != [2, 32, 16, 2] || version == "ff" || !(rest.is_empty() || later) {
            return Err(Malformed);
        }
        small(version)?;
        let flags = small(flags)?;
        let wide = |text: &str| {
            text.bytes().all(is_hex).then(|| u128::from_str_radix(text, 16)).and_then(Result::ok)
        };
        let trace = TraceId::from(wide(trace).ok_or(Malformed)?);
        let span = wide(span).and_then(|span| u64::try_from(span).ok()).ok_or(Malformed)?;
        let parent =
            Self { trace, span: SpanId::from(span), flags: TraceFlags::new(flags) & TraceFlags::SAMPLED };
        parent.remote().is_valid().then_some(parent).ok_or(Malformed)
    }
}

fn small(text: &str) -> Result<u8, Malformed> {
    if text.bytes().all(is_hex) {
        u8::from_str_radix(text, 16).map_err(|_| Malformed)
    } else {
        Err(Malformed)
    }
}

const fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

impl Serialize for TraceParent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TraceParent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The part of an event's metadata that says in which trace it was recorded; the rest is skipped.
#[derive(Deserialize)]
struct Cited {
    #[serde(default)]
    traceparent: Option<TraceParent>,
}

/// In which trace an event was recorded, by its stored metadata; `None` for one that no trace was kept of.
///
/// Whoever publishes an event passes this on as its `traceparent`.
pub fn traceparent_of(metadata: &[u8]) -> Option<TraceParent> {
    serde_json::from_slice::<Cited>(metadata).ok()?.traceparent
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_is_read_as_it_is_written() {
        let parent: TraceParent = GOOD.parse().unwrap();
        assert!(parent.is_sampled());
        assert_eq!(parent.to_string(), GOOD);
    }

    #[test]
    fn a_later_version_is_read_by_what_it_begins_with() {
        let later = format!("01{}-more", &GOOD[2..]);
        assert_eq!(later.parse::<TraceParent>(), GOOD.parse());
    }

    #[test]
    fn what_the_standard_forbids_is_no_traceparent() {
        let zero_trace = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        let zero_span = "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01";
        let upper = GOOD.to_uppercase();
        let more = format!("{GOOD}-more");
        let foreign = format!("ff{}", &GOOD[2..]);
        let signed = GOOD.replace("-0af7", "-+af7");
        for bad in ["", "00", zero_trace, zero_span, &upper, &more, &foreign, &signed, &GOOD[1..]] {
            assert_eq!(bad.parse::<TraceParent>(), Err(Malformed), "{bad}");
        }
    }

    #[test]
    fn metadata_say_in_which_trace_they_were_recorded() {
        let with = format!(r#"{{"command":"c","traceparent":"{GOOD}","part2":true}}"#);
        assert_eq!(traceparent_of(with.as_bytes()), GOOD.parse().ok());
        assert_eq!(traceparent_of(br#"{"command":"c"}"#), None);
        assert_eq!(traceparent_of(b"not json"), None);
    }
}
