//! Any command of the clinical record, and which streams it concerns.

use concord_kernel::{EpisodeId, PatientId, PrescriptionId, ProgramId, StreamRef};
use serde::{Deserialize, Serialize};

use crate::treatment_plan::ReviewCause;
use crate::{
    access, adherence, assessment, audit, care_team, chart, consent, coordination, episode, feed, follow_up,
    inbox, prescription, recovery, ruleset, scales, side_effects, signing_rights, treatment_plan,
};

/// Names one stay together with the program it is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EpisodeRef {
    /// The program.
    pub program: ProgramId,
    /// The stay.
    pub id: EpisodeId,
}

/// A command about one patient's stays in a program.
#[derive(Clone, Debug, PartialEq)]
pub struct InProgram<C> {
    /// The program.
    pub program: ProgramId,
    /// What is asked.
    pub command: C,
}

/// A command about one stay.
#[derive(Clone, Debug, PartialEq)]
pub struct InEpisode<C> {
    /// The stay.
    pub episode: EpisodeRef,
    /// What is asked.
    pub command: C,
}

/// A command about one prescription.
#[derive(Clone, Debug, PartialEq)]
pub struct OfPrescription<C> {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// What is asked.
    pub command: C,
}

/// Anything that may be asked of a patient's record.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Of the stays in a program.
    Episode(InProgram<episode::Command>),
    /// Of the assessment of a stay.
    Assessment(InEpisode<assessment::Command>),
    /// Of the medication chart.
    Chart(chart::Command),
    /// Of the side-effect record.
    SideEffects(side_effects::Command),
    /// Of the scores.
    Scales(scales::Command),
    /// Of the visits of a stay.
    FollowUp(InEpisode<follow_up::Command>),
    /// Of the care team.
    CareTeam(care_team::Command),
    /// Of the treatment plan of a stay.
    TreatmentPlan(InEpisode<treatment_plan::Command>),
    /// Of those who treat the patient in different places.
    Coordination(coordination::Command),
    /// Of how the patient takes what is ordered, in a stay.
    Adherence(InEpisode<adherence::Command>),
    /// Of the recovery record.
    Recovery(recovery::Command),
    /// Of a prescription.
    Prescription(OfPrescription<prescription::Command>),
    /// Of the rules that decisions are judged by; of no patient's record.
    Ruleset(ruleset::Command),
    /// Of what was looked at for an audit or evaluation.
    Audit(audit::Command),
    /// Of what the patient consented to disclose.
    Consent(consent::Command),
    /// Of what a partner takes; of no patient's record.
    Feed(feed::Command),
    /// Of what partners told about the patient.
    Inbox(inbox::Command),
    /// Of who reached the record in an emergency.
    Access(access::Command),
    /// Of who may sign controlled prescriptions; of no patient's record.
    SigningRights(signing_rights::Command),
}

/// The streams that a command concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The stream whose state decides and which takes the events.
    pub stream: StreamRef,
    /// Streams whose facts the decision depends on.
    pub reads: Vec<StreamRef>,
}

impl Command {
    /// Names the streams that the command concerns in `patient`'s record.
    #[expect(clippy::too_many_lines, reason = "a line or two for each aggregate")]
    pub fn target(&self, patient: PatientId) -> Target {
        match self {
            Self::Episode(InProgram { program, command }) => {
                Target { stream: StreamRef::episode(patient, program), reads: stay_reads(command, patient) }
            }
            Self::Assessment(InEpisode { episode, .. }) => Target {
                stream: StreamRef::assessment(patient, episode.id),
                reads: vec![StreamRef::episode(patient, &episode.program)],
            },
            Self::Chart(command) => {
                Target { stream: StreamRef::chart(patient), reads: chart_reads(command, patient) }
            }
            Self::SideEffects(command) => {
                let mut reads = Vec::new();
                if command.cites_an_order() {
                    reads.push(StreamRef::chart(patient));
                }
                if command.needs_care_team() {
                    reads.push(StreamRef::care_team(patient));
                }
                Target { stream: StreamRef::side_effects(patient), reads }
            }
            Self::Scales(_) => Target { stream: StreamRef::scales(patient), reads: Vec::new() },
            Self::FollowUp(InEpisode { episode, command }) => {
                let mut reads = vec![StreamRef::episode(patient, &episode.program)];
                if command.needs_stability() {
                    reads.extend([
                        StreamRef::chart(patient),
                        StreamRef::side_effects(patient),
                        StreamRef::adherence(patient),
                    ]);
                }
                if command.needs_risks() {
                    reads.push(StreamRef::scales(patient));
                }
                Target { stream: StreamRef::follow_up(patient, episode.id), reads }
            }
            Self::CareTeam(_) => Target { stream: StreamRef::care_team(patient), reads: Vec::new() },
            Self::TreatmentPlan(InEpisode { episode, command }) => Target {
                stream: StreamRef::treatment_plan(patient, episode.id),
                reads: plan_reads(episode, command, patient),
            },
            Self::Coordination(command) => {
                Target { stream: StreamRef::coordination(patient), reads: command.reads(patient) }
            }
            Self::Adherence(InEpisode { episode, command }) => {
                let mut reads = vec![StreamRef::episode(patient, &episode.program)];
                if command.needs_chart() {
                    reads.push(StreamRef::chart(patient));
                }
                if command.needs_visits() {
                    reads.push(StreamRef::follow_up(patient, episode.id));
                }
                Target { stream: StreamRef::adherence(patient), reads }
            }
            Self::Recovery(command) => {
                Target { stream: StreamRef::recovery(patient), reads: recovery_reads(command, patient) }
            }
            Self::Prescription(OfPrescription { prescription, command }) => Target {
                stream: StreamRef::prescription(patient, *prescription),
                reads: prescription_reads(command, patient),
            },
            Self::Ruleset(_) => alone(StreamRef::ruleset()),
            Self::SigningRights(_) => alone(StreamRef::signing_rights()),
            Self::Access(_) => Target { stream: StreamRef::access(patient), reads: Vec::new() },
            Self::Audit(audit::Command::Record { audit, .. }) => {
                Target { stream: StreamRef::audit(*audit), reads: Vec::new() }
            }
            Self::Consent(_) => alone(StreamRef::consent(patient)),
            Self::Feed(command) => alone(StreamRef::feed(command.subscription())),
            Self::Inbox(_) => alone(StreamRef::inbox(patient)),
            Self::Audit(audit::Command::Shred { .. }) => {
                Target { stream: StreamRef::erasure(patient), reads: Vec::new() }
            }
        }
    }
}

/// A stream that is decided on alone.
const fn alone(stream: StreamRef) -> Target {
    Target { stream, reads: Vec::new() }
}

fn stay_reads(command: &episode::Command, patient: PatientId) -> Vec<StreamRef> {
    let mut reads = Vec::new();
    if command.needs_chart() {
        reads.push(StreamRef::chart(patient));
    }
    if command.needs_recovery() {
        reads.push(StreamRef::recovery(patient));
    }
    reads
}

fn plan_reads(episode: &EpisodeRef, command: &treatment_plan::Command, patient: PatientId) -> Vec<StreamRef> {
    let mut reads = vec![StreamRef::episode(patient, &episode.program)];
    if command.cites_an_order() {
        reads.push(StreamRef::chart(patient));
    }
    match command.opens_because() {
        Some(ReviewCause::Worsening { .. }) => reads.push(StreamRef::scales(patient)),
        Some(ReviewCause::MissedVisits { .. }) => reads.push(StreamRef::follow_up(patient, episode.id)),
        None => {}
    }
    reads
}

fn chart_reads(command: &chart::Command, patient: PatientId) -> Vec<StreamRef> {
    let mut reads = match command.needs_indication_of() {
        Some(episode) => {
            vec![
                StreamRef::episode(patient, &episode.program),
                StreamRef::assessment(patient, episode.id),
                StreamRef::treatment_plan(patient, episode.id),
            ]
        }
        None => Vec::new(),
    };
    if command.needs_missed_doses() {
        reads.push(StreamRef::adherence(patient));
    }
    if command.needs_evidence() {
        reads.extend([StreamRef::scales(patient), StreamRef::recovery(patient)]);
    }
    if command.needs_scores() {
        reads.push(StreamRef::scales(patient));
    }
    if let Some(prescription) = command.cites_a_prescription() {
        reads.push(StreamRef::prescription(patient, prescription));
    }
    // Scores are evidence already.
    if command.cites_a_side_effect() {
        reads.push(StreamRef::side_effects(patient));
    }
    reads
}

fn recovery_reads(command: &recovery::Command, patient: PatientId) -> Vec<StreamRef> {
    let mut reads = Vec::new();
    if let Some(stay) = command.names_stay() {
        reads.push(StreamRef::episode(patient, &stay.program));
    }
    if command.needs_chart() {
        reads.push(StreamRef::chart(patient));
    }
    if command.needs_withdrawal() {
        reads.push(StreamRef::scales(patient));
    }
    if command.needs_care_team() {
        reads.push(StreamRef::care_team(patient));
    }
    reads
}

fn prescription_reads(command: &prescription::Command, patient: PatientId) -> Vec<StreamRef> {
    let mut reads = Vec::new();
    if command.needs_the_order() {
        reads.extend([StreamRef::chart(patient), StreamRef::adherence(patient)]);
    }
    if command.is_for_prescribers_with_a_right() {
        reads.push(StreamRef::signing_rights());
    }
    if command.lets_it_stand() {
        reads.push(StreamRef::chart(patient));
    }
    if let Some(visit) = command.cites_a_visit() {
        reads.push(StreamRef::follow_up(patient, visit.episode));
    }
    if let Some(other) = command.cites_another() {
        reads.push(StreamRef::prescription(patient, other));
    }
    reads
}
