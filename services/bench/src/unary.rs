//! One call a command.

use concord_proto::concord::chart::v1::chart_service_client::ChartServiceClient;
use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::follow_up::v1::follow_up_service_client::FollowUpServiceClient;
use concord_proto::concord::scales::v1::scale_service_client::ScaleServiceClient;
use concord_proto::concord::side_effects::v1::side_effect_service_client::SideEffectServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::BenchError;

fn with<T>(bearer: MetadataValue<Ascii>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// Sends a command of the mix as its own call.
#[expect(clippy::wildcard_enum_match_arm, reason = "the mix holds these six; another is a mistake in it")]
pub(crate) async fn call(
    channel: Channel,
    bearer: MetadataValue<Ascii>,
    command: Command,
) -> Result<(), BenchError> {
    match command {
        Command::AdministerScale(message) => {
            ScaleServiceClient::new(channel).administer_scale(with(bearer, message)).await?;
        }
        Command::ReportSideEffect(message) => {
            SideEffectServiceClient::new(channel).report_side_effect(with(bearer, message)).await?;
        }
        Command::ScheduleVisit(message) => {
            FollowUpServiceClient::new(channel).schedule_visit(with(bearer, message)).await?;
        }
        Command::RecordResult(message) => {
            ChartServiceClient::new(channel).record_result(with(bearer, message)).await?;
        }
        Command::RecordLastDose(message) => {
            ChartServiceClient::new(channel).record_last_dose(with(bearer, message)).await?;
        }
        Command::CheckSafety(message) => {
            ChartServiceClient::new(channel).check_safety(with(bearer, message)).await?;
        }
        _ => return Err(Status::unimplemented("not in the benchmark's mix").into()),
    }
    Ok(())
}
