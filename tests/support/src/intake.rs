//! A patient brought from referral to an indication, through the API.

use std::time::{SystemTime, UNIX_EPOCH};

use concord_client::{Client, Error, treatment};
use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{CommandHeader, CommandReceipt, EpisodeRef};
use concord_proto::concord::episode::v1 as stay;
use prost_types::Timestamp;
use uuid::Uuid;

const PROGRAM: &str = "iop-adult";

/// Sections of an assessment, by their numbers in the contract.
const SECTIONS: std::ops::RangeInclusive<i32> = 1..=14;

/// A patient and their stay.
#[derive(Clone, Copy, Debug)]
pub struct Intake {
    /// The patient.
    pub patient: Uuid,
    /// The stay.
    pub stay: Uuid,
}

/// A new identifier.
#[expect(clippy::disallowed_methods, reason = "a caller chooses its identifiers at random")]
pub fn fresh() -> String {
    Uuid::new_v4().to_string()
}

/// The present second.
#[expect(clippy::disallowed_methods, reason = "a caller has the machine's clock only")]
pub fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp { seconds: i64::try_from(now.as_secs()).unwrap_or(i64::MAX), nanos: 0 }
}

/// The present UTC day, `YYYY-MM-DD`.
pub fn today() -> String {
    let now = now();
    let text = now.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// Names the stay.
pub fn episode(intake: Intake) -> Option<EpisodeRef> {
    Some(EpisodeRef { program: PROGRAM.to_owned(), episode_id: intake.stay.to_string() })
}

impl Intake {
    /// The header of a new command on this patient's record.
    #[expect(clippy::disallowed_methods, reason = "a caller chooses its identifiers at random")]
    pub fn header(self) -> Option<CommandHeader> {
        Some(treatment(Uuid::new_v4(), self.patient))
    }

    /// The referral that begins it.
    pub fn referral(self) -> stay::ReferPatientRequest {
        stay::ReferPatientRequest {
            header: self.header(),
            program: PROGRAM.to_owned(),
            name: "Ada Example".to_owned(),
            born_on: "1984-05-06".to_owned(),
            referred_by: "Dr. Reed, primary care".to_owned(),
            reason: "Low mood for months; therapy alone did not help.".to_owned(),
            part2: Some(true),
        }
    }

    /// Refers, screens and admits a new patient.
    ///
    /// # Errors
    ///
    /// What the service refused.
    #[expect(clippy::disallowed_methods, reason = "a caller chooses its identifiers at random")]
    pub async fn admit(client: &Client) -> Result<Self, Error> {
        let intake = Self { patient: Uuid::new_v4(), stay: Uuid::new_v4() };
        client.send(intake.referral()).await?;
        let criterion = stay::CriterionAnswer {
            criterion: stay::Criterion::IncompleteTherapyResponse.into(),
            met: true,
            evidence: "Twelve sessions, PHQ-9 unchanged.".to_owned(),
        };
        client
            .send(stay::ScreenCandidateRequest {
                header: intake.header(),
                program: PROGRAM.to_owned(),
                criteria: vec![criterion],
                exclusions: Vec::new(),
            })
            .await?;
        client
            .send(stay::AdmitPatientRequest {
                header: intake.header(),
                program: PROGRAM.to_owned(),
                episode_id: intake.stay.to_string(),
            })
            .await?;
        Ok(intake)
    }

    /// Assesses the patient and decides that medication is indicated for `diagnosis`.
    ///
    /// # Errors
    ///
    /// What the service refused.
    pub async fn indicate(self, client: &Client, diagnosis: &str) -> Result<CommandReceipt, Error> {
        let (header, episode) = (|| self.header(), || episode(self));
        client.send(assessment::StartAssessmentRequest { header: header(), episode: episode() }).await?;
        for section in SECTIONS {
            let finding = "Asked and recorded.".to_owned();
            let (header, episode) = (header(), episode());
            client.send(assessment::RecordSectionRequest { header, episode, section, finding }).await?;
        }
        client.send(assessment::CompleteAssessmentRequest { header: header(), episode: episode() }).await?;
        client
            .send(assessment::DecideIndicationRequest {
                header: header(),
                episode: episode(),
                indicated: Some(true),
                diagnoses: vec![diagnosis.to_owned()],
                reasons: vec!["Moderate depression without response to therapy alone.".to_owned()],
            })
            .await
    }

    /// Records what the safety check asks of every patient: characteristics, no allergies, the boxed warning of `drug`.
    ///
    /// # Errors
    ///
    /// What the service refused.
    pub async fn prepare(self, client: &Client, drug: &str) -> Result<CommandReceipt, Error> {
        client
            .send(chart::RecordCharacteristicsRequest {
                header: self.header(),
                born_on: "1984-05-06".to_owned(),
                sex: chart::Sex::Female.into(),
                may_become_pregnant: Some(false),
            })
            .await?;
        client.send(chart::ConfirmNoKnownAllergiesRequest { header: self.header() }).await?;
        let drug = drug.to_owned();
        client.send(chart::AcknowledgeBoxedWarningRequest { header: self.header(), drug }).await
    }
}
