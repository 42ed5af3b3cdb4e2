//! The calls of `EpisodeService`.

use concord_proto::concord::episode::v1::{self as pb, episode_service_server::EpisodeService};

use super::decode;
use crate::asked::commands;

commands! { EpisodeService of pb {
    refer_patient(ReferPatientRequest) -> ReferPatientResponse;
    screen_candidate(ScreenCandidateRequest) -> ScreenCandidateResponse;
    waitlist_patient(WaitlistPatientRequest) -> WaitlistPatientResponse;
    admit_patient(AdmitPatientRequest) -> AdmitPatientResponse;
    change_phase(ChangePhaseRequest) -> ChangePhaseResponse;
    pause_episode(PauseEpisodeRequest) -> PauseEpisodeResponse;
    resume_episode(ResumeEpisodeRequest) -> ResumeEpisodeResponse;
    discharge_patient(DischargePatientRequest) -> DischargePatientResponse;
    decide_bridging(DecideBridgingRequest) -> DecideBridgingResponse;
} }
