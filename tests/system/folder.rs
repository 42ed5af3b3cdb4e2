//! What the program says when its folder is not as it should be.

use std::time::Duration;

use concord_client::{Error, Retry};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::program::v1::ListDueItemsRequest;
use concord_support::{Concord, Intake};
use tokio::process::Command;

use crate::{CONCORD, PSYCHIATRIST, start};

#[tokio::test]
async fn a_second_process_is_refused_with_who_holds_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path()).await;
    let second = Concord::start(CONCORD, folder.path()).await.err().expect("the folder is taken");
    let holder = format!("process {}", first.pid().unwrap());
    assert!(second.said.contains(&holder), "{}", second.said);
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    start(folder.path()).await.kill().await.unwrap();
    let file = folder.path().join("demo/clinical.ledger");
    rusqlite::Connection::open(file).unwrap().pragma_update(None, "user_version", 9_999).unwrap();
    let refused = Concord::start(CONCORD, folder.path()).await.err().expect("it is newer");
    assert!(refused.said.contains("9999") && refused.said.contains("newer"), "{}", refused.said);
}

#[tokio::test]
async fn views_of_a_newer_program_are_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    start(folder.path()).await.kill().await.unwrap();
    let file = folder.path().join("demo/views.db");
    rusqlite::Connection::open(file).unwrap().pragma_update(None, "user_version", 9_999).unwrap();
    let refused = Concord::start(CONCORD, folder.path()).await.err().expect("they are newer");
    assert!(refused.said.contains("9999") && refused.said.contains("remove views.db"), "{}", refused.said);
}

/// What is said of a configuration file with these lines, or of this variable.
async fn configured(lines: &str, variable: Option<(&str, &str)>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("concord.toml");
    std::fs::write(&file, lines).unwrap();
    let mut command = Command::new(CONCORD);
    command.arg("--config").arg(&file).envs(variable);
    let data = folder.path().join("data");
    let refused = Concord::start_with(command, CONCORD, &data, &[]).await.err().expect("it cannot be used");
    assert!(!data.exists(), "nothing is made before the configuration is read");
    refused.said
}

#[tokio::test]
async fn a_setting_that_nobody_knows_is_named_wherever_it_stands() {
    let said = configured("[limits]\natempts = 3\n", None).await;
    assert!(said.contains("atempts") && said.contains("concord.toml"), "{said}");
    assert_eq!(said.lines().count(), 1, "it is said once: {said}");
    let said = configured("", Some(("CONCORD_LIMITS__ATEMPTS", "3"))).await;
    assert!(said.contains("atempts") || said.contains("ATEMPTS"), "{said}");
    let said = configured("[limits]\nattempts = \"three\"\n", None).await;
    assert!(said.contains("attempts") && said.contains("concord.toml"), "{said}");
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named_together() {
    let said = configured("tenants = []\n[limits]\nattempts = 0\n", None).await;
    assert!(said.contains("tenants: ") && said.contains("limits.attempts: "), "{said}");
}

/// Allows files of the process at most `bytes`, as a full disk would; only the soft limit, so that it can go back.
async fn limit_files(pid: u32, bytes: &str) {
    let limit = format!("--fsize={bytes}:");
    let status = Command::new("prlimit").args(["--pid", &pid.to_string(), &limit]).status().await.unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_full_disk_answers_unavailable_loses_nothing_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    // A write past the limit must fail like a full disk, not end the process: the signal for it is ignored.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", CONCORD]);
    let server = Concord::start_with(command, CONCORD, folder.path(), &[]).await.unwrap();
    let once = Retry { attempts: 1, ..Retry::default() };
    let doctor = server.client(PSYCHIATRIST).await.unwrap().retrying(once);
    let intake = Intake::admit(&doctor).await.unwrap();

    limit_files(server.pid().unwrap(), "1").await;
    let asked = chart::ConfirmNoKnownAllergiesRequest { header: intake.header() };
    let full = doctor.send(asked.clone()).await.unwrap_err();
    let Error::Call(fault) = &full else { panic!("{full:?}") };
    assert_eq!((fault.code, fault.reason.as_str()), (tonic::Code::Unavailable, "STORE_UNAVAILABLE"));
    let due = doctor.program().list_due_items(ListDueItemsRequest::default()).await;
    let Err(Error::Call(fault)) = due.map_err(Error::from) else { panic!("shown without a record") };
    assert_eq!((fault.code, fault.reason.as_str()), (tonic::Code::Unavailable, "LOOKS_UNAVAILABLE"));

    limit_files(server.pid().unwrap(), "unlimited").await;
    let mut answer = doctor.send(asked.clone()).await;
    for _ in 0..50 {
        if answer.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        answer = doctor.send(asked.clone()).await;
    }
    let due = doctor.program().list_due_items(ListDueItemsRequest::default()).await;
    assert!(due.is_ok(), "what can be put on record again is shown: {due:?}");
    assert_eq!(answer.unwrap().stream_version, 1, "what was refused was not recorded, what followed was");
    let checked = server.run(&["ledger", "fsck", "--tenant", "demo"]).await.unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
