//! A prescriber's questions.

mod drugs;
mod encode;
mod handler;
