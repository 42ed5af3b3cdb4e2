//! The rules about adherence, one test each.

mod doses;
mod family;
mod histories;
mod measured;
mod outreach;
mod said;
mod support;
