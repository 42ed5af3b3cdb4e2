//! Read models: one folder answers one question.
