//! Whole programs: every command is accepted and every refusal occurs while a cohort is played.

use std::collections::BTreeSet;
use std::sync::Arc;

use concord_kernel::{Instant, ManualClock};
use concord_proto::concord::common::v1::{ErrorReason, Token};
use concord_simulator::{
    Answered, Body, COMMANDS, Cohort, Gateway, Person, Played, Profile, Refused, Remote, Step, play,
};
use uuid::Uuid;

use crate::served::{Views, gateway, serve};

/// The first and the last number that a reason of a rule may have; below are those of transport and storage.
const RULES: std::ops::RangeInclusive<i32> = 100..=9_999;

/// Clients who are followed all the way: one of each kind.
const FOLLOWED: usize = 12;

/// Days from their arrival on which the others are seen.
const SEEN_DAYS: i64 = 3;

/// Reasons that no command of a well-formed client meets. Whoever adds one says why; every other reason that the contract
/// has needs a story in `src/mistakes`.
const NEVER: &[(&str, &str)] = &[
    ("FACTS_MISSING", "the executor reads what a command names"),
    ("NOT_A_TIMER", "only the service's token may ask it: NOT_PERMITTED comes first"),
    ("NOT_A_COSIGNER", "only prescribers and pharmacists may ask it: NOT_PERMITTED comes first"),
    ("STAY_END_NOT_KNOWN", "only of stays that ended before their end was stored"),
    ("ONLY_DISPENSED", "no order of methadone is ever written: NOT_PRESCRIBABLE comes first"),
    ("TITRATION_CHANGES_ROUTE", "no row of the formulary offers two routes: ROUTE_NOT_OFFERED comes first"),
    ("ADHERENCE_OUT_OF_RANGE", "the form takes 0 to 100: FIELD_INVALID comes first"),
    ("LANGUAGE_INVALID", "the form takes language tags: FIELD_INVALID comes first"),
    ("SUPPLY_OUT_OF_RANGE", "the form takes 1 to 365 days and at most 11 refills: FIELD_INVALID comes first"),
    ("TOO_MANY_ACKNOWLEDGEMENTS", "the form takes no longer list: FIELD_INVALID comes first"),
    (
        "SUPPLY_NOT_ALLOTTED",
        "a signature asks the chart first; only who changes it again and again comes between",
    ),
    ("REVIEW_ALREADY_OPEN", "only the service opens such reviews, by no call"),
    ("REVIEW_NOT_CALLED_FOR", "only the service opens such reviews, by no call"),
    ("OUTREACH_ALREADY_DUE", "only the service has outreach come due, by no call"),
    ("OUTREACH_NOT_CALLED_FOR", "only the service has outreach come due, by no call"),
    (
        "GLASS_NOT_TO_TREAT",
        "the policies permit it for treatment and emergencies alone: NOT_PERMITTED comes first",
    ),
    ("PROGRAM_TOO_LARGE", "a question meets it, and no command"),
    ("RETURN_DATE_REQUIRED", "an auditor's question meets it, and no command"),
    ("RETURN_DATE_PASSED", "an auditor's question meets it, and no command"),
    ("AUDIT_RECORDED", "an auditor's question meets it, and no command"),
    ("CHECKPOINT_NOT_YET", "an auditor's question meets it, and no command"),
    ("COSIGNATURE_INVALID", "an auditor's question meets it, and no command"),
    ("CHECKPOINTS_UNAVAILABLE", "an auditor's question meets it, and no command"),
    ("AUDIT_TOO_LARGE", "an auditor's question meets it, and no command"),
    ("SUBSCRIPTION_TAKEN_OVER", "a partner's call meets it, and no command"),
    ("SUBSCRIPTION_ON_JETSTREAM", "a partner's call meets it, and no command"),
    ("SEQUENCE_NOT_SENT", "a partner's call meets it, and no command"),
    ("DISCLOSURES_UNAVAILABLE", "a partner's call meets it, and no command"),
    ("CONTRIBUTION_USED", "a partner's call meets it, and no command"),
    ("CONTRIBUTION_WITHOUT_MEDICATION", "a partner's call meets it, and no command"),
    ("INBOX_FULL", "a partner's call meets it, and no command"),
    ("CONTRIBUTION_REVIEWED", "only after a partner's call, which is no command"),
    ("CERTIFICATE_UNKNOWN", "who asks is refused before any command is read"),
    ("CERTIFICATE_CONTRADICTS_TOKEN", "who asks is refused before any command is read"),
    ("SIGNING_KEYS_UNKNOWN", "who asks is refused before any command is read"),
    ("LOCAL_TOKEN_REFUSED", "who asks is refused before any command is read"),
    ("RATE_LIMITED", "who asks is refused before any command is read"),
    ("TOO_MANY_STREAMS", "who asks is refused before any command is read"),
    ("TOO_MANY_ATTEMPTS", "who asks is refused before any command is read"),
    ("LOOKS_UNAVAILABLE", "only while the records of looking cannot be written"),
    ("SUBJECT_SHREDDED", "records are destroyed on the command line, by no call"),
    ("ERASURE_NEEDS_TWO", "records are destroyed on the command line, by no call"),
    ("RULESET_BASE_CHANGED", "only after an upgrade between two signatures"),
    ("RULESET_UNUSABLE", "only after an upgrade whose tables the program's rows do not fit"),
];

/// Commands that need what no command brings about: a partner's call.
const AFTER_OTHER_CALLS: [&str; 1] = ["ReviewContribution"];

/// Nobody looks at lists here: there are none.
struct Unseen(Remote);

impl Gateway for Unseen {
    fn send(&mut self, by: &Person, now: Instant, body: Body) -> impl Future<Output = Answered> + Send {
        self.0.send(by, now, body)
    }

    async fn look(&mut self, _: &Person, _: Instant, _: Uuid, _: Option<Token>) -> Result<(), Refused> {
        Ok(())
    }
}

async fn played(cohort: &Cohort) -> Played {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::starting_at(cohort.start));
    let (address, _) = serve(folder.path(), cohort.seed, Arc::clone(&clock), Views::Left).await;
    let mut gateway = Unseen(gateway(cohort, address).await);
    play(cohort, &clock, &mut gateway, |_| {}).await.unwrap()
}

/// The names of all refusals of rules.
fn reasons() -> BTreeSet<&'static str> {
    let names = RULES.filter_map(|number| ErrorReason::try_from(number).ok());
    names.map(|reason| reason.as_str_name().trim_start_matches("ERROR_REASON_")).collect()
}

/// Two hundred clients over half a year: one of each kind is followed, the others are seen as they come.
fn cohort() -> Cohort {
    let mut cohort = Cohort::generate(42, 200, 180);
    let (start, clients) = (cohort.start, &cohort.clients);
    cohort.steps.retain(|step| {
        let seen = |client: &Profile| start.plus_days(client.arrives_on + SEEN_DAYS);
        step.client < FOLLOWED || clients.get(step.client).is_some_and(|client| step.at < seen(client))
    });
    cohort.with_mistakes()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_and_every_refusal_occurs_among_two_hundred_clients_in_half_a_year() {
    let played = played(&cohort()).await;
    assert!(played.surprises.is_empty(), "otherwise than told: {:#?}", played.surprises);
    let missing: Vec<_> = COMMANDS
        .iter()
        .filter(|name| !played.kinds.contains_key(*name) && !AFTER_OTHER_CALLS.contains(name))
        .collect();
    assert!(missing.is_empty(), "never accepted: {missing:?}");
    let met: BTreeSet<&str> =
        played.refusals.keys().map(String::as_str).chain(played.mistakes.keys().copied()).collect();
    let never: BTreeSet<&str> = NEVER.iter().map(|(reason, _)| *reason).collect();
    let unmet: Vec<_> = reasons().into_iter().filter(|r| !met.contains(r) && !never.contains(r)).collect();
    assert!(unmet.is_empty(), "no story is told of {unmet:?}");
    let over: Vec<_> = never.iter().filter(|reason| met.contains(*reason)).collect();
    assert!(over.is_empty(), "take out of NEVER: {over:?}");
    println!("{} commands, {} accepted, {} reasons", played.commands, played.accepted, met.len());
}

#[test]
fn what_never_occurs_is_a_reason_and_says_why() {
    let known = reasons();
    assert!(known.len() > 250, "{}", known.len());
    for (reason, why) in NEVER {
        assert!(known.contains(reason) && !why.is_empty(), "{reason}");
    }
}

#[test]
fn mistakes_stay_out_of_a_cohort_that_does_not_ask_for_them() {
    let plain = Cohort::generate(42, 12, 90);
    let with = plain.clone().with_mistakes();
    assert!(plain.mistaken.is_empty() && with.steps.len() > plain.steps.len());
    let theirs = |step: &Step| with.mistaken.iter().any(|(client, _)| *client == step.client);
    let (_, rest): (Vec<_>, Vec<_>) = with.steps.iter().cloned().partition(theirs);
    assert_eq!(rest, plain.steps);
    assert_eq!(with, Cohort::generate(42, 12, 90).with_mistakes());
}
