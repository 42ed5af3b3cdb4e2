//! The running service that a command line calls, and as whom.

use std::path::{Path, PathBuf};

use clap::Args;
use concord_client::{Bearer, Client, Connect};

use crate::Failed;

/// A running service, and who calls it.
#[derive(Debug, Args)]
pub(crate) struct Service {
    /// Where it listens
    #[arg(long, default_value = "http://127.0.0.1:7443")]
    url: String,
    /// A token
    #[arg(long, conflicts_with = "token_file")]
    token: Option<String>,
    /// A file with a token; read again while the command runs, so that whoever writes it may replace the token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    tls: Tls,
}

/// How one is known to the other over TLS.
#[derive(Debug, Args)]
pub(crate) struct Tls {
    /// PEM file of the authorities that may vouch for the service; those that the system trusts when absent
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// PEM file of the certificate to show; without a token it says who calls
    #[arg(long, value_name = "FILE", requires = "cert_key")]
    cert: Option<PathBuf>,
    /// PEM file of the certificate's private key
    #[arg(long, value_name = "FILE", requires = "cert")]
    cert_key: Option<PathBuf>,
    /// The name in the service's certificate, when it is not the host in the address
    #[arg(long, value_name = "NAME")]
    server_name: Option<String>,
}

impl Service {
    /// Connects.
    pub(crate) async fn connect(&self) -> Result<Client, Failed> {
        let connect = self.tls.connect(&self.url)?;
        let bearer = match (&self.token, &self.token_file) {
            (Some(token), _) => Bearer::new(token)?,
            (None, Some(file)) => Bearer::from_file(file)?,
            (None, None) if self.tls.cert.is_some() => Bearer::by_certificate(),
            (None, None) => {
                return Err("say who calls: --token, --token-file, or --cert with --cert-key".into());
            }
        };
        Ok(connect.bearing(bearer).open().await?)
    }
}

impl Tls {
    /// A connection to `address`, still of nobody.
    pub(crate) fn connect(&self, address: &str) -> Result<Connect, Failed> {
        let mut connect = Connect::to(address);
        if let Some(ca) = &self.ca {
            connect = connect.trusting(read(ca)?);
        }
        if let (Some(certificate), Some(key)) = (&self.cert, &self.cert_key) {
            connect = connect.showing(read(certificate)?, read(key)?);
        }
        if let Some(name) = &self.server_name {
            connect = connect.named(name);
        }
        Ok(connect)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    std::fs::read(path).map_err(|cause| format!("{} cannot be read: {cause}", path.display()).into())
}
