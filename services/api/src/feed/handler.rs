//! The calls of `FeedService`.

use concord_access::{Act, Denied, Policies, Question};
use concord_feed::Feed;
use concord_kernel::OrganisationId;
use concord_proto::concord::common::v1::{CommandHeader, PageInfo};
use concord_proto::concord::feed::v1::{self as pb, feed_service_server::FeedService};
use futures::StreamExt;
use prost::Name;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use super::contribute::{PURPOSE_OF_CONTRIBUTIONS, contribute};
use super::pump::pump;
use super::{decode, encode};
use crate::asked::{Asks, Commands, permitted};
use crate::door::{Answers, Caller};
use crate::ledger::same_history;
use crate::limits::FEED_AHEAD;
use crate::looking::About;
use crate::query::Page;
use crate::{Failure, Invalid};

macro_rules! asks {
    ($($request:ident by $decode:ident, about_a_patient: $about:literal;)+) => {$(
        impl Asks for pb::$request {
            const ABOUT_A_PATIENT: bool = $about;

            fn take_header(&mut self) -> Option<CommandHeader> {
                self.header.take()
            }

            fn command(self) -> Result<concord_domain::Command, Invalid> {
                decode::$decode(self)
            }
        }
    )+};
}

asks! {
    OpenSubscriptionRequest by open_subscription, about_a_patient: false;
    CloseSubscriptionRequest by close_subscription, about_a_patient: false;
    ReviewContributionRequest by review_contribution, about_a_patient: true;
}

fn feed(caller: &Caller) -> Result<&Feed, Failure> {
    caller.tenant.feeds.as_ref().ok_or(Failure::NoFeeds)
}

/// For which organisation a partner acts. One who acts for none is no partner.
fn organisation<'c>(policies: &Policies, caller: &'c Caller) -> Result<&'c OrganisationId, Failure> {
    let none = || Denied {
        policy: None,
        version: policies.version().clone(),
        hidden: false,
        by_relationship: false,
    };
    Ok(caller.identity.organisation.as_ref().ok_or_else(none)?)
}

impl Commands {
    async fn partner<T: Name>(&self, metadata: &MetadataMap) -> Result<Caller, Failure> {
        let caller = self.0.admit::<T>(metadata, Question::Feed).await?;
        organisation(&self.0.policies(), &caller)?;
        Ok(caller)
    }
}

#[tonic::async_trait]
impl FeedService for Commands {
    async fn open_subscription(
        &self,
        request: Request<pb::OpenSubscriptionRequest>,
    ) -> Result<Response<pb::OpenSubscriptionResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::OpenSubscriptionResponse { receipt }))
    }

    async fn close_subscription(
        &self,
        request: Request<pb::CloseSubscriptionRequest>,
    ) -> Result<Response<pb::CloseSubscriptionResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::CloseSubscriptionResponse { receipt }))
    }

    async fn review_contribution(
        &self,
        request: Request<pb::ReviewContributionRequest>,
    ) -> Result<Response<pb::ReviewContributionResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::ReviewContributionResponse { receipt }))
    }

    async fn list_subscriptions(
        &self,
        request: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<Response<pb::ListSubscriptionsResponse>, Status> {
        let admitted = self.0.admit::<pb::ListSubscriptionsResponse>(request.metadata(), Question::Feeds);
        let caller = admitted.await?;
        let feed = feed(&caller)?;
        self.0.within(request.metadata(), async { Ok(feed.level().await?) }).await?;
        let known = feed.known().map_err(Failure::from)?;
        let each = known.subscriptions.iter();
        let subscriptions = each.map(|(id, offered)| encode::listed(*id, offered)).collect();
        Ok(Response::new(pb::ListSubscriptionsResponse { subscriptions }))
    }

    type SubscribeStream = Answers<pb::SubscribeResponse>;

    async fn subscribe(
        &self,
        request: Request<pb::SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let caller = self.partner::<pb::SubscribeResponse>(request.metadata()).await?;
        let place = self.0.watch(&caller)?;
        let (metadata, _, pb::SubscribeRequest { subscription_id, start }) = request.into_parts();
        let subscription = decode::subscription(&subscription_id).map_err(Failure::from)?;
        let feed = feed(&caller)?;
        let session =
            feed.subscribe(organisation(&self.0.policies(), &caller)?, subscription, decode::begin(start));
        let session = self.0.within(&metadata, async { Ok(session.await?) }).await?;
        let (out, messages) = mpsc::channel(FEED_AHEAD);
        tokio::spawn(pump(feed.tenant().clone(), session, out));
        let end = caller.identity.expires_at;
        let messages = ReceiverStream::new(messages).take_until(self.0.closed()).map(move |message| {
            let _held = (&place, &caller);
            message
        });
        Ok(Response::new(self.0.until(end, messages)))
    }

    async fn acknowledge(
        &self,
        request: Request<pb::AcknowledgeRequest>,
    ) -> Result<Response<pb::AcknowledgeResponse>, Status> {
        let caller = self.partner::<pb::AcknowledgeResponse>(request.metadata()).await?;
        let pb::AcknowledgeRequest { subscription_id, sequence } = request.get_ref();
        let subscription = decode::subscription(subscription_id).map_err(Failure::from)?;
        let (feed, organisation) = (feed(&caller)?, organisation(&self.0.policies(), &caller)?);
        let done = async { Ok(feed.acknowledge(organisation, subscription, *sequence).await?) };
        self.0.within(request.metadata(), done).await?;
        Ok(Response::new(pb::AcknowledgeResponse {}))
    }

    async fn contribute(
        &self,
        request: Request<pb::ContributeRequest>,
    ) -> Result<Response<pb::ContributeResponse>, Status> {
        let (metadata, _, asked) = request.into_parts();
        let caller = self.partner::<pb::ContributeResponse>(&metadata).await?;
        let permitted = permitted(
            &self.0.policies(),
            &caller.identity.actor,
            Act::Contribute,
            PURPOSE_OF_CONTRIBUTIONS,
            true,
        )?;
        let done =
            contribute(&caller, permitted, feed(&caller)?, organisation(&self.0.policies(), &caller)?, asked);
        self.0.within(&metadata, done).await?;
        Ok(Response::new(pb::ContributeResponse {}))
    }

    async fn list_contributions(
        &self,
        request: Request<pb::ListContributionsRequest>,
    ) -> Result<Response<pb::ListContributionsResponse>, Status> {
        let (metadata, _, asked) = request.into_parts();
        let caller = self.0.admit::<pb::ListContributionsResponse>(&metadata, Question::Inbox).await?;
        let feed = feed(&caller)?;
        let pb::ListContributionsRequest { page, min_position } = asked;
        let after = page.as_ref().map_or("", |page| &page.page_token);
        let after = if after.is_empty() { 0 } else { after.parse().map_err(|_| Failure::PageToken)? };
        let page = Page::read(page).map_err(Failure::from)?;
        let level = async {
            // Whatever is on record is folded; a place in another history is told.
            if let Some(least) = min_position {
                same_history(&*caller.tenant.ledger, &least.epoch, least.position).await?;
            }
            Ok(feed.level().await?)
        };
        self.0.within(&metadata, level).await?;
        let answer = {
            let known = feed.known().map_err(Failure::from)?;
            let mut rest = known.waiting.range(after + 1..);
            let shown: Vec<_> = rest.by_ref().take(page.limit).collect();
            let last = shown.last().map(|(position, _)| **position);
            let next_page_token = match (last, rest.next()) {
                (Some(last), Some(_)) => last.to_string(),
                _ => String::new(),
            };
            pb::ListContributionsResponse {
                contributions: shown.into_iter().map(|(_, waiting)| encode::waiting(waiting)).collect(),
                page: Some(PageInfo { next_page_token }),
            }
        };
        let told = self.0.on_record(&caller, About::default(), Ok(answer));
        Ok(Response::new(self.0.within(&metadata, told).await?))
    }
}
