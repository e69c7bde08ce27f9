//! What is asked in the current dialect, and what is told of it.

use cartola_engine::readings::ReadScope;
use cartola_insights::debt::FullDebt;
use cartola_model::{AccountNumber, Failure, Institution, Movement, RecordKind, RecordKinds};
use cartola_primitives::Date;
use serde::{Deserialize, Serialize};

use super::declined::Declined;
use crate::given::Mistake;
use crate::mapping::{self, AccountSource, HistorySource};
use crate::server::desk::Untold;
use crate::server::telling::{CREDITS, DEBTS, Teller, income_begins, is_of_money, months_begin};
use crate::wire::{CardsData, Envelope, HistoryData, ProductsData, ValidData};

/// Months that `transactions` tells of, today included. Nothing public names a number.
const TRANSACTION_MONTHS: u32 = 3;

/// What is asked.
#[derive(Serialize, Deserialize)]
pub struct Question {
    product: Product,
    /// The account that is meant. It is personal data: it is kept sealed only.
    account: Option<String>,
    /// The day on which it was asked.
    today: Date,
}

/// A product. Its name in a path is ours to keep: jobs of older versions are in the queue.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Product {
    Transactions,
    Income,
    IncomeV2,
    Products,
    Cards,
    Contacts,
    Validate,
    Debts,
}

impl Product {
    /// Those of banks.
    const OF_BANKS: [Self; 7] = [
        Self::Transactions,
        Self::Income,
        Self::IncomeV2,
        Self::Products,
        Self::Cards,
        Self::Contacts,
        Self::Validate,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Transactions => "transactions",
            Self::Income => "income",
            Self::IncomeV2 => "incomev2",
            Self::Products => "products",
            Self::Cards => "credit_cards_info",
            Self::Contacts => "contacts",
            Self::Validate => "validar",
            Self::Debts => "debt_v2",
        }
    }

    fn of(institution: &Institution) -> &'static [Self] {
        if institution.kind.is_bank() { &Self::OF_BANKS } else { &[Self::Debts] }
    }
}

impl Question {
    /// What a path and a body ask of an institution.
    pub fn of(
        institution: &Institution,
        product: &str,
        account: Option<&str>,
        today: Date,
    ) -> Result<Self, Declined> {
        let products = Product::of(institution).iter();
        let product = products.copied().find(|known| known.name() == product);
        let product = product.ok_or_else(|| Declined::path("product"))?;
        let number = account.map(AccountNumber::parse).transpose();
        number.map_err(|_| Mistake::of("account", "it is no account number"))?;
        Ok(Self { product, account: account.map(str::to_owned), today })
    }

    /// What a body asks for, for telling the same body from another.
    pub fn parts(&self) -> (&'static str, Option<&str>) {
        (self.product.name(), self.account.as_deref())
    }

    /// What is read of an institution.
    pub fn scope(&self) -> ReadScope {
        match self.product {
            Product::Transactions => ReadScope::movements(self.begins(), self.today),
            Product::Income | Product::IncomeV2 => {
                ReadScope::movements(income_begins(self.today), self.today)
            }
            Product::Products => ReadScope::BALANCES.with_records(CREDITS),
            Product::Cards => ReadScope::records(RecordKinds::one(RecordKind::Cards)),
            Product::Contacts => ReadScope::records(RecordKinds::one(RecordKind::Beneficiaries)),
            Product::Validate => ReadScope::ACCOUNTS,
            Product::Debts => DEBTS,
        }
    }

    fn begins(&self) -> Date {
        months_begin(self.today, TRANSACTION_MONTHS)
    }

    /// The whole answer, as it is sent or posted.
    pub async fn tell(&self, teller: &Teller, caseid: &str) -> Result<Vec<u8>, Untold> {
        Ok(match self.product {
            Product::Transactions => enveloped(caseid, &self.transactions(teller).await?),
            Product::Income | Product::IncomeV2 => enveloped(caseid, &teller.income_check().await?),
            Product::Products => enveloped(caseid, &self.products(teller).await?),
            Product::Cards => {
                let cards = mapping::cards(&teller.cards().await?);
                enveloped(caseid, &CardsData { cards })
            }
            Product::Contacts => enveloped(caseid, &mapping::contacts(&teller.contacts().await?)),
            Product::Validate => enveloped(caseid, &ValidData { valid: true }),
            Product::Debts => {
                let report = teller.debts().await?;
                enveloped(caseid, &mapping::accounts_data(&FullDebt::of(&report)))
            }
        })
    }

    async fn transactions(&self, teller: &Teller) -> Result<HistoryData, Untold> {
        let books = teller.books(self.begins()).await?;
        let meant: Vec<_> = books.iter().filter(|book| self.means(&book.account.number)).collect();
        if meant.is_empty() && self.account.is_some() {
            return Err(Failure::NoData.into());
        }
        let accounts = meant.into_iter().map(|book| {
            let movements: Vec<&Movement<String>> =
                book.entries().map(|(movement, _)| movement).collect();
            let (number, currency) = (book.account.number.as_str(), book.account.row.currency);
            mapping::account_history(&HistorySource { number, currency, movements: &movements })
        });
        Ok(HistoryData { accounts: accounts.collect() })
    }

    async fn products(&self, teller: &Teller) -> Result<ProductsData, Untold> {
        let balanced = teller.balanced().await?;
        let held = balanced
            .iter()
            .filter(|each| is_of_money(each.account.row.kind) && self.means(&each.account.number));
        let accounts = held.map(|each| {
            mapping::account(&AccountSource {
                number: &each.account.number,
                kind: each.account.row.kind,
                currency: each.account.row.currency,
                balances: &each.balances,
            })
        });
        Ok(ProductsData {
            accounts: accounts.collect(),
            cards: mapping::cards(&teller.cards().await?),
            credit_lines: mapping::lines(&teller.lines().await?),
        })
    }

    /// Whether an account is meant. Leading zeros say nothing.
    fn means(&self, number: &str) -> bool {
        let Some(wanted) = &self.account else { return true };
        let (wanted, number) = (AccountNumber::parse(wanted), AccountNumber::parse(number));
        wanted.is_ok_and(|wanted| number.is_ok_and(|number| number.identity() == wanted.identity()))
    }
}

fn enveloped<Data: Serialize>(caseid: &str, data: &Data) -> Vec<u8> {
    let envelope = Envelope { code: 200, msg: "OK", caseid, data };
    serde_json::to_vec(&envelope).expect("wire shapes have text keys and exact numbers")
}
