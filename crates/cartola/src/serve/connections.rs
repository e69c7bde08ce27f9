//! Connections: so many at a time, each with a limit on how slowly it may ask.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use cartola_http::Peer;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::config::{Limits, seconds};

/// How long to wait when the process has no file left for another connection.
const BREATHER: Duration = Duration::from_millis(200);

/// Most bytes of a request's head.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// A listener and the connections that it has taken.
pub struct Connections {
    listener: TcpListener,
    router: Router,
    protocol: http1::Builder,
    room: Arc<Semaphore>,
    open: GracefulShutdown,
}

impl Connections {
    /// Will take connections from the listener and hand their requests to the router.
    pub fn new(listener: TcpListener, router: Router, limits: &Limits) -> Self {
        let mut protocol = http1::Builder::new();
        protocol
            .timer(TokioTimer::new())
            .header_read_timeout(seconds(limits.header_seconds))
            .max_buf_size(MAX_HEAD_BYTES);
        let room = usize::try_from(limits.connections.get()).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            listener,
            router,
            protocol,
            room: Arc::new(Semaphore::new(room)),
            open: GracefulShutdown::new(),
        }
    }

    /// Takes connections until told to stop.
    pub async fn take_until(&mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => return,
                taken = self.take() => match taken {
                    Ok((stream, peer, place)) => self.serve(stream, peer, place),
                    Err(error) => {
                        tracing::warn!(error = %error, "serve.connection.not_taken");
                        tokio::time::sleep(BREATHER).await;
                    }
                }
            }
        }
    }

    /// Waits for room, then for a connection; those beyond wait with the system.
    async fn take(&self) -> io::Result<(TcpStream, Peer, OwnedSemaphorePermit)> {
        let place = self.room.clone().acquire_owned().await.map_err(io::Error::other)?;
        let (stream, address) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        Ok((stream, Peer(address.ip()), place))
    }

    fn serve(&self, stream: TcpStream, peer: Peer, place: OwnedSemaphorePermit) {
        let service = self.router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = self.protocol.serve_connection(TokioIo::new(stream), service);
        let connection = self.open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "serve.connection.broken");
            }
            drop(place);
        });
    }

    /// Lets the requests under way end, for so long at most.
    pub async fn drain(self, limit: Duration) {
        let Self { open, listener, .. } = self;
        drop(listener);
        if tokio::time::timeout(limit, open.shutdown()).await.is_err() {
            tracing::warn!(limit_seconds = limit.as_secs(), "serve.requests_cut_off");
        }
    }
}
