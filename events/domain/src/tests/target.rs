//! Which streams each command concerns.

use concord_kernel::{Instant, PatientId, PersonId, Phi, ReportId, Role, ScaleId, StreamRef, Text, VisitId};
use concord_knowledge::scale::ScaleKind;

use crate::assessment::Section;
use crate::care_team::Member;
use crate::episode::{Disposition, Interruption, Phase};
use crate::follow_up::{Cadence, Modality, VisitKind};
use crate::side_effects::{Decision, Grade};
use crate::testing::{noon, program, stay, text, this_stay, uuid};
use crate::{
    Command, InEpisode, InProgram, OfPrescription, Target, adherence, assessment, care_team, chart,
    coordination, episode, follow_up, prescription, recovery, scales, side_effects, treatment_plan,
};

fn ada() -> PatientId {
    PatientId::new(uuid(0xADA))
}

fn reason() -> Text {
    text("why")
}

#[track_caller]
fn concerns(command: &Command, stream: StreamRef, reads: &[StreamRef]) {
    assert_eq!(command.target(ada()), Target { stream, reads: reads.to_vec() }, "{command:?}");
}

fn stays() -> StreamRef {
    StreamRef::episode(ada(), &program())
}

#[test]
fn a_discharge_reads_chart_and_recovery_and_nothing_else_of_a_stay_reads_anything() {
    let of_stays = |command| Command::Episode(InProgram { program: program(), command });
    let discharge =
        episode::Command::Discharge { disposition: Disposition::Completed, medication_plan: None };
    concerns(&of_stays(discharge), stays(), &[StreamRef::chart(ada()), StreamRef::recovery(ada())]);
    for command in [
        episode::Command::Refer {
            name: Phi::new(text("Ada")),
            born_on: Phi::new(noon().day()),
            referred_by: text("clinic"),
            reason: reason(),
            part2: true,
        },
        episode::Command::Screen { criteria: vec![], exclusions: vec![] },
        episode::Command::Waitlist { reason: reason() },
        episode::Command::Admit { episode: stay(1) },
        episode::Command::ChangePhase { to: Phase::Planning, reason: reason() },
        episode::Command::Pause { because: Interruption::Leave },
        episode::Command::Resume,
    ] {
        concerns(&of_stays(command), stays(), &[]);
    }
}

#[test]
fn an_assessment_reads_the_stays() {
    for command in [
        assessment::Command::Start,
        assessment::Command::RecordSection { section: Section::Risk, finding: text("none") },
        assessment::Command::Complete,
        assessment::Command::DecideIndication { indicated: false, diagnoses: vec![], reasons: vec![] },
        assessment::Command::Reopen { reason: reason() },
    ] {
        let command = Command::Assessment(InEpisode { episode: this_stay(), command });
        concerns(&command, StreamRef::assessment(ada(), stay(1)), &[stays()]);
    }
}

fn schedule(kind: VisitKind) -> follow_up::Command {
    follow_up::Command::ScheduleVisit {
        visit: VisitId::new(uuid(1)),
        kind,
        at: noon(),
        modality: Modality::Audio,
        with: PersonId::new(uuid(2)),
    }
}

#[test]
fn a_visit_reads_the_stays_and_where_a_risk_bears_on_it_the_scores() {
    let visit = VisitId::new(uuid(1));
    let record = follow_up::Command::RecordVisit {
        visit,
        modality: Modality::Audio,
        adherence_percent: None,
        summary: text("well"),
    };
    let scores = StreamRef::scales(ada());
    for (command, reads) in [
        (schedule(VisitKind::Medication), vec![stays(), scores]),
        (schedule(VisitKind::Therapy), vec![stays()]),
        (schedule(VisitKind::Nursing), vec![stays()]),
        (record, vec![stays(), scores]),
        (follow_up::Command::MarkNoShow { visit }, vec![stays()]),
    ] {
        let command = Command::FollowUp(InEpisode { episode: this_stay(), command });
        concerns(&command, StreamRef::follow_up(ada(), stay(1)), &reads);
    }
}

#[test]
fn a_change_of_cadence_reads_all_that_the_stability_rule_needs() {
    let command = follow_up::Command::ChangeCadence { to: Cadence::BiWeekly, reason: reason() };
    concerns(
        &Command::FollowUp(InEpisode { episode: this_stay(), command }),
        StreamRef::follow_up(ada(), stay(1)),
        &[
            stays(),
            StreamRef::chart(ada()),
            StreamRef::side_effects(ada()),
            StreamRef::adherence(ada()),
            StreamRef::scales(ada()),
        ],
    );
}

#[test]
fn scores_and_care_teams_stand_alone() {
    let id = ScaleId::new(uuid(1));
    let administer = scales::Command::Administer {
        id,
        scale: ScaleKind::Gad7,
        items: vec![],
        stated_total: None,
        mode: scales::AdministrationMode::Clinician,
        language: "en".to_owned(),
        taken_at: noon(),
        substance: None,
    };
    for command in [administer, scales::Command::ResolveRisk { id, resolution: text("called") }] {
        concerns(&Command::Scales(command), StreamRef::scales(ada()), &[]);
    }
    let person = PersonId::new(uuid(2));
    let member = Member { person, role: Role::Nurse, name: text("Lee"), organisation: None };
    for command in
        [care_team::Command::AddMember(member), care_team::Command::RemoveMember { person, reason: reason() }]
    {
        concerns(&Command::CareTeam(command), StreamRef::care_team(ada()), &[]);
    }
}

fn report(suspected: Option<concord_kernel::OrderId>) -> side_effects::Command {
    side_effects::Command::Report {
        report: ReportId::new(uuid(1)),
        symptom: None,
        description: text("itching"),
        grade: Grade::Mild,
        red_flags: vec![],
        suspected,
        onset_at: None::<Instant>,
    }
}

#[test]
fn what_cites_an_order_reads_the_chart_and_a_report_the_care_team() {
    let order = concord_kernel::OrderId::new(uuid(5));
    let decide = |decision| side_effects::Command::Decide {
        report: ReportId::new(uuid(1)),
        decision,
        rationale: reason(),
    };
    let (record, chart) = (StreamRef::side_effects(ada()), StreamRef::chart(ada()));
    let team = StreamRef::care_team(ada());
    for (command, reads) in [
        (report(Some(order)), vec![chart, team]),
        (report(None), vec![team]),
        (decide(Decision::Stop(order)), vec![chart]),
        (decide(Decision::ContinueAndMonitor), vec![]),
    ] {
        concerns(&Command::SideEffects(command), record, &reads);
    }
}

#[test]
fn a_plan_reads_the_stays_and_where_it_names_an_order_the_chart() {
    let goal = concord_kernel::GoalId::new(uuid(1));
    let link = treatment_plan::Command::LinkGoalToMedication {
        goal,
        order: concord_kernel::OrderId::new(uuid(5)),
        how: reason(),
    };
    for (command, reads) in [
        (link, vec![stays(), StreamRef::chart(ada())]),
        (treatment_plan::Command::MeetGoal { goal, evidence: reason() }, vec![stays()]),
        (treatment_plan::Command::Agree { version: 1 }, vec![stays()]),
    ] {
        let command = Command::TreatmentPlan(InEpisode { episode: this_stay(), command });
        concerns(&command, StreamRef::treatment_plan(ada(), stay(1)), &reads);
    }
}

#[test]
fn coordination_reads_who_is_on_the_team_and_what_it_names() {
    let (team, person) = (StreamRef::care_team(ada()), PersonId::new(uuid(2)));
    let share = coordination::Command::SharePlan { episode: this_stay(), recipient: person, parts: vec![] };
    let plan = StreamRef::treatment_plan(ada(), stay(1));
    let raise = |finding| coordination::Command::RaiseConflict {
        conflict: concord_kernel::ConflictId::new(uuid(3)),
        finding,
        description: reason(),
    };
    let rule = concord_knowledge::RuleId::parse("ddi.lithium.nsaid").unwrap();
    let finding = concord_knowledge::FindingKey { rule, about: vec![] };
    for (command, reads) in [
        (share, vec![team, plan]),
        (raise(Some(finding)), vec![team, StreamRef::chart(ada())]),
        (raise(None), vec![team]),
        (coordination::Command::RevokeSharingConsent { recipient: person }, vec![]),
        (coordination::Command::AcknowledgeChanges { up_to: noon() }, vec![team]),
    ] {
        concerns(&Command::Coordination(command), StreamRef::coordination(ada()), &reads);
    }
}

#[test]
fn adherence_reads_the_stays_and_where_it_is_about_orders_the_chart() {
    let order = concord_kernel::OrderId::new(uuid(5));
    let taken = adherence::Command::RecordDoseTaken { order, at: noon(), observed: false };
    let withdraw = adherence::Command::WithdrawFamily { person: PersonId::new(uuid(2)) };
    for (command, reads) in [(taken, vec![stays(), StreamRef::chart(ada())]), (withdraw, vec![stays()])] {
        let command = Command::Adherence(InEpisode { episode: this_stay(), command });
        concerns(&command, StreamRef::adherence(ada()), &reads);
    }
}

#[test]
fn the_chart_stands_alone_unless_something_is_prescribed_or_goes_on() {
    concerns(&Command::Chart(chart::Command::ConfirmNoKnownAllergies), StreamRef::chart(ada()), &[]);
    let order = concord_kernel::OrderId::new(uuid(5));
    let resume = Command::Chart(chart::Command::Resume { order, acknowledgements: vec![] });
    let known = [StreamRef::adherence(ada()), StreamRef::scales(ada()), StreamRef::recovery(ada())];
    concerns(&resume, StreamRef::chart(ada()), &known);
    let hold = Command::Chart(chart::Command::Hold { order, reason: reason() });
    concerns(&hold, StreamRef::chart(ada()), &[]);
}

#[test]
fn a_recovery_reads_what_its_decision_depends_on() {
    let (order, induction) =
        (concord_kernel::OrderId::new(uuid(5)), concord_kernel::InductionId::new(uuid(6)));
    let measure =
        recovery::Command::MeasureRetention { episode: this_stay(), checkpoint: recovery::Checkpoint::Day30 };
    let dose = recovery::Command::RecordObservedDose {
        order,
        dose: concord_knowledge::Milligrams::from_micrograms(1),
        given_at: noon(),
    };
    let used = recovery::Command::RecordSubstanceUse {
        report: concord_kernel::SubstanceUseId::new(uuid(7)),
        substance: concord_knowledge::SubstanceId::parse("heroin").unwrap(),
        account: None,
        used_at: noon(),
        source: recovery::Source::Patient,
    };
    let declined = recovery::Command::OfferNaloxone(recovery::NaloxoneOffer::Declined { reason: reason() });
    for (command, reads) in [
        (recovery::Command::ClearFirstDose { induction }, vec![StreamRef::scales(ada())]),
        (dose, vec![StreamRef::chart(ada())]),
        (measure, vec![stays(), StreamRef::chart(ada())]),
        (declined, vec![]),
        (used, vec![StreamRef::care_team(ada())]),
    ] {
        concerns(&Command::Recovery(command), StreamRef::recovery(ada()), &reads);
    }
}

#[test]
fn what_goes_on_with_a_drug_reads_how_it_is_taken_scores_and_recovery_and_what_ends_it_nothing() {
    let order = concord_kernel::OrderId::new(uuid(5));
    let taking = StreamRef::adherence(ada());
    let (scores, recovery) = (StreamRef::scales(ada()), StreamRef::recovery(ada()));
    let hold = chart::Command::Hold { order, reason: reason() };
    let injection = chart::ToldInjection {
        order,
        dose: concord_knowledge::Milligrams::from_micrograms(400_000),
        given_at: noon(),
        place: chart::InjectionPlace::Elsewhere { source: chart::InformationSource::Patient },
    };
    let decision = chart::ResponseDecision::Increase;
    let assess = chart::Command::AssessResponse { order, decision, reason: reason() };
    for (command, reads) in [
        (chart::Command::RecordInjection(Box::new(injection)), vec![scores, recovery]),
        (assess, vec![taking, scores]),
        (chart::Command::RecordInjectionOverdue { order }, vec![]),
        (chart::Command::Resume { order, acknowledgements: vec![] }, vec![taking, scores, recovery]),
        (chart::Command::CheckSafety { proposal: None }, vec![]),
        (hold, vec![]),
    ] {
        concerns(&Command::Chart(command), StreamRef::chart(ada()), &reads);
    }
}

#[test]
fn a_prescription_reads_what_it_rests_on_and_nothing_else() {
    use prescription::{Answer, Command as Asks, VisitRef};
    let (this, other) = [1, 2].map(|n| concord_kernel::PrescriptionId::new(uuid(n))).into();
    let request = concord_kernel::PharmacyRequestId::new(uuid(3));
    let visit = VisitRef { episode: stay(1), visit: VisitId::new(uuid(4)) };
    let (chart, taking) = (StreamRef::chart(ada()), StreamRef::adherence(ada()));
    let rights = StreamRef::signing_rights();
    for (command, reads) in [
        (Asks::MarkReady, vec![chart, taking, rights]),
        (Asks::Sign { factors: Vec::new(), visit: None }, vec![chart, taking, rights]),
        (
            Asks::Sign { factors: Vec::new(), visit: Some(visit) },
            vec![chart, taking, rights, StreamRef::follow_up(ada(), stay(1))],
        ),
        (Asks::Transmit, vec![]),
        (Asks::AnswerChange { request, answer: Answer::Denied { reason: reason() } }, vec![chart]),
        (
            Asks::AnswerRenewal { request, answer: Answer::Approved { replacement: other } },
            vec![StreamRef::prescription(ada(), other)],
        ),
    ] {
        let command = Command::Prescription(OfPrescription { prescription: this, command });
        concerns(&command, StreamRef::prescription(ada(), this), &reads);
    }
}
