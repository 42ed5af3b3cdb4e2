//! Many commands on one stream.

mod dispatch;
mod handler;
mod serve;
