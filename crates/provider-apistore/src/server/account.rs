//! Which account is meant.

use cartola_engine::Engine;
use cartola_engine::accounts::OpenAccount;
use cartola_http::Problem;
use cartola_http::problem::Text;
use cartola_model::{AccountNumber, InstitutionId, Principal};
use cartola_primitives::id::{AccountId, TypedId};

use super::refused::Refused;

/// The parameter that names an account.
pub const ACCOUNT_ID: &str = "account_id";

/// Where numbers are looked for: they tell no bank from another, and this is Banco de Chile's
/// protocol.
const AT: [&str; 2] = ["banco-chile", "banco-chile-empresas"];

/// An account as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it was written.
    pub written: String,
    by: By,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Id(AccountId),
    Number(AccountNumber),
}

impl Named {
    /// By its number in any written form, or by our id.
    pub fn parse(text: &str) -> Result<Self, Text> {
        let by = match text.parse::<AccountId>() {
            Ok(id) => By::Id(id),
            Err(_) => By::Number(AccountNumber::parse(text).map_err(|_| expected())?),
        };
        Ok(Self { written: text.to_owned(), by })
    }

    /// The account that a consent of this tenant allows to be shown.
    pub async fn find(&self, engine: &Engine, who: &Principal) -> Result<AccountId, Refused> {
        let found = match &self.by {
            By::Id(id) if engine.shows_account(who, *id).await? => vec![*id],
            By::Id(_) => Vec::new(),
            By::Number(number) => {
                let at = AT.map(|id| InstitutionId::parse(id).expect("ids of the catalogue"));
                engine.accounts_by_number(who, &at, number).await?
            }
        };
        match found[..] {
            [one] => Ok(one),
            [] => Err(unknown().into()),
            [..] => Err(Problem::parameter(ACCOUNT_ID, several()).into()),
        }
    }
}

/// How an account is named in what is told of it: as [`Named`] finds it.
pub fn named(account: &OpenAccount) -> String {
    if AT.contains(&account.row.institution.as_str()) {
        account.number.clone()
    } else {
        account.row.id.to_string()
    }
}

/// There is none to be shown.
pub fn unknown() -> Problem {
    Problem::not_found("account").detailed(Text::fixed(
        "There is no such account, or no consent of this tenant allows it to be shown.",
        "No existe esa cuenta, o ningún consentimiento de este cliente permite mostrarla.",
    ))
}

fn expected() -> Text {
    let prefix = AccountId::PREFIX;
    Text::new(
        format!("expected the number of an account, or its id, which begins with {prefix}_"),
        format!("se esperaba el número de una cuenta, o su id, que comienza con {prefix}_"),
    )
}

fn several() -> Text {
    Text::fixed(
        "several accounts have this number; name one by its id",
        "varias cuentas tienen este número; nombre una por su id",
    )
}
