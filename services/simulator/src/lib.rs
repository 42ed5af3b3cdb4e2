//! Deterministic synthetic cohorts, played through the public gRPC API.
