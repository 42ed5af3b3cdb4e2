//! The rules of a recovery record, one test each.

mod histories;
mod inductions;
mod said;
mod screens;
mod told;
