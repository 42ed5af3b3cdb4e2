//! The gRPC services: decode, permit, execute or query, encode.
