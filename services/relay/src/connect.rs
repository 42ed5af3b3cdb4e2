//! How NATS is reached.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, ServerAddr};

/// How often a server is asked whether it is there: one that two of these find silent is left for another.
const PING: Duration = Duration::from_secs(10);

/// How the seed of a user's nkey begins.
const USER_SEED: &str = "SU";

/// Servers of one NATS system and how one proves who one is to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nats {
    /// Their addresses, such as `nats://127.0.0.1:4222` or `tls://nats-1:4222`, without user and password.
    pub servers: Vec<String>,
    /// A file with credentials (a user's JWT and its key, or the seed of its nkey alone), if they ask for it.
    pub credentials: Option<PathBuf>,
    /// A PEM file with the authorities that their certificates are judged by; without it, the system's.
    pub authorities: Option<PathBuf>,
}

/// Why NATS cannot be reached as it was said.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// No server is named.
    #[error("no server is named")]
    Unnamed,
    /// Not an address. It is not shown because it may hold a password.
    #[error("server {0} is not an address such as nats://127.0.0.1:4222")]
    Address(usize),
    /// A password would stand in configuration files and process lists.
    #[error("server {0} holds a user or password; give credentials as a file")]
    Password(usize),
    /// What is said would be read on its way.
    #[error("server {0} is not on this machine, so its address must begin with tls://")]
    Clear(usize),
    /// The file of credentials.
    #[error("the credentials cannot be read")]
    Credentials(#[source] std::io::Error),
    /// The connection could not be begun.
    #[error("NATS cannot be reached")]
    Connect(#[from] async_nats::ConnectError),
}

impl Nats {
    /// Checks the addresses: outside of this machine only TLS is spoken. Servers are counted from 1 in errors.
    ///
    /// # Errors
    ///
    /// See [`NatsError`].
    pub fn addresses(&self) -> Result<Vec<ServerAddr>, NatsError> {
        if self.servers.is_empty() {
            return Err(NatsError::Unnamed);
        }
        let numbered = self.servers.iter().zip(1..);
        numbered.map(|(text, number)| address(text, number)).collect()
    }
}

fn address(text: &str, number: usize) -> Result<ServerAddr, NatsError> {
    let address: ServerAddr = text.parse().map_err(|_| NatsError::Address(number))?;
    if address.has_user_pass() || address.username().is_some_and(|user| !user.is_empty()) {
        return Err(NatsError::Password(number));
    }
    let host = address.host().trim_start_matches('[').trim_end_matches(']');
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if local || address.tls_required() { Ok(address) } else { Err(NatsError::Clear(number)) }
}

/// Begins a connection that is kept for as long as the client lives, also while no server answers.
///
/// # Errors
///
/// See [`NatsError`].
pub async fn connect(nats: &Nats) -> Result<Client, NatsError> {
    let addresses = nats.addresses()?;
    // One TLS server makes it necessary for all: whom the others pass one on to is not on this machine either.
    let tls = addresses.iter().any(ServerAddr::tls_required);
    let mut options =
        ConnectOptions::new().name("concord").retry_on_initial_connect().require_tls(tls).ping_interval(PING);
    if let Some(authorities) = &nats.authorities {
        options = options.add_root_certificates(authorities.clone());
    }
    if let Some(credentials) = &nats.credentials {
        let text = tokio::fs::read_to_string(credentials).await.map_err(NatsError::Credentials)?;
        options = match text.trim() {
            seed if seed.starts_with(USER_SEED) => options.nkey(seed.to_owned()),
            creds => options.credentials(creds).map_err(NatsError::Credentials)?,
        };
    }
    Ok(options.connect(addresses).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(server: &str) -> Result<Vec<ServerAddr>, NatsError> {
        Nats { servers: vec![server.to_owned()], ..Nats::default() }.addresses()
    }

    #[test]
    fn outside_of_this_machine_only_tls_is_spoken() {
        for near in ["nats://127.0.0.1:4222", "nats://localhost", "nats://[::1]:4222", "127.0.0.1:4222"] {
            assert!(checked(near).is_ok(), "{near}");
        }
        assert!(checked("tls://nats-1:4222").is_ok());
        for far in ["nats://nats-1:4222", "nats://10.0.0.7", "nats://127.0.0.1.example.org"] {
            assert!(matches!(checked(far), Err(NatsError::Clear(1))), "{far}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_shown() {
        for with in ["nats://me:geheim@127.0.0.1", "tls://geheim@nats-1"] {
            let said = checked(with).unwrap_err().to_string();
            assert!(said.contains("credentials") && !said.contains("geheim"), "{said}");
        }
        assert!(matches!(checked("http://127.0.0.1"), Err(NatsError::Address(1))));
        assert!(matches!(Nats::default().addresses(), Err(NatsError::Unnamed)));
    }
}
