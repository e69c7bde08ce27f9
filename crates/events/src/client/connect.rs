//! Connections that go to addresses which were looked at.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use cartola_store::outbox::AttemptFailure;
use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::Resolver;
use crate::Reach;
use crate::url::{Host, host, port};

/// Addresses of a name that are tried.
const MAX_TRIED: usize = 4;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// One of the addresses is not admitted.
    #[error("the name leads to an address that is not called")]
    Forbidden,
    /// The name has no address.
    #[error("the name does not resolve")]
    Unresolved,
    /// No address answered.
    #[error("no connection")]
    Unreachable(#[source] io::Error),
}

impl Refused {
    /// As the log of attempts calls it.
    pub const fn failure(&self) -> AttemptFailure {
        match self {
            Self::Forbidden => AttemptFailure::Forbidden,
            Self::Unresolved => AttemptFailure::Unresolved,
            Self::Unreachable(_) => AttemptFailure::Unreachable,
        }
    }
}

/// Makes connections, and none that is not admitted.
#[derive(Clone)]
pub struct Guarded {
    reach: Reach,
    resolver: Arc<dyn Resolver>,
}

impl Guarded {
    pub fn new(reach: Reach, resolver: Arc<dyn Resolver>) -> Self {
        Self { reach, resolver }
    }

    pub fn admits(&self, address: IpAddr) -> bool {
        self.reach.admits(address)
    }

    pub async fn resolve(&self, name: &str, port: u16) -> Result<Vec<IpAddr>, Refused> {
        match self.resolver.resolve(name, port).await {
            Ok(addresses) if !addresses.is_empty() => Ok(addresses),
            Ok(_) | Err(_) => Err(Refused::Unresolved),
        }
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, Refused> {
        let port = port(&uri);
        let addresses = match host(&uri) {
            Host::Address(address) => vec![address],
            Host::Name(name) => self.resolve(name, port).await?,
        };
        // One that is forbidden makes the others suspicious.
        if !addresses.iter().all(|address| self.admits(*address)) {
            return Err(Refused::Forbidden);
        }
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses.into_iter().take(MAX_TRIED) {
            match TcpStream::connect(SocketAddr::new(address, port)).await {
                Ok(stream) => return Ok(TokioIo::new(stream)),
                Err(error) => last = error,
            }
        }
        Err(Refused::Unreachable(last))
    }
}

impl Service<Uri> for Guarded {
    type Response = TokioIo<TcpStream>;
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Refused>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
