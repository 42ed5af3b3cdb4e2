//! Records of looking: durable before they are answered for, found again by patient and time.

mod broken;
mod crash;
mod found;
mod group;
mod stored;
mod support;
