//! What may happen, and nothing else: commands, events, state and the decisions between them.
