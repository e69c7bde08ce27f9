//! Who has their bank told, how they are called back, and the call itself.

use std::collections::BTreeMap;

use cartola_engine::Engine;
use cartola_engine::authorizations::{Asking, LeaveBy};
use cartola_engine::instructions::{Giver, Instruction, InstructionError, Wanted};
use cartola_http::callbacks::Callbacks;
use cartola_http::problem::{Code, Text};
use cartola_http::{IdempotencyKey, Problem, Refusal, parse};
use cartola_model::{AccountNumber, Instructed, Principal};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Currency, Rut, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::posted;
use crate::links::refused;
use crate::wire;

/// Somebody with what their bank lets them in with, where no link keeps that.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `institution`, `rut` and `credentials`")]
#[schema(as = InstructionPayer)]
pub struct PayerAsked {
    /// Their bank.
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    /// Who they are.
    rut: String,
    /// What the bank lets them in with beside the RUT: `password`, or `mi_pin`. Kept sealed until it has
    /// ended.
    #[schema(value_type = BTreeMap<String, String>)]
    credentials: BTreeMap<String, String>,
    /// From which of their accounts; the first one that pays where nothing is said.
    from_account: Option<String>,
}

/// What every such call may have beside what is to be done.
pub struct Asked<'a> {
    pub account_id: Option<&'a str>,
    pub payer: Option<&'a PayerAsked>,
    pub authorization: Option<&'a str>,
    pub callback_url: Option<&'a str>,
}

/// The field of every bank's form that says who signs in.
const RUT_FIELD: &str = "rut";

/// What of a request stands for the customer's leave: all but the credentials.
#[derive(Serialize)]
struct Evidence<'a> {
    account_id: Option<&'a str>,
    institution: Option<&'a str>,
    rut: Option<&'a str>,
    from_account: Option<&'a str>,
    callback_url: Option<&'a str>,
    what: &'a Instructed,
}

/// A problem with one field of the request.
pub fn wrong(name: &'static str) -> impl FnOnce(Text) -> Problem {
    move |why| Problem::new(Code::InstructionInvalid).named(name, why)
}

/// Pesos, which is what is meant where nothing is said.
pub fn pesos(written: Option<&str>) -> Result<Currency, Problem> {
    let currency = Currency::parse(written.unwrap_or(Currency::CLP.code())).ok();
    let is_pesos = currency.filter(|currency| *currency == Currency::CLP);
    is_pesos.ok_or_else(|| {
        wrong("currency")(Text::fixed("amounts are in CLP", "los montos son en CLP"))
    })
}

/// Has the bank told: once under its key, which is required.
pub async fn give(
    engine: &Engine,
    callbacks: Option<&Callbacks>,
    (who, key): (&Principal, &IdempotencyKey),
    asked: &Asked<'_>,
    what: Instructed,
) -> Result<Instruction, Refusal> {
    let case = key.text().ok_or_else(|| Problem::new(Code::IdempotencyKeyMissing))?;
    let case = format!("v1/{}/{case}", what.kind().name());
    let fields = asked.payer.map(fields).transpose()?;
    let giver = giver(asked, fields.as_ref())?;
    let evidence = evidence(asked, &what);
    let credentials = asked.payer.map(|payer| &payer.credentials);
    let credentials = serde_json::to_vec(&credentials).expect("texts by name are JSON");
    let request = [evidence.as_bytes(), &credentials].concat();
    let next = match asked.callback_url {
        Some(url) => Some(posted::next(callbacks, who, &case, url).await?),
        None => None,
    };
    let evidence = evidence.as_bytes();
    let (case, request, leave) = (&case, &request, LeaveBy::token(asked.authorization));
    let asking = Asking::WhereRequired;
    let wanted = Wanted { giver, what, case, request, evidence, leave, asking, next };
    engine.begin_instruction(who, &wanted).await.map_err(|error| match error {
        InstructionError::Link(error) => refused(error, engine.now()),
        error => error.into(),
    })
}

fn giver<'a>(
    asked: &Asked<'_>,
    fields: Option<&'a (Rut, BTreeMap<String, Secret<String>>)>,
) -> Result<Giver<'a>, Refusal> {
    match (asked.account_id, asked.payer, fields) {
        (Some(id), None, _) => {
            let id: AccountId = parse::id(id).map_err(wrong("account_id"))?;
            Ok(Giver::Account(id))
        }
        (None, Some(payer), Some((rut, fields))) => {
            let from = payer.from_account.as_deref().map(AccountNumber::parse).transpose();
            let from = from.map_err(|error| {
                let es = "se esperaba un número de cuenta";
                wrong("from_account")(Text::new(error.to_string(), es))
            })?;
            let institution =
                parse::institution(&payer.institution).map_err(wrong("institution"))?;
            Ok(Giver::Credentials { institution, rut: *rut, fields, from })
        }
        _ => {
            let why = Text::fixed(
                "name either `account_id` or `payer`",
                "indique `account_id` o `payer`, uno de los dos",
            );
            Err(wrong("account_id")(why).into())
        }
    }
}

/// What signs the customer in: their RUT too, where the form has a field for it.
fn fields(payer: &PayerAsked) -> Result<(Rut, BTreeMap<String, Secret<String>>), Problem> {
    let rut = parse::rut(&payer.rut).map_err(wrong("rut"))?;
    let given = payer.credentials.iter();
    let given = given.map(|(name, text)| (name.clone(), Secret::new(text.clone())));
    let own = (RUT_FIELD.to_owned(), Secret::new(rut.compact()));
    Ok((rut, std::iter::once(own).chain(given).collect()))
}

fn evidence(asked: &Asked<'_>, what: &Instructed) -> String {
    let payer = asked.payer;
    let evidence = Evidence {
        account_id: asked.account_id,
        institution: payer.map(|payer| payer.institution.as_str()),
        rut: payer.map(|payer| payer.rut.as_str()),
        from_account: payer.and_then(|payer| payer.from_account.as_deref()),
        callback_url: asked.callback_url,
        what,
    };
    serde_json::to_string(&evidence).expect("texts and numbers are JSON")
}
