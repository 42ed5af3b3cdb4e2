//! Sends what a subscription allows, at fixed times.

use concord_feed::{CHECKPOINT_EVERY, FeedError, Session, TICK};
use concord_kernel::TenantId;
use concord_proto::concord::feed::v1 as pb;
use concord_proto::concord::feed::v1::subscribe_response::Message;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tonic::Status;

use super::encode;
use crate::Failure;

type Out = Sender<Result<pb::SubscribeResponse, Status>>;

/// Sends until the partner has left, somebody else takes the subscription, or nothing can be decided any more.
///
/// Messages leave at ticks that are counted from the beginning: a partner that looks at when something came learns nothing
/// of what was searched in between. A partner that reads slowly is waited for, and costs its cursor.
pub(super) async fn pump(tenant: TenantId, mut session: Session, out: Out) {
    let begins = Instant::now();
    let mut ticks = interval_at(begins + TICK, TICK);
    let mut checkpoints = interval_at(begins + CHECKPOINT_EVERY, CHECKPOINT_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    checkpoints.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let started = Message::Started(pb::Started { after_sequence: session.last() });
    if out.send(Ok(encode::said(started))).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            biased;
            () = out.closed() => return,
            _ = checkpoints.tick() => {
                let next = match session.hold().await {
                    Ok(()) => Ok(encode::said(Message::Checkpoint(pb::Checkpoint { sequence: session.last() }))),
                    Err(error) => Err(Failure::from(error).into()),
                };
                let over = next.is_err();
                if out.send(next).await.is_err() || over {
                    return;
                }
            }
            _ = ticks.tick() => match drain(&tenant, &mut session, &out).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    // Nobody has to be there to hear it.
                    let _unread = out.send(Err(Failure::from(error).into())).await;
                    return;
                }
            },
        }
    }
}

/// Sends everything that is allowed by now; `false` when nobody takes it.
async fn drain(tenant: &TenantId, session: &mut Session, out: &Out) -> Result<bool, FeedError> {
    while let Some(messages) = session.step().await? {
        for message in messages {
            if out.send(Ok(encode::message(tenant, message))).await.is_err() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
