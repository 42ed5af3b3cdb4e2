//! The calls of `LedgerService`.

use std::sync::Arc;

use concord_access::Question;
use concord_proto::concord::ledger::v1 as pb;
use concord_proto::concord::ledger::v1::ledger_service_server::LedgerService;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, WatchStream};
use tonic::{Request, Response, Status};

use super::read::{Range, follow, range};
use super::{decode, encode};
use crate::common::encode::token;
use crate::door::Answers;
use crate::limits::RANGE_READ_AHEAD;
use crate::looking::About;
use crate::{Door, Failure};

/// Answers questions about the log.
pub(crate) struct Ledgers(pub(crate) Door);

#[tonic::async_trait]
impl LedgerService for Ledgers {
    async fn get_head(
        &self,
        request: Request<pb::GetHeadRequest>,
    ) -> Result<Response<pb::GetHeadResponse>, Status> {
        let caller = self.0.admit::<pb::GetHeadResponse>(request.metadata(), Question::Ledger).await?;
        let ledger = &caller.tenant.ledger;
        let head = self.0.within(request.metadata(), async { Ok(ledger.head().await?) }).await?;
        Ok(Response::new(encode::head(head)))
    }

    type ReadRangeStream = Answers<pb::ReadRangeResponse>;

    async fn read_range(
        &self,
        request: Request<pb::ReadRangeRequest>,
    ) -> Result<Response<Self::ReadRangeStream>, Status> {
        let caller = self.0.admit::<pb::ReadRangeResponse>(request.metadata(), Question::Ledger).await?;
        let place = self.0.watch(&caller)?;
        let pb::ReadRangeRequest { after_position, limit, stream_types, event_types, epoch } =
            request.into_inner();
        let filter = decode::filter(stream_types, event_types).map_err(Failure::from)?;
        let ledger = caller.tenant.ledger.clone();
        decode::same_history(&*ledger, &epoch, after_position).await?;
        let head = *ledger.watch().borrow();
        let limit = if limit == 0 { u64::MAX } else { limit };
        let (batches, pages) = mpsc::channel(RANGE_READ_AHEAD);
        let wanted = Range { after: after_position, through: head.position, limit, filter };
        tokio::spawn(range(ledger, wanted, batches, self.0.closed()));
        let pages = ReceiverStream::new(pages).map(move |page| {
            let _held = &place;
            page.map(|page| pb::ReadRangeResponse {
                events: page.entries.into_iter().map(encode::event).collect(),
                through: page.through,
            })
        });
        let pages = self.0.each_on_record(Arc::new(caller), About::default(), pages);
        Ok(Response::new(Box::pin(pages)))
    }

    type WatchHeadStream = Answers<pb::WatchHeadResponse>;

    async fn watch_head(
        &self,
        request: Request<pb::WatchHeadRequest>,
    ) -> Result<Response<Self::WatchHeadStream>, Status> {
        let caller = self.0.admit::<pb::WatchHeadResponse>(request.metadata(), Question::Ledger).await?;
        let place = self.0.watch(&caller)?;
        let heads = WatchStream::new(caller.tenant.ledger.watch()).take_until(self.0.closed());
        let end = caller.identity.expires_at;
        let heads = heads.map(move |head| {
            let _held = (&place, &caller);
            Ok(pb::WatchHeadResponse { token: Some(token(head)) })
        });
        Ok(Response::new(self.0.until(end, heads)))
    }

    type FollowEventsStream = Answers<pb::FollowEventsResponse>;

    async fn follow_events(
        &self,
        request: Request<pb::FollowEventsRequest>,
    ) -> Result<Response<Self::FollowEventsStream>, Status> {
        let caller = self.0.admit::<pb::FollowEventsResponse>(request.metadata(), Question::Ledger).await?;
        let place = self.0.watch(&caller)?;
        let pb::FollowEventsRequest { after_position, stream_types, event_types, epoch } =
            request.into_inner();
        let filter = decode::filter(stream_types, event_types).map_err(Failure::from)?;
        let ledger = caller.tenant.ledger.clone();
        decode::same_history(&*ledger, &epoch, after_position).await?;
        let (batches, pages) = mpsc::channel(RANGE_READ_AHEAD);
        let wanted = Range { after: after_position, through: 0, limit: u64::MAX, filter };
        tokio::spawn(follow(ledger, wanted, batches, self.0.closed()));
        let end = caller.identity.expires_at;
        let pages = ReceiverStream::new(pages).map(move |page| {
            let _held = &place;
            page.map(|page| pb::FollowEventsResponse {
                events: page.entries.into_iter().map(encode::event).collect(),
                through: page.through,
            })
        });
        let pages = self.0.each_on_record(Arc::new(caller), About::default(), pages);
        Ok(Response::new(self.0.until(end, pages)))
    }
}
