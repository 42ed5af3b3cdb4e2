//! Drugs as they are climbed: doses that follow each other.

use concord_proto::concord::common::v1::{Frequency, Regimen, Route};

/// One drug and the doses that follow each other.
#[derive(Debug, PartialEq)]
pub(crate) struct Ladder {
    /// The formulary row.
    pub(crate) drug: &'static str,
    pub(crate) route: Route,
    /// `(mg, how often, days before the next rung)`.
    pub(crate) rungs: &'static [(f64, Frequency, i64)],
    pub(crate) controlled: bool,
    pub(crate) boxed: bool,
    /// Whether the rungs are agreed beforehand (a titration plan) rather than found by response.
    pub(crate) planned: bool,
    /// Days that one fill lasts.
    pub(crate) supply_days: u32,
    pub(crate) reason: &'static str,
    /// What is felt in the first weeks: symptom, words, grade 1 to 3.
    pub(crate) felt: &'static [(&'static str, &'static str, u8)],
}

impl Ladder {
    pub(crate) fn regimen(&self, rung: usize) -> Regimen {
        let (dose_mg, frequency, _) = self.rungs[rung];
        Regimen { dose_mg, frequency: frequency.into(), count: None, route: self.route.into() }
    }

    pub(crate) fn wait(&self, rung: usize) -> i64 {
        self.rungs[rung].2
    }

    pub(crate) const fn top(&self) -> usize {
        self.rungs.len() - 1
    }
}

use Frequency::{AtBedtime, Daily, ThreeTimesDaily, TwiceDaily};

const fn oral(
    drug: &'static str,
    rungs: &'static [(f64, Frequency, i64)],
    reason: &'static str,
    felt: &'static [(&'static str, &'static str, u8)],
) -> Ladder {
    Ladder {
        drug,
        route: Route::Oral,
        rungs,
        controlled: false,
        boxed: true,
        planned: false,
        supply_days: 30,
        reason,
        felt,
    }
}

pub(crate) static SERTRALINE: Ladder = oral(
    "sertraline",
    &[(50.0, Daily, 14), (100.0, Daily, 21), (150.0, Daily, 21), (200.0, Daily, 28)],
    "First choice for mood and anxiety; no earlier trial; patient prefers once a day",
    &[("nausea", "Queasy in the mornings since the tablets", 1), ("insomnia", "Awake until two at night", 2)],
);
pub(crate) static ESCITALOPRAM: Ladder = oral(
    "escitalopram",
    &[(10.0, Daily, 21), (20.0, Daily, 28)],
    "Anxiety with poor sleep; mother responded well to it",
    &[("sexual-dysfunction", "No interest in sex any more", 2), ("headache", "Dull headache most days", 1)],
);
pub(crate) static FLUOXETINE: Ladder = oral(
    "fluoxetine",
    &[(20.0, Daily, 21), (40.0, Daily, 28)],
    "Misses doses often: the long half-life forgives it",
    &[("activation", "Jittery and cannot sit still", 2), ("decreased-appetite", "Not hungry at all", 1)],
);
pub(crate) static BUPROPION: Ladder = oral(
    "bupropion-xl",
    &[(150.0, Daily, 14), (300.0, Daily, 28)],
    "Low energy; wants to avoid weight gain and sexual side effects",
    &[("dry-mouth", "Mouth is dry all day", 1), ("insomnia", "Sleeps four hours", 2)],
);
pub(crate) static MIRTAZAPINE: Ladder = oral(
    "mirtazapine",
    &[(15.0, AtBedtime, 14), (30.0, AtBedtime, 21), (45.0, AtBedtime, 28)],
    "Poor sleep and appetite; the first choice is ruled out",
    &[("sedation", "Cannot get up before ten", 1), ("weight-gain", "Four kilos more in a month", 2)],
);
pub(crate) static LITHIUM: Ladder = oral(
    "lithium",
    &[(300.0, TwiceDaily, 7), (300.0, ThreeTimesDaily, 14), (600.0, TwiceDaily, 28)],
    "Classic bipolar course; father responded to lithium; suicide-protective",
    &[("tremor", "Hands shake when pouring coffee", 1), ("thirst", "Thirsty all the time", 1)],
);
pub(crate) static LAMOTRIGINE: Ladder = Ladder {
    planned: true,
    ..oral(
        "lamotrigine",
        &[(25.0, Daily, 14), (50.0, Daily, 14), (100.0, Daily, 7), (200.0, Daily, 28)],
        "Depressive pole predominates; patient refuses weight gain",
        &[("headache", "Headache after lunch", 1), ("rash", "A few red spots on the arm, no fever", 2)],
    )
};
pub(crate) static RISPERIDONE: Ladder = oral(
    "risperidone",
    &[(1.0, Daily, 7), (2.0, Daily, 14), (3.0, Daily, 21)],
    "Voices and suspicion for eight weeks; has insight",
    &[("akathisia", "Has to walk up and down all evening", 3), ("weight-gain", "Trousers do not fit", 1)],
);
pub(crate) static PRAZOSIN: Ladder = Ladder {
    boxed: false,
    ..oral(
        "prazosin",
        &[(1.0, AtBedtime, 7), (3.0, AtBedtime, 7), (5.0, AtBedtime, 28)],
        "Nightmares four nights a week",
        &[("orthostasis", "Nearly fell when getting out of bed", 2)],
    )
};
pub(crate) static CLONAZEPAM: Ladder = Ladder {
    controlled: true,
    supply_days: 14,
    ..oral(
        "clonazepam",
        &[(0.25, TwiceDaily, 28)],
        "Daily panic until the SSRI works; short-term, end agreed",
        &[("drowsiness", "Sleepy after lunch", 1)],
    )
};
pub(crate) static BUPRENORPHINE: Ladder = Ladder {
    route: Route::Sublingual,
    controlled: true,
    boxed: false,
    supply_days: 7,
    ..oral(
        "buprenorphine-naloxone-sl",
        &[(8.0, Daily, 5), (16.0, Daily, 28)],
        "Opioid use disorder; wants to stay at work; no benzodiazepine",
        &[("constipation", "No bowel movement for four days", 2), ("sweating", "Night sweats", 1)],
    )
};
pub(crate) static NALTREXONE: Ladder = Ladder {
    boxed: false,
    ..oral(
        "naltrexone-oral",
        &[(25.0, Daily, 5), (50.0, Daily, 28)],
        "Alcohol use disorder; goal is fewer drinking days",
        &[("nausea", "Nausea for an hour after the tablet", 1)],
    )
};
pub(crate) static ACAMPROSATE: Ladder = Ladder {
    boxed: false,
    ..oral(
        "acamprosate",
        &[(666.0, ThreeTimesDaily, 28)],
        "Alcohol use disorder; opioid for pain rules out naltrexone",
        &[("diarrhoea", "Loose stools in the first days", 1)],
    )
};
