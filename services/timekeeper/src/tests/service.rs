//! A service over a folder, and everything that can ring in it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use concord_domain::adherence::{self, Channel, OutreachOutcome, Wording};
use concord_domain::episode::{self, Criterion, CriterionAnswer, Disposition};
use concord_domain::follow_up::{self, Modality, VisitKind};
use concord_domain::recovery::{self, NaloxoneOffer};
use concord_domain::scales::{self, AdministrationMode};
use concord_domain::side_effects::{self, Grade};
use concord_domain::{Command, DomainEvent, EpisodeRef, InEpisode, InProgram, chart};
use concord_executor::{Executor, ExecutorOptions, Receipt, Request};
use concord_kernel::{
    Actor, Clock, CommandId, Credentials, EpisodeId, IdSource, Instant, LedgerId, ManualClock, PatientId,
    PersonId, Phi, ProgramId, Purpose, RandomIds, ReminderId, ReportId, Role, ScaleId, SeededIds, StreamRef,
    TenantId, Text, Token, VisitId,
};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{LabId, Ruleset};
use concord_ledger::{Entry, Ledger, SqliteLedger, SqliteOptions};
use concord_projection::{Options, Projections, Setup, SqliteStore, ViewId};
use concord_views::Timers;
use uuid::Uuid;

use crate::{Notice, Notifier, NotifyError, Timekeeper};

const SOON: Duration = Duration::from_secs(20);

/// Days after which everything in [`Kind`] has rung: three business days over a weekend, and one to spare.
pub(super) const LONGEST_DAYS: i64 = 6;

/// What notices came to.
#[derive(Default)]
pub(super) struct Told {
    pub(super) notices: Mutex<Vec<Notice>>,
    pub(super) away: std::sync::atomic::AtomicBool,
    /// The process ends after the next one was taken, before it is recorded.
    pub(super) ends: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl Notifier for Told {
    async fn send(&self, notice: &Notice) -> Result<(), NotifyError> {
        use std::sync::atomic::Ordering::SeqCst;
        if self.away.load(SeqCst) {
            return Err(NotifyError::Unavailable(std::io::Error::other("away")));
        }
        self.notices.lock().unwrap().push(notice.clone());
        assert!(!self.ends.swap(false, SeqCst), "the process ends here");
        Ok(())
    }
}

/// A service, as it is between two starts.
pub(super) struct Service {
    pub(super) ledger: Arc<SqliteLedger>,
    pub(super) executor: Executor,
    pub(super) views: Projections,
    pub(super) clock: Arc<ManualClock>,
    pub(super) told: Arc<Told>,
}

impl Service {
    pub(super) fn start(folder: &Path, clock: &Arc<ManualClock>) -> Self {
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        let (time, ids) = (Arc::clone(clock) as _, Arc::new(SeededIds::new(1)));
        let path = folder.join("ledger.db");
        let ledger = Arc::new(SqliteLedger::open(&path, id, time, ids, SqliteOptions::default()).unwrap());
        let options = ExecutorOptions::default();
        let executor =
            Executor::new(Arc::clone(&ledger) as _, Arc::clone(clock) as _, Ruleset::embedded(), options);
        let store = Arc::new(SqliteStore::open(&folder.join("views.db")).unwrap());
        let setup = Setup::new(Arc::clone(&ledger) as _, store, Arc::clone(clock) as _, Options::default());
        let views = setup.with::<Timers>().start().unwrap();
        Self { ledger, executor, views, clock: Arc::clone(clock), told: Arc::default() }
    }

    pub(super) fn timekeeper(&self) -> Timekeeper {
        let (clock, told) = (Arc::clone(&self.clock) as _, Arc::clone(&self.told) as _);
        Timekeeper::new(self.executor.clone(), self.views.clone(), clock, told)
    }

    pub(super) async fn execute(&self, role: Role, n: u128, command: Command) -> Receipt {
        let request = Request {
            patient: patient(n),
            command,
            command_id: CommandId::new(RandomIds.next()),
            request_hash: [0; 32],
            expected_version: None,
            actor: Actor { id: PersonId::new(Uuid::from_u128(7)), role, credentials: Credentials::default() },
            purpose: Purpose::Treatment,
            effective_at: None,
            correlation: None,
            causation: None,
            permitted: concord_domain::Relationships::ALL,
        };
        self.executor.execute(request).await.unwrap()
    }

    pub(super) fn head(&self) -> Token {
        *self.ledger.watch().borrow()
    }

    /// The view shows everything.
    pub(super) async fn level(&self) {
        self.views.wait_for(ViewId::of::<Timers>(), self.head(), SOON).await.unwrap();
    }

    pub(super) fn later(&self, days: i64) {
        self.clock.advance_to(self.clock.now().plus_days(days));
    }

    fn a_minute_later(&self) {
        self.clock.advance_to(self.clock.now().plus(Duration::from_mins(1)));
    }

    pub(super) async fn entries(&self, stream: StreamRef) -> Vec<Entry> {
        self.ledger.read_stream(stream, 0, 1_000).await.unwrap()
    }

    /// The events of that name in a stream.
    pub(super) async fn named(&self, stream: StreamRef, name: &str) -> Vec<Entry> {
        let named = |entry: &Entry| {
            DomainEvent::decode(entry.stream.kind, &entry.payload).unwrap().event_type() == name
        };
        self.entries(stream).await.into_iter().filter(named).collect()
    }

    pub(super) async fn admit(&self, n: u128) {
        let answer =
            CriterionAnswer { criterion: Criterion::CoOccurring, met: true, evidence: words("interview") };
        for command in [
            episode::Command::Refer {
                name: Phi::new(words("Ada Example")),
                born_on: Phi::new(self.clock.now().plus_days(-10_000).day()),
                referred_by: words("county clinic"),
                reason: words("relapse"),
                part2: true,
            },
            episode::Command::Screen { criteria: vec![answer], exclusions: Vec::new() },
            episode::Command::Admit { episode: stay(n).id },
        ] {
            self.execute(Role::Psychiatrist, n, of_stay(command)).await;
        }
    }

    async fn miss_two_visits(&self, n: u128) {
        let ids = [10, 11].map(|visit| VisitId::new(Uuid::from_u128(n * 100 + visit)));
        for visit in ids {
            let command = follow_up::Command::ScheduleVisit {
                visit,
                kind: VisitKind::Medication,
                at: self.clock.now(),
                modality: Modality::InPerson,
                with: PersonId::new(Uuid::from_u128(7)),
            };
            self.execute(Role::Nurse, n, of_visits(n, command)).await;
        }
        self.a_minute_later();
        for visit in ids {
            self.execute(Role::Nurse, n, of_visits(n, follow_up::Command::MarkNoShow { visit })).await;
        }
    }

    async fn come(&self, n: u128) {
        let visit = VisitId::new(Uuid::from_u128(n * 100 + 12));
        let (at, with) = (self.clock.now(), PersonId::new(Uuid::from_u128(7)));
        let (kind, modality) = (VisitKind::Medication, Modality::InPerson);
        let schedule = follow_up::Command::ScheduleVisit { visit, kind, at, modality, with };
        self.execute(Role::Nurse, n, of_visits(n, schedule)).await;
        let (adherence_percent, summary) = (None, words("back again"));
        let record = follow_up::Command::RecordVisit { visit, modality, adherence_percent, summary };
        self.execute(Role::Psychiatrist, n, of_visits(n, record)).await;
    }

    async fn score(&self, n: u128, form: u128, answer: u8) {
        let mut items = vec![Some(answer); 9];
        items[8] = Some(0);
        let command = scales::Command::Administer {
            id: ScaleId::new(Uuid::from_u128(n * 100 + form)),
            scale: ScaleKind::Phq9,
            items,
            stated_total: None,
            mode: AdministrationMode::SelfReport,
            language: "en-US".to_owned(),
            taken_at: self.clock.now(),
            substance: None,
        };
        self.execute(Role::Nurse, n, Command::Scales(command)).await;
    }

    pub(super) async fn discharge(&self, n: u128) {
        let (disposition, medication_plan) = (Disposition::LostToFollowUp, Some(words("three calls")));
        let command = episode::Command::Discharge { disposition, medication_plan };
        self.execute(Role::Psychiatrist, n, of_stay(command)).await;
    }

    pub(super) async fn remind(&self, n: u128, to: Option<PersonId>, every_days: Option<u8>) {
        let command = adherence::Command::ScheduleReminder {
            reminder: reminder(n),
            to,
            wording: Wording::CheckIn,
            channel: Channel::TextMessage,
            first_at: self.clock.now().plus_days(1),
            every_days,
        };
        self.execute(Role::CaseManager, n, of_taking(n, command)).await;
    }
}

/// What can ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SideEffect,
    Reminder,
    CriticalResult,
    Outreach,
    OutreachBreach,
    MissedVisitsReview,
    WorseScoreReview,
    Bridging,
}

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::SideEffect,
        Self::Reminder,
        Self::CriticalResult,
        Self::Outreach,
        Self::OutreachBreach,
        Self::MissedVisitsReview,
        Self::WorseScoreReview,
        Self::Bridging,
    ];

    /// Has it come to what will ring of client `n`, who is admitted for it.
    pub(super) async fn begin(self, service: &Service, n: u128) {
        service.admit(n).await;
        match self {
            Self::SideEffect => {
                let command = side_effects::Command::Report {
                    report: report(n),
                    symptom: None,
                    description: words("a rash on both arms"),
                    grade: Grade::Moderate,
                    red_flags: Vec::new(),
                    suspected: None,
                    onset_at: None,
                };
                service.execute(Role::Nurse, n, Command::SideEffects(command)).await;
            }
            Self::Reminder => service.remind(n, None, None).await,
            Self::CriticalResult => {
                let command = chart::Command::RecordResult {
                    lab: potassium(),
                    value: 2.5,
                    unit: "mmol/L".to_owned(),
                    taken_at: taken_at(),
                    last_dose_at: None,
                };
                service.execute(Role::Nurse, n, Command::Chart(command)).await;
            }
            Self::Outreach | Self::MissedVisitsReview => service.miss_two_visits(n).await,
            Self::OutreachBreach => {
                service.miss_two_visits(n).await;
                service.level().await;
                service.a_minute_later();
                service.timekeeper().record_passed().await.unwrap();
            }
            Self::WorseScoreReview => {
                service.score(n, 20, 0).await;
                service.a_minute_later();
                service.score(n, 21, 1).await;
            }
            Self::Bridging => {
                let command = chart::Command::RecordCondition {
                    name: words("Opioid use disorder"),
                    codings: Vec::new(),
                    condition: None,
                    onset_on: None,
                };
                service.execute(Role::Nurse, n, Command::Chart(command)).await;
                service.discharge(n).await;
            }
        }
        service.level().await;
    }

    /// What makes it needless.
    pub(super) async fn answer(self, service: &Service, n: u128) {
        match self {
            Self::SideEffect => {
                let command = side_effects::Command::Decide {
                    report: report(n),
                    decision: side_effects::Decision::ContinueAndMonitor,
                    rationale: words("mild, and going"),
                };
                service.execute(Role::Psychiatrist, n, Command::SideEffects(command)).await;
            }
            Self::Reminder => {
                let command = adherence::Command::CancelReminder { reminder: reminder(n) };
                service.execute(Role::Patient, n, of_taking(n, command)).await;
            }
            Self::CriticalResult => {
                let (lab, taken_at, action) = (potassium(), taken_at(), words("replaced"));
                let command = chart::Command::ReviewResult { lab, taken_at, action };
                service.execute(Role::Psychiatrist, n, Command::Chart(command)).await;
            }
            Self::Outreach | Self::MissedVisitsReview => service.come(n).await,
            Self::OutreachBreach => {
                let (outcome, note) = (OutreachOutcome::Reached, words("comes tomorrow"));
                let command = adherence::Command::RecordOutreach { outcome, note };
                service.execute(Role::Nurse, n, of_taking(n, command)).await;
                // And reviewed, or that would ring.
                service.discharge(n).await;
            }
            Self::WorseScoreReview => service.discharge(n).await,
            Self::Bridging => {
                let offer = NaloxoneOffer::Provided { kits: 2, trained: true };
                let offer = recovery::Command::OfferNaloxone(offer);
                service.execute(Role::Nurse, n, Command::Recovery(offer)).await;
                let command = episode::Command::DecideBridging {
                    episode: stay(n).id,
                    lines: Vec::new(),
                    note: words("naloxone given"),
                };
                service.execute(Role::Psychiatrist, n, of_stay(command)).await;
            }
        }
    }

    /// What the service records of it.
    pub(super) async fn records(self, service: &Service, n: u128) -> Vec<Entry> {
        let (patient, episode) = (patient(n), stay(n).id);
        let (stream, name) = match self {
            Self::SideEffect => (StreamRef::side_effects(patient), "EscalationBreached"),
            Self::Reminder => (StreamRef::adherence(patient), "ReminderSent"),
            Self::CriticalResult => (StreamRef::chart(patient), "CriticalResultBreached"),
            Self::Outreach => (StreamRef::adherence(patient), "OutreachDue"),
            Self::OutreachBreach => (StreamRef::adherence(patient), "OutreachBreached"),
            Self::MissedVisitsReview | Self::WorseScoreReview => {
                (StreamRef::treatment_plan(patient, episode), "ReviewOpened")
            }
            Self::Bridging => (StreamRef::episode(patient, &program()), "BridgingBreached"),
        };
        service.named(stream, name).await
    }
}

pub(super) fn patient(n: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(1_000 + n))
}

pub(super) fn stay(n: u128) -> EpisodeRef {
    EpisodeRef { program: program(), id: EpisodeId::new(Uuid::from_u128(50_000 + n)) }
}

pub(super) fn reminder(n: u128) -> ReminderId {
    ReminderId::new(Uuid::from_u128(3_000 + n))
}

pub(super) fn of_taking(n: u128, command: adherence::Command) -> Command {
    Command::Adherence(InEpisode { episode: stay(n), command })
}

pub(super) fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn of_visits(n: u128, command: follow_up::Command) -> Command {
    Command::FollowUp(InEpisode { episode: stay(n), command })
}

fn of_stay(command: episode::Command) -> Command {
    Command::Episode(InProgram { program: program(), command })
}

fn program() -> ProgramId {
    ProgramId::parse("iop-adult").unwrap()
}

fn report(n: u128) -> ReportId {
    ReportId::new(Uuid::from_u128(2_000 + n))
}

fn potassium() -> LabId {
    LabId::parse("potassium").unwrap()
}

fn taken_at() -> Instant {
    Instant::parse("2026-03-02T11:00:00Z").unwrap()
}

/// A Monday.
pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(Instant::parse("2026-03-02T12:00:00Z").unwrap()))
}
