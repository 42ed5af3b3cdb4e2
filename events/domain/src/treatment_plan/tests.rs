//! The rules of a treatment plan, one test each.

mod agreed;
mod goals;
mod histories;
mod opened;
mod said;
mod told;
