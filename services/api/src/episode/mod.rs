//! A patient's stays in a program.

mod decode;
mod handler;
