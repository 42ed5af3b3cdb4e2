//! Who may do what to whom, for which purpose.
