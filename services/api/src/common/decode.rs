//! Shared messages to domain types.

use concord_domain::chart::Coding;
use concord_domain::{EpisodeRef, UsState};
use concord_kernel::{CommandId, CorrelationId, EpisodeId, Instant, PatientId, ProgramId, Purpose, Role};
use concord_knowledge::{FindingKey, Frequency, IngredientId, Milligrams, Regimen, Route, RuleId};
use concord_proto::concord::common::v1 as pb;

use crate::Invalid;
use crate::field::{self, choice, id, list, name, optional_id, optional_instant, required};

/// The header of a command.
pub(crate) struct Header {
    pub(crate) command_id: CommandId,
    pub(crate) patient: PatientId,
    pub(crate) expected_version: Option<u64>,
    pub(crate) purpose: Purpose,
    pub(crate) effective_at: Option<Instant>,
    pub(crate) correlation: Option<CorrelationId>,
    pub(crate) causation: Option<CommandId>,
}

pub(crate) fn header(header: Option<pb::CommandHeader>) -> Result<Header, Invalid> {
    let header = required("header", header)?;
    let fields = header_fields(&header).and_then(|fields| {
        if fields.patient == PatientId::NOBODY {
            return Err(Invalid::new("patient_id", "must not be nil: it names a patient"));
        }
        Ok(fields)
    });
    fields.map_err(|invalid| invalid.within("header"))
}

/// The header of a command that is about the program and no patient.
pub(crate) fn header_of_program(header: Option<pb::CommandHeader>) -> Result<Header, Invalid> {
    let mut header = required("header", header)?;
    if !header.patient_id.is_empty() {
        return Err(Invalid::new("header.patient_id", "must be empty: the command is about no patient"));
    }
    header.patient_id = PatientId::NOBODY.to_string();
    header_fields(&header).map_err(|invalid| invalid.within("header"))
}

fn header_fields(header: &pb::CommandHeader) -> Result<Header, Invalid> {
    let pb::CommandHeader {
        command_id,
        patient_id,
        expected_version,
        purpose,
        effective_at,
        correlation_id,
        causation_id,
    } = header;
    Ok(Header {
        command_id: id("command_id", command_id, CommandId::new)?,
        patient: id("patient_id", patient_id, PatientId::new)?,
        expected_version: *expected_version,
        purpose: writing_purpose(*purpose)?,
        effective_at: optional_instant("effective_at", *effective_at)?,
        correlation: optional_id("correlation_id", correlation_id, CorrelationId::new)?,
        causation: optional_id("causation_id", causation_id, CommandId::new)?,
    })
}

/// Who audits reads; nothing is changed for it (42 CFR 2.53).
fn writing_purpose(purpose: i32) -> Result<Purpose, Invalid> {
    match choice("purpose", purpose, read_purpose)? {
        Purpose::Audit => Err(Invalid::new("purpose", "cannot be PURPOSE_AUDIT: an audit changes no record")),
        purpose @ (Purpose::Treatment
        | Purpose::Payment
        | Purpose::Operations
        | Purpose::Emergency
        | Purpose::PatientRequest) => Ok(purpose),
    }
}

pub(crate) fn read_purpose(purpose: pb::Purpose) -> Option<Purpose> {
    match purpose {
        pb::Purpose::Unspecified => None,
        pb::Purpose::Treatment => Some(Purpose::Treatment),
        pb::Purpose::Payment => Some(Purpose::Payment),
        pb::Purpose::Operations => Some(Purpose::Operations),
        pb::Purpose::Emergency => Some(Purpose::Emergency),
        pb::Purpose::PatientRequest => Some(Purpose::PatientRequest),
        pb::Purpose::Audit => Some(Purpose::Audit),
    }
}

pub(crate) fn program(text: &str) -> Result<ProgramId, Invalid> {
    name("program", text, ProgramId::parse)
}

pub(crate) fn episode(episode: Option<pb::EpisodeRef>) -> Result<EpisodeRef, Invalid> {
    let pb::EpisodeRef { program, episode_id } = required("episode", episode)?;
    let fields = || {
        Ok(EpisodeRef {
            program: self::program(&program)?,
            id: id("episode_id", &episode_id, EpisodeId::new)?,
        })
    };
    fields().map_err(|invalid: Invalid| invalid.within("episode"))
}

pub(crate) fn us_state(field: &str, code: &str) -> Result<UsState, Invalid> {
    UsState::parse(code)
        .map_err(|_| Invalid::new(field, "must be the postal code of a state: two capital letters"))
}

pub(crate) fn role(field: &str, role: i32) -> Result<Role, Invalid> {
    choice(field, role, |role| match role {
        pb::Role::Unspecified => None,
        pb::Role::Psychiatrist => Some(Role::Psychiatrist),
        pb::Role::Pmhnp => Some(Role::Pmhnp),
        pb::Role::Therapist => Some(Role::Therapist),
        pb::Role::CaseManager => Some(Role::CaseManager),
        pb::Role::Nurse => Some(Role::Nurse),
        pb::Role::Pharmacist => Some(Role::Pharmacist),
        pb::Role::PrimaryCare => Some(Role::PrimaryCare),
        pb::Role::OutsideProvider => Some(Role::OutsideProvider),
        pb::Role::Family => Some(Role::Family),
        pb::Role::Patient => Some(Role::Patient),
        pb::Role::Auditor => Some(Role::Auditor),
        pb::Role::Service => Some(Role::Service),
        pb::Role::Director => Some(Role::Director),
        pb::Role::PrivacyOfficer => Some(Role::PrivacyOfficer),
        pb::Role::Partner => Some(Role::Partner),
    })
}

pub(crate) fn regimen(field: &str, regimen: Option<pb::Regimen>) -> Result<Regimen, Invalid> {
    let regimen = required(field, regimen)?;
    regimen_fields(&regimen).map_err(|invalid| invalid.within(field))
}

fn regimen_fields(regimen: &pb::Regimen) -> Result<Regimen, Invalid> {
    let pb::Regimen { dose_mg, frequency, count, route } = regimen;
    let dose = Milligrams::parse(*dose_mg)
        .map_err(|_| Invalid::new("dose_mg", "must be 0 to 100,000 mg in whole micrograms"))?;
    Ok(Regimen { dose, frequency: read_frequency(*frequency, *count)?, route: read_route(*route)? })
}

fn read_frequency(value: i32, count: Option<u32>) -> Result<Frequency, Invalid> {
    let plain = |frequency| match count {
        None => Ok(frequency),
        Some(_) => Err(Invalid::new("count", "must be absent for this frequency")),
    };
    let frequency = choice("frequency", value, |frequency| match frequency {
        pb::Frequency::Unspecified => None,
        pb::Frequency::Daily => Some(plain(Frequency::Daily)),
        pb::Frequency::AtBedtime => Some(plain(Frequency::AtBedtime)),
        pb::Frequency::TwiceDaily => Some(plain(Frequency::TwiceDaily)),
        pb::Frequency::ThreeTimesDaily => Some(plain(Frequency::ThreeTimesDaily)),
        pb::Frequency::FourTimesDaily => Some(plain(Frequency::FourTimesDaily)),
        pb::Frequency::EveryOtherDay => Some(plain(Frequency::EveryOtherDay)),
        pb::Frequency::EveryDays => {
            Some(counted(count, 2, 90, "must be 2 to 90 days").map(Frequency::EveryDays))
        }
        pb::Frequency::AsNeeded => {
            Some(counted(count, 1, 12, "must be 1 to 12 times a day").map(Frequency::AsNeeded))
        }
    });
    frequency?
}

fn counted(count: Option<u32>, least: u8, most: u8, wanted: &'static str) -> Result<u8, Invalid> {
    let count = count.and_then(|count| u8::try_from(count).ok());
    count.filter(|count| (least..=most).contains(count)).ok_or_else(|| Invalid::new("count", wanted))
}

fn read_route(value: i32) -> Result<Route, Invalid> {
    choice("route", value, |route| match route {
        pb::Route::Unspecified => None,
        pb::Route::Oral => Some(Route::Oral),
        pb::Route::Sublingual => Some(Route::Sublingual),
        pb::Route::Intramuscular => Some(Route::Intramuscular),
        pb::Route::Subcutaneous => Some(Route::Subcutaneous),
        pb::Route::Transdermal => Some(Route::Transdermal),
        pb::Route::Nasal => Some(Route::Nasal),
        pb::Route::Inhaled => Some(Route::Inhaled),
        pb::Route::Topical => Some(Route::Topical),
    })
}

/// Most substances that one finding speaks about.
const FINDING_SUBSTANCES: usize = 32;

pub(crate) fn finding(field: &str, finding: Option<pb::FindingKey>) -> Result<FindingKey, Invalid> {
    let pb::FindingKey { rule, about } = required(field, finding)?;
    let fields = || {
        let rule = name("rule", &rule, RuleId::parse)?;
        let mut about =
            list("about", about, FINDING_SUBSTANCES, |text| name("", &text, IngredientId::parse))?;
        // The order is ours to keep: a key names a set.
        about.sort();
        Ok(FindingKey { rule, about })
    };
    fields().map_err(|invalid: Invalid| invalid.within(field))
}

const CODINGS: usize = 16;
const SYSTEM_LENGTH: usize = 200;
const CODE_LENGTH: usize = 100;

pub(crate) fn codings(codings: Vec<pb::Coding>) -> Result<Vec<Coding>, Invalid> {
    list("codings", codings, CODINGS, |pb::Coding { system, code }| {
        Ok(Coding {
            system: field::token("system", system, SYSTEM_LENGTH)?,
            code: field::token("code", code, CODE_LENGTH)?,
        })
    })
}
