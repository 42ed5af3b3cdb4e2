//! The rules of a medication chart, one test each.

mod background;
mod courses;
mod histories;
mod monitored;
mod orders;
mod outside;
mod overrides;
mod tapers;
mod told;
