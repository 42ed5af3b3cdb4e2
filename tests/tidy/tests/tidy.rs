//! Rules of the house. Each test names every place that breaks its rule.

#[cfg(test)]
mod features;
#[cfg(test)]
mod files;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod names;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod threats;
#[cfg(test)]
mod words;
