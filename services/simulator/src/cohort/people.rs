//! Names. Nobody of these exists.

use concord_kernel::Schedule::{II, III, IV, V};
use concord_kernel::{PersonId, Role, Schedule};
use rand::Rng;

use super::id_of;
use crate::script::Person;

const GIVEN_F: &[&str] = &[
    "Ada", "Bea", "Carla", "Dina", "Elif", "Fay", "Gita", "Hana", "Ines", "Jada", "Kaya", "Lena", "Mira",
    "Noor", "Opal", "Pia",
];
const GIVEN_M: &[&str] = &[
    "Abel", "Boris", "Cyrus", "Dario", "Emil", "Felix", "Goran", "Hugo", "Idris", "Joel", "Kofi", "Leo",
    "Marek", "Nils", "Omar", "Pavel",
];
const FAMILY: &[&str] = &[
    "Alder", "Birch", "Cedar", "Drake", "Elm", "Finch", "Grove", "Heron", "Iris", "Jay", "Kestrel", "Larch",
    "Maple", "Nettle", "Osprey", "Plover", "Quail", "Rowan", "Sorrel", "Thorn", "Umber", "Vale", "Wren",
    "Yarrow",
];

/// A name for a client; `index` keeps the names of one cohort apart.
pub(crate) fn client_name(rng: &mut impl Rng, index: usize, female: bool) -> String {
    let given = if female { GIVEN_F } else { GIVEN_M };
    let first = given[rng.random_range(0..given.len())];
    let family = FAMILY[(index * 7 + 3) % FAMILY.len()];
    format!("{first} {family}")
}

/// Everybody who works with the clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Prescribers: a psychiatrist who may prescribe any schedule, and a nurse practitioner without DEA registration.
    pub prescribers: Vec<Person>,
    /// Therapists.
    pub therapists: Vec<Person>,
    /// The nurse.
    pub nurse: Person,
    /// The pharmacist.
    pub pharmacist: Person,
    /// The case manager.
    pub case_manager: Person,
    /// Primary-care doctors of other practices.
    pub primary_care: Vec<Person>,
    /// The program's timer.
    pub timer: Person,
    /// Who verifies the record.
    pub auditor: Person,
    /// Who answers for the program.
    pub director: Person,
}

impl Staff {
    /// The staff of the cohort of `seed`.
    pub(crate) fn of(seed: u64) -> Self {
        let mut number = 0;
        let mut person = |role: Role, name: &str, organisation: &str, schedules: &[Schedule]| {
            number += 1;
            Person {
                id: PersonId::new(id_of(seed, None, number)),
                role,
                name: name.to_owned(),
                organisation: organisation.to_owned(),
                schedules: schedules.to_vec(),
            }
        };
        Self {
            prescribers: vec![
                person(Role::Psychiatrist, "Dr. Ruth Okafor", "", &[II, III, IV, V]),
                person(Role::Pmhnp, "Sam Lindqvist, PMHNP", "", &[]),
            ],
            therapists: vec![
                person(Role::Therapist, "Maya Torres, LCSW", "", &[]),
                person(Role::Therapist, "Ben Haddad, LPC", "", &[]),
                person(Role::Therapist, "Dr. Lin Zhao", "", &[]),
            ],
            nurse: person(Role::Nurse, "Tess Novak, RN", "", &[]),
            pharmacist: person(Role::Pharmacist, "Ivo Brandt, PharmD", "", &[]),
            case_manager: person(Role::CaseManager, "Kim Adeyemi", "", &[]),
            primary_care: vec![
                person(Role::PrimaryCare, "Dr. Paula Stein", "Riverbend Family Practice", &[]),
                person(Role::PrimaryCare, "Dr. Anil Rao", "Harbor Street Clinic", &[]),
            ],
            timer: person(Role::Service, "Timer", "", &[]),
            auditor: person(Role::Auditor, "Auditor", "", &[]),
            director: person(Role::Director, "Noor Castellan", "", &[]),
        }
    }
}
