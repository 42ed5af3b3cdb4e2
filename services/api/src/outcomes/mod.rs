//! How a program's clients fare, in numbers.

mod encode;
mod handler;
