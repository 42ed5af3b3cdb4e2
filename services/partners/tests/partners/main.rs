//! Partners' streams from outside: what is in them, what is not any more, and publishers that are cut off.

#[cfg(test)]
mod cut;
#[cfg(test)]
mod erased;
#[cfg(test)]
mod filled;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod stored;
