//! Rules of the house. Each test names every place that breaks its rule.

mod files;
mod layers;
mod names;
mod sizes;
mod words;
