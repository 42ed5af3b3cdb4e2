//! The rules of a care team, one test each.
