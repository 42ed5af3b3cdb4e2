//! The program's numbers, as whoever answers for it sees them.

use concord_client::Error;
use concord_kernel::Instant;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::outcomes::v1 as pb;
use concord_simulator::{PROGRAM, Person};
use serde::Serialize;

use super::ask::Desk;
use super::table::{Side, WIDTH, fold, table};

/// What is said where nobody can say anything yet.
const NOTHING: &str = "–";

/// What every line begins with.
const INDENT: &str = "  ";

/// Kinds of overdue work that are shown; `--json` has them all.
const MOST_OVERDUE: usize = 4;

/// A program's numbers.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Outcomes {
    pub(crate) program: String,
    /// `YYYY-MM`, both included.
    pub(crate) first_month: String,
    pub(crate) last_month: String,
    pub(crate) numbers: Vec<Number>,
    pub(crate) overdue: Vec<Overdue>,
}

/// One number.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Number {
    pub(crate) name: String,
    /// As it is said to people.
    pub(crate) value: String,
    /// How many it is of; empty where it is of nothing else.
    pub(crate) of: String,
    /// Whether few clients are behind it.
    pub(crate) small: bool,
    /// Who is not in it.
    pub(crate) beside: String,
}

/// Overdue work of one kind.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Overdue {
    pub(crate) kind: String,
    pub(crate) items: u32,
    pub(crate) clients: u32,
}

impl Desk<'_> {
    pub(super) async fn outcomes(
        &self,
        person: &Person,
        start: Instant,
        after: Option<Token>,
    ) -> Result<Outcomes, Error> {
        let question = pb::GetOutcomesRequest {
            min_position: after,
            program: PROGRAM.to_owned(),
            first_month: month(self.now.plus_days(-LOOK_BACK_DAYS).max(start)),
            last_month: month(self.now),
        };
        let told = self.acting_as(person)?.outcomes().get_outcomes(question).await?.into_inner();
        let overdue = |work: &pb::OverdueWork| Overdue {
            kind: work.kind.clone(),
            items: work.items,
            clients: work.clients,
        };
        Ok(Outcomes {
            numbers: numbers(&told),
            overdue: told.overdue.iter().map(overdue).collect(),
            program: told.program,
            first_month: told.first_month,
            last_month: told.last_month,
        })
    }
}

/// How far back the demonstration asks: less than the most that may be asked for at once.
const LOOK_BACK_DAYS: i64 = 600;

fn month(at: Instant) -> String {
    at.day().to_string().get(..7).unwrap_or_default().to_owned()
}

fn numbers(told: &pb::GetOutcomesResponse) -> Vec<Number> {
    let mut numbers =
        vec![counted("admitted", told.admitted), shared("in a stay at the end", told.active, String::new())];
    for at in &told.retained {
        numbers.push(shared(&format!("retained at {} days", at.days), at.share, String::new()));
    }
    for scale in &told.scales {
        let name = scale.scale.to_uppercase().replace("PHQ9", "PHQ-9").replace("GAD7", "GAD-7");
        let beside = apart(&[
            (scale.without_second_score, "scored once"),
            (scale.without_score, "never"),
            (scale.not_elevated, "low at first"),
        ]);
        numbers.push(shared(&format!("{name} response"), scale.response, beside));
        numbers.push(shared(&format!("{name} remission"), scale.remission, String::new()));
    }
    if let Some(effects) = &told.side_effects {
        let beside = apart(&[(effects.open, "open"), (effects.closed_without_decision, "closed without")]);
        numbers.push(timed("side effect to decision", effects.report_to_decision, beside));
        numbers.push(shared("decided in time", effects.in_time, String::new()));
        numbers.push(counted("deadlines passed", effects.breached));
    }
    if let Some(adherence) = &told.adherence {
        let beside = apart(&[(adherence.unknown, "not known"), (adherence.unmeasured, "not measured")]);
        numbers.push(averaged("days covered, mean", "%", adherence.covered, beside));
        numbers.push(shared("at least 80 % covered", adherence.adherent, String::new()));
    }
    if let Some(therapy) = &told.therapy {
        numbers.push(shared("sessions attended", therapy.attended, String::new()));
        numbers.push(averaged("engagement, mean", "of 4", therapy.engagement, String::new()));
    }
    numbers.push(timed("referral to evaluation", told.referral_to_evaluation, String::new()));
    numbers.push(shared("reconciled within 30 days", told.reconciled, String::new()));
    numbers.push(counted("relapses", told.relapses));
    numbers.push(counted("overdoses", told.overdoses));
    numbers
}

/// Those who are not in a number, where there are any.
fn apart(parts: &[(u32, &str)]) -> String {
    let there = parts.iter().filter(|(count, _)| *count > 0);
    there.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn counted(name: &str, told: Option<pb::Count>) -> Number {
    let pb::Count { count, clients, of_clients, small } = told.unwrap_or_default();
    Number {
        name: name.to_owned(),
        value: count.to_string(),
        of: format!("{clients} of {of_clients} clients"),
        small,
        beside: String::new(),
    }
}

fn shared(name: &str, told: Option<pb::Share>, beside: String) -> Number {
    let pb::Share { part, whole, clients: _, of_clients: _, small } = told.unwrap_or_default();
    let value = if whole == 0 { NOTHING.to_owned() } else { format!("{} %", percent(part, whole)) };
    Number { name: name.to_owned(), value, of: format!("{part} of {whole}"), small, beside }
}

fn percent(part: u32, whole: u32) -> u64 {
    (u64::from(part) * 100 + u64::from(whole) / 2) / u64::from(whole.max(1))
}

fn averaged(name: &str, unit: &str, told: Option<pb::MeanValue>, beside: String) -> Number {
    let pb::MeanValue { mean, counted, of, clients: _, of_clients: _, small } = told.unwrap_or_default();
    let value = mean.map_or_else(|| NOTHING.to_owned(), |mean| format!("{mean:.1} {unit}"));
    Number { name: name.to_owned(), value, of: format!("{counted} of {of}"), small, beside }
}

fn timed(name: &str, told: Option<pb::MedianTime>, beside: String) -> Number {
    let pb::MedianTime { minutes, counted, of, clients: _, of_clients: _, small } = told.unwrap_or_default();
    let value = minutes.map_or_else(|| NOTHING.to_owned(), lasting);
    Number { name: name.to_owned(), value, of: format!("{counted} of {of}"), small, beside }
}

/// A time as people say it: minutes, hours or days, whichever is the largest that it fills twice.
pub(super) fn lasting(minutes: u32) -> String {
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", (minutes + 30) / 60),
        _ => format!("{} d", (minutes + 720) / 1440),
    }
}

/// Lays the numbers out.
pub(super) fn lines(outcomes: &Outcomes) -> String {
    let rows: Vec<Vec<String>> = outcomes
        .numbers
        .iter()
        .map(|number| {
            let small = if number.small && number.value != NOTHING { "*" } else { "" };
            let value = format!("{}{small}", number.value);
            vec![number.name.clone(), value, number.of.clone(), number.beside.clone()]
        })
        .collect();
    let heads =
        [("What", Side::Left), ("Number", Side::Right), ("Of", Side::Left), ("Not in it", Side::Left)];
    let mut text = table(&heads, &rows);
    text.push_str("  * few clients are behind it: not to be shown outside the program\n");
    if !outcomes.overdue.is_empty() {
        let work: Vec<_> = outcomes
            .overdue
            .iter()
            .take(MOST_OVERDUE)
            .map(|work| format!("{} {} ({})", work.items, work.kind.replace('_', " "), work.clients))
            .collect();
        let more = if outcomes.overdue.len() > MOST_OVERDUE { ", and more" } else { "" };
        let said = format!("Overdue now, of so many clients: {}{more}", work.join(", "));
        for line in fold(&said, WIDTH - INDENT.len()) {
            text.extend([INDENT, &line, "\n"]);
        }
    }
    text
}
