//! The calls of `RulesetService`.

use concord_access::Question;
use concord_knowledge::program::difference;
use concord_proto::concord::common::v1::CommandHeader;
use concord_proto::concord::ruleset::v1::{self as pb, ruleset_service_server::RulesetService};
use tonic::{Request, Response, Status};

use super::ask::Rulesets;
use super::{decode, encode};
use crate::asked::{Asks, Commands};
use crate::door::Caller;
use crate::{Failure, Invalid};

/// The most rulesets that are listed.
const LISTED: usize = 200;

/// The most rows that a difference tells.
const DIFFERING: usize = 5_000;

macro_rules! about_the_program {
    ($($request:ident by $decode:ident;)+) => {$(
        impl Asks for pb::$request {
            const ABOUT_A_PATIENT: bool = false;

            fn take_header(&mut self) -> Option<CommandHeader> {
                self.header.take()
            }

            fn command(self) -> Result<concord_domain::Command, Invalid> {
                decode::$decode(self)
            }
        }
    )+};
}

about_the_program! {
    ProposeRulesetRequest by propose_ruleset;
    SignRulesetRequest by sign_ruleset;
    RejectRulesetRequest by reject_ruleset;
}

async fn rulesets(caller: &Caller) -> Result<Rulesets, Failure> {
    Rulesets::of(&caller.tenant.executor).await
}

#[tonic::async_trait]
impl RulesetService for Commands {
    async fn propose_ruleset(
        &self,
        request: Request<pb::ProposeRulesetRequest>,
    ) -> Result<Response<pb::ProposeRulesetResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::ProposeRulesetResponse { receipt }))
    }

    async fn sign_ruleset(
        &self,
        request: Request<pb::SignRulesetRequest>,
    ) -> Result<Response<pb::SignRulesetResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::SignRulesetResponse { receipt }))
    }

    async fn reject_ruleset(
        &self,
        request: Request<pb::RejectRulesetRequest>,
    ) -> Result<Response<pb::RejectRulesetResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::RejectRulesetResponse { receipt }))
    }

    async fn get_current_ruleset(
        &self,
        request: Request<pb::GetCurrentRulesetRequest>,
    ) -> Result<Response<pb::GetCurrentRulesetResponse>, Status> {
        let caller =
            self.0.admit::<pb::GetCurrentRulesetResponse>(request.metadata(), Question::Rules).await?;
        let known = self.0.within(request.metadata(), rulesets(&caller)).await?;
        Ok(Response::new(pb::GetCurrentRulesetResponse {
            ruleset: known.current.version().as_str().to_owned(),
            reviewed: known.current.is_reviewed(),
            published: known.published().map(encode::edition),
        }))
    }

    async fn list_rulesets(
        &self,
        request: Request<pb::ListRulesetsRequest>,
    ) -> Result<Response<pb::ListRulesetsResponse>, Status> {
        let caller = self.0.admit::<pb::ListRulesetsResponse>(request.metadata(), Question::Rules).await?;
        // Also while nothing can be decided by what is published: somebody has to find out what that is.
        let executor = &caller.tenant.executor;
        let archive = self.0.within(request.metadata(), async { Ok(executor.rulesets().await?) }).await?;
        let mut rulesets: Vec<_> = archive.editions().map(encode::edition).collect();
        rulesets.reverse();
        rulesets.truncate(LISTED);
        let own = concord_knowledge::Ruleset::embedded().version().as_str().to_owned();
        Ok(Response::new(pb::ListRulesetsResponse { rulesets, own }))
    }

    async fn get_ruleset_tables(
        &self,
        request: Request<pb::GetRulesetTablesRequest>,
    ) -> Result<Response<pb::GetRulesetTablesResponse>, Status> {
        let caller =
            self.0.admit::<pb::GetRulesetTablesResponse>(request.metadata(), Question::Rules).await?;
        let asked = decode::optional_version("ruleset", &request.get_ref().ruleset).map_err(Failure::from)?;
        let known = self.0.within(request.metadata(), rulesets(&caller)).await?;
        let asked = asked.as_ref().unwrap_or(known.current.version());
        let (tables, rows) = (known.tables(asked)?, known.program_rows(asked));
        let program_rows = encode::tables(rows);
        Ok(Response::new(pb::GetRulesetTablesResponse { tables: encode::tables(tables), program_rows }))
    }

    async fn diff_rulesets(
        &self,
        request: Request<pb::DiffRulesetsRequest>,
    ) -> Result<Response<pb::DiffRulesetsResponse>, Status> {
        let caller = self.0.admit::<pb::DiffRulesetsResponse>(request.metadata(), Question::Rules).await?;
        let pb::DiffRulesetsRequest { from, to } = request.get_ref();
        let from = decode::optional_version("from", from).map_err(Failure::from)?;
        let to = decode::optional_version("to", to).map_err(Failure::from)?;
        let known = self.0.within(request.metadata(), rulesets(&caller)).await?;
        let from = known.tables(&from.unwrap_or_else(|| known.own()))?;
        let to = known.tables(to.as_ref().unwrap_or(known.current.version()))?;
        let rows = difference(&from, &to).into_iter().take(DIFFERING).map(encode::difference).collect();
        Ok(Response::new(pb::DiffRulesetsResponse { rows }))
    }
}
