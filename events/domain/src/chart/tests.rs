//! The rules of a medication chart, one test each.
