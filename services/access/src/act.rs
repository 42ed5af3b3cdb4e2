//! What somebody wants to do, as the policy sees it.

use concord_domain::side_effects;
use concord_domain::{
    Command, InEpisode, InProgram, OfPrescription, access, adherence, assessment, care_team, chart, consent,
    coordination, episode, follow_up, inbox, prescription, recovery, scales, signing_rights, treatment_plan,
};
use concord_kernel::PersonId;

/// A kind of change to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
pub enum Act {
    /// Send somebody to a program.
    Refer,
    /// Judge a candidate.
    Screen,
    /// Run the stay: waitlist, admit, phase, pause, resume, discharge.
    ManageEpisode,
    /// Write the assessment.
    Assess,
    /// Sign the assessment; decide the indication.
    Indicate,
    /// Write allergies, conditions, results, outside medications; reconcile; check.
    KeepChart,
    /// Say when a dose was taken.
    ReportDose,
    /// Order, adjust, hold, stop; override.
    Prescribe,
    /// Agree with an override.
    Cosign,
    /// Report a side effect.
    ReportSideEffect,
    /// Judge or close a side effect.
    TriageSideEffect,
    /// Decide about a side effect.
    DecideSideEffect,
    /// Say that a deadline passed, or start what follows from what happened.
    Escalate,
    /// Record a scale.
    Score,
    /// Close a risk.
    ResolveRisk,
    /// Make appointments; say that somebody did not come.
    Schedule,
    /// Say what happened at a visit.
    RecordVisit,
    /// Change how often visits come.
    ChangeCadence,
    /// Change who cares for a patient.
    ManageTeam,
    /// Write the plan; say which goal a medication serves.
    WritePlan,
    /// Agree to the plan.
    AgreePlan,
    /// Set, meet and drop goals; arrange help that serves them.
    KeepGoals,
    /// Record what was explained about a medication and what the patient decided; review medication.
    DecideTogether,
    /// Raise a concern.
    RaiseConcern,
    /// Answer a concern; teach.
    Explain,
    /// Say how a patient took part in therapy.
    RecordParticipation,
    /// Record a change in the patient's life.
    RecordLifeChange,
    /// Record, or take back, the patient's consent to share with somebody outside.
    KeepSharingConsent,
    /// Pass the plan on.
    SharePlan,
    /// Ask somebody who treats the patient for their opinion.
    RequestConsult,
    /// Tell what happened elsewhere, answer a consult, raise a conflict, say what was seen.
    TakePart,
    /// Look at what somebody outside told.
    ReviewOutsideUpdate,
    /// Say who changes what.
    ResolveConflict,
    /// Arrange reminders, for the patient or whom they allow.
    Remind,
    /// Say how the patient is doing.
    CheckIn,
    /// Say which doses were taken and which were missed.
    ReportTaking,
    /// Decide how it goes on after doses were missed for too long.
    DecideMissedDoses,
    /// Measure adherence.
    MeasureAdherence,
    /// Say what keeps the patient from taking medication; say what they allow their family.
    SpeakForPatient,
    /// Call, remove barriers, talk with family.
    SupportAdherence,
    /// Plan how buprenorphine is begun; say what follows from a relapse or an overdose.
    Induct,
    /// Clear and watch doses, take samples, challenge with naloxone.
    WatchDoses,
    /// Hand out naloxone; record what an opioid treatment program dispensed.
    Dispense,
    /// Recognise a relapse.
    RecogniseRelapse,
    /// Tell of substance use or of an overdose.
    ReportUse,
    /// Measure who is still in treatment.
    MeasureRetention,
    /// Acknowledge critical results; leave tests out.
    Monitor,
    /// Prepare a prescription.
    DraftPrescription,
    /// Read a prescription ready, sign it, print it, take it back; answer the pharmacy.
    SignPrescription,
    /// Say what became of a prescription at the pharmacy, and what it asks for.
    RecordPharmacy,
    /// Say that a prescription was sent, or has expired.
    RelayPrescription,
    /// Give an injection that acts for weeks.
    Inject,
    /// Tell of one that was given.
    TellOfInjection,
    /// Propose, sign and reject the rules that decisions are judged by.
    MakeRules,
    /// Look at the record for an audit or evaluation.
    Audit,
    /// Record a consent to disclosures, or take it back.
    KeepConsent,
    /// Agree not to disclose something; end that.
    RestrictDisclosure,
    /// Let a partner subscribe, or no more.
    ManageFeeds,
    /// Tell something as a partner.
    Contribute,
    /// Look at what a partner told.
    ReviewContribution,
    /// Take oneself into a care team.
    JoinTeam,
    /// Look at a record in an emergency without being on the care team.
    BreakGlass,
    /// Judge what somebody did who broke the glass.
    ReviewBreakGlass,
    /// Say that somebody is to sign controlled prescriptions.
    ProposeSigningRight,
    /// Give them the right, as a registrant.
    ConfirmSigningRight,
    /// Take it away.
    RevokeSigningRight,
}

/// A kind of question to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
pub enum Question {
    /// A therapist's caseload and client detail.
    Caseload,
    /// A prescriber's worklist and client detail.
    Worklist,
    /// A primary-care liaison's reconciled list.
    Reconciled,
    /// The list of another person than the one who asks.
    ListOfAnother,
    /// Who is with the program.
    Roster,
    /// What is due for whom.
    DueItems,
    /// One client's course over time.
    Course,
    /// The log itself.
    Ledger,
    /// One client's whole history on the time axis.
    Timeline,
    /// How a program's clients fare, in numbers.
    Outcomes,
    /// The rules that decisions are judged by.
    Rules,
    /// Signed checkpoints of the log and proofs for them.
    Checkpoints,
    /// Who looked at one patient's record, and what was disclosed of it.
    AccessLog,
    /// What a patient consented to disclose.
    Consents,
    /// What partners told and nobody has looked at.
    Inbox,
    /// Which partners take what.
    Feeds,
    /// What patients consented to that a partner takes.
    Feed,
    /// Who broke the glass before the records of one's own patients.
    BrokenGlass,
    /// Who broke the glass before any record, and what is to be reviewed.
    EveryBrokenGlass,
    /// Who may sign controlled prescriptions.
    SigningRights,
    /// Whether somebody is a client at all.
    KnowOf,
}

impl Act {
    /// The kind of change that `command` asks for, by `actor`.
    #[expect(clippy::too_many_lines, reason = "a table: one line a command")]
    pub fn of(command: &Command, actor: PersonId) -> Self {
        match command {
            Command::Episode(InProgram { command, .. }) => match command {
                episode::Command::Refer { .. } => Self::Refer,
                episode::Command::Screen { .. } => Self::Screen,
                episode::Command::Waitlist { .. }
                | episode::Command::Admit { .. }
                | episode::Command::ChangePhase { .. }
                | episode::Command::Pause { .. }
                | episode::Command::Resume
                | episode::Command::Discharge { .. } => Self::ManageEpisode,
                episode::Command::DecideBridging { .. } => Self::Prescribe,
                episode::Command::BreachBridging { .. } => Self::Escalate,
            },
            Command::Assessment(InEpisode { command, .. }) => match command {
                assessment::Command::Start
                | assessment::Command::RecordSection { .. }
                | assessment::Command::Reopen { .. } => Self::Assess,
                assessment::Command::Complete | assessment::Command::DecideIndication { .. } => {
                    Self::Indicate
                }
            },
            Command::Chart(command) => Self::of_chart(command),
            Command::SideEffects(command) => match command {
                side_effects::Command::Report { .. } => Self::ReportSideEffect,
                side_effects::Command::Triage { .. } | side_effects::Command::Resolve { .. } => {
                    Self::TriageSideEffect
                }
                side_effects::Command::Decide { .. } => Self::DecideSideEffect,
                side_effects::Command::Breach { .. } => Self::Escalate,
            },
            Command::Scales(command) => match command {
                scales::Command::Administer { .. } => Self::Score,
                scales::Command::ResolveRisk { .. } => Self::ResolveRisk,
            },
            Command::FollowUp(InEpisode { command, .. }) => match command {
                follow_up::Command::ScheduleVisit { .. } | follow_up::Command::MarkNoShow { .. } => {
                    Self::Schedule
                }
                follow_up::Command::RecordVisit { .. } => Self::RecordVisit,
                follow_up::Command::ChangeCadence { .. } => Self::ChangeCadence,
            },
            Command::CareTeam(care_team::Command::AddMember(member)) if member.person == actor => {
                Self::JoinTeam
            }
            Command::CareTeam(care_team::Command::AddMember(_) | care_team::Command::RemoveMember { .. }) => {
                Self::ManageTeam
            }
            Command::Adherence(InEpisode { command, .. }) => Self::of_adherence(command),
            Command::Recovery(command) => Self::of_recovery(command),
            Command::Prescription(OfPrescription { command, .. }) => Self::of_prescription(command),
            Command::Ruleset(_) => Self::MakeRules,
            Command::Audit(_) => Self::Audit,
            Command::Consent(command) => match command {
                consent::Command::Give { .. } | consent::Command::Revoke { .. } => Self::KeepConsent,
                consent::Command::Restrict { .. } | consent::Command::EndRestriction { .. } => {
                    Self::RestrictDisclosure
                }
            },
            Command::Feed(_) => Self::ManageFeeds,
            Command::Inbox(command) => match command {
                inbox::Command::Receive { .. } => Self::Contribute,
                inbox::Command::Review { .. } => Self::ReviewContribution,
            },
            Command::Access(access::Command::Break { .. } | access::Command::RecordUse { .. }) => {
                Self::BreakGlass
            }
            Command::Access(access::Command::Review { .. }) => Self::ReviewBreakGlass,
            Command::SigningRights(command) => match command {
                signing_rights::Command::Propose { .. } => Self::ProposeSigningRight,
                signing_rights::Command::Confirm { .. } => Self::ConfirmSigningRight,
                signing_rights::Command::Revoke { .. } => Self::RevokeSigningRight,
            },
            Command::TreatmentPlan(InEpisode { command, .. }) => Self::of_plan(command),
            Command::Coordination(command) => Self::of_coordination(command),
        }
    }

    const fn of_coordination(command: &coordination::Command) -> Self {
        use coordination::Command as C;
        match command {
            C::RecordSharingConsent { .. } | C::RevokeSharingConsent { .. } => Self::KeepSharingConsent,
            C::SharePlan { .. } => Self::SharePlan,
            C::RequestConsult { .. } => Self::RequestConsult,
            C::RecordOutsideUpdate { .. }
            | C::AnswerConsult { .. }
            | C::RaiseConflict { .. }
            | C::AcknowledgeChanges { .. } => Self::TakePart,
            C::ReviewOutsideUpdate { .. } => Self::ReviewOutsideUpdate,
            C::ResolveConflict { .. } => Self::ResolveConflict,
        }
    }

    const fn of_adherence(command: &adherence::Command) -> Self {
        use adherence::Command as C;
        match command {
            C::ScheduleReminder { .. } | C::CancelReminder { .. } | C::RecordReminderSent { .. } => {
                Self::Remind
            }
            C::RecordCheckIn { .. } => Self::CheckIn,
            C::RecordDoseTaken { .. } | C::RecordDoseMissed { .. } => Self::ReportTaking,
            C::DecideMissedDoses { .. } => Self::DecideMissedDoses,
            C::MeasureAdherence { .. } => Self::MeasureAdherence,
            C::RaiseBarrier { .. } | C::PermitFamily { .. } | C::WithdrawFamily { .. } => {
                Self::SpeakForPatient
            }
            C::FollowUpCheckIn { .. } | C::RemoveBarrier { .. } | C::EngageFamily { .. } => {
                Self::SupportAdherence
            }
            C::RecordOutreach { .. } => Self::SupportAdherence,
            C::OpenOutreach { .. } | C::BreachOutreach { .. } => Self::Escalate,
        }
    }

    const fn of_recovery(command: &recovery::Command) -> Self {
        use recovery::Command as C;
        match command {
            C::StartInduction { .. }
            | C::CompleteInduction { .. }
            | C::AbandonInduction { .. }
            | C::ReviewRelapse { .. }
            | C::ReviewOverdose { .. } => Self::Induct,
            C::ClearFirstDose { .. }
            | C::RecordObservedDose { .. }
            | C::RecordDrugScreen { .. }
            | C::RecordNaloxoneChallenge { .. } => Self::WatchDoses,
            C::OfferNaloxone(_) | C::RecordOtpDose { .. } => Self::Dispense,
            C::RecordRelapse { .. } => Self::RecogniseRelapse,
            C::RecordSubstanceUse { .. } | C::ReportOverdose { .. } => Self::ReportUse,
            C::MeasureRetention { .. } => Self::MeasureRetention,
        }
    }

    const fn of_prescription(command: &prescription::Command) -> Self {
        use prescription::Command as C;
        match command {
            C::Draft(_) => Self::DraftPrescription,
            C::MarkReady
            | C::Sign { .. }
            | C::Print
            | C::Cancel { .. }
            | C::AnswerChange { .. }
            | C::AnswerRenewal { .. } => Self::SignPrescription,
            C::RecordStatus { .. }
            | C::RecordCancelAnswer { .. }
            | C::RecordFill { .. }
            | C::ProposeChange { .. }
            | C::RequestRenewal { .. } => Self::RecordPharmacy,
            C::Transmit | C::Expire => Self::RelayPrescription,
        }
    }

    const fn of_plan(command: &treatment_plan::Command) -> Self {
        use treatment_plan::Command as C;
        match command {
            C::Draft { .. } | C::Revise { .. } | C::LinkGoalToMedication { .. } => Self::WritePlan,
            C::Agree { .. } => Self::AgreePlan,
            C::AddGoal { .. }
            | C::MeetGoal { .. }
            | C::DropGoal { .. }
            | C::PlanSupport { .. }
            | C::FinishSupport { .. } => Self::KeepGoals,
            C::RecordSharedDecision { .. } | C::ReviewMedication { .. } => Self::DecideTogether,
            C::RaiseConcern { .. } => Self::RaiseConcern,
            C::AnswerConcern { .. } | C::RecordEducation { .. } => Self::Explain,
            C::RecordTherapyParticipation { .. } => Self::RecordParticipation,
            C::RecordLifeChange { .. } => Self::RecordLifeChange,
            C::OpenReview { .. } => Self::Escalate,
        }
    }

    const fn of_chart(command: &chart::Command) -> Self {
        use chart::Command as C;
        match command {
            C::RecordCharacteristics { .. }
            | C::ConfirmNoKnownAllergies
            | C::RecordAllergy { .. }
            | C::RefuteAllergy { .. }
            | C::RecordCondition { .. }
            | C::ResolveCondition { .. }
            | C::RecordResult { .. }
            | C::RecordPdmpCheck { .. }
            | C::RecordOutsideMedication { .. }
            | C::EndOutsideMedication { .. }
            | C::RecordNeverTaken { .. }
            | C::Reconcile { .. }
            | C::CheckSafety { .. }
            | C::AcknowledgeBoxedWarning { .. } => Self::KeepChart,
            C::RecordLastDose { .. } => Self::ReportDose,
            C::OverrideInteraction { .. }
            | C::ResolveInteraction { .. }
            | C::Prescribe(_)
            | C::AdjustDose { .. }
            | C::Hold { .. }
            | C::Resume { .. }
            | C::PlanTaper { .. }
            | C::PlanTitration { .. }
            | C::AdvanceTitration { .. }
            | C::CancelTitration { .. }
            | C::Switch(_)
            | C::Stop { .. }
            | C::Renew { .. }
            | C::Correct { .. }
            | C::DecideLateInjection { .. }
            | C::AttestTolerability { .. }
            | C::ReviewInjection { .. }
            | C::AssessResponse { .. } => Self::Prescribe,
            // Part of a signature.
            C::AllotSupply { .. } => Self::SignPrescription,
            C::CosignOverride { .. } => Self::Cosign,
            C::ReviewResult { .. } | C::WaiveTest { .. } => Self::Monitor,
            C::BreachResult { .. } | C::RecordInjectionOverdue { .. } => Self::Escalate,
            C::GiveInjection(_) => Self::Inject,
            C::RecordInjection(_) => Self::TellOfInjection,
        }
    }
}
