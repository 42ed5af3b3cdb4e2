//! The rules of a stay, one test each.
