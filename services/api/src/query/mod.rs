//! What all questions have in common: freshness, pages, words for people, watching.

mod ask;
mod watch;
pub(crate) mod words;

pub(crate) use ask::{Asked, Page, Questions, cares, own_list};
pub(crate) use watch::{Changes, Watched, watch, whole};
