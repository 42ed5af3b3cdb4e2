//! Tests of what needs no server; the rest is tested where the server is.

use std::time::Duration;

use tonic::{Code, Status};

use super::*;

fn fault(code: Code, reason: &str) -> Fault {
    Fault {
        code,
        reason: reason.to_owned(),
        message: String::new(),
        refusal: None,
        fields: Vec::new(),
        retry_after: None,
        epoch_changed: None,
    }
}

#[test]
fn a_command_is_sent_again_only_while_that_can_help() {
    let retry = Retry::default();
    let again = |code, reason: &str, version| retry.wait(&fault(code, reason), 1, version, 0).is_some();
    assert!(again(Code::Unavailable, "STORE_UNAVAILABLE", true));
    assert!(again(Code::ResourceExhausted, "OVERLOADED", false));
    assert!(!again(Code::ResourceExhausted, "TOO_LARGE", false));
    assert!(again(Code::Aborted, "VERSION_CONFLICT", false));
    assert!(
        !again(Code::Aborted, "VERSION_CONFLICT", true),
        "a conflict on a stated version is the caller's"
    );
    assert!(!again(Code::FailedPrecondition, "UNSAFE", false));
}

#[test]
fn whoever_calls_too_often_waits_as_long_as_the_server_says() {
    let wait = |retry_after| {
        let fault = Fault { retry_after, ..fault(Code::ResourceExhausted, "RATE_LIMITED") };
        Retry::default().wait(&fault, 1, false, 0)
    };
    assert_eq!(wait(Some(Duration::from_secs(1))), Some(Duration::from_secs(1)));
    assert!(wait(None).is_some_and(|wait| wait < Duration::from_secs(1)));
    assert_eq!(wait(Some(Duration::from_mins(5))), None, "so long nobody waits here");
}

#[test]
fn waits_grow_to_a_bound_and_end() {
    let retry = Retry { attempts: 40, ..Retry::default() };
    let away = fault(Code::Unavailable, "");
    let waits: Vec<_> = (1..=41).map(|sent| retry.wait(&away, sent, false, 255)).collect();
    assert!(waits[0].unwrap() < waits[1].unwrap());
    assert!(waits[38].unwrap() <= retry.longest);
    assert!(waits[0].unwrap() >= Duration::from_millis(25));
    assert_eq!(waits[39], None);
}

#[test]
fn a_status_without_our_details_keeps_code_and_message() {
    let Error::Call(fault) = Error::from(Status::unavailable("gone")) else { panic!("a status is a fault") };
    assert_eq!((fault.code, fault.message.as_str(), fault.reason.as_str()), (Code::Unavailable, "gone", ""));
}

#[test]
fn a_token_is_never_shown() {
    let bearer = Bearer::new("secret").unwrap();
    assert!(!format!("{bearer:?}").contains("secret"));
    assert_eq!(Bearer::new("a\nb").unwrap_err(), InvalidToken);
}
