//! What happened and the course leaves out: corrections, consents, transmissions, allergies and conditions.

use concord_domain::adherence::{Event as AdherenceEvent, Shared};
use concord_domain::chart::{Correction, Event as ChartEvent};
use concord_domain::coordination::{Event as CoordinationEvent, SharedPart};
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::prescription::Event as PrescriptionEvent;
use concord_domain::{DomainEvent, assessment};
use concord_kernel::{Day, OrderId, PersonId, Text};
use concord_knowledge::DrugId;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum More {
    /// It was judged whether medication management suits them.
    Screened {
        /// Whether it does.
        candidate: bool,
    },
    /// A place was kept.
    Waitlisted {
        /// Why not at once.
        why: Text,
    },
    /// The assessment was signed.
    AssessmentSigned,
    /// It was taken up again.
    AssessmentReopened {
        /// Why.
        why: Text,
    },
    /// Something was put right on an order.
    OrderCorrected {
        /// Which order.
        order: OrderId,
        /// What it says now.
        correction: Correction,
        /// Why.
        why: Text,
    },
    /// There are no known allergies.
    NoKnownAllergies,
    /// There is an allergy or intolerance.
    AllergyRecorded {
        /// To what, in words.
        substance: Text,
    },
    /// It was none.
    AllergyRefuted {
        /// To what, in words.
        substance: Text,
        /// What shows it.
        why: Text,
    },
    /// There is a condition.
    ConditionRecorded {
        /// Which, in words.
        name: Text,
    },
    /// It is over.
    ConditionResolved {
        /// Which, in words.
        name: Text,
    },
    /// A boxed warning was explained.
    BoxedWarningExplained {
        /// Of which drug.
        drug: DrugId,
    },
    /// The patient consented to sharing with somebody outside.
    SharingConsented {
        /// With whom.
        recipient: PersonId,
        /// What.
        parts: Vec<SharedPart>,
        /// The last day on which it holds.
        expires_on: Day,
    },
    /// They took it back.
    SharingRevoked {
        /// With whom.
        recipient: PersonId,
    },
    /// The patient allowed somebody of their family to help.
    FamilyAllowed {
        /// Whom.
        person: PersonId,
        /// What, and nothing else.
        shares: Vec<Shared>,
        /// The last day on which it holds; absent: until it is withdrawn.
        until: Option<Day>,
    },
    /// They took it back.
    FamilyWithdrawn {
        /// From whom.
        person: PersonId,
    },
    /// A prescription was handed to the network.
    PrescriptionSent,
    /// The pharmacy has it.
    PrescriptionAccepted,
    /// It was printed because it could not be sent.
    PrescriptionPrinted,
    /// Its last day has passed.
    PrescriptionExpired,
}

impl More {
    /// Whether an event makes one: exactly when [`More::of`] gives one.
    pub(super) const fn is_made_of(event: &DomainEvent) -> bool {
        match event {
            DomainEvent::Episode(event) => matches!(
                event,
                EpisodeEvent::CandidateScreened { .. } | EpisodeEvent::PatientWaitlisted { .. }
            ),
            DomainEvent::Assessment(event) => matches!(
                event,
                assessment::Event::AssessmentCompleted | assessment::Event::AssessmentReopened { .. }
            ),
            DomainEvent::Chart(event) => matches!(
                event,
                ChartEvent::OrderCorrected { .. }
                    | ChartEvent::NoKnownAllergiesConfirmed
                    | ChartEvent::AllergyRecorded { .. }
                    | ChartEvent::AllergyRefuted { .. }
                    | ChartEvent::ConditionRecorded { .. }
                    | ChartEvent::ConditionResolved { .. }
                    | ChartEvent::BoxedWarningAcknowledged { .. }
            ),
            DomainEvent::Coordination(event) => matches!(
                event,
                CoordinationEvent::SharingConsentRecorded { .. }
                    | CoordinationEvent::SharingConsentRevoked { .. }
            ),
            DomainEvent::Adherence(event) => matches!(
                event,
                AdherenceEvent::FamilyConsentGiven { .. } | AdherenceEvent::FamilyConsentWithdrawn { .. }
            ),
            DomainEvent::Prescription(event) => matches!(
                event,
                PrescriptionEvent::PrescriptionTransmitted { .. }
                    | PrescriptionEvent::PrescriptionAccepted { .. }
                    | PrescriptionEvent::PrescriptionPrinted { .. }
                    | PrescriptionEvent::PrescriptionExpired { .. }
            ),
            DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Recovery(_) => false,
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what the course tells is not told here again; a test holds that this agrees with `is_made_of`"
    )]
    pub(super) fn of(event: &DomainEvent) -> Option<Self> {
        match event {
            DomainEvent::Episode(EpisodeEvent::CandidateScreened { candidate, .. }) => {
                Some(Self::Screened { candidate: *candidate })
            }
            DomainEvent::Episode(EpisodeEvent::PatientWaitlisted { reason }) => {
                Some(Self::Waitlisted { why: reason.clone() })
            }
            DomainEvent::Assessment(assessment::Event::AssessmentCompleted) => Some(Self::AssessmentSigned),
            DomainEvent::Assessment(assessment::Event::AssessmentReopened { reason }) => {
                Some(Self::AssessmentReopened { why: reason.clone() })
            }
            DomainEvent::Chart(event) => Self::of_chart(event),
            DomainEvent::Coordination(event) => Self::of_coordination(event),
            DomainEvent::Adherence(event) => Self::of_family(event),
            DomainEvent::Prescription(event) => match event {
                PrescriptionEvent::PrescriptionTransmitted { .. } => Some(Self::PrescriptionSent),
                PrescriptionEvent::PrescriptionAccepted { .. } => Some(Self::PrescriptionAccepted),
                PrescriptionEvent::PrescriptionPrinted { .. } => Some(Self::PrescriptionPrinted),
                PrescriptionEvent::PrescriptionExpired { .. } => Some(Self::PrescriptionExpired),
                _ => None,
            },
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "see `of`")]
    fn of_chart(event: &ChartEvent) -> Option<Self> {
        match event {
            ChartEvent::OrderCorrected { order, correction, reason } => Some(Self::OrderCorrected {
                order: *order,
                correction: correction.clone(),
                why: reason.clone(),
            }),
            ChartEvent::NoKnownAllergiesConfirmed => Some(Self::NoKnownAllergies),
            ChartEvent::AllergyRecorded { substance, .. } => {
                Some(Self::AllergyRecorded { substance: substance.clone() })
            }
            ChartEvent::AllergyRefuted { substance, reason } => {
                Some(Self::AllergyRefuted { substance: substance.clone(), why: reason.clone() })
            }
            ChartEvent::ConditionRecorded { name, .. } => {
                Some(Self::ConditionRecorded { name: name.clone() })
            }
            ChartEvent::ConditionResolved { name } => Some(Self::ConditionResolved { name: name.clone() }),
            ChartEvent::BoxedWarningAcknowledged { drug } => {
                Some(Self::BoxedWarningExplained { drug: drug.clone() })
            }
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "see `of`")]
    fn of_coordination(event: &CoordinationEvent) -> Option<Self> {
        match event {
            CoordinationEvent::SharingConsentRecorded { recipient, parts, expires_on, .. } => {
                Some(Self::SharingConsented {
                    recipient: *recipient,
                    parts: parts.clone(),
                    expires_on: *expires_on,
                })
            }
            CoordinationEvent::SharingConsentRevoked { recipient } => {
                Some(Self::SharingRevoked { recipient: *recipient })
            }
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "see `of`")]
    fn of_family(event: &AdherenceEvent) -> Option<Self> {
        match event {
            AdherenceEvent::FamilyConsentGiven { person, shares, until } => Some(Self::FamilyAllowed {
                person: *person,
                shares: shares.iter().copied().collect(),
                until: *until,
            }),
            AdherenceEvent::FamilyConsentWithdrawn { person } => {
                Some(Self::FamilyWithdrawn { person: *person })
            }
            _ => None,
        }
    }
}
