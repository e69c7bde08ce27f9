//! What a call to an institution is made with.

mod door;

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use cartola_primitives::id::RequestId;
use cartola_primitives::{Clock, Date, Randomness, Timestamp, santiago};
use data_encoding::HEXLOWER;
use http::HeaderValue;
use tokio::time::Instant;

use crate::ConnectorError;

pub use door::Doorkeeper;

use door::Door;

/// Who asks, from which device, until when, by which clock and randomness. It has accessors only,
/// so that one more thing in it touches no connector.
#[derive(Clone)]
pub struct Context {
    request: RequestId,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    deadline: Deadline,
    device: Option<DeviceId>,
    door: Option<Door>,
}

impl Context {
    /// A context for the work that `request` names in logs.
    pub fn new(
        request: RequestId,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        deadline: Deadline,
    ) -> Self {
        Self { request, clock, randomness, deadline, device: None, door: None }
    }

    /// With the device that this link has used before, as the vault keeps it.
    #[must_use]
    pub fn with_device(mut self, device: DeviceId) -> Self {
        self.device = Some(device);
        self
    }

    /// With somebody who has the last word before the first request leaves; of this context and its
    /// clones together, until one has left. It is refused when the keeper is gone.
    #[must_use]
    pub fn with_doorkeeper(mut self, keeper: Weak<dyn Doorkeeper>) -> Self {
        self.door = Some(Door::new(keeper));
        self
    }

    /// With another deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    /// What logs name the work by.
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// Until when an answer is of use.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Asks for leave, unless it was given before. Every [`crate::Endpoint`] does so; what sends by
    /// other means must, before its first request.
    pub async fn enter(&self) -> Result<(), ConnectorError> {
        match &self.door {
            Some(door) => door.pass().await,
            None => Ok(()),
        }
    }

    /// Whether somebody is still to be asked for leave.
    pub fn is_outside(&self) -> bool {
        self.door.as_ref().is_some_and(|door| !door.is_passed())
    }

    /// Notes what became of a request: one that never left leaves outside whoever has sent nothing yet,
    /// and the doorkeeper is told.
    pub(crate) async fn sent(&self, outcome: Result<(), &ConnectorError>) {
        let Some(door) = &self.door else { return };
        match outcome {
            Err(error) if error.unsent => door.kept(error).await,
            Ok(()) | Err(_) => door.left(),
        }
    }

    /// Tells the doorkeeper how signing in ended.
    pub(crate) async fn signed_in(&self, outcome: Result<(), &ConnectorError>) {
        if let Some(door) = &self.door {
            door.ended(outcome).await;
        }
    }

    /// Now, by the business clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Today in Santiago.
    pub fn today(&self) -> Date {
        santiago::today(self.clock.now())
    }

    /// Random bytes.
    pub fn randomness(&self) -> &dyn Randomness {
        &*self.randomness
    }

    /// The link's device, where it has one.
    pub const fn known_device(&self) -> Option<&DeviceId> {
        self.device.as_ref()
    }

    /// The link's device, or a new one where it has none. The engine gives a link its device
    /// before the first session: to a bank, a new one is a reason for suspicion.
    pub fn device(&self) -> DeviceId {
        self.device.clone().unwrap_or_else(|| DeviceId::mint(self.randomness()))
    }
}

/// Bytes of randomness in a minted device id.
const DEVICE_ID_BYTES: usize = 16;

/// Longest device id, in characters.
pub const MAX_DEVICE_ID: usize = 64;

/// What a bank knows a device by, the same for all sessions of one link: letters, digits and
/// hyphens. Whoever has it passes for the device, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceId(String);

/// The text is no device id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a device id is 1 to {MAX_DEVICE_ID} letters, digits and hyphens")]
pub struct DeviceIdError;

impl DeviceId {
    /// Reads one that was kept.
    pub fn parse(text: &str) -> Result<Self, DeviceIdError> {
        let sound = (1..=MAX_DEVICE_ID).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if sound { Ok(Self(text.to_owned())) } else { Err(DeviceIdError) }
    }

    /// A new one: 32 hexadecimal digits.
    pub fn mint(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; DEVICE_ID_BYTES];
        randomness.fill(&mut bytes);
        Self(HEXLOWER.encode(&bytes))
    }

    /// The text, for the vault and the request that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The value of a header, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        let mut value = HeaderValue::from_str(&self.0)
            .expect("letters, digits and hyphens stand in every header");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DeviceId(…)")
    }
}

/// The moment after which an answer is of no use, on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    #[allow(clippy::disallowed_methods, reason = "a deadline runs on monotonic time")]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }

    /// The time that is left, zero when it has passed.
    #[allow(clippy::disallowed_methods, reason = "a deadline runs on monotonic time")]
    pub fn remaining(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}
