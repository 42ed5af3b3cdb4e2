//! Law and program policy with the days on which it holds.

use concord_kernel::{Day, Schedule};

use crate::{IngredientId, PolicyId, Ruleset};

/// A row of `policies.csv`.
#[derive(Clone, Debug)]
pub(crate) struct PolicyRow {
    pub(crate) id: PolicyId,
    pub(crate) value: u16,
    pub(crate) from: Option<Day>,
    /// The last day on which it holds.
    pub(crate) to: Option<Day>,
}

impl PolicyRow {
    fn holds_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether both hold on some day.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let begins_in_time = |one: &Self, other: &Self| match (one.from, other.to) {
            (Some(from), Some(to)) => from <= to,
            (None, _) | (_, None) => true,
        };
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

/// Rules that code reads; each has at least one row.
pub(crate) const NEEDED: [&str; 14] = [
    "refill.ii.max",
    "refill.iii.max",
    "refill.iii.months",
    "refill.iv.max",
    "refill.iv.months",
    "series.ii.days",
    "telemedicine.in-person",
    "telemedicine.flexibility.audio-video",
    "telemedicine.flexibility.audio-only-oud",
    "telemedicine.buprenorphine-oud",
    PDMP,
    "epcs.factor.max-age",
    "prescription.judged.max-age",
    "prescription.validity",
];

/// The rule of every state that has no row of its own.
const PDMP: &str = "pdmp.max-age";

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

/// Which law a controlled order rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The patient was evaluated in person.
    InPerson,
    /// The flexibility, while it lasts.
    Flexibility,
    /// The permanent rule for buprenorphine.
    Buprenorphine,
}

/// Whether a drug may be ordered in that way on that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telemedicine {
    /// It is no controlled substance: no law of telemedicine bears on it.
    NotControlled,
    /// It may, and this is why.
    Allowed {
        /// The law.
        ground: Ground,
        /// Its row, for the event.
        policy: PolicyId,
        /// Most months of supply before another basis is needed.
        months: Option<u16>,
    },
    /// It may not: an in-person evaluation comes first. Source: 21 USC 829(e).
    InPersonFirst,
}

/// Bounds of a prescription that are policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrescriptionPolicy {
    /// Days that a series of schedule II prescriptions lasts at most. Source: 21 CFR 1306.12(b).
    pub series_days: u16,
    /// Minutes after which a factor of a signature is too old.
    pub factor_minutes: u16,
    /// Days after which an order is judged again before it is prescribed, and a visit is no longer what it rests on.
    pub judged_days: u16,
    /// Days from issue after which nothing is filled, where no schedule says less.
    pub validity_days: u16,
}

impl Ruleset {
    /// The row of `rule` that holds on `day`.
    fn policy(&self, rule: &str, day: Day) -> Option<&PolicyRow> {
        self.policies.get(rule)?.iter().find(|row| row.holds_on(day))
    }

    /// How often a prescription of that schedule may be refilled when it is issued on `day`.
    /// Source: 21 CFR 1306.12, 1306.22.
    pub fn refill_limit(&self, schedule: Option<Schedule>, day: Day) -> RefillLimit {
        let value = |rule: &str| self.policy(rule, day).map(|row| row.value);
        match schedule {
            Some(Schedule::II) => RefillLimit { refills: value("refill.ii.max"), months: None },
            Some(Schedule::III) => {
                RefillLimit { refills: value("refill.iii.max"), months: value("refill.iii.months") }
            }
            Some(Schedule::IV) => {
                RefillLimit { refills: value("refill.iv.max"), months: value("refill.iv.months") }
            }
            Some(Schedule::V) | None => RefillLimit { refills: None, months: None },
        }
    }

    /// The bounds of prescriptions on `day`. A bound without a row in force is 0, which nothing meets.
    pub fn prescription_policy(&self, day: Day) -> PrescriptionPolicy {
        let value = |rule: &str| self.policy(rule, day).map_or(0, |row| row.value);
        PrescriptionPolicy {
            series_days: value("series.ii.days"),
            factor_minutes: value("epcs.factor.max-age"),
            judged_days: value("prescription.judged.max-age"),
            validity_days: value("prescription.validity"),
        }
    }

    /// Hours for which a look into the prescription drug monitoring program of `state` (two letters) serves on `day`,
    /// with the row that says so; a state without a row of its own is ruled by the program's. `None`: no row holds.
    pub fn pdmp_max_age(&self, state: &str, day: Day) -> Option<(PolicyId, u16)> {
        let own = format!("{PDMP}.{}", state.to_ascii_lowercase());
        let row = self.policy(&own, day).or_else(|| self.policy(PDMP, day))?;
        Some((row.id.clone(), row.value))
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
        if schedule.is_none() {
            return Telemedicine::NotControlled;
        }
        let on = |ground| self.telemedicine_rests_on(ground, schedule, ingredients, order, day);
        let grounds = [Ground::InPerson, Ground::Flexibility, Ground::Buprenorphine];
        let mut held = grounds.into_iter().map(on).filter(|answer| *answer != Telemedicine::InPersonFirst);
        held.next().unwrap_or(Telemedicine::InPersonFirst)
    }

    /// The same question of one ground alone: somebody states what an order rests on.
    pub fn telemedicine_rests_on(
        &self,
        ground: Ground,
        schedule: Option<Schedule>,
        ingredients: &[IngredientId],
        order: RemoteOrder,
        day: Day,
    ) -> Telemedicine {
        let Some(schedule) = schedule else { return Telemedicine::NotControlled };
        let opioid_rule = order.for_opioid_use_disorder && schedule != Schedule::II;
        let remote = order.encounter != Encounter::InPerson;
        let buprenorphine = ingredients.iter().any(|id| id.as_str() == "buprenorphine");
        let rule = match (ground, order.encounter) {
            (Ground::InPerson, _) if order.seen_in_person || !remote => Some("telemedicine.in-person"),
            (Ground::Flexibility, Encounter::AudioVideo) => Some("telemedicine.flexibility.audio-video"),
            (Ground::Flexibility, Encounter::AudioOnly) if opioid_rule => {
                Some("telemedicine.flexibility.audio-only-oud")
            }
            (Ground::Buprenorphine, _) if remote && opioid_rule && buprenorphine => {
                Some("telemedicine.buprenorphine-oud")
            }
            (Ground::InPerson | Ground::Flexibility | Ground::Buprenorphine, _) => None,
        };
        let Some(row) = rule.and_then(|rule| self.policy(rule, day)) else {
            return Telemedicine::InPersonFirst;
        };
        // Of the three, the permanent rule alone says for how long: that is its value.
        let months = (ground == Ground::Buprenorphine).then_some(row.value);
        Telemedicine::Allowed { ground, policy: row.id.clone(), months }
    }
}

#[cfg(test)]
mod tests {
    use concord_kernel::Instant;

    use super::*;
    use crate::{Fault, Files, RulesetVersion};

    fn on(day: &str) -> Day {
        Instant::parse(&format!("{day}T00:00:00Z")).unwrap().day()
    }

    /// The tables with one more row of policy.
    fn with(row: &str) -> Result<Ruleset, Fault> {
        let files = Files::embedded();
        let text = format!("{}{row}\n", files.text("policies.csv").unwrap());
        let version = RulesetVersion::parse("test").unwrap();
        Ruleset::load(version, &files.with("policies.csv", text)).map_err(|error| error.fault)
    }

    #[test]
    fn an_extension_is_one_more_row_and_two_rows_never_hold_at_once() {
        let rule = "telemedicine.flexibility.audio-video";
        let later = |from: &str| format!("{rule}.2027,{rule},1,{from},2027-12-31,allowed,a later rule,,");
        let extended = with(&later("2027-01-01")).unwrap();
        let drug = [IngredientId::parse("lisdexamfetamine").unwrap()];
        let policy = |day| match extended.telemedicine_allows(Some(Schedule::II), &drug, VIDEO, on(day)) {
            Telemedicine::Allowed { policy, .. } => policy.as_str().to_owned(),
            other @ (Telemedicine::NotControlled | Telemedicine::InPersonFirst) => format!("{other:?}"),
        };
        assert_eq!(policy("2026-12-31"), "telemedicine.flexibility.audio-video.2020");
        assert_eq!(policy("2027-01-01"), "telemedicine.flexibility.audio-video.2027");
        assert_eq!(policy("2028-01-01"), "InPersonFirst");
        let twice = with(&later("2026-12-31")).err();
        assert_eq!(twice, Some(Fault::Contradiction("valid_from", "valid_to")));
    }

    #[test]
    fn a_state_s_own_monitoring_rule_goes_before_the_program_s() {
        let hours = |state| Ruleset::embedded().pdmp_max_age(state, on("2026-06-01")).unwrap();
        assert_eq!((hours("NY").0.as_str(), hours("NY").1), ("pdmp.max-age.ny", 24));
        assert_eq!((hours("OH").0.as_str(), hours("OH").1), ("pdmp.max-age", 2_160));
        for state in ["FL", "IN", "MA", "NY", "PA", "TX"] {
            let (row, hours) = hours(state);
            assert_eq!(row.as_str(), format!("pdmp.max-age.{}", state.to_ascii_lowercase()));
            assert!(hours < 2_160, "{state}: a row that asks for less than the program would loosen it");
        }
        let before = Ruleset::embedded().pdmp_max_age("TX", on("2020-02-29")).unwrap();
        assert_eq!(before.0.as_str(), "pdmp.max-age", "not in force yet");
    }

    fn allows(schedule: Schedule, drug: &str, order: RemoteOrder, day: &str) -> Telemedicine {
        let day = on(day);
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
        let limit = |schedule| Ruleset::embedded().refill_limit(schedule, on("2026-06-01"));
        assert_eq!(limit(Some(Schedule::II)), RefillLimit { refills: Some(0), months: None });
        for schedule in [Schedule::III, Schedule::IV] {
            assert_eq!(limit(Some(schedule)), RefillLimit { refills: Some(5), months: Some(6) });
        }
        assert_eq!(limit(Some(Schedule::V)), RefillLimit { refills: None, months: None });
    }

    #[test]
    fn the_flexibilities_end_with_their_last_day() {
        let told = |day| allows(Schedule::II, "lisdexamfetamine", VIDEO, day);
        assert!(matches!(told("2026-12-31"), Telemedicine::Allowed { ground: Ground::Flexibility, .. }));
        assert_eq!(told("2027-01-01"), Telemedicine::InPersonFirst);
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
        let answer = Ruleset::embedded().telemedicine_allows(None, &[], VIDEO, on("2027-06-01"));
        assert_eq!(answer, Telemedicine::NotControlled);
    }
}
