//! A patient's medication chart.

mod decode;
mod handler;
mod history;
mod injections;
mod monitoring;
mod orders;
mod outside;
mod responses;
mod safety;
mod titration;

pub(crate) use orders::supply;
