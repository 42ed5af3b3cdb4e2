//! Clients as a test tells of them, in days from the beginning of 2026.

use std::time::Duration;

use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::{Disposition, Event as EpisodeEvent};
use concord_domain::recovery::{Event as RecoveryEvent, OverdoseOutcome};
use concord_domain::scales::{AdministrationMode, Event as ScaleEvent};
use concord_domain::side_effects::{Decision, Event as EffectEvent, Grade, Outcome};
use concord_domain::treatment_plan::{Event as PlanEvent, SessionKind};
use concord_domain::{DomainEvent, assessment};
use concord_kernel::{
    EpisodeId, Instant, OverdoseId, PatientId, Phi, RelapseId, ReportId, Role, ScaleId, SessionId, StreamRef,
    Text,
};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{RulesetVersion, SubstanceId};
use concord_projection::Fact;
use uuid::Uuid;

use crate::tests::{fact, patient, person, program};

/// Noon of that day.
pub(super) fn day(days: i64) -> Instant {
    Instant::parse("2026-01-01T12:00:00Z").unwrap().plus_days(days)
}

/// So many hours later.
pub(super) fn later(days: i64, hours: u64) -> Instant {
    day(days).plus(Duration::from_hours(hours))
}

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

/// One client's record.
pub(super) struct Client {
    patient: PatientId,
    n: u64,
    stays: u64,
    pub(super) facts: Vec<Fact>,
}

impl Client {
    pub(super) fn admitted(n: u64, on: i64) -> Self {
        Self::referred(n, on, on)
    }

    pub(super) fn referred(n: u64, on: i64, admitted_on: i64) -> Self {
        let client = Self { patient: patient(n), n, stays: 0, facts: Vec::new() };
        let referred = EpisodeEvent::PatientReferred {
            program: program(),
            name: Phi::new(text("Ada Quill")),
            born_on: Phi::new(day(-9_000).day()),
            referred_by: text("Dr. Lee"),
            reason: text("relapse"),
            part2: true,
        };
        client.stay(day(on), referred).admitted_again(admitted_on)
    }

    pub(super) fn admitted_again(mut self, on: i64) -> Self {
        self.stays += 1;
        let (episode, admitted_at) = (self.episode(), day(on));
        self.stay(day(on), EpisodeEvent::EpisodeOpened { episode, previous: None, admitted_at })
    }

    pub(super) fn discharged(self, on: i64, disposition: Disposition) -> Self {
        let (episode, at) = (self.episode(), Some(day(on)));
        self.stay(day(on), EpisodeEvent::EpisodeClosed { episode, disposition, medication_plan: None, at })
    }

    pub(super) fn evaluated(self, on: i64) -> Self {
        let stream = StreamRef::assessment(self.patient, self.episode());
        self.told(day(on), stream, DomainEvent::Assessment(assessment::Event::AssessmentCompleted))
    }

    pub(super) fn reconciled(self, on: i64) -> Self {
        let stream = StreamRef::chart(self.patient);
        let event = ChartEvent::MedicationsReconciled { entries: Vec::new(), note: None };
        self.told(day(on), stream, DomainEvent::Chart(event))
    }

    pub(super) fn phq9(self, on: i64, total: u16, baseline: Option<u16>) -> Self {
        let event = ScaleEvent::ScaleScored {
            id: ScaleId::new(Uuid::from_u128(1)),
            scale: ScaleKind::Phq9,
            items: Vec::new(),
            total: Some(total),
            band: None,
            baseline,
            response: baseline.map(|baseline| total * 2 <= baseline),
            remission: Some(total < 5),
            mode: AdministrationMode::SelfReport,
            language: "en".to_owned(),
            taken_at: day(on),
            substance: None,
        };
        let stream = StreamRef::scales(self.patient);
        self.told(day(on), stream, DomainEvent::Scales(event))
    }

    pub(super) fn session(self, on: i64, engagement: Option<u8>) -> Self {
        let event = PlanEvent::TherapyParticipationRecorded {
            session: SessionId::new(Uuid::from_u128(1)),
            kind: SessionKind::Group,
            held_at: day(on),
            attended: engagement.is_some(),
            engagement,
        };
        let stream = StreamRef::treatment_plan(self.patient, self.episode());
        self.told(day(on), stream, DomainEvent::TreatmentPlan(event))
    }

    pub(super) fn measures(self, to: i64, percent: Option<u8>) -> Self {
        let event = AdherenceEvent::AdherenceMeasured {
            from: day(to - 27).day(),
            to: day(to).day(),
            lines: Vec::new(),
            percent,
            outreach_by: None,
            ruleset: RulesetVersion::parse("1").unwrap(),
        };
        let stream = StreamRef::adherence(self.patient);
        self.told(day(to + 1), stream, DomainEvent::Adherence(event))
    }

    pub(super) fn relapse(self, on: i64) -> Self {
        let event = RecoveryEvent::RelapseRecorded {
            relapse: RelapseId::new(Uuid::from_u128(1)),
            substance: SubstanceId::parse("alcohol").unwrap(),
            uses: Vec::new(),
            screens: Vec::new(),
            account: None,
            response: text("seen the same day"),
            at: day(on),
            review_by: day(on + 7),
        };
        let stream = StreamRef::recovery(self.patient);
        self.told(day(on), stream, DomainEvent::Recovery(event))
    }

    pub(super) fn overdose(self, on: i64) -> Self {
        let event = RecoveryEvent::OverdoseReported {
            overdose: OverdoseId::new(Uuid::from_u128(1)),
            at: day(on),
            substances: Vec::new(),
            naloxone_given: true,
            outcome: OverdoseOutcome::Recovered,
            account: text("found in time"),
            by: person(Role::Nurse, 1),
            role: Role::Nurse,
            review_by: day(on + 1),
            not_on_care_team: false,
        };
        let stream = StreamRef::recovery(self.patient);
        self.told(day(on), stream, DomainEvent::Recovery(event))
    }

    pub(super) fn reports(self, report: u128, on: i64) -> Self {
        let event = EffectEvent::SideEffectReported {
            report: ReportId::new(Uuid::from_u128(report)),
            symptom: None,
            description: text("sick every morning"),
            grade: Grade::Moderate,
            red_flags: Vec::new(),
            suspected: None,
            onset_at: None,
            by: person(Role::Nurse, 1),
            role: Role::Nurse,
            contact_by: day(on + 1),
            decide_by: day(on + 1),
            not_on_care_team: false,
        };
        self.effect(day(on), event)
    }

    pub(super) fn decides(self, report: u128, at: Instant, late: bool) -> Self {
        let report = ReportId::new(Uuid::from_u128(report));
        let (decision, rationale) = (Decision::ContinueAndMonitor, text("bearable"));
        self.effect(at, EffectEvent::SideEffectActionDecided { report, decision, rationale, late })
    }

    pub(super) fn closes(self, report: u128, on: i64) -> Self {
        let report = ReportId::new(Uuid::from_u128(report));
        self.effect(day(on), EffectEvent::SideEffectResolved { report, outcome: Outcome::Recovered })
    }

    pub(super) fn breaches(self, report: u128, on: i64) -> Self {
        let report = ReportId::new(Uuid::from_u128(report));
        self.effect(day(on), EffectEvent::EscalationBreached { report, decide_by: day(on) })
    }

    fn effect(self, at: Instant, event: EffectEvent) -> Self {
        let stream = StreamRef::side_effects(self.patient);
        self.told(at, stream, DomainEvent::SideEffects(event))
    }

    fn stay(self, at: Instant, event: EpisodeEvent) -> Self {
        let stream = StreamRef::episode(self.patient, &program());
        self.told(at, stream, DomainEvent::Episode(event))
    }

    fn episode(&self) -> EpisodeId {
        EpisodeId::new(Uuid::from_u64_pair(self.n, self.stays))
    }

    fn told(mut self, at: Instant, stream: StreamRef, event: DomainEvent) -> Self {
        let position = self.facts.len() as u64 + 1;
        self.facts.push(fact(position, at, self.patient, stream, event));
        self
    }
}
