//! What `deploy/compose.yaml` runs in containers, as plain processes on one machine: a database and its standby, three nodes of
//! NATS, and every process of the service. The same types serve `deploy/local-cluster` and the tests that kill parts of it.
//!
//! Whatever is started goes away with the process that started it, however that ends.

mod cluster;
mod process;
mod topology;

pub use cluster::{Address, Cluster, ClusterError};
pub use process::{Process, ProcessError};
pub use topology::{MEMBERS, Member};
