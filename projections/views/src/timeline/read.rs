//! What may be asked about a timeline.

use std::collections::BTreeSet;

use concord_kernel::PatientId;
use concord_projection::{Cursor, Order, PAGE_MAX, PageOf, Reader, Span, ViewReadError};

use super::about::Abouts;
use super::{About, Cite, Correction, Entry, Kind, More, Of, Row, Timeline, What, about, class};
use crate::DataClass;
use crate::course;

/// Entries that are looked at for one page. A filter that few entries pass gives a short page, and the next goes on.
const LOOKED_AT: usize = 2_000;

/// Most names, cited values and corrections that are kept in mind for a page, the latest ones. What is older is told by
/// its identifier alone.
const KEPT_IN_MIND: usize = 20_000;

/// Which part of a timeline is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of which kinds; empty: of all.
    pub kinds: BTreeSet<Kind>,
    /// From when to when.
    pub span: Span,
    /// As it was known at that position of the ledger; absent: as it is known now.
    pub known_at: Option<u64>,
}

/// Something that an entry cites, with what was recorded of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cited {
    /// What.
    pub cite: Cite,
    /// The place in the ledger of the event that told it; absent where it is not on the timeline by itself.
    pub position: Option<u64>,
    /// What was recorded; absent where nothing that was recorded has that name.
    pub told: Option<About>,
}

/// One entry with all that is told beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineEntry {
    /// The event's place in the ledger.
    pub position: u64,
    /// What happened.
    pub entry: Entry,
    /// What it is about, where that has a name.
    pub subject: Option<About>,
    /// What it rests on.
    pub cited: Vec<Cited>,
    /// How it was put right, oldest first, each with the place of the event that says so.
    pub corrections: Vec<(u64, Correction)>,
    /// Every class of data that the entry shows.
    pub classes: BTreeSet<DataClass>,
}

/// Reads a page of a client's timeline, in the order of time or against it. A page may hold fewer entries than wanted,
/// even none, while there are more.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    patient: PatientId,
    asked: &Asked,
    order: Order,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<TimelineEntry>, ViewReadError> {
    let limit = limit.clamp(1, PAGE_MAX);
    let (mut entries, mut looked_at, mut next) = (Vec::new(), 0, after.cloned());
    loop {
        let part = reader
            .moments::<Timeline>(patient, asked.span, order, next.as_ref(), limit - entries.len())
            .await?;
        looked_at += part.items.len();
        next = part.next;
        entries.extend(part.items.into_iter().filter_map(|(key, row)| match row {
            Row::Entry(entry) => Some((key.position().unwrap_or_default(), *entry)),
            Row::About(_) => None,
        }));
        entries.retain(|(position, entry)| asked.wants(*position, entry));
        if next.is_none() || entries.len() >= limit || looked_at >= LOOKED_AT {
            break;
        }
    }
    let abouts = if entries.is_empty() { Abouts::default() } else { read(reader, patient, asked).await? };
    let items = entries.into_iter().map(|(position, entry)| told(&abouts, position, entry)).collect();
    Ok(PageOf { items, next })
}

impl Asked {
    fn knows(&self, position: u64) -> bool {
        self.known_at.is_none_or(|known| position <= known)
    }

    fn wants(&self, position: u64, entry: &Entry) -> bool {
        self.knows(position) && (self.kinds.is_empty() || self.kinds.contains(&entry.what.kind()))
    }
}

/// What entries need of others, as far as it was known then.
async fn read(reader: &Reader, patient: PatientId, asked: &Asked) -> Result<Abouts, ViewReadError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page =
            reader.history::<Timeline>(about(patient), Order::Descending, after.as_ref(), PAGE_MAX).await?;
        found.extend(page.items.into_iter().filter_map(|(key, row)| match row {
            Row::About(about) => Some((key.position().unwrap_or_default(), *about)),
            Row::Entry(_) => None,
        }));
        after = page.next;
        if after.is_none() || found.len() >= KEPT_IN_MIND {
            break;
        }
    }
    let mut abouts = Abouts::default();
    let known = found.into_iter().rev().filter(|(position, _)| asked.knows(*position));
    known.for_each(|(position, about)| abouts.learn(position, about));
    Ok(abouts)
}

pub(super) fn told(abouts: &Abouts, position: u64, entry: Entry) -> TimelineEntry {
    let subject = entry.subject.and_then(|subject| abouts.named(subject)).cloned();
    let cited: Vec<_> = entry.cites.iter().map(|cite| cited(abouts, position, cite)).collect();
    let corrections = corrected(&entry).map_or_else(Vec::new, |of| abouts.corrections(&of, position));
    let classes = class::classes(&entry, subject.as_ref(), &cited);
    TimelineEntry { position, entry, subject, cited, corrections, classes }
}

fn cited(abouts: &Abouts, citing: u64, cite: &Cite) -> Cited {
    let found = match cite {
        Cite::Score(id) => abouts.score(*id),
        Cite::Report(report) => abouts.report(*report),
        Cite::Result(lab) => abouts.result(lab, citing),
        Cite::Order(order) => {
            let told = abouts.order(*order).cloned();
            return Cited { cite: cite.clone(), position: None, told };
        }
        Cite::Finding(_) | Cite::LifeChange(_) | Cite::Use(_) | Cite::Screen(_) => None,
    };
    let (position, told) = found.map(|(position, about)| (position, about.clone())).unzip();
    Cited { cite: cite.clone(), position, told }
}

/// What of the entry may be put right later.
#[expect(clippy::wildcard_enum_match_arm, reason = "only what was written of these may be put right so far")]
fn corrected(entry: &Entry) -> Option<Of> {
    match &entry.what {
        What::Course(course::Entry::Started { order, .. }) => Some(Of::Order(*order)),
        What::Course(course::Entry::OutsideRecorded { medication, .. }) => Some(Of::Outside(*medication)),
        What::Course(course::Entry::EffectReported { report, .. }) => Some(Of::Report(*report)),
        What::More(More::AllergyRecorded { substance }) => Some(Of::Allergy(substance.clone())),
        _ => None,
    }
}
