//! A patient's medication chart.

mod decode;
mod handler;
mod history;
mod orders;
mod outside;
mod safety;

pub(crate) use orders::supply;
