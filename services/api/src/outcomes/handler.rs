//! The calls of `OutcomeService`.

use concord_access::Question;
use concord_proto::concord::outcomes::v1 as pb;
use concord_proto::concord::outcomes::v1::outcome_service_server::OutcomeService;
use concord_views::outcomes::{Month, Period, PeriodError};
use concord_views::worklist::due;
use concord_views::{ProgramOutcomes, Worklist, outcomes};
use tonic::{Request, Response, Status};

use super::encode;
use crate::common::decode::program;
use crate::common::encode::instant;
use crate::query::Questions;
use crate::{Failure, Invalid};

#[tonic::async_trait]
impl OutcomeService for Questions {
    async fn get_outcomes(
        &self,
        request: Request<pb::GetOutcomesRequest>,
    ) -> Result<Response<pb::GetOutcomesResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::GetOutcomesResponse>(&metadata, Question::Outcomes).await?;
        let answer = async {
            let (program, period) = (program(&asks.program)?, period(&asks.first_month, &asks.last_month)?);
            asked.knows::<Worklist>(asks.min_position.clone()).await?;
            let reader = asked.reader::<ProgramOutcomes>(asks.min_position).await?;
            let as_of = asked.as_of::<ProgramOutcomes>();
            let told = outcomes::of_program(&reader, &program, period, asked.now).await?;
            let overdue = due::overdue(&reader, &program, asked.now).await?;
            let (told, overdue) = told.zip(overdue).ok_or(Failure::ProgramTooLarge)?;
            Ok(pb::GetOutcomesResponse {
                program: program.to_string(),
                first_month: asks.first_month,
                last_month: asks.last_month,
                now: Some(instant(asked.now)),
                as_of,
                ..encode::outcomes(&told, &overdue)
            })
        };
        self.tell(&metadata, &asked, answer).await
    }
}

fn period(first: &str, last: &str) -> Result<Period, Invalid> {
    Period::new(month("first_month", first)?, month("last_month", last)?).map_err(|error| match error {
        PeriodError::Backwards => Invalid::new("last_month", "must not be before `first_month`"),
        PeriodError::TooLong => Invalid::new("last_month", "must be at most 24 months after `first_month`"),
    })
}

fn month(field: &str, text: &str) -> Result<Month, Invalid> {
    text.parse().map_err(|_| Invalid::new(field, "must be a month as YYYY-MM, not before 1900"))
}
