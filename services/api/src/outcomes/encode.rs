//! Numbers to messages.

use std::collections::BTreeMap;

use concord_knowledge::scale::ScaleKind;
use concord_proto::concord::outcomes::v1 as pb;
use concord_views::outcomes::{
    AdherenceSum, Count, DecisionSum, Mean, Median, Outcomes, SMALL, ScaleSum, Share, TherapySum,
};
use concord_views::parts::DueKind;
use concord_views::worklist::due::Overdue;

use crate::query::words;

pub(super) fn outcomes(told: &Outcomes, late: &BTreeMap<DueKind, Overdue>) -> pb::GetOutcomesResponse {
    pb::GetOutcomesResponse {
        clients: told.clients,
        admitted: Some(count(&told.admitted)),
        active: Some(share(&told.active)),
        retained: told
            .retained
            .iter()
            .map(|at| pb::Retained { days: u32::from(at.days), share: Some(share(&at.share)) })
            .collect(),
        scales: vec![scale(ScaleKind::Phq9, &told.phq9), scale(ScaleKind::Gad7, &told.gad7)],
        side_effects: Some(side_effects(&told.side_effects)),
        adherence: Some(adherence(&told.adherence)),
        therapy: Some(therapy(&told.therapy)),
        overdue: overdue(late),
        referral_to_evaluation: Some(median(&told.to_evaluation)),
        reconciled: Some(share(&told.reconciled)),
        relapses: Some(count(&told.relapses)),
        overdoses: Some(count(&told.overdoses)),
        incomplete_clients: told.incomplete,
        ..Default::default()
    }
}

fn count(told: &Count) -> pb::Count {
    let Count { count, clients, of_clients } = *told;
    pb::Count { count, clients, of_clients, small: told.is_small() }
}

fn share(told: &Share) -> pb::Share {
    let Share { part, whole, clients, of_clients } = *told;
    pb::Share { part, whole, clients, of_clients, small: told.is_small() }
}

fn mean(told: &Mean) -> pb::MeanValue {
    let Mean { sum: _, counted, of, clients, of_clients } = *told;
    pb::MeanValue { mean: told.value(), counted, of, clients, of_clients, small: told.is_small() }
}

fn median(told: &Median) -> pb::MedianTime {
    let Median { minutes, counted, of, clients, of_clients } = *told;
    pb::MedianTime { minutes, counted, of, clients, of_clients, small: told.is_small() }
}

fn scale(kind: ScaleKind, told: &ScaleSum) -> pb::ScaleOutcome {
    pb::ScaleOutcome {
        scale: words::stored(&kind),
        response: Some(share(&told.response)),
        remission: Some(share(&told.remission)),
        not_elevated: told.not_elevated,
        without_second_score: told.without_second,
        without_score: told.without_score,
    }
}

fn side_effects(told: &DecisionSum) -> pb::SideEffectOutcome {
    pb::SideEffectOutcome {
        reported: Some(count(&told.reported)),
        report_to_decision: Some(median(&told.to_decision)),
        in_time: Some(share(&told.in_time)),
        breached: Some(count(&told.breached)),
        open: told.open,
        closed_without_decision: told.closed,
        unfollowed: told.unfollowed,
    }
}

fn adherence(told: &AdherenceSum) -> pb::AdherenceOutcome {
    pb::AdherenceOutcome {
        covered: Some(mean(&told.covered)),
        adherent: Some(share(&told.adherent)),
        unknown: told.unknown,
        unmeasured: told.unmeasured,
    }
}

fn therapy(told: &TherapySum) -> pb::TherapyOutcome {
    pb::TherapyOutcome { attended: Some(share(&told.attended)), engagement: Some(mean(&told.engagement)) }
}

/// Most first; of as many, in the order of kinds.
fn overdue(late: &BTreeMap<DueKind, Overdue>) -> Vec<pb::OverdueWork> {
    let mut work: Vec<_> = late
        .iter()
        .map(|(kind, Overdue { items, clients })| {
            let clients = u32::try_from(clients.len()).unwrap_or(u32::MAX);
            let small = clients < SMALL;
            pb::OverdueWork { kind: kind.as_str().to_owned(), items: *items, clients, small }
        })
        .collect();
    work.sort_by_key(|work| std::cmp::Reverse(work.items));
    work
}
