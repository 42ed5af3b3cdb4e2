//! The rules of a medication chart, one test each.

mod allotted;
mod background;
mod courses;
mod evidence;
mod going_on;
mod histories;
mod injections;
mod lasting;
mod late_injections;
mod monitored;
mod orders;
mod outside;
mod overrides;
mod responses;
mod tapers;
mod titrations;
mod told;
