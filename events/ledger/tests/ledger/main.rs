//! The ledger from outside: one contract for every store, a model, crashes, power cuts and damage.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod company;
#[cfg(test)]
mod compatible;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod epochs;
#[cfg(test)]
mod failover;
#[cfg(test)]
mod group;
#[cfg(test)]
mod migration;
#[cfg(test)]
mod model;
#[cfg(test)]
mod mutants;
#[cfg(test)]
mod news;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod power;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod stopped;
#[cfg(test)]
mod support;
#[cfg(test)]
mod writer;
