//! A primary-care liaison's questions.

mod encode;
mod handler;
mod news;
