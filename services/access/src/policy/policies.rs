//! Policies, from their text to the table.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName,
    EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint, Request, RestrictedExpression, Schema,
    ValidationMode, Validator,
};
use concord_domain::{Command, Relationship};
use concord_kernel::{Actor, Purpose, Role};
use sha2::{Digest, Sha256};

use super::cells::Cells;
use super::files::{self, SCHEMA};
use super::{DataClass, Denied, Granted, PolicyFault, PolicyFile, Ruling, SCHEMA_FILE};
use crate::{Act, Action, Identity, Question};

/// The most policies there may be: more than a person reads.
const MOST_POLICIES: usize = 1_000;

/// How many bytes of the digest name a version.
const VERSION_BYTES: usize = 8;

/// Which policies decided: a digest over all their files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion(Arc<str>);

impl PolicyVersion {
    /// Its 16 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Policies that were checked, and every answer that they give.
#[derive(Debug)]
pub struct Policies {
    cells: Cells,
    version: PolicyVersion,
}

impl Policies {
    /// Those that hold where no others are configured.
    pub fn embedded() -> Arc<Self> {
        static EMBEDDED: LazyLock<Arc<Policies>> = LazyLock::new(|| {
            let read = Policies::read(files::embedded());
            Arc::new(read.expect("a test holds that the policies that are built in are well formed"))
        });
        Arc::clone(&EMBEDDED)
    }

    /// Checks the policies in `files` against the schema and evaluates them.
    ///
    /// # Errors
    ///
    /// [`PolicyFault`]: the first thing that is wrong, with its file and line.
    pub fn read(mut files: Vec<PolicyFile>) -> Result<Self, PolicyFault> {
        files.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(other) = files.iter().find(|file| file.name == SCHEMA_FILE && file.text != SCHEMA) {
            return Err(PolicyFault::ForeignSchema { file: other.name.clone() });
        }
        files.retain(|file| file.name != SCHEMA_FILE);
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA)
            .map_err(|said| PolicyFault::of(SCHEMA_FILE, SCHEMA, &said))?;
        let policies = parsed(&files)?;
        validated(&schema, &policies, &files)?;
        let version = version(&files);
        let cells = evaluated(&schema, &policies)?;
        Ok(Self { cells, version })
    }

    /// Which they are.
    pub fn version(&self) -> &PolicyVersion {
        &self.version
    }

    /// What they say of `action` by somebody in `role` for `purpose`.
    pub fn ruling(&self, role: Role, action: Action, purpose: Purpose) -> Ruling<'_> {
        let row = Cells::row(role, action, purpose);
        Ruling { cells: &self.cells, version: &self.version, role, row }
    }

    /// What they say of a command by `actor` for `purpose`.
    pub fn on_command(&self, actor: &Actor, command: &Command, purpose: Purpose) -> Ruling<'_> {
        self.ruling(actor.role, Action::Act(Act::of(command, actor.id)), purpose)
    }

    /// What they say of a question by somebody in `role`.
    pub fn on_question(&self, role: Role, question: Question) -> Ruling<'_> {
        let action = Action::Question(question);
        self.ruling(role, action, action.purpose_of(role))
    }

    /// Decides a question that is about no single patient.
    ///
    /// # Errors
    ///
    /// [`Denied`] when no policy permits it, or one forbids it.
    pub fn permit_list(&self, identity: &Identity, question: Question) -> Result<Granted, Denied> {
        self.on_question(identity.actor.role, question).given(None)
    }
}

type Named = BTreeMap<String, (Policy, usize)>;

/// The policies by name, each with the place of its file.
fn parsed(files: &[PolicyFile]) -> Result<Named, PolicyFault> {
    let mut named = Named::new();
    for (place, file) in files.iter().enumerate() {
        let set =
            PolicySet::from_str(&file.text).map_err(|said| PolicyFault::of(&file.name, &file.text, &said))?;
        if set.templates().next().is_some() {
            return Err(PolicyFault::Template { file: file.name.clone() });
        }
        for policy in set.policies() {
            let name = policy.annotation("id").unwrap_or_default().to_owned();
            if name.is_empty() {
                let begins = policy.to_string().chars().take(60).collect();
                return Err(PolicyFault::Unnamed { file: file.name.clone(), begins });
            }
            let policy = policy.new_id(PolicyId::new(&name));
            if named.insert(name.clone(), (policy, place)).is_some() {
                return Err(PolicyFault::Twice { file: file.name.clone(), name });
            }
        }
    }
    match named.len() {
        0 => Err(PolicyFault::None),
        1..=MOST_POLICIES => Ok(named),
        _ => Err(PolicyFault::TooMany { most: MOST_POLICIES }),
    }
}

/// Each file by itself, so that a fault is found at its line.
fn validated(schema: &Schema, policies: &Named, files: &[PolicyFile]) -> Result<(), PolicyFault> {
    let validator = Validator::new(schema.clone());
    for (place, file) in files.iter().enumerate() {
        let mut set = PolicySet::new();
        for (policy, _) in policies.values().filter(|(_, of)| *of == place) {
            set.add(policy.clone()).expect("their names differ");
        }
        let result = validator.validate(&set, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(PolicyFault::of(&file.name, &file.text, error));
        }
        // A warning is a policy that never applies, or a name that looks like another: both mislead a reader.
        if let Some(warning) = result.validation_warnings().next() {
            return Err(PolicyFault::of(&file.name, &file.text, warning));
        }
    }
    Ok(())
}

fn version(files: &[PolicyFile]) -> PolicyVersion {
    let mut hash = Sha256::new();
    let schema = (SCHEMA_FILE, SCHEMA);
    let texts = files.iter().map(|file| (file.name.as_str(), file.text.as_str()));
    for text in std::iter::once(schema).chain(texts).flat_map(|(name, text)| [name, text]) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    PolicyVersion(hex::encode(&hash.finalize()[..VERSION_BYTES]).into())
}

fn entity(kind: &str, id: &str) -> EntityUid {
    let kind = EntityTypeName::from_str(kind).expect("a name of the schema");
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}

/// Asks the policies everything that they can be asked, and nothing of whom no policy permits anything.
fn evaluated(schema: &Schema, named: &Named) -> Result<Cells, PolicyFault> {
    let person = |role: Role| entity("Person", role.as_str());
    let people = Role::ALL
        .into_iter()
        .map(|role| Entity::new_no_attrs(person(role), HashSet::from([entity("Role", role.as_str())])));
    let entities = Entities::from_entities(people, Some(schema)).expect("people are what the schema says");
    let all: Vec<Arc<str>> = named.keys().map(|name| Arc::from(name.as_str())).collect();
    let places: BTreeMap<Arc<str>, u16> = all.iter().cloned().zip(0..).collect();
    let mut cells = Cells::denying(all);
    let authorizer = Authorizer::new();
    for action in Action::all() {
        let uid = entity("Action", action.name());
        let groups: HashSet<&EntityUid> = entities.ancestors(&uid).into_iter().flatten().collect();
        let named: Vec<&Policy> = named
            .values()
            .map(|(policy, _)| policy)
            .filter(|policy| speaks_of(policy, &uid, &groups))
            .collect();
        let applies: HashSet<String> =
            schema.resources_for_action(&uid).into_iter().flatten().map(ToString::to_string).collect();
        for role in Role::ALL {
            let set = of_role(&named, role);
            if !set.policies().any(|policy| policy.effect() == Effect::Permit) {
                continue;
            }
            for purpose in action.purposes_of(role) {
                let row = Cells::row(role, action, purpose);
                let none = applies.contains("Program").then_some(None);
                let some = Relationship::possible(role).iter().copied().map(Some);
                let some = some.filter(|_| applies.contains("Patient"));
                for relationship in none.into_iter().chain(some) {
                    let context = context(relationship, purpose, action.classes());
                    let resource = if relationship.is_some() { "Patient" } else { "Program" };
                    let resource = entity(resource, "any");
                    let request = Request::new(person(role), uid.clone(), resource, context, None)
                        .expect("without a schema there is nothing to be wrong with");
                    let answer = authorizer.is_authorized(&request, &set, &entities);
                    if let Some(error) = answer.diagnostics().errors().next() {
                        return Err(PolicyFault::Evaluation(error.to_string()));
                    }
                    // Several may say the same; the first by name speaks for them.
                    let said = answer.diagnostics().reason().map(ToString::to_string).min();
                    let policy = said.and_then(|name| places.get(name.as_str()).copied());
                    cells.set(row, relationship, answer.decision() == Decision::Allow, policy);
                }
            }
        }
    }
    Ok(cells)
}

/// Whether `policy` can say anything of `action`, which is in `groups`.
fn speaks_of(policy: &Policy, action: &EntityUid, groups: &HashSet<&EntityUid>) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(only) => only == *action,
        ActionConstraint::In(some) => some.iter().any(|one| one == action || groups.contains(one)),
    }
}

/// Those of `policies` that can say anything of somebody in `role`.
fn of_role(policies: &[&Policy], role: Role) -> PolicySet {
    let own = entity("Role", role.as_str());
    let other = |group: &EntityUid| *group != own && group.type_name() == own.type_name();
    let mut set = PolicySet::new();
    for policy in policies {
        let apart = match policy.principal_constraint() {
            PrincipalConstraint::In(group) | PrincipalConstraint::IsIn(_, group) => other(&group),
            PrincipalConstraint::Any | PrincipalConstraint::Eq(_) | PrincipalConstraint::Is(_) => false,
        };
        if !apart {
            set.add((*policy).clone()).expect("their names differ");
        }
    }
    set
}

fn context(relationship: Option<Relationship>, purpose: Purpose, classes: &[DataClass]) -> Context {
    let one = |kind, id| RestrictedExpression::new_entity_uid(entity(kind, id));
    let relationship = relationship.unwrap_or(Relationship::None);
    let classes = classes.iter().map(|class| one("DataClass", class.into()));
    Context::from_pairs([
        ("relationship".to_owned(), one("Relationship", relationship.into())),
        ("purpose".to_owned(), one("Purpose", purpose.as_str())),
        ("classes".to_owned(), RestrictedExpression::new_set(classes)),
    ])
    .expect("three names that differ")
}
