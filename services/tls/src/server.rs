//! What callers are shown at the moment.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;

use crate::{Files, TlsError};

/// How often the files are looked at. A certificate that is renewed is shown so long after at the latest.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);

/// Certificate, key and authorities, as the files had them when they could last be used together.
pub struct ServerTls {
    files: Files,
    used: RwLock<Used>,
}

struct Used {
    config: Arc<ServerConfig>,
    print: u64,
}

impl ServerTls {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// See [`TlsError`].
    pub fn read(files: Files) -> Result<Self, TlsError> {
        let contents = files.contents()?;
        let used = Used { config: Arc::new(files.config(&contents)?), print: contents.print() };
        Ok(Self { files, used: RwLock::new(used) })
    }

    /// Reads the files again where they have changed; connections that are open go on. Says whether they had.
    ///
    /// # Errors
    ///
    /// See [`TlsError`]: what was used before is used still.
    pub fn read_again(&self) -> Result<bool, TlsError> {
        let contents = self.files.contents()?;
        let print = contents.print();
        if self.used.read().unwrap_or_else(PoisonError::into_inner).print == print {
            return Ok(false);
        }
        let used = Used { config: Arc::new(self.files.config(&contents)?), print };
        *self.used.write().unwrap_or_else(PoisonError::into_inner) = used;
        Ok(true)
    }

    /// Looks at the files again and again. Never ends.
    pub async fn follow(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOKED_AT_EVERY).await;
            match self.read_again() {
                Ok(true) => tracing::info!("the certificate was changed"),
                Ok(false) => {}
                // Two files that are renewed one after the other do not belong together for a moment.
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the certificate cannot be changed to what the files hold now"
                ),
            }
        }
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.used.read().unwrap_or_else(PoisonError::into_inner).config)
    }
}
