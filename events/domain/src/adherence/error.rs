//! The refusals about a patient's adherence.

use concord_kernel::Role;

use crate::Explain;

/// Why a command about adherence is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this.
    #[error("a {role} may not do this about adherence")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The stay is not this patient's open stay in this program, or it is paused.
    #[error("the stay is not open")]
    EpisodeNotActive,
    /// The identifier has named a reminder before.
    #[error("the reminder identifier has been used")]
    ReminderIdUsed,
    /// There is no such reminder in this stay.
    #[error("there is no such reminder in this stay")]
    UnknownReminder,
    /// The reminder is sent no more.
    #[error("the reminder is sent no more")]
    ReminderEnded,
    /// Its time has not come.
    #[error("the time of the reminder has not come")]
    ReminderNotDue,
    /// The first time has passed or is too far ahead, or the interval is out of range.
    #[error("a reminder begins within {most_days} days and comes every 1 to {most_days} days")]
    ReminderOutOfRange {
        /// The most days.
        most_days: i64,
    },
    /// As many reminders are sent as may be.
    #[error("at most {most} reminders are sent in one stay")]
    TooManyReminders {
        /// The most there may be.
        most: usize,
    },
    /// The identifier has named a check-in before.
    #[error("the check-in identifier has been used")]
    CheckInIdUsed,
    /// There is no such check-in.
    #[error("there is no such check-in")]
    UnknownCheckIn,
    /// Nobody is to be called about it.
    #[error("the check-in waits for no call")]
    CheckInNotWaiting,
    /// As many check-ins wait for a call as may.
    #[error("at most {most} check-ins wait for a call")]
    TooManyCheckIns {
        /// The most there may be.
        most: usize,
    },
    /// No such order was ever written.
    #[error("there is no such order on the chart")]
    UnknownOrder,
    /// The order has ended.
    #[error("the order has been stopped")]
    OrderStopped,
    /// The order is interrupted, so no dose of it is due.
    #[error("the order is on hold")]
    OrderHeld,
    /// The time has not come yet.
    #[error("the time is in the future")]
    InTheFuture,
    /// The dose lies before the order's first day.
    #[error("the dose lies before the order began")]
    DoseBeforeStart,
    /// Injections are recorded on the chart.
    #[error("an injection is recorded on the medication chart")]
    RecordedAsInjection,
    /// The dose lies too far back to be remembered.
    #[error("a dose is recorded within {most_days} days")]
    DoseTooLongAgo {
        /// The most days ago.
        most_days: i64,
    },
    /// No rule about missed doses waits for a decision.
    #[error("no missed doses wait for a decision")]
    NothingMissed,
    /// The drug may not go on at its dose.
    #[error("after {hours} hours without it the drug does not go on at this dose")]
    RestartNeeded {
        /// The longest interruption.
        hours: u16,
    },
    /// The period is too short or too long.
    #[error("adherence is measured over {least} to {most} days")]
    PeriodOutOfRange {
        /// The shortest.
        least: u16,
        /// The longest.
        most: u16,
    },
    /// No order that is taken regularly had begun in the period.
    #[error("nothing was ordered to be taken regularly in the period")]
    NothingToMeasure,
    /// The identifier has named a barrier before.
    #[error("the barrier identifier has been used")]
    BarrierIdUsed,
    /// There is no such barrier.
    #[error("there is no such barrier")]
    UnknownBarrier,
    /// The barrier is gone.
    #[error("the barrier is gone already")]
    BarrierGone,
    /// As many barriers are open as may be.
    #[error("at most {most} barriers are open at once")]
    TooManyBarriers {
        /// The most there may be.
        most: usize,
    },
    /// Nothing is named that may be shared.
    #[error("the consent names nothing")]
    NothingShared,
    /// The last day of the consent has passed.
    #[error("the day has passed")]
    DayPassed,
    /// As many of the family help as may.
    #[error("at most {most} of the family help at once")]
    TooManyFamily {
        /// The most there may be.
        most: usize,
    },
    /// The patient has not allowed this person this, or no longer does.
    #[error("the patient's consent does not cover this")]
    FamilyNotPermitted,
    /// A stream that the rule depends on was not looked at.
    #[error("the streams that the rule depends on were not read")]
    FactsMissing,
    /// Only the service does this.
    #[error("only a timer does this")]
    NotATimer,
    /// Not so many medication visits were missed, or the patient came since.
    #[error("no missed visits call for outreach")]
    OutreachNotCalledFor,
    /// Somebody is to reach out already.
    #[error("somebody is to reach out already")]
    OutreachAlreadyDue,
    /// Nobody is to reach out.
    #[error("nobody is to reach out")]
    OutreachNotDue,
    /// The deadline has not passed.
    #[error("the deadline has not passed")]
    DeadlineNotPassed,
    /// The breach is on record.
    #[error("the breach has been recorded already")]
    AlreadyBreached,
}

impl Error {
    const fn explained(&self) -> (&'static str, &'static str) {
        match self {
            Self::RoleNotPermitted { .. } => (
                "ROLE_NOT_PERMITTED",
                "patients, family they allow and the team report; the team arranges; prescribers decide",
            ),
            Self::EpisodeNotActive => {
                ("EPISODE_NOT_ACTIVE", "admit the patient or resume the stay, and name the open stay")
            }
            Self::ReminderIdUsed => ("REMINDER_ID_USED", "use a fresh identifier for the new reminder"),
            Self::UnknownReminder => ("UNKNOWN_REMINDER", "schedule the reminder in this stay first"),
            Self::ReminderEnded => ("REMINDER_ENDED", "schedule another reminder"),
            Self::ReminderNotDue => ("REMINDER_NOT_DUE", "send it when its time has come"),
            Self::ReminderOutOfRange { .. } => {
                ("REMINDER_OUT_OF_RANGE", "name a first time to come and an interval of 1 to 90 days")
            }
            Self::TooManyReminders { .. } => ("TOO_MANY_REMINDERS", "cancel a reminder first"),
            Self::CheckInIdUsed => ("CHECK_IN_ID_USED", "use a fresh identifier for the new check-in"),
            Self::UnknownCheckIn => ("UNKNOWN_CHECK_IN", "record the check-in first"),
            Self::CheckInNotWaiting => ("CHECK_IN_NOT_WAITING", "nothing needs to be done"),
            Self::TooManyCheckIns { .. } => {
                ("TOO_MANY_CHECK_INS", "call those who wait and say what came of it")
            }
            Self::UnknownOrder => ("UNKNOWN_ORDER", "name an order of this patient's chart"),
            Self::OrderStopped => ("ORDER_STOPPED", "record the last dose of a stopped order on the chart"),
            Self::OrderHeld => ("ORDER_HELD", "no dose is due while the order is on hold"),
            Self::InTheFuture => ("IN_THE_FUTURE", "name a time that has passed"),
            Self::RecordedAsInjection => {
                ("RECORDED_AS_INJECTION", "record the injection on the medication chart")
            }
            Self::DoseBeforeStart => ("DOSE_BEFORE_START", "name a time since the order began"),
            Self::DoseTooLongAgo { .. } => ("DOSE_TOO_LONG_AGO", "record doses while they are remembered"),
            Self::NothingMissed => ("NOTHING_MISSED", "nothing needs to be decided"),
            Self::RestartNeeded { .. } => {
                ("RESTART_NEEDED", "decide for what the rule asks, or stop the drug")
            }
            Self::PeriodOutOfRange { .. } => ("PERIOD_OUT_OF_RANGE", "name 7 to 180 days"),
            Self::NothingToMeasure => {
                ("NOTHING_TO_MEASURE", "measure once something is ordered to be taken regularly")
            }
            Self::BarrierIdUsed => ("BARRIER_ID_USED", "use a fresh identifier for the new barrier"),
            Self::UnknownBarrier => ("UNKNOWN_BARRIER", "raise the barrier first"),
            Self::BarrierGone => ("BARRIER_GONE", "raise another barrier for one that has come back"),
            Self::TooManyBarriers { .. } => ("TOO_MANY_BARRIERS", "remove a barrier first"),
            Self::NothingShared => ("NOTHING_SHARED", "name at least one thing that is shared"),
            Self::DayPassed => ("DAY_PASSED", "name today or a day to come"),
            Self::TooManyFamily { .. } => {
                ("TOO_MANY_FAMILY", "withdraw the consent for somebody who no longer helps")
            }
            Self::FamilyNotPermitted => {
                ("FAMILY_NOT_PERMITTED", "ask the patient, and record their consent for this person first")
            }
            Self::FactsMissing => ("FACTS_MISSING", "send the command again; if it happens again, report it"),
            Self::NotATimer => ("NOT_A_TIMER", "nothing is needed: the program watches its deadlines itself"),
            Self::OutreachNotCalledFor => ("OUTREACH_NOT_CALLED_FOR", "nothing is needed"),
            Self::OutreachAlreadyDue => ("OUTREACH_ALREADY_DUE", "reach out and say what came of it"),
            Self::OutreachNotDue => ("OUTREACH_NOT_DUE", "nothing is needed: nobody waits for it"),
            Self::DeadlineNotPassed => ("DEADLINE_NOT_PASSED", "wait until the deadline has passed"),
            Self::AlreadyBreached => ("ALREADY_BREACHED", "nothing is needed: a breach is recorded once"),
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
