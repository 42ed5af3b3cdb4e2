//! Contract, end-to-end, fault and simulation tests through public interfaces.
