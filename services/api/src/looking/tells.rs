//! Of whom each answer tells.

use concord_kernel::PatientId;
use concord_proto::concord::{
    access, access_log, audit, consent, feed, ledger, liaison, outcomes, prescriber, program, therapist,
    timeline,
};
use serde::Deserialize;
use uuid::Uuid;

use super::Tells;

/// Answers that are lists: each row names a patient.
macro_rules! lists {
    ($($package:ident::$message:ident of $rows:ident;)+) => {$(
        impl Tells for $package::v1::$message {
            fn tells_of(&self, patients: &mut Vec<PatientId>) {
                // What this service wrote itself reads back.
                let named = self.$rows.iter().filter_map(|row| Uuid::try_parse(&row.patient_id).ok());
                patients.extend(named.map(PatientId::new));
            }
        }
    )+};
}

/// Answers about nobody but the patient who was asked about, or about nobody at all.
macro_rules! about_the_asked {
    ($($package:ident::$message:ident)+) => {$(
        impl Tells for $package::v1::$message {
            fn tells_of(&self, _: &mut Vec<PatientId>) {}
        }
    )+};
}

/// Answers that hold events as they are stored.
macro_rules! stored_events {
    ($($package:ident::$message:ident)+) => {$(
        impl Tells for $package::v1::$message {
            fn tells_of(&self, patients: &mut Vec<PatientId>) {
                patients.extend(self.events.iter().filter_map(of_event));
            }
        }
    )+};
}

lists! {
    therapist::ListCaseloadResponse of clients;
    therapist::WatchCaseloadResponse of changed;
    prescriber::ListWorklistResponse of items;
    prescriber::WatchWorklistResponse of changed;
    liaison::ListClientsResponse of clients;
    liaison::WatchClientsResponse of changed;
    program::ListEpisodesResponse of episodes;
    program::WatchEpisodesResponse of changed;
    program::ListDueItemsResponse of items;
    program::WatchDueItemsResponse of changed;
    access::ListBrokenGlassResponse of items;
    feed::ListContributionsResponse of contributions;
}

about_the_asked! {
    therapist::GetClientResponse
    prescriber::GetClientResponse
    prescriber::GetClientCourseResponse
    liaison::GetReconciledListResponse
    liaison::WatchReconciledListResponse
    timeline::ListTimelineResponse
    timeline::WatchTimelineResponse
    audit::ExportPatientResponse
    audit::ListKnownResponse
    audit::GetDecisionResponse
    audit::DiffKnownResponse
    audit::GetInclusionProofResponse
    access::ListSigningRightsResponse
    access_log::ListLooksResponse
    access_log::ListDisclosuresResponse
    consent::ListConsentsResponse
    outcomes::GetOutcomesResponse
}

stored_events! {
    ledger::ReadRangeResponse
    ledger::FollowEventsResponse
    audit::ReplayEventsResponse
}

/// Of the metadata of an event, whose record it is of.
#[derive(Deserialize)]
struct Whose {
    patient: PatientId,
}

/// Whose record a stored event is of; of one about the program, nobody's.
fn of_event(event: &ledger::v1::StoredEvent) -> Option<PatientId> {
    let whose: Whose = serde_json::from_slice(&event.metadata).ok()?;
    Some(whose.patient).filter(|patient| *patient != PatientId::NOBODY)
}
