//! What a finding means, for who has its name only.

use crate::{Finding, FindingKey, Ruleset};

impl Ruleset {
    /// What the rule of a finding says, in the words of this set; none when the set has no such rule.
    ///
    /// These are the words of the row. What only the chart could tell is not in them: until when to wait, and that a
    /// planned cross-taper makes a duplicate a remark.
    pub fn explain(&self, key: &FindingKey) -> Option<Finding> {
        let says = self.rules.verdict(&key.rule).or_else(|| self.durations.verdict(&key.rule))?;
        Some(Finding {
            key: key.clone(),
            severity: says.severity,
            action: says.action,
            mechanism: says.mechanism.clone(),
            advice: says.advice.clone(),
            source: says.source.clone(),
            until: None,
        })
    }
}
