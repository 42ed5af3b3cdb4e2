//! Tests of the running program through its public interfaces: a real process, a real socket, a real client.

#[cfg(test)]
mod access;
#[cfg(test)]
mod adherence;
#[cfg(test)]
mod arrival;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod clinic;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod coordination;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod database;
#[cfg(test)]
mod every_call;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod injections;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod lasting;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod medication;
#[cfg(test)]
mod monitoring;
#[cfg(test)]
mod outcomes;
#[cfg(test)]
mod partners;
#[cfg(test)]
mod people;
#[cfg(test)]
mod pharmacy;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod published;
#[cfg(test)]
mod questions;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod responses;
#[cfg(test)]
mod restore;
#[cfg(test)]
mod restore_postgres;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod safety;
#[cfg(test)]
mod service;
#[cfg(test)]
mod story;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod telemetry;
#[cfg(test)]
mod tenants;
#[cfg(test)]
mod timeline;
#[cfg(test)]
mod together;

use std::path::Path;

use concord_support::{Concord, Person};

/// The binary that cargo built for these tests.
const CONCORD: &str = env!("CARGO_BIN_EXE_concord");

const PSYCHIATRIST: Person = Person::new("psychiatrist", 1);
const PHARMACIST: Person = Person::new("pharmacist", 2);
const THERAPIST: Person = Person::new("therapist", 3);
const AUDITOR: Person = Person::new("auditor", 4);

#[cfg(test)]
async fn start(folder: &Path) -> Concord {
    Concord::start(CONCORD, folder).await.unwrap()
}
