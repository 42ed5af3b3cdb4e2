//! Follows a list: what is new or different, and what is gone.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use concord_projection::{Cursor, PageOf, View, ViewReadError};
use concord_proto::concord::common::v1::AsOf;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::Asked;
use crate::door::Answers;
use crate::limits::{PAGE_MOST, WATCH_AHEAD, WATCH_PAUSE, WATCH_ROWS};
use crate::looking::{Call, Tells};
use crate::{Door, Failure};

/// What has changed since the last time.
pub(crate) struct Changes<L> {
    pub(crate) changed: Vec<L>,
    pub(crate) removed: Vec<String>,
    pub(crate) as_of: Option<AsOf>,
}

/// The changes of a list, as they come.
pub(crate) type Watched<T> = Answers<T>;

/// Reads page after page, to the end of the list.
///
/// # Errors
///
/// [`Failure::ListTooLong`] past [`WATCH_ROWS`]: rows that merely do not fit must not look like rows that are gone.
pub(crate) async fn whole<T, R>(page: impl Fn(Option<Cursor>) -> R + Send) -> Result<Vec<T>, Failure>
where
    T: Send,
    R: Future<Output = Result<PageOf<T>, ViewReadError>> + Send,
{
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let PageOf { items, next } = page(after).await?;
        rows.extend(items);
        if rows.len() > WATCH_ROWS {
            return Err(Failure::ListTooLong { limit: WATCH_ROWS });
        }
        if next.is_none() {
            return Ok(rows);
        }
        after = next;
    }
}

/// Reads the list each time `V` has changed, at most every [`WATCH_PAUSE`], and sends what differs, first all of it; each
/// time once it is on record that the caller sees it.
/// Ends when the service closes, and when the caller's token does.
pub(crate) fn watch<V, L, T, R>(
    asked: Asked,
    door: &Door,
    read: impl Fn(concord_projection::Reader) -> R + Send + 'static,
    mut encode: impl FnMut(Changes<L>) -> T + Send + 'static,
) -> Result<Watched<T>, Failure>
where
    V: View,
    L: Clone + PartialEq + Send + Sync + 'static,
    T: Tells + Send + 'static,
    R: Future<Output = Result<Vec<(String, L)>, Failure>> + Send + 'static,
{
    let place = door.watch(&asked.caller)?;
    let closed = door.closed();
    let end = asked.caller.identity.expires_at;
    let recorder = door.clone();
    let (sender, receiver) = mpsc::channel(WATCH_AHEAD);
    tokio::spawn(async move {
        let _held = place;
        tokio::pin!(closed);
        let Some(mut status) = asked.views.watch(V::NAME) else { return };
        let mut sent: Option<HashMap<String, L>> = None;
        loop {
            status.borrow_and_update();
            let as_of = asked.as_of::<V>();
            let lines = match read(asked.views.reader()).await {
                Ok(lines) => lines,
                Err(failure) => {
                    let failure =
                        recorder.refused(&asked.caller, Call::of::<T>(), asked.about, failure).await;
                    // Nobody has to be there to hear it.
                    let _unread = sender.send(Err(failure.into())).await;
                    return;
                }
            };
            // One page is read at once. A row that moved while more were read may have been missed: it is gone only
            // when it is not found among rows that stood still. The view has changed, so they are read again.
            let whole = lines.len() <= PAGE_MOST || !status.has_changed().unwrap_or(false);
            let first = sent.is_none();
            let news = difference(sent.get_or_insert_default(), lines, whole, as_of);
            if first || !news.changed.is_empty() || !news.removed.is_empty() {
                let told = recorder.on_record(&asked.caller, asked.about, Ok(encode(news))).await;
                let failed = told.is_err();
                if sender.send(told.map_err(Status::from)).await.is_err() || failed {
                    return;
                }
            }
            tokio::select! {
                () = sender.closed() => return,
                () = &mut closed => return,
                changed = status.changed() => if changed.is_err() { return },
            }
            tokio::select! {
                () = &mut closed => return,
                () = tokio::time::sleep(WATCH_PAUSE) => {}
            }
        }
    });
    Ok(door.until(end, ReceiverStream::new(receiver)))
}

/// What differs from what was sent, in the order of the list; `sent` is then what the client has. Rows are missed, not
/// gone, unless the list was read `whole`.
fn difference<L: Clone + PartialEq>(
    sent: &mut HashMap<String, L>,
    lines: Vec<(String, L)>,
    whole: bool,
    as_of: Option<AsOf>,
) -> Changes<L> {
    let mut removed = Vec::new();
    if whole {
        let present: HashSet<_> = lines.iter().map(|(key, _)| key).collect();
        removed.extend(sent.keys().filter(|key| !present.contains(key)).cloned());
    }
    for key in &removed {
        sent.remove(key);
    }
    let mut changed = Vec::new();
    for (key, line) in lines {
        if sent.get(&key) != Some(&line) {
            sent.insert(key, line.clone());
            changed.push(line);
        }
    }
    Changes { changed, removed, as_of }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of `rows` rows, read by pages of 200.
    async fn read(rows: usize) -> Result<Vec<usize>, Failure> {
        whole(|after: Option<Cursor>| async move {
            let from = after.map_or(0, |after| after.as_token().parse().unwrap());
            let end = rows.min(from + PAGE_MOST);
            let next = (end < rows).then(|| Cursor::from_token(&end.to_string()));
            Ok(PageOf { items: (from..end).collect(), next })
        })
        .await
    }

    #[tokio::test]
    async fn a_list_is_read_to_its_end() {
        for rows in [0, 1, PAGE_MOST, PAGE_MOST + 1, WATCH_ROWS] {
            assert_eq!(read(rows).await.unwrap(), (0..rows).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn a_list_longer_than_a_watch_follows_is_refused_not_cut_short() {
        let refused = Status::from(read(WATCH_ROWS + 1).await.unwrap_err());
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        assert!(refused.message().contains("2000"), "{}", refused.message());
    }

    #[test]
    fn a_row_missed_while_rows_moved_is_not_told_as_gone() {
        let row = |name: &str, line| (name.to_owned(), line);
        let mut sent = HashMap::from([row("a", 1), row("b", 1)]);
        let moved = difference(&mut sent, vec![row("a", 2)], false, None);
        assert_eq!((moved.changed, moved.removed.len()), (vec![2], 0));
        let stood = difference(&mut sent, vec![row("a", 2)], true, None);
        assert_eq!((stood.changed.len(), stood.removed), (0, vec!["b".to_owned()]));
        assert_eq!(sent, HashMap::from([row("a", 2)]));
    }
}
