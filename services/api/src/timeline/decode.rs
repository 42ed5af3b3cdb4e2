//! Messages to what may be asked of a timeline.

use concord_projection::Span;
use concord_proto::concord::timeline::v1 as pb;
use concord_views::timeline::Asked;

use super::words;
use crate::Invalid;
use crate::field::{choice, list, optional_instant};
use crate::limits::FILTER_KINDS;

pub(super) fn filter(filter: Option<pb::TimelineFilter>) -> Result<Asked, Invalid> {
    read(filter.unwrap_or_default()).map_err(|invalid| invalid.within("filter"))
}

/// The filter of a watch: what was known at some time changes no more.
pub(super) fn followed(filter: Option<pb::TimelineFilter>) -> Result<Asked, Invalid> {
    let asked = self::filter(filter)?;
    if asked.known_at.is_some() {
        return Err(Invalid::new("filter.known_at", "must be 0 for a watch"));
    }
    Ok(asked)
}

fn read(filter: pb::TimelineFilter) -> Result<Asked, Invalid> {
    let pb::TimelineFilter { kinds, from, until, known_at } = filter;
    let kinds = list("kinds", kinds, FILTER_KINDS, |kind| choice("", kind, words::read_kind))?;
    let (from, until) = (optional_instant("from", from)?, optional_instant("until", until)?);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(Invalid::new("until", "must not be before `from`"));
    }
    let known_at = (known_at > 0).then_some(known_at);
    Ok(Asked { kinds: kinds.into_iter().collect(), span: Span { from, until }, known_at })
}
