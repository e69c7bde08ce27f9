//! Bodies as they are sent.

use std::fmt;
use std::marker::PhantomData;

use cartola_primitives::Secret;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct RawRequest {
    pub request_data: Object<RawData>,
    #[serde(default)]
    pub callback_url: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct RawData {
    #[serde(default)]
    pub account_number: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub booking_date_start: Option<String>,
    #[serde(default)]
    pub booking_date_end: Option<String>,
    #[serde(default)]
    pub account_credential: Option<Object<RawCredential>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct RawCredential {
    #[serde(default)]
    pub account_link: Option<Secret<String>>,
    #[serde(default)]
    pub username: Option<Secret<String>>,
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct RawToken {
    #[serde(default)]
    pub callback_url: Option<String>,
    #[serde(default)]
    pub username: Option<Secret<String>>,
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// An object and nothing else: by itself serde takes an array for one, with its members in order.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}
