//! Fixtures that own real servers.
