//! The box as a server: the world, who is logged in, and what is made to go wrong.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use cartola_primitives::Randomness;
use tokio::sync::{Mutex, Notify};

use crate::bank;
use crate::door::Sessions;
use crate::faults::Faults;
use crate::levers::{self, Refusal};
use crate::phone;
use crate::portal;
use crate::post::Post;
use crate::world::{LogError, World};

/// Largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 64 << 10;

tokio::task_local! {
    /// Raised when what the request that is served here did, or was told, is not on the disk.
    static LOST: Arc<Notify>;
}

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
    /// Held by whoever brings to the disk what all have done.
    syncing: Mutex<()>,
}

impl Sandbox {
    /// A box that serves that world. Tokens are made of `randomness`, and `post` posts what levers are
    /// told to. Sessions and faults live as long as the process; everything else is in the world's
    /// file.
    pub fn new(world: Arc<World>, randomness: Arc<dyn Randomness>, post: Arc<dyn Post>) -> Self {
        let (sessions, faults) = (Sessions::default(), Faults::default());
        let syncing = Mutex::default();
        Self { inner: Arc::new(Inner { world, randomness, sessions, faults, post, syncing }) }
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
            .layer(from_fn(tell_of_lost))
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
    /// was done is on the disk then; where it cannot be brought there, whoever asked is told that, and nothing
    /// else: this never comes back.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> T {
        let sandbox = self.clone();
        let told = off_threads(move || {
            let told = work(&sandbox);
            (told, sandbox.world().done())
        });
        let (told, done) = told.await;
        self.told_once_on_disk(told, done).await
    }

    /// The same on the thread that serves the request: for doors, transfers and looks at a phone, which
    /// draw up the flows of a balance twice at most.
    pub(crate) async fn acting<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        let told = work(self);
        self.told_once_on_disk(told, self.world().done()).await
    }

    async fn told_once_on_disk<T>(&self, told: T, done: u64) -> T {
        match self.on_disk(done).await {
            Ok(()) => told,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "sandbox.log.not_synced");
                LOST.try_with(|lost| lost.notify_one()).expect(
                    "work on the world is asked for by requests, each under `tell_of_lost`",
                );
                std::future::pending().await
            }
        }
    }

    /// Comes back when the disk has that much of what was done. One at a time brings there what all have
    /// done, while the others wait without a thread. What was done for somebody who has hung up meanwhile
    /// is brought there with what is done next.
    async fn on_disk(&self, done: u64) -> Result<(), LogError> {
        if self.world().is_on_disk(done) {
            return Ok(());
        }
        let _turn = self.inner.syncing.lock().await;
        if self.world().is_on_disk(done) {
            return Ok(());
        }
        let world = Arc::clone(self.world());
        off_threads(move || world.sync()).await
    }
}

async fn off_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.expect("work on the world does not panic, and the runtime outlives its requests")
}

/// Answers in the stead of whatever serves the request once its work cannot be brought to the disk.
async fn tell_of_lost(request: Request, next: Next) -> Response {
    let lost = Arc::new(Notify::new());
    let served = LOST.scope(Arc::clone(&lost), next.run(request));
    tokio::select! {
        () = lost.notified() => Refusal::from(LogError::Broken).into_response(),
        response = served => response,
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use axum::body::{Body, Bytes, to_bytes};
    use axum::http::{HeaderMap, StatusCode};
    use cartola_primitives::clock::ManualClock;
    use cartola_primitives::randomness::SeededRandomness;
    use tower::ServiceExt;

    use super::*;
    use crate::post::PostError;

    const RUT: &str = "12.345.678-5";

    struct Nowhere;

    #[async_trait]
    impl Post for Nowhere {
        async fn post(&self, _: &str, _: HeaderMap, _: Bytes) -> Result<u16, PostError> {
            Err(PostError::Unanswered)
        }
    }

    async fn asked(router: &Router, request: Request) -> (StatusCode, String) {
        let response = router.clone().oneshot(request).await.expect("a router answers");
        let status = response.status();
        let body = to_bytes(response.into_body(), MAX_BODY_BYTES).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn who_asks_is_told_that_the_disk_has_failed_and_of_nothing_that_was_done() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::new("2026-11-20T15:00:00Z".parse().expect("an instant")));
        let world = Arc::new(World::open(folder.path(), None, clock).expect("a new box"));
        let randomness = Arc::new(SeededRandomness::new(1));
        let router = Sandbox::new(Arc::clone(&world), randomness, Arc::new(Nowhere)).router();
        let phones = format!("/_sandbox/phones/{RUT}");
        let phones = || Request::get(&phones).body(Body::empty()).expect("a request");
        assert_eq!(asked(&router, phones()).await.0, StatusCode::OK);
        world.lose_disk();
        let move_clock = Request::post("/_sandbox/clock").body(Body::from(r#"{"advance":"PT1H"}"#));
        for request in [move_clock.expect("a request"), phones()] {
            let (status, body) = asked(&router, request).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(body.contains("free some disk and start it again"), "{body}");
        }
    }
}
