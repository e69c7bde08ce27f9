//! Tokens by OAuth 2.0 client credentials (RFC 6749, §4.4), for facades whose document has them.

use axum::extract::Request;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::EngineError;
use cartola_engine::tokens::Audience;
use cartola_primitives::Secret;
use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use utoipa::ToSchema;

use crate::layer::Fault;
use crate::{Gate, Parameters, admit, answer, body, causes};

/// Largest form, bytes.
const MAX_FORM_BYTES: usize = 4_096;

/// The only grant there is.
const GRANT: &str = "client_credentials";

const FORM: &str = "application/x-www-form-urlencoded";

/// What a client sends.
#[derive(ToSchema)]
#[schema(as = AccessTokenRequest)]
#[expect(dead_code, reason = "it describes the form, which is read parameter by parameter")]
pub struct AskedFor {
    /// `client_credentials`.
    grant_type: String,
    /// The client, unless HTTP Basic names it.
    client_id: Option<String>,
    /// Its secret, unless HTTP Basic has it.
    client_secret: Option<String>,
}

/// What a client gets.
#[derive(Serialize, ToSchema)]
pub struct Granted<'a> {
    /// A compact JWS.
    access_token: &'a str,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
}

/// What a client does not get it for (RFC 6749, §5.2).
#[derive(Serialize, ToSchema)]
pub struct Denied {
    /// A code of the RFC.
    error: &'static str,
    /// One sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = String)]
    error_description: Option<&'static str>,
}

/// Why there is no token.
enum NoToken {
    Request(&'static str),
    Grant,
    Client,
    TooMany(u32),
    Failed(EngineError),
}

impl From<EngineError> for NoToken {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

/// What differs from facade to facade.
pub struct Terms {
    /// Whom the tokens are for.
    pub audience: Audience,
    /// The challenge that goes with 401, such as `Basic realm="khipu"`.
    pub challenge: &'static str,
    /// Whether `invalid_client` comes without a description, as a provider's document prints it.
    pub bare_invalid_client: bool,
}

/// Answers a request for a token by client credentials, as form fields or HTTP Basic.
pub async fn token(gate: &Gate, terms: &Terms, request: Request) -> Response {
    let response = match granted(gate, terms.audience, request).await {
        Ok(response) => response,
        Err(none) => none.into_response(terms),
    };
    ([(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], response).into_response()
}

async fn granted(gate: &Gate, audience: Audience, request: Request) -> Result<Response, NoToken> {
    let (parts, body) = request.into_parts();
    let typed = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let typed = typed.and_then(|text| text.split(';').next()).unwrap_or_default();
    if !typed.trim().eq_ignore_ascii_case(FORM) {
        return Err(NoToken::Request("Content-Type must be application/x-www-form-urlencoded"));
    }
    let basic = basic(&parts.headers)?;
    let extensions = parts.extensions.clone();
    let read = body::read(Request::from_parts(parts, body), MAX_FORM_BYTES).await;
    let bytes = read.map_err(|_| NoToken::Request("The body broke off or is too long"))?;
    let form = Form::read(&bytes)?;
    let client = form.client(basic)?;
    let engine = gate.engine();
    let issued = engine.issue_token(&client.id, client.secret.expose(), audience).await?;
    let issued = issued.ok_or(NoToken::Client)?;
    admit(gate, &extensions, &issued.who).map_err(NoToken::TooMany)?;
    let granted = Granted {
        access_token: issued.token.expose(),
        token_type: "Bearer",
        expires_in: issued.lifetime.as_secs(),
    };
    Ok(answer::json(StatusCode::OK, &granted))
}

/// What is of use in a form.
struct Form {
    id: Option<String>,
    secret: Option<Secret<String>>,
}

struct Client {
    id: String,
    secret: Secret<String>,
}

impl Form {
    /// Parameters that are not known are passed over, as §3.2 says; none may be there twice.
    fn read(bytes: &[u8]) -> Result<Self, NoToken> {
        let wrong = || NoToken::Request("The body is not a form, or names a parameter twice");
        let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
        let mut form = Parameters::split(text).map_err(|_| wrong())?;
        let mut take = |name| form.optional(name, |text| Ok(text.to_owned())).map_err(|_| wrong());
        let (id, secret) = (take("client_id")?, take("client_secret")?.map(Secret::new));
        match take("grant_type")?.as_deref() {
            Some(GRANT) => Ok(Self { id, secret }),
            Some(_) => Err(NoToken::Grant),
            None => Err(NoToken::Request("grant_type is missing")),
        }
    }

    /// One way of naming the client, not two.
    fn client(self, basic: Option<Client>) -> Result<Client, NoToken> {
        match (basic, self.id, self.secret) {
            (Some(_), _, Some(_)) => {
                Err(NoToken::Request("The client is named by Basic and by the form"))
            }
            (Some(basic), Some(id), None) if id != basic.id => {
                Err(NoToken::Request("The form names another client than Basic"))
            }
            (Some(basic), _, None) => Ok(basic),
            (None, Some(id), Some(secret)) => Ok(Client { id, secret }),
            (None, _, _) => Err(NoToken::Client),
        }
    }
}

/// HTTP Basic, whose two parts are encoded as in a form (§2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<Client>, NoToken> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let decoded = value.to_str().ok().and_then(|text| {
        let (scheme, code) = text.split_once(' ')?;
        let bytes = BASE64.decode(code.trim().as_bytes()).ok()?;
        scheme.eq_ignore_ascii_case("basic").then(|| String::from_utf8(bytes).ok())?
    });
    let decoded = Secret::new(decoded.ok_or(NoToken::Client)?);
    let (id, secret) = decoded.expose().split_once(':').ok_or(NoToken::Client)?;
    let plain = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().map(String::from).map_err(|_| NoToken::Client)
    };
    Ok(Some(Client { id: plain(id)?, secret: Secret::new(plain(secret)?) }))
}

impl NoToken {
    fn into_response(self, terms: &Terms) -> Response {
        let (status, error, error_description) = match &self {
            Self::Request(text) => (StatusCode::BAD_REQUEST, "invalid_request", *text),
            Self::Grant => {
                let text = "The grant_type is client_credentials";
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", text)
            }
            Self::Client => {
                let text = "The client is unknown, or its secret is wrong";
                (StatusCode::UNAUTHORIZED, "invalid_client", text)
            }
            Self::TooMany(_) => {
                let text = "Too many requests";
                (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", text)
            }
            Self::Failed(error) if error.is_store_away() => {
                let text = "The gateway's store has no time or does not answer; ask again";
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", text)
            }
            Self::Failed(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "The gateway failed")
            }
        };
        let bare = matches!(self, Self::Client) && terms.bare_invalid_client;
        let error_description = (!bare).then_some(error_description);
        let mut response = answer::json(status, &Denied { error, error_description });
        match self {
            Self::Client => {
                let challenge = HeaderValue::from_static(terms.challenge);
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            Self::TooMany(seconds) => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Failed(error) => {
                let fault = Fault { code: "internal", cause: causes(&error) };
                response.extensions_mut().insert(fault);
            }
            Self::Request(_) | Self::Grant => {}
        }
        response
    }
}
