//! The rules for making rules.

use std::collections::BTreeMap;

use concord_kernel::{Actor, Day, Instant, Role, Text};
use concord_knowledge::program::{Composed, ProgramRules, Signed};
use concord_knowledge::{Files, RulesetVersion};

use super::parts::parts;
use super::state::Proposal;
use super::{Command, Error, Event, Rulesets, Signatory, Signature};
use crate::{Context, Issued};

/// The most that a program's tables hold together, in bytes: all of ours once over and half again.
const MOST_BYTES: usize = 256 * 1024;

/// The most characters of a name and licence: they stand on every row that is signed.
const MOST_NAME: usize = 120;

impl Rulesets {
    /// Returns the facts that follow from `issued`, in order.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let context = &issued.context;
        let signatory = signatory(&context.actor)?;
        match &issued.command {
            Command::Propose { tables, valid_from, reason } => {
                self.propose(tables, *valid_from, reason, context)
            }
            Command::Sign { ruleset, name } => {
                let Actor { id: by, role, .. } = context.actor;
                let signature = Signature { by, signatory, role, name: name.clone() };
                self.sign(ruleset, &signature, context)
            }
            Command::Reject { ruleset, reason } => {
                let (ruleset, reason) = (self.open(ruleset)?.ruleset.clone(), reason.clone());
                let Actor { id: by, role, .. } = context.actor;
                Ok(vec![Event::RulesetRejected { ruleset, by, role, reason }])
            }
        }
    }

    fn propose(
        &self,
        tables: &BTreeMap<String, String>,
        valid_from: Option<Day>,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if self.open.is_some() {
            return Err(Error::ProposalOpen);
        }
        if tables.values().map(String::len).sum::<usize>() > MOST_BYTES {
            return Err(Error::TooLarge { most: MOST_BYTES });
        }
        let today = context.now.day();
        if valid_from.is_some_and(|day| day < today) {
            return Err(Error::InThePast);
        }
        let base = Files::embedded();
        let composed = composed(tables, &base)?;
        let ruleset = composed.version(valid_from.unwrap_or(today));
        if self.published.contains(&ruleset) {
            return Err(Error::Published);
        }
        let Actor { id: by, role, .. } = context.actor;
        let mut events = vec![Event::RulesetProposed {
            ruleset: ruleset.clone(),
            digest: composed.digest_text(),
            base: base.version(),
            valid_from,
            reason: reason.clone(),
            by,
            role,
        }];
        let rows = |(table, text): (&str, &str)| Event::RulesetRowsProposed {
            ruleset: ruleset.clone(),
            table: table.to_owned(),
            text: text.to_owned(),
        };
        let tables = tables.iter().map(|(table, text)| (table.as_str(), text.as_str()));
        events.extend(in_parts(tables).map(rows));
        Ok(events)
    }

    fn sign(
        &self,
        ruleset: &RulesetVersion,
        signature: &Signature,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let open = self.open(ruleset)?;
        if open.signatures.iter().any(|given| given.by == signature.by) {
            return Err(Error::SignedAlready);
        }
        if open.signatures.iter().any(|given| given.signatory == signature.signatory) {
            return Err(Error::RoleSigned { signatory: signature.signatory });
        }
        if signature.name.expose().chars().count() > MOST_NAME {
            return Err(Error::NameTooLong { most: MOST_NAME });
        }
        let base = Files::embedded();
        if open.base != base.version() {
            return Err(Error::BaseChanged);
        }
        let signed = Event::RulesetSigned { ruleset: ruleset.clone(), signature: signature.clone() };
        let mut events = vec![signed];
        if !open.signatures.is_empty() {
            let signatures: Vec<_> = open.signatures.iter().chain([signature]).collect();
            events.extend(published(open, &signatures, &base, context.now)?);
        }
        Ok(events)
    }

    fn open(&self, ruleset: &RulesetVersion) -> Result<&Proposal, Error> {
        self.open.as_ref().filter(|open| open.ruleset == *ruleset).ok_or(Error::NotProposed)
    }
}

fn published(
    open: &Proposal,
    signatures: &[&Signature],
    base: &Files,
    now: Instant,
) -> Result<Vec<Event>, Error> {
    let composed = composed(&open.tables, base)?;
    let (by, on) = (names(signatures.iter().copied()), now.day());
    let files = composed.files(Some(Signed { by: &by, on }));
    let ruleset = &open.ruleset;
    let table = |(table, text): (&str, &str)| Event::RulesetTablePublished {
        ruleset: ruleset.clone(),
        table: table.to_owned(),
        text: text.to_owned(),
    };
    let mut events: Vec<Event> = in_parts(files.tables()).map(table).collect();
    let in_force_from = open.valid_from.map_or(now, |day| Instant::start_of(day).max(now));
    events.push(Event::RulesetPublished { ruleset: ruleset.clone(), in_force_from, reviewed_on: on });
    Ok(events)
}

/// The names of those who signed, as they stand on the rows.
pub(super) fn names<'s>(signatures: impl IntoIterator<Item = &'s Signature>) -> String {
    let names: Vec<&str> = signatures.into_iter().map(|signature| signature.name.expose()).collect();
    names.join("; ")
}

pub(super) fn composed(tables: &BTreeMap<String, String>, base: &Files) -> Result<Composed, Error> {
    let tables = tables.iter().map(|(table, text)| (table.as_str(), text.clone()));
    Ok(ProgramRules::new(tables)?.on(base)?)
}

fn in_parts<'n, 't>(
    tables: impl Iterator<Item = (&'n str, &'t str)>,
) -> impl Iterator<Item = (&'n str, &'t str)> {
    tables.flat_map(|(table, text)| parts(text).map(move |part| (table, part)))
}

/// As what somebody may propose, sign and turn down.
const fn signatory(actor: &Actor) -> Result<Signatory, Error> {
    match actor.role {
        Role::Pharmacist => Ok(Signatory::Pharmacist),
        Role::Psychiatrist | Role::Pmhnp => Ok(Signatory::Prescriber),
        Role::Therapist
        | Role::CaseManager
        | Role::Nurse
        | Role::PrimaryCare
        | Role::OutsideProvider
        | Role::Family
        | Role::Patient
        | Role::Auditor
        | Role::Service
        | Role::Director
        | Role::PrivacyOfficer
        | Role::Partner => Err(Error::RoleNotPermitted { role: actor.role }),
    }
}
