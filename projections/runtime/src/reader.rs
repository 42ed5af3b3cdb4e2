//! Typed questions to rows.

use std::sync::Arc;

use concord_kernel::{Instant, PatientId, Token};

use crate::codec;
use crate::shared::Shared;
use crate::store::{Place, Range, StoredRow};
use crate::{Instance, Key, List, Sort, StoreError, View, ViewStore};

/// The most rows or entries that one page holds.
pub const PAGE_MAX: usize = 200;

/// Answers questions from the rows. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    shared: Arc<Shared>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ViewReadError {
    /// The view's first build under this version is not complete yet.
    #[error("the view {0} is being built")]
    Building(&'static str),
    /// The page token is none of this program's.
    #[error("not a page token of this list")]
    Cursor,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a page ended, to be handed back for the next one. Opaque to callers; holds no patient data but keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

/// Some entries, and where the next ones start.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOf<T> {
    /// The entries, in order.
    pub items: Vec<T>,
    /// Absent on the last page.
    pub next: Option<Cursor>,
}

/// One entry of a list with its row.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<R> {
    /// Whose.
    pub key: Key,
    /// What of the row it is about; empty for the row as a whole.
    pub item: Vec<u8>,
    /// The row.
    pub row: R,
}

/// The beginning of a list, read in one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning<T> {
    /// The entries, in order.
    pub items: Vec<T>,
    /// Whether there are no more before the end that was asked for.
    pub complete: bool,
}

/// A part of a time axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its beginning, included; absent: from the first entry.
    pub from: Option<Instant>,
    /// Its end, not included; absent: to the last entry.
    pub until: Option<Instant>,
}

/// In which order a history is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

impl<T> PageOf<T> {
    /// The same page of other things.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> PageOf<U> {
        PageOf { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// What the rows of `V` hold at least, when they are read after this.
    pub fn token<V: View>(&self) -> Option<Token> {
        self.shared.view(V::NAME).map(|view| view.status.borrow().token)
    }

    /// Reads one row.
    ///
    /// # Errors
    ///
    /// See [`ViewReadError`].
    pub async fn row<V: View>(&self, key: Key) -> Result<Option<V::Row>, ViewReadError> {
        let doc = self.ask::<V, _>(move |store, instance| store.row(instance, &key)).await?;
        doc.as_deref().map(document::<V>).transpose()
    }

    /// Reads a page of a list, at most `limit` entries.
    ///
    /// # Errors
    ///
    /// See [`ViewReadError`].
    pub async fn list<V: View>(
        &self,
        list: List,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<PageOf<Listed<V::Row>>, ViewReadError> {
        let after = after.map(Cursor::place).transpose()?;
        let limit = limit.clamp(1, PAGE_MAX);
        let page =
            move |store: &dyn ViewStore, instance| store.list(instance, &list, after.as_ref(), limit + 1);
        let mut entries = self.ask::<V, _>(page).await?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let end = entries.last().filter(|_| more);
        let next = end.map(|entry| Cursor::at(&entry.sort, &entry.key, &entry.item));
        let items = entries
            .into_iter()
            .map(|entry| Ok(Listed { key: entry.key, item: entry.item, row: document::<V>(&entry.doc)? }))
            .collect::<Result<_, ViewReadError>>()?;
        Ok(PageOf { items, next })
    }

    /// Reads a page of a patient's history, for views whose rows are [`Key::entry`].
    ///
    /// # Errors
    ///
    /// See [`ViewReadError`].
    pub async fn history<V: View>(
        &self,
        patient: PatientId,
        order: Order,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<PageOf<(Key, V::Row)>, ViewReadError> {
        let limit = limit.clamp(1, PAGE_MAX);
        let after = after.map(Cursor::place).transpose()?.map(|place| place.key);
        let Some(range) = range_of(patient, order, after)? else {
            return Ok(PageOf { items: Vec::new(), next: None });
        };
        self.range::<V>(range, limit).await
    }

    /// Reads a page of a patient's time axis, for views whose rows are [`Key::moment`].
    ///
    /// # Errors
    ///
    /// See [`ViewReadError`].
    pub async fn moments<V: View>(
        &self,
        patient: PatientId,
        span: Span,
        order: Order,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<PageOf<(Key, V::Row)>, ViewReadError> {
        let limit = limit.clamp(1, PAGE_MAX);
        let after = after.map(Cursor::place).transpose()?.map(|place| place.key);
        let Some(range) = part_of(patient, span, order, after)? else {
            return Ok(PageOf { items: Vec::new(), next: None });
        };
        self.range::<V>(range, limit).await
    }

    /// Reads the rows of a list up to `until`, not included, in one look: all are of one moment. At most `most`.
    ///
    /// # Errors
    ///
    /// See [`ViewReadError`].
    pub async fn upto<V: View>(
        &self,
        list: List,
        until: Sort,
        most: usize,
    ) -> Result<Beginning<V::Row>, ViewReadError> {
        // Many rows are read where blocking hurts nobody, too.
        self.ask::<V, _>(move |store, instance| {
            let mut entries = store.upto(instance, &list, &until, most + 1)?;
            let complete = entries.len() <= most;
            entries.truncate(most);
            let items = entries.iter().map(|entry| codec::decode(&entry.doc)).collect::<Result<_, _>>()?;
            Ok(Beginning { items, complete })
        })
        .await
    }

    /// The same without the rows: whose entries they are, and what of the row each is about.
    ///
    /// # Errors
    ///
    /// See [`ViewReadError`].
    pub async fn outline<V: View>(
        &self,
        list: List,
        until: Sort,
        most: usize,
    ) -> Result<Beginning<(Key, Vec<u8>)>, ViewReadError> {
        let page = move |store: &dyn ViewStore, instance| store.outline(instance, &list, &until, most + 1);
        let mut items = self.ask::<V, _>(page).await?;
        let complete = items.len() <= most;
        items.truncate(most);
        Ok(Beginning { items, complete })
    }

    async fn range<V: View>(
        &self,
        range: Range,
        limit: usize,
    ) -> Result<PageOf<(Key, V::Row)>, ViewReadError> {
        let mut rows =
            self.ask::<V, _>(move |store, instance| store.rows(instance, range, limit + 1)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| Cursor::at(&Sort::new(), &row.key, &[]));
        let items = rows
            .into_iter()
            .map(|StoredRow { key, doc }| Ok((key, document::<V>(&doc)?)))
            .collect::<Result<_, ViewReadError>>()?;
        Ok(PageOf { items, next })
    }

    /// The store blocks: it is asked where blocking hurts nobody.
    async fn ask<V: View, T: Send + 'static>(
        &self,
        question: impl Fn(&dyn ViewStore, Instance) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ViewReadError> {
        let shared = self.shared.clone();
        let asked = move || {
            let building = || ViewReadError::Building(V::NAME);
            let instance = shared.answering(V::NAME).ok_or_else(building)?;
            match question(&*shared.store, instance) {
                // Another process has put another build in its place, and this one has not heard of it yet.
                Err(StoreError::Dropped(_)) => {
                    let instance = shared.look_for(V::NAME)?.ok_or_else(building)?;
                    Ok(question(&*shared.store, instance)?)
                }
                answered => Ok(answered?),
            }
        };
        let answer = tokio::task::spawn_blocking(asked).await;
        answer.map_err(|gone| StoreError::Unavailable(Box::new(gone)))?
    }
}

fn document<V: View>(doc: &[u8]) -> Result<V::Row, ViewReadError> {
    Ok(codec::decode(doc)?)
}

/// The keys that are still to come; `None` when there are none.
fn range_of(patient: PatientId, order: Order, after: Option<Key>) -> Result<Option<Range>, ViewReadError> {
    let passed = match after {
        None => None,
        Some(key) if key.as_patient() == patient => Some(key.position().ok_or(ViewReadError::Cursor)?),
        Some(_) => return Err(ViewReadError::Cursor),
    };
    let bounds = match (order, passed) {
        (_, None) => Some((0, u64::MAX)),
        (Order::Ascending, Some(position)) => position.checked_add(1).map(|from| (from, u64::MAX)),
        (Order::Descending, Some(position)) => position.checked_sub(1).map(|to| (0, to)),
    };
    Ok(bounds.map(|(from, to)| Range {
        from: Key::entry(patient, from),
        to: Key::entry(patient, to),
        descending: order == Order::Descending,
    }))
}

/// The part of a time axis that is still to come; `None` when there is none.
fn part_of(
    patient: PatientId,
    span: Span,
    order: Order,
    after: Option<Key>,
) -> Result<Option<Range>, ViewReadError> {
    let (first, last) = Key::edges(patient);
    // No event has the position 0: what is true at the end itself is not in it.
    let edge = |at: Instant| Key::moment(patient, at, 0);
    let (mut from, mut to) = (span.from.map_or(first, edge), span.until.map_or(last, edge));
    match after {
        None => {}
        Some(key) if key.as_patient() == patient && key.is_moment() => {
            let next = match order {
                Order::Ascending => key.next(),
                Order::Descending => key.before(),
            };
            let Some(next) = next else { return Ok(None) };
            match order {
                Order::Ascending => from = from.max(next),
                Order::Descending => to = to.min(next),
            }
        }
        Some(_) => return Err(ViewReadError::Cursor),
    }
    Ok((from <= to).then_some(Range { from, to, descending: order == Order::Descending }))
}

impl Cursor {
    /// Takes a token back that a caller was given.
    pub fn from_token(token: &str) -> Self {
        Self(token.to_owned())
    }

    /// The token for the caller.
    pub fn as_token(&self) -> &str {
        &self.0
    }

    fn at(sort: &Sort, key: &Key, item: &[u8]) -> Self {
        let parts = [sort.as_bytes(), key.as_bytes(), item].map(hex);
        Self(parts.join("."))
    }

    fn place(&self) -> Result<Place, ViewReadError> {
        let parts: Vec<_> =
            self.0.split('.').map(unhex).collect::<Option<_>>().ok_or(ViewReadError::Cursor)?;
        let [sort, key, item] = parts.try_into().map_err(|_| ViewReadError::Cursor)?;
        let key = Key::from_bytes(&key).ok_or(ViewReadError::Cursor)?;
        Ok(Place { sort: Sort::from_bytes(&sort), key, item })
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
