//! Records of looking: durable before they are answered for, found again by patient and time.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod found;
#[cfg(test)]
mod group;
#[cfg(test)]
mod stored;
#[cfg(test)]
mod support;
