//! The log on JetStream from outside: servers that die, lose and forget, relays and consumers that are killed.

#[cfg(test)]
mod child;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod consumer;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod epochs;
#[cfg(test)]
mod mutants;
#[cfg(test)]
mod publications;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod stored;
#[cfg(test)]
mod witness;
