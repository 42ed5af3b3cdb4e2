//! Which claims of an issuer's tokens say what.

use concord_kernel::{Actor, Credentials, OrganisationId, PersonId, Role, Schedule, TenantId};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::AuthError;

/// Namespace of persons whom an issuer names otherwise than by a UUID.
const NAMED_BY_ISSUER: Uuid = Uuid::from_u128(0x2f0c_5a91_7d4e_5b3a_9c61_84ad_f2b7_10e5);

/// The claims of a verified token, by their names.
pub(crate) type Claims = Map<String, Value>;

/// The names of the claims that say who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// Who they are. A UUID is the person (for a patient, the patient); any other text stands for a person of its own.
    pub person: String,
    /// Their role by its name, or a list of names of which exactly one is a role's.
    pub role: String,
    /// Whose records they reach.
    pub tenant: String,
    /// For whom they call, where the claim is there.
    pub organisation: String,
    /// A list of the DEA schedules that they may prescribe, where the claim is there.
    pub schedules: String,
}

/// Whom claims name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) tenant: TenantId,
    pub(crate) actor: Actor,
    pub(crate) organisation: Option<OrganisationId>,
}

impl ClaimNames {
    /// Reads whom `claims` of `issuer` name. What cannot be read, or can be read in two ways, names nobody.
    ///
    /// # Errors
    ///
    /// [`AuthError::Invalid`].
    pub(crate) fn read(&self, issuer: &str, claims: &Claims) -> Result<Named, AuthError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let tenant =
            text(&self.tenant).and_then(|text| TenantId::parse(text).ok()).ok_or(AuthError::Invalid)?;
        // A claim that is there says something, or nothing can be relied on.
        let named = |text: &str| OrganisationId::parse(text).ok();
        let organisation = claims
            .contains_key(&self.organisation)
            .then(|| text(&self.organisation).and_then(named).ok_or(AuthError::Invalid))
            .transpose()?;
        let role = claims.get(&self.role).and_then(role).ok_or(AuthError::Invalid)?;
        let schedules = claims.get(&self.schedules).map_or(Some(Vec::new()), schedules);
        let actor = Actor {
            id: person(issuer, text(&self.person).ok_or(AuthError::Invalid)?)?,
            role,
            credentials: Credentials { schedules: schedules.ok_or(AuthError::Invalid)? },
        };
        Ok(Named { tenant, actor, organisation })
    }
}

fn person(issuer: &str, named: &str) -> Result<PersonId, AuthError> {
    match Uuid::try_parse(named) {
        // Nobody is no person, and stands for the records that are about nobody.
        Ok(id) if id.is_nil() => Err(AuthError::Invalid),
        Ok(id) => Ok(PersonId::new(id)),
        // No issuer's name ends where another's goes on: a blank is in none.
        Err(_) => Ok(PersonId::new(Uuid::new_v5(&NAMED_BY_ISSUER, format!("{issuer} {named}").as_bytes()))),
    }
}

/// The one role that a claim names. Services and partners show certificates; no token makes one.
fn role(claim: &Value) -> Option<Role> {
    let known = |value: &Value| value.as_str().and_then(|text| text.parse::<Role>().ok());
    let role = if let Some(names) = claim.as_array() {
        let mut known = names.iter().filter_map(known);
        known.next().filter(|_| known.next().is_none())
    } else {
        known(claim)
    };
    role.filter(|role| !matches!(role, Role::Service | Role::Partner))
}

fn schedules(claim: &Value) -> Option<Vec<Schedule>> {
    let named = |value: &Value| serde_json::from_value(value.clone()).ok();
    claim.as_array()?.iter().map(named).collect()
}
