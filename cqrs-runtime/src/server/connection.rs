use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A connection whose client is to take what is written to it: nobody else would notice one that does not, since an answer
/// is kept until it is taken.
#[derive(Debug)]
pub(super) struct Connection<S> {
    stream: S,
    timeout: Duration,
    /// Since the client has taken nothing.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Connection<S> {
    /// Writes fail after the client has taken nothing for that long.
    pub(super) fn new(stream: S, timeout: Duration) -> Self {
        Self { stream, timeout, waiting: None }
    }

    fn within<T>(&mut self, progress: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            self.waiting = None;
            return progress;
        }
        let timeout = self.timeout;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(timeout)));
        waiting.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(progress, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.within(progress, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // What a socket was given is the operating system's: neither of these waits for the client.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::advance;

    use super::*;

    /// Takes a byte whenever it is told to.
    struct Reluctant {
        takes: bool,
    }

    impl AsyncWrite for Reluctant {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            if std::mem::take(&mut self.takes) { Poll::Ready(Ok(1)) } else { Poll::Pending }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    async fn write(connection: &mut Connection<Reluctant>) -> Poll<Result<usize, io::ErrorKind>> {
        let written = poll_fn(|context| Poll::Ready(Pin::new(&mut *connection).poll_write(context, b"bytes"))).await;
        written.map_err(|error| error.kind())
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_has_all_of_the_time_after_each_byte() {
        let mut connection = Connection::new(Reluctant { takes: true }, Duration::from_secs(30));
        assert_eq!(write(&mut connection).await, Poll::Ready(Ok(1)));
        // It did not have to take anything meanwhile.
        advance(Duration::from_mins(1)).await;
        for _ in 0..3 {
            assert_eq!(write(&mut connection).await, Poll::Pending);
            advance(Duration::from_secs(20)).await;
            assert_eq!(write(&mut connection).await, Poll::Pending);
            connection.stream.takes = true;
            assert_eq!(write(&mut connection).await, Poll::Ready(Ok(1)));
        }
        assert_eq!(write(&mut connection).await, Poll::Pending);
        advance(Duration::from_secs(31)).await;
        assert_eq!(write(&mut connection).await, Poll::Ready(Err(io::ErrorKind::TimedOut)));
    }
}
