//! Who we are to the server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// How old what was read of a token file may be. Whoever writes it replaces a token at least so long before its end.
const READ_EVERY: Duration = Duration::from_secs(10);

/// A connection that carries the token.
pub type Authorised = InterceptedService<Channel, Bearer>;

/// A token, added to every call. `Debug` tells nothing of it.
#[derive(Clone)]
pub struct Bearer(Credential);

#[derive(Clone)]
enum Credential {
    /// The connection's certificate says who we are.
    Certificate,
    Token(MetadataValue<Ascii>),
    File(Arc<TokenFile>),
}

/// The token holds characters that no header may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not one that a header can carry")]
pub struct InvalidToken;

/// No token can be read from a file.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// The file cannot be read.
    #[error("the token file {path} cannot be read")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// It holds no token.
    #[error(transparent)]
    Token(#[from] InvalidToken),
}

/// A file whose token somebody else replaces before it ends.
struct TokenFile {
    path: PathBuf,
    last: Mutex<(Instant, MetadataValue<Ascii>)>,
}

impl Bearer {
    /// Takes the token as `concord token` prints it.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when no header can carry it.
    pub fn new(token: &str) -> Result<Self, InvalidToken> {
        Ok(Self(Credential::Token(header(token)?)))
    }

    /// Takes the token in the file at `path`, and reads it again every 10 s while calls are made.
    ///
    /// # Errors
    ///
    /// [`TokenFileError`] when there is none now. Later the last one is used until there is another.
    pub fn from_file(path: &Path) -> Result<Self, TokenFileError> {
        let last = Mutex::new((Instant::now(), read(path)?));
        Ok(Self(Credential::File(Arc::new(TokenFile { path: path.to_owned(), last }))))
    }

    /// No token: the certificate that the connection shows says who we are.
    pub const fn by_certificate() -> Self {
        Self(Credential::Certificate)
    }

    /// Whether a token is sent.
    pub(crate) const fn is_token(&self) -> bool {
        !matches!(self.0, Credential::Certificate)
    }
}

impl TokenFile {
    fn token(&self) -> MetadataValue<Ascii> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0.elapsed() >= READ_EVERY {
            // One that cannot be read just now is being replaced; the server says when the old one has ended.
            let token = read(&self.path).unwrap_or_else(|_| last.1.clone());
            *last = (Instant::now(), token);
        }
        last.1.clone()
    }
}

fn read(path: &Path) -> Result<MetadataValue<Ascii>, TokenFileError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|cause| TokenFileError::File { path: path.to_owned(), cause })?;
    Ok(header(&text)?)
}

fn header(token: &str) -> Result<MetadataValue<Ascii>, InvalidToken> {
    let mut value: MetadataValue<Ascii> =
        format!("Bearer {}", token.trim()).parse().map_err(|_| InvalidToken)?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer([redacted])")
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let token = match &self.0 {
            Credential::Certificate => return Ok(request),
            Credential::Token(token) => token.clone(),
            Credential::File(file) => file.token(),
        };
        request.metadata_mut().insert("authorization", token);
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_replaced_is_sent_and_one_that_is_gone_is_kept() {
        let folder = std::env::temp_dir().join(format!("concord-token-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("token");
        assert!(matches!(Bearer::from_file(&path), Err(TokenFileError::File { .. })));
        std::fs::write(&path, "first\n").unwrap();
        let Bearer(Credential::File(file)) = Bearer::from_file(&path).unwrap() else { panic!("a file") };
        std::fs::write(&path, "second\n").unwrap();
        assert_eq!(file.token().to_str().unwrap(), "Bearer first", "it was read a moment ago");
        let long_ago = || file.last.lock().unwrap().0 = Instant::now().checked_sub(READ_EVERY).unwrap();
        long_ago();
        assert_eq!(file.token().to_str().unwrap(), "Bearer second");
        std::fs::remove_dir_all(&folder).unwrap();
        long_ago();
        assert_eq!(file.token().to_str().unwrap(), "Bearer second");
    }
}
