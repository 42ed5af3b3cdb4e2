//! The rules of a medication chart, one test each.

mod allotted;
mod background;
mod courses;
mod evidence;
mod going_on;
mod histories;
mod lasting;
mod monitored;
mod orders;
mod outside;
mod overrides;
mod tapers;
mod titrations;
mod told;
