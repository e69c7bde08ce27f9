//! Where something is posted, and with which key.

use cartola_engine::EngineError;
use cartola_http::callbacks::{Callback, CallbackError, Callbacks, MessageOrder, TargetUrl};
use cartola_primitives::id::TenantId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::given::{Given, Mistake};

/// Longest value of `callbackApiKey`, bytes.
pub const MAX_API_KEY_BYTES: usize = 1_024;

/// The header that carries it.
const AUTHORIZATION: &str = "authorization";

/// Where something is posted. It is kept sealed only, and wiped when dropped.
#[derive(Serialize, Deserialize)]
pub struct Target {
    url: String,
    key: Option<String>,
}

impl Target {
    /// The URL and key of a body, checked: the URL leads to no address that is never called.
    pub async fn of(
        callbacks: &Callbacks,
        url: (&Given, &str),
        key: (&Given, &str),
    ) -> Result<Self, Mistake> {
        let ((url, member), (key, key_member)) = (url, key);
        let url = callbacks.check(url.text(member)?).await;
        let url = url.map_err(|error| Mistake::of(member, error))?;
        let key = key.optional_text(key_member)?;
        if key.is_some_and(|key| !is_header(key)) {
            let problem = format!("it must be 1 to {MAX_API_KEY_BYTES} printable ASCII characters");
            return Err(Mistake::of(key_member, problem));
        }
        Ok(Self { url: url.to_text(), key: key.map(str::to_owned) })
    }

    /// What a body says of it, for telling the same body from another.
    pub fn parts(&self) -> [Option<&str>; 2] {
        [Some(&self.url), self.key.as_deref()]
    }

    /// A message on its way there, signed as all of the tenant's are. The body is no longer than
    /// [`super::MAX_ANSWER_BYTES`].
    pub async fn message(
        &self,
        callbacks: &Callbacks,
        tenant: TenantId,
        body: Vec<u8>,
    ) -> Result<MessageOrder, EngineError> {
        let url = TargetUrl::parse(&self.url).expect("it was written from a URL");
        let mut headers: Vec<(String, String)> =
            self.key.iter().map(|key| (AUTHORIZATION.to_owned(), key.clone())).collect();
        let composed = callbacks.compose(tenant, Callback { url, headers: &headers, body }).await;
        for (_, key) in &mut headers {
            key.zeroize();
        }
        composed.map_err(|error| match error {
            CallbackError::Engine(error) => error,
            CallbackError::Destination(_) | CallbackError::TooLong => {
                unreachable!("the key was checked, and an answer has a longest length")
            }
        })
    }
}

fn is_header(key: &str) -> bool {
    key.len() <= MAX_API_KEY_BYTES
        && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && key.trim() == key
}

impl Drop for Target {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}
