//! A prescriber's questions.

mod drugs;
mod encode;
mod handler;

pub(crate) use encode::spoken;
