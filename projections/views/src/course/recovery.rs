//! Entries that events of a recovery make.

use concord_domain::recovery::{Event, InductionEnd, OverdoseOutcome, ScreenMethod, Setting};
use concord_kernel::{OrderId, Text};
use concord_knowledge::{Milligrams, ScreenClassId, SubstanceId};
use serde::{Deserialize, Serialize};

/// What happened in a recovery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryEntry {
    /// It was planned how buprenorphine is begun.
    InductionStarted {
        /// Where and how.
        setting: Setting,
    },
    /// The first dose may be given.
    FirstDoseCleared {
        /// The withdrawal score that it rests on.
        total: Option<u16>,
    },
    /// A dose was watched.
    DoseGiven {
        /// Of which order.
        order: OrderId,
        /// How much; absent where doses are not shown.
        dose: Option<Milligrams>,
        /// For a first dose: whether it was cleared before.
        cleared: Option<bool>,
    },
    /// A stable dose was reached.
    InductionCompleted {
        /// How much a day; absent where doses are not shown.
        daily: Option<Milligrams>,
    },
    /// An induction ended otherwise.
    InductionAbandoned {
        /// How.
        because: InductionEnd,
        /// How, in words.
        why: Text,
    },
    /// A substance was used.
    Used {
        /// What.
        substance: SubstanceId,
        /// How much and how, in words.
        account: Option<Text>,
    },
    /// A relapse was recognised.
    Relapsed {
        /// To what.
        substance: SubstanceId,
        /// What was agreed at once.
        response: Text,
    },
    /// A prescriber decided after a relapse.
    RelapseReviewed {
        /// What is done.
        decision: Text,
    },
    /// A sample was tested.
    Screened {
        /// How.
        method: ScreenMethod,
        /// What was not expected.
        unexpected: Vec<ScreenClassId>,
    },
    /// There was an overdose.
    Overdosed {
        /// How it ended.
        outcome: OverdoseOutcome,
        /// What happened.
        account: Text,
    },
    /// A prescriber decided after an overdose.
    OverdoseReviewed {
        /// What is done.
        decision: Text,
    },
    /// Naloxone was handed out.
    NaloxoneProvided {
        /// How many kits.
        kits: u8,
    },
    /// Naloxone was declined.
    NaloxoneDeclined {
        /// Why.
        why: Text,
    },
    /// A naloxone challenge.
    NaloxoneChallenged {
        /// Whether withdrawal came.
        reacted: bool,
    },
    /// An opioid treatment program dispensed methadone.
    MethadoneDispensed {
        /// Where.
        program: Text,
        /// How much; absent where doses are not shown.
        dose: Option<Milligrams>,
    },
    /// Retention was measured.
    RetentionMeasured {
        /// Days after admission.
        days: u16,
        /// Whether the stay went on.
        retained: bool,
    },
}

impl RecoveryEntry {
    pub(super) fn of(event: &Event) -> Self {
        match event {
            Event::InductionStarted { setting, .. } => Self::InductionStarted { setting: *setting },
            Event::FirstDoseCleared { total, .. } => Self::FirstDoseCleared { total: *total },
            Event::DoseAdministered { order, dose, cleared, .. } => {
                Self::DoseGiven { order: *order, dose: Some(*dose), cleared: *cleared }
            }
            Event::InductionCompleted { daily, .. } => Self::InductionCompleted { daily: Some(*daily) },
            Event::InductionAbandoned { because, note, .. } => {
                Self::InductionAbandoned { because: *because, why: note.clone() }
            }
            Event::SubstanceUseReported { substance, account, .. } => {
                Self::Used { substance: substance.clone(), account: account.clone() }
            }
            Event::RelapseRecorded { substance, response, .. } => {
                Self::Relapsed { substance: substance.clone(), response: response.clone() }
            }
            Event::RelapseReviewed { decision, .. } => Self::RelapseReviewed { decision: decision.clone() },
            Event::DrugScreenResulted { method, unexpected, .. } => {
                Self::Screened { method: *method, unexpected: unexpected.clone() }
            }
            Event::OverdoseReported { outcome, account, .. } => {
                Self::Overdosed { outcome: *outcome, account: account.clone() }
            }
            Event::OverdoseReviewed { decision, .. } => Self::OverdoseReviewed { decision: decision.clone() },
            Event::NaloxoneProvided { kits, .. } => Self::NaloxoneProvided { kits: *kits },
            Event::NaloxoneDeclined { reason, .. } => Self::NaloxoneDeclined { why: reason.clone() },
            Event::NaloxoneChallenged { reacted, .. } => Self::NaloxoneChallenged { reacted: *reacted },
            Event::OutsideMethadoneRecorded { program, dose, .. } => {
                Self::MethadoneDispensed { program: program.clone(), dose: Some(*dose) }
            }
            Event::RetentionMeasured { checkpoint, retained, .. } => {
                Self::RetentionMeasured { days: checkpoint.days(), retained: *retained }
            }
        }
    }

    /// The same for therapy: that a dose was given stays, how much does not.
    pub(super) fn forget_dose(&mut self) {
        if let Self::DoseGiven { dose, .. } | Self::MethadoneDispensed { dose, .. } = self {
            *dose = None;
        }
        if let Self::InductionCompleted { daily } = self {
            *daily = None;
        }
    }
}
