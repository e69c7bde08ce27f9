//! Who calls.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cartola_engine::tokens::TokenRefusal;
use cartola_http::problem::{Code, Text};
use cartola_http::{Gate, Problem, admit, bearer};
use cartola_model::{Principal, Scope};

use super::AUDIENCE;
use super::refused::Refused;

/// Longest token that is looked at, bytes. Ours have some 600.
const MAX_TOKEN_BYTES: usize = 4_096;

/// A caller whose token is one of ours for this facade, whose client holds, and whose allowance is
/// not used up.
pub struct Caller(Principal);

impl Caller {
    /// The caller, if its client has the scope.
    pub fn may(&self, scope: Scope) -> Result<&Principal, Refused> {
        if self.0.may(scope) {
            return Ok(&self.0);
        }
        let name = scope.name();
        let text = Text::new(
            format!("The token's client lacks the scope `{name}`."),
            format!("Al cliente del token le falta el permiso `{name}`."),
        );
        Err(Problem::new(Code::ScopeMissing).detailed(text).into())
    }
}

impl FromRequestParts<Gate> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Refused> {
        let token = bearer(&parts.headers, MAX_TOKEN_BYTES).map_err(|_| unknown())?;
        let who = match gate.engine().principal_of_token(token, AUDIENCE).await {
            Ok(who) => who,
            Err(TokenRefusal::Engine(error)) => return Err(error.into()),
            Err(TokenRefusal::Token(_) | TokenRefusal::Client) => return Err(unknown()),
        };
        admit(gate, &parts.extensions, &who)
            .map_err(|seconds| Problem::new(Code::RateLimited).after(seconds))?;
        Ok(Self(who))
    }
}

fn unknown() -> Refused {
    let text = Text::fixed(
        "The token is missing, invalid, expired or revoked.",
        "El token falta, no es válido, expiró o fue revocado.",
    );
    Problem::new(Code::KeyUnknown).detailed(text).into()
}
