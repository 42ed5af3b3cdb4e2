//! A therapist's questions.

mod encode;
mod handler;
