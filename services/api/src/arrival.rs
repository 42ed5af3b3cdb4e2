//! How a call came: over which connection, and whose certificate was shown on it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use concord_access::{AuthError, Authenticator, Identity};
use concord_tls::Secured;
use tokio::net::TcpStream;
use tokio::task::futures::TaskLocalFuture;
use tonic::codegen::http::Request;
use tower::{Layer, Service};

/// Addresses of one network this long are of one caller: who has one of them has all. Source: RFC 6177, a site's /64.
const NETWORK_BITS: u32 = 64;

tokio::task_local! {
    /// Set while a call is at work, by [`Arriving`] alone. A task that a call begins has none, and so no certificate.
    static ARRIVAL: Arrival;
}

/// What is known of a caller before they have said anything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrival {
    /// Where failed attempts to come in are counted. `None` on this machine: a proxy that speaks for many may be there.
    pub(crate) address: Option<IpAddr>,
    /// Whose certificate was shown, or why it says nothing here; `None` when none was.
    pub(crate) certificate: Option<Result<Arc<Identity>, AuthError>>,
}

impl Arrival {
    /// One that came in the clear.
    pub(crate) fn plain(connection: &TcpStream) -> Self {
        let address = connection.peer_addr().ok().map(|address: SocketAddr| address.ip());
        Self { address: address.filter(|address| !address.is_loopback()).map(network), certificate: None }
    }

    /// One over TLS, whose certificate `authenticator` knows or does not.
    pub(crate) fn secured(connection: &Secured, authenticator: &Authenticator) -> Self {
        let certificate = connection.certificate().map(|shown| authenticator.certified(shown));
        Self { address: Some(network(connection.address().ip())), certificate }
    }

    /// That of the call that is at work.
    pub(crate) fn current() -> Self {
        ARRIVAL.try_with(Self::clone).unwrap_or_default()
    }
}

/// What is one caller's of an address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (u128::BITS - NETWORK_BITS))).into()
        }
    }
}

/// Has every call know how it came. The connection's word is taken from the extensions of the request, where no caller can
/// put anything.
#[derive(Clone, Copy)]
pub(crate) struct Arrivals;

impl<S> Layer<S> for Arrivals {
    type Service = Arriving<S>;

    fn layer(&self, inner: S) -> Arriving<S> {
        Arriving(inner)
    }
}

/// A service whose calls know how they came.
#[derive(Clone)]
pub(crate) struct Arriving<S>(S);

impl<S: Service<Request<B>>, B> Service<Request<B>> for Arriving<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = TaskLocalFuture<Arrival, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let arrival = request.extensions_mut().remove().unwrap_or_default();
        ARRIVAL.scope(arrival, self.0.call(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_network_has_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"), "one address, however it is written");
    }
}
