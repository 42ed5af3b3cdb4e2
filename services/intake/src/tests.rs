//! Rules of the mapping, one sentence each.

mod allergies;
mod build;
mod bundles;
mod conditions;
mod damage;
mod doses;
mod labs;
mod medications;
mod real;
