//! Rulesets to messages. Never fails.

use std::collections::BTreeMap;

use concord_domain::ruleset::{Edition, Signature, Status};
use concord_kernel::Role;
use concord_knowledge::program::{Column, Difference, DifferenceKind};
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::ruleset::v1 as pb;

use crate::common::encode::instant;

pub(super) fn edition(edition: &Edition) -> pb::Ruleset {
    let (status, rejected_because) = match &edition.status {
        Status::Proposed => (pb::RulesetStatus::Proposed, String::new()),
        Status::Published { .. } => (pb::RulesetStatus::Published, String::new()),
        Status::Rejected { reason, .. } => (pb::RulesetStatus::Rejected, reason.expose().to_owned()),
    };
    pb::Ruleset {
        ruleset: edition.ruleset.as_str().to_owned(),
        status: status.into(),
        digest: edition.digest.clone(),
        base: edition.base.as_str().to_owned(),
        valid_from: edition.valid_from.map_or_else(String::new, |day| day.to_string()),
        in_force_from: edition.in_force_from().map(instant),
        reason: edition.reason.expose().to_owned(),
        proposed_by: edition.by.to_string(),
        signatures: edition.signatures.iter().map(signature).collect(),
        rejected_because,
    }
}

pub(super) fn tables(tables: BTreeMap<String, String>) -> Vec<pb::Table> {
    tables.into_iter().map(|(name, csv)| pb::Table { name, csv }).collect()
}

pub(super) fn difference(difference: Difference) -> pb::RowDifference {
    let Difference { table, id, kind, columns } = difference;
    let kind = match kind {
        DifferenceKind::Added => pb::RowDifferenceKind::Added,
        DifferenceKind::Removed => pb::RowDifferenceKind::Removed,
        DifferenceKind::Changed => pb::RowDifferenceKind::Changed,
    };
    let columns = columns.into_iter().map(column).collect();
    pb::RowDifference { table, row: id, kind: kind.into(), columns }
}

fn column(column: Column) -> pb::ColumnDifference {
    let Column { name, from, to } = column;
    pb::ColumnDifference { column: name, from, to }
}

fn signature(signature: &Signature) -> pb::RulesetSignature {
    pb::RulesetSignature {
        person_id: signature.by.to_string(),
        role: role(signature.role).into(),
        name: signature.name.expose().to_owned(),
    }
}

const fn role(role: Role) -> common::Role {
    match role {
        Role::Psychiatrist => common::Role::Psychiatrist,
        Role::Pmhnp => common::Role::Pmhnp,
        Role::Therapist => common::Role::Therapist,
        Role::CaseManager => common::Role::CaseManager,
        Role::Nurse => common::Role::Nurse,
        Role::Pharmacist => common::Role::Pharmacist,
        Role::PrimaryCare => common::Role::PrimaryCare,
        Role::OutsideProvider => common::Role::OutsideProvider,
        Role::Family => common::Role::Family,
        Role::Patient => common::Role::Patient,
        Role::Auditor => common::Role::Auditor,
        Role::Service => common::Role::Service,
        Role::Director => common::Role::Director,
        Role::PrivacyOfficer => common::Role::PrivacyOfficer,
        Role::Partner => common::Role::Partner,
    }
}
