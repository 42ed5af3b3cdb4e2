//! Leases over real servers.

#[cfg(test)]
mod held;
