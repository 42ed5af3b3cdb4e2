//! Every required field, left out or spoilt, is named by its path.

use concord_kernel::Text;
use concord_proto::concord::access::v1 as access;
use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{CommandHeader, Purpose};
use concord_proto::concord::coordination::v1 as coordination;
use concord_proto::concord::episode::v1 as episode;
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::prescription::v1 as prescription;
use concord_proto::concord::recovery::v1 as recovery;
use concord_proto::concord::ruleset::v1 as ruleset;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::side_effects::v1 as side_effects;
use prost_types::Timestamp;

use super::samples::{ID, Sample};
use crate::common::decode;

/// Asserts that each change of the sample is refused at the path beside it.
macro_rules! refuses {
    ($request:ty: $(|$asked:ident| $spoil:expr => $path:literal),+ $(,)?) => {$({
        let mut $asked = <$request>::sample();
        $spoil;
        let refused = crate::asked::Asks::command($asked);
        let path = refused.expect_err(concat!(stringify!($request), " without ", $path)).path().to_owned();
        assert_eq!(path, $path, "{}", stringify!($request));
    })+};
}

/// 0001-01-01T00:00:00Z, which clocks that were never set tell, and which no record of a living person holds.
const YEAR_1: i64 = -62_135_596_800;

fn header() -> CommandHeader {
    CommandHeader {
        command_id: ID.to_owned(),
        patient_id: ID.to_owned(),
        purpose: 1,
        ..CommandHeader::default()
    }
}

#[test]
fn a_header_names_command_patient_and_purpose() {
    let path = |header: Option<CommandHeader>| decode::header(header).err().map(|e| e.path().to_owned());
    let spoil = |change: fn(&mut CommandHeader)| {
        let mut header = header();
        change(&mut header);
        path(Some(header)).unwrap_or_default()
    };
    assert_eq!(path(Some(header())), None);
    assert_eq!(path(None).as_deref(), Some("header"));
    assert_eq!(spoil(|h| h.command_id.clear()), "header.command_id");
    assert_eq!(spoil(|h| h.command_id = "42".into()), "header.command_id");
    assert_eq!(spoil(|h| h.command_id = format!("{{{ID}}}")), "header.command_id");
    assert_eq!(spoil(|h| h.patient_id.clear()), "header.patient_id");
    assert_eq!(spoil(|h| h.patient_id = "00000000-0000-0000-0000-000000000000".into()), "header.patient_id");
    assert_eq!(spoil(|h| h.purpose = 0), "header.purpose");
    assert_eq!(spoil(|h| h.purpose = 99), "header.purpose");
    assert_eq!(spoil(|h| h.purpose = Purpose::Audit.into()), "header.purpose");
    let mut early = header();
    early.effective_at = Some(Timestamp { seconds: YEAR_1, nanos: 0 });
    assert_eq!(path(Some(early)).as_deref(), Some("header.effective_at"));
    assert_eq!(spoil(|h| h.correlation_id = "x".into()), "header.correlation_id");
    assert_eq!(spoil(|h| h.causation_id = "x".into()), "header.causation_id");
    let late = Timestamp { seconds: i64::MAX, nanos: 0 };
    let mut header = header();
    header.effective_at = Some(late);
    assert_eq!(path(Some(header)).as_deref(), Some("header.effective_at"));
}

#[test]
fn commands_of_a_stay_name_the_field() {
    refuses!(episode::ReferPatientRequest:
        |r| r.program.clear() => "program", |r| r.program = "IOP".into() => "program",
        |r| r.name.clear() => "name", |r| r.name = "x".repeat(Text::MAX + 1) => "name",
        |r| r.born_on = "1899-12-31".into() => "born_on",
        |r| r.born_on = "05/01/1990".into() => "born_on", |r| r.born_on = "1990-02-30".into() => "born_on",
        |r| r.referred_by = " ".into() => "referred_by", |r| r.reason = "\0".into() => "reason");
    refuses!(episode::ScreenCandidateRequest:
        |r| r.criteria[0].criterion = 0 => "criteria[0].criterion",
        |r| r.criteria[0].evidence.clear() => "criteria[0].evidence",
        |r| r.exclusions.push(99) => "exclusions[1]",
        |r| r.exclusions = vec![1; 17] => "exclusions");
    refuses!(episode::WaitlistPatientRequest: |r| r.reason.clear() => "reason");
    refuses!(episode::AdmitPatientRequest: |r| r.episode_id.clear() => "episode_id");
    refuses!(episode::ChangePhaseRequest: |r| r.to = 0 => "to", |r| r.reason.clear() => "reason");
    refuses!(episode::PauseEpisodeRequest: |r| r.because = 0 => "because");
    refuses!(episode::ResumeEpisodeRequest: |r| r.program.clear() => "program");
    refuses!(episode::DischargePatientRequest: |r| r.disposition = 0 => "disposition");
    refuses!(episode::DecideBridgingRequest:
        |r| r.episode = None => "episode", |r| r.lines[0].order_id.clear() => "lines[0].order_id",
        |r| r.lines[0].decision = 0 => "lines[0].decision", |r| r.note = " ".into() => "note");
}

#[test]
fn commands_of_an_assessment_name_the_field() {
    refuses!(assessment::StartAssessmentRequest: |r| r.episode = None => "episode");
    refuses!(assessment::RecordSectionRequest:
        |r| r.section = 0 => "section", |r| r.finding.clear() => "finding", |r| r.episode = None => "episode");
    refuses!(assessment::CompleteAssessmentRequest:
        |r| r.episode.as_mut().unwrap().episode_id.clear() => "episode.episode_id",
        |r| r.episode.as_mut().unwrap().program.clear() => "episode.program");
    refuses!(assessment::DecideIndicationRequest:
        |r| r.indicated = None => "indicated", |r| r.diagnoses[0] = "A D H D".into() => "diagnoses[0]",
        |r| r.reasons.push(String::new()) => "reasons[1]");
    refuses!(assessment::ReopenAssessmentRequest: |r| r.reason.clear() => "reason");
}

#[test]
fn commands_of_the_chart_history_name_the_field() {
    refuses!(chart::RecordCharacteristicsRequest: |r| r.born_on.clear() => "born_on", |r| r.sex = 0 => "sex");
    refuses!(chart::RecordAllergyRequest:
        |r| r.substance.clear() => "substance", |r| r.codings[0].system.clear() => "codings[0].system",
        |r| r.codings[0].code = "a b".into() => "codings[0].code",
        |r| r.severity = 0 => "severity", |r| r.kind = 0 => "kind");
    refuses!(chart::RefuteAllergyRequest: |r| r.substance.clear() => "substance", |r| r.reason.clear() => "reason");
    refuses!(chart::RecordConditionRequest:
        |r| r.name.clear() => "name", |r| r.condition = "!".into() => "condition",
        |r| r.onset_on = "2026".into() => "onset_on");
    refuses!(chart::ResolveConditionRequest: |r| r.name.clear() => "name");
    refuses!(chart::RecordResultRequest:
        |r| r.lab.clear() => "lab", |r| r.value = None => "value", |r| r.value = Some(f64::NAN) => "value",
        |r| r.unit.clear() => "unit", |r| r.taken_at = None => "taken_at",
        |r| r.taken_at.as_mut().unwrap().nanos = -1 => "taken_at",
        |r| r.last_dose_at.as_mut().unwrap().nanos = -1 => "last_dose_at");
    refuses!(chart::ReviewResultRequest:
        |r| r.lab.clear() => "lab", |r| r.taken_at = None => "taken_at", |r| r.action.clear() => "action");
    refuses!(chart::WaiveTestRequest:
        |r| r.order_id.clear() => "order_id", |r| r.test.clear() => "test", |r| r.until.clear() => "until",
        |r| r.reason.clear() => "reason");
    refuses!(chart::RecordOutsideMedicationRequest:
        |r| r.medication_id.clear() => "medication_id", |r| r.reported = None => "reported",
        |r| r.reported.as_mut().unwrap().name.clear() => "reported.name",
        |r| r.reported.as_mut().unwrap().source = 0 => "reported.source",
        |r| r.reported.as_mut().unwrap().regimen = Some(concord_proto::concord::common::v1::Regimen::default()) => "reported.regimen.frequency");
    refuses!(chart::EndOutsideMedicationRequest:
        |r| r.medication_id.clear() => "medication_id", |r| r.reason.clear() => "reason");
    refuses!(chart::RecordLastDoseRequest: |r| r.medication = None => "medication", |r| r.at = None => "at");
    refuses!(chart::RecordNeverTakenRequest:
        |r| r.medication = None => "medication", |r| r.reason.clear() => "reason");
    refuses!(chart::ReconcileMedicationsRequest:
        |r| r.entries[0].medication_id.clear() => "entries[0].medication_id",
        |r| r.entries[0].action = 0 => "entries[0].action");
}

#[test]
fn commands_of_the_safety_check_name_the_field() {
    refuses!(chart::CheckSafetyRequest:
        |r| r.proposal.as_mut().unwrap().drug.clear() => "proposal.drug",
        |r| r.proposal.as_mut().unwrap().regimen = None => "proposal.regimen",
        |r| r.proposal.as_mut().unwrap().replaces_id = "1".into() => "proposal.replaces_id",
        |r| r.proposal.as_mut().unwrap().indication = "Low mood".into() => "proposal.indication");
    refuses!(chart::AcknowledgeBoxedWarningRequest: |r| r.drug.clear() => "drug");
    refuses!(chart::OverrideInteractionRequest:
        |r| r.finding = None => "finding", |r| r.finding.as_mut().unwrap().rule.clear() => "finding.rule",
        |r| r.finding.as_mut().unwrap().about.push("?".into()) => "finding.about[1]",
        |r| r.reason = 0 => "reason", |r| r.note.clear() => "note");
    refuses!(chart::CosignOverrideRequest: |r| r.finding = None => "finding");
    refuses!(chart::ResolveInteractionRequest:
        |r| r.finding = None => "finding", |r| r.resolution.clear() => "resolution");
}

#[test]
fn commands_of_an_order_name_the_field() {
    refuses!(chart::PrescribeMedicationRequest:
        |r| r.order_id.clear() => "order_id", |r| r.episode = None => "episode", |r| r.drug.clear() => "drug",
        |r| r.regimen = None => "regimen",
        |r| r.regimen.as_mut().unwrap().dose_mg = -1.0 => "regimen.dose_mg",
        |r| r.regimen.as_mut().unwrap().count = Some(2) => "regimen.count",
        |r| r.regimen.as_mut().unwrap().frequency = 7 => "regimen.count",
        |r| r.regimen.as_mut().unwrap().route = 0 => "regimen.route",
        |r| r.indication.clear() => "indication", |r| r.reason.clear() => "reason", |r| r.supply = None => "supply",
        |r| r.supply.as_mut().unwrap().days = 0 => "supply.days",
        |r| r.supply.as_mut().unwrap().refills = 12 => "supply.refills",
        |r| r.start_on.clear() => "start_on", |r| r.modality = 0 => "modality",
        |r| r.legal_basis = 99 => "legal_basis",
        |r| r.acknowledgements[0].reason.clear() => "acknowledgements[0].reason",
        |r| r.acknowledgements[0].finding = None => "acknowledgements[0].finding");
    refuses!(chart::AdjustDoseRequest:
        |r| r.order_id.clear() => "order_id", |r| r.regimen = None => "regimen", |r| r.cause = None => "cause",
        |r| r.cause.as_mut().unwrap().basis = Some(chart::cause::Basis::Plain(0)) => "cause.plain",
        |r| r.cause.as_mut().unwrap().basis = Some(chart::cause::Basis::ScaleId("1".into())) => "cause.scale_id",
        |r| r.rests_on = Some(chart::TitrationBasis { basis: None }) => "rests_on",
        |r| r.note.clear() => "note");
    refuses!(chart::HoldMedicationRequest: |r| r.order_id.clear() => "order_id", |r| r.reason.clear() => "reason");
    refuses!(chart::ResumeMedicationRequest: |r| r.order_id.clear() => "order_id");
    refuses!(chart::PlanTaperRequest:
        |r| r.order_id.clear() => "order_id", |r| r.steps[0].begins_on.clear() => "steps[0].begins_on",
        |r| r.steps[0].regimen = None => "steps[0].regimen", |r| r.reason.clear() => "reason");
    refuses!(chart::PlanTitrationRequest:
        |r| r.order_id.clear() => "order_id", |r| r.steps[0].begins_on.clear() => "steps[0].begins_on",
        |r| r.steps[0].regimen = None => "steps[0].regimen", |r| r.reason.clear() => "reason",
        |r| r.acknowledgements[0].finding = None => "acknowledgements[0].finding");
    refuses!(chart::AdvanceTitrationRequest:
        |r| r.order_id.clear() => "order_id", |r| r.rests_on = None => "rests_on",
        |r| r.rests_on.as_mut().unwrap().basis = Some(chart::titration_basis::Basis::WellTolerated(false)) => "rests_on.well_tolerated",
        |r| r.rests_on.as_mut().unwrap().basis = Some(chart::titration_basis::Basis::ScaleId("1".into())) => "rests_on.scale_id",
        |r| r.rests_on.as_mut().unwrap().basis = Some(chart::titration_basis::Basis::ReportId("1".into())) => "rests_on.report_id",
        |r| r.rests_on.as_mut().unwrap().basis = Some(chart::titration_basis::Basis::Lab("?".into())) => "rests_on.lab",
        |r| r.note.clear() => "note");
    refuses!(chart::CancelTitrationRequest: |r| r.order_id.clear() => "order_id", |r| r.reason.clear() => "reason");
    refuses!(chart::SwitchMedicationRequest:
        |r| r.from_order_id.clear() => "from_order_id", |r| r.to = None => "to",
        |r| r.to.as_mut().unwrap().order_id.clear() => "to.order_id",
        |r| r.to.as_mut().unwrap().episode = None => "to.episode",
        |r| r.to.as_mut().unwrap().regimen = None => "to.regimen",
        |r| r.to.as_mut().unwrap().supply = None => "to.supply",
        |r| r.to.as_mut().unwrap().modality = 0 => "to.modality",
        |r| r.overlap_until.clear() => "overlap_until",
        |r| r.taper[0].regimen = None => "taper[0].regimen", |r| r.reason.clear() => "reason");
    refuses!(chart::StopMedicationRequest: |r| r.order_id.clear() => "order_id", |r| r.reason = 0 => "reason");
    refuses!(chart::RenewMedicationRequest:
        |r| r.order_id.clear() => "order_id", |r| r.supply = None => "supply", |r| r.modality = 0 => "modality");
    refuses!(chart::CorrectOrderRequest:
        |r| r.order_id.clear() => "order_id", |r| r.correction = None => "correction",
        |r| r.correction.as_mut().unwrap().part = Some(chart::correction::Part::Reason(" ".into())) => "correction.reason",
        |r| r.reason.clear() => "reason");
}

/// An injection that was given in the program, to be spoilt.
fn here(r: &mut chart::RecordInjectionGivenRequest) -> &mut chart::InjectedHere {
    let Some(chart::record_injection_given_request::Place::Here(here)) = &mut r.place else { unreachable!() };
    here
}

#[test]
fn commands_of_an_injection_and_of_a_trial_name_the_field() {
    use chart::record_injection_given_request::Place;
    refuses!(chart::GiveInjectionRequest:
        |r| r.order_id.clear() => "order_id", |r| r.dose_mg = f64::NAN => "dose_mg", |r| r.site = None => "site",
        |r| r.site.as_mut().unwrap().region = 0 => "site.region",
        |r| r.site.as_mut().unwrap().side = 9 => "site.side",
        |r| r.lot.clear() => "lot", |r| r.lot = "x".repeat(41) => "lot", |r| r.observer_id = "1".into() => "observer_id",
        |r| r.acknowledgements[0].finding = None => "acknowledgements[0].finding");
    refuses!(chart::RecordInjectionGivenRequest:
        |r| r.order_id.clear() => "order_id", |r| r.dose_mg = -1.0 => "dose_mg", |r| r.given_at = None => "given_at",
        |r| r.place = None => "place", |r| r.place = Some(Place::Elsewhere(0)) => "elsewhere",
        |r| here(&mut r).site = None => "here.site",
        |r| here(&mut r).site.as_mut().unwrap().side = 0 => "here.site.side",
        |r| here(&mut r).lot = "a b".into() => "here.lot",
        |r| here(&mut r).observer_id = "1".into() => "here.observer_id");
    refuses!(chart::DecideLateInjectionRequest:
        |r| r.order_id.clear() => "order_id", |r| r.decision = 0 => "decision", |r| r.reason.clear() => "reason");
    refuses!(chart::AttestTolerabilityRequest:
        |r| r.order_id.clear() => "order_id", |r| r.basis = 0 => "basis", |r| r.note.clear() => "note");
    refuses!(chart::RecordInjectionOverdueRequest: |r| r.order_id.clear() => "order_id");
    refuses!(chart::ReviewInjectionRequest:
        |r| r.order_id.clear() => "order_id", |r| r.given_at = None => "given_at",
        |r| r.outcome.clear() => "outcome");
    refuses!(chart::AssessResponseRequest:
        |r| r.order_id.clear() => "order_id", |r| r.decision = 0 => "decision",
        |r| r.wait_until.clear() => "wait_until", |r| r.decision = 1 => "wait_until",
        |r| r.reason.clear() => "reason");
}

#[test]
fn commands_of_a_side_effect_name_the_field() {
    refuses!(side_effects::ReportSideEffectRequest:
        |r| r.report_id.clear() => "report_id", |r| r.symptom = "Übel".into() => "symptom",
        |r| r.description.clear() => "description", |r| r.grade = 0 => "grade",
        |r| r.red_flags[0].clear() => "red_flags[0]", |r| r.suspected_order_id = "1".into() => "suspected_order_id",
        |r| r.onset_at.as_mut().unwrap().nanos = i32::MAX => "onset_at",
        |r| r.onset_at.as_mut().unwrap().seconds = YEAR_1 => "onset_at");
    refuses!(side_effects::TriageSideEffectRequest:
        |r| r.report_id.clear() => "report_id", |r| r.grade = 0 => "grade", |r| r.note.clear() => "note");
    refuses!(side_effects::DecideSideEffectRequest:
        |r| r.report_id.clear() => "report_id", |r| r.decision = 0 => "decision", |r| r.decision = 1 => "order_id",
        |r| r.order_id.clear() => "order_id", |r| r.rationale.clear() => "rationale");
    refuses!(side_effects::ResolveSideEffectRequest:
        |r| r.report_id.clear() => "report_id", |r| r.outcome = 0 => "outcome");
    refuses!(side_effects::RecordBreachRequest: |r| r.report_id.clear() => "report_id");
}

#[test]
fn commands_of_scores_visits_and_care_team_name_the_field() {
    refuses!(scales::AdministerScaleRequest:
        |r| r.scale_id.clear() => "scale_id", |r| r.scale = 0 => "scale",
        |r| r.items[3].answer = Some(256) => "items[3].answer",
        |r| r.items = vec![scales::ScaleItem::default(); 65] => "items",
        |r| r.stated_total = Some(70_000) => "stated_total", |r| r.mode = 0 => "mode",
        |r| r.language.clear() => "language", |r| r.taken_at = None => "taken_at");
    refuses!(scales::ResolveRiskRequest:
        |r| r.scale_id.clear() => "scale_id", |r| r.resolution.clear() => "resolution");
    refuses!(follow_up::ScheduleVisitRequest:
        |r| r.episode = None => "episode", |r| r.visit_id.clear() => "visit_id", |r| r.kind = 0 => "kind",
        |r| r.at = None => "at", |r| r.modality = 0 => "modality", |r| r.with_person_id.clear() => "with_person_id");
    refuses!(follow_up::RecordVisitRequest:
        |r| r.visit_id.clear() => "visit_id", |r| r.modality = 0 => "modality", |r| r.summary.clear() => "summary",
        |r| r.adherence_percent = Some(101) => "adherence_percent");
    refuses!(follow_up::MarkNoShowRequest: |r| r.visit_id.clear() => "visit_id");
    refuses!(follow_up::ChangeCadenceRequest: |r| r.to = 0 => "to", |r| r.reason.clear() => "reason");
    refuses!(care_team::AddMemberRequest:
        |r| r.person_id.clear() => "person_id", |r| r.role = 0 => "role", |r| r.name.clear() => "name");
    refuses!(care_team::RemoveMemberRequest:
        |r| r.person_id.clear() => "person_id", |r| r.reason.clear() => "reason");
}

#[test]
fn commands_that_write_a_plan_name_the_field() {
    refuses!(plan::DraftPlanRequest: |r| r.episode = None => "episode", |r| r.summary.clear() => "summary");
    refuses!(plan::RevisePlanRequest:
        |r| r.episode = None => "episode", |r| r.summary.clear() => "summary", |r| r.reason.clear() => "reason");
    refuses!(plan::AgreePlanRequest: |r| r.episode = None => "episode", |r| r.version = 0 => "version");
    refuses!(plan::AddGoalRequest:
        |r| r.episode = None => "episode", |r| r.goal_id.clear() => "goal_id",
        |r| r.statement.clear() => "statement", |r| r.target_on = "soon".into() => "target_on");
    refuses!(plan::MeetGoalRequest:
        |r| r.episode = None => "episode", |r| r.goal_id.clear() => "goal_id", |r| r.evidence.clear() => "evidence");
    refuses!(plan::DropGoalRequest:
        |r| r.episode = None => "episode", |r| r.goal_id.clear() => "goal_id", |r| r.reason.clear() => "reason");
    refuses!(plan::LinkGoalToMedicationRequest:
        |r| r.episode = None => "episode", |r| r.goal_id.clear() => "goal_id",
        |r| r.order_id.clear() => "order_id", |r| r.how.clear() => "how");
    refuses!(plan::RecordSharedDecisionRequest:
        |r| r.episode = None => "episode", |r| r.drug.clear() => "drug", |r| r.options[0].clear() => "options[0]",
        |r| r.preference.clear() => "preference", |r| r.consent = 0 => "consent");
    refuses!(plan::PlanSupportRequest:
        |r| r.episode = None => "episode", |r| r.support_id.clear() => "support_id",
        |r| r.goal_id.clear() => "goal_id", |r| r.kind = 0 => "kind", |r| r.what.clear() => "what",
        |r| r.due_on.clear() => "due_on");
    refuses!(plan::FinishSupportRequest:
        |r| r.episode = None => "episode", |r| r.support_id.clear() => "support_id",
        |r| r.outcome.clear() => "outcome");
}

#[test]
fn commands_that_tell_of_the_patient_name_the_field() {
    refuses!(plan::RaiseConcernRequest:
        |r| r.episode = None => "episode", |r| r.concern_id.clear() => "concern_id", |r| r.topic = 0 => "topic",
        |r| r.drug = "Übel".into() => "drug", |r| r.words.clear() => "words");
    refuses!(plan::AnswerConcernRequest:
        |r| r.episode = None => "episode", |r| r.concern_id.clear() => "concern_id",
        |r| r.answer.clear() => "answer");
    refuses!(plan::RecordEducationRequest:
        |r| r.episode = None => "episode", |r| r.topics[1] = 0 => "topics[1]", |r| r.drug = "Übel".into() => "drug",
        |r| r.method = 0 => "method", |r| r.teach_back = 0 => "teach_back");
    refuses!(plan::RecordTherapyParticipationRequest:
        |r| r.episode = None => "episode", |r| r.session_id.clear() => "session_id", |r| r.kind = 0 => "kind",
        |r| r.held_at = None => "held_at", |r| r.attended = None => "attended",
        |r| r.engagement = Some(256) => "engagement");
    refuses!(plan::RecordLifeChangeRequest:
        |r| r.episode = None => "episode", |r| r.change_id.clear() => "change_id", |r| r.event = 0 => "event",
        |r| r.note.clear() => "note");
    refuses!(plan::ReviewMedicationRequest:
        |r| r.episode = None => "episode", |r| r.considered_ids[0].clear() => "considered_ids[0]",
        |r| r.outcome = 0 => "outcome", |r| r.reason.clear() => "reason");
}

#[test]
fn commands_of_coordination_name_the_field() {
    refuses!(coordination::RecordSharingConsentRequest:
        |r| r.recipient_id.clear() => "recipient_id", |r| r.parts[1] = 0 => "parts[1]",
        |r| r.parts = vec![1; 17] => "parts", |r| r.signed_on.clear() => "signed_on",
        |r| r.expires_on = "never".into() => "expires_on");
    refuses!(coordination::RevokeSharingConsentRequest: |r| r.recipient_id.clear() => "recipient_id");
    refuses!(coordination::SharePlanRequest:
        |r| r.episode = None => "episode", |r| r.recipient_id.clear() => "recipient_id",
        |r| r.parts[0] = 99 => "parts[0]");
    refuses!(coordination::RecordOutsideUpdateRequest:
        |r| r.update_id.clear() => "update_id", |r| r.kind = 0 => "kind", |r| r.from.clear() => "from",
        |r| r.summary.clear() => "summary");
    refuses!(coordination::ReviewOutsideUpdateRequest:
        |r| r.update_id.clear() => "update_id", |r| r.outcome.clear() => "outcome");
    refuses!(coordination::RequestConsultRequest:
        |r| r.consult_id.clear() => "consult_id", |r| r.of_person_id.clear() => "of_person_id",
        |r| r.urgency = 0 => "urgency", |r| r.question.clear() => "question");
    refuses!(coordination::AnswerConsultRequest:
        |r| r.consult_id.clear() => "consult_id", |r| r.answer.clear() => "answer");
    refuses!(coordination::RaiseConflictRequest:
        |r| r.conflict_id.clear() => "conflict_id", |r| r.finding.as_mut().unwrap().rule.clear() => "finding.rule",
        |r| r.description.clear() => "description");
    refuses!(coordination::ResolveConflictRequest:
        |r| r.conflict_id.clear() => "conflict_id", |r| r.resolution = 0 => "resolution",
        |r| r.responsible_id.clear() => "responsible_id", |r| r.what.clear() => "what");
    refuses!(coordination::AcknowledgeChangesRequest:
        |r| r.up_to = None => "up_to", |r| r.up_to.as_mut().unwrap().nanos = -1 => "up_to");
}

#[test]
fn commands_about_adherence_name_the_field() {
    refuses!(adherence::ScheduleReminderRequest:
        |r| r.episode = None => "episode", |r| r.reminder_id.clear() => "reminder_id",
        |r| r.to_person_id = "1".into() => "to_person_id", |r| r.wording = 0 => "wording",
        |r| r.channel = 0 => "channel", |r| r.first_at = None => "first_at",
        |r| r.every_days = Some(256) => "every_days");
    refuses!(adherence::CancelReminderRequest:
        |r| r.episode = None => "episode", |r| r.reminder_id.clear() => "reminder_id");
    refuses!(adherence::RecordReminderSentRequest:
        |r| r.episode = None => "episode", |r| r.reminder_id.clear() => "reminder_id");
    refuses!(adherence::RecordCheckInRequest:
        |r| r.episode = None => "episode", |r| r.check_in_id.clear() => "check_in_id", |r| r.doing = 0 => "doing",
        |r| r.note = " ".into() => "note");
    refuses!(adherence::FollowUpCheckInRequest:
        |r| r.episode = None => "episode", |r| r.check_in_id.clear() => "check_in_id",
        |r| r.outcome.clear() => "outcome");
    refuses!(adherence::RecordDoseTakenRequest:
        |r| r.episode = None => "episode", |r| r.order_id.clear() => "order_id", |r| r.at = None => "at");
    refuses!(adherence::RecordDoseMissedRequest:
        |r| r.episode = None => "episode", |r| r.order_id.clear() => "order_id", |r| r.due_at = None => "due_at",
        |r| r.reason = 0 => "reason");
    refuses!(adherence::DecideMissedDosesRequest:
        |r| r.episode = None => "episode", |r| r.order_id.clear() => "order_id", |r| r.decision = 0 => "decision",
        |r| r.reason.clear() => "reason");
    refuses!(adherence::MeasureAdherenceRequest:
        |r| r.episode = None => "episode", |r| r.days = 0 => "days", |r| r.days = 70_000 => "days");
    refuses!(adherence::RaiseBarrierRequest:
        |r| r.episode = None => "episode", |r| r.barrier_id.clear() => "barrier_id", |r| r.kind = 0 => "kind",
        |r| r.words.clear() => "words");
    refuses!(adherence::RemoveBarrierRequest:
        |r| r.episode = None => "episode", |r| r.barrier_id.clear() => "barrier_id", |r| r.how.clear() => "how");
    refuses!(adherence::PermitFamilyRequest:
        |r| r.episode = None => "episode", |r| r.person_id.clear() => "person_id",
        |r| r.shares[1] = 0 => "shares[1]", |r| r.until = "soon".into() => "until");
    refuses!(adherence::WithdrawFamilyRequest:
        |r| r.episode = None => "episode", |r| r.person_id.clear() => "person_id");
    refuses!(adherence::EngageFamilyRequest:
        |r| r.episode = None => "episode", |r| r.person_id.clear() => "person_id", |r| r.about = 0 => "about",
        |r| r.note.clear() => "note");
    refuses!(adherence::RecordOutreachRequest:
        |r| r.episode = None => "episode", |r| r.outcome = 0 => "outcome", |r| r.note.clear() => "note");
}

#[test]
fn commands_of_an_induction_name_the_field() {
    refuses!(recovery::StartInductionRequest:
        |r| r.induction_id.clear() => "induction_id", |r| r.episode = None => "episode",
        |r| r.setting = 0 => "setting", |r| r.exposure = 0 => "exposure");
    refuses!(recovery::ClearFirstDoseRequest: |r| r.induction_id.clear() => "induction_id");
    refuses!(recovery::RecordObservedDoseRequest:
        |r| r.order_id.clear() => "order_id", |r| r.dose_mg = -1.0 => "dose_mg", |r| r.given_at = None => "given_at");
    refuses!(recovery::CompleteInductionRequest:
        |r| r.induction_id.clear() => "induction_id", |r| r.daily_mg = f64::NAN => "daily_mg");
    refuses!(recovery::AbandonInductionRequest:
        |r| r.induction_id.clear() => "induction_id", |r| r.because = 0 => "because", |r| r.note.clear() => "note");
    refuses!(recovery::RecordOtpDoseRequest:
        |r| r.medication_id.clear() => "medication_id", |r| r.program.clear() => "program",
        |r| r.dose_mg = -1.0 => "dose_mg", |r| r.given_at = None => "given_at", |r| r.take_home = 256 => "take_home");
}

#[test]
fn what_is_told_of_a_recovery_names_the_field() {
    use recovery::offer_naloxone_request::Offer;
    refuses!(recovery::RecordSubstanceUseRequest:
        |r| r.use_id.clear() => "use_id", |r| r.substance = "Her oin".into() => "substance",
        |r| r.used_at = None => "used_at", |r| r.source = 0 => "source");
    refuses!(recovery::RecordRelapseRequest:
        |r| r.relapse_id.clear() => "relapse_id", |r| r.substance.clear() => "substance",
        |r| r.use_ids.push(String::new()) => "use_ids[1]", |r| r.screen_ids[0].clear() => "screen_ids[0]",
        |r| r.response.clear() => "response");
    refuses!(recovery::ReviewRelapseRequest:
        |r| r.relapse_id.clear() => "relapse_id", |r| r.decision.clear() => "decision");
    refuses!(recovery::RecordDrugScreenRequest:
        |r| r.screen_id.clear() => "screen_id", |r| r.collected_at = None => "collected_at",
        |r| r.method = 0 => "method", |r| r.lines[0].class.clear() => "lines[0].class",
        |r| r.lines[0].detected = None => "lines[0].detected");
    refuses!(recovery::ReportOverdoseRequest:
        |r| r.overdose_id.clear() => "overdose_id", |r| r.at = None => "at",
        |r| r.substances.push(String::new()) => "substances[1]", |r| r.naloxone_given = None => "naloxone_given",
        |r| r.outcome = 0 => "outcome", |r| r.account.clear() => "account");
    refuses!(recovery::ReviewOverdoseRequest:
        |r| r.overdose_id.clear() => "overdose_id", |r| r.decision.clear() => "decision");
    refuses!(recovery::OfferNaloxoneRequest:
        |r| r.offer = None => "offer", |r| r.offer = Some(Offer::DeclinedBecause(String::new())) => "declined_because",
        |r| r.offer = Some(Offer::Provided(recovery::NaloxoneHandedOut { kits: 1, trained: None })) => "provided.trained");
    refuses!(recovery::RecordNaloxoneChallengeRequest:
        |r| r.at = None => "at", |r| r.reacted = None => "reacted");
    refuses!(recovery::MeasureRetentionRequest:
        |r| r.episode = None => "episode", |r| r.checkpoint = 0 => "checkpoint");
}

#[test]
fn commands_that_write_a_prescription_name_the_field() {
    refuses!(chart::RecordPdmpCheckRequest:
        |r| r.state = "oh".into() => "state", |r| r.checked_at = None => "checked_at", |r| r.result = 0 => "result",
        |r| r.note = "\u{0}".into() => "note");
    refuses!(prescription::DraftPrescriptionRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.order_id.clear() => "order_id",
        |r| r.product.clear() => "product", |r| r.quantity = 70_000 => "quantity", |r| r.supply = None => "supply",
        |r| r.supply = Some(chart::Supply { days: 0, refills: 0 }) => "supply.days",
        |r| r.pharmacy = "123".into() => "pharmacy", |r| r.state.clear() => "state",
        |r| r.earliest_fill_on = "soon".into() => "earliest_fill_on", |r| r.follows_id = "x".into() => "follows_id",
        |r| r.note = "\u{0}".into() => "note");
    refuses!(prescription::MarkPrescriptionReadyRequest: |r| r.prescription_id.clear() => "prescription_id");
    refuses!(prescription::SignPrescriptionRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.factors[0].kind = 0 => "factors[0].kind",
        |r| r.factors[0].verified_at = None => "factors[0].verified_at",
        |r| r.factors[0].evidence.clear() => "factors[0].evidence",
        |r| r.factors = vec![r.factors[0].clone(); 9] => "factors",
        |r| r.visit = Some(prescription::VisitRef { visit_id: ID.into(), ..Default::default() }) => "visit.episode_id",
        |r| r.visit = Some(prescription::VisitRef { episode_id: ID.into(), ..Default::default() }) => "visit.visit_id");
    refuses!(prescription::PrintPrescriptionRequest: |r| r.prescription_id.clear() => "prescription_id");
    refuses!(prescription::CancelPrescriptionRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.reason.clear() => "reason");
}

#[test]
fn commands_that_tell_of_a_pharmacy_name_the_field() {
    use prescription::answer::Decision;
    let nothing = prescription::Answer { decision: None };
    let nobody = prescription::Answer { decision: Some(Decision::ReplacementId("x".into())) };
    let silent = prescription::Answer { decision: Some(Decision::DeniedBecause(String::new())) };
    refuses!(prescription::RecordTransmissionRequest: |r| r.prescription_id.clear() => "prescription_id");
    refuses!(prescription::RecordPharmacyStatusRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.message_id = "x".into() => "message_id",
        |r| r.status = 0 => "status");
    refuses!(prescription::RecordCancelAnswerRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.answer = 0 => "answer");
    refuses!(prescription::RecordFillRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.fill_id.clear() => "fill_id",
        |r| r.status = 0 => "status", |r| r.quantity = 70_000 => "quantity", |r| r.on.clear() => "on");
    refuses!(prescription::ProposeChangeRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.request_id.clear() => "request_id",
        |r| r.kind = 0 => "kind", |r| r.proposal.clear() => "proposal");
    refuses!(prescription::AnswerChangeRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.request_id.clear() => "request_id",
        |r| r.answer = None => "answer", |r| r.answer = Some(nothing.clone()) => "answer.decision",
        |r| r.answer = Some(nobody.clone()) => "answer.replacement_id");
    refuses!(prescription::RequestRenewalRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.request_id.clear() => "request_id",
        |r| r.note = "\u{0}".into() => "note");
    refuses!(prescription::AnswerRenewalRequest:
        |r| r.prescription_id.clear() => "prescription_id", |r| r.request_id.clear() => "request_id",
        |r| r.answer = Some(silent.clone()) => "answer.denied_because");
    refuses!(prescription::ExpirePrescriptionRequest: |r| r.prescription_id.clear() => "prescription_id");
}

#[test]
fn commands_about_rights_to_sign_name_the_field() {
    refuses!(access::ProposeSigningRightRequest:
        |r| r.right_id.clear() => "right_id", |r| r.prescriber_id.clear() => "prescriber_id",
        |r| r.schedules.clear() => "schedules", |r| r.schedules = vec![3, 3] => "schedules",
        |r| r.schedules = vec![1] => "schedules[0].schedule",
        |r| r.registered_until.clear() => "registered_until");
    refuses!(access::ConfirmSigningRightRequest:
        |r| r.right_id.clear() => "right_id", |r| r.factors[0].kind = 0 => "factors[0].kind");
    refuses!(access::RevokeSigningRightRequest:
        |r| r.right_id.clear() => "right_id", |r| r.note = " ".into() => "note",
        |r| r.cause = 0 => "cause", |r| r.cause = access::RevocationCause::Replaced.into() => "cause");
}

#[test]
fn commands_about_rules_name_the_field() {
    refuses!(ruleset::ProposeRulesetRequest:
        |r| r.tables.clear() => "tables",
        |r| r.tables.push(r.tables[0].clone()) => "tables",
        |r| r.tables[0].name.clear() => "tables[0].name",
        |r| r.tables[0].name = "Jane Roe.csv".into() => "tables[0].name",
        |r| r.tables[0].csv.clear() => "tables[0].csv",
        |r| r.valid_from = "soon".into() => "valid_from",
        |r| r.reason.clear() => "reason");
    refuses!(ruleset::SignRulesetRequest:
        |r| r.ruleset.clear() => "ruleset", |r| r.name = " ".into() => "name");
    refuses!(ruleset::RejectRulesetRequest:
        |r| r.ruleset = "The latest".into() => "ruleset", |r| r.reason.clear() => "reason");
}

#[test]
fn a_command_about_the_program_names_no_patient() {
    let path =
        |header: CommandHeader| decode::header_of_program(Some(header)).err().map(|e| e.path().to_owned());
    assert_eq!(path(header()).as_deref(), Some("header.patient_id"));
    assert_eq!(path(CommandHeader { patient_id: String::new(), ..header() }), None);
    let nameless = CommandHeader { patient_id: String::new(), command_id: String::new(), ..header() };
    assert_eq!(path(nameless).as_deref(), Some("header.command_id"));
}
