//! The rules of a side-effect record, one test each.
