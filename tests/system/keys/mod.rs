//! A record that is encrypted, and patients who are forgotten: through the running program, and by searching every byte that
//! it has written.

mod forgotten;
mod killed;
mod missing;
mod postgres;

use std::fs;
use std::path::{Path, PathBuf};

use concord_client::{Client, Error};
use concord_proto::concord::common::v1::{CommandReceipt, Token};
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::program::v1::ListEpisodesRequest;
use concord_support::{Concord, Intake, fresh};
use tempfile::TempDir;
use tokio::process::Command;
use uuid::Uuid;

use crate::CONCORD;
use crate::restore::run;

/// In every text about the patient who is forgotten, and nowhere else.
pub(crate) const FORGOTTEN: &str = "Zyxwanary";
/// In every text about somebody else.
pub(crate) const KEPT: &str = "Qwykeptary";

const PROGRAM: &str = "iop-adult";
const OFFICER: &str = "00000000-0000-0000-0000-0000000000aa";
const DIRECTOR: &str = "00000000-0000-0000-0000-0000000000bb";

/// A data folder, and keys apart from it.
pub(crate) struct Place {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Place {
    /// With keys that are made.
    pub(crate) async fn new(more: &[(&'static str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["data", "kek", "keys"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let at = |name: &str| folder.path().join(name).display().to_string();
        let mut settings = vec![
            ("CONCORD_KEYS__KEK", format!("file:{}", at("kek/kek"))),
            ("CONCORD_KEYS__STORE", at("keys/keys.db")),
        ];
        settings.extend_from_slice(more);
        let place = Self { folder, settings };
        place.run(&["keys", "init"]).await.unwrap();
        place
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let env: Vec<_> = self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        run(&self.data(), &env, arguments).await
    }

    async fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.run(&["keys", "status", "--json"]).await.unwrap()).unwrap()
    }

    pub(crate) async fn shred(&self, patient: Uuid, wait: &str) -> Result<String, String> {
        let patient = patient.to_string();
        let who = ["--by", OFFICER, "--approved-by", DIRECTOR, "--wait", wait, "--json"];
        let what =
            ["keys", "shred", "--tenant", "demo", "--patient", &patient, "--reason", "retention_ended"];
        self.run(&[&what[..], &who].concat()).await
    }

    pub(crate) async fn start(&self) -> Result<Concord, String> {
        let mut command = Command::new(CONCORD);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        Concord::start_with(command, CONCORD, &self.data(), &[]).await.map_err(|ended| ended.said)
    }
}

/// A patient about whom everything that is said holds `word`.
async fn admit(client: &Client, word: &str) -> (Intake, CommandReceipt) {
    let [patient, stay] = [fresh(), fresh()].map(|id| Uuid::parse_str(&id).unwrap());
    let intake = Intake { patient, stay };
    let referral = stay::ReferPatientRequest {
        name: format!("{word} Example"),
        referred_by: format!("Dr. {word}"),
        reason: format!("Low mood, says {word}"),
        ..intake.referral()
    };
    client.send(referral).await.unwrap();
    let criterion = stay::CriterionAnswer {
        criterion: stay::Criterion::IncompleteTherapyResponse.into(),
        met: true,
        evidence: format!("{word} said so."),
    };
    let screen = stay::ScreenCandidateRequest {
        header: intake.header(),
        program: PROGRAM.to_owned(),
        criteria: vec![criterion],
        exclusions: Vec::new(),
    };
    client.send(screen).await.unwrap();
    let admission = stay::AdmitPatientRequest {
        header: intake.header(),
        program: PROGRAM.to_owned(),
        episode_id: intake.stay.to_string(),
    };
    (intake, client.send(admission).await.unwrap())
}

/// The patients on the roster once it knows what `token` is of.
async fn roster(client: &Client, token: Option<Token>) -> Vec<String> {
    let asks = ListEpisodesRequest { min_position: token, page: None, program: PROGRAM.to_owned() };
    let lines = client.program().list_episodes(asks).await.unwrap().into_inner().episodes;
    lines.into_iter().map(|line| line.patient_id).collect()
}

/// Why `command` is refused.
fn reason<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer {
        Err(Error::Call(fault)) => fault.reason,
        other => panic!("{other:?}"),
    }
}

/// The files under `folder` that hold `word`.
pub(crate) fn holding(folder: &Path, word: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, word));
        // What goes away between the look into the folder and the file is not there.
        } else if fs::read(&path).unwrap_or_default().windows(word.len()).any(|part| part == word.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

fn nowhere() -> Vec<PathBuf> {
    Vec::new()
}
