//! Transfers.

use serde::Serialize;

use super::Decimal;

/// Which way a transfer went.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TransferType {
    /// Enviada.
    Sent,
    /// Recibida.
    Received,
}

/// *Transferencia*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    /// Which way.
    #[serde(rename = "type")]
    pub kind: TransferType,
    /// How much.
    pub amount: Decimal,
    /// The day, `2021-05-05`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The time of day, `10:39:56`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Where it came from.
    pub origin: TransferAccount,
    /// Where it went.
    pub recipient: TransferAccount,
    /// The day on which it is booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounting_date: Option<String>,
    /// The institution's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// What the institution calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<String>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// By which way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// One side of a transfer. Its members are ours, named as in [`super::TefRecipient`].
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TransferAccount {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The RUT, `11.111.111-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rut: Option<String>,
    /// The bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// The bank's CMF code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// What kind of account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_type: Option<&'static str>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}
