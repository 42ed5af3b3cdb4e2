//! No bytes bring a decoder down: random ones, and valid requests with bytes changed, cut off or doubled.

use concord_proto::concord::{
    access, adherence, assessment, care_team, chart, consent, coordination, episode, feed, follow_up, plan,
    prescription, recovery, ruleset, scales, side_effects,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::samples::{Sample, every_request};
use super::service::{Service, referral};
use crate::asked::Asks as _;
use crate::common::decode;
use concord_kernel::Role;
use concord_proto::concord::common::v1::{CommandHeader, PageRequest};
use concord_proto::concord::program::v1::ListEpisodesRequest;
use proptest::strategy::ValueTree;
use prost::Message;
use tonic::Code;

/// Cases for each kind of request; some fifty kinds.
const CASES: u32 = 200;

/// A change of valid bytes: where, to what, how much is cut off and how much is doubled.
fn spoilt(valid: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let places = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (places, any::<prop::sample::Index>(), any::<bool>()).prop_map(move |(places, cut, double)| {
        let mut bytes = valid.clone();
        for (place, byte) in places {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
        }
        if double {
            bytes.extend_from_within(..);
        } else if !bytes.is_empty() {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        bytes
    })
}

fn withstands<A: Sample>() {
    let valid = A::sample().encode_to_vec();
    let bytes = prop_oneof![1 => prop::collection::vec(any::<u8>(), 0..256), 3 => spoilt(valid)];
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let run = runner.run(&bytes, |bytes| {
        if let Ok(asked) = A::decode(bytes.as_slice()) {
            // Accepted or refused, but never a panic.
            let _either = asked.command();
        }
        Ok(())
    });
    run.unwrap();
}

#[test]
fn no_bytes_bring_a_command_decoder_down() {
    macro_rules! withstand {
        ($package:ident, $request:ident) => {
            withstands::<$package::v1::$request>();
        };
    }
    every_request!(withstand);
}

#[test]
fn no_bytes_bring_the_header_decoder_down() {
    let valid = CommandHeader {
        command_id: super::samples::ID.to_owned(),
        patient_id: super::samples::ID.to_owned(),
        purpose: 1,
        ..CommandHeader::default()
    };
    let mut runner = TestRunner::new(Config { cases: 2_000, failure_persistence: None, ..Config::default() });
    let run = runner.run(&spoilt(valid.encode_to_vec()), |bytes| {
        let _either = decode::header(CommandHeader::decode(bytes.as_slice()).ok());
        Ok(())
    });
    run.unwrap();
}

#[test]
fn every_sample_is_accepted() {
    macro_rules! accepted {
        ($package:ident, $request:ident) => {
            let decoded = $package::v1::$request::sample().command();
            assert!(decoded.is_ok(), "{}: {:?}", stringify!($request), decoded.err());
        };
    }
    every_request!(accepted);
}

/// A page token that a list gave, with characters of it changed, cut off or doubled; or none that any list gave.
fn page_token(given: String) -> impl Strategy<Value = String> {
    let spoilt = spoilt(given.into_bytes()).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    prop_oneof![3 => spoilt, 1 => ".{0,64}", 1 => "[0-9a-f]{0,200}", 1 => "[A-Za-z0-9_-]{0,200}"]
}

#[tokio::test]
async fn no_page_token_brings_a_list_down() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let mut min_position = None;
    for patient in 1..=2 {
        min_position = nurse.send(referral(patient, patient)).await.unwrap().token;
    }
    let list = async |page_token: String, min_position| {
        let page = Some(PageRequest { page_size: 1, page_token });
        let asks = ListEpisodesRequest { min_position, page, program: "iop-adult".to_owned() };
        nurse.program().list_episodes(asks).await.map(tonic::Response::into_inner)
    };
    let first = list(String::new(), min_position).await.unwrap();
    let tokens = page_token(first.page.unwrap().next_page_token);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    for _ in 0..500 {
        let token = tokens.new_tree(&mut runner).unwrap().current();
        match list(token.clone(), None).await {
            Ok(page) => assert!(page.episodes.len() <= 1),
            Err(refused) => assert_eq!(refused.code(), Code::InvalidArgument, "{token:?}: {refused:?}"),
        }
    }
}
