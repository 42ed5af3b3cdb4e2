//! What partners are told, and what they are not.

#[cfg(test)]
mod child;
#[cfg(test)]
mod delivered;
#[cfg(test)]
mod expired;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod race;
#[cfg(test)]
mod resumed;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod withheld;
