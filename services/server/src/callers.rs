//! Who may come in: tokens of development, an issuer's, certificates.

use std::sync::Arc;

use concord_access::{Authenticator, IssuedTokens, Tokens};
use concord_kernel::{Clock, Instant};
use concord_oidc::{FetchError, Fetches, InvalidSource, TrustError, follow};
use concord_telemetry::{as_f64, metric};
use concord_tls::{ServerTls, TlsError};

use crate::config::{Callers, Config};
use crate::key::{self, KeyError};
use crate::serve::{ServeError, Task, Tasks};

const MICROS: i64 = 1_000_000;

/// Why nobody can come in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallersError {
    /// The key of local tokens.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The place of the issuer's keys.
    #[error(transparent)]
    Source(#[from] InvalidSource),
    /// Who vouches for the issuer.
    #[error("nobody can be believed to be the issuer")]
    Trust(#[from] TrustError),
    /// The issuer's keys are in a file that holds none.
    #[error("the issuer's keys cannot be read")]
    Keys(#[from] FetchError),
    /// The certificate of the service.
    #[error("TLS cannot be spoken")]
    Tls(#[from] TlsError),
}

/// Makes what knows callers, as `config` says, and begins to follow the issuer's keys.
pub(crate) async fn authenticator(
    config: &Config,
    clock: &Arc<dyn Clock>,
    tasks: &mut Tasks,
) -> Result<Authenticator, CallersError> {
    let tokens = match config.callers() {
        Callers::Local => {
            if !config.listen.ip().is_loopback() {
                tracing::warn!(
                    "tokens.development: whoever has the token key is anybody they like, from any machine"
                );
            }
            key::tokens(&config.token_key())?.into()
        }
        Callers::Certified => Tokens::None,
        Callers::Issued => issued(config, clock, tasks).await?,
    };
    Ok(Authenticator::new(tokens).knowing(config.known_clients()))
}

async fn issued(config: &Config, clock: &Arc<dyn Clock>, tasks: &mut Tasks) -> Result<Tokens, CallersError> {
    let authorities = &config.oidc.authorities;
    let authorities = (!authorities.as_os_str().is_empty()).then_some(authorities.as_path());
    let fetches = Fetches::trusting(authorities)?;
    let (keys, follower) = follow(config.oidc.source()?, fetches, Arc::clone(clock));
    match follower.fetch().await {
        Ok(at) => fetched(at),
        Err(error) if follower.reads_a_file() => return Err(error.into()),
        // An issuer that is away must not keep the service from starting: callers with certificates need none of it.
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the issuer's keys are not known yet; nobody comes in with its tokens before they are"
        ),
    }
    tasks.keep(Task::Keys, follower.run(fetched));
    Ok(IssuedTokens::new(config.oidc.issuer(), keys).into())
}

fn fetched(at: Instant) {
    metric::SIGNING_KEYS_FETCHED.of([]).set(seconds(at));
}

fn ends(at: Instant) {
    metric::CERTIFICATE_END.of([]).set(seconds(at));
}

fn seconds(at: Instant) -> f64 {
    as_f64(u64::try_from(at.micros() / MICROS).unwrap_or_default())
}

/// What callers are shown over TLS, where it is spoken, and begins to follow its files.
pub(crate) fn tls(config: &Config, tasks: &mut Tasks) -> Result<Option<Arc<ServerTls>>, CallersError> {
    let Some(files) = config.tls.files() else { return Ok(None) };
    let tls = Arc::new(ServerTls::read(files)?);
    tasks.keep(Task::Certificate, Arc::clone(&tls).follow(ends));
    Ok(Some(tls))
}

impl From<CallersError> for ServeError {
    fn from(error: CallersError) -> Self {
        match error {
            CallersError::Key(error) => Self::Key(error),
            error @ (CallersError::Source(_)
            | CallersError::Trust(_)
            | CallersError::Keys(_)
            | CallersError::Tls(_)) => Self::Callers(error),
        }
    }
}
