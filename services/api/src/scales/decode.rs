//! Messages to commands of the scores.

use concord_domain::Command as AnyCommand;
use concord_domain::scales::{AdministrationMode, Command};
use concord_kernel::ScaleId;
use concord_knowledge::scale::ScaleKind;
use concord_proto::concord::scales::v1 as pb;

use crate::Invalid;
use crate::field::{choice, id, instant, list, optional_text, small, text};

/// Most items that a form may have.
const ITEMS: usize = 64;

/// Longest language tag. Source: RFC 5646, 4.4.1.
const LANGUAGE_LENGTH: usize = 35;

pub(super) fn administer_scale(request: pb::AdministerScaleRequest) -> Result<AnyCommand, Invalid> {
    let pb::AdministerScaleRequest {
        header: _,
        scale_id,
        scale,
        items,
        stated_total,
        mode,
        language,
        taken_at,
        substance,
    } = request;
    Ok(AnyCommand::Scales(Command::Administer {
        id: id("scale_id", &scale_id, ScaleId::new)?,
        scale: kind(scale)?,
        items: list("items", items, ITEMS, |pb::ScaleItem { answer }| {
            answer.map(|answer| small("answer", answer)).transpose()
        })?,
        stated_total: stated_total.map(|total| small("stated_total", total)).transpose()?,
        mode: self::mode(mode)?,
        language: self::language(language)?,
        taken_at: instant("taken_at", taken_at)?,
        substance: optional_text("substance", &substance)?,
    }))
}

pub(super) fn resolve_risk(request: pb::ResolveRiskRequest) -> Result<AnyCommand, Invalid> {
    let pb::ResolveRiskRequest { header: _, scale_id, resolution } = request;
    Ok(AnyCommand::Scales(Command::ResolveRisk {
        id: id("scale_id", &scale_id, ScaleId::new)?,
        resolution: text("resolution", &resolution)?,
    }))
}

fn kind(value: i32) -> Result<ScaleKind, Invalid> {
    choice("scale", value, |kind| match kind {
        pb::ScaleKind::Unspecified => None,
        pb::ScaleKind::Phq9 => Some(ScaleKind::Phq9),
        pb::ScaleKind::Gad7 => Some(ScaleKind::Gad7),
        pb::ScaleKind::Cssrs => Some(ScaleKind::Cssrs),
        pb::ScaleKind::Craving => Some(ScaleKind::Craving),
        pb::ScaleKind::Cows => Some(ScaleKind::Cows),
        pb::ScaleKind::CiwaAr => Some(ScaleKind::CiwaAr),
        pb::ScaleKind::Sows => Some(ScaleKind::Sows),
        pb::ScaleKind::Pcl5 => Some(ScaleKind::Pcl5),
        pb::ScaleKind::AuditC => Some(ScaleKind::AuditC),
        pb::ScaleKind::Dast10 => Some(ScaleKind::Dast10),
        pb::ScaleKind::Ymrs => Some(ScaleKind::Ymrs),
        pb::ScaleKind::Aims => Some(ScaleKind::Aims),
        pb::ScaleKind::Mars5 => Some(ScaleKind::Mars5),
        pb::ScaleKind::Naranjo => Some(ScaleKind::Naranjo),
    })
}

fn mode(value: i32) -> Result<AdministrationMode, Invalid> {
    choice("mode", value, |mode| match mode {
        pb::AdministrationMode::Unspecified => None,
        pb::AdministrationMode::SelfReport => Some(AdministrationMode::SelfReport),
        pb::AdministrationMode::Clinician => Some(AdministrationMode::Clinician),
        pb::AdministrationMode::Proxy => Some(AdministrationMode::Proxy),
    })
}

fn language(tag: String) -> Result<String, Invalid> {
    let plain = tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain && (2..=LANGUAGE_LENGTH).contains(&tag.len()) {
        Ok(tag)
    } else {
        Err(Invalid::new("language", "must be a BCP 47 tag, such as en-US"))
    }
}
