//! What partners are told, and what they are not.

mod child;
mod killed;
mod race;
mod resumed;
mod scene;
mod withheld;
