//! What somebody is to a patient.

use concord_kernel::{Actor, PatientId, PersonId, Role};

/// What a person is to a patient at the moment of a decision.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Relationship {
    /// Works for the program and is on the patient's care team.
    CareTeam,
    /// Works for the program, and the care team names nobody of the person's discipline.
    Unassigned,
    /// Works for the program; others of the discipline are on the care team.
    Colleague,
    /// A colleague who broke the glass for this patient, while that lasts.
    BrokenGlass,
    /// Works elsewhere and is on the patient's care team.
    OutsideTeam,
    /// On the care team as family.
    Family,
    /// Is the patient.
    Patient,
    /// A program that acts on its own.
    Service,
    /// None of these.
    None,
}

impl Relationship {
    /// What `actor` is to `patient`, whose care team is `team` now; `glass` says whether the actor has broken the glass
    /// for this patient and it still lasts.
    pub fn of(
        actor: &Actor,
        patient: PatientId,
        team: impl IntoIterator<Item = (PersonId, Role)>,
        glass: bool,
    ) -> Self {
        match Side::of(actor.role) {
            Side::Service => Self::Service,
            // A patient's token names the patient: the person is the patient identifier.
            Side::Patient if patient.uuid() == actor.id.uuid() => Self::Patient,
            Side::Patient | Side::Apart => Self::None,
            side @ (Side::Program | Side::Outside | Side::Family) => side.on_team(actor, team, glass),
        }
    }

    /// Every relationship that somebody in `role` can have to some patient.
    pub const fn possible(role: Role) -> &'static [Self] {
        match Side::of(role) {
            Side::Program => &[Self::CareTeam, Self::Unassigned, Self::Colleague, Self::BrokenGlass],
            Side::Outside => &[Self::OutsideTeam, Self::None],
            Side::Family => &[Self::Family, Self::None],
            Side::Patient => &[Self::Patient, Self::None],
            Side::Service => &[Self::Service],
            Side::Apart => &[Self::None],
        }
    }

    /// Whether the care team says which one somebody in `role` has.
    pub const fn rests_on_team(role: Role) -> bool {
        matches!(Side::of(role), Side::Program | Side::Outside | Side::Family)
    }
}

/// A set of relationships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relationships(u16);

impl Relationships {
    /// Every one.
    pub const ALL: Self = Self(u16::MAX);

    /// Those of `all` that `holds` says.
    pub fn those(all: &[Relationship], holds: impl Fn(Relationship) -> bool) -> Self {
        let bit = |relationship: &Relationship| 1 << (*relationship as u16);
        Self(all.iter().filter(|each| holds(**each)).map(bit).fold(0, std::ops::BitOr::bitor))
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `relationship` is one of them.
    pub const fn has(self, relationship: Relationship) -> bool {
        self.0 & (1 << (relationship as u16)) != 0
    }

    /// Whether everybody in `role` has one of them, whoever the patient is: then nothing need be read to know it.
    pub fn has_all_of(self, role: Role) -> bool {
        Relationship::possible(role).iter().all(|each| self.has(*each))
    }
}

/// Where somebody stands by their role.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Program,
    Outside,
    Family,
    Patient,
    Service,
    /// Cares for nobody: audits, answers for the program or for privacy, takes what is fed.
    Apart,
}

impl Side {
    const fn of(role: Role) -> Self {
        match role {
            Role::Psychiatrist
            | Role::Pmhnp
            | Role::Therapist
            | Role::CaseManager
            | Role::Nurse
            | Role::Pharmacist => Self::Program,
            Role::PrimaryCare | Role::OutsideProvider => Self::Outside,
            Role::Family => Self::Family,
            Role::Patient => Self::Patient,
            Role::Service => Self::Service,
            Role::Auditor | Role::Director | Role::PrivacyOfficer | Role::Partner => Self::Apart,
        }
    }

    fn on_team(
        self,
        actor: &Actor,
        team: impl IntoIterator<Item = (PersonId, Role)>,
        glass: bool,
    ) -> Relationship {
        let mut assigned = false;
        for (person, role) in team {
            // Who is on a team as family gets nothing of the program's by a token for another role.
            if person == actor.id && Self::of(role) == self {
                return match self {
                    Self::Outside => Relationship::OutsideTeam,
                    Self::Family => Relationship::Family,
                    Self::Program | Self::Patient | Self::Service | Self::Apart => Relationship::CareTeam,
                };
            }
            assigned |= same_discipline(role, actor.role);
        }
        match self {
            Self::Program if glass => Relationship::BrokenGlass,
            Self::Program if assigned => Relationship::Colleague,
            Self::Program => Relationship::Unassigned,
            Self::Outside | Self::Family | Self::Patient | Self::Service | Self::Apart => Relationship::None,
        }
    }
}

/// Whether one may do the other's work.
fn same_discipline(one: Role, other: Role) -> bool {
    one == other || (one.prescribes() && other.prescribes())
}

#[cfg(test)]
mod tests {
    use concord_kernel::Credentials;
    use uuid::Uuid;

    use super::*;

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn actor(n: u128, role: Role) -> Actor {
        Actor { id: person(n), role, credentials: Credentials::default() }
    }

    fn of(actor: &Actor, team: &[(u128, Role)], glass: bool) -> Relationship {
        let team = team.iter().map(|(n, role)| (person(*n), *role));
        Relationship::of(actor, PatientId::new(Uuid::from_u128(1)), team, glass)
    }

    #[test]
    fn whoever_is_on_the_team_is_on_it_and_others_of_their_discipline_are_colleagues() {
        let (nurse, doctor) = (actor(2, Role::Nurse), actor(3, Role::Psychiatrist));
        let team = [(2, Role::Nurse), (4, Role::Pmhnp), (5, Role::Family)];
        assert_eq!(of(&nurse, &team, false), Relationship::CareTeam);
        assert_eq!(of(&doctor, &team, false), Relationship::Colleague, "a nurse practitioner prescribes");
        assert_eq!(of(&actor(6, Role::Therapist), &team, false), Relationship::Unassigned);
        assert_eq!(of(&doctor, &[], false), Relationship::Unassigned);
    }

    #[test]
    fn broken_glass_makes_nobody_a_member_and_opens_nothing_to_outsiders() {
        let team = [(2, Role::Nurse), (4, Role::Psychiatrist)];
        assert_eq!(of(&actor(3, Role::Psychiatrist), &team, true), Relationship::BrokenGlass);
        assert_eq!(of(&actor(4, Role::Psychiatrist), &team, true), Relationship::CareTeam);
        for role in [Role::PrimaryCare, Role::Family, Role::Director, Role::Partner, Role::Auditor] {
            assert_eq!(of(&actor(3, role), &team, true), Relationship::None, "{role}");
        }
    }

    #[test]
    fn a_place_on_the_team_counts_on_the_side_that_it_was_given_for() {
        let team = [(2, Role::Family), (3, Role::PrimaryCare)];
        assert_eq!(of(&actor(2, Role::Family), &team, false), Relationship::Family);
        assert_eq!(of(&actor(3, Role::OutsideProvider), &team, false), Relationship::OutsideTeam);
        assert_eq!(
            of(&actor(2, Role::Nurse), &team, false),
            Relationship::Unassigned,
            "a mother who is a nurse"
        );
    }

    #[test]
    fn every_relationship_is_one_that_the_role_can_have() {
        let team = [(2, Role::Nurse), (4, Role::Psychiatrist), (5, Role::Family), (6, Role::PrimaryCare)];
        for role in Role::ALL {
            for n in [1, 2, 4, 5, 6, 7] {
                for glass in [false, true] {
                    let found = of(&actor(n, role), &team, glass);
                    assert!(Relationship::possible(role).contains(&found), "{role}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let all = Relationship::possible(Role::Nurse);
        let set = Relationships::those(all, |each| each != Relationship::Colleague);
        assert!(set.has(Relationship::CareTeam) && !set.has(Relationship::Colleague));
        assert!(!set.has_all_of(Role::Nurse) && Relationships::ALL.has_all_of(Role::Nurse));
    }
}
