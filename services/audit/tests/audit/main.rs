//! The history proves itself: notes, signers, stores, bundles, and whatever somebody with every right could do.

#[cfg(test)]
mod bundles;
#[cfg(test)]
mod notes;
#[cfg(test)]
mod signing;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod witness;
