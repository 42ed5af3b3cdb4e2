//! A patient's side effects.

mod decode;
mod handler;
