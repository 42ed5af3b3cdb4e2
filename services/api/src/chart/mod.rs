//! A patient's medication chart.

mod decode;
mod handler;
mod history;
mod monitoring;
mod orders;
mod outside;
mod safety;
mod titration;

pub(crate) use orders::supply;
