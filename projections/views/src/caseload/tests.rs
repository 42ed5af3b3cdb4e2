//! Given facts, then rows.

use concord_domain::DomainEvent;
use concord_domain::care_team::{Event as TeamEvent, Member};
use concord_domain::scales::{Event as ScaleEvent, RiskLevel};
use concord_domain::side_effects::Grade;
use concord_kernel::{Role, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use concord_projection::{Key, View};
use uuid::Uuid;

use super::{Caseload, Instability};
use crate::tests::{Model, after_opening, patient, person, prescribed, regimen, start};

fn opened(then: Vec<DomainEvent>) -> Model<Caseload> {
    after_opening(then)
}

fn calm() -> Instability {
    Instability {
        risk: None,
        side_effect: None,
        missed_in_a_row: 0,
        scales_worse: 0,
        poor_adherence: false,
        symptoms: 0,
    }
}

#[test]
fn a_client_is_on_the_list_of_each_therapist_who_is_on_the_care_team() {
    let second = person(Role::Therapist, 9);
    let joins = DomainEvent::CareTeam(TeamEvent::CareTeamMemberJoined(Member {
        person: second,
        role: Role::Therapist,
        name: Text::parse("Sam").unwrap(),
        organisation: None,
    }));
    assert_eq!(opened(vec![]).lists().len(), 1);
    assert_eq!(opened(vec![joins.clone()]).lists().len(), 2);
    let leaves = DomainEvent::CareTeam(TeamEvent::CareTeamMemberLeft {
        person: second,
        reason: Text::parse("moved").unwrap(),
    });
    assert_eq!(opened(vec![joins, leaves]).lists().len(), 1);
}

#[test]
fn an_open_risk_makes_a_client_unstable_until_it_is_resolved() {
    let id = ScaleId::new(Uuid::from_u128(5));
    let raised = DomainEvent::Scales(ScaleEvent::RiskRaised {
        id,
        scale: ScaleKind::Cssrs,
        level: RiskLevel::High,
        raised_at: start(),
        act_by: start(),
    });
    let resolved =
        DomainEvent::Scales(ScaleEvent::RiskResolved { id, resolution: Text::parse("seen").unwrap() });
    let key = Key::patient(patient(0));
    assert_eq!(opened(vec![raised.clone()]).rows[&key].instability().risk, Some(RiskLevel::High));
    assert_eq!(opened(vec![raised, resolved]).rows[&key].instability().risk, None);
}

#[test]
fn the_first_difference_in_the_order_of_instability_decides() {
    let order = [
        Instability { risk: Some(RiskLevel::High), ..calm() },
        Instability { risk: Some(RiskLevel::Low), side_effect: Some(Grade::Severe), ..calm() },
        Instability { risk: Some(RiskLevel::Low), missed_in_a_row: 9, symptoms: 40, ..calm() },
        Instability { side_effect: Some(Grade::Severe), ..calm() },
        Instability { side_effect: Some(Grade::Moderate), missed_in_a_row: 3, ..calm() },
        Instability { missed_in_a_row: 2, ..calm() },
        Instability { missed_in_a_row: 1, scales_worse: 2, ..calm() },
        Instability { scales_worse: 1, ..calm() },
        Instability { poor_adherence: true, ..calm() },
        Instability { symptoms: 30, ..calm() },
        calm(),
    ];
    for pair in order.windows(2) {
        assert!(pair[0].sort() < pair[1].sort(), "{pair:?}");
    }
}

#[test]
fn kinds_name_every_stream_that_the_fold_touches() {
    let facts = crate::tests::history(3, 3, 900);
    for fact in facts.iter().filter(|fact| !Caseload::KINDS.contains(&fact.stream.kind)) {
        assert!(Caseload::touches(fact).is_empty());
    }
}

#[test]
fn a_medication_is_shown_with_its_purpose_and_without_its_dose() {
    let (order, event) = prescribed();
    let model = opened(vec![event]);
    let row = &model.rows[&Key::patient(patient(0))];
    assert_eq!(row.medications[0].order, order);
    assert_eq!(row.medications[0].indication.as_str(), "major-depression");
    let dose = serde_json::to_string(&regimen(50.0).dose).unwrap();
    assert!(!serde_json::to_string(&row.medications).unwrap().contains(&dose));
}
