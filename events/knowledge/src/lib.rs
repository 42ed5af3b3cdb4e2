//! Formulary, interactions, scales and policies as dated, sourced data, and the pure functions over them.
