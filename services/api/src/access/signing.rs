//! Messages of the rights to sign controlled prescriptions.

use concord_domain::Command as AnyCommand;
use concord_domain::prescription::FactorKind;
use concord_domain::signing_rights::{Cause, Command};
use concord_kernel::{PersonId, Schedule, SigningRightId};
use concord_proto::concord::access::v1 as pb;
use concord_proto::concord::prescription::v1 as rx;
use concord_views::signing_rights::{Given, Revoked, Right};

use crate::Invalid;
use crate::common::encode::{instant, role};
use crate::field::{choice, day, id, list, text};
use crate::prescription::words;

/// Most schedules of one request: there are four.
const SCHEDULES: usize = 4;

/// Most factors of one request; the rule sets a tighter bound.
const FACTORS: usize = 8;

pub(super) fn propose_signing_right(request: pb::ProposeSigningRightRequest) -> Result<AnyCommand, Invalid> {
    let pb::ProposeSigningRightRequest { header: _, right_id, prescriber_id, schedules, registered_until } =
        request;
    if schedules.is_empty() {
        return Err(Invalid::new("schedules", "must name at least one schedule"));
    }
    let mut schedules = list("schedules", schedules, SCHEDULES, schedule)?;
    let named = schedules.len();
    schedules.sort_unstable();
    schedules.dedup();
    if schedules.len() < named {
        return Err(Invalid::new("schedules", "must name each schedule once"));
    }
    Ok(AnyCommand::SigningRights(Command::Propose {
        right: id("right_id", &right_id, SigningRightId::new)?,
        prescriber: id("prescriber_id", &prescriber_id, PersonId::new)?,
        schedules,
        registered_until: day("registered_until", &registered_until)?,
    }))
}

pub(super) fn confirm_signing_right(request: pb::ConfirmSigningRightRequest) -> Result<AnyCommand, Invalid> {
    let pb::ConfirmSigningRightRequest { header: _, right_id, factors } = request;
    Ok(AnyCommand::SigningRights(Command::Confirm {
        right: id("right_id", &right_id, SigningRightId::new)?,
        factors: list("factors", factors, FACTORS, |factor| words::factor(&factor))?,
    }))
}

pub(super) fn revoke_signing_right(request: pb::RevokeSigningRightRequest) -> Result<AnyCommand, Invalid> {
    let pb::RevokeSigningRightRequest { header: _, right_id, cause, note } = request;
    Ok(AnyCommand::SigningRights(Command::Revoke {
        right: id("right_id", &right_id, SigningRightId::new)?,
        cause: choice("cause", cause, read_cause)?,
        note: text("note", &note)?,
    }))
}

fn schedule(value: i32) -> Result<Schedule, Invalid> {
    choice("schedule", value, |stated| match stated {
        pb::Schedule::Unspecified => None,
        pb::Schedule::Ii => Some(Schedule::II),
        pb::Schedule::Iii => Some(Schedule::III),
        pb::Schedule::Iv => Some(Schedule::IV),
        pb::Schedule::V => Some(Schedule::V),
    })
}

/// That another right takes the place of one is said by the rule alone.
fn read_cause(cause: pb::RevocationCause) -> Option<Cause> {
    match cause {
        pb::RevocationCause::Unspecified | pb::RevocationCause::Replaced => None,
        pb::RevocationCause::FactorCompromised => Some(Cause::FactorCompromised),
        pb::RevocationCause::RegistrationEnded => Some(Cause::RegistrationEnded),
        pb::RevocationCause::NoLongerAuthorised => Some(Cause::NoLongerAuthorised),
        pb::RevocationCause::Mistake => Some(Cause::Mistake),
    }
}

pub(super) fn item(right: Right) -> pb::SigningRight {
    let Right { right, prescriber, schedules, registered_until, proposed_by, proposed_at, given, revoked } =
        right;
    pb::SigningRight {
        right_id: right.to_string(),
        prescriber_id: prescriber.to_string(),
        schedules: schedules.into_iter().map(|schedule| written(schedule).into()).collect(),
        registered_until: registered_until.to_string(),
        proposed_by: proposed_by.to_string(),
        proposed_at: Some(instant(proposed_at)),
        given: given.map(self::given),
        revoked: revoked.map(self::revoked),
    }
}

fn given(Given { by, role: acted, at, factors }: Given) -> pb::SigningRightGiven {
    let kind = |kind| match kind {
        FactorKind::Knowledge => rx::FactorKind::Knowledge,
        FactorKind::Biometric => rx::FactorKind::Biometric,
        FactorKind::HardToken => rx::FactorKind::HardToken,
    };
    pb::SigningRightGiven {
        person_id: by.to_string(),
        role: role(acted).into(),
        at: Some(instant(at)),
        factors: factors.into_iter().map(|factor| kind(factor).into()).collect(),
    }
}

fn revoked(Revoked { cause, note, by, role: acted, at }: Revoked) -> pb::SigningRightRevoked {
    let cause = match cause {
        Cause::FactorCompromised => pb::RevocationCause::FactorCompromised,
        Cause::RegistrationEnded => pb::RevocationCause::RegistrationEnded,
        Cause::NoLongerAuthorised => pb::RevocationCause::NoLongerAuthorised,
        Cause::Mistake => pb::RevocationCause::Mistake,
        Cause::Replaced => pb::RevocationCause::Replaced,
    };
    pb::SigningRightRevoked {
        cause: cause.into(),
        note: note.map(|note| note.expose().to_owned()).unwrap_or_default(),
        person_id: by.to_string(),
        role: role(acted).into(),
        at: Some(instant(at)),
    }
}

const fn written(schedule: Schedule) -> pb::Schedule {
    match schedule {
        Schedule::II => pb::Schedule::Ii,
        Schedule::III => pb::Schedule::Iii,
        Schedule::IV => pb::Schedule::Iv,
        Schedule::V => pb::Schedule::V,
    }
}
