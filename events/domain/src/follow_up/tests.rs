//! The rules of a follow-up plan, one test each.
