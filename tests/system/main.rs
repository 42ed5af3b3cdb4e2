//! Tests of the running program through its public interfaces.
