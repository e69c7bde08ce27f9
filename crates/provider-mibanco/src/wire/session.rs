//! Opening, renewing and ending a session.

use std::fmt;

use cartola_primitives::{Rut, Secret};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::words;
use super::text;

/// `POST session`: `{"rut","password"}` or `{"rut","mi_pin"}`, each with `device_fingerprint`.
///
/// The document shows `mi_pin`; `password` is what the bank's web channel takes. Exactly one of
/// them is given. The header [`super::DEVICE_ID_HEADER`] goes with it.
pub struct SessionRequest {
    /// The customer.
    pub rut: Rut,
    /// What the customer proves it with.
    pub credential: SessionCredential,
    /// A hash of what identifies the device; the bank keeps it beside the device id.
    pub device_fingerprint: String,
}

/// What a session is opened with.
pub enum SessionCredential {
    /// The password of the web channel.
    Password(Secret<String>),
    /// The MI PIN: five digits, or a compact JWE of `{"mi_pin","iat"}` to a key that the server
    /// publishes.
    MiPin(Secret<String>),
}

/// The fields as they stand in the body.
#[derive(Deserialize)]
struct SessionFields {
    #[serde(with = "text::rut")]
    rut: Rut,
    #[serde(default)]
    password: Option<Secret<String>>,
    #[serde(default)]
    mi_pin: Option<Secret<String>>,
    device_fingerprint: String,
}

impl<'de> Deserialize<'de> for SessionRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = SessionFields::deserialize(deserializer)?;
        let credential = match (fields.password, fields.mi_pin) {
            (Some(password), None) => SessionCredential::Password(password),
            (None, Some(pin)) => SessionCredential::MiPin(pin),
            _ => return Err(serde::de::Error::custom("expected either `password` or `mi_pin`")),
        };
        let SessionFields { rut, device_fingerprint, .. } = fields;
        Ok(Self { rut, credential, device_fingerprint })
    }
}

impl Serialize for SessionRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("SessionRequest", 3)?;
        fields.serialize_field("rut", &self.rut.dotted())?;
        match &self.credential {
            SessionCredential::Password(password) => {
                fields.serialize_field("password", password.expose())?;
            }
            SessionCredential::MiPin(pin) => fields.serialize_field("mi_pin", pin.expose())?,
        }
        fields.serialize_field("device_fingerprint", &self.device_fingerprint)?;
        fields.end()
    }
}

impl fmt::Debug for SessionRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credential = match self.credential {
            SessionCredential::Password(_) => "password",
            SessionCredential::MiPin(_) => "mi_pin",
        };
        formatter
            .debug_struct("SessionRequest")
            .field("credential", &credential)
            .finish_non_exhaustive()
    }
}

words! {
    /// The kind of customer that a session belongs to.
    CustomerSegment {
        /// A person.
        Personas = "personas",
        /// A company.
        Empresas = "empresas",
    }
}

/// 200 of `POST session` and of `POST session/refresh`.
#[derive(Serialize, Deserialize)]
pub struct SessionResponse {
    /// The bearer token of every further call.
    #[serde(with = "text::secret")]
    pub access_token: Secret<String>,
    /// What the session is renewed with, once: a renewal answers another one.
    #[serde(with = "text::secret")]
    pub refresh_token: Secret<String>,
    /// Seconds for which the access token is good.
    pub expires_in: u32,
    /// Whether the bank wants a Mi Pass approval before this session may read.
    pub mi_pass_required: bool,
    /// The kind of customer.
    pub customer_segment: CustomerSegment,
}

impl fmt::Debug for SessionResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SessionResponse")
            .field("expires_in", &self.expires_in)
            .field("mi_pass_required", &self.mi_pass_required)
            .field("customer_segment", &self.customer_segment)
            .finish_non_exhaustive()
    }
}

/// `POST session/refresh`, from the same device.
#[derive(Serialize, Deserialize)]
pub struct RefreshRequest {
    /// The one that the last session answer gave.
    #[serde(with = "text::secret")]
    pub refresh_token: Secret<String>,
}

impl fmt::Debug for RefreshRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RefreshRequest").finish_non_exhaustive()
    }
}
