//! A prescriber's questions.

mod encode;
mod handler;
