//! What callers are shown at the moment.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use concord_kernel::Instant;
use rustls::ServerConfig;

use crate::files::Contents;
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
    ends_at: Option<Instant>,
    print: u64,
}

impl Used {
    fn read(files: &Files, contents: &Contents) -> Result<Self, TlsError> {
        let (config, ends_at) = files.config(contents)?;
        Ok(Self { config: Arc::new(config), ends_at, print: contents.print() })
    }
}

impl ServerTls {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// See [`TlsError`].
    pub fn read(files: Files) -> Result<Self, TlsError> {
        let used = Used::read(&files, &files.contents()?)?;
        Ok(Self { files, used: RwLock::new(used) })
    }

    /// Reads the files again where they have changed; connections that are open go on. Says whether they had.
    ///
    /// # Errors
    ///
    /// See [`TlsError`]: what was used before is used still.
    pub fn read_again(&self) -> Result<bool, TlsError> {
        let contents = self.files.contents()?;
        if self.used.read().unwrap_or_else(PoisonError::into_inner).print == contents.print() {
            return Ok(false);
        }
        let used = Used::read(&self.files, &contents)?;
        *self.used.write().unwrap_or_else(PoisonError::into_inner) = used;
        Ok(true)
    }

    /// When the certificate ends that is shown now, where it says so.
    pub fn ends_at(&self) -> Option<Instant> {
        self.used.read().unwrap_or_else(PoisonError::into_inner).ends_at
    }

    /// Looks at the files again and again, and tells each time when the certificate that is shown ends. Never ends itself.
    pub async fn follow(self: Arc<Self>, told: impl Fn(Instant) + Send) {
        loop {
            self.ends_at().map(&told);
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
