//! The form in which a file comes.

use std::sync::Arc;

use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use cartola_engine::imports::{MAX_FILE_BYTES, MAX_MAPPING_BYTES, Upload};
use cartola_http::body::declared_length;

use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{MAX_UPLOAD_BYTES, Problem, RequestContext, parse};
use cartola_primitives::Secret;
use utoipa::ToSchema;

use crate::wire;

/// Room for the form around the file: boundaries, headers, the other parts.
const SLACK_BYTES: usize = 128 << 10;

/// Largest form, in bytes.
pub const MAX_FORM_BYTES: usize = MAX_FILE_BYTES + SLACK_BYTES;

const _: () = assert!(MAX_FORM_BYTES <= MAX_UPLOAD_BYTES, "there is room for the largest form");

/// Largest short part (ids, the password), in bytes.
const MAX_SHORT_BYTES: usize = 256;

/// A file and what its giver says about it.
pub struct Form {
    /// For the use case.
    pub upload: Upload,
    /// What is asked, whatever the form's boundary.
    pub fingerprint: Fingerprint,
}

/// A statement file and what its giver says about it.
#[derive(Default, ToSchema)]
#[schema(as = ImportRequest)]
pub struct Parts {
    /// The file, at most 32 MiB.
    #[schema(required = true, value_type = String, format = Binary)]
    file: Option<Bytes>,
    /// How to read a file that does not explain itself (TOML), at most 64 KiB.
    #[schema(required = false, value_type = String, max_length = 65536)]
    mapping: Option<Bytes>,
    /// The account it belongs to, for files that do not say.
    #[schema(required = false, value_type = wire::AccountId)]
    account_id: Option<Bytes>,
    /// The institution it comes from, for files that do not say.
    #[schema(required = false, value_type = wire::InstitutionId)]
    institution: Option<Bytes>,
    /// What opens an encrypted file.
    #[schema(required = false, value_type = String, format = Password, max_length = 256)]
    password: Option<Bytes>,
}

impl Form {
    /// Reads the form of a request.
    pub async fn read(request: Request) -> Result<Self, Problem> {
        if declared_length(request.headers()).is_some_and(|length| length > MAX_FORM_BYTES as u64) {
            return Err(Problem::new(Code::BodyTooLarge));
        }
        let reading = RequestContext::reading(request.extensions());
        let form = Multipart::from_request(request, &()).await.map_err(|rejection| {
            Problem::new(match rejection {
                MultipartRejection::InvalidBoundary(_) => Code::ContentTypeUnsupported,
                _ => Code::FormMalformed,
            })
        })?;
        let parts = Parts::gathered(form).await?;
        reading.done();
        parts.into_form()
    }
}

impl Parts {
    async fn gathered(mut form: Multipart) -> Result<Self, Problem> {
        let mut parts = Self::default();
        while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
            let (name, place, limit) = match field.name() {
                Some("file") => ("file", &mut parts.file, MAX_FILE_BYTES),
                Some("mapping") => ("mapping", &mut parts.mapping, MAX_MAPPING_BYTES),
                Some("account_id") => ("account_id", &mut parts.account_id, MAX_SHORT_BYTES),
                Some("institution") => ("institution", &mut parts.institution, MAX_SHORT_BYTES),
                Some("password") => ("password", &mut parts.password, MAX_SHORT_BYTES),
                _ => return Err(unknown_part()),
            };
            if place.is_some() {
                let twice = Text::fixed("it is given more than once", "viene más de una vez");
                return Err(Problem::new(Code::FormInvalid).named(name, twice));
            }
            *place = Some(content(field, name, limit).await?);
        }
        Ok(parts)
    }

    fn into_form(self) -> Result<Form, Problem> {
        let fingerprint = Fingerprint::default()
            .with(self.file.as_deref())
            .with(self.mapping.as_deref())
            .with(self.account_id.as_deref())
            .with(self.institution.as_deref())
            .with(self.password.as_deref());
        let bytes = self.file.ok_or_else(|| {
            let missing = Text::fixed("it is missing", "falta");
            Problem::new(Code::FormInvalid).named("file", missing)
        })?;
        let account = self.account_id.map(|part| value("account_id", &part, parse::id));
        let institution =
            self.institution.map(|part| value("institution", &part, parse::institution));
        let owned = |text: &str| Ok(text.to_owned());
        let mapping = self.mapping.map(|part| value("mapping", &part, owned));
        let password = self.password.map(|part| value("password", &part, owned));
        let upload = Upload {
            bytes,
            mapping: mapping.transpose()?,
            password: password.transpose()?.map(|text| Arc::new(Secret::new(text))),
            account: account.transpose()?,
            institution: institution.transpose()?,
        };
        Ok(Form { upload, fingerprint })
    }
}

/// All bytes of a part. What goes beyond its limit is refused as soon as that shows.
async fn content(mut field: Field<'_>, name: &'static str, limit: usize) -> Result<Bytes, Problem> {
    let mut content = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        if content.len() + chunk.len() > limit {
            return Err(too_long(name, limit));
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content.freeze())
}

fn too_long(name: &'static str, limit: usize) -> Problem {
    if limit > MAX_SHORT_BYTES {
        return Problem::new(Code::BodyTooLarge);
    }
    let long = Text::new(
        format!("it is longer than {limit} bytes"),
        format!("tiene más de {limit} bytes"),
    );
    Problem::new(Code::FormInvalid).named(name, long)
}

/// A part of text.
fn value<T>(
    name: &'static str,
    part: &[u8],
    read: impl Fn(&str) -> Result<T, Text>,
) -> Result<T, Problem> {
    let text =
        std::str::from_utf8(part).map_err(|_| Text::fixed("expected UTF-8", "se esperaba UTF-8"));
    text.and_then(read).map_err(|why| Problem::new(Code::FormInvalid).named(name, why))
}

fn unknown_part() -> Problem {
    Problem::new(Code::FormInvalid).detailed(Text::fixed(
        "A part of the form is unknown; known are `file`, `mapping`, `account_id`, `institution`, `password`.",
        "Una parte del formulario es desconocida; se conocen `file`, `mapping`, `account_id`, `institution`, `password`.",
    ))
}

fn unreadable(error: &MultipartError) -> Problem {
    Problem::new(match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        _ => Code::FormMalformed,
    })
}
