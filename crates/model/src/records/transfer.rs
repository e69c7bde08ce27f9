//! Transfers between accounts.

use cartola_primitives::rut::serde_compact_option;
use cartola_primitives::{Date, Money, Rut};
use serde::{Deserialize, Serialize};

use super::silent;
use crate::AccountKind;

/// The transfers of some days. Fills Synaptic's *Transferencia*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transfers {
    /// The first day that was asked for.
    pub from: Date,
    /// The last one.
    pub to: Date,
    /// Newest first.
    pub transfers: Vec<Transfer>,
}

/// One transfer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transfer {
    /// Which way the money went.
    pub direction: TransferDirection,
    /// How much; never negative.
    pub amount: Money,
    /// The day, in Chile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The time of day in Chile, `HH:MM:SS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Whose money it was.
    pub origin: TransferParty,
    /// Whose it is now.
    pub recipient: TransferParty,
    /// The day on which it is booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_on: Option<Date>,
    /// The institution's id for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// What the institution calls such a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it stands, as the institution writes it, such as `Realizada`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// By which way it came, as the institution writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// Which way the money went.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransferDirection {
    /// From the customer.
    Sent,
    /// To the customer.
    Received,
}

/// One side of a transfer.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransferParty {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The RUT.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_compact_option")]
    pub rut: Option<Rut>,
    /// The bank, as the institution writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// The bank's CMF code, three digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// The account number, as the institution writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// What kind of account it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_kind: Option<AccountKind>,
    /// The e-mail address that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

silent!(Transfers Transfer TransferDirection TransferParty);
