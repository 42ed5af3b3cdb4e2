//! A connection whose answers go out together.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tonic::transport::server::Connected;

use crate::arrival::Arrival;

/// A connection that lets the tasks that are ready run before it writes, once for each time that it is flushed.
///
/// The ledger answers a whole batch of commands at once. Without this the first of them that is done wakes the
/// connection, which runs next and sends that one answer, and so on for each: as many system calls as answers.
pub(crate) struct Gather<C> {
    connection: C,
    /// How its calls came.
    arrival: Arrival,
    /// Whether the others have had their turn since the last flush.
    waited: bool,
}

impl<C> Gather<C> {
    pub(crate) const fn new(connection: C, arrival: Arrival) -> Self {
        Self { connection, arrival, waited: false }
    }

    /// A task that wakes itself while it runs goes behind those that are ready.
    fn let_others_run(&mut self, context: &Context<'_>) -> Poll<()> {
        if self.waited {
            return Poll::Ready(());
        }
        self.waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<C> Connected for Gather<C> {
    type ConnectInfo = Arrival;

    fn connect_info(&self) -> Arrival {
        self.arrival.clone()
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for Gather<C> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(context, buffer)
    }
}

impl<C: AsyncWrite + Unpin> AsyncWrite for Gather<C> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        std::task::ready!(self.let_others_run(context));
        Pin::new(&mut self.connection).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        std::task::ready!(self.let_others_run(context));
        Pin::new(&mut self.connection).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.waited = false;
        Pin::new(&mut self.connection).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::task::Waker;

    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn what_is_ready_runs_before_anything_is_written() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let (writer, other) = (Arc::clone(&order), Arc::clone(&order));
        let writer = tokio::spawn(async move {
            let mut connection = Gather::new(Vec::new(), Arrival::default());
            connection.write_all(b"answer").await.unwrap();
            writer.lock().unwrap().push("written");
            connection.connection
        });
        let other = tokio::spawn(async move { other.lock().unwrap().push("ready") });
        other.await.unwrap();
        assert_eq!(writer.await.unwrap(), b"answer");
        assert_eq!(*order.lock().unwrap(), ["ready", "written"]);
    }

    #[test]
    fn the_others_have_their_turn_once_for_each_flush() {
        let mut connection = Gather::new(Vec::new(), Arrival::default());
        let mut connection = Pin::new(&mut connection);
        let mut context = Context::from_waker(Waker::noop());
        assert!(connection.as_mut().poll_write(&mut context, b"a").is_pending());
        assert!(connection.as_mut().poll_write(&mut context, b"a").is_ready());
        assert!(connection.as_mut().poll_write(&mut context, b"b").is_ready());
        assert!(connection.as_mut().poll_flush(&mut context).is_ready());
        assert!(connection.as_mut().poll_write(&mut context, b"c").is_pending());
    }
}
