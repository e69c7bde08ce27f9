//! The page of a payer.

use serde::Deserialize;

use crate::given::Given;

/// *Simple PIS Bank transfer iFrame solution*.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = IframeRequest))]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Iframe {
    /// Whole pesos in figures alone; `moneyAmount` means the same.
    #[serde(default, alias = "moneyAmount")]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true, example = "1000"))]
    pub amount: Given,
    /// The caller's case.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub case_id: Given,
    /// The caller's case, where there is no `caseId`.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub transaction_id: Given,
    /// What payer and bank are told: at most 120 characters.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub comment: Given,
    /// Who is expected to pay, in any written form. It is filled in, and may be changed.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub rut: Given,
    /// Where the last word is posted.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub callback_url: Given,
    /// The value of `Authorization` of what is posted.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false, format = Password))]
    pub callback_api_key: Given,
    /// Where the payer goes when it is paid. Its origin may hold the page in a frame, where none is
    /// configured.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub redirect_on_success_url: Given,
    /// Where the payer goes when it is not.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub redirect_on_fail_url: Given,
}
