//! Names that mean something to one partner only.

use concord_kernel::{ConsentId, OrganisationId, PatientId, StreamRef, TenantId};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::{Builder, Uuid, Variant, Version};

type HmacSha256 = Hmac<Sha256>;

/// The key that the keys of partners are derived from.
#[derive(Clone)]
pub struct PartnerKeys {
    master: [u8; PartnerKeys::BYTES],
}

impl PartnerKeys {
    /// Bytes of a key: those of the hash.
    pub const BYTES: usize = 32;

    /// Takes the key. Whoever has it can tell which patient a name means.
    pub const fn new(master: [u8; Self::BYTES]) -> Self {
        Self { master }
    }

    /// The key of one partner of a tenant. Two partners, and two tenants, can never compare names.
    pub fn of(&self, tenant: &TenantId, organisation: &OrganisationId) -> PartnerKey {
        let mut mac = keyed(&self.master);
        for part in ["concord feed", tenant.as_str(), organisation.as_str()] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        PartnerKey(keyed(&mac.finalize().into_bytes()))
    }
}

/// The key of one partner.
#[derive(Clone)]
pub struct PartnerKey(HmacSha256);

impl PartnerKey {
    /// What the partner calls a patient.
    pub fn subject(&self, patient: PatientId) -> Uuid {
        self.name(b"subject", &[patient.uuid().as_bytes()])
    }

    /// What the partner calls an event: its place in its stream, which does not move with what happens to others.
    pub fn event(&self, stream: StreamRef, version: u64) -> Uuid {
        self.name(b"event", &[stream.kind.as_str().as_bytes(), stream.id.as_bytes(), &version.to_be_bytes()])
    }

    /// What the partner calls a consent.
    pub fn consent(&self, consent: ConsentId) -> Uuid {
        self.name(b"consent", &[consent.uuid().as_bytes()])
    }

    fn name(&self, what: &[u8], parts: &[&[u8]]) -> Uuid {
        let mut mac = self.0.clone();
        mac.update(what);
        for part in parts {
            mac.update(&[0]);
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Builder::from_bytes(bytes).with_variant(Variant::RFC4122).with_version(Version::Custom).into_uuid()
    }
}

fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("a key of any length is taken")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(tenant: &str, organisation: &str) -> PartnerKey {
        let (tenant, organisation) = (TenantId::parse(tenant), OrganisationId::parse(organisation));
        PartnerKeys::new([7; 32]).of(&tenant.unwrap(), &organisation.unwrap())
    }

    #[test]
    fn a_name_means_something_to_one_partner_of_one_tenant_only() {
        let ada = PatientId::new(Uuid::from_u128(1));
        let here = key("demo", "riverside").subject(ada);
        assert_eq!(here, key("demo", "riverside").subject(ada));
        assert_ne!(here, key("demo", "lakeside").subject(ada));
        assert_ne!(here, key("other", "riverside").subject(ada));
        assert_ne!(here, key("demo", "riverside").subject(PatientId::new(Uuid::from_u128(2))));
        assert_ne!(here, ada.uuid());
    }

    #[test]
    fn a_patient_an_event_and_a_consent_never_share_a_name() {
        let (id, key) = (Uuid::from_u128(1), key("demo", "riverside"));
        let names = [
            key.subject(PatientId::new(id)),
            key.consent(ConsentId::new(id)),
            key.event(StreamRef::chart(PatientId::new(id)), 1),
            key.event(StreamRef::chart(PatientId::new(id)), 2),
            key.event(StreamRef::scales(PatientId::new(id)), 1),
        ];
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
