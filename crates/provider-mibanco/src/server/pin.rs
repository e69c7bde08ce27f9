//! What a MI PIN arrives in: a compact JWE of `{"mi_pin","iat"}`, and within a session of what that is
//! too, so that one that was caught on its way is of use nowhere else.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use cartola_crypto::ContentHash;
use cartola_engine::message_keys::MessageError;
use cartola_engine::once::{OnceError, RecordedAnswer, Repeatable};
use cartola_engine::{Engine, EngineError};
use cartola_http::{Gate, answer};
use cartola_model::Principal;
use cartola_primitives::{Secret, SignedDuration};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refused::{Refused, Told, answered};
use super::settings::Settings;

/// How long after it was encrypted a MI PIN is taken.
pub const PIN_LASTS: SignedDuration = SignedDuration::from_secs(60);

/// How far ahead of ours the clock of a device may be.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// Digits of a MI PIN.
const PIN_DIGITS: usize = 5;

/// How long clients may keep the set of keys: as long as a key is taken after it was published last.
const KEYS_KEPT: &str = "public, max-age=3600";

/// What is encrypted.
#[derive(Deserialize)]
struct Content {
    mi_pin: Secret<String>,
    /// Seconds since 1970.
    iat: i64,
    /// The SHA-256 of the access token that goes along, base64url (as RFC 9449, section 4.2, has it):
    /// within a session alone.
    #[serde(default)]
    ath: Option<String>,
    /// The `X-Device-Id` that goes along: within a session alone.
    #[serde(default)]
    device_id: Option<String>,
}

/// What a MI PIN is sent for.
#[derive(Clone, Copy)]
pub enum SentFor<'a> {
    /// To open a session.
    Opening,
    /// Within one: its access token, and its device.
    Within {
        /// The access token.
        token: &'a str,
        /// The device.
        device: &'a str,
    },
}

impl SentFor<'_> {
    /// Whether what was encrypted is for this and nothing else.
    fn is_of(self, content: &Content) -> bool {
        let (ath, device) = (content.ath.as_deref(), content.device_id.as_deref());
        match self {
            Self::Opening => ath.is_none() && device.is_none(),
            Self::Within { token, device: own } => {
                let hash = BASE64URL_NOPAD.encode(ContentHash::of(token.as_bytes()).as_bytes());
                ath == Some(hash.as_str()) && device == Some(own)
            }
        }
    }
}

/// The public keys, for the document alone.
#[derive(ToSchema)]
#[schema(as = Jwks)]
#[expect(dead_code, reason = "it describes a set of JSON Web Keys (RFC 7517)")]
pub struct Keys {
    /// One of `kty` `RSA` with `alg` `RSA-OAEP-256` and one of `kty` `EC` with `alg`
    /// `ECDH-ES+A256KW` at least, all with `use` `enc`.
    keys: Vec<serde_json::Value>,
}

/// Read the keys that a MI PIN is encrypted to
///
/// A MI PIN is the compact JWE of `{"mi_pin","iat"}` to one of these keys, with `enc` `A256GCM`. A key
/// is published for 30 days, and taken for an hour more.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "keys", tag = "session",
    responses(
        (status = 200, description = "A JSON Web Key Set", body = Keys),
        (status = 500, description = "`INTERNAL_ERROR`", body = Told),
    ),
)]
pub async fn keys(State(gate): State<Gate>) -> Response {
    let keys = gate.engine().encryption_keys().await;
    let told = keys.map(|keys| {
        let mut response = answer::json(StatusCode::OK, &keys);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(KEYS_KEPT));
        response
    });
    answered(&gate, told.map_err(Refused::from))
}

/// The MI PIN of what was sent. Each message is taken once.
pub async fn opened(
    engine: &Engine,
    who: &Principal,
    settings: &Settings,
    (sent, purpose): (&Secret<String>, SentFor<'_>),
) -> Result<Secret<String>, Refused> {
    let sent = sent.expose();
    if is_pin(sent) {
        return if settings.plain_pin { Ok(Secret::new(sent.clone())) } else { Err(encrypted()) };
    }
    if settings.plain_pin && sent.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(other_digits());
    }
    let content = match engine.open_encrypted(sent).await {
        Ok(content) => content,
        Err(MessageError::Message(error)) => return Err(closed(error)),
        Err(MessageError::Engine(error)) => return Err(error.into()),
    };
    let content: Content = serde_json::from_slice(content.expose()).map_err(|_| {
        Refused::invalid("El contenido cifrado de `mi_pin` debe ser {\"mi_pin\",\"iat\"}.")
    })?;
    let age = engine.now().as_second().saturating_sub(content.iat);
    if age > PIN_LASTS.as_secs() || age < -SKEW.as_secs() {
        return Err(Refused::invalid(
            "El `mi_pin` cifrado tiene más de 60 segundos, o un iat futuro: cífrelo de nuevo.",
        ));
    }
    if !purpose.is_of(&content) {
        return Err(Refused::invalid(
            "El `mi_pin` cifrado es para otra llamada: dentro de una sesión lleva `ath`, el SHA-256 \
             del token de acceso, y `device_id`; para abrirla, ninguno de los dos.",
        ));
    }
    if !is_pin(content.mi_pin.expose()) {
        return Err(other_digits());
    }
    once(engine, who, sent).await?;
    Ok(content.mi_pin)
}

/// Takes a message down as used.
async fn once(engine: &Engine, who: &Principal, sent: &str) -> Result<(), Refused> {
    let replayed = || Refused::invalid("Este `mi_pin` cifrado ya se usó: cífrelo de nuevo.");
    let key = ContentHash::of(sent.as_bytes()).hex();
    let used = Repeatable { verb: "mibanco.pin", key: &key, request: b"" };
    let ticket = match engine.once(who, used).await {
        Ok(ticket) => ticket,
        Err(OnceError::Answered(_) | OnceError::OtherRequest | OnceError::Key) => {
            return Err(replayed());
        }
        Err(OnceError::Engine(error)) => return Err(error.into()),
    };
    let taken = RecordedAnswer { status: StatusCode::CONFLICT.as_u16(), body: Vec::new() };
    match engine.record(&ticket, &taken).await {
        Ok(()) => Ok(()),
        Err(EngineError::Answered(_) | EngineError::OtherRequest) => Err(replayed()),
        Err(error) => Err(error.into()),
    }
}

fn is_pin(text: &str) -> bool {
    text.len() == PIN_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn other_digits() -> Refused {
    Refused::invalid("`mi_pin`: el MI PIN tiene cinco dígitos.")
}

fn encrypted() -> Refused {
    Refused::invalid(
        "`mi_pin` debe venir cifrado: un JWE compacto a una llave de \
         /mibanco/.well-known/jwks.json.",
    )
}

fn closed(error: cartola_crypto::jwe::JweError) -> Refused {
    use cartola_crypto::jwe::JweError;
    match error {
        JweError::TooLarge | JweError::Malformed => Refused::invalid(
            "`mi_pin` no se puede leer como JWE compacto: debe venir cifrado a una llave de \
             /mibanco/.well-known/jwks.json.",
        ),
        JweError::Algorithm => Refused::invalid(
            "El JWE de `mi_pin` usa alg RSA-OAEP-256 o ECDH-ES+A256KW y enc A256GCM, sin crit ni zip.",
        ),
        JweError::UnknownKey => Refused::invalid(
            "El `mi_pin` se cifró a una llave que aquí no se conoce o ya se retiró: lea \
             /mibanco/.well-known/jwks.json de nuevo.",
        ),
        JweError::Closed => Refused::invalid("El `mi_pin` cifrado no se puede abrir."),
    }
}
