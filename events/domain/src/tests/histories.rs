//! Histories nobody thought of: whatever is accepted replays to the same state and keeps the invariants.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Instant, PatientId, PersonId, Phi, Role, ScaleId, StreamKind, StreamRef, VisitId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{ConditionId, Ruleset};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use strum::VariantNames;

use crate::assessment::{self, Section};
use crate::care_team::{self, Member};
use crate::chart;
use crate::episode::{self, Criterion, CriterionAnswer, Disposition, Exclusion, Interruption, Phase};
use crate::follow_up::{self, Cadence, Modality, VisitKind};
use crate::recovery;
use crate::scales::{self, AdministrationMode};
use crate::testing::{by, noon, program, stay, text, uuid};
use crate::{Command, DomainEvent, EpisodeRef, Facts, InEpisode, InProgram, Refusal, State};

/// A patient's streams, each with its folded state and the bytes that were stored.
struct Record {
    patient: PatientId,
    now: Instant,
    streams: BTreeMap<StreamRef, (State, Vec<Vec<u8>>)>,
    events: Vec<(StreamRef, DomainEvent)>,
}

#[derive(Clone, Debug)]
struct Step {
    role: Role,
    hours_later: i64,
    command: Command,
}

impl Record {
    fn new() -> Self {
        let patient = PatientId::new(uuid(0xADA));
        Self { patient, now: noon(), streams: BTreeMap::new(), events: Vec::new() }
    }

    fn state(&self, stream: StreamRef) -> State {
        self.streams.get(&stream).map_or_else(|| State::empty(stream.kind), |(state, _)| state.clone())
    }

    /// What the executor does: read, decide, store, fold.
    fn take(&mut self, step: &Step) -> Result<(), Refusal> {
        self.now = self.now.plus(std::time::Duration::from_hours(step.hours_later.unsigned_abs()));
        let target = step.command.target(self.patient);
        let read: Vec<_> = target.reads.iter().map(|stream| self.state(*stream)).collect();
        let by = by(step.role).at(self.now).knowing(Facts::gather(&read, Ruleset::embedded()));
        for event in self.state(target.stream).decide(step.command.clone(), by.0)? {
            let empty = || (State::empty(target.stream.kind), Vec::new());
            let (state, stored) = self.streams.entry(target.stream).or_insert_with(empty);
            stored.push(event.encode());
            state.apply(event.clone());
            self.events.push((target.stream, event));
        }
        Ok(())
    }

    fn replays(&self) {
        for (stream, (state, stored)) in &self.streams {
            let mut replayed = State::empty(stream.kind);
            for bytes in stored {
                replayed.apply(DomainEvent::decode(stream.kind, bytes).unwrap());
            }
            assert_eq!(&replayed, state, "{stream}");
            let snapshot: State = serde_json::from_slice(&serde_json::to_vec(state).unwrap()).unwrap();
            assert_eq!(&snapshot, state, "{stream} as a snapshot");
        }
    }

    #[expect(clippy::too_many_lines, reason = "a line or two for each aggregate")]
    fn keeps_the_invariants(&self) {
        let (mut open, mut opened, mut paused) = (None, BTreeSet::new(), false);
        let (mut visits, mut forms, mut team) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (_, event) in &self.events {
            match event {
                DomainEvent::Episode(event) => match event {
                    episode::Event::EpisodeOpened { episode, .. } => {
                        assert_eq!(open.replace(*episode), None, "one stay at a time");
                        assert!(opened.insert(*episode), "a stay is opened once");
                        paused = false;
                    }
                    episode::Event::EpisodePaused { episode, .. } => {
                        assert_eq!((open, paused), (Some(*episode), false));
                        paused = true;
                    }
                    episode::Event::EpisodeResumed { episode } => {
                        assert_eq!((open, paused), (Some(*episode), true));
                        paused = false;
                    }
                    episode::Event::EpisodePhaseChanged { episode, from, to, .. } => {
                        assert_eq!((open, paused), (Some(*episode), false));
                        assert!(from.leads_to(*to));
                    }
                    episode::Event::EpisodeClosed { episode, .. } => {
                        assert_eq!(open.take(), Some(*episode));
                    }
                    episode::Event::BridgingDue { episode, .. }
                    | episode::Event::BridgingDecided { episode, .. }
                    | episode::Event::BridgingBreached { episode, .. } => {
                        assert!(opened.contains(episode) && open != Some(*episode));
                    }
                    episode::Event::PatientReferred { .. }
                    | episode::Event::CandidateScreened { .. }
                    | episode::Event::PatientWaitlisted { .. } => assert_eq!(open, None),
                },
                DomainEvent::Assessment(_) => assert!(open.is_some() && !paused),
                DomainEvent::Scales(scales::Event::ScaleScored { id, .. }) => assert!(forms.insert(*id)),
                DomainEvent::Scales(
                    scales::Event::RiskRaised { id, .. }
                    | scales::Event::RiskResolved { id, .. }
                    | scales::Event::ScoreWorsened { id, .. },
                ) => assert!(forms.contains(id)),
                DomainEvent::FollowUp(follow_up::Event::VisitScheduled { visit, .. }) => {
                    assert!(open.is_some() && !paused && visits.insert((*visit, open)));
                }
                DomainEvent::FollowUp(follow_up::Event::CadenceChanged { from, to, .. }) => {
                    assert!(to < from || from.longer() == Some(*to));
                }
                DomainEvent::FollowUp(
                    follow_up::Event::VisitCompleted { .. } | follow_up::Event::VisitMissed { .. },
                )
                | DomainEvent::Chart(_)
                | DomainEvent::SideEffects(_)
                // They have histories of their own beside their rules.
                | DomainEvent::TreatmentPlan(_)
                | DomainEvent::Coordination(_)
                | DomainEvent::Adherence(_)
                | DomainEvent::Recovery(_)
                | DomainEvent::Prescription(_)
                | DomainEvent::Ruleset(_)
                | DomainEvent::SigningRights(_)
                | DomainEvent::Audit(_)
                | DomainEvent::Consent(_)
                | DomainEvent::Feed(_)
                | DomainEvent::Inbox(_)
                | DomainEvent::Access(_) => {}
                DomainEvent::CareTeam(care_team::Event::CareTeamMemberJoined(member)) => {
                    assert!(team.insert(member.person));
                }
                DomainEvent::CareTeam(care_team::Event::CareTeamMemberLeft { person, .. }) => {
                    assert!(team.remove(person));
                }
            }
        }
    }
}

fn in_stay<C>(n: u128, command: C) -> InEpisode<C> {
    InEpisode { episode: EpisodeRef { program: program(), id: stay(n) }, command }
}

fn of_stays(command: episode::Command) -> Command {
    Command::Episode(InProgram { program: program(), command })
}

fn refer() -> episode::Command {
    episode::Command::Refer {
        name: Phi::new(text("Ada Example")),
        born_on: Phi::new(noon().plus_days(-10_000).day()),
        referred_by: text("clinic"),
        reason: text("relapse"),
        part2: true,
    }
}

fn screen(met: bool, exclusions: Vec<Exclusion>) -> episode::Command {
    let criteria =
        vec![CriterionAnswer { criterion: Criterion::CoOccurring, met, evidence: text("interview") }];
    episode::Command::Screen { criteria, exclusions }
}

/// The way of a stay from referral to a signed assessment and two visits of a patient who gets well.
fn beginning() -> Vec<Command> {
    let mut way = vec![refer(), screen(true, vec![]), episode::Command::Admit { episode: stay(0) }]
        .into_iter()
        .map(of_stays)
        .collect::<Vec<_>>();
    let assess = |command| Command::Assessment(in_stay(0, command));
    way.push(assess(assessment::Command::Start));
    way.extend(
        Section::ALL
            .map(|section| assess(assessment::Command::RecordSection { section, finding: text("as told") })),
    );
    way.push(assess(assessment::Command::Complete));
    way.extend([(100, 2), (101, 0), (102, 0)].map(|(n, answer)| {
        Command::Scales(scales::Command::Administer {
            id: ScaleId::new(uuid(n)),
            scale: ScaleKind::Gad7,
            items: vec![Some(answer); 7],
            stated_total: None,
            mode: AdministrationMode::Clinician,
            language: "en-US".to_owned(),
            taken_at: noon(),
            substance: None,
        })
    }));
    let visit = |command| Command::FollowUp(in_stay(0, command));
    for n in [100, 101] {
        let id = VisitId::new(uuid(n));
        way.push(visit(follow_up::Command::ScheduleVisit {
            visit: id,
            kind: VisitKind::Medication,
            at: noon(),
            modality: Modality::InPerson,
            with: PersonId::new(uuid(1)),
        }));
        way.push(visit(follow_up::Command::RecordVisit {
            visit: id,
            modality: Modality::InPerson,
            adherence_percent: Some(100),
            summary: text("well"),
        }));
    }
    way.push(Command::Chart(chart::Command::RecordCondition {
        name: text("Opioid use disorder"),
        codings: Vec::new(),
        condition: None,
        onset_on: None,
    }));
    way
}

fn any_of_stays() -> impl Strategy<Value = Command> {
    use episode::Command as C;
    let phases = vec![
        Phase::Assessing,
        Phase::MedicationNotIndicated,
        Phase::Planning,
        Phase::Titrating,
        Phase::Stabilising,
        Phase::Maintenance,
        Phase::SteppingDown,
    ];
    prop_oneof![
        4 => Just(refer()),
        4 => (any::<bool>(), prop::collection::vec(Just(Exclusion::MedicallyUnstable), 0..2))
            .prop_map(|(met, exclusions)| screen(met, exclusions)),
        5 => Just(C::Waitlist { reason: text("no place") }),
        4 => (0_u128..3).prop_map(|n| C::Admit { episode: stay(n) }),
        4 => select(phases).prop_map(|to| C::ChangePhase { to, reason: text("as planned") }),
        1 => Just(C::Pause { because: Interruption::Leave }),
        4 => Just(C::Resume),
        1 => Just(C::Discharge { disposition: Disposition::Completed, medication_plan: None }),
        4 => (0_u128..3).prop_map(|n| C::BreachBridging { episode: stay(n) }),
        2 => (0_u128..3).prop_map(|n| C::DecideBridging {
            episode: stay(n),
            lines: Vec::new(),
            note: text("naloxone given"),
        }),
    ]
    .prop_map(of_stays)
}

fn any_of_assessments() -> impl Strategy<Value = Command> {
    use assessment::Command as C;
    let conditions = prop::collection::vec(
        select(vec!["major-depression", "ptsd", "nonsense"])
            .prop_map(|name| ConditionId::parse(name).unwrap()),
        0..3,
    );
    let command = prop_oneof![
        Just(C::Start),
        select(Section::ALL.to_vec())
            .prop_map(|section| C::RecordSection { section, finding: text("as told") }),
        Just(C::Complete),
        (any::<bool>(), conditions).prop_map(|(indicated, diagnoses)| C::DecideIndication {
            indicated,
            diagnoses,
            reasons: vec![text("because")],
        }),
        Just(C::Reopen { reason: text("new history") }),
    ];
    (0_u128..3, command).prop_map(|(n, command)| Command::Assessment(in_stay(n, command)))
}

fn any_of_scores() -> impl Strategy<Value = Command> {
    let kinds = select(ScaleKind::ALL.to_vec());
    let form = kinds.prop_flat_map(|scale| {
        let answers = (0..scale.items()).map(|item| {
            let offered: Vec<u8> =
                (0..=scale.highest_answer(item)).filter(|answer| scale.offers(item, *answer)).collect();
            prop::option::weighted(0.95, select(offered))
        });
        (Just(scale), answers.collect::<Vec<_>>())
    });
    prop_oneof![
        4 => (0_u128..40, form, 0_i64..40).prop_map(|(n, (scale, items), days)| scales::Command::Administer {
            id: ScaleId::new(uuid(n)),
            scale,
            items,
            stated_total: None,
            mode: AdministrationMode::SelfReport,
            language: "en-US".to_owned(),
            taken_at: noon().plus_days(days),
            substance: scale.is_about_something().then(|| text("alcohol")),
        }),
        1 => (0_u128..40).prop_map(|n| scales::Command::ResolveRisk {
            id: ScaleId::new(uuid(n)),
            resolution: text("called"),
        }),
    ]
    .prop_map(Command::Scales)
}

fn any_of_visits() -> impl Strategy<Value = Command> {
    use follow_up::Command as C;
    let visit = || (0_u128..8).prop_map(|n| VisitId::new(uuid(n)));
    let kind = select(vec![VisitKind::Medication, VisitKind::Therapy, VisitKind::Nursing]);
    let cadence = select(vec![Cadence::Weekly, Cadence::BiWeekly, Cadence::Monthly]);
    let command = prop_oneof![
        (visit(), kind, 0_i64..40).prop_map(|(visit, kind, days)| C::ScheduleVisit {
            visit,
            kind,
            at: noon().plus_days(days),
            modality: Modality::InPerson,
            with: PersonId::new(uuid(1)),
        }),
        (visit(), prop::option::of(0_u8..=102)).prop_map(|(visit, adherence_percent)| C::RecordVisit {
            visit,
            modality: Modality::InPerson,
            adherence_percent,
            summary: text("as told"),
        }),
        visit().prop_map(|visit| C::MarkNoShow { visit }),
        cadence.prop_map(|to| C::ChangeCadence { to, reason: text("settled") }),
    ];
    (0_u128..2, command).prop_map(|(n, command)| Command::FollowUp(in_stay(n, command)))
}

fn any_of_teams() -> impl Strategy<Value = Command> {
    let role = select(Role::ALL.to_vec());
    prop_oneof![
        (0_u128..4, role).prop_map(|(n, role)| care_team::Command::AddMember(Member {
            person: PersonId::new(uuid(n)),
            role,
            name: text("Lee"),
            organisation: Some(text("Lakeside")),
        })),
        (0_u128..4).prop_map(|n| care_team::Command::RemoveMember {
            person: PersonId::new(uuid(n)),
            reason: text("moved"),
        }),
    ]
    .prop_map(Command::CareTeam)
}

fn offered() -> recovery::NaloxoneOffer {
    recovery::NaloxoneOffer::Provided { kits: 1, trained: true }
}

fn any_step() -> impl Strategy<Value = Step> {
    let role = prop_oneof![
        6 => Just(Role::Psychiatrist),
        1 => Just(Role::Service),
        1 => select(Role::ALL.to_vec()),
    ];
    let command = prop_oneof![
        30 => any_of_stays(),
        20 => any_of_assessments(),
        20 => any_of_scores(),
        30 => any_of_visits(),
        10 => any_of_teams(),
        2 => Just(Command::Recovery(recovery::Command::OfferNaloxone(offered()))),
    ];
    (role, 0_i64..36, command).prop_map(|(role, hours_later, command)| Step { role, hours_later, command })
}

#[test]
fn the_beginning_is_accepted() {
    let mut record = Record::new();
    for command in beginning() {
        record.take(&Step { role: Role::Psychiatrist, hours_later: 0, command }).unwrap();
    }
    assert_eq!(record.streams.len(), 5);
    assert!(record.streams.keys().any(|stream| stream.kind == StreamKind::Assessment));
}

/// A property over histories that accept nothing would say nothing.
#[test]
fn histories_reach_every_event_they_are_about() {
    let mut runner = TestRunner::deterministic();
    let steps = prop::collection::vec(any_step(), 80);
    let mut reached = BTreeMap::<&'static str, usize>::new();
    for _ in 0..320 {
        let mut record = Record::new();
        for command in beginning() {
            record.take(&Step { role: Role::Psychiatrist, hours_later: 0, command }).unwrap();
        }
        for step in steps.new_tree(&mut runner).unwrap().current() {
            let _refused = record.take(&step);
        }
        for (_, event) in &record.events {
            *reached.entry(event.event_type()).or_default() += 1;
        }
    }
    let named = [
        episode::Event::VARIANTS,
        assessment::Event::VARIANTS,
        scales::Event::VARIANTS,
        follow_up::Event::VARIANTS,
        care_team::Event::VARIANTS,
    ]
    .concat();
    let missing: Vec<_> = named.into_iter().filter(|name| !reached.contains_key(name)).collect();
    assert!(missing.is_empty(), "{missing:?} of {reached:?}");
}

proptest! {
    #[test]
    fn any_accepted_history_replays_to_the_same_state_and_keeps_the_invariants(
        begun in 0_usize..=27,
        steps in prop::collection::vec(any_step(), 1..80),
    ) {
        let mut record = Record::new();
        let begun = beginning().into_iter().take(begun);
        let begun = begun.map(|command| Step { role: Role::Psychiatrist, hours_later: 0, command });
        for step in begun.chain(steps) {
            let before = record.events.len();
            let refused = record.take(&step).is_err();
            prop_assert!(!refused || record.events.len() == before, "a refusal records nothing");
        }
        record.replays();
        record.keeps_the_invariants();
    }
}
