//! Where events live: ledgers and the streams in them.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::{AuditId, Day, EpisodeId, PatientId, PrescriptionId, ProgramId, SubscriptionId, TenantId};

/// Names a ledger, the unit of order: one a tenant and kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LedgerId {
    /// Whose record it is.
    pub tenant: TenantId,
    /// What it records.
    pub kind: LedgerKind,
}

/// What a ledger records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LedgerKind {
    /// Clinical decisions and facts.
    Clinical,
    /// Who looked at what.
    Access,
}

impl LedgerId {
    /// The clinical ledger of `tenant`.
    pub fn clinical(tenant: TenantId) -> Self {
        Self { tenant, kind: LedgerKind::Clinical }
    }

    /// The ledger of `tenant` that says who looked at what.
    pub fn access(tenant: TenantId) -> Self {
        Self { tenant, kind: LedgerKind::Access }
    }
}

impl LedgerKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clinical => "clinical",
            Self::Access => "access",
        }
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.kind.as_str())
    }
}

/// Which aggregate a stream belongs to. The stored name is never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamKind {
    /// Stays of one patient in one program.
    Episode,
    /// Assessment of one stay and its indication decision.
    Assessment,
    /// One patient's orders, outside medications, allergies, conditions and results.
    MedicationChart,
    /// One patient's side effects.
    SideEffects,
    /// One patient's scale scores and risks.
    Scales,
    /// Visits and cadence of one stay.
    FollowUp,
    /// Who cares for one patient.
    CareTeam,
    /// The plan of one stay: goals, decisions made together, and what bears on them.
    TreatmentPlan,
    /// How those who treat one patient in different places keep in step.
    Coordination,
    /// Doses taken and missed, reminders, check-ins, barriers and family of one patient.
    Adherence,
    /// One patient's recovery from a substance use disorder: use, relapse, screens, inductions, doses, naloxone.
    Recovery,
    /// One prescription on its way from the prescriber to the pharmacy.
    Prescription,
    /// The rules that decisions are judged by: one stream a ledger, about no patient.
    Ruleset,
    /// One look at the record for an audit or evaluation; in the ledger of access, the looks of a day.
    Audit,
    /// What one patient consented to disclose, and what the program agreed not to.
    Consent,
    /// One subscription of a partner: its terms, and in the ledger of access what was disclosed on it.
    Feed,
    /// What partners told about one patient, until somebody of the program has looked at it.
    Inbox,
    /// Who reached one patient's record in an emergency.
    Access,
    /// Who may sign controlled prescriptions: one stream a ledger, about no patient.
    SigningRights,
}

/// The text names no stream kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a stream kind")]
pub struct UnknownStreamKind;

impl StreamKind {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::Episode,
        Self::Assessment,
        Self::MedicationChart,
        Self::SideEffects,
        Self::Scales,
        Self::FollowUp,
        Self::CareTeam,
        Self::TreatmentPlan,
        Self::Coordination,
        Self::Adherence,
        Self::Recovery,
        Self::Prescription,
        Self::Ruleset,
        Self::Audit,
        Self::Consent,
        Self::Feed,
        Self::Inbox,
        Self::Access,
        Self::SigningRights,
    ];

    /// The stored name (`aggregate_type`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Episode => "episode",
            Self::Assessment => "assessment",
            Self::MedicationChart => "medication_chart",
            Self::SideEffects => "side_effects",
            Self::Scales => "scales",
            Self::FollowUp => "follow_up",
            Self::CareTeam => "care_team",
            Self::TreatmentPlan => "treatment_plan",
            Self::Coordination => "coordination",
            Self::Adherence => "adherence",
            Self::Recovery => "recovery",
            Self::Prescription => "prescription",
            Self::Ruleset => "ruleset",
            Self::Audit => "audit",
            Self::Consent => "consent",
            Self::Feed => "feed",
            Self::Inbox => "inbox",
            Self::Access => "access",
            Self::SigningRights => "signing_rights",
        }
    }
}

impl FromStr for StreamKind {
    type Err = UnknownStreamKind;
    fn from_str(text: &str) -> Result<Self, UnknownStreamKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownStreamKind)
    }
}

/// Names one stream within a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamRef {
    /// Whose events it holds.
    pub kind: StreamKind,
    /// Which of them.
    pub id: Uuid,
}

/// Namespace of the identifiers of days in the ledger of access; never changes.
const LOOKS_NAMESPACE: Uuid = Uuid::from_u128(0x3c1e_70a4_91d2_5f0b_8a66_0d9e_27b5_c4f8);

/// Namespace of the derived episode-stream identifiers; never changes.
const EPISODE_NAMESPACE: Uuid = Uuid::from_u128(0x8f0f_43a1_6b52_5d0e_9d7c_51c0_7e0a_2f11);

/// Namespace of the derived identifiers of what belongs to one stay; never changes.
const STAY_NAMESPACE: Uuid = Uuid::from_u128(0x2d6b_90e4_1c7f_5a83_b3a9_4e62_d05f_7c18);

/// Namespace of the derived identifiers of prescriptions; never changes.
const PRESCRIPTION_NAMESPACE: Uuid = Uuid::from_u128(0x5a1e_7c03_94d2_5f6b_8e20_6b9f_13ad_c475);

/// Namespace of the derived identifiers of erasures; never changes.
const ERASURE_NAMESPACE: Uuid = Uuid::from_u128(0x91d4_07be_3a58_5c16_a7f2_60e9_18cb_d73a);

/// The one stream of rules in a ledger; never changes.
const RULESET: Uuid = Uuid::from_u128(0x6e31_a9d0_52c4_5b7e_8f16_0c94_e7b2_3d58);

/// The one stream of rights to sign in a ledger; never changes.
const SIGNING_RIGHTS: Uuid = Uuid::from_u128(0xa47d_15f2_8e06_5c93_92b8_3f60_d1c4_7e25);

impl StreamRef {
    /// The stays of `patient` in `program`: one stream, so that only one can be open.
    pub fn episode(patient: PatientId, program: &ProgramId) -> Self {
        let mut name = Vec::with_capacity(16 + program.as_str().len());
        name.extend_from_slice(patient.uuid().as_bytes());
        name.extend_from_slice(program.as_str().as_bytes());
        Self { kind: StreamKind::Episode, id: Uuid::new_v5(&EPISODE_NAMESPACE, &name) }
    }

    /// The assessment of one stay of `patient`. Callers choose the stay's identifier; with the patient in it, one
    /// patient's assessment can never be taken for another's.
    pub fn assessment(patient: PatientId, episode: EpisodeId) -> Self {
        Self { kind: StreamKind::Assessment, id: of_stay(patient, episode) }
    }

    /// The one medication chart of a patient, across programs and stays.
    pub const fn chart(patient: PatientId) -> Self {
        Self { kind: StreamKind::MedicationChart, id: patient.uuid() }
    }

    /// A patient's side effects.
    pub const fn side_effects(patient: PatientId) -> Self {
        Self { kind: StreamKind::SideEffects, id: patient.uuid() }
    }

    /// A patient's scores and risks.
    pub const fn scales(patient: PatientId) -> Self {
        Self { kind: StreamKind::Scales, id: patient.uuid() }
    }

    /// The visits of one stay of `patient`.
    pub fn follow_up(patient: PatientId, episode: EpisodeId) -> Self {
        Self { kind: StreamKind::FollowUp, id: of_stay(patient, episode) }
    }

    /// The plan of one stay of `patient`.
    pub fn treatment_plan(patient: PatientId, episode: EpisodeId) -> Self {
        Self { kind: StreamKind::TreatmentPlan, id: of_stay(patient, episode) }
    }

    /// How those who treat a patient in different places keep in step.
    pub const fn coordination(patient: PatientId) -> Self {
        Self { kind: StreamKind::Coordination, id: patient.uuid() }
    }

    /// How a patient takes what is ordered, across stays: a dose belongs to an order, and orders belong to the chart.
    pub const fn adherence(patient: PatientId) -> Self {
        Self { kind: StreamKind::Adherence, id: patient.uuid() }
    }

    /// A patient's recovery, across programs and stays: what was used last month matters to whoever orders today.
    pub const fn recovery(patient: PatientId) -> Self {
        Self { kind: StreamKind::Recovery, id: patient.uuid() }
    }

    /// One prescription of `patient`. Callers choose its identifier; with the patient in it, one patient's prescription
    /// can never be signed or filled as another's.
    pub fn prescription(patient: PatientId, prescription: PrescriptionId) -> Self {
        let id = within(&PRESCRIPTION_NAMESPACE, patient, prescription.uuid());
        Self { kind: StreamKind::Prescription, id }
    }

    /// The rules that decisions of the ledger are judged by. It belongs to nobody's record: whose record it is, is
    /// [`PatientId::NOBODY`].
    pub const fn ruleset() -> Self {
        Self { kind: StreamKind::Ruleset, id: RULESET }
    }

    /// Who may sign controlled prescriptions; nobody's record either.
    pub const fn signing_rights() -> Self {
        Self { kind: StreamKind::SigningRights, id: SIGNING_RIGHTS }
    }

    /// One look at the record for an audit or evaluation, of one patient or of everybody.
    pub const fn audit(audit: AuditId) -> Self {
        Self { kind: StreamKind::Audit, id: audit.uuid() }
    }

    /// What a patient consented to disclose.
    pub const fn consent(patient: PatientId) -> Self {
        Self { kind: StreamKind::Consent, id: patient.uuid() }
    }

    /// One subscription of a partner.
    pub const fn feed(subscription: SubscriptionId) -> Self {
        Self { kind: StreamKind::Feed, id: subscription.uuid() }
    }

    /// What partners told about a patient.
    pub const fn inbox(patient: PatientId) -> Self {
        Self { kind: StreamKind::Inbox, id: patient.uuid() }
    }

    /// What was looked at and disclosed on one day, in the ledger of access: one stream for everybody, because a look at a
    /// list is one record about many patients.
    pub fn looks(day: Day) -> Self {
        Self { kind: StreamKind::Audit, id: Uuid::new_v5(&LOOKS_NAMESPACE, day.to_string().as_bytes()) }
    }

    /// Who reached a patient's record in an emergency.
    pub const fn access(patient: PatientId) -> Self {
        Self { kind: StreamKind::Access, id: patient.uuid() }
    }

    /// The record that a patient's keys were destroyed: nothing more is recorded of them. It is a part of what is on record
    /// about looking after records, as audits are, and stays readable.
    pub fn erasure(patient: PatientId) -> Self {
        Self { kind: StreamKind::Audit, id: Uuid::new_v5(&ERASURE_NAMESPACE, patient.uuid().as_bytes()) }
    }

    /// Who cares for a patient.
    pub const fn care_team(patient: PatientId) -> Self {
        Self { kind: StreamKind::CareTeam, id: patient.uuid() }
    }
}

fn of_stay(patient: PatientId, episode: EpisodeId) -> Uuid {
    within(&STAY_NAMESPACE, patient, episode.uuid())
}

fn within(namespace: &Uuid, patient: PatientId, what: Uuid) -> Uuid {
    let mut name = [0; 32];
    name[..16].copy_from_slice(patient.uuid().as_bytes());
    name[16..].copy_from_slice(what.as_bytes());
    Uuid::new_v5(namespace, &name)
}

impl fmt::Display for StreamRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.as_str(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_read_back() {
        for kind in StreamKind::ALL {
            assert_eq!(kind.as_str().parse::<StreamKind>(), Ok(kind));
        }
    }

    #[test]
    fn what_belongs_to_a_stay_belongs_to_its_patient() {
        let (ada, ben) = (PatientId::new(Uuid::from_u128(1)), PatientId::new(Uuid::from_u128(2)));
        let stay = EpisodeId::new(Uuid::from_u128(3));
        assert_ne!(StreamRef::assessment(ada, stay), StreamRef::assessment(ben, stay));
        assert_ne!(StreamRef::follow_up(ada, stay), StreamRef::follow_up(ben, stay));
        assert_ne!(StreamRef::treatment_plan(ada, stay), StreamRef::treatment_plan(ben, stay));
        assert_eq!(StreamRef::assessment(ada, stay), StreamRef::assessment(ada, stay));
        let prescription = PrescriptionId::new(Uuid::from_u128(3));
        assert_ne!(StreamRef::prescription(ada, prescription), StreamRef::prescription(ben, prescription));
        assert_ne!(StreamRef::prescription(ada, prescription).id, StreamRef::follow_up(ada, stay).id);
    }

    #[test]
    fn an_episode_stream_belongs_to_one_patient_and_program() {
        let (ada, ben) = (PatientId::new(Uuid::from_u128(1)), PatientId::new(Uuid::from_u128(2)));
        let (adult, teen) = (ProgramId::parse("adult").unwrap(), ProgramId::parse("teen").unwrap());
        assert_eq!(StreamRef::episode(ada, &adult), StreamRef::episode(ada, &adult));
        assert_ne!(StreamRef::episode(ada, &adult), StreamRef::episode(ben, &adult));
        assert_ne!(StreamRef::episode(ada, &adult), StreamRef::episode(ada, &teen));
    }
}
