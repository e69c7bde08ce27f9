//! What is known of a request while it is served.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use cartola_engine::Engine;
use cartola_model::Principal;
use cartola_model::access::Actor;
use cartola_primitives::id::{RequestId, TenantId};

/// Carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from a caller, in bytes.
pub const MAX_REQUEST_ID_BYTES: usize = 64;

/// One request. The layer makes it; extractors fill it.
#[derive(Debug)]
pub struct RequestContext {
    id: HeaderValue,
    who: OnceLock<(TenantId, Actor)>,
    reading: AtomicBool,
}

impl RequestContext {
    /// A request's context, under the caller's id where that is a sane one.
    pub(crate) fn begin(headers: &HeaderMap, engine: &Engine) -> Arc<Self> {
        let id = headers.get(REQUEST_ID).filter(|id| sane(id)).cloned();
        let id = id.unwrap_or_else(|| {
            HeaderValue::try_from(engine.mint::<RequestId>().to_string())
                .expect("an id is letters, digits and an underscore")
        });
        Arc::new(Self { id, who: OnceLock::new(), reading: AtomicBool::new(false) })
    }

    /// The context of the request with these extensions.
    pub fn of(extensions: &Extensions) -> Option<&Arc<Self>> {
        extensions.get()
    }

    /// The request's id.
    pub fn id(&self) -> &str {
        self.id.to_str().expect("an id is visible ASCII: minted so, or checked")
    }

    pub(crate) fn id_header(&self) -> HeaderValue {
        self.id.clone()
    }

    /// Whose request it is, once that is known.
    pub fn who(&self) -> Option<(TenantId, Actor)> {
        self.who.get().copied()
    }

    pub(crate) fn recognise(&self, principal: &Principal) {
        // A second principal of one request would be the same one.
        let _ = self.who.set((principal.tenant, principal.actor));
    }

    /// Whether the body is still arriving: decides who is to blame for a time-out.
    pub(crate) fn is_reading(&self) -> bool {
        self.reading.load(Ordering::Relaxed)
    }

    /// Notes that the body is being read, until what is returned is dropped after the last byte.
    pub fn reading(extensions: &Extensions) -> Reading {
        let context = Self::of(extensions).cloned();
        if let Some(context) = &context {
            context.reading.store(true, Ordering::Relaxed);
        }
        Reading { context }
    }
}

/// The body of a request is being read.
pub struct Reading {
    context: Option<Arc<RequestContext>>,
}

impl Reading {
    /// All of it has arrived. A reading that is cut short says nothing.
    pub fn done(self) {
        if let Some(context) = &self.context {
            context.reading.store(false, Ordering::Relaxed);
        }
    }
}

fn sane(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    (1..=MAX_REQUEST_ID_BYTES).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}
