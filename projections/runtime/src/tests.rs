//! The runtime against a small view.
