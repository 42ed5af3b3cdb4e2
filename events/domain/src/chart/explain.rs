//! What a caller is told about a refusal by a medication chart.

use concord_knowledge::{Finding, RulesetVersion};

use super::Error;
use crate::Explain;

impl Error {
    /// The stable name of the reason and what would help.
    #[expect(clippy::too_many_lines, reason = "a table: one line a refusal")]
    const fn explained(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotAPrescriber => {
                ("NOT_A_PRESCRIBER", "ask a psychiatrist or psychiatric nurse practitioner of the program")
            }
            Self::NotAClinician => {
                ("NOT_A_CLINICIAN", "ask a prescriber, nurse or pharmacist of the program")
            }
            Self::NotACosigner => ("NOT_A_COSIGNER", "ask another prescriber or a pharmacist"),
            Self::ScheduleNotCovered { .. } => {
                ("SCHEDULE_NOT_COVERED", "ask a prescriber whose DEA registration covers the schedule")
            }
            Self::OrderIdUsed => ("ORDER_ID_USED", "draw a new order identifier"),
            Self::MedicationIdUsed => ("MEDICATION_ID_USED", "draw a new medication identifier"),
            Self::UnknownOrder => ("UNKNOWN_ORDER", "name an order of this chart"),
            Self::OrderStopped => ("ORDER_STOPPED", "write a new order"),
            Self::OrderHeld => ("ORDER_HELD", "resume the order first"),
            Self::OrderNotHeld => ("ORDER_NOT_HELD", "hold the order first, or leave it as it is"),
            Self::TooManyOrders { .. } => ("TOO_MANY_ORDERS", "stop orders that are no longer needed"),
            Self::EpisodeNotActive => {
                ("EPISODE_NOT_ACTIVE", "admit the patient, or resume the stay, then order")
            }
            Self::NotIndicated => {
                ("NOT_INDICATED", "complete the assessment and decide that medication is indicated")
            }
            Self::IndicationNotDiagnosed => (
                "INDICATION_NOT_DIAGNOSED",
                "name a diagnosis of the indication decision, or reopen the assessment",
            ),
            Self::UnknownDrug => ("UNKNOWN_DRUG", "name a row of the formulary"),
            Self::NotPrescribable => (
                "NOT_PRESCRIBABLE",
                "refer to whoever may dispense it and record it as an outside medication",
            ),
            Self::RouteNotOffered => ("ROUTE_NOT_OFFERED", "name a route of the drug's formulary row"),
            Self::NoDose => ("NO_DOSE", "name a dose above 0 mg, or stop the order"),
            Self::FrequencyOutOfRange => (
                "FREQUENCY_OUT_OF_RANGE",
                "name an interval of 2 to 90 days, of a depot the one of its row at least, or 1 to 12 doses a day",
            ),
            Self::SupplyOutOfRange => ("SUPPLY_OUT_OF_RANGE", "name 1 to 365 days and at most 11 refills"),
            Self::SupplyBeyondSchedule => {
                ("SUPPLY_BEYOND_SCHEDULE", "lower the refills or days to what the drug's schedule allows")
            }
            Self::SupplyBeyondTaper { .. } => (
                "SUPPLY_BEYOND_TAPER",
                "supply without refills up to the last day of the taper, or plan the taper anew",
            ),
            Self::BridgeTooLong { .. } => (
                "BRIDGE_TOO_LONG",
                "supply fewer days without refills, plan a taper, or order anew in an open stay",
            ),
            Self::AlreadyBridged => (
                "ALREADY_BRIDGED",
                "plan a taper, hand over to whoever prescribes on, or order anew in an open stay",
            ),
            Self::StartsInThePast => ("STARTS_IN_THE_PAST", "name today or a later day"),
            Self::StartsTooLate { .. } => ("STARTS_TOO_LATE", "name an earlier day, or order nearer to it"),
            Self::BoxedWarningNotAcknowledged => (
                "BOXED_WARNING_NOT_ACKNOWLEDGED",
                "explain the boxed warning, give the Medication Guide and record it",
            ),
            Self::ConsentDeclined => (
                "CONSENT_DECLINED",
                "choose another medication, taper what is taken, or decide anew together and record the shared decision",
            ),
            Self::ConsentRequired => (
                "CONSENT_REQUIRED",
                "explain the medication, decide together and record the shared decision first",
            ),
            Self::AllergiesNotAsked => {
                ("ALLERGIES_NOT_ASKED", "ask for allergies and record them, or record that there are none")
            }
            Self::LegalBasisMissing => ("LEGAL_BASIS_MISSING", "name the legal basis of the order"),
            Self::LegalBasisNotInForce => (
                "LEGAL_BASIS_NOT_IN_FORCE",
                "see the patient in person, or name a basis that holds today for this drug and modality",
            ),
            Self::TooManyAcknowledgements { .. } => ("TOO_MANY_ACKNOWLEDGEMENTS", "answer each finding once"),
            Self::Unsafe { answer, .. } => ("UNSAFE", answer.remedy()),
            Self::Unchanged => ("UNCHANGED", "name something that differs, or leave it as it is"),
            Self::RiseTooLarge { .. } => (
                "RISE_TOO_LARGE",
                "raise by the usual step at most, or plan a titration by the drug's schedule",
            ),
            Self::RiseTooSoon { .. } => {
                ("RISE_TOO_SOON", "wait until the fewest days between rises have passed")
            }
            Self::CauseNotOnChart => {
                ("CAUSE_NOT_ON_CHART", "record the result or interaction first, or name another cause")
            }
            Self::NotAPlannedStep => (
                "NOT_A_PLANNED_STEP",
                "plan the taper or titration first and take its next step, or name another cause",
            ),
            Self::BeforeLastChange => {
                ("BEFORE_LAST_CHANGE", "name a time at or after the last change of the order")
            }
            Self::OrderTooLongAgo => {
                ("ORDER_TOO_LONG_AGO", "order it from now on; what was taken before is an outside medication")
            }
            Self::HasBegun => ("HAS_BEGUN", "hold the order, or stop it and write another"),
            Self::DoseBeforeStart => {
                ("DOSE_BEFORE_START", "name a time since the medication began, or none where nobody knows")
            }
            Self::HoldTooLongAgo => (
                "HOLD_TOO_LONG_AGO",
                "hold it from now on, or stop the order and say when the last dose was taken",
            ),
            Self::TaperStepCount { .. } => ("TAPER_STEP_COUNT", "name at least one step and not too many"),
            Self::TaperOutOfOrder => ("TAPER_OUT_OF_ORDER", "sort the steps by day, one step a day"),
            Self::TaperInThePast => ("TAPER_IN_THE_PAST", "begin the taper today or later"),
            Self::TaperNotFalling => ("TAPER_NOT_FALLING", "lower the daily dose with each step"),
            Self::TaperChangesRoute => ("TAPER_CHANGES_ROUTE", "keep the route of the order"),
            Self::TaperNotEnding => ("TAPER_NOT_ENDING", "end the taper with one step of 0 mg"),
            Self::TaperTooShort { .. } => ("TAPER_TOO_SHORT", "spread the steps over more days"),
            Self::TaperTooSteep { .. } => ("TAPER_TOO_STEEP", "take away less, or wait longer between steps"),
            Self::TitrationStepCount { .. } => {
                ("TITRATION_STEP_COUNT", "name at least one step and not too many")
            }
            Self::TitrationOutOfOrder => ("TITRATION_OUT_OF_ORDER", "sort the steps by day, one step a day"),
            Self::TitrationInThePast => ("TITRATION_IN_THE_PAST", "begin the titration today or later"),
            Self::TitrationTooLong { .. } => {
                ("TITRATION_TOO_LONG", "plan the nearer steps now and the others when they are taken")
            }
            Self::TitrationNotRising => {
                ("TITRATION_NOT_RISING", "raise the daily dose with each step; plan a taper to lower it")
            }
            Self::TitrationChangesRoute => ("TITRATION_CHANGES_ROUTE", "keep the route of the order"),
            Self::NoTitration => ("NO_TITRATION", "plan the titration first"),
            Self::StepNotDue { .. } => ("STEP_NOT_DUE", "wait for the day of the step, or plan anew"),
            Self::ScheduleChanged => ("SCHEDULE_CHANGED", "plan the titration anew for what is taken now"),
            Self::BeyondSchedule { .. } => {
                ("BEYOND_SCHEDULE", "keep the steps of the drug's schedule for what else is taken")
            }
            Self::BasisNotOnRecord => (
                "BASIS_NOT_ON_RECORD",
                "record the score, side effect or result first, or name what else it rests on",
            ),
            Self::OverlapBeforeStart => {
                ("OVERLAP_BEFORE_START", "name the day on which the new order starts, or a later one")
            }
            Self::OverlapTooLong { .. } => {
                ("OVERLAP_TOO_LONG", "name an earlier day, or plan a taper that needs longer")
            }
            Self::OverlapBeforeTaperEnd { .. } => (
                "OVERLAP_BEFORE_TAPER_END",
                "name the last day of the taper or a later one, or plan the taper anew",
            ),
            Self::TaperFirst => {
                ("TAPER_FIRST", "plan a taper and let it run out, or state why it stops at once")
            }
            Self::RestartNeeded { .. } => (
                "RESTART_NEEDED",
                "lower it to the drug's first dose, or stop the order and write a new one at that dose",
            ),
            Self::FactsMissing => ("FACTS_MISSING", "send the command again; if it happens again, report it"),
            Self::TooManyEntries { .. } => {
                ("TOO_MANY_ENTRIES", "end or resolve entries that no longer stand")
            }
            Self::UnknownMedication => ("UNKNOWN_MEDICATION", "name a medication of this chart"),
            Self::MedicationEnded => ("MEDICATION_ENDED", "record it anew if it is taken again"),
            Self::MedicationNotEnded => {
                ("MEDICATION_NOT_ENDED", "stop the order or end the outside medication first")
            }
            Self::DoseOnRecord => ("DOSE_ON_RECORD", "record when the last dose was taken instead"),
            Self::InTheFuture => ("IN_THE_FUTURE", "name a time that has passed"),
            Self::ReconciliationIncomplete => (
                "RECONCILIATION_INCOMPLETE",
                "read the active outside medications again and give each exactly one line",
            ),
            Self::BirthNotPlausible => ("BIRTH_NOT_PLAUSIBLE", "check the day of birth"),
            Self::Contradiction => ("CONTRADICTION", "check sex and whether a pregnancy is possible"),
            Self::AllergyOnChart => ("ALLERGY_ON_CHART", "refute every allergy on the chart first"),
            Self::UnknownAllergy => ("UNKNOWN_ALLERGY", "name an allergy in the words it was recorded with"),
            Self::UnknownCondition => {
                ("UNKNOWN_CONDITION", "name a row of the condition table, or leave it to be recognised")
            }
            Self::ConditionNotOnChart => {
                ("CONDITION_NOT_ON_CHART", "name a condition in the words it was recorded with")
            }
            Self::UnknownLab => ("UNKNOWN_LAB", "name a row of the result table"),
            Self::UnitNotOfTable => {
                ("UNIT_NOT_OF_TABLE", "convert the value to the unit of the result table")
            }
            Self::ValueNotPlausible => ("VALUE_NOT_PLAUSIBLE", "check the value and its unit"),
            Self::DoseAfterSample => {
                ("DOSE_AFTER_SAMPLE", "name the last dose before the sample, or none when nobody knows")
            }
            Self::NoCriticalResult => {
                ("NO_CRITICAL_RESULT", "name a critical result that waits, by what and when")
            }
            Self::UnknownTest => ("UNKNOWN_TEST", "name a test that the drug asks for"),
            Self::WaiverOutOfRange { .. } => ("WAIVER_OUT_OF_RANGE", "name a day to come within a year"),
            Self::NoBoxedWarning => ("NO_BOXED_WARNING", "nothing is needed for this drug"),
            Self::FindingDoesNotStand => {
                ("FINDING_DOES_NOT_STAND", "run the safety check and name a finding as it is reported")
            }
            Self::NotOverridable { .. } => ("NOT_OVERRIDABLE", "answer the finding as its action says"),
            Self::AlreadyOverridden => ("ALREADY_OVERRIDDEN", "have the override co-signed, or go on"),
            Self::NoOverride => ("NO_OVERRIDE", "have a prescriber override the finding first"),
            Self::OwnOverride => ("OWN_OVERRIDE", "ask another prescriber or a pharmacist"),
            Self::AlreadyCosigned => ("ALREADY_COSIGNED", "go on; nothing is missing"),
            Self::CosignTooLate { .. } => ("COSIGN_TOO_LATE", "have a prescriber override the finding again"),
            Self::InteractionNotOpen => {
                ("INTERACTION_NOT_OPEN", "name an interaction that is open on the chart")
            }
            Self::LongerUseOutOfRange { .. } => {
                ("LONGER_USE_OUT_OF_RANGE", "name a day to come within the days that an answer holds")
            }
            Self::SupplyBeyondAnswer { .. } => {
                ("SUPPLY_BEYOND_ANSWER", "supply no longer than the answer holds, refills included")
            }
            Self::BasisRequired => (
                "BASIS_REQUIRED",
                "name the score, side effect or result that was looked at, or that the dose is well tolerated",
            ),
            Self::BasisNotAsked => ("BASIS_NOT_ASKED", "name it as the cause of the change"),
            Self::OrderGivesWay => {
                ("ORDER_GIVES_WAY", "stop the order that takes its place first, or raise that one")
            }
            Self::PrescriptionNotReady => ("PRESCRIPTION_NOT_READY", "read it and mark it ready first"),
            Self::SupplyHandedOut { .. } => (
                "SUPPLY_HANDED_OUT",
                "cancel a prescription that is not needed, or renew the order, which checks its safety again",
            ),
            Self::TooManyPrescriptions { .. } => ("TOO_MANY_PRESCRIPTIONS", "renew the order on the chart"),
            Self::NotATimer => ("NOT_A_TIMER", "nothing is needed: the program watches its deadlines itself"),
            Self::DeadlineNotPassed => ("DEADLINE_NOT_PASSED", "wait until the deadline has passed"),
            Self::AlreadyBreached => ("ALREADY_BREACHED", "nothing is needed: a breach is recorded once"),
            Self::Injection(error) => error.explained(),
            Self::Response(error) => error.explained(),
        }
    }
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        self.explained().0
    }

    fn remedy(&self) -> &'static str {
        self.explained().1
    }

    fn findings(&self) -> &[Finding] {
        if let Self::Unsafe { findings, .. } = self {
            findings
        } else if let Self::Injection(error) = self {
            error.findings()
        } else {
            &[]
        }
    }

    fn judged_by(&self) -> Option<(&RulesetVersion, bool)> {
        if let Self::Unsafe { ruleset, reviewed, .. } = self { Some((ruleset, *reviewed)) } else { None }
    }
}
