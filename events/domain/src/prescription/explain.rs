//! What a caller is told about a refusal by a prescription.

use super::Error;
use crate::Explain;

impl Error {
    /// The stable name of the reason and what would help.
    #[expect(clippy::too_many_lines, reason = "a table: one line a refusal")]
    const fn explained(&self) -> (&'static str, &'static str) {
        match self {
            Self::RoleNotPermitted { .. } => (
                "ROLE_NOT_PERMITTED",
                "nurses and pharmacists prepare, prescribers sign and answer, the relay sends",
            ),
            Self::PrescriptionIdUsed => ("PRESCRIPTION_ID_USED", "draw a new prescription identifier"),
            Self::NotDrafted => ("PRESCRIPTION_NOT_DRAFTED", "draft the prescription first"),
            Self::AlreadyReady => ("PRESCRIPTION_READY", "have it signed by whoever read it ready"),
            Self::NotReady => ("PRESCRIPTION_NOT_READY", "read it and mark it ready first"),
            Self::AlreadySigned => {
                ("PRESCRIPTION_SIGNED", "cancel it and write another: nothing alters after signing")
            }
            Self::NotSigned => ("PRESCRIPTION_NOT_SIGNED", "sign the prescription first"),
            Self::Over => ("PRESCRIPTION_OVER", "write another prescription"),
            Self::NotYours => {
                ("NOT_YOUR_PRESCRIPTION", "have whoever marked it ready sign it, or write another")
            }
            Self::UnknownOrder => ("UNKNOWN_ORDER", "name an order of this patient's chart"),
            Self::OrderStopped => ("ORDER_STOPPED", "write a new order first"),
            Self::OrderHeld => ("ORDER_HELD", "resume the order first"),
            Self::OrderChanged => {
                ("ORDER_CHANGED", "cancel the draft and write another for the order as it is")
            }
            Self::OrderJudgedTooLongAgo { .. } => {
                ("ORDER_JUDGED_TOO_LONG_AGO", "renew the order on the chart, which checks its safety again")
            }
            Self::UnknownDrug => ("UNKNOWN_DRUG", "order a drug of the formulary"),
            Self::NotPrescribable => (
                "NOT_PRESCRIBABLE",
                "refer to whoever may dispense it and record it as an outside medication",
            ),
            Self::OnlyDispensed => (
                "ONLY_DISPENSED",
                "refer to an opioid treatment program and record its dose as an outside medication",
            ),
            Self::ScheduleNotCovered { .. } => {
                ("SCHEDULE_NOT_COVERED", "ask a prescriber whose DEA registration covers the schedule")
            }
            Self::SupplyOutOfRange => ("SUPPLY_OUT_OF_RANGE", "name 1 to 365 days and at most 11 refills"),
            Self::SupplyBeyondSchedule => {
                ("SUPPLY_BEYOND_SCHEDULE", "lower the refills or days to what the drug's schedule allows")
            }
            Self::SupplyBeyondOrder => {
                ("SUPPLY_BEYOND_ORDER", "hand out no more than the order, or renew the order with more")
            }
            Self::QuantityOutOfRange { .. } => ("QUANTITY_OUT_OF_RANGE", "name the units of one fill"),
            Self::EarliestFillPassed => ("EARLIEST_FILL_PASSED", "name today or a day to come, or none"),
            Self::SeriesNotAllowed => ("SERIES_NOT_ALLOWED", "use refills, where the schedule allows them"),
            Self::UnknownPrescription => {
                ("UNKNOWN_PRESCRIPTION", "name a prescription of this patient, or none")
            }
            Self::SeriesBroken => ("SERIES_BROKEN", "name the latest prescription of the same order"),
            Self::SeriesTooEarly { .. } => {
                ("SERIES_TOO_EARLY", "name the day on which the one before it runs out as earliest day")
            }
            Self::SeriesTooLong { .. } => ("SERIES_TOO_LONG", "see the patient before the series goes on"),
            Self::NoSigningRight { .. } => (
                "NO_SIGNING_RIGHT",
                "have the director propose the right to sign and a DEA registrant confirm it",
            ),
            Self::NotShown(why) => why.explained(),
            Self::PdmpMissing => ("PDMP_MISSING", "look into the state's monitoring program and record it"),
            Self::PdmpTooOld { .. } => {
                ("PDMP_TOO_OLD", "look into the state's monitoring program again and record it")
            }
            Self::VisitRequired => ("VISIT_REQUIRED", "name the visit at which it was decided"),
            Self::VisitNotHeld => ("VISIT_NOT_HELD", "record the visit first, or name one that took place"),
            Self::VisitTooLongAgo { .. } => ("VISIT_TOO_LONG_AGO", "see the patient again, then sign"),
            Self::LegalBasisNotInForce => {
                ("LEGAL_BASIS_NOT_IN_FORCE", "see the patient in person, or find a basis that holds today")
            }
            Self::InTheFuture => ("IN_THE_FUTURE", "name a time that has been"),
            Self::NotToBeSent => ("PRESCRIPTION_NOT_TO_BE_SENT", "nothing needs to be sent"),
            Self::NotFailed => ("TRANSMISSION_NOT_FAILED", "wait for the pharmacy's answer"),
            Self::AlreadyCancelling => ("ALREADY_CANCELLING", "wait for the pharmacy's answer"),
            Self::TooManyCancellations { .. } => ("TOO_MANY_CANCELLATIONS", "call the pharmacy"),
            Self::NotCancelling => ("NOT_CANCELLING", "ask the pharmacy to cancel first"),
            Self::UnknownMessage => ("UNKNOWN_MESSAGE", "name a message of this prescription"),
            Self::TooManyFills { .. } => ("TOO_MANY_FILLS", "call the pharmacy and find out what happens"),
            Self::RequestIdUsed => ("PHARMACY_REQUEST_ID_USED", "draw a new request identifier"),
            Self::UnknownRequest => ("UNKNOWN_PHARMACY_REQUEST", "record the pharmacy's request first"),
            Self::RequestAnswered => ("PHARMACY_REQUEST_ANSWERED", "nothing needs to be answered"),
            Self::TooManyRequests { .. } => ("TOO_MANY_PHARMACY_REQUESTS", "call the pharmacy"),
            Self::ReplacementNotSigned => ("REPLACEMENT_NOT_SIGNED", "sign the other prescription first"),
            Self::NotExpired => ("PRESCRIPTION_NOT_EXPIRED", "wait until its last day has passed"),
            Self::EpisodeNotActive => (
                "EPISODE_NOT_ACTIVE",
                "order anew in the stay that the patient is in, then draft for that order",
            ),
            Self::ConsentRequired => (
                "CONSENT_REQUIRED",
                "explain the medication, decide together and record the shared decision first",
            ),
            Self::ConsentDeclined => (
                "CONSENT_DECLINED",
                "taper what is taken, or decide anew together and record the shared decision",
            ),
            Self::SupplyBeyondTaper { .. } => (
                "SUPPLY_BEYOND_TAPER",
                "hand out what lasts up to the last day of the taper without refills, or plan the taper anew",
            ),
            Self::BridgeTooLong { .. } => (
                "BRIDGE_TOO_LONG",
                "hand out fewer days without refills, plan a taper, or order anew in an open stay",
            ),
            Self::AlreadyBridged => (
                "ALREADY_BRIDGED",
                "plan a taper, hand over to whoever prescribes on, or order anew in an open stay",
            ),
            Self::RestartNeeded { .. } => (
                "RESTART_NEEDED",
                "lower the order to the drug's first dose, or stop it and write a new one at that dose",
            ),
            Self::SupplyHandedOut { .. } => (
                "SUPPLY_HANDED_OUT",
                "cancel a prescription that is not needed, or renew the order, which checks its safety again",
            ),
            Self::SupplyNotAllotted { .. } => {
                ("SUPPLY_NOT_ALLOTTED", "send the command again; if it happens again, report it")
            }
            Self::FactsMissing => ("FACTS_MISSING", "send the command again; if it happens again, report it"),
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
}
