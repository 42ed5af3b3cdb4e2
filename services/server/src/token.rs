//! `concord token`: a signed token for local development.

use std::process::ExitCode;
use std::time::Duration;

use concord_kernel::{Actor, Clock, Credentials, PersonId, SystemClock};
use uuid::Uuid;

use crate::cli::Token;
use crate::config::{Callers, Config};
use crate::{Failed, key, out};

const SECONDS_PER_HOUR: u64 = 3_600;

/// Namespace of the persons that are made up from a role, so that the same role is the same person each time.
const MADE_UP: Uuid = Uuid::from_u128(0x5a1d_0c6e_39fb_5c7a_8e44_0b1e_6f2d_9a73);

/// Prints a token for the person that `options` describe.
pub(crate) fn print(options: &Token, config: &Config) -> Result<ExitCode, Failed> {
    if let Some(instead) = not_taken(config) {
        return Err(instead.into());
    }
    let person = options.person.unwrap_or_else(|| Uuid::new_v5(&MADE_UP, options.role.as_str().as_bytes()));
    let actor = Actor {
        id: PersonId::new(person),
        role: options.role,
        credentials: Credentials { schedules: options.schedules.clone() },
    };
    let lifetime = Duration::from_secs(options.hours * SECONDS_PER_HOUR);
    let organisation = options.organisation.as_ref();
    let tokens = key::tokens(&config.token_key())?;
    out::line(tokens.sign_for(&options.tenant, &actor, organisation, SystemClock.now(), lifetime))?;
    Ok(ExitCode::SUCCESS)
}

/// Why nobody would take such a token, and what to do instead.
fn not_taken(config: &Config) -> Option<&'static str> {
    match config.callers() {
        Callers::Local => None,
        Callers::Issued => Some(
            "local tokens are for development, and the configured service takes those of its issuer (oidc.issuer): sign in there",
        ),
        Callers::Certified => Some(
            "local tokens are for development, and the configured service listens to other machines: name an issuer (oidc.issuer) or \
             clients with certificates ([[clients]]), or say tokens.development = true",
        ),
    }
}
