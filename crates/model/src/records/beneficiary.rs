//! Whom somebody may transfer to.

use cartola_primitives::Rut;
use cartola_primitives::rut::serde_compact_option;
use serde::{Deserialize, Serialize};

use super::silent;
use crate::AccountKind;

/// Somebody who is on the list of those a customer transfers to. Fills Synaptic's *Destinatario
/// TEF*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Beneficiary {
    /// The name.
    pub name: String,
    /// The RUT.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_compact_option")]
    pub rut: Option<Rut>,
    /// Their bank, as the institution writes it.
    pub bank_name: String,
    /// Their bank's CMF code, three digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// The account number, as the institution writes it.
    pub account_number: String,
    /// What kind of account it is; absent where the institution uses a word that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_kind: Option<AccountKind>,
    /// The e-mail address that is told of transfers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the customer calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

silent!(Beneficiary);
