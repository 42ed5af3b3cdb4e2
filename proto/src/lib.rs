//! The gRPC contract, generated from proto/concord.
