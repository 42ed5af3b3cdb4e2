//! The rules of a prescription, one test each.

mod pharmacy;
mod signing;
mod told;
