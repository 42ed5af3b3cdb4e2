//! How soon somebody must answer a side effect.

use std::collections::HashMap;
use std::time::Duration;

/// How soon a prescriber is in contact and a decision stands, counted from the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// Within this the prescriber is in contact; nothing means at the next visit.
    pub contact_within: Option<Duration>,
    /// Within this a decision stands; nothing means no deadline of its own.
    pub decide_within: Option<Duration>,
}

/// The deadlines of each grade and of a red flag.
#[derive(Clone, Debug)]
pub(crate) struct Deadlines {
    grades: [Escalation; 5],
    red_flag: Escalation,
}

/// Minutes of contact and decision by row name.
type Rows = HashMap<String, (Option<u16>, Option<u16>)>;

impl Deadlines {
    pub(crate) fn from_rows(rows: &Rows) -> Result<Self, &'static str> {
        let minutes = |m: Option<u16>| m.map(|m| Duration::from_mins(u64::from(m)));
        let get = |id: &'static str| -> Result<Escalation, &'static str> {
            let &(contact, decide) = rows.get(id).ok_or(id)?;
            Ok(Escalation { contact_within: minutes(contact), decide_within: minutes(decide) })
        };
        Ok(Self {
            grades: [get("grade-1")?, get("grade-2")?, get("grade-3")?, get("grade-4")?, get("grade-5")?],
            red_flag: get("red-flag")?,
        })
    }

    /// The stricter of what the grade and the flag ask for.
    pub(crate) fn of(&self, grade: u8, red_flag: bool) -> Escalation {
        let own = self.grades[usize::from(grade.clamp(1, 5)) - 1];
        if !red_flag {
            return own;
        }
        let sooner = |a: Option<Duration>, b: Option<Duration>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Escalation {
            contact_within: sooner(own.contact_within, self.red_flag.contact_within),
            decide_within: sooner(own.decide_within, self.red_flag.decide_within),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ruleset;

    #[test]
    fn the_graver_the_effect_the_sooner_somebody_answers() {
        let rules = Ruleset::embedded();
        let minutes = |grade, flag| {
            let Escalation { contact_within, decide_within } = rules.escalation(grade, flag);
            (contact_within.map(|d| d.as_secs() / 60), decide_within.map(|d| d.as_secs() / 60))
        };
        assert_eq!(minutes(1, false), (None, None));
        assert_eq!(minutes(2, false), (Some(1_440), None));
        assert_eq!(minutes(3, false), (Some(60), Some(240)));
        assert_eq!(minutes(4, false), (Some(15), Some(15)));
        assert_eq!(minutes(5, false), (Some(15), Some(15)));
    }

    #[test]
    fn a_red_flag_is_immediate_whatever_the_grade() {
        for grade in 1..=5 {
            let answer = Ruleset::embedded().escalation(grade, true);
            assert_eq!(answer.contact_within, Some(Duration::from_mins(15)), "{grade}");
        }
    }
}
