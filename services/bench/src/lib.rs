//! Benchmarks of the real service beside its baselines.
