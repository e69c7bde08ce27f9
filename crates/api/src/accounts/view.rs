//! Accounts and balances as they are sent.

use cartola_engine::accounts::OpenAccount;
use cartola_engine::rows::BalanceRow;
use cartola_model::{AccountKind, BalanceKind};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, DayText, IdText};

/// An account at an institution.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView<'a> {
    #[schema(value_type = wire::AccountId)]
    id: IdText,
    /// The link that feeds it.
    #[schema(value_type = wire::LinkId)]
    link_id: IdText,
    #[schema(value_type = wire::InstitutionId)]
    institution: &'a str,
    #[schema(value_type = wire::AccountKind)]
    kind: AccountKind,
    /// The currency of all its amounts.
    #[schema(value_type = wire::CurrencyCode)]
    currency: &'static str,
    /// The number as its bank writes it.
    #[schema(example = "00-123-45678-90")]
    number: &'a str,
    /// The last digits, for people to recognise it by.
    #[schema(example = "…7890")]
    mask: &'a str,
    /// Who holds it, where a source says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    holder: Option<HolderView<'a>>,
    /// Since when we know it.
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
}

/// Who holds an account.
#[derive(Serialize, ToSchema)]
#[schema(as = Holder)]
pub struct HolderView<'a> {
    /// The name as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<&'a str>,
    /// The RUT, such as `11111111-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rut: Option<String>,
}

/// The latest reading of one balance.
#[derive(Serialize, ToSchema)]
#[schema(as = Balance)]
pub struct BalanceView {
    #[schema(value_type = wire::AccountId)]
    account_id: IdText,
    #[schema(value_type = wire::BalanceKind)]
    kind: BalanceKind,
    /// In minor units of `currency`.
    amount: i64,
    #[schema(value_type = wire::CurrencyCode)]
    currency: &'static str,
    /// The day for which the source gave it.
    #[schema(value_type = wire::Day)]
    as_of: DayText,
    /// The import that read it.
    #[schema(value_type = wire::ImportId)]
    import_id: IdText,
}

impl<'a> From<&'a OpenAccount> for AccountView<'a> {
    fn from(account: &'a OpenAccount) -> Self {
        let (name, rut) = (account.holder_name.as_deref(), account.holder_rut);
        let holder = HolderView { name, rut: rut.map(|rut| rut.compact()) };
        Self {
            id: account.row.id.into(),
            link_id: account.row.link.into(),
            institution: account.row.institution.as_str(),
            kind: account.row.kind,
            currency: account.row.currency.code(),
            number: &account.number,
            mask: &account.row.mask,
            holder: (name.is_some() || rut.is_some()).then_some(holder),
            created_at: account.row.created_at,
        }
    }
}

impl From<&BalanceRow> for BalanceView {
    fn from(row: &BalanceRow) -> Self {
        Self {
            account_id: row.account.into(),
            kind: row.kind,
            amount: row.amount.minor(),
            currency: row.amount.currency().code(),
            as_of: row.as_of.into(),
            import_id: row.import.into(),
        }
    }
}
