//! `[tls]` and `[[clients]]`: TLS before the API, and who is known by a certificate.

use std::path::PathBuf;

use concord_access::{Client, Clients, SubjectName};
use concord_kernel::{Actor, Credentials, OrganisationId, PersonId, Role, TenantId};
use concord_tls::{Files, Oldest};
use serde::Deserialize;
use uuid::Uuid;

/// Namespace of the persons that stand for clients for whom none is named.
const NAMED_BY_CERTIFICATE: Uuid = Uuid::from_u128(0x91d6_27c4_03be_5f18_a2c7_6d5e_8f40_b3aa);

/// TLS before the API. Without a certificate it is spoken to in the clear, on loopback alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) client_ca: PathBuf,
    pub(crate) client_required: bool,
    pub(crate) oldest: Version,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Version {
    #[serde(rename = "1.2")]
    Tls12,
    #[serde(rename = "1.3")]
    Tls13,
}

/// Somebody who is known by a certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownClient {
    san: String,
    role: String,
    tenant: TenantId,
    organisation: Option<OrganisationId>,
    person: Option<Uuid>,
}

impl Tls {
    /// Whether callers are spoken to over TLS.
    pub(crate) fn is_on(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }

    /// The files, when callers are spoken to over TLS.
    pub(crate) fn files(&self) -> Option<Files> {
        let named = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
        Some(Files {
            certificate: named(&self.certificate)?,
            key: self.key.clone(),
            client_authorities: named(&self.client_ca),
            clients_required: self.client_required,
            oldest: match self.oldest {
                Version::Tls12 => Oldest::Tls12,
                Version::Tls13 => Oldest::Tls13,
            },
        })
    }

    /// What cannot be used of it.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.is_on() == self.key.as_os_str().is_empty() {
            faults.push(String::from("tls: certificate and key are two files, both or none"));
        }
        let asks = !self.client_ca.as_os_str().is_empty();
        if asks && !self.is_on() {
            faults.push(String::from("tls.client_ca: certificates of callers need one of the service"));
        }
        if self.client_required && !asks {
            faults.push(String::from(
                "tls.client_required: whose certificates? Name their authorities as tls.client_ca",
            ));
        }
        faults
    }
}

impl KnownClient {
    fn read(&self) -> Result<(SubjectName, Client), String> {
        let fault = |what: String| format!("clients: {}: {what}", self.san);
        let name: SubjectName = self.san.parse().map_err(|error| fault(format!("{error}")))?;
        let role: Role = self.role.parse().map_err(|error| fault(format!("{}: {error}", self.role)))?;
        match role {
            Role::Partner if self.organisation.is_none() => {
                return Err(fault(String::from("a partner is an organisation: name it")));
            }
            Role::Partner | Role::Service | Role::Auditor | Role::Director | Role::PrivacyOfficer => {}
            Role::Psychiatrist
            | Role::Pmhnp
            | Role::Therapist
            | Role::CaseManager
            | Role::Nurse
            | Role::Pharmacist
            | Role::PrimaryCare
            | Role::OutsideProvider
            | Role::Family
            | Role::Patient => {
                return Err(fault(format!("a {role} is a person who treats or is treated, and signs in")));
            }
        }
        let person = self.person.unwrap_or_else(|| Uuid::new_v5(&NAMED_BY_CERTIFICATE, self.san.as_bytes()));
        let actor = Actor { id: PersonId::new(person), role, credentials: Credentials::default() };
        let organisation = self.organisation.clone();
        Ok((name, Client { tenant: self.tenant.clone(), actor, organisation }))
    }
}

/// Those who are known by certificates, or everything that is wrong with them.
pub(super) fn clients(named: &[KnownClient]) -> Result<Clients, Vec<String>> {
    let (mut known, mut faults) = (Vec::new(), Vec::new());
    for client in named {
        match client.read() {
            Ok(client) => known.push(client),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Clients::new(known).map_err(|error| vec![format!("clients: {error}")])
}
