//! One client's history: what was done, and what it rested on.

use concord_client::Error;
use concord_proto::concord::common::v1::{PageRequest, Token};
use concord_proto::concord::timeline::v1 as pb;
use concord_proto::concord::timeline::v1::TimelineKind;
use concord_simulator::Person;
use serde::Serialize;

use super::ask::{Desk, day};
use super::table::{Side, table};

/// Entries that are asked for, and lines that are shown of them.
const ASKED: u32 = 60;
const LINES: usize = 14;

/// What happens between a report and its decision, and after it: left out, so that the page shows what led to what.
const BETWEEN: [&str; 3] = ["effect_triaged", "effect_resolved", "renewed"];

/// A part of one client's timeline.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Timeline {
    pub(crate) lines: Vec<TimelineLine>,
    /// Whether there are more than are shown.
    pub(crate) more: bool,
}

/// One entry.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct TimelineLine {
    pub(crate) on: String,
    pub(crate) what: String,
    pub(crate) about: String,
    /// As it is said to people; empty: it has none.
    pub(crate) value: String,
    /// What it rests on.
    pub(crate) because: String,
    /// Whether it was put right later.
    pub(crate) corrected: bool,
}

impl Desk<'_> {
    /// Doses and side effects of a client, from the beginning.
    pub(super) async fn timeline(
        &self,
        person: &Person,
        patient: uuid::Uuid,
        after: Option<Token>,
    ) -> Result<Timeline, Error> {
        let kinds = [TimelineKind::Dose, TimelineKind::SideEffect];
        let question = pb::ListTimelineRequest {
            patient_id: patient.to_string(),
            min_position: after,
            page: Some(PageRequest { page_size: ASKED, page_token: String::new() }),
            filter: Some(pb::TimelineFilter {
                kinds: kinds.map(Into::into).to_vec(),
                ..pb::TimelineFilter::default()
            }),
            newest_first: false,
        };
        let answer = self.acting_as(person)?.timeline().list_timeline(question).await?.into_inner();
        let shown = answer.entries.iter().filter(|entry| !BETWEEN.contains(&entry.what.as_str()));
        let mut lines: Vec<_> = shown.map(line).collect();
        let further = answer.page.is_some_and(|page| !page.next_page_token.is_empty());
        let more = further || lines.len() > LINES;
        lines.truncate(LINES);
        Ok(Timeline { lines, more })
    }
}

fn line(entry: &pb::TimelineEntry) -> TimelineLine {
    TimelineLine {
        on: day(entry.at),
        what: entry.what.replace('_', " "),
        about: entry.subject.clone(),
        value: value(entry),
        because: because(entry),
        corrected: !entry.corrections.is_empty(),
    }
}

/// What an entry rests on: of a decision about a side effect what is done; else what it cites, or its words.
fn because(entry: &pb::TimelineEntry) -> String {
    if entry.what == "effect_decided" {
        return entry.because.replace('_', " ");
    }
    let cited: Vec<_> = entry.cites.iter().map(cited).collect();
    match (cited.is_empty(), entry.because.is_empty()) {
        (false, _) => cited.join(", "),
        (true, false) => entry.because.replace('_', " "),
        (true, true) if entry.kind() == TimelineKind::Dose => entry.summary.clone(),
        (true, true) => String::new(),
    }
}

fn cited(cite: &pb::Citation) -> String {
    if cite.summary.is_empty() { cite.id.clone() } else { cite.summary.clone() }
}

fn value(entry: &pb::TimelineEntry) -> String {
    match (entry.kind(), entry.value_before, entry.value) {
        (TimelineKind::Dose, Some(before), Some(after)) => format!("{before} → {after} mg"),
        (TimelineKind::Dose, None, Some(dose)) => format!("{dose} mg"),
        (TimelineKind::SideEffect, _, Some(grade)) => format!("grade {grade}"),
        (_, _, Some(value)) => value.to_string(),
        (_, _, None) => String::new(),
    }
}

/// Lays the entries out.
pub(super) fn lines(timeline: &Timeline) -> String {
    let rows: Vec<Vec<String>> = timeline
        .lines
        .iter()
        .map(|line| {
            let mark = if line.corrected { " (put right later)" } else { "" };
            let what = format!("{}{mark}", line.what);
            vec![line.on.clone(), what, line.about.clone(), line.value.clone(), line.because.clone()]
        })
        .collect();
    let heads = [
        ("On", Side::Left),
        ("What", Side::Left),
        ("About", Side::Left),
        ("", Side::Left),
        ("Because of", Side::Left),
    ];
    let mut text = table(&heads, &rows);
    if timeline.more {
        text.push_str("  … and more\n");
    }
    text
}
