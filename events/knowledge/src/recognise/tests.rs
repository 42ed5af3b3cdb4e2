//! Rules as sentences.
