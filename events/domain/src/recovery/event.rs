//! What may have happened in a recovery.

use concord_kernel::{
    DrugScreenId, InductionId, Instant, OrderId, OutsideMedicationId, OverdoseId, PersonId, RelapseId, Role,
    SubstanceUseId, Text,
};
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{Milligrams, RulesetVersion, ScreenClassId, SubstanceId};
use serde::{Deserialize, Serialize};

use super::{Checkpoint, InductionEnd, OverdoseOutcome, ScreenLine, ScreenMethod, Setting, Source};
use crate::EpisodeRef;

/// A fact about one patient's recovery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// It was planned how buprenorphine is begun.
    InductionStarted {
        /// The induction.
        induction: InductionId,
        /// The stay.
        episode: EpisodeRef,
        /// Where and how.
        setting: Setting,
        /// On which opioid the patient depends.
        exposure: OpioidExposure,
        /// When it was last used, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_use_at: Option<Instant>,
        /// The instructions that the patient has in hand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instructions: Option<Text>,
        /// When it was planned; an unknown last use counts as then.
        at: Instant,
        /// Until when it is to be completed.
        complete_by: Instant,
    },
    /// The first dose may be given.
    FirstDoseCleared {
        /// Of which induction.
        induction: InductionId,
        /// By which scale withdrawal was judged; absent where none is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<ScaleKind>,
        /// Its total.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<u16>,
        /// Until when it may be given; after that withdrawal is scored again.
        until: Instant,
        /// By which rules it was judged.
        ruleset: RulesetVersion,
    },
    /// A dose was taken under somebody's eyes.
    DoseAdministered {
        /// Of which order.
        order: OrderId,
        /// How much.
        #[serde(rename = "dose_mg")]
        dose: Milligrams,
        /// When.
        given_at: Instant,
        /// Who watched.
        by: PersonId,
        /// The induction that it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        induction: Option<InductionId>,
        /// For the first dose of an induction: whether it was cleared before. Absent for others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cleared: Option<bool>,
    },
    /// A stable dose was reached.
    InductionCompleted {
        /// Which induction.
        induction: InductionId,
        /// How much a day.
        #[serde(rename = "daily_mg")]
        daily: Milligrams,
    },
    /// An induction ended otherwise.
    InductionAbandoned {
        /// Which induction.
        induction: InductionId,
        /// How, coded.
        because: InductionEnd,
        /// How, in words.
        note: Text,
    },
    /// The patient used a substance.
    SubstanceUseReported {
        /// The report.
        report: SubstanceUseId,
        /// What.
        substance: SubstanceId,
        /// How much and how, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Text>,
        /// When last.
        used_at: Instant,
        /// From whom it was heard.
        source: Source,
        /// Whether it was told by somebody who is not on the care team: it may mean another patient.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        not_on_care_team: bool,
    },
    /// A clinician recognised a relapse. The stay goes on: nothing else follows from it by itself.
    RelapseRecorded {
        /// The relapse.
        relapse: RelapseId,
        /// To what.
        substance: SubstanceId,
        /// Reports of use that it rests on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        uses: Vec<SubstanceUseId>,
        /// Screens that it rests on besides.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        screens: Vec<DrugScreenId>,
        /// What the patient says, or what was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Text>,
        /// What was agreed at once.
        response: Text,
        /// When it was recognised.
        at: Instant,
        /// Until when a prescriber looks at the medication.
        review_by: Instant,
    },
    /// A prescriber decided after a relapse.
    RelapseReviewed {
        /// Which.
        relapse: RelapseId,
        /// What is done about the medication, and why.
        decision: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// A sample was tested.
    DrugScreenResulted {
        /// The screen.
        screen: DrugScreenId,
        /// When the sample was taken.
        collected_at: Instant,
        /// How it was tested.
        method: ScreenMethod,
        /// What it says.
        lines: Vec<ScreenLine>,
        /// Classes that were found without a medication that explains them, or not found though one is taken.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unexpected: Vec<ScreenClassId>,
        /// Whether opioids were found; absent when none were and not every opioid was looked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opioids: Option<bool>,
        /// Until when what is unexpected is confirmed; absent when nothing needs to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirm_by: Option<Instant>,
        /// Until when the next sample is taken.
        next_by: Instant,
    },
    /// Somebody told of an overdose.
    OverdoseReported {
        /// The overdose.
        overdose: OverdoseId,
        /// When it was.
        at: Instant,
        /// Of what, as far as known.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        substances: Vec<SubstanceId>,
        /// Whether naloxone was given.
        naloxone_given: bool,
        /// How it ended.
        outcome: OverdoseOutcome,
        /// What happened.
        account: Text,
        /// Who told.
        by: PersonId,
        /// As what.
        role: Role,
        /// Until when a prescriber looks at the medication.
        review_by: Instant,
        /// Whether it was told by somebody who is not on the care team: it may mean another patient.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        not_on_care_team: bool,
    },
    /// A prescriber decided after an overdose.
    OverdoseReviewed {
        /// Which.
        overdose: OverdoseId,
        /// What is done about the medication, and why.
        decision: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// Naloxone was handed out.
    NaloxoneProvided {
        /// How many kits.
        kits: u8,
        /// Whether patient or supporters were shown how to use it.
        trained: bool,
        /// When; absent in what was recorded before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Instant>,
    },
    /// Naloxone was declined.
    NaloxoneDeclined {
        /// Why.
        reason: Text,
        /// Until when it is offered again.
        offer_again_by: Instant,
        /// When; absent in what was recorded before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Instant>,
    },
    /// A small dose of naloxone was given to see whether opioids are gone.
    NaloxoneChallenged {
        /// When.
        at: Instant,
        /// Whether withdrawal came.
        reacted: bool,
    },
    /// An opioid treatment program dispensed methadone.
    OutsideMethadoneRecorded {
        /// The outside medication on the chart.
        medication: OutsideMedicationId,
        /// The opioid treatment program.
        program: Text,
        /// How much.
        #[serde(rename = "dose_mg")]
        dose: Milligrams,
        /// When it was taken there.
        given_at: Instant,
        /// How many doses they took home.
        take_home: u8,
    },
    /// It was measured whether a stay still went on at a checkpoint.
    RetentionMeasured {
        /// The stay.
        episode: EpisodeRef,
        /// At which day of it.
        checkpoint: Checkpoint,
        /// Whether it went on.
        retained: bool,
        /// Whether the program had an open order when it was measured.
        on_medication: bool,
        /// Relapses since admission.
        relapses: u32,
    },
}
