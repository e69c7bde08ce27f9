//! Bodies as they are sent.

use std::fmt;
use std::marker::PhantomData;

use cartola_primitives::Secret;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

#[derive(serde::Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
#[cfg_attr(feature = "server", schema(as = Request))]
pub struct RawRequest {
    /// What is asked.
    #[cfg_attr(feature = "server", schema(value_type = RawData))]
    pub request_data: Object<RawData>,
    /// Where the result is posted, if not into the answer.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(max_length = 255))]
    pub callback_url: Option<String>,
}

#[derive(serde::Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
#[cfg_attr(feature = "server", schema(as = RequestData))]
pub struct RawData {
    /// The account; all operations but `accounts` need it.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(max_length = 20))]
    pub account_number: Option<String>,
    /// Where several accounts have the number: a code such as `CLP`.
    #[serde(default)]
    pub currency: Option<String>,
    /// The first day (`YYYY-MM-DD`) of transactions, or month (`YYYY-MM`) of statements.
    #[serde(default)]
    pub booking_date_start: Option<String>,
    /// The last one.
    #[serde(default)]
    pub booking_date_end: Option<String>,
    /// On whose behalf.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<RawCredential>))]
    pub account_credential: Option<Object<RawCredential>>,
}

#[derive(serde::Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
#[cfg_attr(feature = "server", schema(as = AccountCredential))]
pub struct RawCredential {
    /// What `token` gave: alone.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, max_length = 4096))]
    pub account_link: Option<Secret<String>>,
    /// A RUT.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, max_length = 12))]
    pub username: Option<Secret<String>>,
    /// The password at the bank.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, max_length = 24))]
    pub password: Option<Secret<String>>,
}

#[derive(serde::Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
#[cfg_attr(feature = "server", schema(as = TokenRequest))]
pub struct RawToken {
    /// Where the result is posted, if not into the answer.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(max_length = 255))]
    pub callback_url: Option<String>,
    /// A RUT.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, max_length = 12))]
    pub username: Option<Secret<String>>,
    /// The password at the bank.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, max_length = 24))]
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
