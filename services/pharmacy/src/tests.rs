//! The relay over a ledger in memory and pretended pharmacies.

mod faults;
mod given;
mod spoken;
