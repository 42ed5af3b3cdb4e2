//! A decision by any state is the decision of its aggregate.

use concord_kernel::{Role, StreamKind};

use crate::testing::{By, by, going_on, program, text, this_stay, uuid};
use crate::{
    Command, DomainEvent, Explain, Facts, InEpisode, InProgram, OfPrescription, Refusal, State, access,
    adherence, assessment, audit, care_team, chart, consent, coordination, episode, feed, follow_up, inbox,
    prescription, recovery, ruleset, scales, side_effects, signing_rights, treatment_plan,
};

fn decided(by: By, kind: StreamKind, command: Command) -> Result<Vec<DomainEvent>, Refusal> {
    State::empty(kind).decide(command, by.0)
}

/// A command that nobody could obey at the beginning of each kind of stream.
#[expect(clippy::too_many_lines, reason = "a line or two for each aggregate")]
fn out_of_place(kind: StreamKind) -> Command {
    let person = concord_kernel::PersonId::new(uuid(9));
    match kind {
        StreamKind::Episode => {
            Command::Episode(InProgram { program: program(), command: episode::Command::Resume })
        }
        StreamKind::Assessment => {
            Command::Assessment(InEpisode { episode: this_stay(), command: assessment::Command::Complete })
        }
        StreamKind::MedicationChart => Command::Chart(chart::Command::Hold {
            order: concord_kernel::OrderId::new(uuid(9)),
            reason: text("why"),
        }),
        StreamKind::SideEffects => Command::SideEffects(side_effects::Command::Resolve {
            report: concord_kernel::ReportId::new(uuid(9)),
            outcome: side_effects::Outcome::Recovered,
        }),
        StreamKind::Scales => Command::Scales(scales::Command::ResolveRisk {
            id: concord_kernel::ScaleId::new(uuid(9)),
            resolution: text("called"),
        }),
        StreamKind::FollowUp => Command::FollowUp(InEpisode {
            episode: this_stay(),
            command: follow_up::Command::MarkNoShow { visit: concord_kernel::VisitId::new(uuid(9)) },
        }),
        StreamKind::CareTeam => {
            Command::CareTeam(care_team::Command::RemoveMember { person, reason: text("why") })
        }
        StreamKind::Coordination => {
            Command::Coordination(coordination::Command::RevokeSharingConsent { recipient: person })
        }
        StreamKind::TreatmentPlan => Command::TreatmentPlan(InEpisode {
            episode: this_stay(),
            command: treatment_plan::Command::Agree { version: 1 },
        }),
        StreamKind::Adherence => Command::Adherence(InEpisode {
            episode: this_stay(),
            command: adherence::Command::WithdrawFamily { person },
        }),
        StreamKind::Recovery => Command::Recovery(recovery::Command::ClearFirstDose {
            induction: concord_kernel::InductionId::new(uuid(9)),
        }),
        StreamKind::Prescription => Command::Prescription(OfPrescription {
            prescription: concord_kernel::PrescriptionId::new(uuid(9)),
            command: prescription::Command::Print,
        }),
        StreamKind::Ruleset => Command::Ruleset(ruleset::Command::Reject {
            ruleset: concord_knowledge::RulesetVersion::parse("2027-01-04.0123456789ab").unwrap(),
            reason: text("why"),
        }),
        StreamKind::Access => Command::Access(access::Command::Review {
            glass: concord_kernel::GlassId::new(uuid(9)),
            finding: access::Finding::Justified,
            note: text("as told"),
        }),
        StreamKind::Audit => Command::Audit(audit::Command::Record {
            audit: concord_kernel::AuditId::new(uuid(9)),
            record: audit::tests::record(),
        }),
        StreamKind::Consent => Command::Consent(consent::Command::Revoke {
            consent: concord_kernel::ConsentId::new(uuid(9)),
            how: text("told the nurse"),
        }),
        StreamKind::Feed => Command::Feed(feed::Command::Close {
            subscription: concord_kernel::SubscriptionId::new(uuid(9)),
            reason: text("why"),
        }),
        StreamKind::SigningRights => Command::SigningRights(signing_rights::Command::Revoke {
            right: concord_kernel::SigningRightId::new(uuid(9)),
            cause: signing_rights::Cause::FactorCompromised,
            note: text("the token is gone"),
        }),
        StreamKind::Inbox => Command::Inbox(inbox::Command::Receive {
            contribution: concord_kernel::ContributionId::new(uuid(9)),
            told: Box::new(inbox::tests::told()),
        }),
    }
}

const fn refused_by(refusal: &Refusal) -> StreamKind {
    match refusal {
        Refusal::Episode(_) => StreamKind::Episode,
        Refusal::Assessment(_) => StreamKind::Assessment,
        Refusal::Chart(_) => StreamKind::MedicationChart,
        Refusal::SideEffects(_) => StreamKind::SideEffects,
        Refusal::Scales(_) => StreamKind::Scales,
        Refusal::FollowUp(_) => StreamKind::FollowUp,
        Refusal::CareTeam(_) => StreamKind::CareTeam,
        Refusal::TreatmentPlan(_) => StreamKind::TreatmentPlan,
        Refusal::Coordination(_) => StreamKind::Coordination,
        Refusal::Adherence(_) => StreamKind::Adherence,
        Refusal::Recovery(_) => StreamKind::Recovery,
        Refusal::Prescription(_) => StreamKind::Prescription,
        Refusal::Ruleset(_) => StreamKind::Ruleset,
        Refusal::Audit(_) => StreamKind::Audit,
        Refusal::Consent(_) => StreamKind::Consent,
        Refusal::Feed(_) => StreamKind::Feed,
        Refusal::Inbox(_) => StreamKind::Inbox,
        Refusal::Access(_) => StreamKind::Access,
        Refusal::SigningRights(_) => StreamKind::SigningRights,
    }
}

#[test]
fn each_aggregate_refuses_its_own_commands() {
    for kind in StreamKind::ALL {
        let by = by(Role::Psychiatrist).knowing(going_on());
        let refusal = decided(by, kind, out_of_place(kind)).unwrap_err();
        assert_eq!(refused_by(&refusal), kind, "{refusal:?}");
        assert!(!refusal.reason().is_empty() && !refusal.remedy().is_empty());
    }
}

#[test]
fn what_an_aggregate_decides_is_an_event_of_its_kind_and_changes_its_state() {
    let member = care_team::Member {
        person: concord_kernel::PersonId::new(uuid(9)),
        role: Role::Nurse,
        name: text("Lee"),
        organisation: None,
    };
    let cases = [
        Command::Assessment(InEpisode { episode: this_stay(), command: assessment::Command::Start }),
        Command::Chart(chart::Command::ConfirmNoKnownAllergies),
        Command::CareTeam(care_team::Command::AddMember(member)),
        Command::TreatmentPlan(InEpisode {
            episode: this_stay(),
            command: treatment_plan::Command::Draft { summary: text("sleep first") },
        }),
        Command::Adherence(InEpisode {
            episode: this_stay(),
            command: adherence::Command::RaiseBarrier {
                barrier: concord_kernel::BarrierId::new(uuid(9)),
                kind: adherence::BarrierKind::Cost,
                words: text("no insurance"),
            },
        }),
    ];
    for command in cases {
        let by = by(Role::Psychiatrist).knowing(going_on());
        let kind = command.target(by.0.patient).stream.kind;
        let mut state = State::empty(kind);
        let events = state.decide(command, by.0).unwrap();
        assert!(!events.is_empty() && events.iter().all(|event| event.kind() == kind), "{events:?}");
        for event in events {
            state.apply(event);
        }
        assert_ne!(state, State::empty(kind));
    }
}

#[test]
#[should_panic(expected = "the executor loads the state that Command::target names")]
fn a_state_decides_nothing_for_another_aggregate() {
    let _ = decided(by(Role::Nurse), StreamKind::Scales, out_of_place(StreamKind::CareTeam));
}

#[test]
fn facts_are_of_the_streams_that_were_read_only() {
    let (states, rules) = (StreamKind::ALL.map(State::empty), concord_knowledge::Ruleset::embedded());
    assert_eq!(Facts::gather([], rules), Facts::default());
    let all = Facts::gather(&states, rules);
    assert!(all.episode.is_some() && all.indication.is_some() && all.chart.is_some());
    assert!(all.side_effects.is_some() && all.scales.is_some() && all.plan.is_some());
    assert!(all.adherence.is_some());
    assert!(all.visits.is_some() && all.signing_rights.is_some());
    assert!(all.prescriptions.is_empty(), "of an empty stream there is nothing to know");
    let only_scales = Facts::gather(states.iter().filter(|state| matches!(state, State::Scales(_))), rules);
    assert_eq!(only_scales, Facts { scales: all.scales, ..Facts::default() });
}
