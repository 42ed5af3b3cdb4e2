//! Examples of a stay and its assessment.

use concord_domain::assessment::{self, Section};
use concord_domain::episode::{
    self, BridgingDecision, BridgingLine, Criterion, CriterionAnswer, Disposition, Exclusion, Interruption,
    Phase,
};
use concord_kernel::{EpisodeId, OrderId, Phi};
use concord_knowledge::ConditionId;

use super::{born_on, episode_ref, instant, program, stay_id, text, uuid};

pub(super) fn episode() -> Vec<episode::Event> {
    use episode::Event;
    let episode = stay_id();
    vec![
        Event::PatientReferred {
            program: program(),
            name: Phi::new(text("Ada Example")),
            born_on: born_on(),
            referred_by: text("County clinic"),
            reason: text("Relapse after low mood"),
            part2: true,
        },
        Event::CandidateScreened {
            criteria: vec![
                CriterionAnswer {
                    criterion: Criterion::CoOccurring,
                    met: true,
                    evidence: text("Alcohol use disorder and depression"),
                },
                CriterionAnswer {
                    criterion: Criterion::IncompleteTherapyResponse,
                    met: false,
                    evidence: text("No therapy yet"),
                },
            ],
            exclusions: vec![Exclusion::SevereAlcoholWithdrawal],
            candidate: false,
        },
        Event::PatientWaitlisted { reason: text("No place before March") },
        Event::EpisodeOpened {
            episode,
            previous: Some(EpisodeId::new(uuid(0xE0))),
            admitted_at: instant("2026-03-02T09:00:00Z"),
        },
        Event::EpisodePhaseChanged {
            episode,
            from: Phase::Assessing,
            to: Phase::Planning,
            reason: text("Medication is indicated"),
        },
        Event::EpisodePaused { episode, because: Interruption::Hospitalised },
        Event::EpisodeResumed { episode },
        Event::EpisodeClosed {
            episode,
            disposition: Disposition::Completed,
            medication_plan: Some(text("Primary care goes on prescribing")),
            at: None,
        },
        Event::BridgingDue {
            episode,
            orders: vec![OrderId::new(uuid(0x0D))],
            naloxone: true,
            decide_by: instant("2026-06-02T10:00:00Z"),
        },
        Event::BridgingDecided {
            episode,
            lines: vec![BridgingLine {
                order: OrderId::new(uuid(0x0D)),
                decision: BridgingDecision::Supplied,
            }],
            note: text("Primary care goes on prescribing"),
            late: false,
        },
        Event::BridgingBreached { episode, decide_by: instant("2026-06-02T10:00:00Z") },
    ]
}

pub(super) fn assessment() -> Vec<assessment::Event> {
    use assessment::Event;
    let depression = || ConditionId::parse("major-depression").expect("a valid name");
    vec![
        Event::AssessmentStarted { episode: episode_ref() },
        Event::AssessmentSectionRecorded {
            section: Section::SubstanceUse,
            finding: text("Alcohol daily until 2026-02-20"),
        },
        Event::AssessmentCompleted,
        Event::MedicationIndicated {
            diagnoses: vec![depression()],
            reasons: vec![text("No full response to therapy alone")],
        },
        Event::MedicationNotIndicated {
            diagnoses: vec![depression()],
            reasons: vec![text("Mild and getting better")],
        },
        Event::AssessmentReopened { reason: text("History of mania became known") },
    ]
}
