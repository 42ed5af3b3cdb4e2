//! Reads single fields into types of the kernel. What cannot be read is named by its path, and its value is not told.

use concord_kernel::{Day, Instant, Text};
use prost_types::Timestamp;
use uuid::Uuid;

/// A field that cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {wanted}")]
pub struct Invalid {
    path: String,
    wanted: &'static str,
}

impl Invalid {
    /// Names the field and says what it must be.
    pub(crate) fn new(field: &str, wanted: &'static str) -> Self {
        Self { path: field.to_owned(), wanted }
    }

    /// Names the message that the field is in.
    #[must_use]
    pub(crate) fn within(self, outer: &str) -> Self {
        Self { path: format!("{outer}.{}", self.path), ..self }
    }

    /// Names the element of the list that the field is in.
    #[must_use]
    fn at(self, list: &str, index: usize) -> Self {
        let path = if self.path.is_empty() {
            format!("{list}[{index}]")
        } else {
            format!("{list}[{index}].{}", self.path)
        };
        Self { path, ..self }
    }

    /// The path of the field, such as `criteria[2].evidence`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the field must be, such as `must be a UUID`.
    pub const fn wanted(&self) -> &'static str {
        self.wanted
    }
}

/// Length of `6ba7b810-9dad-11d1-80b4-00c04fd430c8`, the one form that is taken.
const UUID_LENGTH: usize = 36;

/// Reads an identifier.
pub(crate) fn id<T>(field: &str, text: &str, wrap: fn(Uuid) -> T) -> Result<T, Invalid> {
    let parsed = if text.len() == UUID_LENGTH { Uuid::try_parse(text).ok() } else { None };
    parsed.map(wrap).ok_or_else(|| Invalid::new(field, "must be a UUID with hyphens"))
}

/// Reads an identifier that may be absent.
pub(crate) fn optional_id<T>(field: &str, text: &str, wrap: fn(Uuid) -> T) -> Result<Option<T>, Invalid> {
    if text.is_empty() { Ok(None) } else { id(field, text, wrap).map(Some) }
}

/// Reads free text.
pub(crate) fn text(field: &str, text: &str) -> Result<Text, Invalid> {
    Text::parse(text).map_err(|_| {
        Invalid::new(field, "must have 1 to 2,000 characters, not all blank, and no control characters")
    })
}

/// Reads free text that may be absent.
pub(crate) fn optional_text(field: &str, value: &str) -> Result<Option<Text>, Invalid> {
    if value.is_empty() { Ok(None) } else { text(field, value).map(Some) }
}

/// Reads plain text of bounded length that no person wrote: codes, units, tags.
pub(crate) fn token(field: &str, text: String, most: usize) -> Result<String, Invalid> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic());
    if plain && !text.is_empty() && text.len() <= most {
        Ok(text)
    } else {
        Err(Invalid::new(field, "must be a short code of visible ASCII characters"))
    }
}

/// Reads the name of a row of a knowledge table, or of a program.
pub(crate) fn name<T, E>(
    field: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Invalid> {
    parse(text).map_err(|_| Invalid::new(field, "must be a name of lower-case letters, digits and hyphens"))
}

/// Reads a name that may be absent.
pub(crate) fn optional_name<T, E>(
    field: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Invalid> {
    if text.is_empty() { Ok(None) } else { name(field, text, parse).map(Some) }
}

/// Length of `2026-01-05`, the one form that is taken.
const DAY_LENGTH: usize = 10;

/// The first year that a record may tell of. Nobody who lives was born before it; what is earlier is a slip of the pen
/// or a clock that was never set.
const FIRST_YEAR: i16 = 1900;

/// Reads a calendar day.
pub(crate) fn day(field: &str, text: &str) -> Result<Day, Invalid> {
    let parsed = if text.len() == DAY_LENGTH { text.parse::<Day>().ok() } else { None };
    parsed
        .filter(|day| day.year() >= FIRST_YEAR)
        .ok_or_else(|| Invalid::new(field, "must be a calendar day as YYYY-MM-DD, not before 1900"))
}

/// Reads a calendar day that may be absent.
pub(crate) fn optional_day(field: &str, text: &str) -> Result<Option<Day>, Invalid> {
    if text.is_empty() { Ok(None) } else { day(field, text).map(Some) }
}

const NANOS_PER_SECOND: i32 = 1_000_000_000;

/// Reads a point in time; what is finer than a microsecond is cut off.
pub(crate) fn instant(field: &str, at: Option<Timestamp>) -> Result<Instant, Invalid> {
    let Timestamp { seconds, nanos } = required(field, at)?;
    let micros = match nanos {
        0..NANOS_PER_SECOND => {
            seconds.checked_mul(1_000_000).and_then(|whole| whole.checked_add(i64::from(nanos / 1_000)))
        }
        _ => None,
    };
    micros
        .and_then(|micros| Instant::from_micros(micros).ok())
        .filter(|at| at.day().year() >= FIRST_YEAR)
        .ok_or_else(|| Invalid::new(field, "must be a time between the years 1900 and 9999"))
}

/// Reads a point in time that may be absent.
pub(crate) fn optional_instant(field: &str, at: Option<Timestamp>) -> Result<Option<Instant>, Invalid> {
    if at.is_none() { Ok(None) } else { instant(field, at).map(Some) }
}

/// Insists on a field.
pub(crate) fn required<T>(field: &str, value: Option<T>) -> Result<T, Invalid> {
    value.ok_or_else(|| Invalid::new(field, "is required"))
}

/// Reads a choice; `read` gives `None` for the unspecified one.
pub(crate) fn choice<P: TryFrom<i32>, T>(
    field: &str,
    value: i32,
    read: impl FnOnce(P) -> Option<T>,
) -> Result<T, Invalid> {
    P::try_from(value)
        .ok()
        .and_then(read)
        .ok_or_else(|| Invalid::new(field, "must be one of the values of its enum other than UNSPECIFIED"))
}

/// Reads a small number.
pub(crate) fn small<T: TryFrom<u32>>(field: &str, value: u32) -> Result<T, Invalid> {
    T::try_from(value).map_err(|_| Invalid::new(field, "is too large"))
}

/// Reads a list of at most `most` elements. An element that is a value of its own names itself `""`.
pub(crate) fn list<P, T>(
    field: &str,
    values: Vec<P>,
    most: usize,
    mut read: impl FnMut(P) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    if values.len() > most {
        return Err(Invalid::new(field, "has too many elements"));
    }
    let each = |(index, value)| read(value).map_err(|invalid: Invalid| invalid.at(field, index));
    values.into_iter().enumerate().map(each).collect()
}
