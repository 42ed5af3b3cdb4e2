//! Who we are to the server.

use std::fmt;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// A connection that carries the token.
pub type Authorised = InterceptedService<Channel, Bearer>;

/// A token, added to every call. `Debug` tells nothing of it.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

/// The token holds characters that no header may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not one that a header can carry")]
pub struct InvalidToken;

impl Bearer {
    /// Takes the token as `concord token` prints it.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when no header can carry it.
    pub fn new(token: &str) -> Result<Self, InvalidToken> {
        let mut value: MetadataValue<Ascii> =
            format!("Bearer {}", token.trim()).parse().map_err(|_| InvalidToken)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer([redacted])")
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}
