//! Who asks.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use cartola_model::{Principal, Scope};

use crate::context::RequestContext;
use crate::gate::Gate;
use crate::problem::{Code, Problem};
use crate::refusal::Refusal;

/// Longest key that is looked at, in bytes. Ours have 72.
const MAX_KEY_BYTES: usize = 256;

/// A caller whose key is known and whose allowance is not used up.
pub struct Authenticated(Principal);

impl Authenticated {
    /// The caller, if the key has the scope.
    pub fn may(&self, scope: Scope) -> Result<&Principal, Problem> {
        if self.0.may(scope) {
            return Ok(&self.0);
        }
        Err(Problem::new(Code::ScopeMissing)
            .challenging(insufficient(scope))
            .with(|members| members.scope = Some(scope.name())))
    }
}

impl<S> FromRequestParts<S> for Authenticated
where
    Gate: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let gate = Gate::from_ref(state);
        let key = bearer(&parts.headers, MAX_KEY_BYTES)?;
        let principal = gate.engine().authenticate(key).await?;
        let principal = principal.ok_or_else(|| {
            Problem::new(Code::KeyUnknown)
                .challenging(r#"Bearer realm="cartola", error="invalid_token""#)
        })?;
        admit(&gate, &parts.extensions, &principal)
            .map_err(|seconds| Problem::new(Code::RateLimited).after(seconds))?;
        Ok(Self(principal))
    }
}

/// Takes one request of a caller's allowance, and notes whose request it is. The error is how long
/// to wait, in seconds.
pub fn admit(gate: &Gate, of: &Extensions, principal: &Principal) -> Result<(), u32> {
    if let Some(context) = RequestContext::of(of) {
        context.recognise(principal);
    }
    gate.rate()
        .take(principal.actor)
        .map_err(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
}

/// The bearer credential of a request (RFC 6750, §2.1), at most so many bytes long.
pub fn bearer(headers: &HeaderMap, longest: usize) -> Result<&str, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values
        .next()
        .ok_or_else(|| Problem::new(Code::KeyMissing).challenging(r#"Bearer realm="cartola""#))?;
    let malformed = || {
        Problem::new(Code::KeyMalformed)
            .challenging(r#"Bearer realm="cartola", error="invalid_request""#)
    };
    if values.next().is_some() {
        return Err(malformed());
    }
    let text = value.to_str().map_err(|_| malformed())?;
    let (scheme, key) = text.split_once(' ').ok_or_else(malformed)?;
    let key = key.trim_matches(' ');
    let sound = scheme.eq_ignore_ascii_case("bearer")
        && (1..=longest).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic());
    if sound { Ok(key) } else { Err(malformed()) }
}

const fn insufficient(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => r#"Bearer realm="cartola", error="insufficient_scope", scope="read""#,
        Scope::Import => r#"Bearer realm="cartola", error="insufficient_scope", scope="import""#,
        Scope::Manage => r#"Bearer realm="cartola", error="insufficient_scope", scope="manage""#,
        Scope::Audit => r#"Bearer realm="cartola", error="insufficient_scope", scope="audit""#,
        Scope::Enrol => r#"Bearer realm="cartola", error="insufficient_scope", scope="enrol""#,
    }
}
