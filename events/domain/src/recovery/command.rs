//! What may be asked of a recovery record.

use concord_kernel::{
    DrugScreenId, InductionId, Instant, OrderId, OutsideMedicationId, OverdoseId, RelapseId, SubstanceUseId,
    Text,
};
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::{Milligrams, SubstanceId};

use super::{
    Checkpoint, InductionEnd, NaloxoneOffer, OverdoseOutcome, ScreenLine, ScreenMethod, Setting, Source,
};
use crate::EpisodeRef;

/// A request to change a patient's recovery record.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Plan how buprenorphine is begun; the order that follows is judged by it.
    StartInduction {
        /// The new induction; must never have been used.
        induction: InductionId,
        /// The stay; must be active.
        episode: EpisodeRef,
        /// Where and how.
        setting: Setting,
        /// On which opioid the patient depends.
        exposure: OpioidExposure,
        /// When it was last used, if known; unknown counts as now.
        last_use_at: Option<Instant>,
        /// The instructions that the patient has in hand; required at home.
        instructions: Option<Text>,
    },
    /// Ask whether the first dose may be given now. A decision: asked before the dose.
    ClearFirstDose {
        /// Which induction.
        induction: InductionId,
    },
    /// Say that a dose was taken under somebody's eyes. A fact: accepted whether or not it was cleared.
    RecordObservedDose {
        /// Of which order.
        order: OrderId,
        /// How much.
        dose: Milligrams,
        /// When.
        given_at: Instant,
    },
    /// Say that a stable dose was reached.
    CompleteInduction {
        /// Which induction.
        induction: InductionId,
        /// How much a day.
        daily: Milligrams,
    },
    /// Say that an induction ended otherwise.
    AbandonInduction {
        /// Which induction.
        induction: InductionId,
        /// How, coded.
        because: InductionEnd,
        /// How, in words.
        note: Text,
    },
    /// Say that the patient used a substance.
    RecordSubstanceUse {
        /// The new report; must never have been used.
        report: SubstanceUseId,
        /// What.
        substance: SubstanceId,
        /// How much and how, in words.
        account: Option<Text>,
        /// When last.
        used_at: Instant,
        /// From whom it was heard.
        source: Source,
    },
    /// Recognise a relapse. A drug screen alone is none.
    RecordRelapse {
        /// The new relapse; must never have been used.
        relapse: RelapseId,
        /// To what.
        substance: SubstanceId,
        /// Reports of use that it rests on.
        uses: Vec<SubstanceUseId>,
        /// Screens that it rests on besides.
        screens: Vec<DrugScreenId>,
        /// What the patient says, or what was seen.
        account: Option<Text>,
        /// What was agreed at once.
        response: Text,
    },
    /// Say what a prescriber decided after a relapse.
    ReviewRelapse {
        /// Which.
        relapse: RelapseId,
        /// What is done about the medication, and why.
        decision: Text,
    },
    /// Record a drug screen. Evidence, whatever it shows.
    RecordDrugScreen {
        /// The new screen; must never have been used.
        screen: DrugScreenId,
        /// When the sample was taken.
        collected_at: Instant,
        /// How it was tested.
        method: ScreenMethod,
        /// What it says, each class once.
        lines: Vec<ScreenLine>,
    },
    /// Tell of an overdose.
    ReportOverdose {
        /// The new overdose; must never have been used.
        overdose: OverdoseId,
        /// When.
        at: Instant,
        /// Of what, as far as known.
        substances: Vec<SubstanceId>,
        /// Whether naloxone was given.
        naloxone_given: bool,
        /// How it ended.
        outcome: OverdoseOutcome,
        /// What happened.
        account: Text,
    },
    /// Say what a prescriber decided after an overdose.
    ReviewOverdose {
        /// Which.
        overdose: OverdoseId,
        /// What is done about the medication, and why.
        decision: Text,
    },
    /// Hand out naloxone, or say that it was declined.
    OfferNaloxone(NaloxoneOffer),
    /// Say how the patient reacted to a small dose of naloxone, before naltrexone.
    RecordNaloxoneChallenge {
        /// When.
        at: Instant,
        /// Whether withdrawal came.
        reacted: bool,
    },
    /// Record a dose that an opioid treatment program dispensed; the methadone itself is on the chart as an outside
    /// medication.
    RecordOtpDose {
        /// The outside medication; must be active on the chart and hold methadone.
        medication: OutsideMedicationId,
        /// The opioid treatment program.
        program: Text,
        /// How much.
        dose: Milligrams,
        /// When it was taken there.
        given_at: Instant,
        /// How many doses they took home.
        take_home: u8,
    },
    /// Measure whether a stay still goes on at a checkpoint.
    MeasureRetention {
        /// The stay.
        episode: EpisodeRef,
        /// At which day of it.
        checkpoint: Checkpoint,
    },
}

impl Command {
    /// The stay that it names, which must be known.
    pub const fn names_stay(&self) -> Option<&EpisodeRef> {
        match self {
            Self::StartInduction { episode, .. } | Self::MeasureRetention { episode, .. } => Some(episode),
            Self::ClearFirstDose { .. }
            | Self::RecordObservedDose { .. }
            | Self::CompleteInduction { .. }
            | Self::AbandonInduction { .. }
            | Self::RecordSubstanceUse { .. }
            | Self::RecordRelapse { .. }
            | Self::ReviewRelapse { .. }
            | Self::RecordDrugScreen { .. }
            | Self::ReportOverdose { .. }
            | Self::ReviewOverdose { .. }
            | Self::OfferNaloxone(_)
            | Self::RecordNaloxoneChallenge { .. }
            | Self::RecordOtpDose { .. } => None,
        }
    }

    /// Whether it depends on what the patient takes.
    pub const fn needs_chart(&self) -> bool {
        matches!(
            self,
            Self::RecordObservedDose { .. }
                | Self::RecordDrugScreen { .. }
                | Self::RecordOtpDose { .. }
                | Self::MeasureRetention { .. }
        )
    }

    /// Whether it depends on who cares for the patient: whoever tells of use or of an overdose may be anybody.
    pub const fn needs_care_team(&self) -> bool {
        matches!(self, Self::RecordSubstanceUse { .. } | Self::ReportOverdose { .. })
    }

    /// Whether it depends on how withdrawal was scored.
    pub const fn needs_withdrawal(&self) -> bool {
        matches!(self, Self::ClearFirstDose { .. })
    }
}
