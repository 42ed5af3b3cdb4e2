//! A primary-care liaison's questions.

mod encode;
mod eyes;
mod handler;
mod news;
