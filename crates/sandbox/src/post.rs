//! Who posts what a lever is told to post.

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::HeaderMap;

/// Posts to URLs that somebody gave to a lever. Whoever serves the box says by whom: it calls no address
/// of the network that the box stands in.
#[async_trait]
pub trait Post: Send + Sync {
    /// Posts a body once, and gives the status that was answered.
    async fn post(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<u16, PostError>;
}

/// Why nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The URL is none that is called, as one sentence without an end.
    #[error("{0}")]
    Refused(String),
    /// There was no answer.
    #[error("nobody has answered")]
    Unanswered,
}
