//! The program's questions.

mod encode;
mod handler;
