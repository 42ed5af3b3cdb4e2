//! A thin client of the gRPC API: tokens, retries with the same command id.
