//! The box as a server: the world, who is logged in, and what is made to go wrong.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use cartola_primitives::Randomness;

use crate::bank;
use crate::door::Sessions;
use crate::faults::Faults;
use crate::levers;
use crate::phone;
use crate::portal;
use crate::post::Post;
use crate::world::World;

/// Largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 64 << 10;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    world: Arc<World>,
    randomness: Arc<dyn Randomness>,
    sessions: Sessions,
    faults: Faults,
    post: Arc<dyn Post>,
}

impl Sandbox {
    /// A box that serves that world. Tokens are made of `randomness`, and `post` posts what levers are
    /// told to. Sessions and faults live as long as the process; everything else is in the world's
    /// file.
    pub fn new(world: Arc<World>, randomness: Arc<dyn Randomness>, post: Arc<dyn Post>) -> Self {
        let (sessions, faults) = (Sessions::default(), Faults::default());
        Self { inner: Arc::new(Inner { world, randomness, sessions, faults, post }) }
    }

    /// All services of the box: each bank's under `/banks/{institution}`, the other institutions'
    /// under `/{institution}`, phones under `/phone`, the levers under `/_sandbox`.
    pub fn router(self) -> Router {
        Router::new()
            .nest("/banks/{institution}", bank::router(&self))
            .merge(portal::router(&self))
            .merge(phone::router())
            .merge(levers::router())
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self)
    }

    /// The world that is served.
    pub fn world(&self) -> &Arc<World> {
        &self.inner.world
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    pub(crate) fn post(&self) -> &dyn Post {
        &*self.inner.post
    }

    pub(crate) fn randomness(&self) -> &dyn Randomness {
        &*self.inner.randomness
    }

    /// Does something that draws up months or waits for the disk, off the server's own threads. What
    /// was done is on the disk then; where it cannot be brought there, nobody is told of it, ever.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> T {
        let sandbox = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&sandbox);
            sandbox.world().sync().map(|()| done)
        });
        let done = done.await;
        match done.expect("work on the world does not panic, and the runtime outlives its requests")
        {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "sandbox.log.not_synced");
                std::future::pending().await
            }
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}
