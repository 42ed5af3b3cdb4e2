//! Given facts, then rows.
