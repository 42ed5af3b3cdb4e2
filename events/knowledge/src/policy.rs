//! Law and program policy with the days on which it holds.

use concord_kernel::{Day, Schedule};

use crate::{IngredientId, Ruleset};

/// A row of `policies.csv`.
#[derive(Clone, Debug)]
pub(crate) struct PolicyRow {
    pub(crate) value: u16,
    pub(crate) from: Option<Day>,
    /// The last day on which it holds.
    pub(crate) to: Option<Day>,
    pub(crate) source: String,
}

impl PolicyRow {
    fn holds_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// Rows that code reads.
pub(crate) const NEEDED: [&str; 8] = [
    "refill.II.max",
    "refill.III.max",
    "refill.III.months",
    "refill.IV.max",
    "refill.IV.months",
    "telemedicine.flexibility.audio-video",
    "telemedicine.flexibility.audio-only-oud",
    "telemedicine.buprenorphine-oud",
];

/// How often a prescription may be filled again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefillLimit {
    /// Most refills after the first fill; nothing means as the prescriber authorises.
    pub refills: Option<u16>,
    /// Months from the day of issue after which none may be filled; nothing means no federal limit.
    pub months: Option<u16>,
}

/// How prescriber and patient met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encounter {
    /// In one room.
    InPerson,
    /// Live audio and video.
    AudioVideo,
    /// Live audio alone.
    AudioOnly,
}

/// What a controlled order is for and what came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteOrder {
    /// How prescriber and patient meet for this order.
    pub encounter: Encounter,
    /// Whether it treats opioid use disorder.
    pub for_opioid_use_disorder: bool,
    /// Whether this prescriber has seen the patient in person before.
    pub seen_in_person: bool,
}

/// Whether a controlled drug may be ordered in that way on that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telemedicine {
    /// It may, and this is why.
    Allowed {
        /// The law, for the event.
        legal_basis: String,
        /// Most months of supply before another basis is needed.
        months: Option<u16>,
    },
    /// It may not: an in-person evaluation comes first. Source: 21 USC 829(e).
    InPersonFirst,
}

impl Ruleset {
    /// How often a prescription of that schedule may be refilled. Source: 21 CFR 1306.12, 1306.22.
    pub fn refill_limit(&self, schedule: Option<Schedule>) -> RefillLimit {
        let value = |id: &str| self.policies.get(id).map(|row| row.value);
        match schedule {
            Some(Schedule::II) => RefillLimit { refills: value("refill.II.max"), months: None },
            Some(Schedule::III) => {
                RefillLimit { refills: value("refill.III.max"), months: value("refill.III.months") }
            }
            Some(Schedule::IV) => {
                RefillLimit { refills: value("refill.IV.max"), months: value("refill.IV.months") }
            }
            Some(Schedule::V) | None => RefillLimit { refills: None, months: None },
        }
    }

    /// Whether a drug of that schedule with those ingredients may be ordered remotely on `day`.
    ///
    /// A drug without schedule always may. After the last day of the flexibilities only what is permanent remains:
    /// an earlier visit in person, or buprenorphine for opioid use disorder. Source: 21 USC 829(e); 90 FR 61301.
    pub fn telemedicine_allows(
        &self,
        schedule: Option<Schedule>,
        ingredients: &[IngredientId],
        order: RemoteOrder,
        day: Day,
    ) -> Telemedicine {
        let allowed = |basis: &str| Telemedicine::Allowed { legal_basis: basis.to_owned(), months: None };
        let Some(schedule) = schedule else { return allowed("not a controlled substance") };
        if order.encounter == Encounter::InPerson || order.seen_in_person {
            return allowed("in-person evaluation (21 USC 829(e))");
        }
        let holds = |id: &str| self.policies.get(id).filter(|row| row.holds_on(day));
        let opioid_rule = order.for_opioid_use_disorder && schedule != Schedule::II;
        let flexible = match order.encounter {
            Encounter::AudioVideo => holds("telemedicine.flexibility.audio-video"),
            Encounter::AudioOnly if opioid_rule => holds("telemedicine.flexibility.audio-only-oud"),
            Encounter::AudioOnly | Encounter::InPerson => None,
        };
        if let Some(row) = flexible {
            return allowed(&row.source);
        }
        let buprenorphine = ingredients.iter().any(|id| id.as_str() == "buprenorphine");
        match holds("telemedicine.buprenorphine-oud") {
            Some(row) if opioid_rule && buprenorphine => {
                Telemedicine::Allowed { legal_basis: row.source.clone(), months: Some(row.value) }
            }
            _ => Telemedicine::InPersonFirst,
        }
    }
}

#[cfg(test)]
mod tests {
    use concord_kernel::Instant;

    use super::*;

    fn allows(schedule: Schedule, drug: &str, order: RemoteOrder, day: &str) -> Telemedicine {
        let day = Instant::parse(&format!("{day}T00:00:00Z")).unwrap().day();
        let drug = [IngredientId::parse(drug).unwrap()];
        Ruleset::embedded().telemedicine_allows(Some(schedule), &drug, order, day)
    }

    const VIDEO: RemoteOrder = RemoteOrder {
        encounter: Encounter::AudioVideo,
        for_opioid_use_disorder: false,
        seen_in_person: false,
    };

    #[test]
    fn schedule_two_has_no_refill_and_three_and_four_have_five_in_six_months() {
        let limit = |schedule| Ruleset::embedded().refill_limit(schedule);
        assert_eq!(limit(Some(Schedule::II)), RefillLimit { refills: Some(0), months: None });
        for schedule in [Schedule::III, Schedule::IV] {
            assert_eq!(limit(Some(schedule)), RefillLimit { refills: Some(5), months: Some(6) });
        }
        assert_eq!(limit(Some(Schedule::V)), RefillLimit { refills: None, months: None });
    }

    #[test]
    fn the_flexibilities_end_with_their_last_day() {
        let on = |day| allows(Schedule::II, "lisdexamfetamine", VIDEO, day);
        assert!(matches!(on("2026-12-31"), Telemedicine::Allowed { months: None, .. }));
        assert_eq!(on("2027-01-01"), Telemedicine::InPersonFirst);
        let seen = RemoteOrder { seen_in_person: true, ..VIDEO };
        let later = allows(Schedule::II, "lisdexamfetamine", seen, "2027-01-01");
        assert!(matches!(later, Telemedicine::Allowed { .. }));
    }

    #[test]
    fn audio_alone_serves_opioid_use_disorder_only() {
        let audio = RemoteOrder { encounter: Encounter::AudioOnly, ..VIDEO };
        let moud = RemoteOrder { for_opioid_use_disorder: true, ..audio };
        assert_eq!(allows(Schedule::IV, "clonazepam", audio, "2026-06-01"), Telemedicine::InPersonFirst);
        let now = allows(Schedule::III, "buprenorphine", moud, "2026-06-01");
        assert!(matches!(now, Telemedicine::Allowed { months: None, .. }));
        assert_eq!(allows(Schedule::II, "methadone", moud, "2026-06-01"), Telemedicine::InPersonFirst);
    }

    #[test]
    fn buprenorphine_keeps_six_months_after_the_flexibilities() {
        let order = RemoteOrder { for_opioid_use_disorder: true, ..VIDEO };
        let later = allows(Schedule::III, "buprenorphine", order, "2027-06-01");
        assert!(matches!(later, Telemedicine::Allowed { months: Some(6), .. }));
        assert_eq!(allows(Schedule::III, "buprenorphine", VIDEO, "2027-06-01"), Telemedicine::InPersonFirst);
    }

    #[test]
    fn what_is_not_controlled_needs_no_visit() {
        let day = Instant::parse("2027-06-01T00:00:00Z").unwrap().day();
        let answer = Ruleset::embedded().telemedicine_allows(None, &[], VIDEO, day);
        assert!(matches!(answer, Telemedicine::Allowed { .. }));
    }
}
