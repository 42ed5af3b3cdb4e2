//! The rules that decisions are judged by.

mod ask;
mod decode;
mod encode;
mod handler;
