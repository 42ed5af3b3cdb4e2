//! Connections, once both sides have proven who they are.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use concord_access::PresentedCertificate;
use futures::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;

use crate::{ServerTls, certificate};

/// How long a caller may take to prove who they are.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Callers that do so at once; more wait to be accepted.
const HANDSHAKES: usize = 512;

/// Connections that are ready and not taken over yet.
const READY: usize = 64;

/// Before the listener is asked again when it has failed, out of open files for example.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection over TLS.
pub struct Secured {
    stream: TlsStream<TcpStream>,
    address: SocketAddr,
    certificate: Option<PresentedCertificate>,
}

impl Secured {
    /// Where the caller is.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate that the caller has shown, signed by an authority that is known. `None` when they showed none.
    pub const fn certificate(&self) -> Option<&PresentedCertificate> {
        self.certificate.as_ref()
    }
}

/// The connections of `listener`. One that proves nothing in time, or speaks no TLS, is closed and holds up no other.
pub fn accept(listener: TcpListener, tls: Arc<ServerTls>) -> impl Stream<Item = Secured> + Send {
    let (ready, connections) = mpsc::channel(READY);
    tokio::spawn(async move {
        let places = Arc::new(Semaphore::new(HANDSHAKES));
        loop {
            let next = tokio::select! {
                next = one(&listener, &places) => next,
                () = ready.closed() => return,
            };
            match next {
                Ok((stream, address, place)) => {
                    let (acceptor, ready) = (TlsAcceptor::from(tls.config()), ready.clone());
                    tokio::spawn(async move {
                        let proven = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
                        drop(place);
                        let proven = proven.ok().and_then(Result::ok);
                        if let Some(secured) = proven.and_then(|stream| secured(stream, address)) {
                            // Nobody takes it when the service is closing.
                            let _closing = ready.send(secured).await;
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a caller cannot be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    });
    ReceiverStream::new(connections)
}

async fn one(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    // An answer must not wait for the caller's delayed acknowledgement.
    stream.set_nodelay(true)?;
    Ok((stream, address, place))
}

/// Nothing of a caller whose certificate cannot be read: they have shown who they are, and nobody knows whom.
fn secured(stream: TlsStream<TcpStream>, address: SocketAddr) -> Option<Secured> {
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let certificate = match shown {
        None => None,
        Some(der) => Some(certificate::read(der)?),
    };
    Some(Secured { stream, address, certificate })
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
