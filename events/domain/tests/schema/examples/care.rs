//! Examples of side effects, scores, visits and care teams.

use concord_domain::care_team::{self, Member};
use concord_domain::follow_up::{self, Cadence, Modality, VisitKind};
use concord_domain::scales::{self, AdministrationMode, RiskLevel};
use concord_domain::side_effects::{self, Decision, Grade, Outcome};
use concord_kernel::{OrderId, ReportId, Role, ScaleId, VisitId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{RedFlagId, SymptomId};

use super::{instant, person, text, uuid};

pub(super) fn side_effects() -> Vec<side_effects::Event> {
    use side_effects::Event;
    let report = ReportId::new(uuid(0x5E));
    let order = OrderId::new(uuid(0x0D));
    vec![
        Event::SideEffectReported {
            report,
            symptom: Some(SymptomId::parse("rash").expect("a valid name")),
            description: text("Red patches on both arms"),
            grade: Grade::Severe,
            red_flags: vec![RedFlagId::parse("rash-with-fever").expect("a valid name")],
            suspected: Some(order),
            onset_at: Some(instant("2026-03-09T07:00:00Z")),
            by: person(0xA1),
            role: Role::Therapist,
            contact_by: instant("2026-03-09T10:15:00Z"),
            decide_by: instant("2026-03-09T14:00:00Z"),
            not_on_care_team: false,
        },
        Event::SideEffectTriaged {
            report,
            grade: Grade::LifeThreatening,
            note: text("Fever 39.1 C, mucosa involved"),
            decide_by: instant("2026-03-09T10:30:00Z"),
        },
        Event::SideEffectActionDecided {
            report,
            decision: Decision::Stop(order),
            rationale: text("Stopped at once, sent to hospital"),
            late: false,
        },
        Event::SideEffectResolved { report, outcome: Outcome::Recovered },
        Event::EscalationBreached { report, decide_by: instant("2026-03-09T10:30:00Z") },
    ]
}

pub(super) fn scales() -> Vec<scales::Event> {
    use scales::Event;
    let id = ScaleId::new(uuid(0x5C));
    vec![
        Event::ScaleScored {
            id,
            scale: ScaleKind::Craving,
            items: vec![Some(55)],
            total: Some(55),
            band: Some("contact".to_owned()),
            baseline: Some(80),
            response: Some(false),
            remission: None,
            mode: AdministrationMode::SelfReport,
            language: "en-US".to_owned(),
            taken_at: instant("2026-03-09T08:00:00Z"),
            substance: Some(text("alcohol")),
        },
        Event::RiskRaised {
            id,
            scale: ScaleKind::Craving,
            level: RiskLevel::Low,
            raised_at: instant("2026-03-09T08:01:00Z"),
            act_by: instant("2026-03-10T08:01:00Z"),
        },
        Event::RiskResolved { id, resolution: text("Called; plan for the evening agreed") },
        Event::ScoreWorsened { id, scale: ScaleKind::Phq9, from: 9, to: 15 },
    ]
}

pub(super) fn follow_up() -> Vec<follow_up::Event> {
    use follow_up::Event;
    let visit = VisitId::new(uuid(0x71));
    vec![
        Event::VisitScheduled {
            visit,
            kind: VisitKind::Medication,
            at: instant("2026-03-09T15:00:00Z"),
            modality: Modality::AudioVideo,
            with: person(0xD0),
        },
        Event::VisitCompleted {
            visit,
            kind: VisitKind::Medication,
            at: instant("2026-03-09T15:05:00Z"),
            modality: Modality::AudioVideo,
            adherence_percent: Some(92),
            summary: text("Sleeps better; go on"),
            next_due_at: Some(instant("2026-03-16T15:05:00Z")),
        },
        Event::VisitMissed { visit, kind: VisitKind::Medication, in_a_row: 2 },
        Event::CadenceChanged {
            from: Cadence::Weekly,
            to: Cadence::BiWeekly,
            reason: text("Stable for four weeks"),
            next_due_at: instant("2026-03-23T15:05:00Z"),
        },
    ]
}

pub(super) fn care_team() -> Vec<care_team::Event> {
    use care_team::Event;
    vec![
        Event::CareTeamMemberJoined(Member {
            person: person(0xC1),
            role: Role::PrimaryCare,
            name: text("Dr Lee"),
            organisation: Some(text("Lakeside Family Practice")),
        }),
        Event::CareTeamMemberLeft { person: person(0xC1), reason: text("Patient changed practice") },
    ]
}
