//! Runs projections: checkpoints, lag, rebuild beside the live view; knows no view.
