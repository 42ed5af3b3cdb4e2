//! What everything of one partner is called.

use concord_kernel::{OrganisationId, SubscriptionId, TenantId};
use concord_proto::partner;

use crate::Accounts;

/// Before the name of whatever is asked of JetStream in one's own account.
const OWN_API: &str = "$JS.API";

/// The names of one partner of one tenant.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    tenant: TenantId,
    organisation: OrganisationId,
}

impl Names {
    pub(crate) fn new(tenant: TenantId, organisation: OrganisationId) -> Self {
        Self { tenant, organisation }
    }

    pub(crate) const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    pub(crate) const fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    pub(crate) fn stream(&self) -> String {
        partner::stream(self.tenant.as_str(), self.organisation.as_str())
    }

    pub(crate) fn subjects(&self) -> String {
        partner::subjects(self.tenant.as_str(), self.organisation.as_str())
    }

    pub(crate) fn subject(&self, subscription: SubscriptionId, about: &str) -> String {
        let (tenant, organisation) = (self.tenant.as_str(), self.organisation.as_str());
        partner::subject(tenant, organisation, &subscription.to_string(), about)
    }

    /// Every subject of a subscription.
    pub(crate) fn of(&self, subscription: SubscriptionId) -> String {
        self.subject(subscription, ">")
    }

    pub(crate) fn api(&self, accounts: Accounts) -> String {
        match accounts {
            Accounts::Own => partner::api(self.tenant.as_str(), self.organisation.as_str()),
            Accounts::Shared => OWN_API.to_owned(),
        }
    }

    /// What CloudEvents come from.
    pub(crate) fn source(&self) -> String {
        format!("/concord/{}", self.tenant)
    }
}
