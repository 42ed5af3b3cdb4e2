//! The vault over real stores of keys and real ledgers.

#[cfg(test)]
mod rotation;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod support;
#[cfg(test)]
mod transit;
