//! Hearing of what other processes append, and telling them.
//!
//! What is told is only a hint to look at the heads now. They are also looked at every so often, so that nothing depends on a
//! hint that arrives: it may get lost, come twice, or come to nobody behind a PgBouncer.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use concord_postgres::{Messages, Pool, Server};
use futures::StreamExt;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_postgres::types::Type;
use tokio_postgres::{AsyncMessage, Error};

use super::database::DatabaseOptions;
use super::failure::Failure;
use super::tip;
use crate::tip::Published;

/// The least time between two notifications: at most 20 a second.
const TELL_EVERY: Duration = Duration::from_millis(50);
/// The least time between two looks at the heads, however many processes tell something.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_millis(10);
/// The first pause before listening again after the connection was lost; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Something is told at least so often, though there is no news: whoever hears nothing for longer is deaf.
const TELL_AT_LEAST_EVERY: Duration = Duration::from_secs(30);
/// How long what is told may be on its way.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

const LISTEN: &str = "LISTEN concord_heads";
const TELL: &str = "SELECT pg_notify('concord_heads', head) FROM unnest($1::text[]) AS told (head)";
/// Names no ledger.
const NO_NEWS: &str = "";
const HEADS: &str =
    "SELECT epoch, position, recorded_at, frontier, ledger FROM heads WHERE ledger = ANY($1::text[])";

/// What is told and heard of the ledgers that a process has open in one database.
#[derive(Default)]
pub(super) struct News {
    followed: Mutex<Vec<(String, Weak<Published>)>>,
    /// Where this process has committed to, by ledger, as long as nobody was told.
    committed: Mutex<BTreeMap<String, u64>>,
    tell: Notify,
    look: Notify,
    /// Whether what others tell arrives.
    hears: AtomicBool,
}

impl News {
    /// Keeps `published` at the head of `ledger` as long as it is there.
    pub(super) fn follow(&self, ledger: String, published: &Arc<Published>) {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        followed.retain(|(_, published)| published.strong_count() > 0);
        followed.push((ledger, Arc::downgrade(published)));
        self.look.notify_one();
    }

    /// Lets others know that this process has committed up to `position`.
    pub(super) fn committed(&self, ledger: &str, position: u64) {
        let mut committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        committed.insert(ledger.to_owned(), position);
        self.tell.notify_one();
    }

    /// Takes in a hint: `<ledger> <position>`.
    fn heard(&self, head: &str) {
        let Some((ledger, position)) = head.rsplit_once(' ') else { return };
        let Ok(position) = position.parse::<u64>() else { return };
        let news = self.followed().iter().any(|(name, published)| {
            name == ledger && published.upgrade().is_some_and(|known| known.tip().position() < position)
        });
        if news {
            self.look.notify_one();
        }
    }

    fn followed(&self) -> Vec<(String, Weak<Published>)> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn untold(&self) -> Vec<String> {
        let mut committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *committed)
            .into_iter()
            .map(|(ledger, position)| format!("{ledger} {position}"))
            .collect()
    }
}

/// Tells others what this process has committed, after it has, in a statement of its own. Without news it tells that there are none,
/// so that whoever listens knows whether it hears.
pub(super) async fn tell(news: Arc<News>, pool: Arc<Pool>) {
    loop {
        // Whether it was a commit or the time, something is told.
        let _commit = tokio::time::timeout(TELL_AT_LEAST_EVERY, news.tell.notified()).await;
        let mut heads = news.untold();
        if heads.is_empty() {
            heads.push(NO_NEWS.to_owned());
        }
        if pool.query(TELL, &[(&heads, Type::TEXT_ARRAY)]).await.is_err() {
            tracing::debug!("other processes could not be told of a commit; they will look for themselves");
        }
        tokio::time::sleep(TELL_EVERY).await;
    }
}

/// Listens to what others tell, again and again.
pub(super) async fn listen(news: Arc<News>, server: Server) {
    let mut pause = FIRST_PAUSE;
    loop {
        if let Ok((client, messages)) = server.connect().await {
            let mut listened = false;
            let _ended = hear(&news, &client, messages, &mut listened).await;
            news.hears.store(false, Ordering::Relaxed);
            if listened {
                pause = FIRST_PAUSE;
                // What was told meanwhile went to nobody.
                news.look.notify_one();
            }
        }
        tracing::debug!("what other processes tell is not heard; the heads are looked at instead");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens until the connection ends. A PgBouncer in transaction mode answers LISTEN as a server does and passes nothing on. So
/// what others tell counts as heard only as long as something is: this process tells something every so often itself.
async fn hear(
    news: &News,
    client: &tokio_postgres::Client,
    mut messages: Messages,
    listens: &mut bool,
) -> Result<(), Error> {
    let mut listening = pin!(client.batch_execute(LISTEN));
    let (mut deaf_at, mut complained) = (Instant::now() + HEARD_WITHIN, false);
    loop {
        tokio::select! {
            listened = &mut listening, if !*listens => {
                listened?;
                *listens = true;
                deaf_at = Instant::now() + HEARD_WITHIN;
                news.look.notify_one();
                news.tell.notify_one();
            }
            () = tokio::time::sleep_until(deaf_at), if *listens => {
                news.hears.store(false, Ordering::Relaxed);
                if !complained {
                    tracing::warn!(
                        "LISTEN was answered, but nothing is heard, as behind a PgBouncer; unless ledger.postgres_listen names \
                         the database itself, the heads are looked at more often"
                    );
                }
                complained = true;
                deaf_at = Instant::now() + TELL_AT_LEAST_EVERY + HEARD_WITHIN;
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(told))) => {
                    news.hears.store(true, Ordering::Relaxed);
                    complained = false;
                    deaf_at = Instant::now() + TELL_AT_LEAST_EVERY + HEARD_WITHIN;
                    news.heard(told.payload());
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
        }
    }
}

/// Looks at the heads when there is a hint and every so often.
pub(super) async fn follow(news: Arc<News>, pool: Arc<Pool>, options: DatabaseOptions) {
    loop {
        let longest = if news.hears.load(Ordering::Relaxed) { options.look_anyway } else { options.look };
        // Whether it was a hint or the time, the heads are looked at.
        let _hinted = tokio::time::timeout(longest, news.look.notified()).await;
        if look(&news, &pool).await.is_err() {
            tracing::debug!("the heads could not be looked at");
        }
        tokio::time::sleep(LOOK_AT_MOST_EVERY).await;
    }
}

async fn look(news: &News, pool: &Pool) -> Result<(), Failure> {
    let followed = news.followed();
    if followed.is_empty() {
        return Ok(());
    }
    let ledgers: Vec<&str> = followed.iter().map(|(ledger, _)| ledger.as_str()).collect();
    for row in pool.query(HEADS, &[(&ledgers, Type::TEXT_ARRAY)]).await? {
        let (tip, ledger): (_, &str) = (tip::read(&row)?, row.try_get(4)?);
        for published in followed.iter().filter(|(name, _)| name == ledger) {
            if let Some(published) = published.1.upgrade() {
                published.advance(&tip);
            }
        }
    }
    Ok(())
}
