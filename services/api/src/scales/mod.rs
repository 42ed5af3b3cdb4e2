//! A patient's scores.

mod decode;
mod handler;
