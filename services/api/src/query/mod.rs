//! What all questions have in common: freshness, pages, words for people, watching.

mod about;
mod ask;
mod watch;
pub(crate) mod words;

pub(crate) use about::About;
pub(crate) use ask::{Asked, Page, Questions};
pub(crate) use watch::{Changes, Watched, watch, whole};
