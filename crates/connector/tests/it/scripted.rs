//! Something that sends to nowhere and answers from a list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cartola_connector::{
    Answer, ConnectorError, Context, Deadline, ErrorKind, Exchange, HeaderMap, HeaderValue, Method,
    Request, StatusCode,
};
use cartola_primitives::clock::ManualClock;
use cartola_primitives::id::RequestId;
use cartola_primitives::randomness::SeededRandomness;
use tokio::time::Instant;

/// What happens to one attempt.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Status(u16),
    StatusAfter(u16, &'static str),
    Down,
    Unreachable,
    Hang,
}

/// Takes the steps in turn, then answers 200. Notes when each attempt came.
#[derive(Clone, Default)]
pub struct Scripted {
    steps: Arc<Mutex<VecDeque<Step>>>,
    attempts: Arc<Mutex<Vec<Instant>>>,
}

impl Scripted {
    pub fn new(steps: &[Step]) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.iter().copied().collect())), ..Self::default() }
    }

    pub fn attempts(&self) -> usize {
        self.attempts.lock().unwrap().len()
    }

    /// Milliseconds between the first attempt and each.
    pub fn times(&self) -> Vec<u128> {
        let attempts = self.attempts.lock().unwrap();
        attempts.iter().map(|at| at.duration_since(attempts[0]).as_millis()).collect()
    }
}

#[async_trait]
impl Exchange for Scripted {
    #[allow(clippy::disallowed_methods, reason = "the paused time of the test's runtime")]
    async fn send(&self, request: &Request, _: &Context) -> Result<Answer, ConnectorError> {
        self.attempts.lock().unwrap().push(Instant::now());
        let step = self.steps.lock().unwrap().pop_front().unwrap_or(Step::Status(200));
        let down = || ConnectorError::new(ErrorKind::InstitutionDown, request.operation, "down");
        match step {
            Step::Status(status) => Ok(answer(status, None)),
            Step::StatusAfter(status, seconds) => Ok(answer(status, Some(seconds))),
            Step::Down => Err(down()),
            Step::Unreachable => Err(down().before_sending()),
            Step::Hang => std::future::pending().await,
        }
    }
}

fn answer(status: u16, retry_after: Option<&'static str>) -> Answer {
    let mut headers = HeaderMap::new();
    if let Some(seconds) = retry_after {
        headers.insert("retry-after", HeaderValue::from_static(seconds));
    }
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers, body: Bytes::new() }
}

pub fn request() -> Request {
    Request::new("test", Method::GET, "/")
}

/// A context with so much time.
pub fn context(time: Duration) -> Context {
    Context::new(
        RequestId::from_bytes([1; 16]),
        Arc::new(ManualClock::new("2026-11-20T15:00:00Z".parse().unwrap())),
        Arc::new(SeededRandomness::new(1)),
        Deadline::after(time),
    )
}
