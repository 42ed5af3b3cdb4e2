//! The gRPC contract as Rust types, generated from `proto/concord` by the build script.
//!
//! Each package is a module: `concord.chart.v1` is [`concord::chart::v1`]. The comments of the `.proto` files are
//! the documentation of the types.

#[expect(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    reason = "generated; the .proto files are documented, and buf's lint holds that"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/concord.rs"));
}

mod codec;
pub mod feed;
pub mod partner;

pub use generated::concord;

/// Every file of the contract and what it imports, as an encoded `google.protobuf.FileDescriptorSet`, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/concord.bin"));
