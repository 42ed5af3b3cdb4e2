//! How the report of somebody who is not on the care team is taken. Who may report at all: [`crate::reporter`].

use concord_knowledge::RedFlagId;

use super::{Error, Grade};
use crate::Context;
use crate::reporter::Reporter;

/// Says who reports it, when they may: what is severe or has a warning sign anybody may.
pub(super) fn reporter(grade: Grade, red_flags: &[RedFlagId], context: &Context) -> Result<Reporter, Error> {
    Reporter::of(grade >= Grade::Severe || !red_flags.is_empty(), context).ok_or(Error::NotOnCareTeam)
}

/// How bad it is taken to be when deadlines are set. Somebody who is not on the care team may have judged from afar, or may
/// mean another patient: a clinician looks at it within a day, however mild it is said to be.
pub(super) fn graded(grade: Grade, reporter: Reporter) -> Grade {
    match reporter {
        Reporter::Known => grade,
        Reporter::NotOnCareTeam => grade.max(Grade::Moderate),
    }
}
