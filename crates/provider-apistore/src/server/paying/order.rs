//! What is asked for, read strictly. What is wrong is said with its place, and quotes nothing.

use cartola_engine::payments::MAX_COMMENT;
use cartola_engine::payouts::{MAX_LINES, MAX_REFERENCE, PayoutLine};
use cartola_http::problem::{Code, Text};
use cartola_http::{Problem, parse};
use cartola_model::{AccountNumber, Catalogue, Institution, TransferPayee};
use cartola_primitives::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::super::account::{ACCOUNT_ID, Named};

/// Longest name of who is paid, in characters.
pub const MAX_NAME: usize = 100;

/// Digits of a bank's code as integrators of the bank write it, with a zero before the CMF's three.
const PADDED_CODE: usize = 4;

const _: () = assert!(MAX_COMMENT == 120 && MAX_REFERENCE == 64, "the document says so");

/// A payment, or a single deposit.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `account_id`, `amount` and `counterparty`"
)]
#[schema(
    as = PaymentRequest,
    example = json!({"account_id": "00-123-45678-90", "amount": 25000, "currency": "CLP",
        "counterparty": {"name": "Ferretería Sur Ltda.", "rut": "76.543.210-3", "bank": "037",
            "account_id": "0-000-12-34567-8"},
        "description": "Factura 4711", "reference": "4711"})
)]
pub struct Single {
    /// The account that pays, named as for movements.
    account_id: String,
    /// Whole pesos.
    #[schema(value_type = i64, minimum = 1000, maximum = 100_000_000)]
    amount: Number,
    /// Pesos alone.
    #[schema(required = false, nullable = false, default = "CLP")]
    currency: Option<String>,
    counterparty: Counterparty,
    /// What both sides are told, at most 120 characters.
    #[schema(required = false, nullable = false, max_length = 120)]
    description: Option<String>,
    /// What the caller knows it by, at most 64 characters. It is told again, and no more than that.
    #[schema(required = false, nullable = false, max_length = 64)]
    reference: Option<String>,
}

/// Several deposits at once.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `account_id` and `deposits`")]
#[schema(
    as = DepositBatchRequest,
    example = json!({"account_id": "00-123-45678-90", "deposits": [
        {"reference": "1", "amount": 25000, "counterparty": {"name": "Ana Soto",
            "rut": "11.111.111-1", "bank": "012", "account_id": "11111111"}}]})
)]
pub struct Batch {
    /// The account that pays, named as for movements.
    account_id: String,
    /// Pesos alone.
    #[schema(required = false, nullable = false, default = "CLP")]
    currency: Option<String>,
    /// Who is paid what, in the order in which they are paid.
    #[schema(min_items = 1, max_items = 100)]
    deposits: Vec<Deposit>,
}

/// One of several deposits.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `reference`, `amount` and `counterparty`")]
#[schema(as = DepositRequest)]
struct Deposit {
    /// What the caller knows it by: unlike any other of the batch, at most 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    reference: String,
    /// Whole pesos.
    #[schema(value_type = i64, minimum = 1000, maximum = 100_000_000)]
    amount: Number,
    counterparty: Counterparty,
    /// What both sides are told, at most 120 characters.
    #[schema(required = false, nullable = false, max_length = 120)]
    description: Option<String>,
}

/// Who is paid, and where.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `name`, `rut`, `bank` and `account_id`")]
#[schema(as = CounterpartyRequest)]
struct Counterparty {
    /// The holder's name, at most 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The holder's RUT, in any written form.
    rut: String,
    /// The CMF's code of the bank, as `037` or `0037`; or its id in this gateway.
    bank: String,
    /// The account's number, in any written form.
    account_id: String,
}

/// What is asked for, read.
pub struct Order {
    pub account: Named,
    pub is_batch: bool,
    pub lines: Vec<PayoutLine>,
    /// The same for equal requests, however they are laid out.
    pub request: Vec<u8>,
}

impl Single {
    pub fn read(&self) -> Result<Order, Problem> {
        let place = Place { line: None };
        place.check_currency(self.currency.as_deref())?;
        let text = (self.reference.as_deref(), self.description.as_deref());
        let line = place.line(&self.amount, &self.counterparty, text)?;
        Order::of(self, &self.account_id, false, vec![line])
    }
}

impl Batch {
    pub fn read(&self) -> Result<Order, Problem> {
        Place { line: None }.check_currency(self.currency.as_deref())?;
        if self.deposits.len() > MAX_LINES {
            return Err(too_many());
        }
        let lines = self.deposits.iter().enumerate().map(|(index, deposit)| {
            let text = (Some(deposit.reference.as_str()), deposit.description.as_deref());
            Place { line: Some(index) }.line(&deposit.amount, &deposit.counterparty, text)
        });
        let lines = lines.collect::<Result<_, _>>()?;
        Order::of(self, &self.account_id, true, lines)
    }
}

impl Order {
    fn of<T: Serialize>(
        asked: &T,
        account: &str,
        is_batch: bool,
        lines: Vec<PayoutLine>,
    ) -> Result<Self, Problem> {
        let wrong = |why| Problem::new(Code::JsonInvalid).named(ACCOUNT_ID, why);
        let account = Named::parse(account).map_err(wrong)?;
        let request = serde_json::to_vec(asked).expect("texts and numbers are JSON");
        Ok(Self { account, is_batch, lines, request })
    }
}

/// Where in a body something is wrong.
#[derive(Clone, Copy)]
pub struct Place {
    /// In which of several deposits, from 0.
    pub line: Option<usize>,
}

impl Place {
    /// A member here is wrong.
    pub fn wrong(self, member: &str, why: &Text) -> Problem {
        let at = self.line.map(|line| format!("deposits[{line}].")).unwrap_or_default();
        let (en, es) =
            (format!("`{at}{member}`: {}.", why.en), format!("`{at}{member}`: {}.", why.es));
        Problem::new(Code::JsonInvalid).detailed(Text::new(en, es))
    }

    fn line(
        self,
        amount: &Number,
        counterparty: &Counterparty,
        (reference, description): (Option<&str>, Option<&str>),
    ) -> Result<PayoutLine, Problem> {
        let text = |member: &'static str, longest, given: Option<&str>| {
            let read = given.map(parse::text(longest)).transpose();
            read.map_err(|why| self.wrong(member, &why))
        };
        Ok(PayoutLine {
            reference: text("reference", MAX_REFERENCE, reference)?,
            payee: self.payee(counterparty)?,
            amount: pesos(amount).map_err(|why| self.wrong("amount", &why))?,
            comment: text("description", MAX_COMMENT, description)?,
        })
    }

    fn payee(self, told: &Counterparty) -> Result<TransferPayee, Problem> {
        let wrong = |member: &'static str| {
            move |why: Text| self.wrong(&format!("counterparty.{member}"), &why)
        };
        Ok(TransferPayee {
            institution: bank(&told.bank).map_err(wrong("bank"))?.id.clone(),
            account: account(&told.account_id).map_err(wrong(ACCOUNT_ID))?,
            rut: parse::rut(&told.rut).map_err(wrong("rut"))?,
            name: parse::text(MAX_NAME)(told.name.trim()).map_err(wrong("name"))?,
        })
    }

    fn check_currency(self, code: Option<&str>) -> Result<(), Problem> {
        if code.is_none_or(|code| code == Currency::CLP.code()) {
            return Ok(());
        }
        let why = Text::fixed("banks transfer CLP alone", "los bancos solo transfieren CLP");
        Err(self.wrong("currency", &why))
    }
}

fn pesos(number: &Number) -> Result<Money, Text> {
    let expected = || Text::fixed("expected whole pesos", "se esperaban pesos enteros");
    number.as_i64().map(|pesos| Money::new(pesos, Currency::CLP)).ok_or_else(expected)
}

/// A bank where somebody has an account: company portals are of one that is told itself.
fn bank(text: &str) -> Result<&'static Institution, Text> {
    let is_padded = text.len() == PADDED_CODE && text.starts_with('0');
    let code = if is_padded { &text[1..] } else { text };
    let is_meant = |row: &&Institution| {
        row.kind.is_bank()
            && row.bank.is_none()
            && (row.cmf_code.as_deref() == Some(code) || row.id.as_str() == text)
    };
    Catalogue::bundled().iter().find(is_meant).ok_or_else(|| {
        Text::fixed(
            "expected the code of a bank, as `037`, or the id of one",
            "se esperaba el código de un banco, como `037`, o su id",
        )
    })
}

fn account(text: &str) -> Result<AccountNumber, Text> {
    let number = AccountNumber::parse(text).ok().filter(|number| !number.is_masked());
    number.ok_or_else(|| {
        Text::fixed(
            "expected the whole number of an account",
            "se esperaba el número completo de una cuenta",
        )
    })
}

/// There are too many deposits in one batch.
pub fn too_many() -> Problem {
    let why = Text::new(
        format!("a batch has at most {MAX_LINES}"),
        format!("un lote tiene a lo más {MAX_LINES}"),
    );
    Problem::new(Code::JsonInvalid).named("deposits", why)
}
