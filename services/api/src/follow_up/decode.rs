//! Messages to commands of a follow-up plan.

use concord_domain::follow_up::{Cadence, Command, Modality, VisitKind};
use concord_domain::{Command as AnyCommand, InEpisode};
use concord_kernel::{PersonId, VisitId};
use concord_proto::concord::common::v1::EpisodeRef;
use concord_proto::concord::follow_up::v1 as pb;

use crate::Invalid;
use crate::common::decode::episode;
use crate::field::{choice, id, instant, text};

fn asks(episode: Option<EpisodeRef>, command: Command) -> Result<AnyCommand, Invalid> {
    Ok(AnyCommand::FollowUp(InEpisode { episode: self::episode(episode)?, command }))
}

pub(super) fn schedule_visit(request: pb::ScheduleVisitRequest) -> Result<AnyCommand, Invalid> {
    let pb::ScheduleVisitRequest { header: _, episode, visit_id, kind, at, modality, with_person_id } =
        request;
    let command = Command::ScheduleVisit {
        visit: visit(&visit_id)?,
        kind: choice("kind", kind, |kind| match kind {
            pb::VisitKind::Unspecified => None,
            pb::VisitKind::Medication => Some(VisitKind::Medication),
            pb::VisitKind::Therapy => Some(VisitKind::Therapy),
            pb::VisitKind::Nursing => Some(VisitKind::Nursing),
        })?,
        at: instant("at", at)?,
        modality: self::modality(modality)?,
        with: id("with_person_id", &with_person_id, PersonId::new)?,
    };
    asks(episode, command)
}

pub(super) fn record_visit(request: pb::RecordVisitRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordVisitRequest { header: _, episode, visit_id, modality, adherence_percent, summary } =
        request;
    let command = Command::RecordVisit {
        visit: visit(&visit_id)?,
        modality: self::modality(modality)?,
        adherence_percent: adherence_percent.map(percent).transpose()?,
        summary: text("summary", &summary)?,
    };
    asks(episode, command)
}

pub(super) fn mark_no_show(request: pb::MarkNoShowRequest) -> Result<AnyCommand, Invalid> {
    let pb::MarkNoShowRequest { header: _, episode, visit_id } = request;
    asks(episode, Command::MarkNoShow { visit: visit(&visit_id)? })
}

pub(super) fn change_cadence(request: pb::ChangeCadenceRequest) -> Result<AnyCommand, Invalid> {
    let pb::ChangeCadenceRequest { header: _, episode, to, reason } = request;
    let to = choice("to", to, |cadence| match cadence {
        pb::Cadence::Unspecified => None,
        pb::Cadence::Weekly => Some(Cadence::Weekly),
        pb::Cadence::BiWeekly => Some(Cadence::BiWeekly),
        pb::Cadence::Monthly => Some(Cadence::Monthly),
    })?;
    asks(episode, Command::ChangeCadence { to, reason: text("reason", &reason)? })
}

fn visit(visit_id: &str) -> Result<VisitId, Invalid> {
    id("visit_id", visit_id, VisitId::new)
}

fn percent(value: u32) -> Result<u8, Invalid> {
    let percent = u8::try_from(value).ok().filter(|percent| *percent <= 100);
    percent.ok_or_else(|| Invalid::new("adherence_percent", "must be 0 to 100"))
}

fn modality(value: i32) -> Result<Modality, Invalid> {
    choice("modality", value, |modality| match modality {
        pb::Modality::Unspecified => None,
        pb::Modality::InPerson => Some(Modality::InPerson),
        pb::Modality::AudioVideo => Some(Modality::AudioVideo),
        pb::Modality::Audio => Some(Modality::Audio),
    })
}
