//! Commands that nobody thought of: on few patients and few streams, so that many meet.

use concord_domain::assessment::{self, Section};
use concord_domain::care_team::{self, Member};
use concord_domain::chart;
use concord_domain::episode::{self, Disposition, Interruption};
use concord_domain::follow_up::{self, Cadence, Modality, VisitKind};
use concord_domain::scales::{self, AdministrationMode};
use concord_domain::side_effects::{self, Grade, Outcome};
use concord_domain::{Command, EpisodeRef, InEpisode};
use concord_kernel::{EpisodeId, OrderId, PatientId, PersonId, ReportId, Role, ScaleId, StreamRef, VisitId};
use concord_knowledge::LabId;
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::scale::ScaleKind;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::{admission, at_noon, in_program, program, referral, screening, text};

pub(super) const PATIENTS: u128 = 3;
const STAYS: u128 = 2;

/// A command on somebody's record, by somebody in a role.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) patient: PatientId,
    pub(super) role: Role,
    pub(super) command: Command,
    /// Where the caller says it saw the stream.
    pub(super) expected_version: Option<u64>,
}

pub(super) fn patient(n: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(0x1000 + n))
}

fn stay(n: u128) -> EpisodeId {
    EpisodeId::new(Uuid::from_u128(0x50 + n))
}

/// Every stream that any of these commands may touch or read.
pub(super) fn streams() -> Vec<StreamRef> {
    let of = |n| {
        let patient = patient(n);
        let whole = [StreamRef::episode(patient, &program()), StreamRef::chart(patient)];
        let parts =
            [StreamRef::side_effects(patient), StreamRef::scales(patient), StreamRef::care_team(patient)];
        let stays = (0..STAYS).flat_map(move |n| {
            [StreamRef::assessment(patient, stay(n)), StreamRef::follow_up(patient, stay(n))]
        });
        whole.into_iter().chain(parts).chain(stays)
    };
    (0..PATIENTS).flat_map(of).collect()
}

/// What brings a patient into their first stay.
pub(super) fn opening(n: u128) -> Vec<Asked> {
    let commands = [referral(), screening(), admission(stay(0))];
    let asked = |command| Asked {
        patient: patient(n),
        role: Role::Psychiatrist,
        command: in_program(command),
        expected_version: None,
    };
    commands.into_iter().map(asked).collect()
}

fn of_stays() -> impl Strategy<Value = Command> {
    use episode::Command as C;
    prop_oneof![
        2 => Just(referral()),
        2 => Just(screening()),
        3 => (0..STAYS).prop_map(|n| admission(stay(n))),
        1 => Just(C::Pause { because: Interruption::Leave }),
        2 => Just(C::Resume),
        1 => Just(C::Discharge { disposition: Disposition::Completed, medication_plan: None }),
    ]
    .prop_map(in_program)
}

fn in_a_stay<C>(n: u128, command: C) -> InEpisode<C> {
    InEpisode { episode: EpisodeRef { program: program(), id: stay(n) }, command }
}

fn of_assessments() -> impl Strategy<Value = Command> {
    use assessment::Command as C;
    let sections = Section::ALL[..4].to_vec();
    let command = prop_oneof![
        2 => Just(C::Start),
        4 => select(sections).prop_map(|section| C::RecordSection { section, finding: text("as told") }),
        1 => Just(C::Complete),
    ];
    (0..STAYS, command).prop_map(|(n, command)| Command::Assessment(in_a_stay(n, command)))
}

fn of_scores() -> impl Strategy<Value = Command> {
    let id = |n| ScaleId::new(Uuid::from_u128(n));
    prop_oneof![
        4 => (0_u128..8, 0_u8..4).prop_map(move |(n, answer)| scales::Command::Administer {
            id: id(n),
            scale: ScaleKind::Gad7,
            items: vec![Some(answer); 7],
            stated_total: None,
            mode: AdministrationMode::Clinician,
            language: "en-US".to_owned(),
            taken_at: at_noon(),
            substance: None,
        }),
        1 => (0_u128..8).prop_map(move |n| scales::Command::ResolveRisk {
            id: id(n),
            resolution: text("called"),
        }),
    ]
    .prop_map(Command::Scales)
}

fn of_visits() -> impl Strategy<Value = Command> {
    use follow_up::Command as C;
    let visit = || (0_u128..4).prop_map(|n| VisitId::new(Uuid::from_u128(n)));
    let command = prop_oneof![
        4 => (visit(), select(vec![VisitKind::Medication, VisitKind::Therapy])).prop_map(|(visit, kind)| {
            let with = PersonId::new(Uuid::from_u128(1));
            C::ScheduleVisit { visit, kind, at: at_noon(), modality: Modality::InPerson, with }
        }),
        3 => visit().prop_map(|visit| C::RecordVisit {
            visit,
            modality: Modality::InPerson,
            adherence_percent: Some(100),
            summary: text("well"),
        }),
        1 => visit().prop_map(|visit| C::MarkNoShow { visit }),
        2 => select(vec![Cadence::Weekly, Cadence::BiWeekly])
            .prop_map(|to| C::ChangeCadence { to, reason: text("settled") }),
    ];
    (0..STAYS, command).prop_map(|(n, command)| Command::FollowUp(in_a_stay(n, command)))
}

fn of_side_effects() -> impl Strategy<Value = Command> {
    use side_effects::Command as C;
    let report = || (0_u128..4).prop_map(|n| ReportId::new(Uuid::from_u128(n)));
    let order = prop::option::weighted(0.3, Just(OrderId::new(Uuid::from_u128(1))));
    prop_oneof![
        3 => (report(), order).prop_map(|(report, suspected)| C::Report {
            report,
            symptom: None,
            description: text("sick every morning"),
            grade: Grade::Mild,
            red_flags: Vec::new(),
            suspected,
            onset_at: None,
        }),
        2 => report().prop_map(|report| C::Triage { report, grade: Grade::Moderate, note: text("as told") }),
        1 => report().prop_map(|report| C::Resolve { report, outcome: Outcome::Recovered }),
    ]
    .prop_map(Command::SideEffects)
}

fn of_charts() -> impl Strategy<Value = Command> {
    use chart::Command as C;
    let substance = || select(vec!["penicillin", "latex"]).prop_map(text);
    prop_oneof![
        1 => Just(C::ConfirmNoKnownAllergies),
        2 => substance().prop_map(|substance| C::RecordAllergy {
            substance,
            codings: Vec::new(),
            reaction: None,
            severity: ReactionSeverity::Moderate,
            kind: ReactionKind::Allergy,
        }),
        2 => substance().prop_map(|substance| C::RefuteAllergy { substance, reason: text("tolerated it") }),
        3 => (130_u32..145).prop_map(|value| C::RecordResult {
            lab: LabId::parse("sodium").unwrap(),
            value: f64::from(value),
            unit: "mmol/L".to_owned(),
            taken_at: at_noon(), last_dose_at: None,
        }),
    ]
    .prop_map(Command::Chart)
}

fn of_teams() -> impl Strategy<Value = Command> {
    let person = || (0_u128..3).prop_map(|n| PersonId::new(Uuid::from_u128(n)));
    prop_oneof![
        2 => person().prop_map(|person| care_team::Command::AddMember(Member {
            person,
            role: Role::Nurse,
            name: text("Lee"),
            organisation: None,
        })),
        1 => person().prop_map(|person| care_team::Command::RemoveMember { person, reason: text("moved") }),
    ]
    .prop_map(Command::CareTeam)
}

pub(super) fn any_asked() -> impl Strategy<Value = Asked> {
    let command = prop_oneof![
        of_stays(),
        of_assessments(),
        of_scores(),
        of_visits(),
        of_side_effects(),
        of_charts(),
        of_teams(),
    ];
    let role = prop_oneof![4 => Just(Role::Psychiatrist), 1 => Just(Role::Nurse)];
    let version = prop::option::weighted(0.1, 0_u64..4);
    (0..PATIENTS, role, command, version).prop_map(|(n, role, command, expected_version)| Asked {
        patient: patient(n),
        role,
        command,
        expected_version,
    })
}

/// What somebody else records, with luck, of what decisions elsewhere rest on.
pub(super) fn any_rival() -> impl Strategy<Value = Asked> {
    use episode::Command as C;
    let stays = prop_oneof![Just(C::Pause { because: Interruption::Leave }), Just(C::Resume)];
    let command = prop_oneof![
        stays.prop_map(in_program),
        of_assessments(),
        of_scores(),
        of_visits(),
        of_side_effects(),
        of_charts(),
        of_teams(),
    ];
    command.prop_map(|command| Asked {
        patient: patient(0),
        role: Role::Psychiatrist,
        command,
        expected_version: None,
    })
}
