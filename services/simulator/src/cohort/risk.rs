//! Suicide risk, and a stay in hospital.

use concord_kernel::Instant;
use concord_proto::concord::episode::v1 as episode;
use concord_proto::concord::scales::v1::ScaleKind;

use super::course::Story;
use super::writer::later;
use super::{PROGRAM, request};
use crate::script::Body;

/// Craving from which somebody calls the same day.
pub(crate) const STRONG_CRAVING: u8 = 50;

/// The Columbia screener; nothing above low unless `high`.
pub(crate) fn screen(story: &mut Story<'_>, at: Instant, high: bool) -> uuid::Uuid {
    let id = story.w.id();
    let answers: [u8; 7] = if high { [1, 1, 1, 1, 0, 0, 0] } else { [0; 7] };
    let by = if high { story.prescriber } else { &story.staff.nurse };
    story.w.step(at, by, request::scale(id, ScaleKind::Cssrs, &answers, at, ""));
    id
}

/// A plan to die is told at the visit of `day`; five days in hospital follow.
pub(crate) fn hospital(story: &mut Story<'_>, day: i64) {
    let at = story.w.at(day, 90);
    let id = screen(story, at, true);
    let (therapist, prescriber, manager) = (story.therapist, story.prescriber, &story.staff.case_manager);
    let done = "Not left alone; safety plan, sister came; goes to the hospital today of her own will";
    story.w.step(later(at, 9), therapist, request::resolve_risk(id, done));
    let gone = story.w.at(day, 160);
    let body = Body::PauseEpisode(episode::PauseEpisodeRequest {
        program: PROGRAM.to_owned(),
        because: episode::Interruption::Hospitalised.into(),
        header: None,
    });
    story.w.step(gone, prescriber, body);
    let back = story.w.at(day + 5, 60);
    let body =
        Body::ResumeEpisode(episode::ResumeEpisodeRequest { program: PROGRAM.to_owned(), header: None });
    story.w.step(back, manager, body);
    screen(story, later(back, 30), false);
    story.away = Some((day, day + 5));
}
