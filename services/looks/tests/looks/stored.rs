//! What is stored stays readable: the files hold a record of each kind, and are never changed.

use concord_kernel::{AuditId, PersonId};
use concord_looks::{
    Basis, DISCLOSED, Disclosure, LOOKED, Look, Outcome, Recipient, Record, Who, read_event,
};
use uuid::Uuid;

use crate::support::{disclosure, look, noon, who};

const LOOKS: &[u8] = include_bytes!("../../stored/Looked.v1.json");
const DISCLOSURES: &[u8] = include_bytes!("../../stored/Disclosed.v1.json");

fn looks() -> Vec<Record> {
    let all = Look {
        who: Who { organisation: Some("lakeside.example".into()), ..who(8) },
        outcome: Outcome::Refused { reason: "NOT_PERMITTED".into() },
        policy: Some("treating-team".into()),
        break_glass: true,
        audit: Some(AuditId::new(Uuid::from_u128(9))),
        ..look(noon(), 8, [3])
    };
    let least = Look { purpose: None, ..look(noon(), 7, []) };
    vec![Record::Look(look(noon(), 7, [3, 4])), Record::Look(all), Record::Look(least)]
}

fn disclosures() -> Vec<Record> {
    let emergency = Disclosure {
        recipient: Recipient {
            organisation: "county-hospital".into(),
            name: None,
            person: Some(PersonId::new(Uuid::from_u128(11))),
            intermediary: Some("exchange.example".into()),
        },
        basis: Basis::Emergency,
        subscription: None,
        ..disclosure(noon(), 3, [])
    };
    let audit = Disclosure {
        basis: Basis::Audit { audit: AuditId::new(Uuid::from_u128(9)) },
        ..disclosure(noon(), 4, [1])
    };
    [disclosure(noon(), 3, [4, 9]), emergency, audit].map(Record::Disclosure).into()
}

#[test]
fn every_stored_shape_reads_as_what_it_was_and_is_written_so() {
    for (event_type, stored, records) in [(LOOKED, LOOKS, looks()), (DISCLOSED, DISCLOSURES, disclosures())] {
        assert_eq!(read_event(event_type, stored).unwrap(), records, "{event_type}");
        let written: Vec<_> = records
            .iter()
            .map(|record| match record {
                Record::Look(look) => serde_json::to_value(look).unwrap(),
                Record::Disclosure(disclosure) => serde_json::to_value(disclosure).unwrap(),
            })
            .collect();
        let stored: serde_json::Value = serde_json::from_slice(stored).unwrap();
        assert_eq!(stored["records"], serde_json::Value::Array(written), "{event_type}");
    }
}
