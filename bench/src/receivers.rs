//! Receivers of callbacks on this machine, which take everything and say when it came.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::watch as stopwatch;

/// Several of them; gone when they are dropped.
pub struct Receivers {
    addresses: Vec<SocketAddr>,
    taken: Arc<Taken>,
    _serving: JoinSet<()>,
}

/// What came in, by id, and when.
struct Taken {
    calls: Mutex<Vec<(String, Instant)>>,
    count: watch::Sender<usize>,
}

impl Receivers {
    /// So many, each on a port of its own.
    pub async fn start(count: usize) -> anyhow::Result<Self> {
        let taken = Arc::new(Taken { calls: Mutex::default(), count: watch::Sender::new(0) });
        let (mut serving, mut addresses) = (JoinSet::new(), Vec::new());
        for _ in 0..count {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            addresses.push(listener.local_addr()?);
            let router = Router::new().route("/hooks", post(take)).with_state(taken.clone());
            serving.spawn(async move {
                if let Err(error) = axum::serve(listener, router).await {
                    eprintln!("a receiver ended: {error}");
                }
            });
        }
        Ok(Self { addresses, taken, _serving: serving })
    }

    /// Their URLs.
    pub fn urls(&self) -> Vec<String> {
        self.addresses.iter().map(|address| format!("http://{address}/hooks")).collect()
    }

    /// Ready once so many calls have come since the last [`Self::forget`].
    pub fn came(&self, count: usize) -> impl Future<Output = ()> + Send + use<> {
        let mut counted = self.taken.count.subscribe();
        async move {
            drop(counted.wait_for(|came| *came >= count).await);
        }
    }

    /// What came, by id, and forgets it.
    pub fn forget(&self) -> Vec<(String, Instant)> {
        self.taken.count.send_replace(0);
        let mut calls = self.taken.calls.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut calls)
    }
}

async fn take(State(taken): State<Arc<Taken>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let came = stopwatch::start();
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let signed = headers.contains_key("webhook-signature");
    if body.is_empty() || id.is_empty() || !signed {
        return StatusCode::BAD_REQUEST;
    }
    let mut calls = taken.calls.lock().unwrap_or_else(PoisonError::into_inner);
    calls.push((id.to_owned(), came));
    drop(calls);
    taken.count.send_modify(|count| *count += 1);
    StatusCode::NO_CONTENT
}

/// The value below which so many of a hundred lie.
pub fn percentile(values: &mut [f64], of_hundred: usize) -> anyhow::Result<f64> {
    values.sort_by(f64::total_cmp);
    let place = (values.len() * of_hundred).div_ceil(100).saturating_sub(1);
    values.get(place).copied().context("there are values")
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn ninety_nine_of_a_hundred() {
        let mut values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut values, 99).unwrap().to_string(), "198");
        assert_eq!(percentile(&mut values, 50).unwrap().to_string(), "100");
        assert!(percentile(&mut [], 99).is_err());
    }
}
