//! What partners take, and what they tell.

mod contribute;
mod decode;
mod encode;
mod handler;
mod pump;

pub use encode::message as told;
