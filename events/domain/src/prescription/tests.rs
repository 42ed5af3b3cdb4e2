//! The rules of a prescription, one test each.

mod histories;
mod pharmacy;
mod shared;
mod signing;
mod told;
