//! The refusals of a medication chart.

use concord_kernel::{Day, Instant, Schedule};
use concord_knowledge::{Action, Finding, Milligrams, RulesetVersion};

use super::{InjectionError, ResponseError};

/// Why a medication chart refuses a command. Texts tell the rule, never the patient.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Only a psychiatrist or psychiatric nurse practitioner may do this.
    #[error("only a prescriber may do this")]
    NotAPrescriber,
    /// Only a prescriber, nurse or pharmacist may do this.
    #[error("only a prescriber, nurse or pharmacist may do this")]
    NotAClinician,
    /// Only a prescriber or pharmacist may co-sign.
    #[error("only a prescriber or pharmacist may co-sign")]
    NotACosigner,
    /// The prescriber's DEA registration does not cover the schedule.
    #[error("the prescriber's DEA registration does not cover schedule {schedule:?}")]
    ScheduleNotCovered {
        /// The drug's schedule.
        schedule: Schedule,
    },

    /// The identifier names another order.
    #[error("the order identifier was used before")]
    OrderIdUsed,
    /// The identifier names another outside medication.
    #[error("the medication identifier was used before")]
    MedicationIdUsed,
    /// No such order was ever written.
    #[error("there is no such order on the chart")]
    UnknownOrder,
    /// The order has ended; that is final.
    #[error("the order has been stopped")]
    OrderStopped,
    /// The order is on hold.
    #[error("the order is on hold")]
    OrderHeld,
    /// The order is not on hold.
    #[error("the order is not on hold")]
    OrderNotHeld,
    /// Too many orders are open at once.
    #[error("a chart holds at most {most} open orders")]
    TooManyOrders {
        /// The limit.
        most: usize,
    },

    /// The stay is not open, not admitted or paused.
    #[error("the stay is not open, or it is paused")]
    EpisodeNotActive,
    /// The assessment has not decided that medication is indicated.
    #[error("medication is not indicated in this stay")]
    NotIndicated,
    /// The reason for the order is not among the diagnoses of the indication decision.
    #[error("the indication is not among the diagnoses of the assessment")]
    IndicationNotDiagnosed,

    /// No such row of the formulary.
    #[error("the drug is not in the formulary")]
    UnknownDrug,
    /// The program may not prescribe it, whoever asks.
    #[error("the program may not prescribe the drug")]
    NotPrescribable,
    /// The drug is not given that way.
    #[error("the drug is not given by that route")]
    RouteNotOffered,
    /// A dose of nothing.
    #[error("a dose is more than 0 mg")]
    NoDose,
    /// The interval or the count of a day is out of range.
    #[error(
        "an interval is 2 to 90 days and never shorter than a depot acts, and as-needed doses are 1 to 12 a day"
    )]
    FrequencyOutOfRange,
    /// Days or refills are out of range.
    #[error("a supply is 1 to 365 days with at most 11 refills")]
    SupplyOutOfRange,
    /// The schedule allows fewer refills, or a shorter time.
    #[error("the schedule allows less than the supply asks for")]
    SupplyBeyondSchedule,
    /// The patient declined the medication, or the stay has ended, and the supply reaches past the end of the taper.
    #[error("the supply has refills or lasts longer than the taper, which ends on {until}")]
    SupplyBeyondTaper {
        /// The last day of the taper.
        until: Day,
    },
    /// The stay has ended, and the supply is more than a bridge.
    #[error("after the stay a supply bridges {most_days} days at most, without refills")]
    BridgeTooLong {
        /// The limit.
        most_days: u16,
    },
    /// The stay has ended, and the time after it was bridged.
    #[error("the time after the stay was bridged before")]
    AlreadyBridged,
    /// The order starts before today.
    #[error("an order cannot start in the past")]
    StartsInThePast,
    /// The order starts too far ahead.
    #[error("an order starts within {most_days} days")]
    StartsTooLate {
        /// The limit.
        most_days: i64,
    },
    /// The boxed warning has not been explained.
    #[error("the boxed warning has not been explained")]
    BoxedWarningNotAcknowledged,
    /// The patient declined the medication.
    #[error("the patient has declined the medication")]
    ConsentDeclined,
    /// The drug must never be taken unknowing, and no consent is on record.
    #[error("the medication needs consent on record before it is ordered")]
    ConsentRequired,
    /// Nobody has asked for allergies.
    #[error("nobody has asked for allergies")]
    AllergiesNotAsked,
    /// A controlled substance without a legal basis.
    #[error("a controlled substance needs a legal basis")]
    LegalBasisMissing,
    /// The legal basis does not hold for this drug, modality and day.
    #[error("the legal basis does not allow this drug in this way today")]
    LegalBasisNotInForce,
    /// More answers than there can be findings.
    #[error("a command carries at most {most} acknowledgements")]
    TooManyAcknowledgements {
        /// The limit.
        most: usize,
    },
    /// The safety check stands against it.
    #[error("the safety check stands against it")]
    Unsafe {
        /// Every finding that is not answered, worst first. Its action says what answers it.
        findings: Vec<Finding>,
        /// What answers the hardest of them.
        answer: Answer,
        /// The rules that found them.
        ruleset: RulesetVersion,
        /// Whether every row of these is signed.
        reviewed: bool,
    },

    /// Nothing would change.
    #[error("nothing would change")]
    Unchanged,
    /// The daily dose rises by more than the usual step.
    #[error("the daily dose may rise by at most {at_most} at once")]
    RiseTooLarge {
        /// The largest usual rise.
        at_most: Milligrams,
    },
    /// The daily dose rises too soon after the last change.
    #[error("the daily dose may not rise again yet")]
    RiseTooSoon {
        /// The first day it may rise.
        earliest: Day,
    },
    /// The change rests on something that is not on the chart.
    #[error("the cause is not on the chart")]
    CauseNotOnChart,
    /// The change is not a step of the taper that was agreed.
    #[error("the change is not a step of the agreed taper")]
    NotAPlannedStep,
    /// It would take effect before the order's last change.
    #[error("it would take effect before the last change of the order")]
    BeforeLastChange,
    /// An order that is recorded long after it is said to have been written.
    #[error("an order is written at most a day before it is recorded")]
    OrderTooLongAgo,
    /// The order's first day has come; moving it ahead would deny that anything was taken.
    #[error("the order has begun and cannot begin later")]
    HasBegun,
    /// A dose is told of a day before the order, or before the day that an outside medication is said to have begun.
    #[error("the dose lies before the medication began")]
    DoseBeforeStart,
    /// A hold that is recorded long after it is said to have begun.
    #[error("a hold takes effect at most a day before it is recorded")]
    HoldTooLongAgo,

    /// A taper without steps, or with too many.
    #[error("a taper has 1 to {most} steps")]
    TaperStepCount {
        /// The limit.
        most: usize,
    },
    /// Steps are not in order of days.
    #[error("the steps of a taper are in order of days, one a day")]
    TaperOutOfOrder,
    /// A step begins before today.
    #[error("a taper cannot begin in the past")]
    TaperInThePast,
    /// A step does not lower the daily dose.
    #[error("each step of a taper lowers the daily dose")]
    TaperNotFalling,
    /// A step changes the route.
    #[error("a taper keeps the route")]
    TaperChangesRoute,
    /// The last step is not 0 mg.
    #[error("a taper ends at 0 mg, and only its last step is 0 mg")]
    TaperNotEnding,
    /// From the first reduction to nothing in fewer days than the drug needs.
    #[error("the drug needs at least {at_least_days} days from the first reduction to nothing")]
    TaperTooShort {
        /// The shortest length.
        at_least_days: i64,
    },
    /// A step takes away too much at once.
    #[error("at most {at_most_percent} % of the dose may be taken away in {within_days} days")]
    TaperTooSteep {
        /// The largest reduction.
        at_most_percent: u64,
        /// In how many days.
        within_days: i64,
    },
    /// A titration without steps, or with too many.
    #[error("a titration has 1 to {most} steps")]
    TitrationStepCount {
        /// The limit.
        most: usize,
    },
    /// Steps are not in order of days.
    #[error("steps are in order of days, one a day")]
    TitrationOutOfOrder,
    /// The first step lies before today.
    #[error("a titration cannot begin in the past")]
    TitrationInThePast,
    /// The last step lies too far ahead.
    #[error("a titration is planned for {most_days} days at most")]
    TitrationTooLong {
        /// The limit.
        most_days: i64,
    },
    /// A step does not raise the daily dose.
    #[error("each step raises the daily dose")]
    TitrationNotRising,
    /// A step goes another way into the body.
    #[error("a titration keeps the route of the order")]
    TitrationChangesRoute,
    /// No titration was agreed, or all its steps are taken.
    #[error("no step of a titration is to come")]
    NoTitration,
    /// The day of the next step has not come.
    #[error("the next step is for {on}")]
    StepNotDue {
        /// Its day.
        on: Day,
    },
    /// What else is taken has changed, and with it the schedule of the drug.
    #[error("what else is taken calls for another schedule than the one that was agreed")]
    ScheduleChanged,
    /// The schedule of the drug allows less.
    #[error("the schedule of the drug allows at most {at_most} a day next")]
    BeyondSchedule {
        /// The dose of one day.
        at_most: Milligrams,
    },
    /// What a step is said to rest on is not on record.
    #[error("what the step rests on is not on record, or is older than the dose")]
    BasisNotOnRecord,
    /// Both are taken until before the new one begins.
    #[error("an overlap does not end before the new order starts")]
    OverlapBeforeStart,
    /// Both are taken for too long.
    #[error("an overlap lasts {most_days} days at most, or as long as the taper")]
    OverlapTooLong {
        /// The limit.
        most_days: u16,
    },
    /// The taper of the order that ends goes on after the overlap.
    #[error("the taper of the order that ends lasts until {tapered_on}")]
    OverlapBeforeTaperEnd {
        /// Its last day.
        tapered_on: Day,
    },
    /// The drug must not stop at once.
    #[error("the drug must not stop at once")]
    TaperFirst,

    /// The drug was left out for longer than its dose is tolerated again.
    #[error("after {hours} hours without it the drug starts at its first dose again")]
    RestartNeeded {
        /// The longest interruption.
        hours: u16,
    },
    /// A stream that the rule depends on was not looked at.
    #[error("the streams that the rule depends on were not read")]
    FactsMissing,

    /// Too many entries of one kind stand on the chart at once.
    #[error("a chart holds at most {most} entries of a kind at once")]
    TooManyEntries {
        /// The limit.
        most: usize,
    },
    /// No such medication on the chart, or it ended too long ago to matter.
    #[error("there is no such medication on the chart")]
    UnknownMedication,
    /// The outside medication has ended.
    #[error("the medication has ended")]
    MedicationEnded,
    /// The medication goes on: what is not taken yet may be taken tomorrow.
    #[error("the medication has not ended")]
    MedicationNotEnded,
    /// Somebody told of a dose.
    #[error("a dose of the medication is on record")]
    DoseOnRecord,
    /// The time has not come yet.
    #[error("the time is in the future")]
    InTheFuture,
    /// Some active outside medication has no line, or a line has no active outside medication.
    #[error("a reconciliation has one line for each active outside medication")]
    ReconciliationIncomplete,

    /// Born in the future or longer ago than anybody lives.
    #[error("the day of birth is not plausible")]
    BirthNotPlausible,
    /// What is said contradicts itself.
    #[error("the characteristics contradict each other")]
    Contradiction,
    /// An allergy stands on the chart.
    #[error("an allergy is on the chart")]
    AllergyOnChart,
    /// No such allergy on the chart.
    #[error("there is no such allergy on the chart")]
    UnknownAllergy,
    /// No such row of the condition table.
    #[error("the condition is not in the table")]
    UnknownCondition,
    /// No such condition on the chart.
    #[error("there is no such condition on the chart")]
    ConditionNotOnChart,
    /// No such row of the result table.
    #[error("the result is not in the table")]
    UnknownLab,
    /// The unit is not the table's.
    #[error("the unit is not the one of the table")]
    UnitNotOfTable,
    /// The value cannot be.
    #[error("the value is not plausible")]
    ValueNotPlausible,

    /// The dose before a level lies after its sample.
    #[error("the dose lies after the sample")]
    DoseAfterSample,
    /// No such critical result waits.
    #[error("no such critical result waits for acknowledgement")]
    NoCriticalResult,
    /// The drug does not ask for the test.
    #[error("the drug does not ask for the test")]
    UnknownTest,
    /// A test is left out until a day that has passed or lies too far ahead.
    #[error("a test is left out for at most {most_days} days")]
    WaiverOutOfRange {
        /// The most days.
        most_days: i64,
    },

    /// The drug carries no boxed warning.
    #[error("the drug carries no boxed warning")]
    NoBoxedWarning,
    /// The rules say no such thing about this chart or any order that could be written on it.
    #[error("the finding does not stand")]
    FindingDoesNotStand,
    /// The finding is not of the kind that two clinicians may override.
    #[error("the finding cannot be overridden")]
    NotOverridable {
        /// What it asks for instead.
        action: Action,
    },
    /// An override is waiting for its second clinician, or may be relied on.
    #[error("the finding is already overridden")]
    AlreadyOverridden,
    /// There is nothing to co-sign.
    #[error("there is no override of this finding")]
    NoOverride,
    /// The second clinician is the first.
    #[error("nobody co-signs their own override")]
    OwnOverride,
    /// The override has its second clinician.
    #[error("the override is already co-signed")]
    AlreadyCosigned,
    /// The second clinician came too late.
    #[error("the time to co-sign the override has passed")]
    CosignTooLate {
        /// Until when.
        until: Instant,
    },
    /// No such interaction is open.
    #[error("the interaction is not open")]
    InteractionNotOpen,
    /// An answer to a limit of duration ends today or before, or holds for too long.
    #[error("longer use is answered for a day to come, within {most_days} days")]
    LongerUseOutOfRange {
        /// The most days.
        most_days: u16,
    },
    /// The supply lasts longer than the answer to the limit of duration.
    #[error("the supply lasts longer than the answer, which holds until {until}")]
    SupplyBeyondAnswer {
        /// The last day of the answer.
        until: Day,
    },
    /// A step of a titration names what was looked at.
    #[error("a step of a titration names what it rests on")]
    BasisRequired,
    /// Only a step of a titration names what was looked at beside its cause.
    #[error("only a step of a titration names what it rests on")]
    BasisNotAsked,
    /// Another order takes the place of this one.
    #[error("another order takes the place of this one")]
    OrderGivesWay,
    /// Nobody has read the prescription ready, or it is of another order.
    #[error("the prescription is not ready to be signed for this order")]
    PrescriptionNotReady,
    /// Other prescriptions have taken what the order hands out.
    #[error("other prescriptions leave {left_days} days of what the order hands out")]
    SupplyHandedOut {
        /// What is left.
        left_days: u16,
    },
    /// As many prescriptions share one supply as may.
    #[error("at most {most} prescriptions share one supply")]
    TooManyPrescriptions {
        /// The limit.
        most: usize,
    },
    /// Only the service says that a deadline has passed.
    #[error("only a timer records a breach")]
    NotATimer,
    /// The deadline has not passed.
    #[error("the deadline has not passed")]
    DeadlineNotPassed,
    /// The breach is on record.
    #[error("the breach has been recorded already")]
    AlreadyBreached,
    /// About an injection.
    #[error(transparent)]
    Injection(#[from] InjectionError),
    /// About a trial.
    #[error(transparent)]
    Response(#[from] ResponseError),
}

/// What a prescriber can do about findings that stand against a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// State a reason for each in the command.
    Acknowledge,
    /// Say why what is short-term goes on, how, and until which day.
    LimitInTime,
    /// The override waits for its second clinician.
    Cosign,
    /// Override with a coded reason, then have a second clinician co-sign.
    Override,
    /// Wait until the washout has passed.
    Wait,
    /// Nothing; another drug or dose is needed.
    ChooseAnother,
}

impl Answer {
    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::Acknowledge => "state a reason for each finding in the command's acknowledgements",
            Self::LimitInTime => {
                "plan a taper, supply fewer days, or say in the acknowledgement why it goes on, how, and until which \
                 day (`longer_use`); state a reason for each other finding"
            }
            Self::Cosign => "have a second clinician co-sign the override, then ask again",
            Self::Override => {
                "override each finding that asks for it with a coded reason, have a second clinician co-sign within \
                 24 hours, acknowledge the others, then ask again"
            }
            Self::Wait => "wait until the washout has passed, or record when the last dose was taken",
            Self::ChooseAnother => "choose another drug or dose: a finding here can never be overridden",
        }
    }
}
