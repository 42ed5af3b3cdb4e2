//! Who the clients are: twelve kinds of course, taken in turn.

use concord_kernel::{Day, Instant};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ladder::{
    ACAMPROSATE, BUPRENORPHINE, BUPROPION, CLONAZEPAM, ESCITALOPRAM, FLUOXETINE, LAMOTRIGINE, LITHIUM,
    Ladder, MIRTAZAPINE, NALTREXONE, PRAZOSIN, RISPERIDONE, SERTRALINE,
};
use super::people::client_name;

/// How a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Better within weeks, and stays so.
    Responder,
    /// Half better.
    Partial,
    /// No better until the drug is changed.
    NonResponder,
    /// Better, then a relapse, then better again.
    Relapse,
    /// Improves with therapy alone: medication is not indicated.
    TherapyAlone,
    /// Not a candidate: referred up.
    ReferredUp,
}

/// One client.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Identifier of the patient.
    pub patient: uuid::Uuid,
    /// Name.
    pub name: String,
    /// Day of birth.
    pub born_on: Day,
    /// Whether the sex recorded at birth is female.
    pub female: bool,
    /// Diagnoses, as rows of the condition table.
    pub diagnoses: Vec<&'static str>,
    /// How they do.
    pub course: Course,
    /// The day of the cohort on which they are referred, from 0.
    pub arrives_on: i64,
    pub(crate) kind: &'static Kind,
    pub(crate) phq9: u8,
    pub(crate) gad7: u8,
    pub(crate) craving: Option<u8>,
}

/// A drug and what it is for; the first alternative that is accepted takes its place when it is refused.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) ladder: &'static Ladder,
    pub(crate) indication: &'static str,
    pub(crate) instead: &'static [&'static Ladder],
}

/// Something from outside the program that comes to be known.
#[derive(Debug, PartialEq)]
pub(crate) struct Outside {
    /// Days after the start of treatment; negative: known at admission.
    pub(crate) day: i64,
    pub(crate) name: &'static str,
    pub(crate) dose_mg: f64,
    /// Times a day; 0: when needed, at most three times.
    pub(crate) times: u8,
    pub(crate) note: &'static str,
    /// Days until its prescriber ends it; `None`: it goes on.
    pub(crate) ends_after: Option<i64>,
}

/// A kind of course.
#[derive(Debug, PartialEq)]
pub(crate) struct Kind {
    pub(crate) diagnoses: &'static [&'static str],
    pub(crate) conditions: &'static [(&'static str, &'static str)],
    pub(crate) course: Course,
    pub(crate) phq9: u8,
    pub(crate) gad7: u8,
    pub(crate) craving: Option<(&'static str, u8)>,
    pub(crate) plans: &'static [Plan],
    pub(crate) switch_to: Option<&'static Plan>,
    pub(crate) outside: &'static [Outside],
    pub(crate) story: &'static str,
    /// What happens besides.
    pub(crate) twist: Twist,
}

/// What happens besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twist {
    None,
    /// Completes the program: taper and discharge.
    Completes,
    /// A level far too high after an outside drug.
    LithiumToxicity,
    /// A side effect that nobody decides on in time.
    LateDecision,
    /// A suicide risk and a stay in hospital.
    Hospital,
    /// Stops coming.
    DropsOut,
    /// A benzodiazepine that is tapered off again.
    ShortTerm,
}

const fn plan(ladder: &'static Ladder, indication: &'static str) -> Plan {
    Plan { ladder, indication, instead: &[] }
}

static TO_SERTRALINE: Plan = plan(&SERTRALINE, "gad");

const fn outside(
    day: i64,
    name: &'static str,
    dose_mg: f64,
    times: u8,
    note: &'static str,
    ends: Option<i64>,
) -> Outside {
    Outside { day, name, dose_mg, times, note, ends_after: ends }
}

const KIND: Kind = Kind {
    diagnoses: &[],
    conditions: &[],
    course: Course::Responder,
    phq9: 17,
    gad7: 11,
    craving: None,
    plans: &[],
    switch_to: None,
    outside: &[],
    story: "",
    twist: Twist::None,
};

pub(crate) static KINDS: [Kind; 12] = [
    Kind {
        diagnoses: &["major-depression"],
        plans: &[plan(&SERTRALINE, "major-depression")],
        story: "Low mood, early waking, off work since autumn",
        twist: Twist::Completes,
        ..KIND
    },
    Kind {
        diagnoses: &["bipolar"],
        conditions: &[("hypertension", "Hypertension")],
        course: Course::Partial,
        phq9: 15,
        gad7: 9,
        plans: &[plan(&LITHIUM, "bipolar")],
        outside: &[
            outside(
                20,
                "Ibuprofen 600 MG Oral Tablet",
                600.0,
                3,
                "For knee pain, from primary care",
                Some(9),
            ),
            outside(
                34,
                "Lisinopril 10 MG Oral Tablet",
                10.0,
                1,
                "For blood pressure, from primary care",
                None,
            ),
        ],
        story: "Two manic episodes, now swinging within weeks",
        twist: Twist::LithiumToxicity,
        ..KIND
    },
    Kind {
        diagnoses: &["opioid-use-disorder", "major-depression"],
        course: Course::Relapse,
        phq9: 18,
        gad7: 13,
        craving: Some(("opioids", 78)),
        plans: &[plan(&BUPRENORPHINE, "opioid-use-disorder"), plan(&SERTRALINE, "major-depression")],
        outside: &[outside(
            40,
            "Gabapentin 300 MG Oral Capsule",
            300.0,
            3,
            "For back pain, from an urgent care",
            None,
        )],
        story: "Opioids for six years, two overdoses; low since detox",
        ..KIND
    },
    Kind {
        diagnoses: &["gad"],
        course: Course::NonResponder,
        phq9: 11,
        gad7: 17,
        plans: &[plan(&FLUOXETINE, "gad")],
        switch_to: Some(&TO_SERTRALINE),
        outside: &[outside(
            24,
            "Tramadol 50 MG Oral Tablet",
            50.0,
            0,
            "After a tooth extraction, from a dentist",
            Some(6),
        )],
        story: "Worries all day, cannot concentrate, tense",
        ..KIND
    },
    Kind {
        diagnoses: &["ptsd"],
        course: Course::Partial,
        phq9: 16,
        gad7: 15,
        plans: &[plan(&SERTRALINE, "ptsd"), plan(&PRAZOSIN, "ptsd")],
        story: "Assault two years ago; nightmares, avoids crowds",
        twist: Twist::LateDecision,
        ..KIND
    },
    Kind {
        diagnoses: &["schizophrenia"],
        phq9: 12,
        gad7: 10,
        plans: &[plan(&RISPERIDONE, "schizophrenia")],
        story: "Second episode of voices; came by himself",
        ..KIND
    },
    Kind {
        diagnoses: &["alcohol-use-disorder", "anxiety"],
        conditions: &[("chronic-pain", "Chronic pain")],
        course: Course::Responder,
        phq9: 13,
        gad7: 14,
        craving: Some(("alcohol", 66)),
        plans: &[Plan { ladder: &NALTREXONE, indication: "alcohol-use-disorder", instead: &[&ACAMPROSATE] }],
        outside: &[outside(
            -1,
            "Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet",
            5.0,
            0,
            "For back pain, from primary care",
            None,
        )],
        story: "Drinks daily, stopped ten days ago, afraid of relapse",
        ..KIND
    },
    Kind {
        diagnoses: &["anxiety"],
        course: Course::TherapyAlone,
        phq9: 8,
        gad7: 9,
        story: "Anxious before exams, sleeps well, no impairment otherwise",
        ..KIND
    },
    Kind {
        diagnoses: &["major-depression"],
        conditions: &[("seizure-disorder", "Seizure disorder")],
        phq9: 20,
        gad7: 10,
        plans: &[Plan { ladder: &BUPROPION, indication: "major-depression", instead: &[&MIRTAZAPINE] }],
        story: "No energy, gained weight on an SSRI before",
        twist: Twist::DropsOut,
        ..KIND
    },
    Kind {
        diagnoses: &["panic-disorder"],
        phq9: 10,
        gad7: 18,
        plans: &[plan(&ESCITALOPRAM, "panic-disorder"), plan(&CLONAZEPAM, "panic-disorder")],
        outside: &[outside(
            16,
            "Oxycodone Hydrochloride 5 MG Oral Tablet",
            5.0,
            0,
            "After a fracture, from primary care",
            Some(8),
        )],
        story: "Panic every day, has not left home alone for weeks",
        twist: Twist::ShortTerm,
        ..KIND
    },
    Kind {
        diagnoses: &["bipolar"],
        course: Course::Partial,
        phq9: 21,
        gad7: 8,
        plans: &[plan(&LAMOTRIGINE, "bipolar")],
        story: "Depressed for months, one hypomanic spring",
        twist: Twist::Hospital,
        ..KIND
    },
    Kind {
        diagnoses: &["alcohol-use-disorder"],
        course: Course::ReferredUp,
        craving: Some(("alcohol", 85)),
        story: "Withdrawal seizure last month, still drinking",
        ..KIND
    },
];

impl Profile {
    pub(crate) fn draw(
        rng: &mut ChaCha8Rng,
        patient: uuid::Uuid,
        index: usize,
        clients: usize,
        days: u32,
        start: Instant,
    ) -> Self {
        let kind = &KINDS[index % KINDS.len()];
        let female = rng.random_bool(0.5);
        let name = client_name(rng, index, female);
        let age_days = rng.random_range(20 * 365..62 * 365);
        // The first wave arrives in the first third, so that a course can be seen whole.
        let wave = i64::from(days) / 3;
        let spread = wave * i64::try_from(index).unwrap_or(0) / i64::try_from(clients.max(1)).unwrap_or(1);
        let shift = |rng: &mut ChaCha8Rng, value: u8, most: u8| {
            (value + rng.random_range(0..4)).saturating_sub(1).min(most)
        };
        Self {
            patient,
            name,
            born_on: start.plus_days(-age_days).day(),
            female,
            diagnoses: kind.diagnoses.to_vec(),
            course: kind.course,
            arrives_on: if matches!(kind.twist, Twist::Completes) { 0 } else { spread },
            kind,
            phq9: shift(rng, kind.phq9, 24),
            gad7: shift(rng, kind.gad7, 21),
            craving: kind.craving.map(|(_, value)| shift(rng, value, 100)),
        }
    }
}
