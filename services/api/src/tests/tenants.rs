//! Two tenants with the same patients, people and command identifiers: no command of one reaches the other's record.

use std::sync::Arc;

use concord_client::{Asks, Client};
use concord_kernel::{LedgerId, Role, SeededIds, TenantId};
use concord_ledger::{Head, Ledger, MemoryLedger};
use concord_proto::concord::common::v1::CommandHeader;
use concord_proto::concord::{
    access, adherence, assessment, care_team, chart, consent, coordination, episode, feed, follow_up, plan,
    prescription, recovery, ruleset, scales, side_effects,
};
use uuid::Uuid;

use super::samples::{Sample, every_request};
use super::service::{Service, noon, tenant};
use crate::Limits;

const ROLES: [Role; 6] =
    [Role::Psychiatrist, Role::Nurse, Role::Therapist, Role::Pharmacist, Role::Patient, Role::Service];

/// The n-th command, about the same patient in both tenants; commands about the program name nobody.
fn header<A: Sample>(number: u128) -> CommandHeader {
    let mut header = concord_client::treatment(Uuid::from_u128(number), Uuid::from_u128(7));
    if !A::ABOUT_A_PATIENT {
        header.patient_id.clear();
        header.purpose = concord_proto::concord::common::v1::Purpose::Operations.into();
    }
    header
}

/// Sends every command of the contract once in each role; says how many took effect.
async fn every_command(clients: &[Client]) -> u128 {
    let (mut number, mut taken) = (0, 0);
    macro_rules! send {
        ($package:ident, $request:ident) => {
            for client in clients {
                number += 1;
                let mut asked = $package::v1::$request::sample();
                asked.header = Some(header::<$package::v1::$request>(number));
                taken += u128::from(asked.call(client).await.is_ok());
            }
        };
    }
    every_request!(send);
    taken
}

#[tokio::test]
async fn no_command_of_one_tenant_reaches_another_with_the_same_identifiers() {
    let (clock, birch) = (noon(), TenantId::parse("birch").unwrap());
    let memory = |tenant: TenantId, seed| -> Arc<dyn Ledger> {
        let ids = Arc::new(SeededIds::new(seed));
        Arc::new(MemoryLedger::new(LedgerId::clinical(tenant), Arc::clone(&clock) as _, ids))
    };
    let (ours, theirs) = (memory(tenant(), 1), memory(birch.clone(), 2));
    let others = vec![(birch.clone(), Arc::clone(&theirs))];
    let service =
        Service::start_beside(Limits::default(), Arc::clone(&clock), Arc::clone(&ours), others).await;
    let clients = |tenant: &TenantId| ROLES.map(|role| service.acting_for(role, tenant));
    let head = async |ledger: &Arc<dyn Ledger>| -> Head { ledger.head().await.unwrap() };

    let nothing = head(&ours).await;
    let taken = every_command(&clients(&birch)).await;
    assert!(taken > 10, "only {taken} commands took effect");
    assert_eq!(head(&ours).await, nothing, "the first tenant's commands are its own");
    let before = head(&theirs).await;
    assert!(before.token.position > 10);
    // Under the same identifiers each of them is another tenant's command, and no repetition.
    assert_eq!(every_command(&clients(&tenant())).await, taken);
    assert_eq!(head(&theirs).await, before, "the second tenant's commands are its own");
    assert_eq!(head(&ours).await.token.position, before.token.position);
}
