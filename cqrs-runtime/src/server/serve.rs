use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use super::drain::Drain;
use super::metrics::{Counted, Metrics};
use super::options::ServerOptions;

/// How long to wait after no connection could be accepted: the process is out of file descriptors, for example.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections; axum's own loop limits neither their number nor the time for headers.
pub(super) struct Accepting {
    pub(super) router: Router,
    pub(super) options: ServerOptions,
    pub(super) metrics: Arc<Metrics>,
    pub(super) drain: Drain,
}

impl Accepting {
    /// Until the shutdown, and until what is open has ended, for as long as the options allow that.
    pub(super) async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => self.connect(stream),
                    Err(error) if is_of_one_connection(&error) => {}
                    Err(error) => {
                        tracing::warn!(%error, "can't accept a connection");
                        sleep(PAUSE).await;
                    }
                },
            }
        }
        // Nobody waits for a connection that would not be served.
        drop(listener);
        self.drain.begin();
        if timeout(self.options.drain_timeout, self.drain.ended()).await.is_err() {
            self.drain.cut_off();
            let message = "requests or sockets were cut off by the shutdown";
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        Ok(())
    }

    fn connect(&self, stream: TcpStream) {
        let counted =
            Counted::up_to(self.options.connections, Arc::clone(&self.metrics), |metrics| &metrics.connections);
        // One too many is closed without a word, which costs nothing.
        let Some(counted) = counted else { return };
        // Answers are written in one piece; waiting for more only delays them.
        let _ = stream.set_nodelay(true);
        let stream = Connection::new(stream, self.options.write_timeout);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.options.header_timeout)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router.clone()))
            .with_upgrades();
        let mut open = self.drain.open();
        tokio::spawn(async move {
            let _counted = counted;
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => Some(ended),
                () = open.draining() => {
                    // The request that it is at is answered; none follows.
                    connection.as_mut().graceful_shutdown();
                    open.unless_cut_off(connection).await
                }
            };
            match ended {
                Some(Ok(())) => {}
                Some(Err(error)) => tracing::debug!(%error, "a connection has ended"),
                None => tracing::debug!("a connection was cut off"),
            }
        });
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
