//! Tests of the whole crate: what is refused and how, that no bytes bring a decoder down, and calls over a socket.

mod adherence;
mod closing;
mod course;
mod doctored;
mod end_to_end;
mod fields;
mod fuzz;
mod ledger;
mod lists;
mod monitoring;
mod nobody;
mod orders;
mod outcome;
mod outcomes;
mod questions;
mod reasons;
mod reporting;
mod responses;
mod samples;
mod service;
mod statuses;
mod stream;
mod timeline;
mod warnings;
mod watching;
mod web;
