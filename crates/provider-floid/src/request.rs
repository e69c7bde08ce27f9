//! Bodies of requests. Members that are not named here are passed over: the document forbids none.

mod iframe;
mod payment;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::given::{Given, Mistake};

pub use iframe::Iframe;
pub use payment::{Approval, Transfer, pesos};

/// A RUT and a password, and for some where.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Login {
    /// The RUT, in any written form.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub rut: Given,
    /// The password of the bank; that of Clave Única where that is asked.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true, format = Password))]
    pub password: Given,
    /// `bankid_kyc` alone, ours: the bank. Without it, the tenant's default bank.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub bank_name: Given,
}

/// *Name & address*.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(expecting = "an object")]
pub struct Lookup {
    /// The RUT, in any written form.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub rut: Given,
}

/// *Asset report*.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Assets {
    /// The bank.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true, example = "bci"))]
    pub bank_name: Given,
    /// The RUT, in any written form.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub rut: Given,
    /// The password of the bank.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true, format = Password))]
    pub password: Given,
    /// `mobile` or `desktop`; it changes nothing here.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub ui_type: Given,
}

/// *Income check*, *Transaction history*.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Queued {
    /// The RUT, in any written form.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub rut: Given,
    /// The password of the bank.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true, format = Password))]
    pub password: Given,
    /// The bank.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true, example = "bci"))]
    pub bank_name: Given,
    /// *Transaction history* alone, where it is mandatory: 3, 12 or 24 months.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<u8>, nullable = false))]
    pub duration: Given,
    /// Where the result is posted.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub callback_url: Given,
    /// The value of `Authorization` of what is posted.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false, format = Password))]
    pub callback_api_key: Given,
    /// The caller's case.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub case_id: Given,
}

/// Any product of the current dialect.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = CurrentRequest))]
#[serde(expecting = "an object")]
pub struct Current {
    /// The RUT, in any written form.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub id: Given,
    /// The password. Without it, and with `unlock_credentials`, nobody is asked.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false, format = Password))]
    pub password: Given,
    /// Not taken: this gateway gives out none.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub token_password: Given,
    /// The account that is meant; all of them without it.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub account: Given,
    /// The caller's case.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub caseid: Given,
    /// Where the result is posted. Without it, it is the answer.
    #[serde(default, rename = "callbackUrl")]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false))]
    pub callback_url: Given,
    /// Takes away what two wrong passwords have locked.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<bool>, nullable = false))]
    pub unlock_credentials: Given,
}

/// A body of that shape. What the parser complains about is said without quoting the body.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Mistake> {
    let is_object = body.trim_ascii_start().first() == Some(&b'{');
    let read = serde_json::from_slice(body).map_err(|error| problem(&error))?;
    if is_object { Ok(read) } else { Err(Mistake("the body must be a JSON object".to_owned())) }
}

fn problem(error: &serde_json::Error) -> Mistake {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    Mistake(match said.strip_prefix("duplicate field ") {
        Some(rest) => {
            let member = rest.split_whitespace().next().unwrap_or_default().trim_matches('`');
            format!("{member}: it is there twice")
        }
        None if error.is_data() => "the body must be a JSON object".to_owned(),
        None => format!("the body is not JSON, at line {line}, column {column}"),
    })
}
