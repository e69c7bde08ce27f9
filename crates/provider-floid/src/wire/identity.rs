//! Who somebody is.

use serde::Serialize;

/// *Bank ID & KYC*, *`ClaveUnica` ID & KYC*, *Name & address*.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = Identity))]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Whether there is a result.
    pub is_valid: bool,
    /// Whether they were let in; absent in *Name & address*, where nobody is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub is_login_success: Option<bool>,
    /// The given names; all of a company's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub first_name: Option<String>,
    /// Always empty, as printed: both given names are in `firstName`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub middle_name: Option<String>,
    /// Both surnames.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub last_name: Option<String>,
    /// Always empty: no institution tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub gender: Option<String>,
    /// Where they live.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub address: Option<Address>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub error: Option<&'static str>,
}

/// An address. What is not known is empty.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Always empty: no institution tells it.
    pub care_of: String,
    /// Street, number, flat.
    pub street: String,
    /// Always empty: no institution tells it.
    pub zip: String,
    /// The commune.
    pub city: String,
    /// The region.
    pub region: String,
    /// `CL`
    pub country: &'static str,
}
