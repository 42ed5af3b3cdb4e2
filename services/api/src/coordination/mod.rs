//! How those who treat one patient in different places keep in step.

mod decode;
mod handler;
