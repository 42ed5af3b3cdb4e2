//! Connections to servers of the tests' own.

#[cfg(test)]
mod pool;
#[cfg(test)]
mod tls;
