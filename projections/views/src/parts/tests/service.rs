//! What the service starts by itself, on the lists of those who answer it.

use concord_domain::DomainEvent;
use concord_domain::adherence::{Event as AdherenceEvent, OutreachCause, OutreachOutcome};
use concord_domain::episode::{Disposition, Event as EpisodeEvent};
use concord_domain::follow_up::{Event as VisitEvent, Modality, VisitKind};
use concord_domain::treatment_plan::{Event as PlanEvent, ReviewCause, ReviewKind, ReviewOutcome};
use concord_kernel::{EpisodeId, Instant, OrderId, Role, ScaleId, Text, VisitId};
use concord_knowledge::{RuleId, RulesetVersion};
use concord_projection::Key;
use uuid::Uuid;

use crate::parts::{Due, DueKind};
use crate::tests::{Dice, Story, after_opening, patient, start};
use crate::{Caseload, Worklist};

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn stay() -> EpisodeId {
    Story::new(0, &mut Dice(1)).episode.id
}

fn in_days(days: i64) -> Instant {
    start().plus_days(days)
}

/// What is due of that kind: what it is about, and until when.
fn due(kind: DueKind, then: Vec<DomainEvent>) -> Vec<(Option<String>, Instant)> {
    let model = after_opening::<Worklist>(then);
    let row = &model.rows[&Key::patient(patient(0))];
    let all: Vec<Due> = row.agenda.due(&row.stays);
    let ours = all.into_iter().filter(|due| due.kind == kind);
    ours.map(|due| (due.name.or(due.subject.map(|subject| subject.to_string())), due.at)).collect()
}

fn sought() -> DomainEvent {
    DomainEvent::Adherence(AdherenceEvent::OutreachDue {
        episode: stay(),
        first: VisitId::new(Uuid::from_u128(1)),
        visit: VisitId::new(Uuid::from_u128(2)),
        in_a_row: 2,
        rule: RuleId::parse("outreach.other").unwrap(),
        act_by: in_days(3),
        ruleset: RulesetVersion::parse("2026-11-23.1").unwrap(),
    })
}

fn found(outcome: OutreachOutcome) -> DomainEvent {
    DomainEvent::Adherence(AdherenceEvent::OutreachRecorded { outcome, note: words("called"), late: false })
}

fn came() -> DomainEvent {
    DomainEvent::FollowUp(VisitEvent::VisitCompleted {
        visit: VisitId::new(Uuid::from_u128(3)),
        kind: VisitKind::Medication,
        at: start(),
        modality: Modality::InPerson,
        adherence_percent: None,
        summary: words("back again"),
        next_due_at: None,
    })
}

#[test]
fn whoever_stays_away_is_sought_until_they_are_found_or_come() {
    let outreach = |then| due(DueKind::Outreach, then);
    let open = [(Some("missed_visits".to_owned()), in_days(3))];
    assert_eq!(outreach(vec![sought()]), open);
    assert_eq!(outreach(vec![sought(), found(OutreachOutcome::NotReached)]), open);
    let (because, act_by) = (OutreachCause::MissedVisits, in_days(3));
    let breached = DomainEvent::Adherence(AdherenceEvent::OutreachBreached { because, act_by });
    assert_eq!(outreach(vec![sought(), breached]), open, "late is still to be done");
    assert_eq!(outreach(vec![sought(), found(OutreachOutcome::Reached)]), []);
    assert_eq!(outreach(vec![sought(), came()]), []);
}

#[test]
fn a_therapist_sees_who_is_sought_and_what_is_reviewed_and_why() {
    let because = ReviewCause::Worsening { score: ScaleId::new(Uuid::from_u128(9)) };
    let opened = DomainEvent::TreatmentPlan(PlanEvent::ReviewOpened {
        change: because.change(),
        because,
        review_by: in_days(7),
    });
    let reviewed = DomainEvent::TreatmentPlan(PlanEvent::MedicationReviewed {
        considered: vec![because.change()],
        outcome: ReviewOutcome::Change,
        reason: words("dose raised"),
        late: false,
        next_review_by: in_days(60),
    });
    let seen = |then| after_opening::<Caseload>(then).rows[&Key::patient(patient(0))].clone();
    let row = seen(vec![sought(), opened.clone()]);
    assert_eq!(row.adherence.outreach.iter().next().unwrap().act_by, in_days(3));
    let review = row.plans.iter().next().unwrap().reviews[0];
    assert_eq!((review.because, review.review_by), (ReviewKind::Worsening, in_days(7)));
    let named = [(Some(because.change().to_string()), in_days(7))];
    assert_eq!(due(DueKind::MedicationReview, vec![opened.clone()]), named);
    let row = seen(vec![sought(), opened, came(), reviewed]);
    assert!(row.adherence.outreach.is_empty());
    assert!(row.plans.iter().next().unwrap().reviews.is_empty());
}

#[test]
fn what_happens_to_medication_after_a_stay_is_due_after_it_until_it_is_decided() {
    let closed = || {
        DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
            episode: stay(),
            disposition: Disposition::Completed,
            medication_plan: None,
            at: None,
        })
    };
    let left = || {
        DomainEvent::Episode(EpisodeEvent::BridgingDue {
            episode: stay(),
            orders: vec![OrderId::new(Uuid::from_u128(1))],
            naloxone: false,
            decide_by: in_days(1),
        })
    };
    let open = [(Some(stay().to_string()), in_days(1))];
    let bridging = |then| due(DueKind::DischargeBridging, then);
    assert_eq!(bridging(vec![closed(), left()]), open);
    let decide_by = in_days(1);
    let breached = DomainEvent::Episode(EpisodeEvent::BridgingBreached { episode: stay(), decide_by });
    assert_eq!(bridging(vec![closed(), left(), breached]), open, "late is still to be done");
    let decided = DomainEvent::Episode(EpisodeEvent::BridgingDecided {
        episode: stay(),
        lines: Vec::new(),
        note: words("primary care goes on"),
        late: false,
    });
    assert_eq!(bridging(vec![closed(), left(), decided]), []);
    assert!(DueKind::DischargeBridging.concerns(Role::Nurse));
    assert!(DueKind::Renewal.concerns(Role::Nurse), "a refill that is due is asked for by nurses");
}
