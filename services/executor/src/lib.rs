//! Load, decide, append: the command path.
