//! The rules of an assessment, one test each.
