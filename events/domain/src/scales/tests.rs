//! The rules of the scores, one test each.
