//! Who is paid.

use cartola_model::{AccountNumber, Catalogue, InstitutionId, TransferPayee};
use cartola_primitives::Rut;
use serde::Deserialize;

/// The account that payments go to where they name nobody. All four keys, or none.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Payments {
    institution: Option<String>,
    account: Option<String>,
    rut: Option<String>,
    name: Option<String>,
}

impl Payments {
    /// Who is paid. The error names the key, and no value.
    pub fn merchant(&self) -> Result<Option<TransferPayee>, String> {
        let Self { institution, account, rut, name } = self;
        let (Some(institution), Some(account), Some(rut), Some(name)) =
            (institution, account, rut, name)
        else {
            let is_empty = [institution, account, rut, name].iter().all(|key| key.is_none());
            let whole = "[payments] needs institution, account, rut and name, in quotes";
            return if is_empty { Ok(None) } else { Err(whole.to_owned()) };
        };
        let wrong = |key: &str, what: &str| format!("`{key}` of [payments] {what}");
        let id = InstitutionId::parse(institution).ok();
        let bank = id.and_then(|id| Catalogue::bundled().find(&id));
        let bank = bank.filter(|row| row.kind.is_bank());
        let bank = bank.ok_or_else(|| wrong("institution", "is no bank that is known"))?;
        Ok(Some(TransferPayee {
            institution: Catalogue::bundled().holder_of_accounts(&bank.id).clone(),
            account: AccountNumber::parse(account)
                .map_err(|error| wrong("account", &format!("is wrong: {error}")))?,
            rut: Rut::parse(rut).map_err(|error| wrong("rut", &format!("is wrong: {error}")))?,
            name: name.clone(),
        }))
    }
}
