//! Movements as rows.

use anyhow::Context;
use cartola_engine::accounts::OpenAccount;
use cartola_insights::categories::Category;
use cartola_model::{CardUse, Counterparty, Instalment, InstitutionId};
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Currency, Date, Money};
use cartola_store::MAX_PAGE;
use cartola_store::movements::{MovementKey, MovementPage, MovementQuery, MovementRow, Order};
use serde::Serialize;

use super::writer::{Cell, Record, Rows};
use super::{Source, accounts};

/// A movement as it is written out. Amounts in JSON are integers in the currency's minor unit, as
/// in `/v1`; in CSV decimals, as spreadsheets want them.
#[derive(Serialize)]
struct Written<'a> {
    id: MovementId,
    account_id: AccountId,
    institution: &'a str,
    account_kind: &'static str,
    account_number: &'a str,
    booked_on: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_on: Option<Date>,
    amount: i64,
    currency: Currency,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<i64>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterparty: Option<WrittenCounterparty<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<&'a CardUse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instalment: Option<Instalment>,
    category: &'static str,
    category_label: &'static str,
}

#[derive(Serialize)]
struct WrittenCounterparty<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rut: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank: Option<&'a str>,
}

impl<'a> Written<'a> {
    fn new(
        row: &'a MovementRow,
        account: &'a OpenAccount,
        counterparty: Option<&'a Counterparty>,
        category: Category,
    ) -> Self {
        let movement = &row.movement;
        let details = &movement.details;
        let counterparty = counterparty.map(|other| WrittenCounterparty {
            name: other.name.as_deref(),
            rut: other.rut.map(|rut| rut.compact()),
            account: other.account.as_deref(),
            bank: other.bank.as_ref().map(InstitutionId::as_str),
        });
        Self {
            id: movement.id,
            account_id: movement.account,
            institution: account.row.institution.as_str(),
            account_kind: account.row.kind.name(),
            account_number: &account.number,
            booked_on: movement.booked_on,
            value_on: movement.value_on,
            amount: movement.amount.minor(),
            currency: movement.amount.currency(),
            description: &movement.glosa,
            balance_after: movement.balance_after,
            status: movement.status.name(),
            counterparty,
            document: details.document.as_deref(),
            reference: details.reference.as_deref(),
            channel: details.channel.as_deref(),
            branch: details.branch.as_deref(),
            city: details.city.as_deref(),
            card: details.card.as_ref(),
            instalment: details.instalment,
            category: category.id(),
            category_label: category.name(),
        }
    }

    fn decimal(&self, minor: i64) -> String {
        Money::new(minor, self.currency).to_decimal_string()
    }
}

impl Record for Written<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "account_id",
        "institution",
        "account_kind",
        "account_number",
        "booked_on",
        "value_on",
        "amount",
        "currency",
        "description",
        "balance_after",
        "status",
        "counterparty_name",
        "counterparty_rut",
        "counterparty_account",
        "counterparty_bank",
        "document",
        "reference",
        "channel",
        "branch",
        "city",
        "card_last4",
        "instalment",
        "category",
        "category_label",
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let other = self.counterparty.as_ref();
        let instalment = self.instalment.map(|part| format!("{}/{}", part.number, part.of));
        vec![
            Cell::Plain(self.id.to_string()),
            Cell::Plain(self.account_id.to_string()),
            Cell::Text(self.institution),
            Cell::Text(self.account_kind),
            Cell::Text(self.account_number),
            Cell::Plain(self.booked_on.to_string()),
            Cell::plain(self.value_on),
            Cell::Plain(self.decimal(self.amount)),
            Cell::Plain(self.currency.to_string()),
            Cell::Text(self.description),
            Cell::plain(self.balance_after.map(|balance| self.decimal(balance))),
            Cell::Text(self.status),
            Cell::maybe(other.and_then(|other| other.name)),
            Cell::maybe(other.and_then(|other| other.rut.as_deref())),
            Cell::maybe(other.and_then(|other| other.account)),
            Cell::maybe(other.and_then(|other| other.bank)),
            Cell::maybe(self.document),
            Cell::maybe(self.reference),
            Cell::maybe(self.channel),
            Cell::maybe(self.branch),
            Cell::maybe(self.city),
            Cell::maybe(self.card.map(|card| card.last4.as_str())),
            Cell::plain(instalment),
            Cell::Text(self.category),
            Cell::Text(self.category_label),
        ]
    }
}

/// What a failing read was.
pub const UNREADABLE: &str = "the movements cannot be read";

/// Writes all movements asked for, the oldest first, those of a day by id.
pub async fn write(source: &Source<'_>, rows: &mut Rows<'_>) -> anyhow::Result<()> {
    let accounts = accounts::all(source).await?;
    rows.head::<Written<'_>>()?;
    let mut after = None;
    loop {
        let found = page(source, source.account, after, MAX_PAGE).await?;
        for row in &found.rows.to_rows().context(UNREADABLE)? {
            // An account that was added since the list was read comes with the next export.
            let Some(account) = accounts.get(&row.movement.account) else { continue };
            let counterparty = source.engine.counterparty(&source.who, row).await;
            let counterparty = counterparty.context("a counterparty cannot be opened")?;
            let category = source.label(row, account, counterparty.as_ref()).category;
            rows.push(&Written::new(row, account, counterparty.as_ref(), category))?;
        }
        after = found.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// A page of the movements asked for.
pub async fn page(
    source: &Source<'_>,
    account: Option<AccountId>,
    after: Option<MovementKey>,
    limit: usize,
) -> anyhow::Result<MovementPage> {
    let query = MovementQuery {
        account,
        from: source.days.from,
        to: source.days.to,
        min_amount: None,
        max_amount: None,
        text: None,
        status: None,
        order: Order::OldestFirst,
        after,
        limit,
        now: source.engine.now(),
    };
    source.engine.movements(&source.who, query).await.context(UNREADABLE)
}
