//! The whole page, for people.

use std::fmt::Write as _;

use concord_simulator::Found;

use super::report::{Caseload, CaseloadLine, Course, Interaction, Reconciled, Report, Worklist};
use super::table::{Side, fold, table};
use super::{chart, how, outcomes, timeline};

/// Steps of the course that are explained below the chart.
const MOST_REASONS: usize = 14;

/// Sentences of the plan that are shown.
const MOST_PLANNED: usize = 8;

/// Issues of one imported record that are shown; `--json` has them all.
const MOST_ISSUES: usize = 8;

/// Lays everything out.
pub(crate) fn print(report: &Report) -> String {
    let mut text = String::new();
    let (clients, days) = (several(report.clients, "client"), several(report.days as usize, "day"));
    heading(&mut text, &format!("{clients}, {days}, seed {}", report.seed));
    let played = &report.played;
    say(
        &mut text,
        format_args!(
            "  {} commands through gRPC, {} accepted, {} refused; {} events; it is {} now\n",
            played.commands,
            played.accepted,
            played.refused(),
            played.events,
            report.now.get(..10).unwrap_or(&report.now)
        ),
    );
    let signed = if report.ruleset.reviewed {
        "signed by a pharmacist"
    } else {
        "unreviewed: no pharmacist has signed them"
    };
    say(&mut text, format_args!("  Judged by the rules of {}, {signed}\n", report.ruleset.version));
    caseload(&mut text, &report.caseload);
    worklist(&mut text, &report.worklist);
    report.reconciled.iter().for_each(|list| reconciled(&mut text, list));
    report.course.iter().for_each(|one| course(&mut text, one));
    if let (Some(course), Some(timeline)) = (&report.course, &report.timeline) {
        heading(&mut text, &format!("Doses and side effects of {}, and what they rest on", course.patient));
        text.push_str(&timeline::lines(timeline));
    }
    let numbers = &report.outcomes;
    heading(
        &mut text,
        &format!("Outcomes of {}, {} to {}", numbers.program, numbers.first_month, numbers.last_month),
    );
    text.push_str(&outcomes::lines(numbers));
    refusals(&mut text, report);
    admissions(&mut text, report);
    unread(&mut text, report);
    heading(&mut text, "The ledger");
    say(
        &mut text,
        format_args!(
            "  position {}\n  root     {}\n  epoch    {}\n",
            report.ledger.position, report.ledger.root, report.ledger.epoch
        ),
    );
    heading(&mut text, "Try it");
    match &report.how {
        Some(how) => text.push_str(&how::lines(how)),
        None => text.push_str("  Without --exit it goes on serving, and says here how to call it.\n"),
    }
    text
}

fn say(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("a string takes everything");
}

fn heading(text: &mut String, title: &str) {
    say(text, format_args!("\n{title}\n{}\n", "═".repeat(title.chars().count())));
}

fn several(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn number(value: Option<u32>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

fn plain(name: &str) -> String {
    name.replace('_', " ")
}

fn caseload(text: &mut String, caseload: &Caseload) {
    heading(text, &format!("Caseload of {}", caseload.therapist));
    let rows: Vec<Vec<String>> = caseload
        .clients
        .iter()
        .map(|client| {
            vec![
                client.name.clone(),
                plain(&client.stage),
                trend(client.phq9_baseline, client.phq9),
                trend(client.gad7_baseline, client.gad7),
                number(client.craving),
                watch(client),
            ]
        })
        .collect();
    let heads = [
        ("Client", Side::Left),
        ("Stage", Side::Left),
        ("PHQ-9", Side::Right),
        ("GAD-7", Side::Right),
        ("Craving", Side::Right),
        ("Watch for", Side::Left),
    ];
    text.push_str(&table(&heads, &rows));
}

fn trend(first: Option<u32>, last: Option<u32>) -> String {
    match (first, last) {
        // As long as there is one score, or it stands where it stood.
        (Some(first), Some(last)) if first == last => last.to_string(),
        (Some(first), Some(last)) => format!("{first} → {last}"),
        _ => "–".to_owned(),
    }
}

/// What a therapist should watch for.
pub(super) fn watch(client: &CaseloadLine) -> String {
    let mut watch = Vec::new();
    if client.at_risk {
        watch.push("suicide risk open".to_owned());
    }
    match client.open_side_effects {
        0 => {}
        1 => watch.push("a side effect open".to_owned()),
        more => watch.push(format!("{more} side effects open")),
    }
    match client.missed_visits {
        0 => {}
        1 => watch.push("a visit missed".to_owned()),
        more => watch.push(format!("{more} visits missed in a row")),
    }
    if client.scales_worse > 0 {
        watch.push("scores worse".to_owned());
    }
    if let Some(percent) = client.adherence_percent.filter(|percent| *percent < 80) {
        watch.push(format!("{percent} % of doses taken"));
    }
    if watch.is_empty() { "–".to_owned() } else { watch.join(", ") }
}

fn worklist(text: &mut String, worklist: &Worklist) {
    heading(text, &format!("Worklist of {}, by deadline", worklist.prescriber));
    let rows: Vec<Vec<String>> = worklist
        .items
        .iter()
        .map(|item| {
            let due = match item.in_days {
                _ if item.overdue => "overdue".to_owned(),
                days if days < 0 => format!("{} d ago", -days),
                0 => "today".to_owned(),
                days => format!("in {days} d"),
            };
            let day = item.due_at.get(..16).unwrap_or(&item.due_at).replace('T', " ");
            vec![day, due, item.patient.clone(), plain(&item.kind), item.summary.clone()]
        })
        .collect();
    let heads = [
        ("Due (UTC)", Side::Left),
        ("", Side::Right),
        ("Client", Side::Left),
        ("What", Side::Left),
        ("About", Side::Left),
    ];
    text.push_str(&table(&heads, &rows));
    if worklist.more {
        text.push_str("  … and more\n");
    }
}

fn reconciled(text: &mut String, list: &Reconciled) {
    heading(text, &format!("Reconciled list of {}, for {}", list.patient, list.liaison));
    let or_never = |day: &str| if day.is_empty() { "never".to_owned() } else { day.to_owned() };
    let (when, changed) = (or_never(&list.checked_on), or_never(&list.changed_on));
    say(
        text,
        format_args!("  Last reconciled {when}, last changed {changed}. Allergies: {}\n", list.allergies),
    );
    let shared: Vec<_> = list.shared.iter().map(|part| plain(part)).collect();
    let shared =
        format!("Shown is what the patient signed for: {}. Nothing is said of the rest.", shared.join(", "));
    indented(text, "  ", &shared);
    text.push('\n');
    let rows: Vec<Vec<String>> = list
        .medications
        .iter()
        .map(|line| {
            // Of what comes from outside, it matters what comparing it said.
            let status = match (line.outside, line.reconciled.as_str()) {
                (true, "") => "to be compared".to_owned(),
                (true, said) => plain(said),
                (false, _) => plain(&line.status),
            };
            vec![line.since.clone(), line.from.clone(), line.name.clone(), line.sig.clone(), status]
        })
        .collect();
    let heads = [
        ("Since", Side::Left),
        ("From", Side::Left),
        ("Medication", Side::Left),
        ("Dose", Side::Left),
        ("Status", Side::Left),
    ];
    text.push_str(&table(&heads, &rows));
    text.push_str(if list.interactions.is_empty() {
        "\n  No open interactions among what is shown.\n"
    } else if list.interactions.iter().all(|found| found.reviewed) {
        "\n  Open interactions\n"
    } else {
        "\n  Open interactions, found by rules that are unreviewed\n"
    });
    for found in &list.interactions {
        let Interaction { severity, about, action, mechanism, advice, .. } = found;
        let line = format!("{}, {severity}: {}. {mechanism} {advice}", about.join(" + "), told(action));
        indented(text, "  ! ", line.trim_end());
    }
    if !list.plan.is_empty() {
        text.push_str("\n  The plan\n");
    }
    for sentence in list.plan.iter().take(MOST_PLANNED) {
        indented(text, "  - ", sentence);
    }
}

/// The gravest first.
fn gravity(severity: &str) -> u8 {
    match severity {
        "contraindicated" => 0,
        "major" => 1,
        _ => 2,
    }
}

/// What a finding asks for, in words.
fn told(action: &str) -> &str {
    match action {
        "monitor" => "watch as advised",
        "adjust" => "a change of dose is advised",
        "acknowledge" => "the prescriber states why it goes on",
        "block_unless_cosigned" => "not together, unless two clinicians sign",
        "space" => "wait until the washout has passed",
        "block" => "never together",
        other => other,
    }
}

/// `words` after `first`, further lines below the words.
fn indented(text: &mut String, first: &str, words: &str) {
    let indent = first.chars().count();
    for (index, line) in fold(words, super::table::WIDTH - indent).iter().enumerate() {
        let before = if index == 0 { first.to_owned() } else { " ".repeat(indent) };
        say(text, format_args!("{before}{line}\n"));
    }
}

fn course(text: &mut String, course: &Course) {
    heading(text, &format!("Course of {}", course.patient));
    text.push_str(&chart::draw(course));
    text.push('\n');
    let doses = course.drugs.iter().flat_map(|drug| {
        drug.steps.iter().map(move |step| {
            let what = match step {
                _ if step.held => "held".to_owned(),
                _ if step.daily_mg > 0.0 => format!("{} mg a day", step.daily_mg),
                _ => "stopped".to_owned(),
            };
            (step.day, format!("{} {what}: {}", drug.name, plain(&step.why)))
        })
    });
    let effects = course
        .effects
        .iter()
        .map(|effect| (effect.day, format!("side effect, grade {}: {}", effect.grade, effect.symptom)));
    // On one day the side effect comes first: it is what a dose is changed for.
    let mut reasons: Vec<(i64, String)> = effects.chain(doses).collect();
    reasons.sort_by_key(|(day, _)| *day);
    for (day, reason) in reasons.iter().take(MOST_REASONS) {
        indented(text, &format!("  day {day:>3}  "), reason);
    }
}

fn refusals(text: &mut String, report: &Report) {
    if report.played.refusals.is_empty() {
        return;
    }
    heading(text, "What was refused, and what people did");
    let rows: Vec<Vec<String>> = report
        .played
        .refusals
        .iter()
        .map(|(reason, tally)| {
            let answers: Vec<String> = tally
                .answers
                .iter()
                .map(|(answer, count)| {
                    let name = serde_json::to_value(answer).ok().and_then(|v| v.as_str().map(plain));
                    format!("{} × {count}", name.unwrap_or_default())
                })
                .collect();
            vec![reason.clone(), tally.count.to_string(), answers.join(", ")]
        })
        .collect();
    text.push_str(&table(&[("Reason", Side::Left), ("Times", Side::Right), ("Then", Side::Left)], &rows));
}

fn unread(text: &mut String, report: &Report) {
    if report.unread.is_empty() {
        return;
    }
    heading(text, "Nobody could be admitted from");
    for unread in &report.unread {
        // The problem begins with the file.
        indented(text, "  ! ", &unread.problem);
    }
}

fn admissions(text: &mut String, report: &Report) {
    for admission in &report.admissions {
        heading(text, &format!("Admitted from {}", admission.file));
        let [allergies, conditions, medications, results] = admission.charted;
        let died = if admission.deceased { "; the record says that the patient has died" } else { "" };
        let charted = format!(
            "{}: medications {medications}, conditions {conditions}, allergies {allergies}, results {results}{died}",
            admission.name
        );
        indented(text, "  ", &charted);
        let mut findings: Vec<&Found> = admission.findings.iter().collect();
        findings.sort_by_key(|found| gravity(&found.severity));
        for found in findings {
            let Found { rule, about, severity, mechanism, advice: _ } = found;
            let about = if about.is_empty() { String::new() } else { format!("{}, ", about.join(" + ")) };
            indented(text, "  ! ", &format!("{about}{severity}: {mechanism} ({rule})"));
        }
        for (path, problem, about) in admission.issues.iter().take(MOST_ISSUES) {
            let about = if about.is_empty() { String::new() } else { format!(" ({about})") };
            indented(text, "  ? ", &format!("{path}{about} {problem}"));
        }
        let rest = admission.issues.len().saturating_sub(MOST_ISSUES) + admission.further_issues;
        if rest > 0 {
            say(text, format_args!("  ? and {rest} more; --json lists them\n"));
        }
    }
}
