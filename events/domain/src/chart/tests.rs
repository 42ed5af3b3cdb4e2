//! The rules of a medication chart, one test each.

mod background;
mod courses;
mod evidence;
mod histories;
mod orders;
mod outside;
mod overrides;
mod tapers;
mod told;
