//! Follows a list: what is new or different, and what is gone.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use concord_projection::View;
use concord_proto::concord::common::v1::AsOf;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::Asked;
use crate::limits::{WATCH_AHEAD, WATCH_PAUSE};
use crate::{Door, Failure};

/// What has changed since the last time.
pub(crate) struct Changes<L> {
    pub(crate) changed: Vec<L>,
    pub(crate) removed: Vec<String>,
    pub(crate) as_of: Option<AsOf>,
}

/// The changes of a list, as they come.
pub(crate) type Watched<T> = ReceiverStream<Result<T, Status>>;

/// Reads the list each time `V` has changed, at most every [`WATCH_PAUSE`], and sends what differs, first all of it.
/// Ends when the service closes.
pub(crate) fn watch<V, L, T, R>(
    asked: Asked,
    door: &Door,
    read: impl Fn(concord_projection::Reader) -> R + Send + 'static,
    encode: impl Fn(Changes<L>) -> T + Send + 'static,
) -> Result<Watched<T>, Failure>
where
    V: View,
    L: Clone + PartialEq + Send + Sync + 'static,
    T: Send + 'static,
    R: Future<Output = Result<Vec<(String, L)>, Failure>> + Send + 'static,
{
    let place = door.watch()?;
    let closed = door.closed();
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
                    // Nobody has to be there to hear it.
                    let _unread = sender.send(Err(failure.into())).await;
                    return;
                }
            };
            let news = difference(sent.as_ref(), &lines, as_of);
            if (sent.is_none() || !news.changed.is_empty() || !news.removed.is_empty())
                && sender.send(Ok(encode(news))).await.is_err()
            {
                return;
            }
            sent = Some(lines.into_iter().collect());
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
    Ok(ReceiverStream::new(receiver))
}

fn difference<L: Clone + PartialEq>(
    sent: Option<&HashMap<String, L>>,
    lines: &[(String, L)],
    as_of: Option<AsOf>,
) -> Changes<L> {
    let known = |key: &String| sent.and_then(|sent| sent.get(key));
    let changed = lines.iter().filter(|(key, line)| known(key) != Some(line));
    let present: HashSet<_> = lines.iter().map(|(key, _)| key).collect();
    let gone = sent.into_iter().flat_map(HashMap::keys).filter(|key| !present.contains(key));
    Changes {
        changed: changed.map(|(_, line)| line.clone()).collect(),
        removed: gone.cloned().collect(),
        as_of,
    }
}
