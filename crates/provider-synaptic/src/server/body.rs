//! Bodies, read strictly. What is wrong with one is said without quoting it.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use cartola_http::body;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::refused::{Refused, of_problem};

/// Largest body, bytes: a user name and a password take a few hundred.
pub const MAX_BODY_BYTES: usize = 16 << 10;

/// A body of that shape; `shape` is what it should look like.
pub async fn read<T: DeserializeOwned>(request: Request, shape: &str) -> Result<T, Refused> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        let message = "the body must have the content type application/json";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let bytes = body::read(request, MAX_BODY_BYTES).await;
    let bytes = bytes.map_err(|problem| of_problem(&problem))?;
    body::parse(&bytes).map_err(|_| Refused::request(format!("the body must be JSON like {shape}")))
}

/// An object within a body. By itself, serde takes an array with its members in order for one.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    struct Object<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<T, M::Error> {
            T::deserialize(MapAccessDeserializer::new(members))
        }
    }

    from.deserialize_map(Object(std::marker::PhantomData))
}
