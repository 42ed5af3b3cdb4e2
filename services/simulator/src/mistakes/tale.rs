//! How a story is told.

use std::time::Duration;

use concord_kernel::{Instant, PersonId, Role};
use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::care_team::v1::AddMemberRequest;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{EpisodeRef, Regimen, Role as WireRole};
use concord_proto::concord::episode::v1 as episode;
use prost_types::Timestamp;
use uuid::Uuid;

pub(super) use super::asks::{
    PREFERRED, SECTIONS, adjustment, admission, daily, discharge, finding, regimen, reported, screening,
    stopped,
};
use crate::cohort::{PROGRAM, Staff, Writer, id_of, timestamp};
use crate::script::{Body, Deed, Exactly, Person, Sees, Step};

/// One story as it is told: who is there, and what time it is.
#[derive(Debug)]
pub(super) struct Tale<'a> {
    name: &'static str,
    w: Writer,
    now: Instant,
    steps: Vec<Step>,
    client: usize,
    staff: &'a Staff,
    patient: Person,
    stay: Uuid,
}

impl<'a> Tale<'a> {
    pub(super) fn new(seed: u64, client: usize, now: Instant, staff: &'a Staff, name: &'static str) -> Self {
        let mut w = Writer::new(seed, client, now);
        let stay = w.id();
        let patient = somebody(id_of(seed, Some(client), 0), Role::Patient, "");
        Self { name, w, now, steps: Vec::new(), client, staff, patient, stay }
    }

    /// What happened, in order.
    pub(super) fn told(self) -> Vec<Step> {
        self.steps
    }

    // Who is there.

    pub(super) fn psychiatrist(&self) -> Person {
        self.staff.prescribers[0].clone()
    }

    /// A nurse practitioner without DEA registration.
    pub(super) fn practitioner(&self) -> Person {
        self.staff.prescribers[1].clone()
    }

    pub(super) fn therapist(&self) -> Person {
        self.staff.therapists[0].clone()
    }

    pub(super) fn nurse(&self) -> Person {
        self.staff.nurse.clone()
    }

    pub(super) fn pharmacist(&self) -> Person {
        self.staff.pharmacist.clone()
    }

    pub(super) fn manager(&self) -> Person {
        self.staff.case_manager.clone()
    }

    /// The primary-care doctor, who is on the care team.
    pub(super) fn doctor(&self) -> Person {
        self.staff.primary_care[0].clone()
    }

    /// Another doctor, who is not.
    pub(super) fn stranger(&self) -> Person {
        self.staff.primary_care[1].clone()
    }

    pub(super) fn director(&self) -> Person {
        self.staff.director.clone()
    }

    pub(super) fn timer(&self) -> Person {
        self.staff.timer.clone()
    }

    pub(super) fn patient(&self) -> Person {
        self.patient.clone()
    }

    /// Who answers for privacy; a person of this story.
    pub(super) fn privacy_officer(&mut self) -> Person {
        let id = self.id();
        somebody(id, Role::PrivacyOfficer, "")
    }

    /// Somebody who works for the program, in a role of their own choice.
    pub(super) fn colleague(id: Uuid, role: Role) -> Person {
        somebody(id, role, "")
    }

    /// Somebody of the family; they bear the identifier that is given.
    pub(super) fn relative(id: Uuid) -> Person {
        somebody(id, Role::Family, "")
    }

    // Names and times.

    pub(super) fn id(&mut self) -> Uuid {
        self.w.id()
    }

    pub(super) fn new_id(&mut self) -> String {
        self.w.id().to_string()
    }

    /// The stay that the story is about.
    #[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
    pub(super) fn stay(&self) -> Option<EpisodeRef> {
        Some(EpisodeRef { program: PROGRAM.to_owned(), episode_id: self.stay.to_string() })
    }

    pub(super) fn stay_id(&self) -> String {
        self.stay.to_string()
    }

    pub(super) const fn now(&self) -> Instant {
        self.now
    }

    /// So many hours from now; negative: ago.
    pub(super) fn hours(&self, hours: i64) -> Instant {
        Instant::from_micros(self.now.micros() + hours * 3_600_000_000).unwrap_or(self.now)
    }

    #[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
    pub(super) fn at(&self, hours: i64) -> Option<Timestamp> {
        Some(timestamp(self.hours(hours)))
    }

    /// The day that is so many days from today.
    pub(super) fn day(&self, days: i64) -> String {
        self.now.plus_days(days).day().to_string()
    }

    pub(super) fn wait_days(&mut self, days: i64) {
        self.now = self.now.plus_days(days);
    }

    pub(super) fn wait_minutes(&mut self, minutes: u64) {
        self.now = self.now.plus(Duration::from_secs(minutes * 60));
    }

    // What happens.

    /// Done, and accepted.
    pub(super) fn does(&mut self, by: &Person, body: Body) {
        self.happens(by, body, None, None);
    }

    /// Tried, and refused for `reason`.
    pub(super) fn errs(&mut self, by: &Person, body: Body, reason: &'static str) {
        self.happens(by, body, Some(reason), None);
    }

    /// Tried as if it had taken effect then, and refused for `reason`.
    pub(super) fn errs_about(&mut self, then: Instant, by: &Person, body: Body, reason: &'static str) {
        self.happens(by, body, Some(reason), Some(then));
    }

    /// Decided on the record as it was before a colleague changed it.
    pub(super) fn is_behind(&mut self, by: &Person, body: Body) {
        self.errs(by, body, "VERSION_CONFLICT");
        if let Some(step) = self.steps.last_mut() {
            step.sees = Sees::OneBehind;
        }
    }

    fn happens(&mut self, by: &Person, body: Body, refused: Option<&'static str>, about: Option<Instant>) {
        self.wait_minutes(1);
        self.steps.push(Step {
            at: self.now,
            client: self.client,
            by: by.clone(),
            deed: Deed::Exactly(Exactly {
                story: self.name,
                body: Box::new(body),
                refused,
                effective_at: about,
            }),
            needs: Vec::new(),
            makes: None,
            ends: None,
            or_else: Vec::new(),
            sees: Sees::Whatever,
        });
    }

    // How most stories begin.

    pub(super) fn is_referred(&mut self) {
        let body = self.referral("1988-03-14");
        self.does(&self.therapist(), body);
    }

    pub(super) fn referral(&self, born_on: &str) -> Body {
        Body::ReferPatient(episode::ReferPatientRequest {
            program: PROGRAM.to_owned(),
            name: format!("Robin Mistake {}", self.client),
            born_on: born_on.to_owned(),
            referred_by: "A colleague".to_owned(),
            reason: "Anxiety and low mood".to_owned(),
            part2: Some(true),
            header: None,
        })
    }

    pub(super) fn is_screened(&mut self) {
        let body = screening(&[true], &[]);
        self.does(&self.therapist(), body);
    }

    /// Referred, screened, admitted, with a care team, nothing known of allergies yet.
    pub(super) fn is_admitted(&mut self) {
        self.is_referred();
        self.is_screened();
        let body = admission(&self.stay_id());
        self.does(&self.manager(), body);
        for member in [
            self.psychiatrist(),
            self.practitioner(),
            self.therapist(),
            self.nurse(),
            self.pharmacist(),
            self.manager(),
            self.doctor(),
        ] {
            self.joins(&member);
        }
    }

    pub(super) fn joins(&mut self, member: &Person) {
        let body = Self::joining(member.id.uuid(), wire(member.role), &member.organisation);
        self.does(&self.manager(), body);
    }

    pub(super) fn joining(person: Uuid, role: WireRole, organisation: &str) -> Body {
        Body::AddMember(AddMemberRequest {
            person_id: person.to_string(),
            role: role.into(),
            name: "Colleague".to_owned(),
            organisation: organisation.to_owned(),
            header: None,
        })
    }

    pub(super) fn is_assessed(&mut self) {
        self.does(&self.therapist(), self.start());
        for section in SECTIONS {
            self.does(&self.nurse(), self.section(section));
        }
        self.does(&self.psychiatrist(), self.complete());
    }

    pub(super) fn start(&self) -> Body {
        Body::StartAssessment(assessment::StartAssessmentRequest { episode: self.stay(), header: None })
    }

    pub(super) fn section(&self, section: assessment::Section) -> Body {
        Body::RecordSection(assessment::RecordSectionRequest {
            episode: self.stay(),
            section: section.into(),
            finding: "Asked and written down".to_owned(),
            header: None,
        })
    }

    pub(super) fn complete(&self) -> Body {
        Body::CompleteAssessment(assessment::CompleteAssessmentRequest { episode: self.stay(), header: None })
    }

    pub(super) fn indication(&self, diagnoses: &[&str], reasons: usize) -> Body {
        Body::DecideIndication(assessment::DecideIndicationRequest {
            episode: self.stay(),
            indicated: Some(true),
            diagnoses: diagnoses.iter().map(|&diagnosis| diagnosis.to_owned()).collect(),
            reasons: vec!["No full response to therapy alone".to_owned(); reasons],
            header: None,
        })
    }

    pub(super) fn is_born(&mut self) {
        let body = Body::RecordCharacteristics(chart::RecordCharacteristicsRequest {
            born_on: "1988-03-14".to_owned(),
            sex: chart::Sex::Male.into(),
            may_become_pregnant: Some(false),
            header: None,
        });
        self.does(&self.nurse(), body);
    }

    pub(super) fn has_no_allergies(&mut self) {
        let body = Body::ConfirmNoKnownAllergies(chart::ConfirmNoKnownAllergiesRequest { header: None });
        self.does(&self.nurse(), body);
    }

    /// Ready for an order: admitted, assessed, indicated for these, and without allergies.
    pub(super) fn is_ready(&mut self, diagnoses: &[&str]) {
        self.is_admitted();
        self.is_born();
        self.has_no_allergies();
        self.is_assessed();
        let body = self.indication(diagnoses, 1);
        self.does(&self.psychiatrist(), body);
    }

    pub(super) fn is_warned_of(&mut self, drug: &str) {
        let body = Body::AcknowledgeBoxedWarning(chart::AcknowledgeBoxedWarningRequest {
            drug: drug.to_owned(),
            header: None,
        });
        self.does(&self.psychiatrist(), body);
    }

    /// An order for a drug once a day by mouth, which may be altered before it is written.
    pub(super) fn order(
        &mut self,
        drug: &str,
        dose_mg: f64,
        indication: &str,
    ) -> chart::PrescribeMedicationRequest {
        chart::PrescribeMedicationRequest {
            order_id: self.new_id(),
            episode: self.stay(),
            drug: drug.to_owned(),
            regimen: Some(daily(dose_mg)),
            indication: indication.to_owned(),
            reason: "First choice, explained and wanted".to_owned(),
            supply: Some(chart::Supply { days: 30, refills: 0 }),
            start_on: self.day(0),
            modality: chart::OrderModality::InPerson.into(),
            legal_basis: chart::LegalBasis::Unspecified.into(),
            acknowledgements: Vec::new(),
            header: None,
        }
    }

    /// Takes a drug that was ordered without ado; tells the order.
    pub(super) fn takes(&mut self, drug: &str, dose_mg: f64, indication: &str) -> String {
        let order = self.order(drug, dose_mg, indication);
        let id = order.order_id.clone();
        self.does(&self.psychiatrist(), Body::PrescribeMedication(order));
        id
    }

    /// Takes a controlled substance that was ordered face to face; tells the order.
    pub(super) fn takes_controlled(&mut self, drug: &str, regimen: Regimen, indication: &str) -> String {
        let mut order = self.order(drug, 1.0, indication);
        order.regimen = Some(regimen);
        order.legal_basis = chart::LegalBasis::InPersonEvaluation.into();
        order.supply = Some(chart::Supply { days: 28, refills: 0 });
        let id = order.order_id.clone();
        self.does(&self.psychiatrist(), Body::PrescribeMedication(order));
        id
    }

    /// Takes something from outside; tells the medication.
    pub(super) fn takes_from_outside(&mut self, name: &str) -> String {
        let id = self.new_id();
        let body = reported(&id, name);
        self.does(&self.nurse(), body);
        id
    }

    pub(super) fn is_discharged(&mut self, plan: &str) {
        let body = discharge(plan);
        self.does(&self.manager(), body);
    }
}

fn somebody(id: Uuid, role: Role, organisation: &str) -> Person {
    Person {
        id: PersonId::new(id),
        role,
        name: String::new(),
        organisation: organisation.to_owned(),
        schedules: Vec::new(),
    }
}

const fn wire(role: Role) -> WireRole {
    match role {
        Role::Psychiatrist => WireRole::Psychiatrist,
        Role::Pmhnp => WireRole::Pmhnp,
        Role::Therapist => WireRole::Therapist,
        Role::CaseManager => WireRole::CaseManager,
        Role::Nurse => WireRole::Nurse,
        Role::Pharmacist => WireRole::Pharmacist,
        Role::PrimaryCare => WireRole::PrimaryCare,
        Role::OutsideProvider => WireRole::OutsideProvider,
        Role::Family => WireRole::Family,
        Role::Patient => WireRole::Patient,
        Role::Auditor => WireRole::Auditor,
        Role::Service => WireRole::Service,
        Role::Director => WireRole::Director,
        Role::PrivacyOfficer => WireRole::PrivacyOfficer,
        Role::Partner => WireRole::Partner,
    }
}
