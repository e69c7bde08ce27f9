//! Payments.

use serde::Deserialize;

use crate::given::{Given, Mistake};

/// *Transfer money from user account to Floid account*.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = TransferRequest))]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Transfer {
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
    /// The caller's case; `transactionId` means the same.
    #[serde(default, alias = "transactionId")]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub case_id: Given,
    /// Whole pesos in figures alone; `amount` means the same.
    #[serde(default, alias = "amount")]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true, example = "1000"))]
    pub money_amount: Given,
    /// Where the last word is posted.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub callback_url: Given,
    /// The value of `Authorization` of what is posted.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false, format = Password))]
    pub callback_api_key: Given,
}

/// *Second step*, *Third step*.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = TransferApproval))]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Approval {
    /// The page, as the last answer had it.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = String, required = true))]
    pub page_id: Given,
    /// The code of the SMS, where one was asked for.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>, nullable = false, format = Password))]
    pub sms_code: Given,
    /// The codes of card or device, where they were asked for, in the order of `cardCode`.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>, nullable = false))]
    pub card_code: Given,
}

/// An amount of whole pesos, as a text or a number. What has more figures than a number holds is the
/// greatest one: no bank transfers that.
pub fn pesos(given: &Given, member: &str) -> Result<i64, Mistake> {
    if let Given::Whole(number @ 0..) = given {
        return Ok(*number);
    }
    let problem =
        || Mistake::of(member, "it must be whole pesos in figures alone, such as \"1000\"");
    let text = match given {
        Given::Absent | Given::Text(_) => given.text(member)?,
        _ => return Err(problem()),
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(problem());
    }
    Ok(text.parse().unwrap_or(i64::MAX))
}
