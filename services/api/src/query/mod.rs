//! What all questions have in common: freshness, pages, words for people, watching.

mod ask;
mod inquiry;
mod watch;
pub(crate) mod words;

pub(crate) use ask::{Asked, Page, Questions};
pub(crate) use inquiry::{Inquiry, Permitted};
pub(crate) use watch::{Changes, Watched, watch, whole};
